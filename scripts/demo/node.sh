#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# node.sh COMMAND…: a node as the kubelet and containerd lay it out, in a guest that is thrown away. Plain sh.
#
#   node.sh make             the cgroups, state files and mounts of three pods
#   node.sh run LOAD [WORDS] LOAD in the container "proxy" of the pod auth/outpost, with its /dev/shm, and the WORDS
#   node.sh chores           until killed: what other pods do with their volumes
#   node.sh shm              prints where the node has that /dev/shm
#
# The pod auth/outpost has a /dev/shm of 64 MiB, the containerd default, and a memory limit that is no trouble to it.
# PERCENT=N holds "run" to so much of a processor: the shm fills while one watches.
set -eu

groups=/sys/fs/cgroup
slice=kubepods.slice/kubepods-burstable.slice
sandboxes=/run/containerd/io.containerd.grpc.v1.cri/sandboxes
tasks=/run/containerd/io.containerd.runtime.v2.task/k8s.io
outpost=3b6f1a52-8c0e-4f7d-9a41-5d2e7c90b1f4
web=91d4c7e0-2a5b-4d18-b6c3-0e8f4a7d6b25
reports=c25e80f7-6d39-4b1a-8e54-f3a1960d7c8b

# A name's 64 hexadecimal digits, the same at each run.
id_of() { printf %s "$1" | sha256sum | cut -c 1-64; }
group_of() { echo "$slice/kubepods-burstable-pod$(echo "$1" | tr - _).slice"; }
shm_of() { echo "$sandboxes/$(id_of "$1 sandbox")/shm"; }
volume_of() { echo "/var/lib/kubelet/pods/$1/volumes/kubernetes.io~empty-dir/$2"; }

# make_group PATH: with the controllers handed down to it.
make_group() {
	at=$groups
	for part in $(echo "$1" | tr / ' '); do
		echo '+memory +cpu' >"$at/cgroup.subtree_control"
		at=$at/$part
		[ -d "$at" ] || mkdir "$at"
	done
}

# make_container UID NAMESPACE POD CONTAINER MEMORY: an empty CONTAINER is the sandbox.
make_container() {
	sandbox=$(id_of "$1 sandbox") id=$(id_of "$1 ${4:-sandbox}")
	make_group "$(group_of "$1")/cri-containerd-$id.scope"
	echo "$5" >"$groups/$(group_of "$1")/cri-containerd-$id.scope/memory.max"
	mkdir -p "$tasks/$id" /var/log/containers "/var/log/pods/$2_$3_$1/$4"
	kind=container
	[ -n "$4" ] || kind=sandbox
	cat >"$tasks/$id/config.json" <<-END
		{"annotations":{"io.kubernetes.cri.container-type":"$kind","io.kubernetes.cri.container-name":"$4",
		"io.kubernetes.cri.sandbox-id":"$sandbox","io.kubernetes.cri.sandbox-name":"$3",
		"io.kubernetes.cri.sandbox-namespace":"$2","io.kubernetes.cri.sandbox-uid":"$1"}}
	END
	[ -z "$4" ] || ln -s "/var/log/pods/$2_$3_$1/$4/0.log" "/var/log/containers/$3_$2_$4-$id.log"
}

# make_pod UID NAMESPACE POD CONTAINER MEMORY
make_pod() {
	make_container "$1" "$2" "$3" '' max
	make_container "$1" "$2" "$3" "$4" "$5"
	mkdir -p "$(shm_of "$1")"
	mount -t tmpfs -o nosuid,nodev,noexec,mode=1777,size=65536k shm "$(shm_of "$1")"
}

# enter UID CONTAINER: this shell becomes the container's.
enter() { echo 0 >"$groups/$(group_of "$1")/cri-containerd-$(id_of "$1 $2").scope/cgroup.procs"; }

case ${1:-} in
make)
	make_pod $outpost auth outpost proxy 512M
	make_pod $web shop web nginx 256M
	make_pod $reports office reports renderer 128M
	for volume in $web/cache:24m $reports/pages:16m; do
		at=$(volume_of "${volume%%/*}" "$(echo "${volume#*/}" | cut -d : -f 1)")
		mkdir -p "$at"
		mount -t tmpfs -o "size=${volume##*:}" tmpfs "$at"
	done
	;;
run)
	shift
	load=$1 && shift
	[ -z "${PERCENT:-}" ] ||
		echo "${PERCENT}000 100000" >"$groups/$(group_of $outpost)/cri-containerd-$(id_of "$outpost proxy").scope/cpu.max"
	enter $outpost proxy
	# As in the container: the pod's shm is /dev/shm and nothing else, in a mount namespace of its own.
	# shellcheck disable=SC2016 # expanded by the inner shell
	exec unshare -m sh -c 'mount --bind "$0" /dev/shm && umount "$0" && exec "$@"' "$(shm_of $outpost)" "$load" "$@"
	;;
chores)
	cache=$(volume_of $web cache) pages=$(volume_of $reports pages)
	(
		enter $web nginx
		n=0
		while :; do
			n=$((n + 1))
			head -c 200000 /dev/zero >"$cache/page_$((n % 40)).html"
			sleep 0.5
		done
	) &
	enter $reports renderer
	n=0
	while :; do
		n=$((n + 1))
		[ $n != 10 ] || mount -o remount,size=32m "$pages"
		head -c 60000 /dev/zero >"$pages/report_$n.pdf"
		[ $((n % 12)) != 0 ] || rm "$pages"/report_*
		sleep 0.7
	done
	;;
shm) shm_of $outpost ;;
*)
	sed -n '/^# node.sh/,/^set/s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
