#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# make_initramfs.sh KERNELDIR OUT [FILE…]: build the root file system of a test guest.
#
# Each FILE goes to /bin/<its name>, with the shared libraries it needs; SRC:DEST names another place.
# The archive is not compressed: it lives for one boot, and the guest would have to unpack it under emulation.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
kernel=${1:?usage: make_initramfs.sh KERNELDIR OUT [FILE…]}
out=${2:?usage: make_initramfs.sh KERNELDIR OUT [FILE…]}
shift 2

busybox=$(command -v busybox) || {
	echo "make_initramfs.sh: busybox is missing; run 'make deps' (package busybox-static)" >&2
	exit 1
}

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{bin,sbin,etc,proc,sys,dev,run,tmp,mnt,modules,usr/bin,usr/sbin}
cp "$busybox" "$tree/bin/busybox"
ln -s busybox "$tree/bin/sh"
install -m 755 "$here/init.sh" "$tree/init"
cp "$kernel"/modules/* "$tree/modules/"
echo 'root:x:0:0:root:/:/bin/sh' >"$tree/etc/passwd"
printf 'root:x:0:\n' >"$tree/etc/group"

copy_libraries_of() {
	local lib
	# ldd fails on a static program and on a script: nothing to copy then.
	{ ldd "$1" 2>/dev/null || true; } | sed -n 's/^[^\/]*\(\/[^ ]*\) (0x.*/\1/p' | while read -r lib; do
		[[ -e $tree$lib ]] || install -D -m 755 "$lib" "$tree$lib"
	done
}

for item in "$@"; do
	file=${item%%:*}
	dest=/bin/${file##*/}
	[[ $item != *:* ]] || dest=${item#*:}
	if [[ ! -f $file ]]; then
		echo "make_initramfs.sh: $file does not exist; build it first" >&2
		exit 1
	fi
	install -D -m "$(stat -c %a "$file")" "$file" "$tree$dest"
	# Debug information is nine tenths of a program and would have to be unpacked in the guest. Fails on a script.
	strip --strip-debug "$tree$dest" 2>/dev/null || true
	copy_libraries_of "$file"
done

mkdir -p "$(dirname "$out")"
(cd "$tree" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >"$out.tmp"
mv "$out.tmp" "$out"
