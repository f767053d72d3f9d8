#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The live view as a person meets it: in terminals of tmux and on pseudo terminals, on this machine and in a guest.
# In a mount namespace of its own, so that nothing of the machine is touched. Needs root. Names to run a part of it.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${O:-build}
[[ $build = /* ]] || build=$PWD/$build

if [[ $(id -u) -ne 0 ]]; then
	echo "SKIP terminal: mounting a tmpfs needs root"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
command -v tmux >/dev/null || { echo "terminal: tmux is missing; run 'make deps'" >&2 && exit 1; }
export PYTHONDONTWRITEBYTECODE=1 O=$build
exec unshare --mount --propagation private /usr/bin/python3 tests/terminal/terminal_test.py "$build/tmpfstrace" "$@"
