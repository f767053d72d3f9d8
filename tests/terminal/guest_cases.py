# SPDX-License-Identifier: Apache-2.0
"""The incident as it happens, on a stock kernel in a guest, where the tool counts exactly."""
import glob
import os
import re
import shutil
import subprocess

from harness import Skip, equal
from recording import OWNER, ROOT, WRITER
from tmux import row_of, rows_of

KERNEL = "6.12"
LOCALE = "/usr/lib/locale/C.utf8"


def files():
    wanted = [(shutil.which("tmux"), "/bin/tmux"), (f"{ROOT}/scripts/demo/node.sh", "/bin/node.sh"),
              (f"{ROOT}/tests/terminal/guest.sh", "/bin/drive.sh")]
    wanted += [(path, path) for path in glob.glob(LOCALE + "/**", recursive=True) if os.path.isfile(path)]
    for name in ("t/tmux-256color", "l/linux", "s/screen"):
        found = next((f"{place}/{name}" for place in ("/lib/terminfo", "/usr/share/terminfo", "/etc/terminfo")
                      if os.path.exists(f"{place}/{name}")), None)
        assert found, f"no terminfo of {name}"
        wanted.append((found, "/lib/terminfo/" + name))
    return [word for source, place in wanted for word in ("--file", f"{source}:{place}")]


def run_guest():
    """What is on the screen at each step, and all that the guest has said."""
    fetched = subprocess.run(["bash", ROOT + "/scripts/guest/fetch_kernel.sh", KERNEL], capture_output=True, text=True,
                             check=False)
    if fetched.returncode == 77:
        # As in the guest matrix: a mirror out of order must not look like a pass.
        assert os.environ.get("TT_ALLOW_MISSING_KERNELS") == "1", f"no kernel: {fetched.stderr.strip()}"
        raise Skip((fetched.stderr.strip().splitlines() or ["no kernel"])[-1])
    equal(f"fetch_kernel.sh; it says {fetched.stderr}", fetched.returncode, 0)
    out = os.environ["O"] + "/terminal"
    # --icount: what a second in the guest holds does not depend on how busy this machine is.
    done = subprocess.run(["bash", ROOT + "/scripts/guest/run.sh", "--kernel", KERNEL, "--icount", "--timeout", "600",
                           "--out", out, *files(), "--", "sh /bin/drive.sh"], capture_output=True, text=True,
                          timeout=660, check=False)
    equal(f"exit status of the guest; {done.stdout}{done.stderr}", done.returncode, 0)
    screens = {}
    for name, text in re.findall(r"^SCREEN (\w+)\n(.*?)^END$", done.stdout, re.MULTILINE | re.DOTALL):
        screens[name] = text.split("\n")[:-1]
    assert re.search("^TOP 0$", done.stdout, re.MULTILINE), f"top did not end well: {done.stdout[-300:]}"
    return screens


def rate_of(lines):
    """Refusals a second and since the start, of the third line."""
    found = re.search(r"refused ([\d.]+[kM]?)/s (\d+)", lines[2])
    assert found, lines[2]
    return found.group(1), int(found.group(2))


def case_the_incident_live_in_a_guest():
    screens = run_guest()

    def whole(name):
        return "\n".join(screens[name])

    healthy = screens["healthy"]
    assert "  exact/fentry  " in healthy[0], healthy[0]
    assert "!! " not in whole("healthy") and "refused 0/s 0" in healthy[2], whole("healthy")
    for name in ("full", "later"):
        row = rows_of(screens[name])[0]
        for part in ("pod", "100%", "64 MiB", "crit", "blocks", "now"):
            assert part in row, f"no {part!r} in {row!r}"
        equal("mark of a row that is refused", row[1], "!")
        sentence = " ".join(line.strip() for line in screens[name][3:8])
        for part in (WRITER, "/dev/shm is full (64 MiB, blocks)", "operations refused since", "session_*",
                     "by incident-load"):
            assert part in sentence, f"no {part!r} in {sentence!r}"
    first, later = rate_of(screens["full"]), rate_of(screens["later"])
    assert later[0] != "0" and later[1] > first[1] > 0, (first, later)
    # The ledger is the kernel's own figure, to the page; inodes are made between the two looks at them.
    drift = re.search(r"ledger - statfs: 0 B, (-?\d+) inodes", screens["later"][2])
    assert drift and abs(int(drift.group(1))) < 100, screens["later"][2]
    events = rows_of(screens["events"])
    assert len(events) > 5 and all("ENOSPC" in row and "write" in row for row in events), whole("events")
    assert re.search(r"session_[0-9a-f]{32}", whole("event")), whole("event")
    assert re.search(r"write\+0x[0-9a-f]+ \(incident-load\)|not known", whole("event")), whole("event")
    assert OWNER in row_of(screens["files"], "session_*"), whole("files")
    assert "runs" in row_of(screens["processes"], "incident-load"), whole("processes")
    row_of(screens["log"], "found   critical")
    for part in ("blocks         [####################] 100%  64 MiB of 64 MiB", "bytes in use  limit 64 MiB"):
        assert part in whole("details"), whole("details")
    assert '"size_bytes": 67108864' in whole("json"), whole("json")


CASES = [case_the_incident_live_in_a_guest]
