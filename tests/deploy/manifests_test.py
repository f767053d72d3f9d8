# SPDX-License-Identifier: Apache-2.0
"""What the kustomizations promise: of each combination of base and components, as run.sh has built them."""
import json
import pathlib
import sys


def judge(name, objects):
    kinds = {thing["kind"]: thing for thing in objects}
    plain, parts = name.startswith("plain-"), name.partition("-")[2]
    expected = {"Namespace", "ServiceAccount", "ConfigMap", "DaemonSet", "NetworkPolicy"} | (set() if plain else {"PodMonitor", "PrometheusRule"})
    assert set(kinds) == expected and len(objects) == len(expected), sorted(kinds)
    pod = kinds["DaemonSet"]["spec"]["template"]["spec"]
    container = pod["containers"][0]
    security = container["securityContext"]
    assert len(pod["containers"]) == 1 and not security["privileged"] and not security["allowPrivilegeEscalation"]
    assert security["readOnlyRootFilesystem"] and pod["hostPID"] and not pod.get("hostNetwork") and not pod["automountServiceAccountToken"]
    assert container["image"].startswith("tmpfstrace:") and "/" not in container["image"]
    assert ("SYS_ADMIN" in security["capabilities"]["add"]) == ("sys-admin" in parts)
    assert security["seccompProfile"]["type"] == ("Unconfined" if "seccomp" in parts else "RuntimeDefault")
    tls = "tls" in parts
    scheme = container["livenessProbe"]["httpGet"].get("scheme", "HTTP")
    assert (scheme == "HTTPS") == tls and any("web.config.file" in arg for arg in container["args"]) == tls
    # Only the programs' place in bpffs may be written, and no mount made here is seen by the node.
    for mount in container["volumeMounts"]:
        assert mount.get("readOnly", False) != (mount["name"] == "bpf"), mount
        assert mount.get("mountPropagation") != "Bidirectional", mount
    port = container["ports"][0]
    assert f"--web.listen-address=:{port['containerPort']}" in container["args"], "the port is not where it listens"
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["port"] == port["name"]
        # Those that want no password, with the component tls either (tests/web, probes).
        assert container[probe]["httpGet"]["path"] in ("/healthz", "/readyz") and "httpHeaders" not in container[probe]["httpGet"]
    selector = kinds["DaemonSet"]["spec"]["selector"]["matchLabels"]
    labels = kinds["DaemonSet"]["spec"]["template"]["metadata"]["labels"]
    annotations = kinds["DaemonSet"]["spec"]["template"]["metadata"].get("annotations")
    assert selector == labels == kinds["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]
    assert kinds["NetworkPolicy"]["spec"]["ingress"][0]["ports"][0]["port"] == port["name"]
    assert all(thing["metadata"].get("namespace") == "tmpfstrace" for thing in objects if thing["kind"] != "Namespace")
    assert json.loads(kinds["ConfigMap"]["data"]["tmpfstrace.json"])["uid"] == "tmpfstrace"
    if plain:
        assert annotations["prometheus.io/port"] == str(port["containerPort"])
        return
    endpoint = kinds["PodMonitor"]["spec"]["podMetricsEndpoints"][0]
    assert kinds["PodMonitor"]["spec"]["selector"]["matchLabels"] == labels and endpoint["port"] == port["name"]
    assert endpoint["honorLabels"] and endpoint["relabelings"][0] == {"action": "labeldrop", "regex": "namespace|pod|container|endpoint"}
    assert (endpoint.get("scheme") == "https") == tls


def main():
    paths = sorted(pathlib.Path(sys.argv[1]).glob("*.json"))
    for path in paths:
        try:
            judge(path.stem, json.loads(path.read_text()))
        except AssertionError as error:
            raise AssertionError(f"{path.stem}: {error}") from error
    assert len(paths) == 10, paths
    print(f"ok    kustomize: {len(paths)} combinations of base and components")


if __name__ == "__main__":
    main()
