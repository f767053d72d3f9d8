#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Second part of guest.sh: what an operator has today, each alone and the four tools of libbpf-tools together.
# While it is measured a peer prints to /dev/null: on a terminal it costs more. Whether it sees anything on this
# kernel at all is tried before; what sees nothing or does not start is a NOTE with the reason, and a peer that does
# not start is not measured.

# The guest has no /etc/localtime, and glibc looks for it again at every time that is printed when TZ is not set: a failed
# open, which opensnoop -x prints, with the time, and so on without an end.
export TZ=UTC0

# start_peer NAME OUTPUT: in the background; $peer is its process.
start_peer() {
	case $1 in
	filetop) filetop -C >"$2" 2>/run/peer.err & ;;
	filelife) filelife >"$2" 2>/run/peer.err & ;;
	opensnoop) opensnoop -x >"$2" 2>/run/peer.err & ;;
	syscount) syscount -e ENOSPC >"$2" 2>/run/peer.err & ;;
	bpftrace) bpftrace /run/tmpfs_bytes.bt >"$2" 2>/run/peer.err & ;;
	esac
	peer=$!
	# bpftrace compiles first.
	sleep 20
	kill -0 "$peer" 2>/dev/null
}

# stop_peer PROCESS: at its end it prints what it has; one that does not end is killed.
stop_peer() {
	kill -INT "$1" 2>/dev/null
	waited=0
	while kill -0 "$1" 2>/dev/null; do
		sleep 1
		waited=$((waited + 1))
		[ "$waited" -lt 60 ] || kill -KILL "$1" 2>/dev/null
	done
	wait "$1" 2>/dev/null
}

# What a peer prints of the try below when it sees it.
sign_of() {
	case $1 in
	filetop) echo bench-load ;;
	filelife) echo session_bench ;;
	opensnoop) echo absent_bench ;;
	syscount) echo pwrite ;;
	bpftrace) echo '@written\[' ;;
	esac
}

try_peer() {
	if ! start_peer "$1" /run/peer.txt; then
		echo "NOTE $1 not measured: it does not start on this kernel: $(tail -n 2 /run/peer.err | tr '\n' ' ')"
		return 1
	fi
	load try 1 session_file >/dev/null
	load try 1 refused_write >/dev/null
	cat /mnt/free/absent_bench 2>/dev/null
	sleep 3
	stop_peer "$peer"
	grep -q "$(sign_of "$1")" /run/peer.txt ||
		echo "NOTE $1 sees nothing of the load on this kernel (no $(sign_of "$1") in its $(wc -l </run/peer.txt) lines; it says: $(tail -n 1 /run/peer.err))"
	return 0
}

cp /bin/tmpfs_bytes.bt /run/tmpfs_bytes.bt
if ! grep -qw shmem_file_write_iter /proc/kallsyms; then
	sed -i 's/shmem_file_write_iter/shmem_write_end/' /run/tmpfs_bytes.bt
	echo "NOTE tmpfs_bytes.bt asks shmem_write_end, once a page, for want of shmem_file_write_iter in this kernel"
fi

together=
for name in filetop filelife opensnoop syscount bpftrace; do
	if ! command -v "$name" >/dev/null; then
		echo "NOTE $name not measured: it was not found on the host"
		continue
	fi
	try_peer "$name" || continue
	if ! start_peer "$name" /dev/null; then
		echo "NOTE $name not measured: it started once and not again: $(tail -n 2 /run/peer.err | tr '\n' ' ')"
		continue
	fi
	measure "$name"
	stop_peer "$peer"
	[ "$name" = bpftrace ] || together="$together $name"
done

peers='' started=''
for name in $together; do
	if start_peer "$name" /dev/null; then
		peers="$peers $peer" started="$started $name"
	else
		echo "NOTE $name does not start beside$started: $(tail -n 2 /run/peer.err | tr '\n' ' ')"
	fi
done
echo "NOTE measured together:${started:- none}"
[ -z "$started" ] || measure together
for peer in $peers; do
	stop_peer "$peer"
done
sleep 5
measure base
