#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs inside a guest: loads the programs of each mode and prints what the kernel says of them (lines of bench-programs).
for options in "--mode exact --hooks fentry" "--mode exact --hooks kprobe" "--mode syscall"; do
	rm -f /run/sample
	# shellcheck disable=SC2086 # several words are several options
	tmpfstrace json --interval 60m $options >/run/sample 2>/run/errors &
	tool=$!
	waited=0
	until [ -s /run/sample ]; do
		sleep 1
		waited=$((waited + 1))
		if [ "$waited" -ge 300 ] || ! kill -0 "$tool" 2>/dev/null; then
			echo "tmpfstrace $options gave no sample: $(cat /run/errors)"
			exit 1
		fi
	done
	bench-programs "${options##* }" || exit 1
	kill -INT "$tool"
	wait "$tool" || exit 1
done
