# SPDX-License-Identifier: Apache-2.0
"""Exit codes, messages, signals and recordings of the program as such."""
import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile

from harness import Mount, PATIENCE, Skip, Tool, equal, run, wait_until

DOCTOR_CODES = {0: "exact", 10: "syscall", 11: "poll"}


def one_line(text):
    lines = text.strip().splitlines()
    equal("lines on standard error", len(lines), 1)
    return lines[0]


def case_doctor_names_the_mode_and_its_hooks():
    done = run("doctor", "--json")
    report = json.loads(done.stdout)
    equal("mode by exit status", DOCTOR_CODES.get(done.returncode), report["mode"])
    assert report["reason"], "no reason"
    if report["mode"] != "poll":
        assert report["hooks"], "no hook is named"
        for hook in report["hooks"]:
            assert hook["name"] and (hook["attached"] or hook["why_not"]), f"a hook that is not explained: {hook}"
    text = run("doctor")
    equal("exit status of both forms", text.returncode, done.returncode)
    for hook in report["hooks"]:
        assert hook["name"] in text.stdout, f"{hook['name']} is not in the text"


def case_doctor_says_what_it_did_not_try():
    done = run("doctor", "--mode", "poll", "--json")
    equal("exit status", done.returncode, 11)
    report = json.loads(done.stdout)
    for ability in ("btf", "fentry", "kprobes", "raw_tracepoints"):
        equal(ability, report[ability], {"works": None, "why_not": "not tried"})
    equal("preemption", report["preemption"], None)
    equal("lines that say so", run("doctor", "--mode", "poll").stdout.count("not tried"), 5)


def case_doctor_in_syscall_mode():
    done = run("doctor", "--mode", "syscall", "--json")
    equal("exit status", done.returncode, 10)
    names = [hook["name"] for hook in json.loads(done.stdout)["hooks"]]
    for tracepoint in ("sys_exit", "signal_generate", "mm_filemap_delete_from_page_cache"):
        assert any(name.endswith(" " + tracepoint) for name in names), f"{tracepoint} is not named in {names}"


def case_top_refuses_a_pipe():
    done = run("top", stdin=subprocess.DEVNULL)
    equal("exit status", done.returncode, 2)
    equal("standard output", done.stdout, "")
    assert "terminal" in one_line(done.stderr)


def case_wrong_options():
    for arguments in (["--no-such-option"], ["json", "--interval", "1"], ["json", "--mode", "guess"],
                      ["json", "--count", "-1"], ["doctor", "--replay", "x"],
                      ["json", "--mode", "poll", "--hooks", "kprobe"]):
        done = run(*arguments)
        equal(f"exit status of {arguments}", done.returncode, 2)
        one_line(done.stderr)


def case_types_and_fields():
    tool = ["json", "--mode", "poll", "--once", "--only", "sample"]
    whole = json.loads(run(*tool).stdout)
    part = json.loads(run(*tool, "--field", "mode.name,superblocks.dev", "--field", "kernel").stdout)
    wanted = {key: whole[key] for key in ("schema", "type", "sequence", "kernel")}
    wanted |= {"time": part["time"], "mode": {"name": "poll"}, "fields": ["mode.name", "superblocks.dev", "kernel"],
               "superblocks": [{"dev": superblock["dev"]} for superblock in whole["superblocks"]]}
    equal("what is left", part, wanted)
    done = run("json", "--mode", "poll", "--once", "--only", "event")
    equal("exit status and output of a sample that is not wanted", (done.returncode, done.stdout), (0, ""))
    for arguments, hint in ((["--only", "samples"], "sample, event, alert"), (["--field", "superblock.dev"], "superblocks.dev")):
        done = run("json", *arguments)
        equal(f"exit status of {arguments}", done.returncode, 2)
        assert hint in one_line(done.stderr), done.stderr


def case_without_privilege():
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Skip("there is no setpriv")
    # Where a user may reach it.
    directory = tempfile.mkdtemp(prefix="tmpfstrace-test-")
    os.chmod(directory, 0o755)
    copy = shutil.copy(Tool.binary, directory)
    os.chmod(copy, 0o755)
    done = subprocess.run([setpriv, "--reuid", "65534", "--clear-groups", "--bounding-set", "-all", copy, "json"],
                          capture_output=True, text=True, timeout=PATIENCE, check=False)
    shutil.rmtree(directory)
    equal("exit status", done.returncode, 3)
    equal("standard output", done.stdout, "")
    assert "CAP_" in one_line(done.stderr)


def case_record_and_replay():
    with Mount("size=1m") as mount, tempfile.TemporaryDirectory() as directory:
        for name in ("a.ndjson", "a.zst"):
            file = os.path.join(directory, name)
            done = run("record", "--mode", "poll", "--interval", "100ms", "--count", "3", file)
            equal("exit status of record", (done.returncode, done.stderr), (0, ""))
            with open(mount.path + "/" + name, "wb") as more:
                more.write(b"x" * 5000)
            replays = [run("json", "--replay", file) for _ in range(2)]
            equal("exit status of replay", replays[0].returncode, 0)
            equal("two replays", replays[0].stdout, replays[1].stdout)
            samples = [json.loads(line) for line in replays[0].stdout.splitlines()]
            equal("samples", [s["sequence"] for s in samples if s["type"] == "sample"], [0, 1, 2])
            superblock = mount.of(samples[-1])
            equal("size_bytes", superblock["size_bytes"], 1 << 20)
            with open(file, "rb") as whole, open(file + ".cut", "wb") as cut:
                data = whole.read()
                cut.write(data[: len(data) * 2 // 3])
            # The name's ending says how to read it.
            os.rename(file + ".cut", file)
            equal("exit status of a cut recording", run("json", "--replay", file).returncode, 4)


def list_programs():
    path = "/usr/sbin:/sbin:" + os.environ.get("PATH", "")
    listed = subprocess.run(["bpftool", "prog", "list", "-j"], capture_output=True, text=True, check=True,
                            env={**os.environ, "PATH": path})
    return json.loads(listed.stdout)


def programs_of(pid):
    return {p["id"] for p in list_programs() if any(owner["pid"] == pid for owner in p.get("pids", []))}


def all_programs():
    return {p["id"] for p in list_programs()}


def case_auto_falls_back_when_a_mode_does_not_start():
    """The programs load, their tables do not fit into the little memory that this process may map."""
    little = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))}
    large = ["--max-slots", "300000"]
    report = json.loads(run("doctor", "--json", *large, **little).stdout)
    equal("mode", report["mode"], "poll")
    assert "raw tracepoints did not start: " in report["reason"], report["reason"]
    failed = [hook for hook in report["hooks"] if os.strerror(errno.ENOMEM) in (hook["why_not"] or "")]
    assert failed and all(hook["why_not"] in report["reason"] for hook in failed), report["hooks"]
    equal("hooks said to be attached", [hook for hook in report["hooks"] if hook["attached"]], [])
    done = run("doctor", "--mode", "syscall", *large, **little)
    equal("exit status of what was asked for by name", done.returncode, 1)
    assert os.strerror(errno.ENOMEM) in one_line(done.stderr)


def case_kill_leaves_nothing():
    before = all_programs()
    with Tool("--mode", "syscall") as tool:
        tool.wait_for_samples(2)
        running = all_programs() - before
        owned = programs_of(tool.process.pid) or running
        assert owned, "no BPF program while the tool runs"
        tool.process.send_signal(signal.SIGKILL)
        tool.process.wait(PATIENCE)
    # The kernel frees programs a little later.
    wait_until("no program left", lambda: not owned & all_programs(), seen=lambda: owned & all_programs())


ANYWHERE = [case_doctor_names_the_mode_and_its_hooks, case_doctor_says_what_it_did_not_try, case_top_refuses_a_pipe,
            case_wrong_options, case_types_and_fields, case_without_privilege, case_record_and_replay]
WITH_TRACEPOINTS = [case_doctor_in_syscall_mode, case_auto_falls_back_when_a_mode_does_not_start,
                    case_kill_leaves_nothing]
