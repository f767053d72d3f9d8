#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The agent on this machine's own kernel: what it serves, what it gives up, how it lives with a service manager, what it
# costs. In a mount namespace of its own, over loopback alone. Needs root. Names to run a part of it.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${O:-build}
[[ $build = /* ]] || build=$PWD/$build

if [[ $(id -u) -ne 0 ]]; then
	echo "SKIP agent: mounting a tmpfs needs root"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
for program in promtool prometheus-node-exporter; do
	command -v "$program" >/dev/null || { echo "agent: $program is missing; run 'make deps'" >&2 && exit 1; }
done
# The system's own Python, which has the validator.
export PYTHONDONTWRITEBYTECODE=1 O=$build
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NOTIFY_SOCKET WATCHDOG_USEC WATCHDOG_PID JOURNAL_STREAM
exec unshare --mount --propagation private /usr/bin/python3 tests/agent/agent_test.py "$build/tmpfstrace" "$@"
