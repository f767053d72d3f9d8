#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [options] -- COMMAND…: boot a stock kernel under emulation and run COMMAND (a shell line) in it.
#
#   --kernel WANT     5.10, 6.1, 6.12, 6.18 or 7 (default 6.12)
#   --append WORDS    more kernel command line, e.g. "preempt=full"
#   --cgroup v1|v2    where the memory controller is (default v2; v1 needs 5.10 or 6.1)
#   --smp N           virtual processors (default 2)
#   --mem SIZE        memory (default 1G)
#   --threads MODE    single (default) or multi, see below
#   --icount          count instructions instead of time: repeatable, one processor, with the CPU features of today
#   --timeout SECONDS give up after this long (default 900)
#   --out DIR         console.log and result.txt go there (default $O/guest-run/WANT)
#   --file SRC[:DEST] put a file into the guest (/bin/<name> if no DEST); may be repeated
#
# The tool and the guest programs of $O are put in when they are built, and until-it-says. What COMMAND prints comes
# out on stdout; what it writes to /dev/ttyS1 is in DIR/result.txt.
# Exit code: COMMAND's; 124 on timeout, 125 if the guest ended without one, 77 if there is no such kernel.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${O:-build}
[[ $build = /* ]] || build=$root/$build

kernel=6.12 append='' cgroup=v2 smp=2 mem=1G threads=single icount='' timeout=900 dir='' files=()
while [[ $# -gt 0 ]]; do
	case $1 in
	--kernel) kernel=$2 && shift ;;
	--append) append=$2 && shift ;;
	--cgroup) cgroup=$2 && shift ;;
	--smp) smp=$2 && shift ;;
	--mem) mem=$2 && shift ;;
	--threads) threads=$2 && shift ;;
	--icount) icount=1 ;;
	--timeout) timeout=$2 && shift ;;
	--out) dir=$2 && shift ;;
	--file) files+=("$2") && shift ;;
	--) shift && break ;;
	-h | --help) sed -n '/^# run.sh/,/^set/s/^# \{0,1\}//p' "$0" && exit 0 ;;
	*) echo "run.sh: unknown option $1 (put -- before the command)" >&2 && exit 2 ;;
	esac
	shift
done
[[ $# -gt 0 ]] || { echo "run.sh: no command given after --" >&2 && exit 2; }

command -v qemu-system-x86_64 >/dev/null || {
	echo "run.sh: qemu-system-x86_64 is missing; run 'make deps' (package qemu-system-x86)" >&2
	exit 1
}

kernel_dir=$(O=$build bash "$here/fetch_kernel.sh" "$kernel" | tail -n 1) || exit $?
dir=${dir:-$build/guest-run/$kernel}
mkdir -p "$dir"
files+=("$here/until_it_says.sh:/bin/until-it-says")
for program in "$build/tmpfstrace" "$build"/guest/*; do
	[[ -f $program && -x $program ]] && files+=("$program")
done

bash "$here/make_initramfs.sh" "$kernel_dir" "$dir/initramfs" "${files[@]}"
# The command travels as a second archive behind the first: no quoting, no length limit.
command_tree=$(mktemp -d)
trap 'rm -rf "$command_tree"' EXIT
printf '%s\n' "$*" >"$command_tree/run.sh"
(cd "$command_tree" && echo run.sh | cpio --quiet -o -H newc -R 0:0) >>"$dir/initramfs"

# thread=single: with a host thread for each processor the emulator lets one of them run code that
# another has just patched, and kernels patch themselves at boot and at every attach (seen: a panic
# "Oops: int3"). The processors take turns instead; a second guest uses the second host core.
accel=(-accel "tcg,thread=$threads" -smp "$smp")
# -cpu max: the emulator's default model lacks erms, which x86 processors have had for more than ten years. Without it
# the kernel copies and clears pages 8 bytes an instruction, with it each byte counts as one: a page written costs twice as much.
[[ -z $icount ]] || accel=(-accel "tcg,thread=single" -smp 1 -cpu max -icount "shift=0,sleep=off")

: >"$dir/result.txt"
status=0
# mitigations=off: they guard nothing in a throw-away guest.
timeout --foreground -k 10 "$timeout" qemu-system-x86_64 "${accel[@]}" -m "$mem" \
	-nodefaults -no-user-config -display none -no-reboot \
	-chardev stdio,id=console,signal=off -serial chardev:console -serial "file:$dir/result.txt" \
	-kernel "$kernel_dir/vmlinuz" -initrd "$dir/initramfs" \
	-append "console=ttyS0 rdinit=/init quiet panic=-1 mitigations=off no_timer_check tt.cgroup=$cgroup $append" \
	</dev/null 2>&1 |
	sed -u 's/\r$//' | tee "$dir/console.log" |
	sed -u -n '/^TT-BEGIN/,/^TT-EXIT:/ { /^TT-\(BEGIN\|EXIT:\)/!p }' || status=${PIPESTATUS[0]}
rm -f "$dir/initramfs"

if [[ $status = 124 || $status = 137 ]]; then
	echo "run.sh: kernel $kernel: no end after $timeout s; last lines of $dir/console.log:" >&2
	tail -n 40 "$dir/console.log" >&2
	exit 124
fi
code=$(sed -n 's/^TT-EXIT:\([0-9]*\)$/\1/p' "$dir/console.log" | tail -n 1)
if [[ -z $code ]]; then
	echo "run.sh: kernel $kernel: the guest ended without a result (qemu status $status); last lines of $dir/console.log:" >&2
	tail -n 40 "$dir/console.log" >&2
	exit 125
fi
exit "$code"
