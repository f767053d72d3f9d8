#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# atomics_guest.sh HOOKS: runs inside a guest of one processor, with the tool whose atomic operations are counted. For each
# operation of bench-load the places passed (see bench-atomics), with the labels
#   <operation>:start, <operation>:prepared, <operation>:measured
# Between the first two it ran once, with its preparation; between the last two twice, with it.
# Prints the lines of bench-atomics, bench-programs and bench-load, and SAMPLE <the tool's last sample>.
fail() {
	echo "atomics: $*" >&2
	exit 1
}

mkdir -p /mnt/free /mnt/full
mount -t tmpfs -o size=64m free /mnt/free || fail "cannot mount a tmpfs on /mnt/free"
mount -t tmpfs -o size=1m full /mnt/full || fail "cannot mount a tmpfs on /mnt/full"
mkdir /sys/fs/cgroup/bench || fail "cannot make the cgroup /sys/fs/cgroup/bench"

tmpfstrace-counted json --no-events --interval 60m --mode exact --hooks "$1" >/run/tool.ndjson 2>/run/tool.err &
tool=$!
until-it-says /run/tool.ndjson "$tool" /run/tool.err tmpfstrace || fail "the tool did not start"
kill -STOP "$tool"

# load OPERATION ROUNDS
load() {
	(echo 0 >/sys/fs/cgroup/bench/cgroup.procs && exec bench-load atomics "$2" /mnt/free /mnt/full - "$1") ||
		fail "bench-load $1 failed"
}

bench-programs atomics || fail "bench-programs failed"
for operation in session_file page_of_mebibyte overwrite refused_write fault read stat mmap mmap_read mmap_write; do
	load "$operation" 0
	bench-atomics "$operation:start" || fail "bench-atomics failed"
	load "$operation" 0
	bench-atomics "$operation:prepared"
	load "$operation" 1
	bench-atomics "$operation:measured"
done
kill -CONT "$tool"
kill -INT "$tool"
wait "$tool" || fail "tmpfstrace ended with an error: $(cat /run/tool.err)"
echo "SAMPLE $(grep '"type":"sample"' /run/tool.ndjson | tail -n 1)"
