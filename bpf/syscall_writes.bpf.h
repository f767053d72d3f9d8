/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls that put data into a file: bytes from the return value, refusals from the errno and from what was cut short. */
#ifndef SYSCALL_WRITES_BPF_H
#define SYSCALL_WRITES_BPF_H

#include "syscall_books.bpf.h"
#include "syscall_numbers.bpf.h"

#define MAX_RW_COUNT 0x7ffff000 /* no call moves more, whoever asks */
#define UIO_MAXIOV 1024
#define UNKNOWN_SIZE (~0ULL)

struct segment {
	__u64 base;
	__u64 length;
};

/*
 * Bytes that a vector asks for; UNKNOWN_SIZE when the memory that describes it is not there to be read. Not static: see
 * sum_of_used_blocks().
 */
__noinline __u64 vector_bytes(__u64 address, __u64 count)
{
	const struct segment *vector = (void *)address;
	struct segment segment;
	__u64 sum = 0;
	__u32 i;

	for (i = 0; i < UIO_MAXIOV; i++) {
		if (i >= count)
			break;
		if (bpf_probe_read_user(&segment, sizeof(segment), vector + i))
			return UNKNOWN_SIZE;
		sum += segment.length;
	}
	return sum;
}

/* What block_error_cause() knows. */
static __always_inline int is_want_of_space(long error)
{
	return error == -ENOSPC || error == -EDQUOT || error == -ENOMEM;
}

static __always_inline __u64 bytes_asked(struct call *call)
{
	__u64 asked;

	switch (call->nr) {
	case NR_WRITEV:
	case NR_PWRITEV:
	case NR_PWRITEV2:
		asked = vector_bytes(regs_of(call)->si, regs_of(call)->dx);
		break;
	case NR_FALLOCATE:
		return regs_of(call)->r10;
	case NR_SENDFILE:
		asked = regs_of(call)->r10;
		break;
	case NR_SPLICE:
	case NR_COPY_FILE_RANGE:
		asked = regs_of(call)->r8;
		break;
	default:
		asked = regs_of(call)->dx;
	}
	return asked != UNKNOWN_SIZE && asked > MAX_RW_COUNT ? MAX_RW_COUNT : asked;
}

static __always_inline __u32 write_operation(__u32 nr)
{
	if (nr == NR_FALLOCATE)
		return TMPFS_OP_FALLOCATE;
	return nr == NR_SENDFILE || nr == NR_SPLICE || nr == NR_COPY_FILE_RANGE ? TMPFS_OP_SPLICE : TMPFS_OP_WRITE;
}

/* A short write has no errno. The superblock is as full as it was a moment ago, or the reason remains unknown. */
static __always_inline __u32 short_write_cause(struct super_block *sb)
{
	if (is_full(sb))
		return TMPFS_CAUSE_BLOCKS;
	if (memcg_is_full())
		return TMPFS_CAUSE_MEMCG;
	count_syscall_loss(SYSCALL_LOSS_SHORT_WRITES);
	return TMPFS_CAUSE_MAX;
}

static __noinline int on_tmpfs_write(struct call *call, struct file *file, struct super_block *sb)
{
	struct refusal refusal = {.sb = sb, .operation = write_operation(call->nr), .cause = TMPFS_CAUSE_MAX};
	__u64 asked = bytes_asked(call);
	long ret = call->ret;
	__u32 index;
	int is_short;

	if (call->nr == NR_FALLOCATE && ret == 0)
		return 0;
	know_superblock(sb);
	index = current_slot(sb);
	/* A source of splice and its kind that ends early is no short write: only write and its kind know what was asked. */
	is_short = refusal.operation == TMPFS_OP_WRITE && ret > 0 && asked != UNKNOWN_SIZE && (__u64)ret < asked;
	if (refusal.operation == TMPFS_OP_WRITE && ret > 0 && asked == UNKNOWN_SIZE)
		count_syscall_loss(SYSCALL_LOSS_SHORT_WRITES);
	if (ret < 0)
		refusal.cause = block_error_cause(sb, sb_info(sb), ret, used_blocks(sb_info(sb)),
						  call->nr == NR_FALLOCATE ? asked >> PAGE_SHIFT : 1);
	else if (is_short)
		refusal.cause = short_write_cause(sb);
	if (refusal.operation != TMPFS_OP_FALLOCATE && ret >= 0) {
		COUNT(index, write_calls, 1);
		COUNT(index, written_bytes, ret);
		if (is_short)
			COUNT(index, short_writes, 1);
	}
	if (refusal.cause >= TMPFS_CAUSE_MAX)
		return 0;
	refusal.inode = READ(file, f_inode);
	refusal.opened = file;
	refusal.bytes_asked = asked == UNKNOWN_SIZE ? 0 : asked;
	refusal.bytes_done = ret > 0 ? ret : 0;
	refusal.error = ret < 0 ? -ret : 0;
	refusal.syscall = call->nr;
	count_refusal(call->ctx, &refusal);
	return 0;
}

/* fsetxattr: the inode budget pays for extended attributes (since 6.6). Any kind of file has them. */
static __noinline int on_fsetxattr(struct call *call)
{
	struct refusal refusal = {.operation = TMPFS_OP_XATTR, .cause = TMPFS_CAUSE_INODES, .error = ENOSPC};
	struct super_block *sb;
	struct inode *inode;
	struct file *file;

	if (call->ret != -ENOSPC)
		return 0;
	file = file_of_fd(regs_of(call)->di);
	if (!file)
		return 0;
	inode = READ(file, f_inode);
	sb = READ(inode, i_sb);
	if (!is_tmpfs(sb))
		return 0;
	know_superblock(sb);
	refusal.sb = sb;
	refusal.inode = inode;
	refusal.opened = file;
	refusal.syscall = call->nr;
	count_refusal(call->ctx, &refusal);
	return 0;
}

#endif /* SYSCALL_WRITES_BPF_H */
