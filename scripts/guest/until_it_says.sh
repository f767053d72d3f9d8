#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# until-it-says OUTPUT PROCESS ERRORS WHAT [SECONDS]: runs inside a guest; waits until WHAT, a program in the background, has
# written its first line to the file OUTPUT. Exit 1, with what it wrote to the file ERRORS, when it ends before, or says nothing
# in that time (default 120 s).
most=${5:-120}
waited=0
until [ -s "$1" ]; do
	sleep 1
	waited=$((waited + 1))
	if ! kill -0 "$2" 2>/dev/null; then
		echo "$4 ended at its start: $(cat "$3")" >&2
		exit 1
	fi
	if [ "$waited" -ge "$most" ]; then
		echo "$4 said nothing in $waited s: $(cat "$3")" >&2
		exit 1
	fi
done
