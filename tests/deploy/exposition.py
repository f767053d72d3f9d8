# SPDX-License-Identifier: Apache-2.0
"""The metrics of `tmpfstrace agent`, made of the samples of `tmpfstrace json`: what the rules and the dashboard are tried on, with
figures that were measured."""
import json
import subprocess


def samples_of(tool, recording):
    lines = subprocess.run([tool, "json", "--only", "sample", "--replay", recording], check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in lines.stdout.splitlines()]


class Page:
    """One answer of /metrics: a list of (name, labels, value)."""

    def __init__(self):
        self.series = []

    def add(self, name, value, **labels):
        if value is not None:
            self.series.append((name, {key: word for key, word in labels.items() if word}, value))


def _names(owner):
    owner = owner or {}
    return {"owner": owner.get("text"), "namespace": owner.get("k8s.namespace.name"), "pod": owner.get("k8s.pod.name"),
            "volume": owner.get("k8s.volume.name")}


def _place(superblock):
    mount = superblock["mounts"][0]["mount_point"] if superblock["mounts"] else None
    # As the pod sees it: the node has it under the sandbox's id.
    if superblock["owner"] and mount and mount.endswith("/shm"):
        mount = "/dev/shm"
    return {"device": superblock["dev"], "mount": mount, **_names(superblock["owner"])}


def _superblock(page, superblock, place, recommended):
    counters = superblock["counters"]
    page.add("tmpfstrace_superblock_size_bytes", superblock["size_bytes"], **place)
    page.add("tmpfstrace_superblock_used_bytes", superblock["used_bytes"], **place)
    page.add("tmpfstrace_superblock_inodes", superblock["inodes_total"], **place)
    page.add("tmpfstrace_superblock_inodes_used", superblock["inodes_used"], **place)
    page.add("tmpfstrace_superblock_allocated_bytes_total", counters["allocated_bytes"], **place)
    page.add("tmpfstrace_superblock_freed_bytes_total", counters["freed_bytes"], **place)
    page.add("tmpfstrace_superblock_written_bytes_total", counters["written_bytes"], **place)
    page.add("tmpfstrace_superblock_files_created_total", sum(counters["created"].values()), **place)
    page.add("tmpfstrace_superblock_files_removed_total", sum(counters["removed"].values()), **place)
    page.add("tmpfstrace_superblock_refusals_total", counters["refused"], **place)
    for refusal in counters["refusals"]:
        page.add("tmpfstrace_refusals_total", refusal["count"], operation=refusal["operation"], cause=refusal["cause"], **place)
    outlook = superblock["outlook"] or {}
    headrooms = [writer["headroom_bytes"] for writer in outlook.get("writers", []) if "headroom_bytes" in writer]
    page.add("tmpfstrace_superblock_memory_headroom_bytes", min(headrooms, default=None), **place)
    for forecast in outlook.get("forecasts", []):
        page.add("tmpfstrace_superblock_full_in_seconds", forecast.get("seconds_to_full"), limit=forecast["limit"], **place)
    page.add("tmpfstrace_superblock_recommended_size_bytes", recommended.get("recommended_size_bytes"), **place)
    page.add("tmpfstrace_superblock_recommended_inodes", recommended.get("recommended_inodes"), **place)
    page.add("tmpfstrace_superblock_recommended_memory_limit_bytes", recommended.get("recommended_memory_limit"), **place)


def page_of(sample):
    page = Page()
    recommended, places = {}, {}
    for verdict in sample["verdicts"]:
        recommended.setdefault(verdict["dev"], {}).update(verdict["evidence"])
    for superblock in sample["superblocks"]:
        if superblock["dead"] or superblock["kind"] == "internal":
            continue
        places[superblock["dev"]] = _place(superblock)
        _superblock(page, superblock, places[superblock["dev"]], recommended.get(superblock["dev"], {}))
    cgroups = {cgroup["cgroup"]: cgroup for cgroup in sample["cgroups"]}
    for row in sample["ledger"]:
        cgroup = cgroups.get(row["cgroup"], {})
        owner = cgroup.get("owner") or {}
        if owner.get("kind") != "container" or row["dev"] not in places:
            continue
        labels = _names(owner)
        labels.update(volume=None, container=owner.get("k8s.container.name"), device=row["dev"], mount=places[row["dev"]]["mount"])
        page.add("tmpfstrace_container_resident_bytes", row["counters"]["resident_bytes"], **labels)
        causes = {}
        for refusal in row["counters"]["refusals"]:
            causes[refusal["cause"]] = causes.get(refusal["cause"], 0) + refusal["count"]
        for cause, count in causes.items():
            page.add("tmpfstrace_container_refusals_total", count, cause=cause, **labels)
    for verdict in sample["verdicts"]:
        owner = (cgroups.get(verdict["cgroup"]) or {}).get("owner") or {}
        page.add("tmpfstrace_problem", 1, kind=verdict["kind"], severity=verdict["severity"], limit=verdict["limit"],
                 container=owner.get("k8s.container.name"), **places.get(verdict["dev"], {}))
    _own(page, sample)
    return page.series


def _own(page, sample):
    mode, self = sample["mode"], sample["self"]
    page.add("tmpfstrace_build_info", 1, version="0")
    page.add("tmpfstrace_mode_info", 1, mode=mode["name"], hooks=mode["hooks"], kernel=sample["kernel"])
    page.add("tmpfstrace_blind_spots", len(mode["blind"]))
    for loss, count in sample["losses"].items():
        page.add("tmpfstrace_losses_total", count, loss=loss)
    page.add("tmpfstrace_ledger_drift_bytes", sample["totals"]["drift_bytes"])
    page.add("tmpfstrace_ledger_drift_inodes", sample["totals"]["drift_inodes"])
    page.add("tmpfstrace_samples_total", sample["sequence"] + 1)
    page.add("tmpfstrace_bpf_map_bytes", self["map_bytes"])
    page.add("process_cpu_seconds_total", self["cpu_ns"] / 1e9)
    page.add("process_resident_memory_bytes", self["rss_bytes"])
    programs = self["programs"]
    if programs:
        page.add("tmpfstrace_bpf_window_seconds", programs["window_ns"] / 1e9)
        for program in programs["list"]:
            page.add("tmpfstrace_bpf_program_cpu_ratio", program["run_time_ns"] / programs["window_ns"], program=program["name"])
