#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""pack.py ROOT NAME:TAG IMAGE.tar: packs a root file system as an image of one layer, for `podman load`, `buildah pull oci-archive:`,
`ctr images import`, `skopeo` (an OCI layout) and `docker load` (manifest.json). The same root gives the same image, to the byte."""
import gzip
import hashlib
import io
import json
import os
import sys
import tarfile

LABELS = {
    "org.opencontainers.image.title": "tmpfstrace",
    "org.opencontainers.image.description": "Counts tmpfs allocations and refusals per cgroup and superblock",
    "org.opencontainers.image.licenses": "Apache-2.0 AND (GPL-2.0-only OR BSD-2-Clause)",
}
CONFIG = {
    "Entrypoint": ["/usr/bin/tmpfstrace"],
    "Cmd": ["agent"],
    "Env": ["PATH=/usr/bin", "LANG=C.UTF-8", "TERM=xterm-256color"],
    "WorkingDir": "/",
    # Root: the kernel's BPF and debugfs files are root's. What it may do is for the capabilities to say.
    "User": "0:0",
}


def plain(entry):
    """Of what differs from machine to machine nothing."""
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    return entry


def layer_of(root):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for directory, directories, files in os.walk(root):
            directories.sort()
            for name in sorted(files + directories):
                path = os.path.join(directory, name)
                tar.add(path, os.path.relpath(path, root), recursive=False, filter=plain)
    return out.getvalue()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def main():
    root, name, image = sys.argv[1:]
    layer = layer_of(root)
    packed = gzip.compress(layer, 9, mtime=0)
    version = name.rpartition(":")[2]
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "created": "1970-01-01T00:00:00Z",
        "config": {**CONFIG, "Labels": {**LABELS, "org.opencontainers.image.version": version}},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + sha256(layer)]},
        "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "deploy/image/pack.py"}],
    }, sort_keys=True).encode()
    oci = "application/vnd.oci.image."

    def described(kind, data):
        return {"mediaType": oci + kind, "digest": "sha256:" + sha256(data), "size": len(data)}

    manifest = json.dumps({"schemaVersion": 2, "mediaType": oci + "manifest.v1+json", "config": described("config.v1+json", config),
                           "layers": [described("layer.v1.tar+gzip", packed)]}, sort_keys=True).encode()
    index = json.dumps({"schemaVersion": 2, "mediaType": oci + "index.v1+json", "manifests": [{
        **described("manifest.v1+json", manifest),
        "annotations": {"org.opencontainers.image.ref.name": version, "io.containerd.image.name": name}}]}, sort_keys=True).encode()
    docker = json.dumps([{"Config": "blobs/sha256/" + sha256(config), "RepoTags": [name], "Layers": ["blobs/sha256/" + sha256(packed)]}]).encode()
    files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": index, "manifest.json": docker}
    files.update({"blobs/sha256/" + sha256(data): data for data in (config, packed, manifest)})
    with tarfile.open(image, "w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(files):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(files[path]), 0o644
            tar.addfile(entry, io.BytesIO(files[path]))
    print(f"{image}: {name}, {len(layer) / 1e6:.1f} MB unpacked, {len(packed) / 1e6:.1f} MB packed, sha256:{sha256(manifest)}")


if __name__ == "__main__":
    main()
