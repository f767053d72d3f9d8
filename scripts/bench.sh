#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# bench.sh [--rounds N] [KERNEL…]: what the tool costs, in guest instructions, and whether that is within its limits.
#
# One guest for each kernel (default 6.1 6.12 6.18 7), one after the other, with QEMU counting
# instructions (run.sh --icount): a figure does not depend on how fast or busy this machine is.
# In one boot (bench/guest.sh): nothing, the exact mode, empty programs on the same hooks, mode syscall, empty programs
# on its tracepoints, and the peers; N rounds (default 3) each. 6.12 is measured with kprobes as well as with the
# hooks it would choose. Limits: bench/limits.json.
# Prints Markdown tables, also in $O/bench.md; the same figures go to $O/bench.json.
# Exit 1 when an operation costs more than its limit (each is named), or a guest failed; 77 when no kernel could be had.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/bench/common.sh
. "$here/bench/common.sh"

limits=$(cat "$here/bench/limits.json")

rounds=3 kernels=()
while [[ $# -gt 0 ]]; do
	case $1 in
	--rounds)
		[[ ${2:-} =~ ^[1-9][0-9]*$ ]] || { complain "--rounds needs a number from 1" && exit 2; }
		rounds=$2 && shift
		;;
	-h | --help) show_help ;;
	-*) complain "unknown option $1 (see --help)" && exit 2 ;;
	*) kernels+=("$1") ;;
	esac
	shift
done
[[ ${#kernels[@]} -gt 0 ]] || kernels=(6.1 6.12 6.18 7)

command -v jq >/dev/null || { complain "jq is missing; run 'make deps'" && exit 1; }
need 'make all guest' tmpfstrace guest/bench-load guest/bench-floor guest/bench-programs

PATH=$PATH:/usr/sbin:/sbin
files=(--file "$here/bench/guest.sh:/bin/bench-guest" --file "$here/bench/guest_peers.sh:/bin/bench-guest-peers"
	--file "$here/bench/tmpfs_bytes.bt")
# Under another name: busybox has a mke2fs of its own, which makes no ext4.
mke2fs=$(command -v mke2fs) && files+=(--file "$mke2fs:/sbin/mke2fs.host")
for peer in filetop filelife opensnoop syscount bpftrace; do
	program=$(command -v "$peer") && files+=(--file "$program")
done
dir=$out/bench
mkdir -p "$dir"

status=0 measured=()
for kernel in "${kernels[@]}"; do
	hooks=(auto)
	[[ $kernel != 6.12 ]] || hooks+=(kprobe)
	echo "kernel $kernel: booting, hooks ${hooks[*]}" >&2
	code=0
	bash "$here/guest/run.sh" --kernel "$kernel" --icount --mem 2G --timeout 3600 --out "$dir/$kernel" "${files[@]}" -- \
		"sh /bin/bench-guest $rounds ${hooks[*]}" >"$dir/$kernel.txt" || code=$?
	if [[ $code = 77 ]]; then
		echo "kernel $kernel: skipped, it could not be had (reason above)" >&2
		continue
	elif [[ $code != 0 ]]; then
		echo "kernel $kernel: the guest failed with $code: $(tail -n 1 "$dir/$kernel.txt"); see $dir/$kernel/console.log" >&2
		status=1
		continue
	fi
	jq -nR --arg kernel "$kernel" --argjson limits "$limits" -f "$here/bench/rows.jq" "$dir/$kernel.txt" >"$dir/$kernel.json"
	measured+=("$dir/$kernel.json")
done
if [[ ${#measured[@]} = 0 ]]; then
	[[ $status = 0 ]] || exit "$status"
	exit 77
fi

machine="$(qemu-system-x86_64 --version | head -n 1), one processor (-cpu max, -icount shift=0)"
jq -s --argjson rounds "$rounds" --argjson limits "$limits" --arg machine "$machine" \
	'{schema: "tmpfstrace-bench/2", unit: "guest instructions", machine: $machine, rounds: $rounds, limits: $limits, kernels: .}' \
	"${measured[@]}" >"$out/bench.json"
jq -r -f "$here/bench/table.jq" "$out/bench.json" | tee "$out/bench.md"

# Two million by construction; a little more is the guest's timer. Anything else: no instructions were counted.
if ! jq -e 'all(.kernels[]; .calibration > 1990000 and .calibration < 2040000)' "$out/bench.json" >/dev/null; then
	complain "a loop of 2000000 instructions was measured as $(jq -c '[.kernels[].calibration]' "$out/bench.json"): the guest's clock does not count instructions, the figures mean nothing"
	exit 1
fi
over=$(jq -r '.kernels[] | .kernel as $k
	| (.rows[] | select(.over_limit) | "\($k), \(.hooks), \(.operation): +\(.tool.percent) % (+\(.tool.difference) instructions), limit \(.limit_percent) %"),
	  (.system_calls[] | select(.over_limit) | "\($k), mode syscall, \(.operation): \(.factor) times what empty programs add, limit \(.limit_factor)")' \
	"$out/bench.json")
if [[ -n $over ]]; then
	complain "these cost more than their limit:"
	echo "$over" >&2
	status=1
fi
exit "$status"
