#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Which directory may include what, so that the parts that need no kernel and no terminal stay
# testable without them. The linker checks the other half: unit-tests links neither libbpf nor ncurses.
set -euo pipefail
cd "$(dirname "$0")/../.."

failures=0

# forbid WHY PATTERN ALLOWED: no file of userspace/ and tui/ but those matching ALLOWED (a regular
# expression on the path) has an #include that matches PATTERN.
forbid() {
	local why=$1 pattern=$2 allowed=$3 hits
	hits=$(grep -rnE --include='*.cpp' --include='*.h' "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]$pattern" userspace tui |
		grep -vE "^($allowed):") || true
	[[ -n $hits ]] || return 0
	echo "FAIL: $why"
	printf '  %s\n' "$hits"
	failures=$((failures + 1))
}

pure_plan='userspace/bpf/(hook_plan|mode_plan|pin_note|hook_report|decode[^/]*)[.](cpp|h)'

forbid 'only userspace/bpf/ may use libbpf' \
	'(bpf/(libbpf|bpf|btf)|linux/bpf|bcc/|[^>"]*[.]skel[.]h)' 'userspace/bpf/[^:]*'
forbid 'only tui/terminal.cpp may use ncurses' '(n?cursesw?|ncursesw/[a-z]+|term)[.]h' 'tui/terminal[.]cpp'
forbid 'the model knows no other part' '(bpf|host|sources|export|metrics|notify|web|agent|tui)/|[.][.]/' \
	'(userspace/(bpf|host|sources|export|metrics|notify|web)|tui)/.*|userspace/[^/]*|userspace/agent/.*'
forbid 'the model makes no system calls' '(unistd|fcntl|sys/[a-z]+|time|dirent|fstream|filesystem)[.>h]' \
	'(userspace/(bpf|host|sources|export|metrics|notify|web)|tui)/.*|userspace/[^/]*|userspace/agent/.*'
forbid 'the exporter knows only the model' '(bpf|host|sources|metrics|notify|web|agent|tui)/' \
	'(userspace/(bpf|host|sources|metrics|notify|web|model)|tui)/.*|userspace/[^/]*|userspace/agent/.*'
forbid 'the metrics know only the model' '(bpf|host|sources|export|notify|web|agent|tui)/' \
	'(userspace/(bpf|host|sources|export|notify|web|model)|tui)/.*|userspace/[^/]*|userspace/agent/.*'
forbid 'the screens know only the model' '(userspace/)?(bpf|host|sources|export|metrics|notify|web|agent)/' 'userspace/.*'
forbid 'the host readers know only the model' '(bpf|sources|export|metrics|notify|web|agent|tui)/' \
	'(userspace/(bpf|export|metrics|sources|notify|web|model)|tui)/.*|userspace/[^/]*|userspace/agent/.*'
forbid 'the senders know only the model' '(bpf|host|sources|export|metrics|web|agent|tui)/' \
	'(userspace/(bpf|host|export|metrics|sources|web|model)|tui)/.*|userspace/[^/]*|userspace/agent/.*'
# Of the host readers the web side has the owner of a descriptor, which is none.
forbid 'the web side knows only the model and the form of metrics' '(bpf|host/([^u]|u[^n])|sources|export|notify|agent|tui)/' \
	'(userspace/(bpf|host|export|metrics|sources|notify|model)|tui)/.*|userspace/[^/]*|userspace/agent/.*'
forbid 'only userspace/notify/ and userspace/web/ talk to the network' '(curl/|netinet/|arpa/|netdb)' \
	'userspace/(notify|web)/[^:]*'
forbid 'only userspace/web/ knows HTTP, TLS, YAML and passwords' \
	'(microhttpd|gnutls/|yaml-cpp/|crypt[.]h)' 'userspace/web/[^:]*'
forbid 'only the two sandboxes know seccomp and capabilities' '(seccomp[.]h|sys/capability)' \
	'userspace/(web/[^:]*|agent/(sandbox|capabilities)[.]cpp)'
forbid 'one file of the web side knows YAML' 'yaml-cpp/' 'userspace/web/yaml_map[.]h'
forbid 'only the configuration reads TOML' 'toml[+][+]/' 'userspace/sources/config_table[.]h'
forbid 'below the main program nobody uses the senders' 'notify/' 'userspace/notify/.*|userspace/[^/]*|userspace/agent/.*'
forbid 'below the main program nobody uses the web side' 'web/' 'userspace/web/.*|userspace/[^/]*|userspace/agent/.*'
forbid 'below the main program nobody uses the screens' 'tui/' 'tui/.*|userspace/[^/]*|userspace/agent/.*'

hits=$(grep -nE '#[[:space:]]*include[[:space:]]*[<"](bpf/(libbpf|bpf|btf)[.]h|[^>"]*[.]skel[.]h)' \
	/dev/null userspace/bpf/*.cpp userspace/bpf/*.h 2>/dev/null | grep -E "^$pure_plan:") || true
if [[ -n $hits ]]; then
	echo "FAIL: planning and decoding are pure: no libbpf, no skeleton"
	printf '  %s\n' "$hits"
	failures=$((failures + 1))
fi

# The comment "only place that reads files of the host" of userspace/host, as a check.
hits=$(grep -rnE --include='*.cpp' '"/(proc|sys)/' userspace/model userspace/export tui 2>/dev/null) || true
if [[ -n $hits ]]; then
	echo "FAIL: files of the host are read in userspace/host/ only"
	printf '  %s\n' "$hits"
	failures=$((failures + 1))
fi

if [[ $failures -gt 0 ]]; then
	echo "layering: $failures rule(s) broken"
	exit 1
fi
echo "layering: every include is where it belongs"
