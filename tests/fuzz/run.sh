#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh SECONDS FUZZER…: each of $O/fuzz/FUZZER for SECONDS, one on each processor, from the samples in
# tests/fuzz/corpus/FUZZER and from what was found before. An input that breaks one stays in $O/fuzz/FUZZER.crash-…; exit 1.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${O:-build}
seconds=$1
shift

fuzz() {
	local fuzzer=$1 found=$build/fuzz/found/$1
	mkdir -p "$found"
	if "$build/fuzz/$fuzzer" -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="$build/fuzz/$fuzzer." "$found" "tests/fuzz/corpus/$fuzzer" >"$build/fuzz/$fuzzer.log" 2>&1; then
		echo "fuzz: $fuzzer: $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/fuzz/$fuzzer.log") inputs in $seconds s, none broke it"
		return 0
	fi
	{
		echo "fuzz: $fuzzer broke; the end of $build/fuzz/$fuzzer.log:"
		tail -n 30 "$build/fuzz/$fuzzer.log"
	} >&2
	return 1
}

for fuzzer in "$@"; do
	[[ -d tests/fuzz/corpus/$fuzzer ]] || { echo "fuzz: tests/fuzz/corpus/$fuzzer is missing: a fuzzer needs a sample to begin with" >&2 && exit 1; }
done
status=0 running=0
for fuzzer in "$@"; do
	if [[ $running -ge $(nproc) ]]; then
		wait -n || status=1
		running=$((running - 1))
	fi
	fuzz "$fuzzer" &
	running=$((running + 1))
done
while [[ $running -gt 0 ]]; do
	wait -n || status=1
	running=$((running - 1))
done
exit "$status"
