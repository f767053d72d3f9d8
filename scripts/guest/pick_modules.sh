#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# pick_modules.sh TREE DEST MODULE...: copy the named modules and all they depend on out of an
# unpacked kernel package, decompressed, and write DEST/order with the names in load order.
# A name without a file is built into that kernel (or not there at all) and is passed over.
set -euo pipefail

tree=$1 dest=$2
shift 2
declare -A seen=()
: >"$dest/order"

# The dependencies are read from the module itself: an unpacked package has no modules.dep yet.
depends_of() {
	tr '\0' '\n' <"$1" | sed -n 's/^depends=//p' | tr ',' '\n'
}

pick() {
	local name=${1//-/_} file dep
	[[ -z ${seen[$name]:-} ]] || return 0
	seen[$name]=1
	# File names use either of - and _; module names always use _.
	file=$(find "$tree" -regextype posix-extended \
		-regex ".*/kernel/.*/${name//_/[-_]}[.]ko([.](xz|zst|gz))?" | head -n 1)
	[[ -n $file ]] || return 0
	case $file in
	*.xz) xz -dc "$file" ;;
	*.zst) zstd -qdc "$file" ;;
	*.gz) gzip -dc "$file" ;;
	*) cat "$file" ;;
	esac >"$dest/$name.ko"
	for dep in $(depends_of "$dest/$name.ko"); do
		pick "$dep"
	done
	echo "$name" >>"$dest/order"
}

for module in "$@"; do
	pick "$module"
done
