/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Refusals: once for each operation whose caller saw it refused, counted at the operation's return; and their details. */
#ifndef REFUSALS_BPF_H
#define REFUSALS_BPF_H

#include "causes.bpf.h"
#include "ledger.bpf.h"

struct refusal {
	struct super_block *sb;
	struct inode *inode; /* the file, or 0 */
	struct dentry *dentry; /* names the file, or 0 */
	struct file *opened; /* names it where dentry does not */
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
	struct file *opened = refusal->opened;

	if (!dentry && opened)
		dentry = READ(opened, f_path.dentry);
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
	struct super_block *sb = refusal->sb;
	struct inode *inode = refusal->inode;
	struct tmpfs_event *event;
	__u64 id;
	long stack;

	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count_loss(TMPFS_LOSS_RING_FULL);
		return;
	}
	id = bpf_get_current_pid_tgid();
	__builtin_memset(event, 0, sizeof(*event)); /* reserved memory holds what was there before */
	event->abi_version = TMPFS_ABI_VERSION;
	event->type = TMPFS_EVENT_REFUSAL;
	event->time_ns = bpf_ktime_get_ns();
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
	event->cause = refusal->cause;
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
	__u32 index = current_slot(refusal->sb);
	__u32 operation = refusal->operation, cause = refusal->cause;
	struct tmpfs_slot *slot = slot_at(index);

	if (!slot || operation >= TMPFS_OP_MAX || cause >= TMPFS_CAUSE_MAX)
		return 0;
	ADD(slot->counters.refusals[operation][cause], 1);
	if (may_tell(slot, cause, bpf_ktime_get_ns())) /* in a storm of refusals mostly not */
		emit_refusal(ctx, refusal, index, slot);
	return 0;
}

#endif /* REFUSALS_BPF_H */
