#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# lint.sh: formatting, static checks of the C++ sources, shellcheck. Runs all of them and fails at
# the end, so that one run shows everything. `make format` repairs the formatting.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

for tool in clang clang-format clang-tidy shellcheck git; do
	command -v "$tool" >/dev/null || {
		echo "lint.sh: $tool is missing; run 'make deps'" >&2
		exit 1
	}
done

status=0
step() {
	local name=$1
	shift
	if "$@"; then
		echo "ok    $name"
	else
		echo "FAIL  $name"
		status=1
	fi
}

mapfile -t sources < <(git ls-files '*.cpp' '*.h' '*.c')
mapfile -t tidy < <(git ls-files 'userspace/*.cpp' 'tui/*.cpp')
mapfile -t scripts < <(git ls-files '*.sh' .ci/run)

# shellcheck disable=SC2317 # called through step
check_tidy() {
	[[ ${#tidy[@]} -gt 0 ]] || return 0
	printf '%s\0' "${tidy[@]}" | xargs -0 -n 1 -P "$(nproc)" scripts/lint/tidy.sh
}

[[ ${#sources[@]} = 0 ]] || step clang-format clang-format --dry-run -Werror "${sources[@]}"
step clang-tidy check_tidy
step shellcheck shellcheck -x "${scripts[@]}"
exit "$status"
