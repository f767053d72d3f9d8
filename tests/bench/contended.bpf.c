// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the tool must not be, for scripts/bench/contention.sh: programs of the same names and sections as floor.bpf.c,
 * which all add to one line of memory that every CPU shares. A run that cannot tell these from the empty ones sees no
 * contention.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

/* Pinned: bench-contended loads this object once for each hook, and libbpf gives all of them the same map. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
  __type(key, __u32);
  __type(value, __u64);
} shared_line SEC(".maps");

static __always_inline int add_to_shared(void) {
  __u32 zero = 0;
  __u64* line = bpf_map_lookup_elem(&shared_line, &zero);

  if (line) __sync_fetch_and_add(line, 1);
  return 0;
}

SEC("?fentry")
int empty_fentry(void* ctx) { return add_to_shared(); }

SEC("?fexit")
int empty_fexit(void* ctx) { return add_to_shared(); }

SEC("?kprobe")
int empty_kprobe(void* ctx) { return add_to_shared(); }

SEC("?kretprobe")
int empty_kretprobe(void* ctx) { return add_to_shared(); }

SEC("?raw_tp")
int empty_raw_tp(void* ctx) { return add_to_shared(); }

SEC("?tp_btf")
int empty_tracepoint(void* ctx) { return add_to_shared(); }

char LICENSE[] SEC("license") = "Dual BSD/GPL";
