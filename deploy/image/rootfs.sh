#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# rootfs.sh TOOL DIRECTORY: the root file system of the image. The built tool without its debug information, the libraries that it
# needs or loads by itself, and what these read. No shell and no package manager.
set -euo pipefail
[[ $# = 2 ]] || { echo "usage: rootfs.sh TOOL DIRECTORY" >&2 && exit 2; }
tool=$1 root=$2
[[ -x $tool ]] || { echo "rootfs.sh: $tool is not built; run 'make'" >&2 && exit 1; }
[[ ! -e $root ]] || { echo "rootfs.sh: $root is there already" >&2 && exit 1; }
umask 022

mkdir -p "$root"/{usr/{bin,lib,lib64},etc/ssl/certs,etc/tmpfstrace,proc,sys,dev,run,var,host,boot}
mkdir "$root/tmp"
chmod 1777 "$root/tmp"
ln -s usr/lib usr/lib64 usr/bin "$root/"

strip -o "$root/usr/bin/tmpfstrace" "$tool"
chmod 755 "$root/usr/bin/tmpfstrace"

# Not seen by ldd: the tool loads it when it has a receiver of alerts to tell.
curl=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p | sed -n 's/^\s*libcurl\.so\.4 (libc6,x86-64) => //p' | head -n 1)
[[ -n $curl ]] || { echo "rootfs.sh: libcurl.so.4 is not installed (Debian: libcurl4)" >&2 && exit 1; }

# Where the loader looks without a cache; its own place is fixed in the tool.
{
	echo "$curl"
	ldd "$tool" "$curl" | sed -nE 's/^\s*(\S+ => )?(\/\S+) \(0x.*$/\2/p'
} | sort -u | while read -r library; do
	case $library in
	*/ld-linux-*) install -m 755 "$library" "$root/usr/lib64/" ;;
	*) install -D -m 644 "$library" "$root/usr/lib/x86_64-linux-gnu/$(basename "$library")" ;;
	esac
done

# The web process becomes nobody; names are for ls and for messages.
printf 'root:x:0:0:root:/:/none\nnobody:x:65534:65534:nobody:/:/none\n' >"$root/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"

# TLS to a receiver of alerts.
certificates=/etc/ssl/certs/ca-certificates.crt
[[ -f $certificates ]] || { echo "rootfs.sh: $certificates is missing (Debian: ca-certificates)" >&2 && exit 1; }
install -m 644 "$certificates" "$root/etc/ssl/certs/"

# `tmpfstrace top` by kubectl exec: UTF-8, and the terminals of today.
mkdir -p "$root/usr/lib/locale"
cp -rL /usr/lib/locale/C.utf8 "$root/usr/lib/locale/"
for terminal in xterm xterm-256color screen screen-256color tmux tmux-256color linux vt100 dumb; do
	for from in /lib/terminfo /usr/share/terminfo; do
		[[ ! -f $from/${terminal::1}/$terminal ]] || install -D -m 644 "$from/${terminal::1}/$terminal" "$root/usr/share/terminfo/${terminal::1}/$terminal"
	done
	[[ -f $root/usr/share/terminfo/${terminal::1}/$terminal ]] || { echo "rootfs.sh: no terminfo of $terminal (Debian: ncurses-base)" >&2 && exit 1; }
done
