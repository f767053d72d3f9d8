/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Refusals: once for each operation whose caller saw it refused, counted at the operation's return.
 *
 * An errno says which kind of limit; a write that was cut short and a fault have none. For those the superblock's last
 * refusal to this thread is remembered: shmem_unused_huge_shrink(sbinfo, NULL, n) is called by every kernel from 5.10 on
 * when, and only when, a block was refused, and costs nothing while none is. The mark is dropped when the kernel's second
 * try succeeds.
 */
#ifndef REFUSALS_BPF_H
#define REFUSALS_BPF_H

#include "blocks.bpf.h"

#define ENOMEM 12
#define EFAULT 14
#define ENOSPC 28
#define EDQUOT 122
#define SIGBUS 7
#define NS_PER_SECOND 1000000000ULL

/* x86-64 system call numbers */
#define NR_MMAP 9
#define NR_MADVISE 28
#define NR_SENDFILE 40
#define NR_RENAME 82
#define NR_MKNOD 133
#define NR_MLOCK 149
#define NR_MKNODAT 259
#define NR_RENAMEAT 264
#define NR_SPLICE 275
#define NR_TEE 276
#define NR_VMSPLICE 278
#define NR_RENAMEAT2 316
#define NR_COPY_FILE_RANGE 326

static __always_inline void set_mark(void *sbinfo)
{
	__u32 tid = bpf_get_current_pid_tgid();
	__u64 value = (__u64)sbinfo;
	int error = bpf_map_update_elem(&marks, &tid, &value, BPF_NOEXIST);

	if (error == 0)
		__sync_fetch_and_add(&live_marks, 1);
	else if (error != -17)
		count_loss(TMPFS_LOSS_MARKS_FULL);
}

/* Was a block refused to this thread since the last call? */
static __always_inline int take_mark(void)
{
	__u32 tid;

	if (!live_marks)
		return 0;
	tid = bpf_get_current_pid_tgid();
	if (bpf_map_delete_elem(&marks, &tid))
		return 0;
	__sync_fetch_and_add(&live_marks, -1);
	return 1;
}

static __always_inline struct shmem_sb_info *sb_info(struct super_block *sb)
{
	return READ(sb, s_fs_info);
}

#define OVERCOMMIT_NEVER 2

static __always_inline int overcommit_is_strict(void)
{
	int mode = 0;

	if (overcommit_address)
		bpf_probe_read_kernel(&mode, sizeof(mode), (void *)overcommit_address);
	return mode == OVERCOMMIT_NEVER;
}

/* -ENOSPC for a block: size=, or overcommit (mode 2) on a superblock that is not full. */
static __always_inline __u32 block_cause(struct super_block *sb, __u64 bytes_asked)
{
	struct shmem_sb_info *info = sb_info(sb);
	long long max = READ(info, max_blocks);

	if (!max)
		return TMPFS_CAUSE_MEMORY;
	/* the global part of the per-CPU counter may be off by used_blocks_slack */
	if (overcommit_is_strict() && READ(info, used_blocks.count) + config.used_blocks_slack < max &&
	    bytes_asked >> BYTES_PER_PAGE_SHIFT <= (__u64)max)
		return TMPFS_CAUSE_MEMORY;
	return TMPFS_CAUSE_BLOCKS;
}

static __always_inline __u32 memory_cause(void)
{
	return memcg_is_full() ? TMPFS_CAUSE_MEMCG : TMPFS_CAUSE_MEMORY;
}

/* -ENOSPC for an inode: nr_inodes=, or (the same errno) no memory for the inode itself. */
static __always_inline __u32 inode_cause(struct super_block *sb)
{
	struct shmem_sb_info *info = sb_info(sb);
	int room;

	if (bpf_core_field_exists(struct shmem_sb_info, free_ispace))
		room = READ(info, free_ispace) >= BYTES_PER_INODE;
	else
		room = READ((struct shmem_sb_info___inodes *)info, free_inodes) > 0;
	if (READ(info, max_inodes) && !room)
		return TMPFS_CAUSE_INODES;
	if (memcg_is_full())
		return TMPFS_CAUSE_MEMCG;
	return READ(info, max_inodes) ? TMPFS_CAUSE_INODES : TMPFS_CAUSE_MEMORY;
}

struct refusal {
	struct super_block *sb;
	struct inode *inode; /* the file, or 0 */
	struct dentry *dentry; /* names the file, or 0 */
	__u64 bytes_asked;
	__u64 bytes_done;
	__u32 operation;
	__u32 cause;
	__s32 error;
	__u32 syscall;
};

static __always_inline void fill_names(struct tmpfs_event *event, const struct refusal *refusal)
{
	struct dentry *dentry = refusal->dentry, *parent;

	if (!dentry)
		return;
	parent = READ(dentry, d_parent);
	if (refusal->operation != TMPFS_OP_TMPFILE) /* whose dentry has no name yet */
		bpf_probe_read_kernel_str(event->file, sizeof(event->file), READ(dentry, d_name.name));
	if (parent && parent != dentry)
		bpf_probe_read_kernel_str(event->directory, sizeof(event->directory), READ(parent, d_name.name));
}

static __noinline void emit_refusal(void *ctx, const struct refusal *refusal, __u32 slot_index, struct tmpfs_slot *slot)
{
	__u64 now = bpf_ktime_get_ns(), id = bpf_get_current_pid_tgid();
	struct super_block *sb = refusal->sb;
	struct inode *inode = refusal->inode;
	__u32 cause = refusal->cause;
	struct tmpfs_event *event;
	long stack;

	if (cause >= TMPFS_CAUSE_MAX)
		return;
	if (now - slot->window_start_ns[cause] > NS_PER_SECOND) {
		slot->window_start_ns[cause] = now;
		slot->window_events[cause] = 0;
	}
	if (slot->window_events[cause] >= config.events_per_second) {
		ADD(slot->counters.events_held[cause], 1);
		return;
	}
	slot->window_events[cause]++;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count_loss(TMPFS_LOSS_RING_FULL);
		return;
	}
	__builtin_memset(event, 0, sizeof(*event)); /* reserved memory holds what was there before */
	event->abi_version = TMPFS_ABI_VERSION;
	event->type = TMPFS_EVENT_REFUSAL;
	event->time_ns = now;
	event->cgroup_id = current_cgroup();
	event->inode = inode ? READ(inode, i_ino) : 0;
	event->bytes_asked = refusal->bytes_asked;
	event->bytes_done = refusal->bytes_done;
	event->slot = slot_index;
	event->sb_row = slot->sb_row;
	event->kernel_dev = READ(sb, s_dev);
	event->tgid = id >> 32;
	event->tid = id;
	event->operation = refusal->operation;
	event->cause = cause;
	event->error = refusal->error;
	event->syscall = refusal->syscall;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	fill_names(event, refusal);
	stack = bpf_get_stack(ctx, event->stack, sizeof(event->stack), BPF_F_USER_STACK);
	event->stack_depth = stack > 0 ? stack / sizeof(event->stack[0]) : 0;
	bpf_ringbuf_submit(event, 0);
}

static __noinline int count_refusal(void *ctx, struct refusal *refusal)
{
	__u32 index = slot_of(current_cgroup(), refusal->sb);
	__u32 operation = refusal->operation, cause = refusal->cause;
	struct tmpfs_slot *slot = slot_at(index);

	if (!slot || operation >= TMPFS_OP_MAX || cause >= TMPFS_CAUSE_MAX)
		return 0;
	ADD(slot->counters.refusals[operation][cause], 1);
	emit_refusal(ctx, refusal, index, slot);
	return 0;
}

#endif /* REFUSALS_BPF_H */
