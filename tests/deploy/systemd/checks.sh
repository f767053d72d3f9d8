#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs inside a guest whose first process is systemd, with the unit, the program and the options where the package has them.
# A line for each check.
failures=0
check() {
	name=$1
	shift
	if "$@"; then
		echo "ok    systemd, $name"
	else
		echo "FAIL  systemd, $name: $*"
		failures=$((failures + 1))
	fi
}
# Not wget, which ends with a fault in a busybox without a list of services.
page() { printf 'GET /metrics HTTP/1.0\r\n\r\n' | timeout 20 nc 127.0.0.1 10059 | sed '1,/^\r*$/d'; }
# The sum of all series that begin like that; nothing if there is none.
sum() { page | awk -v name="$1" 'index($1, name) == 1 { sum += $NF; found = 1 } END { if (found) printf "%.0f\n", sum }'; }
shown() { systemctl show -P "$1" tmpfstrace; }
# within SECONDS COMMAND…
within() {
	left=$1
	shift
	until "$@" 2>/dev/null; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 1
	done
}
answers() { page | grep -q ^tmpfstrace_; }
refusals() { sum 'tmpfstrace_refusals_total{'; }
more_refusals_than() { [ "$(refusals)" -gt "$1" ]; }
exact() { [ "$(sum 'tmpfstrace_mode_info{mode="exact"')" = 1 ]; }
none() { [ "$(sum "$1")" = 0 ]; }
# Of which more is written than it holds: 4 MiB into 1.
fill() { head -c 4194304 /dev/zero >/mnt/file 2>/dev/null; }
runs_as_another_than() { [ "$(shown ActiveState)" = active ] && [ "$(shown MainPID)" != "$1" ] && [ "$(shown MainPID)" != 0 ]; }

mkdir -p /etc/systemd/system/tmpfstrace.service.d
# Shorter than the unit's, to see them pass.
printf '[Service]\nWatchdogSec=15s\nRestartSec=1s\n' >/etc/systemd/system/tmpfstrace.service.d/short.conf
printf 'TMPFSTRACE_OPTIONS="--interval=5s"\n' >/etc/default/tmpfstrace
systemctl daemon-reload
mount -t tmpfs -o size=1m small /mnt

check "it is first" [ "$(cat /proc/1/comm)" = systemd ]
check "start" systemctl start tmpfstrace
main=$(shown MainPID)
check "active" [ "$(shown ActiveState)" = active ]
check "ready is told by the program" [ "$(shown Type)" = notify ]
check "the options are read" [ "$(sum tmpfstrace_interval_seconds)" = 5 ]
check "mode exact" exact
before=$(refusals)
fill
check "refusals are counted" within 30 more_refusals_than "${before:-0}"

# More than the watchdog's.
sleep 20
check "the watchdog is on" [ "$(shown WatchdogUSec)" = 15s ]
check "the watchdog is told" [ "$(shown NRestarts)/$(shown MainPID)" = "0/$main" ]
check "no bytes unaccounted for" none tmpfstrace_ledger_drift_bytes
hidden=$(sum 'tmpfstrace_losses_total{loss="seed_hidden_directories"')
# What lies in those is missing as well, until something happens to it.
check "no inodes unaccounted for but below other mounts" [ "$(sum tmpfstrace_ledger_drift_inodes)" -le "$((${hidden:-0} * 2))" ]
# But directories under mount points, for which CAP_SYS_ADMIN would be needed, and the stacks of programs that ended at once.
lost() { page | grep '^tmpfstrace_losses_total' | grep -v ' 0$' | grep -vE '"(seed_hidden_directories|stacks_without_names)"'; }
page | grep -E '^tmpfstrace_(losses_total|blind_spots|ledger)' | grep -v ' 0$'
check "nothing is lost" [ -z "$(lost)" ]

check "reload" systemctl reload tmpfstrace
check "active after a reload" [ "$(shown ActiveState)/$(shown MainPID)" = "active/$main" ]

since=$(sum tmpfstrace_counting_since_timestamp_seconds)
counted=$(refusals)
kill -9 "$main"
fill
check "started again after a kill" within 120 runs_as_another_than "$main"
check "once" [ "$(shown NRestarts)" = 1 ]
check "answers again" within 30 answers
check "refusals while it was away are counted" more_refusals_than "${counted:-0}"
check "of the same count" [ "$(sum tmpfstrace_counting_since_timestamp_seconds)" = "$since" ]

# One that does not go on is found by the watchdog alone.
main=$(shown MainPID)
kill -STOP "$main"
check "started again by the watchdog" within 120 runs_as_another_than "$main"

check "stop" systemctl stop tmpfstrace
check "a clean end" [ "$(shown ActiveState)/$(shown Result)/$(shown ExecMainStatus)" = inactive/success/0 ]
check "unpin" tmpfstrace unpin
check "nothing is left" [ -z "$(ls /sys/fs/bpf/tmpfstrace 2>/dev/null)" ]
journalctl --sync
journalctl -u tmpfstrace --no-pager -o short-monotonic
check "the journal has what it told" [ -n "$(journalctl -u tmpfstrace --no-pager | grep 'capabilities left: cap_sys_ptrace')" ]
check "no complaints" [ -z "$(journalctl -u tmpfstrace --no-pager | grep -iE 'seccomp|EPERM|denied|not permitted|cannot')" ]
[ "$failures" = 0 ]
