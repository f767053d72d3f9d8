// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Empty programs, one of each kind: loading and attaching them tells what this host allows. */
#include "kernel_types.h"

#include <bpf/bpf_helpers.h>

SEC("?fentry/shmem_destroy_inode")
int p_fentry(__u64 *ctx)
{
	return 0;
}

SEC("?kprobe")
int p_kprobe(struct pt_regs *ctx)
{
	return 0;
}

SEC("?raw_tp/sys_exit")
int p_raw_tp(__u64 *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
