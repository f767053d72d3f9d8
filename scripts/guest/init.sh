#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# /init of a test guest. Brings up what the tool and the tests expect of a host, runs /run.sh and
# powers off. Kernel command line: tt.cgroup=v1 puts the memory controller on a v1 hierarchy, tt.root=tmpfs moves the
# guest off its initramfs.
# run.sh reads the console: everything after TT-BEGIN is the command's output, TT-EXIT ends it.
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/ TERM=linux LC_ALL=C.UTF-8
/bin/busybox --install -s /bin

mount -t proc proc /proc
# The kernel lets nobody pivot_root away from its initramfs, which is what a container runtime does.
if grep -qw tt.root=tmpfs /proc/cmdline && [ ! -e /etc/moved ]; then
	mkdir /new
	mount -t tmpfs -o mode=755 tmpfs /new
	for entry in /*; do
		case $entry in
		/new) ;;
		/proc | /sys | /dev) mkdir "/new$entry" ;;
		*) cp -a "$entry" /new/ ;;
		esac
	done
	echo >/new/etc/moved
	umount /proc
	exec switch_root /new /init
fi
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/shm /dev/pts
mount -t devpts devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing
mount -t bpf bpf /sys/fs/bpf

if grep -qw tt.cgroup=v1 /proc/cmdline; then
	mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
	mkdir /sys/fs/cgroup/memory /sys/fs/cgroup/unified
	mount -t cgroup -o memory cgroup /sys/fs/cgroup/memory
	mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
else
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
fi

while read -r module; do
	args=
	case $module in
	brd) args="rd_nr=2 rd_size=131072" ;;
	loop) args="max_loop=4" ;;
	esac
	# shellcheck disable=SC2086 # two words are two parameters
	insmod "/modules/$module.ko" $args || echo "init: module $module does not load"
done </modules/order

ip link set lo up
hostname guest
ln -sf /proc/self/fd /dev/fd
# The result file must hold what was written, not what a terminal makes of it.
stty -F /dev/ttyS1 raw -echo 2>/dev/null

echo TT-BEGIN
# A child that left the console's session must not keep the guest alive: only /run.sh counts.
sh /run.sh
code=$?
# A command may end without a newline; the marker needs its own line.
echo
echo "TT-EXIT:$code"
sync
poweroff -f
