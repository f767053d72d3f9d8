#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# screen.sh [RECORDING]: the screens at the head of README.md, made anew.
#
# Replays RECORDING (default: the incident of tests/fixtures/recordings, which record.sh makes anew in a guest) with
# `tmpfstrace top` in a terminal of tmux. Prints the first screen as text; its picture goes to docs/screen.svg, the
# details of the full mount to docs/screen-detail.svg.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${O:-build}
[[ $out = /* ]] || out=$root/$out
recording=${1:-$root/tests/fixtures/recordings/incident.zst}
columns=118 rows=32

command -v tmux >/dev/null || { echo "screen.sh: tmux is missing; run 'make deps'" >&2 && exit 1; }
make -s -C "$root" O="$out" all

# A socket of its own: the user's tmux and its settings stay out of it.
export LC_ALL=C.UTF-8
socket=tmpfstrace-screen-$$
terminal() { tmux -u -L "$socket" -f /dev/null "$@"; }
trap 'terminal kill-server 2>/dev/null || true' EXIT

wait_for() {
	local tries=0
	until terminal capture-pane -p | grep -qF -- "$1"; do
		((++tries < 100)) || { echo "screen.sh: no '$1' on the screen" >&2 && exit 1; }
		sleep 0.1
	done
	sleep 0.3
}

terminal new-session -d -x "$columns" -y "$rows" \
	"TERM=tmux-256color '$out/tmpfstrace' top --layout '' --replay '$recording' --speed 100" \; set -g status off
wait_for 'REPLAY END'
terminal capture-pane -p | grep -v '^ *$'
terminal capture-pane -e -p |
	python3 "$here/screen_svg.py" "tmpfstrace top: a full /dev/shm of a pod, as a recording shows it" >"$root/docs/screen.svg"
# The last minute: the recording holds no more.
terminal send-keys Enter '['
wait_for '1 min ago'
terminal capture-pane -e -p |
	python3 "$here/screen_svg.py" "tmpfstrace top: the details of the full /dev/shm" >"$root/docs/screen-detail.svg"
