# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# For the bench scripts, which source it: where the tree and what is built of it are, their --help, and what they need.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
out=${O:-build}
[[ $out = /* ]] || out=$root/$out
export O=$out PYTHONDONTWRITEBYTECODE=1

complain() { echo "${0##*/}: $*" >&2; }

# The head of the script itself.
show_help() {
	sed -n "/^# ${0##*/}/,/^set/s/^# \{0,1\}//p" "$0"
	exit 0
}

# need HOW PROGRAM…: those of the build directory, and the make targets that build them.
need() {
	local how=$1 program
	shift
	for program in "$@"; do
		[[ -x $out/$program ]] || { complain "$out/$program is missing; run '$how'" && exit 1; }
	done
}
