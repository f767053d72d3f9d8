#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [CASE…]: the web side with its worker process, over loopback. Needs no privilege; as root it also proves that the
# worker gives its own up.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${O:-build}
[[ $build = /* ]] || build=$PWD/$build
for program in promtool openssl curl chromium; do
	command -v "$program" >/dev/null || { echo "web: $program is missing; run 'make deps'" >&2 && exit 1; }
done
export PYTHONDONTWRITEBYTECODE=1
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
ulimit -n 8192 2>/dev/null || ulimit -n "$(ulimit -Hn)"
exec timeout 240 /usr/bin/python3 tests/web/web_test.py "$build/web-driver" "$@"
