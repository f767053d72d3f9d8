#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# previous.sh [COMMIT]: the tool of an earlier commit, for an upgrade from it, as $O/previous/tmpfstrace. Without COMMIT it is
# the one before the last change of what the tool is built from: HEAD while there are changes that are not committed.
#
# It is built from the present objects, which must be up to date: what is the same in both commits is not compiled again, and
# the rest without optimization. $O/previous/programs says whether its BPF programs are the same as today's or others.
# Exit code 77 and the reason on stdout: there is none that could be upgraded from.
set -euo pipefail
cd "$(dirname "$0")/../.."
given=${O:-build}
build=$given
[[ $build = /* ]] || build=$PWD/$build
product=(bpf userspace tui)

skip() {
	echo "$1"
	exit 77
}

# Owned by somebody else when this is run by sudo.
git() { command git -c "safe.directory=$(pwd -P)" "$@"; }

layout_of() { sed -n 's/^#define TMPFS_LAYOUT_VERSION *//p'; }

top=$(git rev-parse --show-toplevel 2>&1) || skip "no history: ${top%%$'\n'*}"
[[ $top = "$(pwd -P)" ]] || skip "no history: these sources are no repository of their own"
if [[ -n ${1:-} ]]; then
	commit=$(git rev-parse --verify --quiet "$1^{commit}") || { echo "previous.sh: there is no commit $1" >&2 && exit 1; }
elif [[ -n $(git status --porcelain -- "${product[@]}") ]]; then
	commit=$(git rev-parse HEAD)
else
	last=$(git log -1 --format=%H -- "${product[@]}")
	commit=$(git rev-parse --verify --quiet "$last^") || skip "the history begins with the last change of the tool (a shallow clone?)"
fi
version=$(git describe --tags --always "$commit")
git grep -q -e '"--pin"' "$commit" -- userspace || skip "tmpfstrace $version knows no --pin"
layout=$(git show "$commit:bpf/tmpfs_abi.h" | layout_of)
present=$(layout_of <bpf/tmpfs_abi.h)
[[ $layout = "$present" ]] || skip "tmpfstrace $version counts in layout $layout and not in $present: an upgrade begins anew"

# Beside today's, which may have changed since it was built.
tell() {
	local programs=other
	! cmp -s "$build/previous/tmpfs.skel.h" "$build/gen/tmpfs.skel.h" || programs=same
	echo "$programs" >"$build/previous/programs"
	echo "tmpfstrace $version $1, BPF programs: $programs"
}

if [[ -f $build/previous/commit && $(cat "$build/previous/commit") = "$commit" ]]; then
	tell "is built already"
	exit 0
fi
tree=$build/previous/tree
rm -rf "$build/previous"
mkdir -p "$tree/build/obj"
# What is the same today is older than any object, what differs is newer.
git archive "$commit" Makefile "${product[@]}" | tar -x -C "$tree"
find "$tree" -type f -exec touch -d 2000-01-01 {} +
git diff --name-only "$commit" -- Makefile "${product[@]}" | while read -r file; do
	[[ ! -e $tree/$file ]] || touch "$tree/$file"
done
cp -a "$build/obj/userspace" "$build/obj/tui" "$tree/build/obj/"
cp -a "$build/bpf" "$build/gen" "$build"/version.txt "$tree/build/"
# Prerequisites are written as they were given: this is another directory.
find "$tree/build" -name '*.d' -exec sed -i "s#\(^\|[[:space:]]\)$given/#\1build/#g" {} +
log=$build/previous/build.log
# A make of its own: the options of one that runs this are not meant for it.
if ! env -u MAKEFLAGS -u MAKELEVEL -u O make -C "$tree" -j"$(nproc)" O=build VERSION="$version" CXXFLAGS=-O0 all >"$log" 2>&1; then
	echo "previous.sh: tmpfstrace $version cannot be built; all of it: $log" >&2
	tail -n 20 "$log" >&2
	exit 1
fi
mv "$tree/build/tmpfstrace" "$build/previous/tmpfstrace"
mv "$tree/build/gen/tmpfs.skel.h" "$build/previous/tmpfs.skel.h"
rm -rf "$tree"
echo "$commit" >"$build/previous/commit"
tell "built, $(grep -c '^  CXX ' "$log" || :) sources compiled"
