#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs inside a guest: loads the programs of each mode and prints what the kernel says of them (lines of bench-programs).
for options in "--mode exact --hooks fentry" "--mode exact --hooks kprobe" "--mode syscall"; do
	rm -f /run/sample
	# shellcheck disable=SC2086 # several words are several options
	tmpfstrace json --interval 60m $options >/run/sample 2>/run/errors &
	tool=$!
	until-it-says /run/sample "$tool" /run/errors "tmpfstrace $options" 300 || exit 1
	bench-programs "${options##* }" || exit 1
	kill -INT "$tool"
	wait "$tool" || exit 1
done
