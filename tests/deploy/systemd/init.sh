#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The guest's first program where systemd is to be the second (rdinit=): leaves the initramfs, whose mounts cannot be moved as a sandbox wants
# it, for a tmpfs, and gives way to systemd. That starts checks.service, which does the rest.
export PATH=/bin:/sbin
/bin/busybox --install -s /bin
mkdir /new
mount -t tmpfs -o mode=755 tmpfs /new
for entry in /*; do
	case $entry in
	/new) ;;
	*) cp -a "$entry" /new/ ;;
	esac
done
units=/new/etc/systemd/system
mkdir -p /new/var/log "$units"/multi-user.target.wants "$units"/sysinit.target.wants
ln -s /run /new/var/run
ln -s /lib/systemd/system/multi-user.target "$units"/default.target
ln -s /etc/systemd/system/checks.service "$units"/multi-user.target.wants/
for unit in systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket sys-kernel-debug.mount; do
	ln -s "/lib/systemd/system/$unit" "$units"/sysinit.target.wants/
done
echo 00000000000000000000000000000001 >/new/etc/machine-id
exec switch_root /new /lib/systemd/systemd
