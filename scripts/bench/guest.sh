#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# guest.sh ROUNDS HOOKS…: runs inside a guest that counts instructions. One boot, in this order; the baseline before
# each line and at the end:
#   for each HOOKS (auto, fentry, kprobe): the tool in mode exact; the same hooks with empty programs (the floor)
#   the tool in mode syscall; its tracepoints with empty programs
#   the peers (guest_peers.sh)
# Prints the lines of bench-load (labels: base, HOOKS, floor-HOOKS, syscall, floor-syscall or a peer's name), and
#   SAMPLE <label> <the last sample of the tool>
#   PROGRAM <label>:<operation> …   see bench-programs; what the programs had run after this operation
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

# All of it in a cgroup of its own, as a container has one.
mkdir /sys/fs/cgroup/bench || fail "cannot make the cgroup /sys/fs/cgroup/bench"
# load LABEL ROUNDS [OPERATION]
load() {
	(echo 0 >/sys/fs/cgroup/bench/cgroup.procs && exec bench-load "$1" "$2" /mnt/free /mnt/full "$ext4" ${3:+"$3"}) ||
		fail "bench-load failed while measuring $1"
}

# The first operation in the root cgroup as well, where no memory is charged and the baseline is therefore lower.
measure() {
	load "$1" "$rounds"
	bench-load "$1" "$rounds" /mnt/free /mnt/full - session_file >/run/root.txt ||
		fail "bench-load failed in the root cgroup while measuring $1"
	sed 's/ session_file / session_file_root /' /run/root.txt
}

# What each program ran and took in each operation. Its statistics cost instructions of their own: switched on for this.
# "calibrate" touches no file: it tells what bench-load's own beginning makes the programs do.
count_programs() {
	echo 1 >/proc/sys/kernel/bpf_stats_enabled
	bench-programs "$1:start" || fail "bench-programs failed"
	for operation in calibrate session_file page_of_mebibyte overwrite refused_write fault; do
		load "$1" 1 "$operation" >/dev/null
		bench-programs "$1:$operation" || fail "bench-programs failed"
	done
	echo 0 >/proc/sys/kernel/bpf_stats_enabled
}

# measure_tool LABEL OPTION…: the tool, then the hooks it says it would attach with empty programs.
measure_tool() {
	label=$1
	shift
	rm -f /run/tool.ndjson
	# One sample at the start, the next in an hour: what is measured is the kernel's side.
	tmpfstrace json --interval 60m "$@" >/run/tool.ndjson 2>/run/tool.err &
	tool=$!
	until-it-says /run/tool.ndjson "$tool" /run/tool.err "tmpfstrace $*" || fail "the tool did not start"
	sleep 20
	kill -STOP "$tool"
	measure "$label"
	count_programs "$label"
	kill -CONT "$tool"
	# Its last sample names what was lost: a measurement that lost events is none of the full cost.
	kill -INT "$tool"
	wait "$tool" || fail "tmpfstrace $* ended with an error: $(cat /run/tool.err)"
	echo "SAMPLE $label $(grep '"type":"sample"' /run/tool.ndjson | tail -n 1)"

	rm -f /run/floor.txt
	# 10: mode syscall
	tmpfstrace doctor "$@" >/run/doctor.txt || [ $? = 10 ] || fail "tmpfstrace doctor $* failed"
	sed -n 's/^  attached *//p' /run/doctor.txt >/run/hooks.txt
	bench-floor </run/hooks.txt >/run/floor.txt 2>/run/floor.err &
	floor=$!
	until-it-says /run/floor.txt "$floor" /run/floor.err bench-floor || fail "the floor did not start"
	sleep 20
	measure "floor-$label"
	count_programs "floor-$label"
	kill -INT "$floor"
	wait "$floor" || fail "bench-floor ended with an error: $(cat /run/floor.err)"
	sleep 5
	measure base
}

# In its first seconds the baseline reads up to double: init still works, caches are empty.
sleep 20
measure base
for hooks in "$@"; do
	measure_tool "$hooks" --mode exact --hooks "$hooks"
done
measure_tool syscall --mode syscall
# shellcheck source=scripts/bench/guest_peers.sh
. /bin/bench-guest-peers
