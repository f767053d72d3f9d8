#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# contention_guest.sh ROUNDS WINDOWS SECONDS: runs inside a guest of two processors that really run at once. In each round:
# nothing attached; empty programs on the tool's hooks (floor); the tool; programs that all add to one line there (contended).
# In each of these states bench-contention with two workers, first each with a cgroup and tmpfs of its own (own), then both
# with the same (same). Prints its lines, with the label "<state> <own|same>", and
#   ROUND <number>
#   SAMPLE <the tool's last sample>
# The kernel patches itself when programs are attached or statistics switched on, which the emulator does not survive with two
# processors at work (see --threads of run.sh): the second is taken offline for that.
rounds=$1 windows=$2 seconds=$3
cgroups=/sys/fs/cgroup

fail() {
	echo "contention: $*" >&2
	exit 1
}

processors() {
	echo $(($1 - 1)) >/sys/devices/system/cpu/cpu1/online || fail "cannot change to $1 processors"
}

# own0 is the first worker's, own1 the second's, same is for both.
for place in own0 own1 same; do
	mkdir -p "/mnt/$place/free" "/mnt/$place/full" "$cgroups/$place" || fail "cannot make $place"
	mount -t tmpfs -o size=64m free "/mnt/$place/free" || fail "cannot mount a tmpfs on /mnt/$place/free"
	mount -t tmpfs -o size=1m full "/mnt/$place/full" || fail "cannot mount a tmpfs on /mnt/$place/full"
done
mkdir /mnt/same/free/0 /mnt/same/free/1 /mnt/same/full/0 /mnt/same/full/1

# measure STATE
measure() {
	sleep 1
	processors 2
	bench-contention "$1 own" "$windows" "$seconds" "$cgroups/own0:/mnt/own0/free:/mnt/own0/full" \
		"$cgroups/own1:/mnt/own1/free:/mnt/own1/full" || fail "bench-contention failed in state $1"
	bench-contention "$1 same" "$windows" "$seconds" "$cgroups/same:/mnt/same/free/0:/mnt/same/full/0" \
		"$cgroups/same:/mnt/same/free/1:/mnt/same/full/1" || fail "bench-contention failed in state $1"
	processors 1
}

# measure_programs STATE PROGRAM
measure_programs() {
	rm -f /run/programs.txt
	"$2" </run/hooks.txt >/run/programs.txt 2>/run/programs.err &
	programs=$!
	until-it-says /run/programs.txt "$programs" /run/programs.err "$2" || fail "$2 did not start"
	measure "$1"
	kill -INT "$programs"
	wait "$programs" || fail "$2 ended with an error: $(cat /run/programs.err)"
}

measure_tool() {
	rm -f /run/tool.ndjson
	# One sample at the start, the next in an hour: what is measured is the kernel's side.
	tmpfstrace json --no-events --interval 60m --mode exact --hooks fentry >/run/tool.ndjson 2>/run/tool.err &
	tool=$!
	until-it-says /run/tool.ndjson "$tool" /run/tool.err tmpfstrace || fail "the tool did not start"
	kill -STOP "$tool"
	measure tool
	kill -CONT "$tool"
	kill -INT "$tool"
	wait "$tool" || fail "tmpfstrace ended with an error: $(cat /run/tool.err)"
	echo "SAMPLE $(grep '"type":"sample"' /run/tool.ndjson | tail -n 1)"
}

processors 1
tmpfstrace doctor --mode exact --hooks fentry >/run/doctor.txt || fail "tmpfstrace doctor failed"
sed -n 's/^  attached *//p' /run/doctor.txt >/run/hooks.txt
echo 1 >/proc/sys/kernel/bpf_stats_enabled || fail "the kernel counts no run times of programs"

round=1
while [ "$round" -le "$rounds" ]; do
	echo "ROUND $round"
	measure nothing
	measure_programs floor bench-floor
	measure_tool
	measure_programs contended bench-contended
	rm -f /sys/fs/bpf/shared_line
	round=$((round + 1))
done
