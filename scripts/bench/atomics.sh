#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# atomics.sh [KERNEL]: what the exact mode does in each operation that is atomic or takes a lock, how often, and who else
# writes there (default 6.12; with fentry and with kprobes).
#
# The programs are built with a counter at each such place of the source (tests/bench/counted_atomics.h) and loaded in a
# guest of one processor. Prints Markdown. Exit 1 when an operation passes a place of which atomics.py does not say who
# else writes there; 77 when there is no such kernel.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/bench/common.sh
. "$here/common.sh"

[[ ${1:-} != -* ]] || show_help
kernel=${1:-6.12}
need 'make counted guest' counted/tmpfstrace guest/bench-load guest/bench-atomics guest/bench-programs

dir=$out/bench/atomics
mkdir -p "$dir"
status=0
for hooks in fentry kprobe; do
	bash "$here/../guest/run.sh" --kernel "$kernel" --icount --timeout 1200 --out "$dir" \
		--file "$out/counted/tmpfstrace:/bin/tmpfstrace-counted" --file "$here/atomics_guest.sh:/bin/atomics-guest" \
		-- "sh /bin/atomics-guest $hooks" >"$dir/$hooks.txt" || {
		status=$?
		complain "the guest with $hooks failed with $status: $(tail -n 1 "$dir/$hooks.txt")"
		exit "$status"
	}
	python3 "$here/atomics.py" "$dir/$hooks.txt" || status=1
	echo
done
exit "$status"
