#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh SECONDS FUZZER…: each of $O/fuzz/FUZZER for SECONDS, from the samples in tests/fuzz/corpus/FUZZER and from what
# was found before. An input that breaks one stays in $O/fuzz/FUZZER.crash-…; exit 1.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${O:-build}
seconds=$1
shift
status=0
for fuzzer in "$@"; do
	found=$build/fuzz/found/$fuzzer
	mkdir -p "$found"
	[[ -d tests/fuzz/corpus/$fuzzer ]] || { echo "fuzz: tests/fuzz/corpus/$fuzzer is missing: a fuzzer needs a sample to begin with" >&2 && exit 1; }
	if "$build/fuzz/$fuzzer" -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="$build/fuzz/$fuzzer." "$found" "tests/fuzz/corpus/$fuzzer" >"$build/fuzz/$fuzzer.log" 2>&1; then
		echo "fuzz: $fuzzer: $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/fuzz/$fuzzer.log") inputs in $seconds s, none broke it"
	else
		status=1
		echo "fuzz: $fuzzer broke; the end of $build/fuzz/$fuzzer.log:" >&2
		tail -n 30 "$build/fuzz/$fuzzer.log" >&2
	fi
done
exit "$status"
