#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# guest.sh ROUNDS HOOKS…: runs inside a guest that counts instructions. Measures without the tool,
# then for each HOOKS (auto, fentry, kprobe) with the tool attached and again without it, so that
# every figure has a baseline before and after. Prints the lines of bench-load, and
#   SAMPLE <hooks asked for> <the last sample of the tool>
#   NOTE <text>
rounds=$1
shift

fail() {
	echo "bench: $*" >&2
	exit 1
}

mkdir -p /mnt/free /mnt/full /mnt/ext4
mount -t tmpfs -o size=64m free /mnt/free || fail "cannot mount a tmpfs on /mnt/free"
mount -t tmpfs -o size=1m full /mnt/full || fail "cannot mount a tmpfs on /mnt/full"

ext4=-
if ! grep -qw ext4 /proc/filesystems; then
	echo "NOTE ext4 not measured: this kernel has no ext4, built in or as a module of the guest"
elif ! [ -x /sbin/mke2fs.host ]; then
	echo "NOTE ext4 not measured: mke2fs was not found on the host"
# A commit within the measurement would be work of the journal's thread, not of the operation.
elif /sbin/mke2fs.host -q -t ext4 /dev/ram0 65536 && mount -t ext4 -o commit=3600 /dev/ram0 /mnt/ext4; then
	ext4=/mnt/ext4
else
	echo "NOTE ext4 not measured: a file system on /dev/ram0 could not be made or mounted"
fi

# All of it in a cgroup of its own, as a container has one. The first operation in the root cgroup as
# well, where no memory is charged and the baseline is therefore lower.
mkdir /sys/fs/cgroup/bench || fail "cannot make the cgroup /sys/fs/cgroup/bench"
measure() {
	(echo 0 >/sys/fs/cgroup/bench/cgroup.procs && exec bench-load "$1" "$rounds" /mnt/free /mnt/full "$ext4") ||
		fail "bench-load failed while measuring $1"
	bench-load "$1" "$rounds" /mnt/free /mnt/full - session_file >/run/root.txt ||
		fail "bench-load failed in the root cgroup while measuring $1"
	sed 's/ session_file / session_file_root /' /run/root.txt
}

# In its first seconds the baseline reads up to double: init still works, caches are empty.
sleep 20
measure base
for hooks in "$@"; do
	# One sample at the start, the next in an hour: what is measured is the kernel's side.
	tmpfstrace json --interval 60m --mode exact --hooks "$hooks" >/run/tool.ndjson 2>/run/tool.err &
	tool=$!
	waited=0
	until [ -s /run/tool.ndjson ]; do
		sleep 1
		waited=$((waited + 1))
		kill -0 "$tool" 2>/dev/null || fail "tmpfstrace --hooks $hooks ended at its start: $(cat /run/tool.err)"
		[ "$waited" -lt 120 ] || fail "tmpfstrace --hooks $hooks gave no sample in $waited s"
	done
	sleep 20
	kill -STOP "$tool"
	measure "$hooks"
	kill -CONT "$tool"
	# Its last sample names what was lost: a measurement that lost events is none of the full cost.
	kill -INT "$tool"
	wait "$tool" || fail "tmpfstrace --hooks $hooks ended with an error: $(cat /run/tool.err)"
	echo "SAMPLE $hooks $(grep '"type":"sample"' /run/tool.ndjson | tail -n 1)"
	sleep 5
	measure base
done
