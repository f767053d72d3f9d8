// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One empty program for each way of attaching: what the hook itself costs, whatever a program does there.
 * Loaded once for each hook, because a tracing program has one target.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("?fentry")
int empty_fentry(void* ctx) { return 0; }

SEC("?fexit")
int empty_fexit(void* ctx) { return 0; }

SEC("?kprobe")
int empty_kprobe(void* ctx) { return 0; }

SEC("?kretprobe")
int empty_kretprobe(void* ctx) { return 0; }

SEC("?raw_tp")
int empty_raw_tp(void* ctx) { return 0; }

SEC("?tp_btf")
int empty_tracepoint(void* ctx) { return 0; }

char LICENSE[] SEC("license") = "Dual BSD/GPL";
