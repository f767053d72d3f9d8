/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The exact mode's programs where the kernel may preempt (6.18 and later by default, others with preempt=full): kprobes run
 * with preemption off and are never skipped for that. What each hook sees and misses is said in fentry_hooks.bpf.h.
 *
 * Returns: through fprobe's per-task shadow stack where it exists (6.14 and later, no limit), else a kretprobe, whose
 * instances are limited (10, or twice the CPUs): a return that found none is counted when the thread comes again.
 */
#ifndef KPROBE_HOOKS_BPF_H
#define KPROBE_HOOKS_BPF_H

#include "blocks.bpf.h"
#include "faults.bpf.h"
#include "inflight.bpf.h"
#include "names.bpf.h"
#include "seeding.bpf.h"
#include "superblocks.bpf.h"
#include "writes.bpf.h"
#include "xattr_calls.bpf.h"

#define P1 PT_REGS_PARM1(ctx)
#define P2 PT_REGS_PARM2(ctx)
#define P3 PT_REGS_PARM3(ctx)
#define P4 PT_REGS_PARM4(ctx)
#define RET PT_REGS_RC(ctx)

/* What an entry probe left in `struct inflight op`. */
#define A(n) ((void *)op.args[n])
/* directory operations have one more argument in front since 5.12 */
#define DIR(n) ((void *)(config.arg_shift ? op.args[(n) + 1] : op.args[n]))

/*
 * Up to 6.5. The function runs under a spin lock with interrupts off, so the inode can wait in a per-CPU variable for
 * the return.
 */
SEC("?kprobe")
int k_recalc_e(struct pt_regs *ctx)
{
	__u32 cpu = bpf_get_smp_processor_id();

	if (cpu < CACHE_CPUS)
		cpu_caches[cpu].recalculated = (void *)P1;
	if (common.armed)
		on_recalc_begin(KERNEL_POINTER(struct inode, P1), KPROBE_TYPED);
	return 0;
}

SEC("?kprobe")
int k_recalc_x(struct pt_regs *ctx)
{
	__u32 cpu = bpf_get_smp_processor_id();

	if (common.armed && cpu < CACHE_CPUS && cpu_caches[cpu].recalculated)
		on_recalc_end(KERNEL_POINTER(struct inode, cpu_caches[cpu].recalculated), KPROBE_TYPED);
	return 0;
}

/*
 * 6.6 and later: shmem_recalc_inode(inode, long alloced, long swapped) follows every successful acct that stays; unlike acct
 * it needs no return probe. Inlined into shmem_uncharge alone, which allocates nothing.
 */
SEC("?kprobe")
int k_acct_e(struct pt_regs *ctx)
{
	if (common.armed && (long)P2 > 0)
		on_blocks_accounted((void *)P1, P2);
	return 0;
}

/* userfaultfd's retry (up to 6.18) undoes an acct that no recalc announced: not a free. Told by the return address. */
SEC("?kprobe")
int k_unacct_e(struct pt_regs *ctx)
{
	__u64 caller;

	if (!common.armed)
		return 0;
	if (config.mfill_start) {
		/* a list_head is a type that begins with a word, as the stack here with the return address */
		caller = (__u64)LOAD(struct list_head, PT_REGS_SP(ctx), next);
		if (caller >= config.mfill_start && caller < config.mfill_end)
			return 0;
	}
	on_blocks_unaccounted((void *)P1, P2);
	return 0;
}

SEC("?kprobe")
int k_get_inode_x(struct pt_regs *ctx)
{
	struct super_block *sb; /* of a regular file */
	__u64 returned = RET;
	struct inflight op;
	struct inode *inode;

	if (!common.armed)
		return 0;
	if (returned && returned < -4095ULL) {
		inode = KERNEL_POINTER(struct inode, returned);
		sb = on_inode_created(inode, FIELD(KPROBE_TYPED, inode, i_sb), FIELD(KPROBE_TYPED, inode, i_mode),
				      USE_TABLE | ENDS_CAN_BE_MISSED);
		if (!sb || !config.tells_files || !may_tell_file(sb, 0))
			operation_over(LEVEL_MKNOD);
		else if (operation_ends(LEVEL_MKNOD, &op)) /* not of a file without a name */
			tell_file(DIR(1), sb, 0);
	} else if (operation_ends(LEVEL_MKNOD, &op)) {
		/* a NULL (up to 6.5) says -ENOSPC */
		on_mknod_return(ctx, DIR(0), DIR(1), (__u64)DIR(2), returned ? (int)returned : -ENOSPC, 0);
	}
	return 0;
}

SEC("?kprobe")
int k_destroy_e(struct pt_regs *ctx)
{
	if (common.armed)
		on_inode_destroyed(KERNEL_POINTER(struct inode, P1), KPROBE_TYPED);
	return 0;
}

/*
 * A session: one program at both sides of a function (6.10), for two thirds of what a kprobe and a return probe cost. The
 * kernel's own function that tells the sides apart has other arguments on 7.x, which libbpf 1.1 cannot choose from: this is
 * what it reads.
 */
static __always_inline int session_is_at_return(void)
{
	return LOAD(struct bpf_session_run_ctx, bpf_get_current_task_btf()->bpf_ctx, is_return);
}

#define SESSION(name, level, a0, a1, a2, a3, call)                                                                     \
	SEC("?kprobe")                                                                                                 \
	int name(struct pt_regs *ctx)                                                                                  \
	{                                                                                                              \
		struct inflight op;                                                                                    \
                                                                                                                       \
		if (!common.armed)                                                                                     \
			return 1; /* not called at the return */                                                       \
		if (!session_is_at_return())                                                                           \
			operation_begins(level, (__u64)(a0), (__u64)(a1), (__u64)(a2), (__u64)(a3));                   \
		else if (operation_ends(level, &op))                                                                   \
			call;                                                                                          \
		return 0;                                                                                              \
	}

#define BEGINS(name, level, a0, a1, a2, a3)                                                                            \
	SEC("?kprobe")                                                                                                 \
	int name(struct pt_regs *ctx)                                                                                  \
	{                                                                                                              \
		if (common.armed)                                                                                      \
			operation_begins(level, (__u64)(a0), (__u64)(a1), (__u64)(a2), (__u64)(a3));                   \
		return 0;                                                                                              \
	}

#define ENDS(name, level, call)                                                                                        \
	SEC("?kprobe")                                                                                                 \
	int name(struct pt_regs *ctx)                                                                                  \
	{                                                                                                              \
		struct inflight op;                                                                                    \
                                                                                                                       \
		if (common.armed && operation_ends(level, &op))                                                        \
			call;                                                                                          \
		return 0;                                                                                              \
	}

/* An operation's begin and end: as two programs, k_<stem>_e and k_<stem>_x, or as a session, k_<stem>_s. */
#define OPERATION(stem, level, a0, a1, a2, a3, call)                                                                   \
	BEGINS(k_##stem##_e, level, a0, a1, a2, a3)                                                                    \
	ENDS(k_##stem##_x, level, call)                                                                                \
	SESSION(k_##stem##_s, level, a0, a1, a2, a3, call)

OPERATION(write, LEVEL_OPERATION, P1, P2, 0, 0,
	  on_write_return(ctx, KERNEL_POINTER(struct kiocb, A(0)), KERNEL_POINTER(struct iov_iter, A(1)), RET,
			  KPROBE_TYPED))

OPERATION(fault, LEVEL_FAULT, P1, 0, 0, 0, on_fault_return(ctx, A(0), RET))

OPERATION(fallocate, LEVEL_OPERATION, P1, P4, 0, 0, on_fallocate_return(ctx, A(0), op.args[1], RET))

/* Ends in k_get_inode_x: the first thing it does is to ask for an inode. A return probe of its own would cost as much again. */
BEGINS(k_mknod_e, LEVEL_MKNOD, P1, P2, P3, P4)

OPERATION(symlink, LEVEL_OPERATION, P1, P2, P3, P4, on_symlink_return(ctx, DIR(0), DIR(1), RET))

OPERATION(tmpfile, LEVEL_OPERATION, P1, P2, P3, P4, on_tmpfile_return(ctx, DIR(0), DIR(1), RET))

OPERATION(link, LEVEL_OPERATION, P1, P2, P3, 0, on_link_return(ctx, A(0), A(1), A(2), RET))

OPERATION(xattr, LEVEL_OPERATION, P4, P3, 0, 0, on_xattr_return(ctx, A(0), A(1), RET))

/* Within mknod, symlink or tmpfile, after the inode was made: the level of mknod is free again. */
OPERATION(initxattrs, LEVEL_MKNOD, P1, 0, 0, 0, on_xattrs_changed(A(0)))

SEC("?kprobe")
int k_unlink_e(struct pt_regs *ctx)
{
	if (common.armed)
		on_unlink(KERNEL_POINTER(struct dentry, P2), KPROBE_TYPED);
	return 0;
}

SEC("?kprobe")
int k_put_super_e(struct pt_regs *ctx)
{
	on_superblock_put((void *)P1);
	return 0;
}

SEC("?kprobe")
int k_shrink_e(struct pt_regs *ctx)
{
	if (common.armed && !P2)
		set_mark((void *)P1, 1);
	return 0;
}

SEC("?kprobe")
int k_seed_e(struct pt_regs *ctx)
{
	if (common.armed)
		on_getattr((void *)P1);
	return 0;
}

SEC("?kprobe")
int k_seed_xattr_e(struct pt_regs *ctx)
{
	struct inode *inode = common.armed ? on_getattr((void *)P1) : 0;

	if (inode)
		on_xattrs_changed(inode);
	return 0;
}

#endif /* KPROBE_HOOKS_BPF_H */
