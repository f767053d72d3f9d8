#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# matrix.sh [-j N] [LABEL…]: run the guest test on every supported kind of kernel, one line a guest.
#
# Exit 0 when at least one guest ran and none failed. A kernel that could not be had is shown as
# SKIP and counted as skipped, never as passed. Results stay in $O/matrix/LABEL/.
# Environment: O=build, TT_GUEST_TIMEOUT=1500 (seconds for one guest).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${O:-build}
[[ $out = /* ]] || out=$root/$out
export O=$out

# label | kernel | cgroup | kernel command line | arguments of the guest test
# v1 is tested on 6.1: later stock kernels are built without the v1 memory controller. Ten thousand cgroups take minutes
# under emulation: one guest makes them all, the others fewer.
matrix='
6.12              | 6.12 | v2 |              | --ops 200000 --short-lived 10000
5.10              | 5.10 | v2 |              | --ops 200000 --short-lived 1000
6.1               | 6.1  | v2 |              | --ops 200000 --short-lived 1000
6.18              | 6.18 | v2 |              | --ops 200000 --short-lived 1000
7                 | 7    | v2 |              | --ops 200000 --short-lived 1000
6.12-preempt-full | 6.12 | v2 | preempt=full | --ops 100000 --short-lived 1000
6.12-kprobe       | 6.12 | v2 |              | --ops 60000 --short-lived 1000 --hooks kprobe
6.1-kprobe        | 6.1  | v2 |              | --ops 60000 --short-lived 1000 --hooks kprobe
6.1-cgroup-v1     | 6.1  | v1 |              | --ops 60000 --short-lived 1000
'

# One guest keeps one host processor busy (see --threads of run.sh).
parallel=$(nproc)
[[ $parallel -le 4 ]] || parallel=4
if [[ ${1:-} = -j ]]; then
	parallel=$2
	shift 2
fi
only=" $* "

trim() { sed 's/^ *//; s/ *$//' <<<"$1"; }

# The verdict of one guest, as one word in DIR/verdict and what to print in DIR/report.
run_guest() {
	local label=$1 kernel=$2 cgroup=$3 append=$4 args=$5
	local dir=$out/matrix/$label code=0 summary
	rm -rf "$dir"
	mkdir -p "$dir"
	bash "$here/fetch_kernel.sh" "$kernel" >/dev/null 2>"$dir/fetch.log" || code=$?
	if [[ $code = 77 ]]; then
		echo skip >"$dir/verdict"
		printf 'SKIP  %-18s %s\n' "$label" "$(tail -n 1 "$dir/fetch.log")" >"$dir/report"
		return
	fi
	if [[ $code != 0 ]]; then
		echo fail >"$dir/verdict"
		{
			printf 'FAIL  %-18s the kernel could not be prepared:\n' "$label"
			tail -n 5 "$dir/fetch.log"
		} >"$dir/report"
		return
	fi

	local start=$SECONDS
	bash "$here/run.sh" --kernel "$kernel" --cgroup "$cgroup" --append "$append" --out "$dir" \
		--file "$(command -v mke2fs || echo /usr/sbin/mke2fs)" --timeout "${TT_GUEST_TIMEOUT:-1500}" \
		-- "/bin/guest-test --tool /bin/tmpfstrace $args" >"$dir/output.txt" 2>"$dir/errors.txt" || code=$?
	summary=$(cat "$dir/result.txt" "$dir/output.txt" | grep -a '^GUEST ' | tail -n 1 | sed 's/^GUEST //') || true

	# A guest that ended well without saying what it checked has checked nothing.
	# Nor has one that was to use kprobes and did not.
	local hooks=fentry_or_kprobe
	[[ $args != *'--hooks kprobe'* ]] || hooks=kprobe
	if [[ $code = 0 && $summary =~ passed=[1-9] && $summary =~ failed=0 ]] &&
		[[ $hooks != kprobe || $summary == *hooks=kprobe* ]]; then
		echo pass >"$dir/verdict"
		{
			printf 'ok    %-18s %s (%d s)\n' "$label" "$summary" $((SECONDS - start))
			sort -u "$dir/output.txt" | grep -a '^SKIP' | sed 's/^/      /' || true
		} >"$dir/report"
		return
	fi
	echo fail >"$dir/verdict"
	{
		printf 'FAIL  %-18s %s (exit %s, %d s)\n' "$label" "${summary:-no summary line}" "$code" $((SECONDS - start))
		sort -u "$dir/result.txt" "$dir/output.txt" | grep -a 'FAIL' | head -n 40 | sed 's/^/      /' || true
		[[ -n $summary ]] || tail -n 40 "$dir/errors.txt" | sed 's/^/      /'
		echo "      all of it: $dir"
	} >"$dir/report"
}

for program in tmpfstrace guest/guest-test; do
	if [[ ! -x $out/$program ]]; then
		echo "matrix.sh: $out/$program is missing; build it first: make all guest" >&2
		exit 1
	fi
done

ran=()
while IFS='|' read -r label kernel cgroup append args; do
	label=$(trim "$label")
	[[ -n $label ]] || continue
	[[ $only = "  " || $only = *" $label "* ]] || continue
	while [[ $(jobs -rp | wc -l) -ge $parallel ]]; do
		wait -n || true
	done
	ran+=("$label")
	{
		run_guest "$label" "$(trim "$kernel")" "$(trim "$cgroup")" "$(trim "$append")" "$(trim "$args")"
		cat "$out/matrix/$label/report"
	} &
done <<<"$matrix"
wait || true

passed=0 failed=0 skipped=0
for label in "${ran[@]}"; do
	case $(cat "$out/matrix/$label/verdict" 2>/dev/null) in
	pass) passed=$((passed + 1)) ;;
	skip) skipped=$((skipped + 1)) ;;
	*) failed=$((failed + 1)) ;;
	esac
done
[[ $((passed + failed)) -gt 0 ]] || echo "no guest ran: nothing has been tested"
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed = 0 && $passed -gt 0 ]]
