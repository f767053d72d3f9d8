# SPDX-License-Identifier: Apache-2.0
"""start_once.py TMPFSTRACE: starts it nine times until its first sample; prints
HOST <kernel> <mode> <median ms> <median ms of CPU time>."""
import json
import os
import statistics
import subprocess
import sys
import time

walls, cpus = [], []
for _ in range(9):
    begin = time.monotonic()
    tool = subprocess.Popen([sys.argv[1], "json", "--no-events", "--count", "1"], stdout=subprocess.PIPE)
    line = tool.stdout.readline()
    walls.append(1e3 * (time.monotonic() - begin))
    tool.stdout.read()
    _, status, usage = os.wait4(tool.pid, 0)
    if status != 0 or not line:
        sys.exit(f"start_once.py: {sys.argv[1]} failed with status {status}")
    cpus.append(1e3 * (usage.ru_utime + usage.ru_stime))
mode = json.loads(line)["mode"]["name"]
print("HOST", os.uname().release, mode, statistics.median(walls), statistics.median(cpus))
