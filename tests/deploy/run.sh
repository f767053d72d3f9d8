#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What deploys the tool: manifests, rules, dashboard, unit, package and image are each held against the program that will read them.
# One line a check; all of them run. What stays: $O/deploy/.
#
# A kernel, or schemas, that could not be had are a SKIP, never a pass, and fail unless TT_ALLOW_MISSING_KERNELS=1 or
# TT_ALLOW_MISSING_SCHEMAS=1.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD build=${O:-build}
[[ $build = /* ]] || build=$root/$build
export O=$build
out=$build/deploy recording=tests/fixtures/recordings/incident.zst
: "${VERSION:=$(cat "$build/version.txt")}"
export VERSION
for program in promtool prometheus prometheus-alertmanager amtool systemd-analyze lintian buildah crun npm node; do
	command -v "$program" >/dev/null || { echo "deploy: $program is missing; run 'make deps'" >&2 && exit 1; }
done
export PYTHONDONTWRITEBYTECODE=1
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
python=/usr/bin/python3 # the system's own, which has PyYAML
rm -rf "$out"
mkdir -p "$out"/{overlays,guest}
failures=0
fail() {
	echo "FAIL  $1"
	failures=$((failures + 1))
}
# check NAME COMMAND…: of one that ends well only the lines "ok …" are printed. Not as a condition: within one, set -e has no effect.
check() {
	local name=$1 log=$out/$1.log code
	shift
	set +e
	(
		set -e
		"$@"
	) >"$log" 2>&1
	code=$?
	set -e
	if [[ $code = 0 ]]; then
		grep '^ok ' "$log" || echo "ok    $name"
	elif [[ $code = 77 ]]; then
		echo "SKIP  $name: $(tail -n 1 "$log")"
		[[ ${!skip:-} = 1 ]] || fail "$name"
	else
		fail "$name"
		tail -n 25 "$log"
	fi
}
skip=TT_ALLOW_MISSING_SCHEMAS
KUBECTL=$(bash tests/deploy/kubectl.sh "$build/deploy-tools/kubectl")
export KUBECTL

# ---- the image, and in the background a guest that runs it ---------------------------------------

make_image() {
	deploy/image/rootfs.sh "$build/tmpfstrace" "$out/rootfs"
	deploy/image/pack.py "$out/rootfs" "tmpfstrace:$VERSION" "$out/image.tar"
	deploy/image/pack.py "$out/rootfs" "tmpfstrace:$VERSION" "$out/again.tar"
	cmp "$out/image.tar" "$out/again.tar" || { echo "the same root makes another image" && return 1; }
	# Each library that something in it needs is in it.
	local library
	while read -r library; do
		[[ -e $out/rootfs/usr/lib/x86_64-linux-gnu/$library || -e $out/rootfs/usr/lib64/$library ]] || { echo "$library is missing" && return 1; }
	done < <(find "$out/rootfs/usr" -type f \( -name '*.so*' -o -name tmpfstrace \) -exec readelf -d {} + | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u)
	local kib
	kib=$(du -sk "$out/rootfs" | cut -f 1)
	[[ $kib -lt 40000 ]] || { echo "$kib KiB are more than 40,000" && return 1; }
	# As another program reads it.
	local buildah=(buildah --storage-driver vfs --root "$out/containers" --runroot "$out/containers-run") container
	container=$("${buildah[@]}" from --signature-policy tests/deploy/policy.json "oci-archive:$out/image.tar")
	"${buildah[@]}" inspect --format '{{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.User}} {{.OCIv1.Architecture}}' "$container" | grep -x '\[/usr/bin/tmpfstrace\] 0:0 amd64'
	"${buildah[@]}" rm "$container" >/dev/null
	echo "ok    image: $kib KiB, $(stat -c %s "$out/image.tar") bytes packed"
}
check image make_image
# The agent's own file system and what the runtime needs; unpacked in the guest.
guest() {
	local files=(--file "$out/guest/image.tar:/image.tar" --file "$root/tests/deploy/container.sh:/container.sh" --file "$(command -v crun)"
		--file "$out/guest/manifest.sh:/manifest.sh") config
	bash scripts/guest/fetch_kernel.sh 6.12 >/dev/null
	tar -C "$out/rootfs" -cf "$out/guest/image.tar" .
	"$python" tests/deploy/bundle.py deploy/kubernetes/tmpfstrace.yaml "$out/guest"
	for config in "$out"/guest/config-*.json; do
		files+=(--file "$config:/$(basename "$config")")
	done
	# Without the tool and the test programs of $O.
	mkdir -p "$out/guest/alone"
	ln -sfn "$build/kernels" "$out/guest/alone/kernels"
	O=$out/guest/alone bash scripts/guest/run.sh --kernel 6.12 --append tt.root=tmpfs --mem 1536M --timeout 900 --out "$out/guest/run" "${files[@]}" -- 'sh /container.sh' \
		>"$out/guest/output.txt" 2>"$out/guest/errors.txt" || { tail -n 30 "$out/guest/output.txt" "$out/guest/errors.txt" && return 1; }
	"$python" tests/deploy/container_test.py "$out/guest/output.txt" "$out/guest/manifest.sh"
}
(
	set -e
	guest
) >"$out/guest/log.txt" 2>&1 &
guest=$!
systemd_guest=
trap 'kill $guest $systemd_guest 2>/dev/null || :' EXIT

# ---- Debian, and in the background a guest that runs what is packaged under systemd -----------------

package() {
	bash deploy/debian/package.sh
	lintian --fail-on error,warning --tag-display-limit 0 --allow-root "$build"/deb/*.changes
	local deb=("$build"/deb/*.deb)
	dpkg-deb --contents "${deb[0]}" >"$out/contents.txt"
	for path in usr/bin/tmpfstrace usr/share/man/man8/tmpfstrace.8.gz lib/systemd/system/tmpfstrace.service etc/default/tmpfstrace \
		usr/share/doc/tmpfstrace/runbooks/tmpfsrefused.md usr/share/doc/tmpfstrace/examples/prometheus/rules.yml; do
		grep -q " \./$path\$" "$out/contents.txt" || { echo "$path is not in the package" && return 1; }
	done
	dpkg-deb --ctrl-tarfile "${deb[0]}" | tar -x -O ./prerm | grep -q 'tmpfstrace unpin'
	# Enabled only where an administrator had it enabled before.
	dpkg-deb --ctrl-tarfile "${deb[0]}" | tar -x -O ./postinst >"$out/postinst"
	if ! grep -q debian-installed "$out/postinst" || grep -q 'deb-systemd-helper enable' <(sed '/debian-installed/,/^\tfi/d' "$out/postinst"); then
		echo "it enables its service without consent"
		return 1
	fi
	echo "ok    package: $(basename "${deb[0]}"), $(stat -c %s "${deb[0]}") bytes, lintian has nothing to say"
}
check package package
(
	set -e
	deb=("$build"/deb/*.deb)
	bash tests/deploy/systemd/guest.sh "${deb[0]}" "$out/systemd"
) >"$out/systemd.log" 2>&1 &
systemd_guest=$!

# ---- Kubernetes -----------------------------------------------------------------------------------

check up-to-date "$python" deploy/generate.py --check

# Every component on both, beside what is checked in.
kustomize() {
	local base component name components=()
	for base in base overlays/plain; do
		for component in "" tls sys-admin seccomp-unconfined "tls sys-admin seccomp-unconfined"; do
			name=$(basename "$base")-${component// /-}
			mkdir -p "$out/overlays/$name"
			components=()
			for one in $component; do components+=("$(realpath --relative-to "$out/overlays/$name" "$root/deploy/kubernetes/components/$one")"); done
			printf 'resources: [%s]\ncomponents: [%s]\n' "$(realpath --relative-to "$out/overlays/$name" "$root/deploy/kubernetes/$base")" "$(IFS=,; echo "${components[*]}")" \
				>"$out/overlays/$name/kustomization.yaml"
			"$KUBECTL" kustomize "$out/overlays/$name" >"$out/overlays/$name.yaml" 2>"$out/overlays/errors.txt" || { cat "$out/overlays/errors.txt" && return 1; }
			[[ ! -s $out/overlays/errors.txt ]] || { cat "$out/overlays/errors.txt" && return 1; } # warnings
			"$python" -c 'import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)' <"$out/overlays/$name.yaml" >"$out/overlays/$name.json"
		done
	done
	"$python" tests/deploy/manifests_test.py "$out/overlays"
}
check kustomize kustomize

schemas() {
	local tools=$build/deploy-tools/schemas
	mkdir -p "$tools"
	if ! cmp -s tests/deploy/schemas/package-lock.json "$tools/installed.json"; then
		cp tests/deploy/schemas/{package.json,package-lock.json,.npmrc} "$tools/"
		(cd "$tools" && npm ci --silent) || { echo "npm could not get them" && return 77; }
		cp tests/deploy/schemas/package-lock.json "$tools/installed.json"
	fi
	cp tests/deploy/schemas/check.mjs "$tools/"
	(cd "$tools" && node check.mjs "$root/deploy/grafana/tmpfstrace.json" "$out"/overlays/*.json)
}
check schemas schemas

# ---- Prometheus, Alertmanager, Grafana ------------------------------------------------------------

rules=$root/deploy/prometheus/rules.yml
check rules-syntax promtool check rules "$rules"
# Debian's Prometheus has no discovery by Kubernetes.
scrape() {
	sed '/kubernetes_sd_configs:/,/names: /d' deploy/prometheus/scrape.yml >"$out/scrape.yml"
	cp "$rules" "$out/"
	promtool check config "$out/scrape.yml"
}
check scrape-configuration scrape
check alertmanager-configuration amtool check-config deploy/prometheus/alertmanager.yml
check rules "$python" tests/deploy/rule_tests.py "$build/tmpfstrace" "$recording" "$rules" "$out"
check inhibition "$python" tests/deploy/inhibition_test.py "$root/deploy/prometheus/alertmanager.yml" "$rules" "$out"
check dashboard "$python" tests/deploy/dashboard_test.py "$build/tmpfstrace" "$recording" deploy/grafana/tmpfstrace.json "$rules" "$out"
check runbooks "$python" tests/deploy/runbooks_test.py "$build/tmpfstrace" "$recording" "$rules" "$root" "$out"

# ---- systemd ---------------------------------------------------------------------------------------

unit() {
	local score
	# The program is not where the package will have it.
	sed "s,/usr/bin/tmpfstrace,$build/tmpfstrace," deploy/systemd/tmpfstrace.service >"$out/tmpfstrace.service"
	systemd-analyze verify --man=no "$out/tmpfstrace.service" 2>&1 | tee "$out/verify.txt"
	[[ ! -s $out/verify.txt ]] || return 1
	score=$(systemd-analyze security --offline=true --no-pager deploy/systemd/tmpfstrace.service | sed -n 's/.*exposure level for tmpfstrace.service: \([0-9.]*\).*/\1/p')
	awk -v score="$score" 'BEGIN { exit !(score != "" && score <= 4.0) }' || { echo "systemd-analyze security: $score is more than 4.0" && return 1; }
	grep -q "gives the unit $score " deploy/README.md || { echo "deploy/README.md has another figure than $score" && return 1; }
	"$python" tests/deploy/unit_test.py deploy/systemd/tmpfstrace.service deploy/kubernetes/base/daemonset.yaml
	echo "ok    unit: systemd-analyze security $score"
}
check unit unit

# ---- the guests -----------------------------------------------------------------------------------

skip=TT_ALLOW_MISSING_KERNELS
told() { cat "$1" && return "$2"; }
code=0
wait "$guest" || code=$?
check container told "$out/guest/log.txt" "$code"
code=0
wait "$systemd_guest" || code=$?
check systemd told "$out/systemd.log" "$code"
rm -rf "$out"/{systemd/package,rootfs,containers,containers-run,data,again.tar,guest/image.tar}
[[ $failures = 0 ]] || { echo "deploy: $failures failed" && exit 1; }
