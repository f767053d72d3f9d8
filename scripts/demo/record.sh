#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# record.sh [KERNEL [FILE]]: the incident as a recording, made anew in a guest.
#
# The kernel is 6.12 by default, FILE tests/fixtures/recordings/incident.zst. A node with three pods is watched for some
# seconds, then the server of one keeps a session a file in its /dev/shm of 64 MiB until it is full, and goes on.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${O:-build}
[[ $out = /* ]] || out=$root/$out
export O=$out
kernel=${1:-6.12}
file=${2:-$root/tests/fixtures/recordings/incident.zst}

make -s -C "$root" O="$out" all "$out/guest/incident-load"
dir=$out/demo/record
mkdir -p "$dir"
# --icount: what a second holds does not depend on how busy this machine is.
bash "$here/../guest/run.sh" --kernel "$kernel" --icount --timeout 300 --out "$dir" --file "$here/node.sh:/bin/node.sh" -- '
	sh /bin/node.sh make || exit 1
	# A process of its own that can be killed with its children.
	setsid sh /bin/node.sh chores &
	sleep 1
	tmpfstrace record --interval 1s --count 40 /run/incident.zst &
	recorder=$!
	sleep 11
	PERCENT=5 sh /bin/node.sh run /bin/incident-load /dev/shm 100000 /run/facts.json &
	wait $recorder || exit 1
	cat /run/incident.zst >/dev/ttyS1' >&2
# Whole, and with all that the screen has to tell of.
"$out/tmpfstrace" json --replay "$dir/result.txt" >"$dir/incident.ndjson"
for wanted in '"verdicts":\[{' '"survey":{' '"activity":{' '"stack":\["'; do
	grep -q "$wanted" "$dir/incident.ndjson" || { echo "record.sh: nothing with $wanted in $dir/incident.ndjson" >&2 && exit 1; }
done
mkdir -p "$(dirname "$file")"
cp "$dir/result.txt" "$file"
echo "$file: $(stat -c %s "$file") bytes"
