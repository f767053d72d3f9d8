/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The exact mode's programs where the kernel cannot preempt them: fentry and fexit.
 *
 * A tracing program is skipped when the task that runs the same program on the same CPU was preempted in it. Kernels
 * built without preemption, or set to "voluntary" or "none", never do that; for the others see kprobe_hooks.bpf.h.
 * The function each program is attached to is set by user space (userspace/bpf/hook_plan.cpp), because names differ.
 */
#ifndef FENTRY_HOOKS_BPF_H
#define FENTRY_HOOKS_BPF_H

#include "blocks.bpf.h"
#include "faults.bpf.h"
#include "names.bpf.h"
#include "seeding.bpf.h"
#include "superblocks.bpf.h"
#include "writes.bpf.h"
#include "xattr_calls.bpf.h"

/* A function's arguments, then its return value, as the trampoline saved them. */
#define ARG(n) ((void *)ctx[n])

/*
 * Directory operations have one more argument in front since 5.12. The load is spelled out because the compiler would
 * otherwise compute the address of the slot, and the verifier takes only constant offsets into ctx.
 */
#define SLOT(n)                                                                                                        \
	({                                                                                                             \
		__u64 value__;                                                                                         \
		asm volatile("%0 = *(u64 *)(%1 + %2)" : "=r"(value__) : "r"(ctx), "i"((n)*8));                         \
		value__;                                                                                               \
	})
#define DIR_SLOT(n) (shift ? SLOT((n) + 1) : SLOT(n)) /* shift: config.arg_shift, loaded once */
#define DIR_ARG(n) ((void *)DIR_SLOT(n))

/* 5.10 to 6.5, entered and left under info->lock: see on_recalc_begin. Every change of alloced passes here. */
SEC("?fentry/shmem_recalc_inode")
int f_recalc_e(__u64 *ctx)
{
	if (common.armed)
		on_recalc_begin(ARG(0), 1);
	return 0;
}

SEC("?fexit/shmem_recalc_inode")
int f_recalc_x(__u64 *ctx)
{
	if (common.armed)
		on_recalc_end(ARG(0), 1);
	return 0;
}

/* 6.6 and later, not inlined on any kernel measured: int shmem_inode_acct_blocks(inode, long pages), 0 = taken. */
SEC("?fexit/shmem_inode_acct_blocks")
int f_acct_x(__u64 *ctx)
{
	if (common.armed && (int)ctx[2] == 0)
		on_blocks_accounted(ARG(0), ctx[1]);
	return 0;
}

/* Frees, and the undoing of an acct (userfaultfd's retry). shmem_recalc_inode is inlined into its other callers. */
SEC("?fentry/shmem_inode_unacct_blocks")
int f_unacct_e(__u64 *ctx)
{
	if (common.armed)
		on_blocks_unaccounted(ARG(0), ctx[1]);
	return 0;
}

/* shmem_get_inode up to 6.5 (NULL when refused), __shmem_get_inode since (an error pointer). Sees every kind. */
#define GET_INODE_RETURN(name, flags)                                                                                  \
	SEC("?fexit/__shmem_get_inode")                                                                                \
	int name(__u64 *ctx)                                                                                           \
	{                                                                                                              \
		struct super_block *sb;                                                                                \
		struct inode *inode;                                                                                   \
		umode_t mode;                                                                                          \
                                                                                                                       \
		/* (sb, directory, mode, ...), behind an idmap since 6.6; then the return value */                     \
		if (config.get_inode_args == 6) {                                                                      \
			sb = (void *)SLOT(1);                                                                          \
			mode = SLOT(3);                                                                                \
			inode = (void *)SLOT(6);                                                                       \
		} else {                                                                                               \
			sb = (void *)SLOT(0);                                                                          \
			mode = SLOT(2);                                                                                \
			inode = (void *)SLOT(5);                                                                       \
		}                                                                                                      \
		if (common.armed && inode && (__u64)inode < -4095ULL)                                                  \
			on_inode_created(inode, sb, mode, flags);                                                      \
		return 0;                                                                                              \
	}

GET_INODE_RETURN(f_get_inode_x, USE_TABLE)
/* Before 5.12, where a program with a compare-and-swap in it does not load. */
GET_INODE_RETURN(f_get_inode_old_x, 0)

SEC("?fentry/shmem_destroy_inode")
int f_destroy_e(__u64 *ctx)
{
	if (common.armed)
		on_inode_destroyed(ARG(0), 1);
	return 0;
}

/* generic_file_write_iter up to 6.5, where other file systems use it too; shmem_file_write_iter since. */
SEC("?fexit/shmem_file_write_iter")
int f_write_x(__u64 *ctx)
{
	if (common.armed)
		on_write_return(ctx, ARG(0), ARG(1), ctx[2], 1);
	return 0;
}

SEC("?fexit/shmem_fault")
int f_fault_x(__u64 *ctx)
{
	if (common.armed)
		on_fault_return(ctx, ARG(0), ctx[1]);
	return 0;
}

SEC("?fexit/shmem_fallocate")
int f_fallocate_x(__u64 *ctx)
{
	if (common.armed)
		on_fallocate_return(ctx, ARG(0), ctx[3], ctx[4]);
	return 0;
}

SEC("?fexit/shmem_mknod")
int f_mknod_x(__u64 *ctx)
{
	__u32 shift = config.arg_shift;

	if (common.armed)
		on_mknod_return(ctx, DIR_ARG(0), DIR_ARG(1), DIR_SLOT(2), DIR_SLOT(4), 1);
	return 0;
}

SEC("?fexit/shmem_symlink")
int f_symlink_x(__u64 *ctx)
{
	__u32 shift = config.arg_shift;

	if (common.armed)
		on_symlink_return(ctx, DIR_ARG(0), DIR_ARG(1), DIR_SLOT(3));
	return 0;
}

SEC("?fexit/shmem_tmpfile")
int f_tmpfile_x(__u64 *ctx)
{
	__u32 shift = config.arg_shift;

	if (common.armed)
		on_tmpfile_return(ctx, DIR_ARG(0), DIR_ARG(1), DIR_SLOT(3));
	return 0;
}

SEC("?fexit/shmem_link")
int f_link_x(__u64 *ctx)
{
	if (common.armed)
		on_link_return(ctx, ARG(0), ARG(1), ARG(2), ctx[3]);
	return 0;
}

SEC("?fentry/shmem_unlink")
int f_unlink_e(__u64 *ctx)
{
	if (common.armed)
		on_unlink(ARG(1), 1);
	return 0;
}

/* 8 arguments: a trampoline carries more than 6 since 6.6, and only there do attributes take from the budget. */
SEC("?fexit/shmem_xattr_handler_set")
int f_xattr_x(__u64 *ctx)
{
	if (common.armed)
		on_xattr_return(ctx, ARG(3), ARG(2), ctx[8]);
	return 0;
}

/* A security module labels a new inode: int shmem_initxattrs(inode, array, fs_info). */
SEC("?fexit/shmem_initxattrs")
int f_initxattrs_x(__u64 *ctx)
{
	if (common.armed)
		on_xattrs_changed(ARG(0));
	return 0;
}

SEC("?fentry/shmem_put_super")
int f_put_super_e(__u64 *ctx)
{
	on_superblock_put(ARG(0));
	return 0;
}

/* Called with no shrink_control when, and only when, a block was refused: see marks.bpf.h. */
#define SHRINK_ENTRY(name, use_table)                                                                                  \
	SEC("?fentry/shmem_unused_huge_shrink")                                                                        \
	int name(__u64 *ctx)                                                                                           \
	{                                                                                                              \
		if (common.armed && !ctx[1])                                                                           \
			set_mark(ARG(0), use_table);                                                                   \
		return 0;                                                                                              \
	}

SHRINK_ENTRY(f_shrink_e, 1)
SHRINK_ENTRY(f_shrink_old_e, 0)

/* Attached only while the walk runs. security_inode_getattr(path): in another object file than its caller, so never inlined. */
SEC("?fentry/security_inode_getattr")
int f_seed_e(__u64 *ctx)
{
	if (common.armed)
		on_getattr(ARG(0));
	return 0;
}

/* The same since 6.6, where attributes count. */
SEC("?fentry/security_inode_getattr")
int f_seed_xattr_e(__u64 *ctx)
{
	struct inode *inode = common.armed ? on_getattr(ARG(0)) : 0;

	if (inode)
		on_xattrs_changed(inode);
	return 0;
}

#endif /* FENTRY_HOOKS_BPF_H */
