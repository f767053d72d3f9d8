/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why a write was cut short or a fault refused: no errno tells. The superblock's last refusal to a thread is remembered:
 * shmem_unused_huge_shrink(sbinfo, NULL, n) is called by every kernel from 5.10 on when, and only when, a block was refused,
 * and costs nothing while none is. The mark is dropped when the kernel's second try succeeds.
 */
#ifndef MARKS_BPF_H
#define MARKS_BPF_H

#include "compat.bpf.h"

/* In a cell by thread id, or in the map where another thread's mark has that cell: as inodes are (inode_table.bpf.h). */
#define MARK_CELLS 4096

struct mark_cell {
	__u32 tid; /* 0: free */
	__u32 pad;
	__u64 sbinfo;
};

static struct mark_cell mark_table[MARK_CELLS] __attribute__((aligned(64)));

static __always_inline struct mark_cell *mark_cell_of(__u32 tid)
{
	return &mark_table[tid % MARK_CELLS];
}

/* use_table: see USE_TABLE. A thread has one mark: the map's stays there while its cell comes free. */
static __always_inline void set_mark(void *sbinfo, int use_table)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct mark_cell *cell = mark_cell_of(tid);
	__u64 value = (__u64)sbinfo;
	int is_spilled = spilled_marks && bpf_map_lookup_elem(&marks, &tid);
	int error;

	if (use_table && !is_spilled &&
	    (cell->tid == tid || (!cell->tid && !__sync_val_compare_and_swap(&cell->tid, 0, tid)))) {
		if (!cell->sbinfo)
			__sync_fetch_and_add(&live_marks, 1);
		cell->sbinfo = value;
		return;
	}
	error = bpf_map_update_elem(&marks, &tid, &value, BPF_NOEXIST);
	if (error == 0) {
		__sync_fetch_and_add(&live_marks, 1);
		__sync_fetch_and_add(&spilled_marks, 1);
	} else if (error != -EEXIST) {
		count_loss(TMPFS_LOSS_MARKS_FULL);
	}
}

/* The superblock's private data, 0: no mark. */
static __always_inline __u64 remove_mark(void)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct mark_cell *cell = mark_cell_of(tid);
	__u64 *value, refuser = 0;

	if (cell->tid == tid) {
		refuser = cell->sbinfo;
		cell->sbinfo = 0;
		barrier(); /* from then on it may be another thread's */
		cell->tid = 0;
	} else {
		value = bpf_map_lookup_elem(&marks, &tid);
		if (value)
			refuser = *value;
		if (!refuser || bpf_map_delete_elem(&marks, &tid))
			return 0;
		__sync_fetch_and_add(&spilled_marks, -1);
	}
	__sync_fetch_and_add(&live_marks, -1);
	return refuser;
}

static __always_inline int has_mark(void)
{
	__u32 tid = bpf_get_current_pid_tgid();

	return live_marks && (mark_cell_of(tid)->tid == tid || bpf_map_lookup_elem(&marks, &tid));
}

/* Did this superblock refuse this thread a block since the last call? A mark that another one left is void by now. */
static __always_inline int take_mark(struct super_block *sb)
{
	__u64 refuser = live_marks ? remove_mark() : 0;

	return refuser && refuser == (__u64)LOAD(struct super_block, sb, s_fs_info);
}

/* The kernel's second try succeeded after all: nobody was refused. */
static __always_inline void drop_mark(void)
{
	if (live_marks)
		remove_mark();
}

#endif /* MARKS_BPF_H */
