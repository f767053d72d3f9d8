#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# demo.sh [--guest KERNEL] [--mode MODE]: the incident this tool was written for, and what the tool says of it.
#
# A server keeps sessions as files of 1,500 bytes on a tmpfs of 64 MiB. 16,384 of them fit, because
# each takes a page; after that a file can still be made, but not written, and stays behind empty.
# Beside each figure of the tool stands the kernel's own.
# --guest KERNEL (5.10, 6.1, 6.12, 6.18 or 7): not on this host but in a QEMU guest, where the exact
# mode works whatever this host allows.
# --mode MODE: auto (default: the best there is), exact, syscall or poll, as of tmpfstrace.
# Exit 1 when a figure the tool claims disagrees. Needs root, not so with --guest.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/.." && pwd)
out=${O:-build}
[[ $out = /* ]] || out=$root/$out
export O=$out

guest='' mode=auto refusals=300
while [[ $# -gt 0 ]]; do
	case $1 in
	--guest) guest=${2:?demo.sh: --guest needs a kernel, for example 6.12} && shift ;;
	--mode) mode=${2:?demo.sh: --mode needs auto, exact, syscall or poll} && shift ;;
	-h | --help) sed -n '/^# demo.sh/,/^set/s/^# \{0,1\}//p' "$0" && exit 0 ;;
	*) echo "demo.sh: unknown option $1 (see --help)" >&2 && exit 2 ;;
	esac
	shift
done

command -v jq >/dev/null || { echo "demo.sh: jq is missing; run 'make deps'" >&2 && exit 1; }
[[ -x $out/tmpfstrace ]] || { echo "demo.sh: $out/tmpfstrace is missing; run 'make'" >&2 && exit 1; }
make -s -C "$root" O="$out" "$out/guest/incident-load"
if [[ -z $guest && $(id -u) != 0 ]]; then
	echo "demo.sh: a mount namespace, a cgroup and the tool need root; run 'sudo make demo', or demo.sh --guest 6.12" >&2
	exit 3
fi

work=$(mktemp -d)
# bash ends after the child, which cleans up after itself at the same signal.
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [[ -n $guest ]]; then
	echo "the incident, in a guest with kernel $guest (a minute or two)"
	mkdir -p "$out/demo"
	# What the guest wrote comes back over its second serial line, a line with a name in front for each file.
	bash "$here/guest/run.sh" --kernel "$guest" --out "$out/demo/$guest" \
		--file "$here/demo/incident.sh:/bin/incident" -- "
		sh /bin/incident /run/demo /bin/tmpfstrace /bin/incident-load $refusals $mode || exit 1
		{ sed 's/^/tool /' /run/demo/tool.ndjson; sed 's/^/facts /' /run/demo/facts.json
		  echo cgroup \$(cat /run/demo/cgroup 2>/dev/null); } >/dev/ttyS1"
	sed -n 's/^tool //p' "$out/demo/$guest/result.txt" >"$work/tool.ndjson"
	sed -n 's/^facts //p' "$out/demo/$guest/result.txt" >"$work/facts.json"
	sed -n 's/^cgroup //p' "$out/demo/$guest/result.txt" >"$work/cgroup"
else
	echo "the incident, on this host"
	sh "$here/demo/incident.sh" "$work" "$out/tmpfstrace" "$out/guest/incident-load" "$refusals" "$mode"
fi

# For a closer look afterwards; a guest's are in the same place.
mkdir -p "$out/demo"
cp "$work/tool.ndjson" "$work/facts.json" "$out/demo/"

name=$(cat "$work/cgroup" 2>/dev/null || true)
echo
echo "what tmpfstrace saw, and what the kernel says"
jq -nr --arg name "$name" --argjson facts "$(cat "$work/facts.json")" -f "$here/demo/report.jq" \
	"$work/tool.ndjson" | tee "$work/report.txt"
echo
if grep -q DISAGREES "$work/report.txt"; then
	echo "demo.sh: figures disagree, $(grep -c DISAGREES "$work/report.txt") of them, marked DISAGREES above" >&2
	exit 1
fi
echo "every figure the tool claims agrees with the kernel's"
