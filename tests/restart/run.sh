#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [LABEL…]: the tool is killed and restarted with --pin, in guests, under load: a hundred times with fentry, and with
# kprobes, in mode syscall, and with an upgrade in the middle. One line a guest; all that they say stays in $O/restart/LABEL/.
#
# The row "previous" upgrades from the tool of the commit before the last change (previous.sh): where there is none it is a SKIP,
# never a pass. The row "upgrade" upgrades in any case from programs that are others, and ends with another layout.
# RESTART_PREVIOUS=PATH: a tool built from an earlier commit, for the row "previous".
# RESTART_COMMAND="json": what is killed; an agent otherwise. RESTART_KILLS=100: in the first guest.
# A kernel that could not be had is a SKIP, never a pass, and fails unless TT_ALLOW_MISSING_KERNELS=1.
set -euo pipefail
cd "$(dirname "$0")/../.."
given=${O:-build}
build=$given
[[ $build = /* ]] || build=$PWD/$build
# An agent: its tables are not those of json, which pins first and looks at the books in the end.
command=${RESTART_COMMAND:-agent --no-web --json -}
only=" $* "

# label | kernel | arguments
rows='
fentry   | 6.12 | --mode exact --hooks fentry
kprobe   | 6.12 | --mode exact --hooks kprobe --starts 2 --kills 15
syscall  | 6.12 | --mode syscall --starts 2 --kills 15
previous | 6.12 | --mode exact --hooks fentry --starts 0 --tool /bin/previous --upgrade /bin/tmpfstrace --kills 12
upgrade  | 6.12 | --mode exact --hooks fentry --starts 0 --tool /bin/other-programs --upgrade /bin/tmpfstrace --relayout /bin/other-layout --kills 10
session  | 7    | --mode exact --hooks kprobe --starts 1 --kills 15
'

# The files and arguments that row has and others have not. With the reason on stdout, 77: it cannot be run.
prepare() {
	files+=(--file "$build/restart/restart-test")
	case $1 in
	fentry) arguments+=" --kills ${RESTART_KILLS:-100}" ;;
	upgrade) files+=(--file "$build/restart/other-programs" --file "$build/restart/other-layout") ;;
	previous)
		local tool=${RESTART_PREVIOUS:-} programs=any
		if [[ -z $tool ]]; then
			cat "$build/restart/previous.txt"
			[[ $previous_code = 0 ]] || return "$previous_code"
			tool=$build/previous/tmpfstrace programs=$(cat "$build/previous/programs")
		fi
		files+=(--file "$tool:/bin/previous")
		# Earlier ones begin anew with other tables.
		arguments+=" --programs $programs" command+=' --max-slots 24576'
		;;
	esac
}

# One guest; what is to be said of it.
run_row() {
	local label=$1 kernel=$2 arguments=$3 out=$build/restart/$1 files=() code=0 start=$SECONDS
	mkdir -p "$out"
	prepare "$label" >"$out/prepared.txt" || code=$?
	if [[ $code = 77 ]]; then
		echo "SKIP restart $label: $(cat "$out/prepared.txt")"
		return 0
	elif [[ $code != 0 ]]; then
		echo "FAIL restart $label: it could not be prepared"
		return 1
	fi
	O=$build bash scripts/guest/run.sh --kernel "$kernel" --timeout 1800 --out "$out" "${files[@]}" \
		-- "restart-test $arguments --command '$command'" >"$out/output.txt" 2>"$out/errors.txt" || code=$?
	if [[ $code = 77 ]]; then
		echo "SKIP restart $label: kernel $kernel could not be had"
		[[ ${TT_ALLOW_MISSING_KERNELS:-} = 1 ]] || return 1
	elif [[ $code = 0 ]] && grep -q '^PASS restart$' "$out/output.txt"; then
		echo "PASS restart $label ($((SECONDS - start)) s): $(sed 's/$/; /' "$out/prepared.txt")$(grep '^RESTART ' "$out/output.txt")"
	else
		echo "FAIL restart $label: exit code $code; all of it: $out"
		grep -E '^(FAIL|NOTE|RESTART) ' "$out/output.txt" || tail -n 20 "$out/output.txt" "$out/errors.txt"
		return 1
	fi
}

# The kernel of most is fetched once.
O=$build bash scripts/guest/fetch_kernel.sh 6.12 >/dev/null 2>&1 || :

is_wanted() { [[ $only = '  ' || $only = *" $1 "* ]]; }
# Before the guests: it takes all processors.
previous_code=0
if is_wanted previous && [[ -z ${RESTART_PREVIOUS:-} ]]; then
	mkdir -p "$build/restart"
	O=$given bash tests/restart/previous.sh >"$build/restart/previous.txt" || previous_code=$?
fi

# Two guests at once: each takes one processor.
failed=0 running=0
while IFS='|' read -r label kernel arguments; do
	label=${label// /} kernel=${kernel// /}
	if [[ -z $label ]] || ! is_wanted "$label"; then continue; fi
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
