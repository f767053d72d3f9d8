#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# In a guest: `top` in a tmux, watching the incident as it happens. Prints what is on the screen at each step, between
# "SCREEN name" and "END"; guest_cases.py judges it. Plain sh.
set -u

screen() { tmux -S /tmp/tmux capture-pane -p; }
keys() { tmux -S /tmp/tmux send-keys "$@"; }
show() {
	echo "SCREEN $1"
	screen
	echo END
}

# wait_for TEXT…: until all of them are on the screen, in guest seconds.
wait_for() {
	tries=0
	while :; do
		lines=$(screen) missing=
		for text in "$@"; do
			case $lines in
			*"$text"*) ;;
			*) missing=$text ;;
			esac
		done
		[ -n "$missing" ] || return 0
		tries=$((tries + 1))
		if [ "$tries" -gt 60 ]; then
			show "without"
			echo "not on the screen: $missing"
			exit 1
		fi
		sleep 0.5
	done
}

sh /bin/node.sh make || exit 1
setsid sh /bin/node.sh chores &
tmux -S /tmp/tmux -f /dev/null start-server \; set -g remain-on-exit on \; new-session -d -x 180 -y 40 \
	"TERM=tmux-256color tmpfstrace top --interval 1s --layout ''; echo \$? >/tmp/ended" \; set -g status off </dev/null || exit 1
# The first sample has no rates.
wait_for exact/ utpost 'refused 0/s'
show healthy
PERCENT=20 sh /bin/node.sh run /bin/incident-load /dev/shm 1000000 /run/facts.json >/dev/null &
wait_for ' is full (64 MiB, blocks)' 'operations refused' '100%'
show full
sleep 3
show later
keys 3
wait_for ENOSPC
show events
keys Enter
wait_for incident-load
show event
keys Escape
keys 4
wait_for 'session_*'
show files
keys 5
wait_for MOSTLY
show processes
keys 6
wait_for SEVERITY
show log
keys 1
wait_for '[1 Superblocks]'
keys g Enter
wait_for 'bytes in use'
show details
keys y
wait_for '"size_bytes"'
show json
# Each hook that is taken away waits for a grace period of RCU tasks, and that for every task that was preempted in the kernel,
# as one is that its cgroup's cpu.max holds back there: 5 s with the load, 1 s without it.
killall incident-load
keys q
tries=0
until [ -s /tmp/ended ] || [ "$tries" -gt 300 ]; do
	tries=$((tries + 1))
	sleep 0.2
done
# Not pane_dead_status: tmux 3.3a forgets it now and then.
echo "TOP $(cat /tmp/ended 2>/dev/null || echo 'has not ended')"
