#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The forecast and Prometheus' predict_linear() on the recorded traces. Prometheus runs on loopback with a database in a
# temporary directory, for as long as it is asked.
set -euo pipefail
cd "$(dirname "$0")/../.."

backtest=${O:-build}/backtest
traces=tests/backtest/traces
for tool in prometheus promtool; do
	command -v "$tool" >/dev/null || {
		echo "backtest: $tool is missing; run 'make deps'" >&2
		exit 1
	}
done

scratch=$(mktemp -d)
server=
trap '[[ -z $server ]] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; } || true; rm -rf "$scratch"' EXIT

"$backtest" openmetrics "$traces" >"$scratch/samples"
promtool tsdb create-blocks-from openmetrics "$scratch/samples" "$scratch/data" >"$scratch/blocks.log" 2>&1 || {
	cat "$scratch/blocks.log" >&2
	exit 1
}
echo '{}' >"$scratch/prometheus.yml"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
prometheus --config.file="$scratch/prometheus.yml" --storage.tsdb.path="$scratch/data" \
	--storage.tsdb.retention.time=100y --web.listen-address="127.0.0.1:$port" >"$scratch/server.log" 2>&1 &
server=$!
url=http://127.0.0.1:$port
ready=
for _ in {1..100}; do
	if promtool query instant "$url" 'vector(1)' >/dev/null 2>&1; then
		ready=1
		break
	fi
	sleep 0.1
done
[[ -n $ready ]] || {
	echo "backtest: prometheus does not answer" >&2
	cat "$scratch/server.log" >&2
	exit 1
}

"$backtest" queries "$traces" | python3 -B tests/backtest/ask_prometheus.py "$url" >"$scratch/answers"

"$backtest" check "$traces" "$scratch/answers"
