#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# fetch_kernel.sh WANT: download a stock Debian cloud kernel and unpack what a test guest needs.
#
# WANT is 5.10, 6.1, 6.12, 6.18 or 7 (the newest 7.x). Kernels are found by suite, not by a fixed
# version, so the newest point release of each series is what gets tested. On success the last line
# of stdout is the kernel's directory:
#   vmlinuz, release, packages, modules/*.ko, modules/order (names in load order)
# Exit 77 and one line on stderr: this kernel cannot be had here; the caller reports a skip.
#
# Environment: O=build (output directory), TT_KERNEL_MAX_AGE_DAYS=7 (look for a newer one after this).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

want=${1:?usage: fetch_kernel.sh 5.10|6.1|6.12|6.18|7}
out=${O:-build}
[[ $out = /* ]] || out=$root/$out
max_age_days=${TT_KERNEL_MAX_AGE_DAYS:-7}
kernels=$out/kernels
dest=$kernels/$want
wanted_modules=(zram brd loop overlay lzo lzo-rle lz4 ext4)

skip() {
	echo "kernel $want: $1" >&2
	exit 77
}

case $want in
5.10) suites=(bullseye) ;;
6.1) suites=(bookworm) ;;
6.12) suites=(trixie) ;;
6.18) suites=(trixie-backports) ;;
7) suites=(trixie-backports sid) ;;
*)
	echo "fetch_kernel.sh: unknown kernel '$want'; use 5.10, 6.1, 6.12, 6.18 or 7" >&2
	exit 2
	;;
esac

apt_suite_dir=$kernels/apt-$want
# shellcheck source=scripts/guest/apt_suite.sh
. "$here/apt_suite.sh"

mkdir -p "$kernels/debs"
# Guests are started in parallel; two downloads of one kernel must not meet.
exec 9>"$kernels/$want.lock"
flock 9

is_unpacked() { [[ -f $dest/vmlinuz && -f $dest/packages ]]; }

if is_unpacked && [[ -n $(find "$dest/packages" -mtime "-$max_age_days") ]]; then
	echo "$dest"
	exit 0
fi

# From here on a failure to reach the archive is no reason to drop a kernel we already have.
give_up() {
	if is_unpacked; then
		echo "kernel $want: $1; using the copy of $(cat "$dest/release")" >&2
		echo "$dest"
		exit 0
	fi
	skip "$1"
}

reason=$(apt_suite_update "${suites[@]}") || give_up "$reason"

# The newest version of the wanted series. Since 7.0 Debian splits the image: linux-binary holds the
# kernel, linux-modules the modules, and linux-image is an empty package that depends on both.
newest=$(apt_suite apt-cache search --names-only "^linux-(image|binary)-${want//./[.]}[.][^ ]*-cloud-amd64$" |
	sed -E 's/^linux-(image|binary)-([^ ]+)-cloud-amd64 .*/\2/' | sort -uV | tail -n 1)
[[ -n $newest ]] || give_up "no linux-image of that series in suite ${suites[*]}"
packages=()
for kind in binary image; do
	if apt_suite_has "linux-$kind-$newest-cloud-amd64"; then
		packages+=("linux-$kind-$newest-cloud-amd64")
		break
	fi
done
if apt_suite_has "linux-modules-$newest-cloud-amd64"; then
	packages+=("linux-modules-$newest-cloud-amd64")
fi

files=$(apt_suite_files "${packages[@]}")
if is_unpacked && [[ $files == "$(cat "$dest/packages")" ]]; then
	touch "$dest/packages"
	echo "$dest"
	exit 0
fi
reason=$(apt_suite_download "$kernels/debs" "${packages[@]}") || give_up "$reason"

tmp=$(mktemp -d "$kernels/unpack.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
while read -r deb; do
	# Only these paths: the rest of a kernel package is 100 MiB of drivers no guest has.
	dpkg-deb --fsys-tarfile "$kernels/debs/$deb" |
		tar -x -C "$tmp" --wildcards './boot/vmlinuz-*' './lib/modules/*' './usr/lib/modules/*' 2>/dev/null || true
done <<<"$files"

vmlinuz=$(find "$tmp" -name 'vmlinuz*' -type f | head -n 1)
[[ -n $vmlinuz ]] || skip "package ${packages[0]} holds no vmlinuz"
mkdir -p "$tmp/new/modules"
cp "$vmlinuz" "$tmp/new/vmlinuz"
echo "$newest-cloud-amd64" >"$tmp/new/release"
echo "$files" >"$tmp/new/packages"
bash "$here/pick_modules.sh" "$tmp" "$tmp/new/modules" "${wanted_modules[@]}"
rm -rf "$dest"
mv "$tmp/new" "$dest"
echo "$dest"
