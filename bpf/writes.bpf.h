/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls that put data into a file, at their return: bytes, short writes, refusals. */
#ifndef WRITES_BPF_H
#define WRITES_BPF_H

#include "page_cache.bpf.h"
#include "refusals.bpf.h"
#include "syscall_numbers.bpf.h"

static __always_inline int moves_pages_by_splice(__u32 syscall)
{
	return syscall == NR_SPLICE || syscall == NR_SENDFILE || syscall == NR_COPY_FILE_RANGE;
}

/* The caller has filled in where and how much. */
static __noinline int refused_write(void *ctx, struct refusal *refusal, struct kiocb *iocb, long ret, int marked)
{
	struct shmem_sb_info *info;

	refusal->syscall = current_syscall();
	refusal->operation = moves_pages_by_splice(refusal->syscall) ? TMPFS_OP_SPLICE : TMPFS_OP_WRITE;
	if (refusal->operation == TMPFS_OP_SPLICE && ret > 0)
		return 0; /* splice goes on with the rest by itself: the error of that is the one refusal */
	info = sb_info(refusal->sb);
	if (ret < 0) {
		refusal->cause = block_error_cause(refusal->sb, info, ret, most_used_blocks(info), 1);
		refusal->error = -ret;
	} else if (marked) {
		refusal->cause = block_cause(refusal->sb, info, most_used_blocks(info), 1);
	} else if (memcg_is_full() && !is_in_page_cache(refusal->inode, READ(iocb, ki_pos) >> PAGE_SHIFT)) {
		refusal->cause = TMPFS_CAUSE_MEMCG; /* a bad buffer is found only when the page to fill is there */
	} else {
		/* a signal, a bad buffer or, rarely, no memory on the node: nothing tells which */
		count_loss(TMPFS_LOSS_SHORT_WRITES);
		refusal->cause = TMPFS_CAUSE_MAX;
	}
	if (refusal->cause < TMPFS_CAUSE_MAX)
		count_refusal(ctx, refusal);
	return 0;
}

static __always_inline void count_write(struct super_block *sb, long written, unsigned long left)
{
	struct tmpfs_cpu_line *line = current_line(sb);

	if (!line)
		return;
	line->write_calls++;
	line->written_bytes += written;
	if (written && left)
		COUNT(line->slot, short_writes, 1);
}

/* The iterator has been advanced by what was written: its count is what was not. */
static __always_inline void on_write_return(void *ctx, struct kiocb *iocb, struct iov_iter *from, long ret, int typed)
{
	struct file *file = FIELD(typed, iocb, ki_filp);
	struct inode *inode = FIELD(typed, file, f_inode);
	unsigned long left = FIELD(typed, from, count);
	struct super_block *sb = FIELD(typed, inode, i_sb);
	int marked;

	/* up to 6.5 the function is shared with other file systems */
	if (!config.counts_arguments && FIELD(typed, sb, s_magic) != TMPFS_MAGIC_NUMBER)
		return;
	marked = take_mark(sb);
	if (ret >= 0)
		count_write(sb, ret, left);
	if (ret < 0 || (ret > 0 && left)) {
		struct refusal refusal = {.sb = sb, .inode = inode, .opened = file};

		refusal.bytes_done = ret > 0 ? ret : 0;
		refusal.bytes_asked = left + refusal.bytes_done;
		refused_write(ctx, &refusal, iocb, ret, marked);
	}
}

static __noinline int on_fallocate_return(void *ctx, struct file *file, __u64 length, long ret)
{
	struct inode *inode = READ(file, f_inode);
	struct super_block *sb = READ(inode, i_sb);
	struct refusal refusal = {
		.sb = sb, .inode = inode, .opened = file, .operation = TMPFS_OP_FALLOCATE, .bytes_asked = length};
	struct shmem_sb_info *info;

	take_mark(sb);
	if (ret >= 0)
		return 0;
	info = sb_info(sb);
	refusal.cause = block_error_cause(sb, info, ret, most_used_blocks(info), length >> PAGE_SHIFT);
	refusal.error = -ret;
	refusal.syscall = current_syscall();
	if (refusal.cause < TMPFS_CAUSE_MAX)
		count_refusal(ctx, &refusal);
	return 0;
}

#endif /* WRITES_BPF_H */
