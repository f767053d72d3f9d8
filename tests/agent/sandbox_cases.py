# SPDX-License-Identifier: Apache-2.0
"""What the agent has given up, by the kernel's word and by trying."""
import os
import subprocess

from agent import Agent, capabilities_left, status_of
from harness import Mount, equal
from serve_cases import refuse

CAPABILITIES = {"setgid": 6, "setuid": 7, "setpcap": 8, "dac_read_search": 2, "sys_ptrace": 19, "sys_admin": 21, "bpf": 39,
                "checkpoint_restore": 40}


def bits(*names):
    return sum(1 << CAPABILITIES[name] for name in names)


def capabilities_of(pid):
    status = status_of(pid)
    return {name: int(status[name], 16) for name in ("CapPrm", "CapEff", "CapInh", "CapBnd", "CapAmb")}


def case_what_is_left_of_the_agent():
    with Agent() as agent:
        status = status_of(agent.process.pid)
        equal("no_new_privs", status["NoNewPrivs"], "1")
        equal("seccomp", status["Seccomp"], "2")
        left = bits("sys_ptrace", "dac_read_search", "checkpoint_restore", "setuid", "setgid", "setpcap")
        found = capabilities_of(agent.process.pid)
        # Where unprivileged bpf(2) is switched off, kernels before 5.19 want it.
        found = {name: value & ~bits("bpf") for name, value in found.items()}
        equal("capabilities", found, {"CapPrm": left, "CapEff": left, "CapInh": 0, "CapBnd": left, "CapAmb": 0})
    with Agent(web=False) as agent, Mount("size=1m"):
        # No web: nobody is to become nobody.
        equal("without web", int(capabilities_left(agent), 16) & ~bits("bpf"),
              bits("sys_ptrace", "dac_read_search", "checkpoint_restore"))


def case_what_is_left_of_the_worker():
    with Agent() as agent:
        worker = agent.web_worker()
        for _ in range(2):
            status = status_of(worker)
            equal("uid", status["Uid"].split(), ["65534"] * 4)
            equal("gid", status["Gid"].split(), ["65534"] * 4)
            equal("groups", status["Groups"].strip(), "")
            equal("no_new_privs", status["NoNewPrivs"], "1")
            equal("seccomp", status["Seccomp"], "2")
            equal("capabilities", set(capabilities_of(worker).values()), {0})
            names = os.listdir(f"/proc/{worker}/fd")
            links = [os.readlink(f"/proc/{worker}/fd/{name}") for name in names]
            assert not any("bpf" in link for link in links), links
            # The one that is started from inside the agent's sandbox gives up as much.
            os.kill(worker, 9)
            agent.get_or_none("/healthz")
            while (next_one := agent.web_worker()) == worker:
                pass
            worker = next_one
            while status_of(worker).get("Seccomp") != "2" or not agent.get_or_none("/healthz"):
                pass


def case_it_counts_on_inside():
    with Mount("size=1m") as mount, Agent() as agent:
        agent.after_samples()
        count = refuse(mount, 5)
        equal("refusals", agent.after_samples(3).get("tmpfstrace_superblock_refusals_total", device=mount.dev), count)
        assert agent.metrics().get("tmpfstrace_losses_total", loss="unreadable_namespaces") == 0


def tried(*needs):
    """What the driver finds refused in the sandbox: {name: True}."""
    done = subprocess.run([os.environ["O"] + "/sandbox-driver", *needs], capture_output=True, text=True, check=False)
    equal(f"exit status; {done.stderr}", done.returncode, 0)
    return {name: what for name, what in (line.split() for line in done.stdout.splitlines())}


def case_what_was_given_up_is_gone():
    for needs in ([], ["web", "alerts", "program_times"]):
        before, after = tried("outside"), tried("inside", *needs)
        for name in ("load_program", "make_map", "attach", "mount", "ptrace", "open_by_handle", "module", "raw_socket",
                     "chroot", "set_time", "unshare"):
            equal(f"{name} outside", before[name] != "EPERM", True)
            equal(f"{name} with {needs}", after[name], "EPERM")
        equal("a socket to the network", after["socket"], "allowed" if needs else "EPERM")
        assert after["map_info"].startswith("EBADF"), f"reading through a descriptor: {after['map_info']}"


WITH_TRACEPOINTS = (case_it_counts_on_inside,)
CASES = (case_what_is_left_of_the_agent, case_what_is_left_of_the_worker, case_it_counts_on_inside,
         case_what_was_given_up_is_gone)
