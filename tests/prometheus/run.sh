#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A node in a guest with the agent, a real Prometheus with the rules of deploy/prometheus, and a real Alertmanager: from a
# healthy node to the alert, and to its end. One line a check.
#
# A kernel that could not be had is a SKIP, never a pass, and fails unless TT_ALLOW_MISSING_KERNELS=1.
# What stays: $O/prometheus/.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${O:-build}
[[ $build = /* ]] || build=$PWD/$build
export O=$build PYTHONDONTWRITEBYTECODE=1
kernel=6.12
out=$build/prometheus

for program in prometheus prometheus-alertmanager promtool; do
	command -v "$program" >/dev/null || { echo "prometheus: $program is missing; run 'make deps'" >&2 && exit 1; }
done
rm -rf "$out"
mkdir -p "$out"
code=0
bash scripts/guest/fetch_kernel.sh "$kernel" >/dev/null 2>"$out/fetch.txt" || code=$?
if [[ $code = 77 ]]; then
	echo "SKIP prometheus: $(tail -n 1 "$out/fetch.txt")"
	[[ ${TT_ALLOW_MISSING_KERNELS:-} = 1 ]] || exit 1
	exit 0
fi
[[ $code = 0 ]] || { cat "$out/fetch.txt" >&2 && exit 1; }

# The Alertmanager does not start without its templates.
files=()
for file in /usr/share/prometheus/alertmanager/*.tmpl; do
	files+=(--file "$file:$file")
done
for file in deploy/prometheus/rules.yml deploy/prometheus/alertmanager.yml tests/prometheus/prometheus.yml; do
	files+=(--file "$file:/etc/prometheus/${file##*/}")
done
for file in "$(command -v prometheus)" "$(command -v prometheus-alertmanager)" "$build/containers/session-writer" \
	scripts/demo/node.sh tests/prometheus/guest.sh tests/prometheus/receiver.sh; do
	files+=(--file "$file")
done

# --icount: the guest's clock counts its own instructions. What a rule waits for, minutes of a guest that sleeps, costs next to
# nothing, and a second there is the same on a busy host.
bash scripts/guest/run.sh --kernel "$kernel" --icount --append tt.root=tmpfs --mem 2G --timeout 1800 --out "$out" \
	"${files[@]}" -- 'sh /bin/guest.sh' >"$out/output.txt" 2>"$out/errors.txt" || code=$?
if [[ $code != 0 ]]; then
	echo "FAIL prometheus: exit code $code of the guest; all of it: $out"
	tail -n 40 "$out/output.txt" "$out/errors.txt"
	exit 1
fi
/usr/bin/python3 tests/prometheus/judge.py "$out/result.txt" "$out"
