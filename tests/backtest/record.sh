#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Records the traces of the backtest anew (root, 4 min), on mounts that nobody else sees: three runs of all workloads,
# whose random numbers differ.
set -euo pipefail
cd "$(dirname "$0")/../.."
for run in 1 2 3; do
	unshare --mount --propagation private python3 -B tests/backtest/record_traces.py \
		"${O:-build}/tmpfstrace" "${O:-build}/backtest" tests/backtest/traces "$run"
done
