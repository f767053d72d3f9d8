# SPDX-License-Identifier: Apache-2.0
"""What is said of a tmpfs that is full: by audit, and while a writer is being refused."""
import errno
import json
import os
import subprocess
import time

from harness import Mount, Tool, equal, run

MIB = 1 << 20
SOON = 2.0  # seconds from the first refusal to the sentence


def fill(path):
    """Session files of a page each until one is refused: when that was."""
    number = 0
    while True:
        try:
            with open(f"{path}/session_{number:08x}", "wb", buffering=0) as file:
                file.write(b"x" * 1500)
        except OSError as error:
            equal("errno", error.errno, errno.ENOSPC)
            return time.monotonic()
        number += 1


def of_mount(verdicts, mount):
    return [verdict for verdict in verdicts if verdict["dev"] == mount.dev]


def case_audit_ranks_a_full_mount_first():
    with Mount("size=1m,nr_inodes=1000") as full, Mount("size=1m,nr_inodes=1000") as quiet:
        fill(full.path)
        report = run("audit", "--json")
        equal("exit status", report.returncode, 21)
        document = json.loads(report.stdout)
        ours = [sb for sb in document["superblocks"] if sb["dev"] in (full.dev, quiet.dev)]
        equal("risks", [sb["risk"] for sb in ours], ["critical", "ok"])
        equal("the first", ours[0]["dev"], full.dev)
        verdict = ours[0]["verdicts"][0]
        equal("kind and limit", (verdict["kind"], verdict["limit"]), ("full", "blocks"))
        assert f"{full.path} is full (1 MiB, blocks)" in verdict["text"], verdict["text"]
        text = run("audit")
        equal("exit status", text.returncode, 21)
        assert "is full (1 MiB, blocks), the next write is refused" in text.stdout, text.stdout
        assert quiet.path in text.stdout, text.stdout


def case_a_refusal_is_explained_within_two_seconds():
    with Mount("size=4m,nr_inodes=10000") as mount, Tool("--mode", "syscall", interval="1s") as tool:
        tool.wait_for_samples(2)
        refused = fill(mount.path)
        said = []
        while not said:
            said = [verdict for verdict in of_mount(tool.wait_for_samples()["verdicts"], mount)
                    if verdict["kind"] == "refused"]
        took = time.monotonic() - refused
        print(f"      the sentence came {took:.2f} s after the first refusal: {said[0]['text']}", flush=True)
        assert took < SOON, f"{took:.2f} s from the refusal to the sentence"
        equal("severity and limit", (said[0]["severity"], said[0]["limit"]), ("critical", "blocks"))
        assert f"{mount.path} is full (4 MiB, blocks); 1 operation refused since " in said[0]["text"], said[0]["text"]
        assert said[0]["remedy"], "no remedy"
        # Gone with its cause.
        for name in os.listdir(mount.path):
            os.unlink(f"{mount.path}/{name}")


def case_a_remount_is_an_event():
    with Mount("size=1m,nr_inodes=100") as mount, Tool("--mode", "poll") as tool:
        tool.wait_for_samples(2)
        subprocess.run(["mount", "-o", "remount,size=2m,nr_inodes=200", mount.path], check=True)
        tool.wait_for_samples(2)
        tool.stop()
        told = [document for document in tool.documents if document["type"] == "event" and document["dev"] == mount.dev]
        names = ("event", "size_bytes_before", "size_bytes", "inodes_total_before", "inodes_total")
        equal("what is told", [[event[name] for name in names] for event in told],
              [["limit_change", MIB, 2 * MIB, 100, 200]])


ANYWHERE = [case_audit_ranks_a_full_mount_first, case_a_remount_is_an_event]
WITH_TRACEPOINTS = [case_a_refusal_is_explained_within_two_seconds]
