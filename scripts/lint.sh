#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# lint.sh: formatting, static checks of the C++ sources, shellcheck. Runs all of them and fails at
# the end, so that one run shows everything. `make format` repairs the formatting.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
out=${O:-build}

for tool in clang-format clang-tidy shellcheck git; do
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

# shellcheck disable=SC2317,SC2016 # called through step; $0 and $1 are those of the inner shell
check_tidy() {
	[[ ${#tidy[@]} -gt 0 ]] || return 0
	printf '%s\0' "${tidy[@]}" | xargs -0 -n 1 -P "$(nproc)" sh -c \
		'clang-tidy --quiet "$1" -- -std=c++20 -I. -Iuserspace -Ibpf -isystem "$0/gen" -DTMPFSTRACE_VERSION=\"lint\" 2>/dev/null' "$out"
}

[[ ${#sources[@]} = 0 ]] || step clang-format clang-format --dry-run -Werror "${sources[@]}"
step clang-tidy check_tidy
step shellcheck shellcheck -x "${scripts[@]}"
exit "$status"
