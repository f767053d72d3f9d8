#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compares every struct of the ABI headers as the BPF objects have it (their BTF) with the C++ side, member by member.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${O:-build}
bpftool=$(PATH=/usr/sbin:/sbin:/usr/local/sbin:$PATH command -v bpftool) || {
	echo "abi: bpftool is missing; run 'make deps'" >&2
	exit 1
}
mkdir -p "$build/abi"

headers=(bpf/tmpfs_abi.h bpf/syscall_abi.h)
objects=()
for object in tmpfs syscall; do
	"$bpftool" btf dump -j file "$build/bpf/$object.linked.o" >"$build/abi/$object.json"
	objects+=("$build/abi/$object.json")
done
# The type information of an object leaves out a struct that is only ever pointed to: the BPF compiler is asked for all.
python3 tests/abi/compare.py variables "$build/abi/all.bpf.c" "${headers[@]}" --
system=/usr/include/$(uname -m)-linux-gnu
"${CLANG:-clang}" -target bpf -mcpu=v3 -O2 -g -Wall -Werror -Ibpf -idirafter "$system" -idirafter /usr/include \
	-c "$build/abi/all.bpf.c" -o "$build/abi/all.bpf.o"
"$bpftool" btf dump -j file "$build/abi/all.bpf.o" >"$build/abi/all.json"
objects+=("$build/abi/all.json")

python3 tests/abi/compare.py generate "$build/abi/layout.cpp" "${headers[@]}" -- "${objects[@]}"
"${CXX:-g++}" -std=c++20 -Wall -Wextra -Werror -Ibpf -o "$build/abi/layout" "$build/abi/layout.cpp"
"$build/abi/layout" >"$build/abi/layout.txt"
python3 tests/abi/compare.py check "$build/abi/layout.txt" "${headers[@]}" -- "${objects[@]}"
