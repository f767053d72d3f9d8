#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs every `tmpfstrace json … | jq …` of the documentation on a recording and compares what it prints, then validates
# documents against the published schema.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${O:-build}
[[ $build = /* ]] || build=$PWD/$build
command -v jq >/dev/null || { echo "docs: jq is missing; run 'make deps'" >&2 && exit 1; }
export PYTHONDONTWRITEBYTECODE=1
"$build/metrics-reference" | diff -u docs/metrics.md - || { echo "docs: docs/metrics.md is not what the code serves; run 'make docs'" >&2 && exit 1; }
python3 tests/docs/jq_lines.py "$build/tmpfstrace"
# The system's own Python, which has the package.
exec /usr/bin/python3 tests/docs/schema.py "$build/tmpfstrace"
