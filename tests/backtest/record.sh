#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Records the traces of the backtest anew (root, 80 s), on mounts that nobody else sees.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec unshare --mount --propagation private python3 -B tests/backtest/record_traces.py \
	"${O:-build}/tmpfstrace" "${O:-build}/backtest" tests/backtest/traces
