# SPDX-License-Identifier: Apache-2.0
"""The jq lines of README.md, docs/json.md, the manual page and `tmpfstrace json --help`, run on a recording.

tests/fixtures/samples/alerts.ndjson has three samples: a quiet one; one where the first event of a cgroup is a burst of
500 refusals; one with two losses and a drift. In each, some things could not be reached, and what costs no count is not
0; one superblock has no inode limit and is full, one has no size limit and 96 % of its inodes, one is covered by another
mount. In the last one, one superblock was surveyed.
"""
import json
import os
import re
import subprocess
import sys

RECORDING = "tests/fixtures/samples/alerts.ndjson"
FULL = [["0:41", "/no-inode-limit", 1048576, 1048576, None, None], ["0:42", "/no-size-limit", None, None, 96, 100]]

NOT_REACHED = {"seed_busy": 2, "seed_errors": 3, "seed_hidden_directories": 1, "seed_unavailable": 1,
               "seed_unreachable_superblocks": 4, "unreachable_superblocks": 1, "unreadable_processes": 2}

# The sums of the superblocks that have a size limit, 0:40 and 0:41. Of a sample without a row no refusal is known, and of
# the first one no rate. 500 refusals are there after the first second, and no more after the second one.
SIZES = {"size_bytes": 67108864 + 1048576, "used_bytes": 10485760 + 1048576, "drift_bytes": 0}
TOTALS = [SIZES | {"refusals": None, "refusals_per_second": None, "drift_inodes": 0},
          SIZES | {"refusals": 500, "refusals_per_second": 500, "drift_inodes": 0},
          SIZES | {"refusals": 500, "refusals_per_second": 0, "drift_inodes": 1}]

# What comes before a command: the recording is instead of any other, and has its own interval and number of samples.
PLAY = """
set -o pipefail
tmpfstrace() {
  local options=()
  [[ $1 = json ]] || { echo "not json: $1" >&2; return 2; }
  shift
  while [[ $# -gt 0 ]]; do
    case $1 in
      --no-events | --once) options+=("$1") ;;
      --only | --field) options+=("$1" "${2:?is missing after $1}"); shift ;;
      --config) options+=("$1" docs/tmpfstrace.toml); shift ;;  # its defaults
      --interval | --count | --replay) : "${2:?is missing after $1}"; shift ;;
      *) echo "no expectation for the option $1" >&2; return 2 ;;
    esac
    shift
  done
  "$TOOL" json --replay "$RECORDING" "${options[@]}"
}
"""

NO_INODE_LIMIT = "/no-inode-limit is full (1 MiB, blocks), the next write is refused; size 1.5 MiB."
NO_SIZE_LIMIT = "/no-size-limit is 96 % full (100, inodes); for half as much again: nr_inodes 1,000."
REFUSED = ("/dev/shm is 15 % full (64 MiB, blocks); 500 operations refused since 07:12:08; for half as much again: "
           "size 64 MiB.")
SURVEYED = ("/dev/shm is 15 % full (64 MiB, blocks); 500 operations refused since 07:12:08; 2,590 session_* files, none "
            "removed, 1.35 a minute; to hold 7 days of them: size 64 MiB and nr_inodes 14,000.")
LOSSES = "tmpfstrace did not count all: 3 ring_full, 6 seed_races."
VERDICTS = [NO_INODE_LIMIT, NO_SIZE_LIMIT, REFUSED, NO_INODE_LIMIT, NO_SIZE_LIMIT, SURVEYED, NO_INODE_LIMIT, NO_SIZE_LIMIT,
            LOSSES]
ALERTS = [["2026-04-18T07:12:08.000Z", "firing", "TmpfsRefused", "critical", REFUSED],
          ["2026-04-18T07:12:09.000Z", "firing", "TmpfstraceLosses", "info", LOSSES]]

# A part of the command that no other has, and what it prints.
EXPECTED = {
    ".cause, .comm, .file]": [["2026-04-18T07:12:07.500Z", "/busy", "/dev/shm", "write", "blocks", "writer", "session_1"]],
    "select(.rates.refused > 0)": [["/busy", 500, [{"operation": "write", "cause": "blocks", "count": 500}]]],
    "0.9 *": FULL * 3,
    'owners_settled': [[0, 1, {"ring_full": 3, "seed_races": 6}]],
    "| select(. != {})": [NOT_REACHED] * 3,
    "hour.zst | jq .totals": TOTALS,
    ".operation, .cause, .file]": [["/busy", "/dev/shm", "write", "blocks", "session_1"]],
    "sort_by(-.full)": [{"dev": "0:41", "mount": "/no-inode-limit", "full": 1},
                        {"dev": "0:40", "mount": "/dev/shm", "full": 0.15625}] * 3,
    ".operation, .cause]'": [["/busy", "/dev/shm", "write", "blocks"]],
    "full.zst | jq .totals": TOTALS,
    "--only sample --field verdicts.text | jq -r": VERDICTS,
    "--field cgroup_path,mount_point,cause": [["2026-04-18T07:12:07.500Z", "/busy", "/dev/shm", "blocks"]],
    "select(.counters.refused > 0)": [{"dev": "0:40", "used_bytes": 10485760, "counters": {"refused": 500}}] * 2,
    "--field severity,summary": [alert[:2] + alert[3:] for alert in ALERTS],
    "--only alert |": [" ".join(alert[:3] + alert[4:]) for alert in ALERTS],
    ".files, .empty_files": [["/dev/shm", "/", "session_*", 2590, 40, 10444800, "2026-04-16T23:12:09.000Z"],
                             ["/dev/shm", "/cache", "*.tmp", 10, 0, 40960, "2026-04-18T07:12:00.000Z"]],
}


def commands(text):
    """Each command that begins a line with `tmpfstrace json`, with the lines that its quotes and pipes go on over."""
    for block in re.split(r"(?m)^(?=\s*tmpfstrace )", text):
        if not re.match(r"\s*tmpfstrace json\b", block):
            continue
        command = ""
        for line in block.splitlines():
            command += line + "\n"
            if command.count("'") % 2 == 0 and not line.rstrip().endswith("|"):
                break
        if "jq" in command:
            yield command.strip()


def sources(tool):
    with open("README.md", encoding="utf-8") as file:
        yield "README.md", "".join(re.findall(r"(?ms)^```\n(.*?)^```$", file.read()))
    with open("docs/json.md", encoding="utf-8") as file:
        yield "docs/json.md", "".join(re.findall(r"(?ms)^```\n(.*?)^```$", file.read()))
    with open("docs/tmpfstrace.8", encoding="utf-8") as file:
        blocks = re.findall(r"(?ms)^\.Bd -literal[^\n]*\n(.*?)^\.Ed$", file.read())
        yield "docs/tmpfstrace.8", "".join(blocks).replace(r"\e", "\\")
    yield "json --help", subprocess.run([tool, "json", "--help"], check=True, capture_output=True, text=True).stdout


def printed(tool, command):
    """What the command prints when the tool plays the recording instead of watching this host."""
    done = subprocess.run(["bash", "-c", PLAY + command], capture_output=True, text=True,
                          env={**os.environ, "TOOL": tool, "RECORDING": RECORDING})
    if done.returncode != 0 or done.stderr:  # jq goes on after an input that it could not handle
        raise AssertionError(f"exit status {done.returncode}: {done.stderr.strip()}")
    if "jq -r" in command:
        return done.stdout.splitlines()
    decoder, rest, documents = json.JSONDecoder(), done.stdout.strip(), []
    while rest:
        document, end = decoder.raw_decode(rest)
        documents.append(document)
        rest = rest[end:].lstrip()
    return documents


def check(tool, command, used):
    keys = [key for key in EXPECTED if key in command]
    if len(keys) != 1:
        raise AssertionError(f"{len(keys)} expectations in tests/docs/jq_lines.py match it")
    used.add(keys[0])
    documents = printed(tool, command)
    expected = EXPECTED[keys[0]]
    if documents != expected:
        raise AssertionError(f"printed {documents}\n  expected {expected}")


def main(tool):
    failures, passed, used = 0, 0, set()
    for name, text in sources(tool):
        for command in commands(text):
            try:
                check(tool, command, used)
                passed += 1
            except (AssertionError, ValueError) as error:
                failures += 1
                print(f"FAIL: {name}: {command}\n  {error}")
    for key in EXPECTED.keys() - used:
        failures += 1
        print(f"FAIL: no command has: {key}")
    print(f"docs: {passed} jq lines print what they should, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
