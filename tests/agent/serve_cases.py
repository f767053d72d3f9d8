# SPDX-License-Identifier: Apache-2.0
"""What the agent serves, against what the kernel and the workload say."""
import json
import os
import subprocess

from agent import Agent
from harness import Mount, document_of, equal, run, wait_until

MIB = 1 << 20


def promtool(text):
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    equal(f"promtool: {done.stdout}{done.stderr}", done.returncode, 0)
    assert not done.stderr.strip(), done.stderr


def refuse(mount, times):
    """Writes that are refused, each by itself."""
    refused = 0
    with open(mount.path + "/full", "wb", buffering=0) as file:
        while refused < times:
            try:
                file.write(b"x" * 65536)
            except OSError:
                refused += 1
    return refused


def of_statfs(mount):
    status = os.statvfs(mount.path)
    return {"size": status.f_blocks * status.f_frsize, "used": (status.f_blocks - status.f_bfree) * status.f_frsize,
            "inodes": status.f_files, "inodes_used": status.f_files - status.f_ffree}


def case_figures_are_those_of_statfs():
    with Mount("size=8m,nr_inodes=100") as mount, Agent() as agent:
        with open(mount.path + "/file", "wb") as file:
            file.write(b"x" * (3 * MIB))
        metrics = agent.after_samples()
        found = of_statfs(mount)
        labels = {"device": mount.dev, "mount": mount.path}
        equal("size", metrics.get("tmpfstrace_superblock_size_bytes", **labels), found["size"])
        equal("used", metrics.get("tmpfstrace_superblock_used_bytes", **labels), found["used"])
        equal("inodes", metrics.get("tmpfstrace_superblock_inodes", **labels), found["inodes"])
        equal("inodes used", metrics.get("tmpfstrace_superblock_inodes_used", **labels), found["inodes_used"])
        equal("refusals, from 0", metrics.get("tmpfstrace_superblock_refusals_total", **labels), 0)


def case_refusals_are_those_of_the_workload():
    with Mount("size=1m") as mount, Agent() as agent:
        agent.after_samples()
        count = refuse(mount, 7)
        metrics = agent.after_samples(3)
        labels = {"device": mount.dev}
        equal("refusals", metrics.get("tmpfstrace_superblock_refusals_total", **labels), count)
        equal("by cause", metrics.get("tmpfstrace_refusals_total", operation="write", cause="blocks", **labels), count)
        equal("problem", metrics.get("tmpfstrace_problem", kind="refused", severity="critical", limit="blocks", **labels), 1)
        _, _, lines = agent.get("/api/v1/snapshot")
        of = [sb for sb in json.loads(lines)["superblocks"] if sb["dev"] == mount.dev]
        equal("the snapshot says the same", of[0]["counters"]["refused"], count)


def case_every_mode_is_clean_for_promtool():
    with Mount("size=2m") as mount:
        for mode in ("syscall", "poll"):
            with Agent("--mode", mode, "--metrics.all") as agent:
                refuse(mount, 2)
                metrics = agent.after_samples()
                promtool(metrics.text)
                equal("mode", metrics.get("tmpfstrace_mode_info", mode=mode), 1)
                if mode == "poll":
                    assert not metrics.has("tmpfstrace_hook_attached")
                    continue
                for hook in ("sys_exit", "signal_generate"):
                    equal(hook, metrics.get("tmpfstrace_hook_attached", hook=hook, how="raw_tracepoint"), 1)
                missed = [count for (name, _), count in metrics.series.items()
                          if name == "tmpfstrace_bpf_program_missed_runs_total"]
                assert missed, "the kernel tells what it left out"
                equal("their sum", metrics.get("tmpfstrace_losses_total", loss="recursion_misses"), sum(missed))


def case_the_default_leaves_idle_mounts_out():
    with Mount("size=2m") as mount, Agent() as agent, Agent("--metrics.all") as all_of_them:
        assert not agent.metrics().has("tmpfstrace_superblock_size_bytes", device=mount.dev)
        assert all_of_them.metrics().has("tmpfstrace_superblock_size_bytes", device=mount.dev)


def case_openmetrics_by_negotiation():
    with Agent() as agent:
        _, headers, body = agent.get("/metrics", Accept="application/openmetrics-text;version=1.0.0")
        assert headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0"), headers["Content-Type"]
        assert body.endswith("# EOF\n") and "# TYPE tmpfstrace_samples counter\n" in body, body[-500:]
        _, headers, body = agent.get("/metrics")
        assert headers["Content-Type"].startswith("text/plain; version=0.0.4"), headers["Content-Type"]
        assert "# EOF" not in body and "# TYPE tmpfstrace_samples_total counter\n" in body


def case_the_snapshot_is_a_document_of_the_schema():
    with Agent() as agent:
        status, headers, body = agent.get("/api/v1/snapshot")
        equal("status", status, 200)
        assert headers["Content-Type"].startswith("application/json"), headers["Content-Type"]
        equal("type", document_of(body)["type"], "sample")


def case_events_are_streamed():
    with Mount("size=1m") as mount, Agent() as agent:
        refuse(mount, 3)
        agent.after_samples()
        done = subprocess.run(["curl", "-sN", "--max-time", "2", f"http://127.0.0.1:{agent.port}/api/v1/events?replay=50"],
                              capture_output=True, text=True, check=False)
        events = [document_of(line) for line in done.stdout.splitlines() if line.startswith("{")]
        of_mount = [event for event in events if event["dev"] == mount.dev]
        equal("events of the mount", len(of_mount), 3)
        equal("cause", {event["cause"] for event in of_mount}, {"blocks"})


def case_the_page_names_the_mount_and_what_is_wrong():
    with Mount("size=1m") as mount, Agent() as agent:
        refuse(mount, 2)
        agent.after_samples()
        status, headers, body = agent.get("/")
        equal("status", status, 200)
        assert "default-src 'none'" in headers["Content-Security-Policy"], headers.items()
        assert mount.path in body and "2 operations refused" in body, body[:3000]


def case_health_follows_the_samples():
    with Agent(interval="100ms") as agent:
        equal("ready", agent.get("/readyz")[0], 200)
        equal("healthy", agent.get("/healthz")[0], 200)
        agent.process.send_signal(19)  # SIGSTOP: it takes no more samples, and its worker serves on
        wait_until("healthz fails", lambda: agent.get("/healthz")[0] == 503, patience=20)
        agent.process.send_signal(18)
        wait_until("healthy again", lambda: agent.get("/healthz")[0] == 200, patience=20)


def case_a_port_in_use_ends_it_with_a_message():
    with Agent() as agent:
        done = run("agent", "--web.listen-address", f"127.0.0.1:{agent.port}", "--count", "1")
        equal("exit status", done.returncode, 1)
        assert f"127.0.0.1:{agent.port}" in done.stderr and "in use" in done.stderr, done.stderr


WITH_TRACEPOINTS = (case_refusals_are_those_of_the_workload, case_every_mode_is_clean_for_promtool, case_events_are_streamed,
                    case_the_page_names_the_mount_and_what_is_wrong, case_figures_are_those_of_statfs)
CASES = (case_figures_are_those_of_statfs, case_refusals_are_those_of_the_workload, case_every_mode_is_clean_for_promtool,
         case_the_default_leaves_idle_mounts_out, case_openmetrics_by_negotiation,
         case_the_snapshot_is_a_document_of_the_schema, case_events_are_streamed,
         case_the_page_names_the_mount_and_what_is_wrong, case_health_follows_the_samples,
         case_a_port_in_use_ends_it_with_a_message)
