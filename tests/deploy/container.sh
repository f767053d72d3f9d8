#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs inside a guest: the image in containers as the DaemonSet makes them, with all of its capabilities and without one each time.
# A pod stands by: a tmpfs of 1 MiB that only its own mount namespace has, below a directory that only its user may pass,
# to which it writes more than it holds again and again. A line of JSON for each run goes to stdout.
set -e
# Of its own, as on a node, where images are on a disk: not among what is counted.
mkdir /image
mount -t tmpfs image /image
tar -x -f /image.tar -C /image
mount -t bpf bpf /sys/fs/bpf 2>/dev/null || :
mkdir -p /boot /private/deep
chown -R 1000:1000 /private
chmod 700 /private /private/deep
cat >/pod.sh <<'POD'
mount -t tmpfs -o size=1m,mode=1777 pod /private/deep
while :; do
	head -c 1500000 /dev/zero >/private/deep/file 2>/dev/null
	sleep 0.3
done
POD
unshare -m sh /pod.sh &
pod=$!
for without in none BPF PERFMON SYS_PTRACE DAC_READ_SEARCH CHECKPOINT_RESTORE; do
	mkdir -p /bundle
	cp "/config-$without.json" /bundle/config.json
	status=0
	crun --cgroup-manager=disabled run --bundle /bundle "without-$without" >/out.json 2>/err.txt || status=$?
	cat /err.txt >&2
	echo "{\"without\":\"$without\",\"status\":$status,\"sample\":$(tail -n 1 /out.json | grep . || echo null)}"
done
kill "$pod"
