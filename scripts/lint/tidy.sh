#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tidy.sh SOURCE: clang-tidy for one C++ source, from the top of the tree. A source that passed is
# not looked at again until something that clang-tidy judges has changed.
set -euo pipefail
source=$1
out=${O:-build}
passed=$out/lint
flags=(-std=c++20 -I. -Iuserspace -Ibpf -isystem "$out/gen" '-DTMPFSTRACE_VERSION="lint"')

# The source with its headers, and with what the preprocessor would drop: comments (NOLINT) and macros.
judged() {
	clang-tidy --version
	cat .clang-tidy
	clang -E -C -dD "${flags[@]}" "$source"
}

hash=$(judged | sha256sum | cut -d ' ' -f 1)
[[ ! -e $passed/$hash ]] || exit 0
# On standard error are only the numbers of suppressed warnings.
clang-tidy --quiet "$source" -- "${flags[@]}" 2>/dev/null
mkdir -p "$passed"
: >"$passed/$hash"
