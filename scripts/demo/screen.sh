#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# screen.sh [KERNEL]: the screen at the head of README.md, made anew.
#
# Records the incident in a guest (default 6.12) while writes are being refused, replays the
# recording with `tmpfstrace top` in a terminal of 110x24 (tmux), and prints that screen as text.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${O:-build}
[[ $out = /* ]] || out=$root/$out
export O=$out
kernel=${1:-6.12}

command -v tmux >/dev/null || { echo "screen.sh: tmux is missing; run 'make deps'" >&2 && exit 1; }
make -s -C "$root" O="$out" "$out/guest/incident-load"
dir=$out/demo/screen
mkdir -p "$dir"
bash "$here/../guest/run.sh" --kernel "$kernel" --out "$dir" \
	--file "$here/incident.sh:/bin/incident" --file "$here/recorder.sh:/bin/recorder" -- "
	chmod +x /bin/recorder
	sh /bin/incident /run/demo /bin/recorder /bin/incident-load 40000 || exit 1
	cat /run/incident.ndjson >/dev/ttyS1" >&2
mv "$dir/result.txt" "$dir/incident.ndjson"

# A socket of its own: the user's tmux and its settings stay out of it.
socket=tmpfstrace-screen-$$
trap 'tmux -L "$socket" kill-server 2>/dev/null || true' EXIT
tmux -L "$socket" -f /dev/null new-session -d -x 110 -y 24 \
	"'$out/tmpfstrace' top --replay '$dir/incident.ndjson' --speed 100; sleep 5"
sleep 3
tmux -L "$socket" capture-pane -p
