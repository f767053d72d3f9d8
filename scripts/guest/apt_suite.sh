# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Sourced. Looks up and downloads packages of another Debian suite through apt with a private state
# directory, so that the machine's own package lists stay as they are. apt verifies every package
# against the archive keyring.
#
# The caller sets apt_suite_dir, the private state directory, before the first call.
: "${apt_suite_dir:?}"

apt_suite() {
	local cmd=$1
	shift
	"$cmd" \
		-o Dir::Etc::SourceList="$apt_suite_dir/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::PreferencesParts=/dev/null \
		-o Dir::State::Lists="$apt_suite_dir/lists" \
		-o Dir::State::status="$apt_suite_dir/status" \
		-o Dir::Cache="$apt_suite_dir/cache" \
		-o APT::Sandbox::User=root \
		-o Acquire::Languages=none \
		-o Acquire::Retries=2 \
		"$@"
}

# apt_suite_update SUITE...: on failure prints one line that says why.
apt_suite_update() {
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg site suite log
	if [[ ! -r $keyring ]]; then
		echo "$keyring is missing; install debian-archive-keyring"
		return 1
	fi
	# The mirror this machine already uses: the one address known to be reachable from here.
	# shellcheck disable=SC2016 # $(SITE) is apt's own placeholder
	site=$(apt-get indextargets --no-release-info --format '$(SITE)' 'Created-By: Packages' 2>/dev/null |
		grep -v security | head -n 1) || true
	if [[ -z $site ]]; then
		echo "this machine's apt has no package source to derive the mirror from"
		return 1
	fi
	mkdir -p "$apt_suite_dir/lists/partial" "$apt_suite_dir/cache/archives/partial"
	: >"$apt_suite_dir/status"
	for suite in "$@"; do
		echo "deb [signed-by=$keyring arch=amd64] $site $suite main"
	done >"$apt_suite_dir/sources.list"
	log=$apt_suite_dir/update.log
	if ! apt_suite apt-get -qq -o APT::Update::Error-Mode=any update >"$log" 2>&1; then
		echo "suite $* cannot be read from this machine's mirror ($(grep -m1 '^[EW]:' "$log" || echo "see $log"))"
		return 1
	fi
}

apt_suite_has() { [[ -n $(apt_suite apt-cache show --no-all-versions "$1" 2>/dev/null) ]]; }

# The file names apt would download, one a line.
apt_suite_files() {
	apt_suite apt-get -qq --print-uris download "$@" | awk '{ print $2 }'
}

# apt_suite_download DIR PACKAGE...: does nothing for a file that is there and whole.
apt_suite_download() {
	local dir=$1 log=$apt_suite_dir/download.log
	shift
	if ! (cd "$dir" && apt_suite apt-get -qq download "$@") >"$log" 2>&1; then
		echo "download of $* failed ($(grep -m1 '^[EW]:' "$log" || echo "see $log"))"
		return 1
	fi
}
