#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# contention.sh [KERNEL]: does what tmpfs does on one processor slow another, through the tool? (default 6.12, fentry)
#
# One guest with a host thread for each of two processors, in 6 rounds (contention_guest.sh): nothing attached, empty programs
# on the tool's hooks, the tool in mode exact, and a program that adds to one shared line in these hooks. Under 6 minutes on a
# machine of which two processors are free; it says how quiet that was. Prints Markdown (contention.py).
# Exit 1 when the tool is slowed by a second processor and empty programs are not, or a guest failed; 3 when nothing was shown,
# because the machine was too busy or did not show contention where it was certain; 77 when there is no such kernel.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/bench/common.sh
. "$here/common.sh"
rounds=6 windows=4 seconds=4 boots=3

[[ ${1:-} != -* ]] || show_help
kernel=${1:-6.12}
need 'make all guest' tmpfstrace guest/bench-contention guest/bench-contended guest/bench-floor
[[ $(nproc) -ge 2 ]] || { complain "one processor shows no contention" && exit 3; }

dir=$out/bench/contention
mkdir -p "$dir"

# Ticks since boot: all that processors did, and what a hypervisor kept from them; then those of this script's children.
ticks() {
	awk '/^cpu / {printf "%d %d ", $2 + $3 + $4 + $7 + $8, $9}' /proc/stat
	sed 's/.*) //' "/proc/$$/stat" | awk '{print $14 + $15}'
}

# A processor that comes online while the kernel patches itself can still end in a panic: the boot is repeated.
boot=1
while true; do
	read -r busy_before stolen_before children_before < <(ticks)
	begin=$(date +%s%N)
	status=0
	bash "$here/../guest/run.sh" --kernel "$kernel" --threads multi --smp 2 --timeout 400 --out "$dir" \
		--file "$here/contention_guest.sh:/bin/contention-guest" \
		-- "sh /bin/contention-guest $rounds $windows $seconds" >"$dir/output.txt" 2>"$dir/errors.txt" || status=$?
	if [[ ($status != 124 && $status != 125) || $boot -ge $boots ]]; then
		break
	fi
	complain "boot $boot ended with $status: $(grep -am 1 -E 'Oops|panic' "$dir/console.log" || echo 'see console.log')"
	boot=$((boot + 1))
done
read -r busy stolen children < <(ticks)
if [[ $status != 0 ]]; then
	cat "$dir/errors.txt" >&2
	complain "the guest failed with $status: $(tail -n 1 "$dir/output.txt")"
	exit "$status"
fi
elapsed=$((($(date +%s%N) - begin) / 1000000))
hertz=$(getconf CLK_TCK)
others=$(((busy - busy_before - children + children_before) * 1000 / hertz))
{
	echo "MACHINE $(nproc) $elapsed $others $(((stolen - stolen_before) * 1000 / hertz)) $boot"
	cat "$dir/output.txt"
} >"$dir/lines.txt"
python3 "$here/contention.py" "$dir/lines.txt"
