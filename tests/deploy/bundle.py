# SPDX-License-Identifier: Apache-2.0
"""What a container runtime makes of the DaemonSet: an OCI bundle's config.json, with its capabilities, mounts and namespaces, without one
capability each time that one is to be shown to be needed. The agent's arguments give way to those of the test."""
import json
import sys

import yaml

ARGS = ["/usr/bin/tmpfstrace", "json", "--no-events", "--count", "2", "--interval", "1s", "--host-root", "/host"]


def config(daemonset, without):
    pod = daemonset["spec"]["template"]["spec"]
    container = pod["containers"][0]
    security = container["securityContext"]
    if security["privileged"] or security["capabilities"]["drop"] != ["ALL"]:
        raise AssertionError("the container is privileged, or does not begin without capabilities")
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
        "process": {"args": ARGS, "env": ["PATH=/usr/bin", "LANG=C.UTF-8"], "cwd": "/",
                    "user": {"uid": security["runAsUser"], "gid": security["runAsGroup"]},
                    "noNewPrivileges": not security["allowPrivilegeEscalation"],
                    "capabilities": {kind: capabilities for kind in ("bounding", "effective", "permitted")}},
        "mounts": mounts,
        "linux": {"namespaces": [{"type": kind} for kind in namespaces],
                  "maskedPaths": ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/scsi", "/sys/firmware"],
                  "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]},
    }


def main():
    manifest, out = sys.argv[1:]
    daemonset = next(thing for thing in yaml.safe_load_all(open(manifest)) if thing["kind"] == "DaemonSet")
    for without in ("", "BPF", "PERFMON", "SYS_PTRACE", "DAC_READ_SEARCH", "CHECKPOINT_RESTORE"):
        with open(f"{out}/config-{without or 'none'}.json", "w") as file:
            json.dump(config(daemonset, without), file)


if __name__ == "__main__":
    main()
