# SPDX-License-Identifier: Apache-2.0
"""scripts/demo.sh on this host: 64 MiB hold 16,384 files of a page each, and 300 more are refused."""
import os
import re
import subprocess

from harness import Tool, documents_of, equal

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SIZE, FILES, REFUSED = 64 << 20, 16384, 300


def run_demo(mode):
    done = subprocess.run(["bash", ROOT + "/scripts/demo.sh", "--mode", mode], capture_output=True, text=True,
                          timeout=300, check=False, env={**os.environ, "O": os.path.dirname(Tool.binary)})
    equal(f"exit status; it says {done.stdout}{done.stderr}", done.returncode, 0)
    equal("disagreements", done.stdout.count("DISAGREES"), 0)
    with open(os.path.dirname(Tool.binary) + "/demo/tool.ndjson", encoding="utf-8") as file:
        assert documents_of(file.read()), "the tool said nothing"
    assert "every figure the tool claims agrees with the kernel's" in done.stdout, done.stdout
    return done.stdout


def figure(text, name):
    """The tool's figure on a line of the report; None: this mode does not know it."""
    found = re.search(rf"^  {re.escape(name)} +([0-9,]+|not seen in this mode)", text, re.MULTILINE)
    assert found, f"no line {name!r} in {text}"
    number = found.group(1).replace(",", "")
    return int(number) if number.isdigit() else None


def case_demo_by_polling():
    text = run_demo("poll")
    equal("size", figure(text, "size, bytes"), SIZE)
    equal("used", figure(text, "used, bytes"), SIZE)
    equal("refusals", figure(text, "in all"), None)


def case_demo_in_syscall_mode():
    text = run_demo("syscall")
    wanted = {"size, bytes": SIZE, "used, bytes": SIZE, "written, bytes": FILES * 1500,
              "files created": FILES + REFUSED, "its files created": FILES + REFUSED, "in all": REFUSED,
              "write, superblock full": REFUSED, "that hold data": FILES, "empty, beside a refusal": REFUSED}
    equal("figures", {name: figure(text, name) for name in wanted}, wanted)


ANYWHERE = [case_demo_by_polling]
WITH_TRACEPOINTS = [case_demo_in_syscall_mode]
