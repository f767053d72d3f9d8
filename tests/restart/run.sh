#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [LABEL…]: the tool is killed and restarted with --pin, in guests, under load: a hundred times with fentry, and with
# kprobes, in mode syscall, and with an upgrade in the middle. One line a guest; all that they say stays in $O/restart/LABEL/.
#
# RESTART_PREVIOUS=PATH: a tool built from an earlier commit, to upgrade from; otherwise the present one with other BPF programs
# stands for it, because to build an earlier one takes minutes. RESTART_COMMAND="json": what is killed; an agent otherwise. RESTART_KILLS=100: in the first guest.
# A kernel that could not be had is a SKIP, never a pass, and fails unless TT_ALLOW_MISSING_KERNELS=1.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${O:-build}
[[ $build = /* ]] || build=$PWD/$build
export O=$build
previous=${RESTART_PREVIOUS:-$build/restart/other-programs}
# An agent: its tables are not those of json, which pins first and looks at the books in the end.
command=${RESTART_COMMAND:-agent --no-web --json -}
only=" $* "

# label | kernel | arguments
rows='
fentry  | 6.12 | --mode exact --hooks fentry
kprobe  | 6.12 | --mode exact --hooks kprobe --starts 2 --kills 30
syscall | 6.12 | --mode syscall --starts 2 --kills 30
upgrade | 6.12 | --mode exact --hooks fentry --starts 0 --tool /bin/previous --upgrade /bin/tmpfstrace --relayout /bin/other-layout --kills 20
'

# One guest; what is to be said of it.
run_row() {
	local label=$1 kernel=$2 arguments=$3 out=$build/restart/$1 files=(--file "$build/restart/restart-test") kills="--kills ${RESTART_KILLS:-100}" code=0 start=$SECONDS
	mkdir -p "$out"
	[[ $label != upgrade ]] || files+=(--file "$previous:/bin/previous" --file "$build/restart/other-layout")
	[[ $arguments != *--kills* ]] || kills=
	bash scripts/guest/run.sh --kernel "$kernel" --timeout 900 --out "$out" "${files[@]}" \
		-- "restart-test $kills $arguments --command '$command'" >"$out/output.txt" 2>"$out/errors.txt" || code=$?
	if [[ $code = 77 ]]; then
		echo "SKIP restart $label: kernel $kernel could not be had"
		[[ ${TT_ALLOW_MISSING_KERNELS:-} = 1 ]] || return 1
	elif [[ $code = 0 ]] && grep -q '^PASS restart$' "$out/output.txt"; then
		echo "PASS restart $label ($((SECONDS - start)) s): $(grep '^RESTART ' "$out/output.txt")"
	else
		echo "FAIL restart $label: exit code $code; all of it: $out"
		grep -E '^(FAIL|NOTE|RESTART) ' "$out/output.txt" || tail -n 20 "$out/output.txt" "$out/errors.txt"
		return 1
	fi
}

# Two guests at once: each takes one processor. The kernel is fetched once, before.
bash scripts/guest/fetch_kernel.sh 6.12 >/dev/null 2>&1 || :
failed=0 running=0
while IFS='|' read -r label kernel arguments; do
	label=${label// /} kernel=${kernel// /}
	[[ -n $label && ($only = '  ' || $only = *" $label "*) ]] || continue
	if [[ $running = 2 ]]; then
		wait -n || failed=1
		running=1
	fi
	run_row "$label" "$kernel" "$arguments" &
	running=$((running + 1))
done <<<"$rows"
while [[ $running -gt 0 ]]; do
	wait -n || failed=1
	running=$((running - 1))
done
exit $failed
