#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# deps.sh [image]: install what building, running and testing tmpfstrace needs; with `image` only what making its image needs.
# Says nothing, and asks no package server, when everything is there.
set -euo pipefail

build=(make g++ clang llvm bpftool libbpf-dev libbpfcc-dev libelf-dev zlib1g-dev liblzma-dev
	libzstd-dev libncurses-dev libfmt-dev libexpected-dev libcli11-dev nlohmann-json3-dev
	libtomlplusplus-dev libcurl4-openssl-dev libmicrohttpd-dev libgnutls28-dev libyaml-cpp-dev
	libcrypt-dev libseccomp-dev libcap-dev git)
tests=(catch2 qemu-system-x86 busybox-static cpio xz-utils zstd debian-archive-keyring
	ca-certificates tmux jq procps psmisc util-linux time python3 python3-jsonschema python3-fastjsonschema e2fsprogs
	libbpf-tools bpftrace prometheus prometheus-alertmanager prometheus-node-exporter crun chromium curl openssl
	python3-yaml systemd buildah debhelper lintian)
lint=(clang-format clang-tidy shellcheck)
# In the image beside the tool (deploy/image/rootfs.sh).
image=(ca-certificates libcurl4 ncurses-base libc-bin binutils)

case ${1:-} in
'') packages=("${build[@]}" "${tests[@]}" "${lint[@]}" "${image[@]}") ;;
image) packages=("${build[@]}" "${image[@]}") ;;
*) echo "usage: deps.sh [image]" >&2 && exit 2 ;;
esac

# Whichever distributor they come from.
if [[ $# = 0 ]]; then
	command -v node >/dev/null || packages+=(nodejs)
	command -v npm >/dev/null || packages+=(npm)
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "deps.sh: this is not Debian or a relative of it; install by hand the counterparts of:" >&2
	echo "  ${packages[*]}" >&2
	exit 1
fi

missing=()
for package in "${packages[@]}"; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || true
	[[ $state = installed ]] || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

if [[ $(id -u) != 0 ]]; then
	echo "deps.sh: ${missing[*]} not installed, and installing needs root; run: sudo make deps" >&2
	exit 1
fi

echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update

# prometheus and its Alertmanager bring services. Tests start their own: none is started here, and none is left to start at
# boot.
policy=/usr/sbin/policy-rc.d
put_back() {
	rm -f "$policy"
	[[ ! -e $policy.deps ]] || mv "$policy.deps" "$policy"
}
[[ ! -e $policy ]] || mv "$policy" "$policy.deps"
trap put_back EXIT
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"
apt-get -qq -y -o Dpkg::Use-Pty=0 install --no-install-recommends "${missing[@]}" >/dev/null
for service in prometheus prometheus-alertmanager prometheus-node-exporter; do
	if [[ " ${missing[*]} " = *" $service "* ]]; then
		rm -f "/etc/systemd/system/multi-user.target.wants/$service.service"
	fi
done
