#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Real containers (crun) on a node in a guest, laid out as the kubelet and containerd do, beside a real Alertmanager:
# from the first refused write to the sentence, to the alert, and to its end. One line a case.
#
# A kernel that could not be had is a SKIP, never a pass, and fails unless TT_ALLOW_MISSING_KERNELS=1.
# What stays: $O/containers/run/.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${O:-build}
[[ $build = /* ]] || build=$PWD/$build
export O=$build
kernel=6.12
out=$build/containers/run

for program in crun prometheus-alertmanager; do
	command -v "$program" >/dev/null || { echo "containers: $program is missing; run 'make deps'" >&2 && exit 1; }
done
rm -rf "$out"
mkdir -p "$out"
code=0
bash scripts/guest/fetch_kernel.sh "$kernel" >/dev/null 2>"$out/fetch.txt" || code=$?
if [[ $code = 77 ]]; then
	echo "SKIP containers: $(tail -n 1 "$out/fetch.txt")"
	[[ ${TT_ALLOW_MISSING_KERNELS:-} = 1 ]] || exit 1
	exit 0
fi
[[ $code = 0 ]] || { cat "$out/fetch.txt" >&2 && exit 1; }

# The Alertmanager does not start without its templates.
templates=()
for file in /usr/share/prometheus/alertmanager/*.tmpl; do
	templates+=(--file "$file:$file")
done

# The tool loads this one by itself when it has an Alertmanager to tell.
curl=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p | sed -n 's/.*x86-64) => \(.*libcurl\.so\.4\)$/\1/p' | head -n 1)
[[ -n $curl ]] || { echo "containers: libcurl.so.4 is missing; run 'make deps'" >&2 && exit 1; }

# --icount: the guest's clock counts its own instructions. Two seconds there are the same on a busy host as on an idle
# one, and each second in which all of the guest sleeps costs nothing.
# Lines of the kernel, which tells of each OOM kill, go to the console: the cases have a file of their own.
bash scripts/guest/run.sh --kernel "$kernel" --icount --append tt.root=tmpfs --mem 1536M --timeout 900 --out "$out" \
	--file "$(command -v crun)" --file "$(command -v prometheus-alertmanager)" --file "$curl:$curl" \
	"${templates[@]}" --file "$build/containers/containers-test" --file "$build/containers/session-writer" \
	-- '/bin/containers-test >/dev/ttyS1' >"$out/output.txt" 2>"$out/errors.txt" || code=$?
cat "$out/result.txt"
# One that ended well without a case has tested nothing.
if [[ $code = 0 ]] && grep -q '^kernel ' "$out/result.txt" && grep -q '^[1-9][0-9]* passed, 0 failed$' "$out/result.txt"; then
	exit 0
fi
echo "FAIL containers: exit code $code; all of it: $out"
tail -n 30 "$out/output.txt" "$out/errors.txt"
exit 1
