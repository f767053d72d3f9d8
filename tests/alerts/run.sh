#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Sends alerts to an Alertmanager of its own and to receivers that fail, are slow, or never answer. Needs no privilege;
# listens on 127.0.0.1 alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${O:-build}
[[ $build = /* ]] || build=$PWD/$build
for program in prometheus-alertmanager openssl; do
	command -v "$program" >/dev/null || { echo "alerts: $program is missing; run 'make deps'" >&2 && exit 1; }
done
# The system's own Python, which has the validator.
export PYTHONDONTWRITEBYTECODE=1
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
exec timeout 120 /usr/bin/python3 tests/alerts/alerts_test.py "$build/alert-driver" "$build/tmpfstrace"
