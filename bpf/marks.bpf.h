/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why a write was cut short or a fault refused: no errno tells. The superblock's last refusal to a thread is remembered:
 * shmem_unused_huge_shrink(sbinfo, NULL, n) is called by every kernel from 5.10 on when, and only when, a block was refused,
 * and costs nothing while none is. The mark is dropped when the kernel's second try succeeds.
 */
#ifndef MARKS_BPF_H
#define MARKS_BPF_H

#include "compat.bpf.h"

static __always_inline void set_mark(void *sbinfo)
{
	__u32 tid = bpf_get_current_pid_tgid();
	__u64 value = (__u64)sbinfo;
	int error = bpf_map_update_elem(&marks, &tid, &value, BPF_NOEXIST);

	if (error == 0)
		__sync_fetch_and_add(&live_marks, 1);
	else if (error != -EEXIST)
		count_loss(TMPFS_LOSS_MARKS_FULL);
}

/* Did this superblock refuse this thread a block since the last call? A mark that another one left is void by now. */
static __always_inline int take_mark(struct super_block *sb)
{
	__u64 *value, refuser = 0;
	__u32 tid;

	if (!live_marks)
		return 0;
	tid = bpf_get_current_pid_tgid();
	value = bpf_map_lookup_elem(&marks, &tid);
	if (value)
		refuser = *value;
	if (bpf_map_delete_elem(&marks, &tid))
		return 0;
	__sync_fetch_and_add(&live_marks, -1);
	return refuser == (__u64)READ(sb, s_fs_info);
}

/* The kernel's second try succeeded after all: nobody was refused. */
static __always_inline void drop_mark(void)
{
	__u32 tid = bpf_get_current_pid_tgid();

	if (bpf_map_delete_elem(&marks, &tid) == 0)
		__sync_fetch_and_add(&live_marks, -1);
}

#endif /* MARKS_BPF_H */
