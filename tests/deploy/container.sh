#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs inside a guest: the image in containers as the DaemonSet makes them. First the agent, twice, the second one going on from what the
# first has pinned; then `tmpfstrace json` without one capability each time.
# A pod stands by: a tmpfs of 1 MiB that only its own mount namespace has, below a directory that only its user may pass,
# to which it writes more than it holds again and again. What is seen goes to stdout, for container_test.py: see tell().
# shellcheck disable=SC1091,SC2154 # manifest.sh is made by bundle.py
set -e
. /manifest.sh # what the DaemonSet says: memory_limit, grace, port
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

# tell NAME COMMAND…: what it prints, between two lines with the name.
tell() {
	name=$1
	shift
	echo "<<< $name"
	"$@" || echo "failed: $?"
	echo
	echo ">>> $name"
}
# bundle NAME: of that configuration.
bundle() {
	mkdir -p "/bundle-$1"
	cp "/config-$1.json" "/bundle-$1/config.json"
}
# As the kubelet has it: with the limit of memory.
mkdir /sys/fs/cgroup/agent
echo "$memory_limit" >/sys/fs/cgroup/agent/memory.max

start_agent() {
	bundle agent
	rm -f /agent.pid /agent.status
	(
		sh -c 'echo $$ >/sys/fs/cgroup/agent/cgroup.procs && exec crun --cgroup-manager=disabled run --pid-file /agent.pid --bundle /bundle-agent agent' \
			>/agent.txt 2>&1 && echo 0 >/agent.status || echo $? >/agent.status
	) &
	seconds=0
	until [ -s /agent.pid ] && agent=$(cat /agent.pid) && [ "$(get /readyz 2>/dev/null)" = ready ]; do
		sleep 1
		seconds=$((seconds + 1))
		if [ "$seconds" -gt 120 ] || [ -s /agent.status ]; then
			cat /agent.txt
			break
		fi
	done
	echo "$seconds" >/agent.seconds
}
# From its own network. Not wget, which ends with a fault in a busybox without a list of services.
get() { printf 'GET %s HTTP/1.0\r\n\r\n' "$1" | nsenter -t "$agent" -n nc -w 10 127.0.0.1 "$port" | sed '1,/^\r*$/d'; }
# Those of the node's own process ids, as the agent's.
worker() {
	read -r children <"/proc/$agent/task/$agent/children" || : # no newline at its end
	for child in $children; do
		! grep -q '^Uid:.65534' "/proc/$child/status" || echo "$child"
	done
}
capabilities() { grep -E '^(Uid|CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp):' "/proc/$1/status"; }
refused() { get /metrics | grep '^tmpfstrace_superblock_refusals_total{.*/private/deep' | sed 's/.* //'; }
# Within three samples.
wait_for_refusals() {
	for _ in 1 2 3 4 5 6; do
		[ "$(refused)" -gt "$1" ] 2>/dev/null && return
		sleep 5
	done
}
end_agent() {
	kill -TERM "$agent"
	seconds=0
	while [ ! -s /agent.status ] && [ "$seconds" -le "$grace" ]; do
		sleep 1
		seconds=$((seconds + 1))
	done
	echo "after $seconds s, status $(cat /agent.status)"
}
memory() { echo "current $(cat /sys/fs/cgroup/agent/memory.current) peak $(cat /sys/fs/cgroup/agent/memory.peak)"; }

start_agent
tell ready-1 cat /agent.seconds
tell readyz get /readyz
tell healthz get /healthz
wait_for_refusals 0
tell metrics-1 get /metrics
tell capabilities-agent capabilities "$agent"
tell capabilities-worker capabilities "$(worker)"
tell memory memory
tell stat grep -E '^(anon|file|kernel|percpu|vmalloc|slab|sock) ' /sys/fs/cgroup/agent/memory.stat
tell end-1 end_agent
tell log-1 cat /agent.txt
sleep 2
start_agent
tell metrics-2 get /metrics
tell snapshot-2 get /api/v1/snapshot
tell end-2 end_agent
tell log-2 cat /agent.txt
bundle unpin
tell unpin crun --cgroup-manager=disabled run --bundle /bundle-unpin unpin
tell left ls /sys/fs/bpf

for without in BPF PERFMON SYS_PTRACE DAC_READ_SEARCH CHECKPOINT_RESTORE; do
	bundle "$without"
	status=0
	crun --cgroup-manager=disabled run --bundle "/bundle-$without" "without-$without" >/out.json 2>/err.txt || status=$?
	cat /err.txt >&2
	echo "{\"without\":\"$without\",\"status\":$status,\"sample\":$(tail -n 1 /out.json | grep . || echo null)}"
done
kill "$pod"
