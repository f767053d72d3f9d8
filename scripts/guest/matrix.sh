#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# matrix.sh [-j N] [LABEL…]: run the guest test on every supported kind of kernel, one line a guest.
#
# Exit 0 when every guest ran and none failed. A kernel that could not be had is shown as SKIP, counted as
# skipped and never as passed, and fails the matrix unless TT_ALLOW_MISSING_KERNELS=1: a mirror out of order must
# not look like a pass. Results stay in $O/matrix/LABEL/.
# Every document that a tool printed in the guest comes out over its second serial line and is held against the published
# schema; one that is invalid, or did not arrive, fails the guest.
# Environment: O=build, TT_GUEST_TIMEOUT=2400 (seconds for one guest), TT_ALLOW_MISSING_KERNELS.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${O:-build}
[[ $out = /* ]] || out=$root/$out
export O=$out

# label | kernel | cgroup | kernel command line | hooks | preemption | operations | cases that may be skipped | cases left out | arguments
# Hooks and preemption are those that the guest must tell; "*" stands for any preemption. What else is skipped fails the guest:
# each name stands for something that this kernel does not have. Hooks that a kernel would not choose by itself are stressed
# with fewer operations.
# Left out, and shown as skipped: cases that other rows with the same programs run. What the tool says of itself, that it does not
# grow, that a recording plays, and that the programs leave other file systems alone, does not depend on the row (user_space); the
# incident's counts are those of the cases of refused blocks. Attaching and ending under load is tried with each way of attaching on
# the newest kernels that choose it by themselves, and on the oldest (under_load).
# v1 is tested on 6.1: later stock kernels are built without the v1 memory controller. There no process can be born in a
# cgroup, which the folding of thousands needs. Ten thousand cgroups take minutes
# under emulation: one guest makes them all, the others fewer.
user_space='no_growth_over_samples record_and_replay doctor_report event_ring_overflow full_ext4_leaves_no_trace overlay_leaves_no_trace full_overlay_on_ext4_leaves_no_trace'
under_load='attach_during_stress end_during_stress stress_with_swap'
matrix="
6.12              | 6.12 | v2 |              | fentry | *    | 100000 | user_quota xattrs_not_charged | | --short-lived 10000
7                 | 7    | v2 |              | kprobe | *    | 40000  | user_quota xattrs_not_charged | | --short-lived 500
5.10              | 5.10 | v2 |              | fentry | *    | 40000  | user_quota xattrs_charged xattr_at_limit collapse populate_on_full | | --short-lived 500
6.12-preempt-full | 6.12 | v2 | preempt=full | kprobe | full | 40000  | user_quota xattrs_not_charged | $user_space stress_with_swap | --short-lived 500
6.1               | 6.1  | v2 |              | fentry | *    | 40000  | user_quota xattrs_charged xattr_at_limit | no_growth_over_samples stress_with_swap | --short-lived 500
6.18              | 6.18 | v2 |              | kprobe | *    | 40000  | user_quota xattrs_not_charged | $user_space stress_with_swap | --short-lived 500
6.1-kprobe        | 6.1  | v2 |              | kprobe | *    | 40000  | user_quota xattrs_charged xattr_at_limit | $user_space $under_load incident short_lived_cgroups_folded | --short-lived 500 --hooks kprobe
6.1-cgroup-v1     | 6.1  | v1 |              | fentry | *    | 40000  | user_quota xattrs_charged xattr_at_limit short_lived_cgroups_folded | $user_space $under_load incident | --short-lived 500
6.12-kprobe       | 6.12 | v2 |              | kprobe | *    | 40000  | user_quota xattrs_not_charged | | --short-lived 500 --hooks kprobe
"
# Run only when it is named: 6.12-preempt-full runs the same programs on the same kernel, where they are needed.
by_name_only='6.12-kprobe'

# A guest keeps one host processor busy two thirds of its time (see --threads of run.sh), and waits for its clock otherwise.
parallel=$((($(nproc) * 3 + 1) / 2))
[[ $parallel -le 6 ]] || parallel=6
if [[ ${1:-} = -j ]]; then
	parallel=$2
	shift 2
fi
only=" $* "

trim() { sed 's/^ *//; s/ *$//' <<<"$1"; }

# What keeps the guest's output from being a pass, one line each.
problems_of() {
	local output=$1 summary=$2 cgroup=$3 hooks=$4 preempt=$5 operations=$6 skips=$7 operations_made name seen=0
	if [[ -z $summary ]]; then
		echo "the guest test did not come to its end"
		return
	fi
	# One that ended well without saying what it checked has checked nothing.
	[[ $summary =~ passed=[1-9] && " $summary " == *" failed=0 "* ]] || echo "cases failed"
	[[ " $summary " == *" mode=exact "* ]] || echo "another mode than exact"
	[[ " $summary " == *" hooks=$hooks "* ]] || echo "other hooks than $hooks"
	[[ $preempt = '*' || " $summary " == *" preempt=$preempt "* ]] || echo "another preemption than $preempt"
	[[ " $summary " == *" cgroup=$cgroup "* ]] || echo "another cgroup version than $cgroup"
	operations_made=$(sed -n 's/.* ops=\([0-9]*\).*/\1/p' <<<"$summary")
	[[ ${operations_made:-0} -ge $operations ]] || echo "fewer than $operations operations"
	while read -r name; do
		seen=$((seen + 1))
		[[ " $skips " == *" $name "* ]] || echo "$name was skipped"
	done < <(sed -n 's/^SKIP \([^:]*\):.*/\1/p' "$output")
	# The kernel writes to the same console: a torn line must hide no skip.
	[[ " $summary " == *" skipped=$seen "* ]] || echo "$seen skipped cases are named, not all"
}

# Holds the documents of the guest against the schema; what is wrong, one line each, and "documents=N invalid=N" in
# DIR/documents.txt.
problems_of_documents() {
	local dir=$1 summary=$2 kept code=0
	kept=$(sed -n 's/.* documents=\([0-9]*\).*/\1/p' <<<"$summary")
	# The system's own Python, which has the validator.
	zstd -dcq --long=27 "$dir/result.txt" 2>"$dir/documents.err" |
		PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$root/tests/schema/lines.py" >"$dir/documents.txt" 2>>"$dir/documents.err" || code=$?
	[[ $code = 0 ]] || echo "documents are not valid, or did not arrive whole: $(tail -qn 1 "$dir/documents.txt" "$dir/documents.err" | tr '\n' ' ')"
	grep '^INVALID' "$dir/documents.txt" || true
	grep -q "^documents=${kept:-unknown} " "$dir/documents.txt" || echo "of ${kept:-an unknown number of} documents not all arrived"
}

# The verdict of one guest, as one word in DIR/verdict and what to print in DIR/report.
run_guest() {
	local label=$1 kernel=$2 cgroup=$3 append=$4 hooks=$5 preempt=$6 operations=$7 skips=$8 left_out=$9 args=${10} name
	local dir=$out/matrix/$label code=0 summary problems documents verdict=ok
	rm -rf "$dir"
	mkdir -p "$dir"
	bash "$here/fetch_kernel.sh" "$kernel" >/dev/null 2>"$dir/fetch.log" || code=$?
	if [[ $code = 77 ]]; then
		echo skip >"$dir/verdict"
		printf 'SKIP  %-18s %s\n' "$label" "$(tail -n 1 "$dir/fetch.log")" >"$dir/report"
		return
	fi
	if [[ $code != 0 ]]; then
		echo FAIL >"$dir/verdict"
		{
			printf 'FAIL  %-18s the kernel could not be prepared:\n' "$label"
			tail -n 5 "$dir/fetch.log"
		} >"$dir/report"
		return
	fi

	for name in $left_out; do
		args+=" --without $name"
		skips+=" $name"
	done
	local start=$SECONDS
	bash "$here/run.sh" --kernel "$kernel" --cgroup "$cgroup" --append "$append" --out "$dir" \
		--file "$(command -v mke2fs || echo /usr/sbin/mke2fs)" --timeout "${TT_GUEST_TIMEOUT:-2400}" \
		-- "/bin/guest-test --tool /bin/tmpfstrace --documents /dev/ttyS1 --ops $operations $args" \
		>"$dir/output.txt" 2>"$dir/errors.txt" || code=$?
	summary=$(grep -a '^GUEST ' "$dir/output.txt" | tail -n 1 | sed 's/^GUEST //') || true

	problems=$(problems_of "$dir/output.txt" "$summary" "$cgroup" "$hooks" "$preempt" "$operations" "$skips")
	[[ $code = 0 ]] || problems+=${problems:+$'\n'}"exit code $code"
	documents=$(problems_of_documents "$dir" "$summary")
	[[ -z $documents ]] || problems+=${problems:+$'\n'}$documents
	[[ -z $problems ]] || verdict=FAIL
	echo "$verdict" >"$dir/verdict"
	{
		printf '%-5s %-18s %s (%d s)\n' "$verdict" "$label" "${summary:-no summary line}" $((SECONDS - start))
		{
			grep -a '^LOSSES' "$dir/output.txt" | tail -n 1 || true
			grep '^documents=' "$dir/documents.txt" || true
			grep -a '^SKIP' "$dir/output.txt" | sort -u || true
			if [[ $verdict = FAIL ]]; then
				echo "FAIL ${problems//$'\n'/$'\n'FAIL }"
				grep -a '^FAIL' "$dir/output.txt" | head -n 40 || true
				[[ -n $summary ]] || tail -n 40 "$dir/errors.txt"
				echo "all of it: $dir"
			fi
		} | sed 's/^/      /'
	} >"$dir/report"
}

for program in tmpfstrace guest/guest-test; do
	if [[ ! -x $out/$program ]]; then
		echo "matrix.sh: $out/$program is missing; build it first: make all guest" >&2
		exit 1
	fi
done

ran=()
while IFS='|' read -r label kernel cgroup append hooks preempt operations skips left_out args; do
	label=$(trim "$label")
	[[ -n $label ]] || continue
	if [[ $only = "  " ]]; then
		[[ " $by_name_only " != *" $label "* ]] || continue
	else
		[[ $only = *" $label "* ]] || continue
	fi
	while [[ $(jobs -rp | wc -l) -ge $parallel ]]; do
		wait -n || true
	done
	ran+=("$label")
	{
		run_guest "$label" "$(trim "$kernel")" "$(trim "$cgroup")" "$(trim "$append")" \
			"$(trim "$hooks")" "$(trim "$preempt")" "$(trim "$operations")" "$(trim "$skips")" "$(trim "$left_out")" \
			"$(trim "$args")"
		cat "$out/matrix/$label/report"
	} &
done <<<"$matrix"
wait || true

passed=0 failed=0 skipped=0
for label in "${ran[@]}"; do
	case $(cat "$out/matrix/$label/verdict" 2>/dev/null) in
	ok) passed=$((passed + 1)) ;;
	skip) skipped=$((skipped + 1)) ;;
	*) failed=$((failed + 1)) ;;
	esac
done
[[ $((passed + failed)) -gt 0 ]] || echo "no guest ran: nothing has been tested"
echo "$passed passed, $failed failed, $skipped skipped"
if [[ $skipped -gt 0 && ${TT_ALLOW_MISSING_KERNELS:-} != 1 ]]; then
	echo "a kernel could not be had; TT_ALLOW_MISSING_KERNELS=1 lets the others pass"
	exit 1
fi
[[ $failed = 0 && $passed -gt 0 ]]
