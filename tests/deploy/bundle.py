# SPDX-License-Identifier: Apache-2.0
"""What a container runtime makes of the DaemonSet: an OCI bundle's config.json, with its arguments, capabilities, mounts, namespaces and
seccomp profile. And, to show what each capability is for, without one of them, for a run of `tmpfstrace json`."""
import json
import sys

import yaml

JSON = ["json", "--no-events", "--count", "2", "--interval", "1s", "--host-root", "/host"]
# What RuntimeDefault is, in the form that containerd, CRI-O and Podman share. This one may be older than what containerd has given since 1.7.
SECCOMP = "/usr/share/containers/seccomp.json"
GIVEN = {"CAP_BPF": "bpf", "CAP_PERFMON": "perf_event_open"}


def seccomp(capabilities):
    """As a runtime makes it of its profile and of what the container may."""
    profile = json.load(open(SECCOMP))

    def applies(rule):
        wanted, unwanted = rule.get("includes") or {}, rule.get("excludes") or {}
        held = set(capabilities)
        return (set(wanted.get("caps") or []) <= held and not set(unwanted.get("caps") or []) & held
                and "amd64" in (wanted.get("arches") or ["amd64"]) and "amd64" not in (unwanted.get("arches") or []))

    given = [call for capability, call in GIVEN.items() if capability in capabilities]
    rules = [{"names": given, "action": "SCMP_ACT_ALLOW"}] if given else []
    for rule in filter(applies, profile["syscalls"]):
        rules.append({key: rule[key] for key in ("action", "args", "errnoRet") if rule.get(key) not in (None, [])})
        rules[-1]["names"] = [name for name in rule["names"] if name not in given]
    return {"defaultAction": profile["defaultAction"], "defaultErrnoRet": profile["defaultErrnoRet"],
            "architectures": ["SCMP_ARCH_X86_64"], "syscalls": rules}


def config(daemonset, arguments, without):
    pod = daemonset["spec"]["template"]["spec"]
    container = pod["containers"][0]
    security = container["securityContext"]
    if security["privileged"] or security["capabilities"]["drop"] != ["ALL"]:
        raise AssertionError("the container is privileged, or does not begin without capabilities")
    if security["seccompProfile"]["type"] != "RuntimeDefault":
        raise AssertionError("the container has another seccomp profile than the one that is tried here")
    capabilities = ["CAP_" + name for name in security["capabilities"]["add"] if name != without]
    mounts = [{"destination": "/proc", "type": "proc", "source": "proc"},
              {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["ro", "nosuid", "noexec", "nodev"]}]
    sources = {volume["name"]: volume["hostPath"]["path"] for volume in pod["volumes"]}
    for mount in container["volumeMounts"]:
        propagation = {"HostToContainer": "rslave", None: "rprivate"}[mount.get("mountPropagation")]
        mounts.append({"destination": mount["mountPath"], "type": "bind", "source": sources[mount["name"]],
                       "options": ["rbind", propagation, "ro" if mount.get("readOnly") else "rw"]})
    namespaces = ["mount", "ipc", "uts", "network", "cgroup"] + ([] if pod["hostPID"] else ["pid"])
    return {
        "ociVersion": "1.0.0",
        "root": {"path": "/image", "readonly": security["readOnlyRootFilesystem"]},
        "process": {"args": ["/usr/bin/tmpfstrace", *arguments], "env": ["PATH=/usr/bin", "LANG=C.UTF-8", "NODE_NAME=node-1"], "cwd": "/",
                    "user": {"uid": security["runAsUser"], "gid": security["runAsGroup"]},
                    "noNewPrivileges": not security["allowPrivilegeEscalation"],
                    "capabilities": {kind: capabilities for kind in ("bounding", "effective", "permitted")}},
        "mounts": mounts,
        "linux": {"namespaces": [{"type": kind} for kind in namespaces], "seccomp": seccomp(capabilities),
                  "maskedPaths": ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/scsi", "/sys/firmware"],
                  "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]},
    }


def in_bytes(quantity):
    if not quantity.endswith("Mi"):
        raise AssertionError(f"no Mi: {quantity}")
    return int(quantity[:-2]) << 20


def main():
    manifest, out = sys.argv[1:]
    daemonset = next(thing for thing in yaml.safe_load_all(open(manifest)) if thing["kind"] == "DaemonSet")
    pod = daemonset["spec"]["template"]["spec"]
    container = pod["containers"][0]
    configs = {"agent": config(daemonset, container["args"], ""), "unpin": config(daemonset, ["unpin"], "")}
    for without in ("BPF", "PERFMON", "SYS_PTRACE", "DAC_READ_SEARCH", "CHECKPOINT_RESTORE"):
        configs[without] = config(daemonset, JSON, without)
    for name, content in configs.items():
        with open(f"{out}/config-{name}.json", "w") as file:
            json.dump(content, file)
    # For the shell in the guest.
    with open(f"{out}/manifest.sh", "w") as file:
        file.write(f"memory_limit={in_bytes(container['resources']['limits']['memory'])}\n"
                   f"memory_request={in_bytes(container['resources']['requests']['memory'])}\n"
                   f"grace={pod['terminationGracePeriodSeconds']}\n"
                   f"port={container['ports'][0]['containerPort']}\n")


if __name__ == "__main__":
    main()
