#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# state.sh [FILES CGROUPS SUPERBLOCKS] [KERNEL]: what the exact mode keeps in memory (default 1000000 10000 5000, 6.12).
#
# In one guest (state_guest.sh), with the kernel's own figure for each map: 6.4 and later tell what is allocated. Prints a
# Markdown table. Exit 1 when the maps take more than 128 MiB, or anything was lost; 77 when there is no such kernel.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/bench/common.sh
. "$here/common.sh"
budget=$((128 * 1024 * 1024))

[[ ${1:-} != -h && ${1:-} != --help ]] || show_help
files=${1:-1000000} cgroups=${2:-10000} superblocks=${3:-5000} kernel=${4:-6.12}
for number in "$files" "$cgroups" "$superblocks"; do
	[[ $number =~ ^[1-9][0-9]*$ ]] || { complain "'$number' is no number (see --help)" && exit 2; }
done
need 'make all guest' tmpfstrace guest/state-load

dir=$out/state
mkdir -p "$dir"
bash "$here/../guest/run.sh" --kernel "$kernel" --mem 6G --timeout 3600 --out "$dir" \
	--file "$here/state_guest.sh:/bin/state-guest" -- "sh /bin/state-guest $files $cgroups $superblocks" >"$dir/output.txt"

awk -v budget="$budget" '
BEGIN { print "| step | files | cgroups | superblocks | maps, MiB | tool, resident MiB |\n|---|--:|--:|--:|--:|--:|" }
$1 == "STATE" {
	printf "| %s | %d | %d | %d | %.1f | %.1f |\n", $2, $3, $4, $5, $6 / 1048576, $7 / 1024
	if ($6 > most) most = $6
	if ($2 == "cgroups") { base = $6 }
	if ($2 == "files") { top = $6; inodes = $3 }
}
$1 == "MAP" { maps = maps sprintf("  map %s: %.1f MiB (%s entries of %s bytes)\n", $3, $2 / 1048576, $7, $9) }
$1 == "SAMPLE" || $1 == "LOSSES" { tail = tail $0 "\n" }
END {
	if (!inodes) { print "state.sh: the guest gave no figures" > "/dev/stderr"; exit 1 }
	printf "\nA live inode: %.1f bytes. Largest maps at the end, by their id:\n%s%s", (top - base) / inodes, maps, tail
	if (most > budget) { printf "state.sh: the maps take %d bytes, the budget is %d\n", most, budget > "/dev/stderr"; exit 1 }
}' "$dir/output.txt"

lost=$(sed -n 's/^LOSSES //p' "$dir/output.txt" | tr ',' '\n' | grep -v ':0$' || true)
if [[ -n $lost ]]; then
	complain "lost:"
	echo "$lost" >&2
	exit 1
fi
