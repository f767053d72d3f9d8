#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# guest.sh PACKAGE.deb DIRECTORY: the unit under a real systemd: a guest whose first process it is, with what the package installs.
# systemd is the host's, of which as much is put in as the unit's properties want. What checks.sh says goes to stdout.
set -euo pipefail
cd "$(dirname "$0")/../../.."
package=$1 out=$2
[[ $out = /* ]] || out=$PWD/$out
mkdir -p "$out"
rm -rf "$out/package"
dpkg-deb -x "$package" "$out/package"
files=(--file "tests/deploy/systemd/init.sh:/init.sh" --file "tests/deploy/systemd/checks.sh:/checks.sh"
	--file "tests/deploy/systemd/checks.service:/etc/systemd/system/checks.service")
for file in usr/bin/tmpfstrace lib/systemd/system/tmpfstrace.service etc/default/tmpfstrace; do
	files+=(--file "$out/package/$file:/$file")
done
for program in systemd systemd-journald systemd-shutdown; do
	files+=(--file "/lib/systemd/$program:/lib/systemd/$program")
done
for program in systemctl journalctl; do
	files+=(--file "$(command -v "$program"):/bin/$program")
done
for unit in basic.target sysinit.target sockets.target local-fs.target local-fs-pre.target multi-user.target network.target shutdown.target \
	sys-kernel-debug.mount systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket; do
	files+=(--file "/lib/systemd/system/$unit:/lib/systemd/system/$unit")
done
# Not the tool and the test programs of $O, which run.sh would put in.
mkdir -p "$out/alone"
ln -sfn "${O:?}/kernels" "$out/alone/kernels"
O=$out/alone exec bash scripts/guest/run.sh --kernel 6.12 --mem 1536M --timeout 600 --out "$out/run" \
	--append 'rdinit=/init.sh systemd.show_status=0 systemd.log_level=warning' "${files[@]}" -- 'sh /checks.sh'
