#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [--write]: hold every BPF program against its budget (programs.txt): its own bytes and atomic instructions in the
# object, and in a guest with kernel 6.12, whose compiler and verifier decide, the bytes it is translated to and the
# instructions that the verifier walks through.
# --write: make programs.txt anew, a tenth above what is measured now; of atomic instructions, what there is.
# Exit 1: over budget, or no budget, or a budget for what does not exist. A kernel that could not be had fails the test
# unless TT_ALLOW_MISSING_KERNELS=1; the objects are checked all the same.
set -euo pipefail
cd "$(dirname "$0")/../.."
export O=${O:-build} PYTHONDONTWRITEBYTECODE=1
kernel=6.12
dir=$O/budget
mkdir -p "$dir"
for tool in llvm-nm llvm-objdump; do
	command -v "$tool" >/dev/null || { echo "budget: $tool is missing; run 'make deps'" >&2 && exit 1; }
done

# First the functions, then their instructions. Atomic: BPF_STX | BPF_ATOMIC of 8 (db) or 4 bytes (c3).
for object in tmpfs syscall; do
	{
		llvm-nm --print-size --defined-only "$O/bpf/$object.bpf.o"
		llvm-objdump --disassemble "$O/bpf/$object.bpf.o"
	} | awk -v object="$object" '
		tolower($3) == "t" && $2 !~ /^0+$/ { size[$4] = $2 " " $3 }
		$2 ~ /^<.*>:$/ && (substr($2, 2, length($2) - 3) in size) { name = substr($2, 2, length($2) - 3) }
		$1 ~ /^[0-9]+:$/ && ($2 == "db" || $2 == "c3") { atomics[name]++ }
		END { for (name in size) print "FUNCTION", object, name, size[name], atomics[name] + 0 }' | sort
done >"$dir/objects.txt"

code=0
bash scripts/guest/run.sh --kernel "$kernel" --timeout 900 --out "$dir" --file tests/budget/guest.sh:/bin/budget-guest \
	-- "sh /bin/budget-guest" >"$dir/guest.txt" || code=$?
inputs=("$dir/objects.txt")
if [[ $code = 77 ]]; then
	echo "budget: SKIP kernel $kernel could not be had: only the objects are checked"
elif [[ $code != 0 ]]; then
	echo "budget: the guest failed with $code: $(tail -n 1 "$dir/guest.txt")" >&2
	exit 1
else
	inputs+=("$dir/guest.txt")
fi

if [[ ${1:-} = --write ]]; then
	[[ $code = 0 ]] || { echo "budget: nothing written, for want of kernel $kernel" >&2 && exit 1; }
	python3 tests/budget/budget.py write tests/budget/programs.txt "${inputs[@]}"
	exit
fi
python3 tests/budget/budget.py check tests/budget/programs.txt "${inputs[@]}"
if [[ $code = 77 && ${TT_ALLOW_MISSING_KERNELS:-} != 1 ]]; then
	echo "budget: TT_ALLOW_MISSING_KERNELS=1 lets the objects' check alone pass"
	exit 1
fi
