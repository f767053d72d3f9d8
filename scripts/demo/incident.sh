#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# incident.sh OUT TMPFSTRACE INCIDENT-LOAD REFUSALS [MODE]: the incident itself, on a host or in a guest.
#
# A cgroup, a private mount namespace with a 64 MiB tmpfs in it, the tool, and a server that fills
# the tmpfs from the cgroup. Leaves in OUT: tool.ndjson (all the tool said) and facts.json (what the
# kernel and the server say). Undoes everything at every end, also at Ctrl-C.
# Plain sh: a guest has busybox alone.
set -u

fail() {
	echo "demo: $*" >&2
	exit 1
}

if [ "${1:-}" = --in-namespace ]; then
	# In the private namespace: nothing outside sees this mount, as nothing sees a pod's /dev/shm.
	shift
	out=$1 load=$2 refusals=$3 procs=$4
	mount -t tmpfs -o size=64m,mode=1777 demo "$out/shm" || fail "cannot mount a 64 MiB tmpfs on $out/shm"
	: >"$out/mounted"
	# The tool has attached when its first sample is there.
	until [ -s "$out/tool.ndjson" ]; do
		[ -e "$out/stop" ] && exit 1
		sleep 0.2
	done
	if [ -n "$procs" ]; then
		(echo 0 >"$procs" && exec "$load" "$out/shm" "$refusals" "$out/facts.json") || fail "the workload failed"
	else
		"$load" "$out/shm" "$refusals" "$out/facts.json" || fail "the workload failed"
	fi
	: >"$out/filled"
	# The mount lives as long as this shell: the tool's last sample must still find it.
	until [ -e "$out/stop" ]; do sleep 0.2; done
	exit 0
fi

out=$1 tool=$2 load=$3 refusals=$4 mode=${5:-auto}
cgroup='' tool_pid='' space_pid=''

clean_up() {
	trap '' INT TERM HUP
	: >"$out/stop"
	if [ -n "$tool_pid" ]; then kill "$tool_pid" 2>/dev/null; fi
	# At Ctrl-C the workload has had its own signal; when only this shell was told to end, it ends here.
	if [ -n "$cgroup" ] && [ -r "$cgroup/cgroup.procs" ]; then
		while read -r pid; do kill "$pid" 2>/dev/null; done <"$cgroup/cgroup.procs"
	fi
	if [ -n "$space_pid" ]; then wait "$space_pid" 2>/dev/null; fi
	if [ -n "$tool_pid" ]; then wait "$tool_pid" 2>/dev/null; fi
	# The kernel may still be taking leave of the last process.
	tries=0
	until [ -z "$cgroup" ] || rmdir "$cgroup" 2>/dev/null || [ "$tries" -ge 50 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	rmdir "$out/shm" 2>/dev/null
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mkdir -p "$out/shm" || fail "cannot make the directory $out/shm"

# The memory controller is on the v1 hierarchy if there is one, else on v2.
if [ -e /sys/fs/cgroup/memory/cgroup.procs ]; then
	cgroup=/sys/fs/cgroup/memory/tmpfstrace-demo.$$
elif grep -qw memory /sys/fs/cgroup/cgroup.controllers 2>/dev/null; then
	cgroup=/sys/fs/cgroup/tmpfstrace-demo.$$
fi
if [ -n "$cgroup" ] && ! mkdir "$cgroup" 2>/dev/null; then
	echo "  cannot make the cgroup $cgroup"
	cgroup=''
fi
if [ -n "$cgroup" ]; then
	echo "  cgroup $cgroup"
else
	echo "  no cgroup with a memory controller can be made here: the workload runs in the cgroup of this shell"
fi

unshare -m sh "$0" --in-namespace "$out" "$load" "$refusals" "${cgroup:+$cgroup/cgroup.procs}" &
space_pid=$!
until [ -e "$out/mounted" ]; do
	kill -0 "$space_pid" 2>/dev/null || fail "no private mount namespace with a tmpfs could be made (see above)"
	sleep 0.1
done
echo "  64 MiB tmpfs on $out/shm, in a mount namespace of its own"

"$tool" json --interval 1s --mode "$mode" >"$out/tool.ndjson" 2>"$out/tool.err" &
tool_pid=$!
until [ -e "$out/filled" ]; do
	kill -0 "$tool_pid" 2>/dev/null || fail "tmpfstrace ended: $(cat "$out/tool.err")"
	kill -0 "$space_pid" 2>/dev/null || fail "the workload ended early (see above)"
	sleep 0.2
done
# One whole interval more, then the tool's last sample; only after it may the mount go.
sleep 1.5
kill -TERM "$tool_pid"
wait "$tool_pid" || fail "tmpfstrace ended with an error: $(cat "$out/tool.err")"
tool_pid=''
[ -z "$cgroup" ] || echo "${cgroup##*/}" >"$out/cgroup"
