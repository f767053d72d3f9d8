# SPDX-License-Identifier: Apache-2.0
"""What the agent costs on a node of 200 mounts and 500 cgroups, beside node_exporter in the same run."""
import os
import subprocess
import time

from agent import Agent, free_port, status_of
from cgroups import Cgroup
from harness import Mount, wait_until
import http.client

MOUNTS, CGROUPS = 200, 500
SECONDS = 45
MIB = 1 << 20


def cpu_of(pid):
    """Seconds of user and system time, of all its threads."""
    with open(f"/proc/{pid}/schedstat") as file:
        main = int(file.read().split()[0])
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as file:
            total += int(file.read().split()[0])
    return max(total, main) / 1e9


def resident(pid):
    """RSS, and the part of it that BPF maps are."""
    rss = int(status_of(pid)["VmRSS"].split()[0]) * 1024
    maps, current = 0, False
    with open(f"/proc/{pid}/smaps") as file:
        for line in file:
            if "-" in line.split(" ")[0]:
                current = "bpf-map" in line
            elif current and line.startswith("Rss:"):
                maps += int(line.split()[1]) * 1024
    return rss, maps


def scrape(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/metrics")
    body = connection.getresponse().read()
    connection.close()
    return body


def case_memory_and_time():
    port = free_port()
    mounts, cgroups = [], []
    exporter = subprocess.Popen(["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{port}"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(MOUNTS):
            mounts.append(Mount("size=64m"))
        for _ in range(CGROUPS):
            cgroups.append(Cgroup())
        # Each cgroup has a file of its own on one of the mounts.
        for i, cgroup in enumerate(cgroups):
            cgroup.run(lambda i=i: open(f"{mounts[i % MOUNTS].path}/{i}", "w").write("x" * 4096))
        with Agent("--metrics.all", interval="10s") as agent:
            for i, cgroup in enumerate(cgroups):
                cgroup.run(lambda i=i: open(f"{mounts[i % MOUNTS].path}/{i}", "a").write("x" * 4096))
            wait_until("node_exporter", lambda: scrape(port))
            time.sleep(12)
            worker = agent.web_worker()
            pids = {"agent": agent.process.pid, "web": worker, "node_exporter": exporter.pid}
            symbols = [pid for pid, what in agent.children().items() if what == "--symbol-worker"]
            before = {name: cpu_of(pid) for name, pid in pids.items()}
            begin = time.monotonic()
            for _ in range(SECONDS // 15):
                time.sleep(15)
                series = agent.get("/metrics")[2]
                scrape(port)
            passed = time.monotonic() - begin
            part = {name: (cpu_of(pid) - before[name]) / passed for name, pid in pids.items()}
            rss = {name: resident(pid) for name, pid in pids.items()}
            maps = agent.metrics().get("tmpfstrace_bpf_map_bytes")
            of_symbols = sum(resident(pid)[0] for pid in symbols)
    finally:
        exporter.kill()
        exporter.wait()
        for cgroup in cgroups:
            cgroup.__exit__(None, None, None)
        for mount in mounts:
            mount.__exit__(None, None, None)
    for name in pids:
        print(f"     {name}: {part[name]:.3%} of a processor, resident {(rss[name][0] - rss[name][1]) / MIB:.1f} MiB"
              + (f" and {rss[name][1] / MIB:.1f} MiB of BPF maps" if rss[name][1] else ""))
    print(f"     BPF maps {maps / MIB:.1f} MiB; symbol worker {of_symbols / MIB:.1f} MiB; {series.count(chr(10))} lines a scrape; "
          f"{MOUNTS} mounts, {CGROUPS} cgroups, interval 10 s, scraped each 15 s")
    together = sum(rss[name][0] - rss[name][1] for name in ("agent", "web")) + of_symbols
    assert together <= 20 * MIB, f"resident {together / MIB:.1f} MiB without BPF maps, at most 20"
    assert part["agent"] + part["web"] <= 0.002, f"{part['agent'] + part['web']:.3%} of a processor, at most 0.2 %"


WITH_TRACEPOINTS = (case_memory_and_time,)
CASES = (case_memory_and_time,)
