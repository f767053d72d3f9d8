#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# package.sh: makes a Debian package of the built tool in $O/deb. VERSION is the tool's, as git describe has it.
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD build=${O:-build} version=${VERSION:?}
[[ $build = /* ]] || build=$top/$build
for program in dpkg-buildpackage dh; do
	command -v "$program" >/dev/null || { echo "package.sh: $program is missing; run 'make deps'" >&2 && exit 1; }
done

# 1.2.3-4-gabc of a tag is 1.2.3+4+gabc, which sorts behind 1.2.3; without a tag a hash, before all of them.
debian=${version#v}
[[ $debian =~ ^[0-9]+\.[0-9] ]] || debian=0+git$debian
debian=${debian//-/+}

tree=$build/deb/tmpfstrace
rm -rf "$build/deb"
mkdir -p "$tree"
cp -r deploy/debian "$tree/"
rm "$tree/debian/package.sh"
# Where dh_installsystemd looks for it.
cp deploy/systemd/tmpfstrace.service "$tree/debian/"
when=$(git log -1 --format=%cD 2>/dev/null || date -R)
printf 'tmpfstrace (%s) unstable; urgency=medium\n\n  * Version %s. What is new is in changelog.md.\n\n -- tmpfstrace maintainers <maintainers@tmpfstrace.example>  %s\n' \
	"$debian" "$version" "$when" >"$tree/debian/changelog"

log=$build/deb/build.log
(cd "$tree" && TOP=$top OUT=$build VERSION=$version dpkg-buildpackage -b -uc -us -d) >"$log" 2>&1 ||
	{ tail -n 40 "$log" >&2 && exit 1; }
rm -rf "$tree"
(cd "$build/deb" && ls ./*.deb)
