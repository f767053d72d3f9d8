#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# start_mounts.sh COUNT DIRECTORY COMMAND…: makes COUNT tmpfs mounts below DIRECTORY and runs COMMAND.
count=$1 directory=$2
shift 2
mkdir -p "$directory" && mount -t tmpfs -o size=16m start "$directory" || exit 1
made=0
while [ "$made" -lt "$count" ]; do
	made=$((made + 1))
	mkdir "$directory/$made" && mount -t tmpfs -o size=1m start "$directory/$made" || exit 1
done
exec "$@"
