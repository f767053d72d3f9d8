#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the built tool on this machine's own kernel and compares what it prints with what the test itself did and saw.
# In a mount namespace of its own, so that nothing of the machine is touched. Needs root.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${O:-build}
[[ $build = /* ]] || build=$PWD/$build

if [[ $(id -u) -ne 0 ]]; then
	echo "host: skipped: mounting a tmpfs needs root"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
# The system's own Python, which has the validator.
export PYTHONDONTWRITEBYTECODE=1
exec unshare --mount --propagation private /usr/bin/python3 tests/host/host_test.py "$build/tmpfstrace" "$@"
