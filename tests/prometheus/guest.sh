#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# In a guest: the incident on a node with the agent, a Prometheus that scrapes it, and an Alertmanager. Tells what these answer
# at each step, a line "NAME JSON" each, on the second serial line; judge.py judges it. Plain sh.
set -u
exec 3>/dev/ttyS1
prometheus=http://127.0.0.1:9090
alertmanager=http://127.0.0.1:9093
agent=http://127.0.0.1:10059
shm=$(sh /bin/node.sh shm)

tell() { echo "$1 $(cat)" >&3; }
get() { wget -q -O - "$@"; }
# query EXPRESSION
query() {
	get "$prometheus/api/v1/query?query=$(printf %s "$1" |
		sed 's/%/%25/g; s/ /%20/g; s/"/%22/g; s/&/%26/g; s/+/%2B/g; s/=/%3D/g; s/~/%7E/g; s/{/%7B/g; s/}/%7D/g; s/\[/%5B/g; s/\]/%5D/g')"
}
ask() { query "$2" | tell "$1"; }
now() { query 'time()' | sed 's/.*"result":\[\([0-9.]*\),.*/\1/'; }
# Blocks and inodes in use, and blocks in all, as the kernel says.
statfs() { stat -f -c '{"blocks": %b, "blocks_free": %f, "block_size": %S, "inodes": %c, "inodes_free": %d}' "$shm" | tell "$1"; }
alerts() {
	get "$prometheus/api/v1/alerts" | tell "$1_prometheus"
	get "$alertmanager/api/v2/alerts" | tell "$1_alertmanager"
}

# wait_for SECONDS WHAT COMMAND…: until the command ends well. Not more often than needed: each try is paid for by the host.
wait_for() {
	pause=0.5 tries=$(($1 * 2)) what=$2
	[ "$1" -lt 300 ] || pause=5 tries=$(($1 / 5))
	shift 2
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		if [ "$tries" -le 0 ]; then
			echo "guest.sh: in vain: $what"
			alerts given_up
			tail -n 5 /tmp/*.log
			exit 1
		fi
		sleep "$pause"
	done
	echo "$(cut -d ' ' -f 1 /proc/uptime) $what"
}
has_value() { query "$1" | grep -q '"value"'; }
has_none() { query "$1" | grep -q '"result":\[\]'; }
alert_active() { get "$alertmanager/api/v2/alerts?inhibited=false" | grep -q "\"alertname\":\"$1\""; }
no_alert() { get "$alertmanager/api/v2/alerts" | grep -q '^\[\]$'; }

start_agent() {
	tmpfstrace agent --interval 1s --web.listen-address 127.0.0.1:10059 --host-root / --pin >>/tmp/agent.log 2>&1 &
	agent_pid=$!
}

# ---- a healthy node ------------------------------------------------------------------------------

sh /bin/node.sh make || exit 1
sh /bin/node.sh run /bin/session-writer sessions /dev/shm 14000 10000 >/tmp/writer &
writer=$!
# Thirteen hours in some seconds: the clock goes as fast as sessions come, 18 a minute, so that the files bear the times of birth
# that they would have. What the remedy says depends on them.
start=$(date +%s)
until grep -q ahead /tmp/writer; do
	date -s "@$((start + (16384 - $(stat -f -c %f "$shm")) * 10 / 3))" >/dev/null
	sleep 0.02
done
mkdir -p /tmp/prometheus /tmp/alertmanager
: >/tmp/messages
nc -ll -p 9095 -e /bin/receiver.sh &
prometheus-alertmanager --config.file=/etc/prometheus/alertmanager.yml --storage.path=/tmp/alertmanager \
	--cluster.listen-address= --log.level=warn >/tmp/alertmanager.log 2>&1 &
start_agent
wait_for 60 'the agent is ready' get "$agent/readyz"
prometheus --config.file=/etc/prometheus/prometheus.yml --storage.tsdb.path=/tmp/prometheus --log.level=warn \
	>/tmp/prometheus.log 2>&1 &
prometheus_pid=$!
wait_for 120 'Prometheus is ready' get "$prometheus/-/ready"
wait_for 120 'the Alertmanager is ready' get "$alertmanager/-/ready"
wait_for 60 'a series' has_value 'tmpfstrace_superblock_used_bytes{pod="outpost"}'
sleep 10
ask healthy_up up
ask healthy_mode tmpfstrace_mode_info
ask healthy_refusals 'tmpfstrace_superblock_refusals_total{pod="outpost"}'
alerts healthy

# ---- the incident --------------------------------------------------------------------------------

kill -USR1 "$writer"
wait_for 90 'the first refusal' grep -q first_refused /tmp/writer
now | tell first_refusal_seen
wait_for 60 'TmpfsRefused in the Alertmanager' alert_active TmpfsRefused
now | tell alert_seen

kill -9 "$agent_pid"
wait_for 60 'the agent is gone' has_value 'up == 0'
start_agent
wait_for 60 'the agent is back' has_value 'up == 1'
# TmpfsFull would fire after a minute.
sleep 70
statfs full_statfs
ask full_used 'tmpfstrace_superblock_used_bytes{pod="outpost"}'
alerts incident
get "$prometheus/api/v1/rules" | tell rules
get --header 'Accept: application/openmetrics-text;version=1.0.0' "$agent/metrics" | base64 -w 0 | tell page_openmetrics
get "$agent/metrics" | base64 -w 0 | tell page_text

# ---- the fix: what the remedy says ---------------------------------------------------------------

recommended='tmpfstrace_superblock_recommended_size_bytes{pod="outpost"}'
ask recommended_size "$recommended"
mount -o "remount,size=$(query "$recommended" | sed 's/.*"\([0-9]*\)"].*/\1/')" "$shm"
now | tell last_refusal_seen
statfs fixed_statfs
sleep 4
ask fixed_refusals 'tmpfstrace_superblock_refusals_total{pod="outpost"}'
sleep 4
kill -TERM "$writer"
wait "$writer"
sleep 6
tail -n 1 /tmp/writer | tell writer
statfs after_statfs
ask after_used 'tmpfstrace_superblock_used_bytes{pod="outpost"}'
ask after_inodes 'tmpfstrace_superblock_inodes_used{pod="outpost"}'
ask after_size 'tmpfstrace_superblock_size_bytes{pod="outpost"}'
ask after_refusals 'tmpfstrace_superblock_refusals_total{pod="outpost"}'
ask after_causes 'tmpfstrace_refusals_total{pod="outpost"}'
ask after_container 'tmpfstrace_container_refusals_total{pod="outpost"}'
rm "$shm"/session_*
# The alert ends ten minutes after the last refusal. These cost the host less when there are fewer scrapes.
sed -i 's/: 2s$/: 10s/' /etc/prometheus/prometheus.yml
kill -HUP "$prometheus_pid"
wait_for 900 'TmpfsRefused is over in Prometheus' has_none 'ALERTS{alertname="TmpfsRefused"}'
wait_for 60 'the Alertmanager has no alert' no_alert
now | tell over_seen
wait_for 400 'people were told' grep -q '"status":"resolved"' /tmp/messages
alerts over
for counter in superblock_refusals superblock_allocated_bytes superblock_freed_bytes superblock_written_bytes \
	superblock_files_created superblock_files_removed refusals container_refusals; do
	ask "resets_$counter" "resets(tmpfstrace_${counter}_total{pod=\"outpost\"}[30m])"
done
ask agents 'changes(process_start_time_seconds[30m]) + 1'
ask counting_changes 'changes(tmpfstrace_counting_since_timestamp_seconds[30m])'
ask down_times 'count_over_time((up == 0)[30m:2s])'
ask ever_fired 'max by (alertname) (max_over_time(ALERTS{alertstate="firing"}[30m]))'
tr '\n' ' ' </tmp/messages | tell messages
[ ! -s /tmp/prometheus.log ] || sed 's/^/prometheus: /' /tmp/prometheus.log
sed 's/^/agent: /' /tmp/agent.log
