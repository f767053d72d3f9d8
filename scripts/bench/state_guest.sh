#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# state_guest.sh FILES CGROUPS SUPERBLOCKS: runs inside a guest. The exact mode counts while a large node comes to be; after
# each step, one line:
#   STATE <step> <inodes> <cgroups> <superblocks> <bytes of all maps> <KiB of resident memory of the tool>
# then the maps by size and the last sample's losses and drifts.
files=$1 cgroups=$2 superblocks=$3

fail() {
	echo "state: $*" >&2
	exit 1
}

mkdir -p /mnt/state /mnt/files
mount -t tmpfs -o size=3g,nr_inodes=0 files /mnt/files || fail "cannot mount a tmpfs on /mnt/files"

tmpfstrace json --no-events --interval 60m --mode exact >/run/tool.ndjson 2>/run/tool.err &
tool=$!
until-it-says /run/tool.ndjson "$tool" /run/tool.err tmpfstrace || fail "the tool did not start"

# name and bytes of each map; what a hash holds is in it as far as it is allocated (6.4 and later).
maps() {
	for info in /proc/"$tool"/fdinfo/*; do
		awk '/^map_type:/ {type = $2} /^map_id:/ {id = $2} /^max_entries:/ {max = $2} /^value_size:/ {value = $2}
			/^memlock:/ {bytes = $2} END {if (type != "") print bytes, id, "type", type, "entries", max, "value", value}' "$info"
	done
}

state() {
	echo "STATE $1 $2 $3 $4 $(maps | awk '{sum += $1} END {printf "%d", sum}') $(awk '/^VmRSS/ {print $2}' /proc/"$tool"/status)"
}

state start 0 0 0
state-load superblocks 0 "$superblocks" /mnt/state || fail "the superblocks could not be made"
state superblocks 0 0 "$superblocks"
state-load cgroups 0 "$cgroups" /mnt/state "$superblocks" || fail "the cgroups could not be made"
state cgroups 0 "$cgroups" "$superblocks"
made=0
for part in 10 2 1; do
	state-load files "$made" $((files / part)) /mnt/files || fail "the files could not be made"
	made=$((files / part))
	state files "$made" "$cgroups" "$superblocks"
done
maps | sort -rn | head -n 12 | sed 's/^/MAP /'
# A tenth goes.
rm -r /mnt/files/*9 || fail "files could not be removed"
state removed "$((made - made / 10))" "$cgroups" "$superblocks"
kill -INT "$tool"
wait "$tool" || fail "tmpfstrace ended with an error: $(cat /run/tool.err)"
echo "SAMPLE $(grep '"type":"sample"' /run/tool.ndjson | tail -n 1 | sed 's/.*\("totals":{[^}]*}\).*/\1/' | cut -c1-400)"
echo "LOSSES $(grep '"type":"sample"' /run/tool.ndjson | tail -n 1 | sed 's/.*"losses":{\([^}]*\)}.*/\1/')"
