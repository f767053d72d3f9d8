#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# recorder.sh: stands in for the tool in incident.sh (its arguments are those of tmpfstrace and do
# not matter here) and records for SECONDS, so that the recording ends while writes are being refused.
recording=/run/incident.ndjson
tmpfstrace record --interval 1s --duration "${SECONDS_TO_RECORD:-12}s" "$recording" &
recorder=$!
trap 'kill -TERM $recorder 2>/dev/null; wait $recorder; exit 0' TERM INT
until grep -q '"sample"' "$recording" 2>/dev/null; do sleep 0.2; done
echo started
wait "$recorder"
# incident.sh holds an early end for a failure: stay until it says so.
while :; do sleep 1; done
