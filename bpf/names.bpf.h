/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Operations on a directory, at their return: hard links, O_TMPFILE files, refusals. */
#ifndef NAMES_BPF_H
#define NAMES_BPF_H

#include "file_tells.bpf.h"
#include "refusals.bpf.h"
#include "syscall_numbers.bpf.h"

/* Operations on a directory: an errno alone tells which limit. */
static __noinline int refused_in_directory(void *ctx, struct inode *dir, struct dentry *dentry, __u32 operation,
					   int ret)
{
	struct refusal refusal = {.sb = READ(dir, i_sb), .dentry = dentry, .operation = operation, .error = -ret};

	if (ret == -ENOSPC)
		refusal.cause = inode_cause(refusal.sb);
	else if (ret == -EDQUOT)
		refusal.cause = TMPFS_CAUSE_QUOTA;
	else if (ret == -ENOMEM)
		refusal.cause = memory_cause();
	else
		return 0;
	refusal.syscall = current_syscall();
	if (refusal.syscall == NR_RENAMEAT2 || refusal.syscall == NR_RENAMEAT || refusal.syscall == NR_RENAME)
		refusal.operation = TMPFS_OP_RENAME; /* RENAME_WHITEOUT makes an inode */
	else if (operation == TMPFS_OP_CREATE && (refusal.syscall == NR_MKNOD || refusal.syscall == NR_MKNODAT))
		refusal.operation = TMPFS_OP_MKNOD;
	count_refusal(ctx, &refusal);
	return 0;
}

/*
 * shmem_mknod: open(O_CREAT), mkdir, mknod and whiteouts all come through it. The kprobe set knows its end by the return of
 * the inode's allocation: what fails after that (a quota, no memory for the directory's index) is not seen there.
 */
static __always_inline void on_mknod_return(void *ctx, struct inode *dir, struct dentry *dentry, umode_t mode, int ret,
					    int typed)
{
	__u32 operation = TMPFS_OP_MKNOD;

	if (ret >= 0) {
		if ((mode & S_IFMT) == S_IFREG)
			tell_file_made(dentry, FIELD(typed, dir, i_sb));
		return;
	}
	if ((mode & S_IFMT) == S_IFREG)
		operation = TMPFS_OP_CREATE;
	else if ((mode & S_IFMT) == S_IFDIR)
		operation = TMPFS_OP_MKDIR;
	refused_in_directory(ctx, dir, dentry, operation, ret);
}

/* A long target takes a page: refused by blocks or by inodes. */
static __noinline int on_symlink_return(void *ctx, struct inode *dir, struct dentry *dentry, int ret)
{
	int marked = take_mark(READ(dir, i_sb));

	if (ret >= 0)
		return 0;
	if (ret == -ENOSPC && marked) {
		struct refusal refusal = {.sb = READ(dir, i_sb), .dentry = dentry, .operation = TMPFS_OP_SYMLINK};
		struct shmem_sb_info *info = sb_info(refusal.sb);

		refusal.cause = block_cause(refusal.sb, info, most_used_blocks(info), 1);
		refusal.error = ENOSPC;
		refusal.syscall = current_syscall();
		count_refusal(ctx, &refusal);
		return 0;
	}
	return refused_in_directory(ctx, dir, dentry, TMPFS_OP_SYMLINK, ret);
}

static __always_inline void on_tmpfile_return(void *ctx, struct inode *dir, void *object, int ret)
{
	struct dentry *dentry = object;

	if (config.tmpfile_takes_file)
		dentry = READ((struct file *)object, f_path.dentry);
	if (ret < 0)
		refused_in_directory(ctx, dir, dentry, TMPFS_OP_TMPFILE, ret);
	else
		on_tmpfile_created(READ(dentry, d_inode));
}

static __always_inline void on_link_return(void *ctx, struct dentry *old, struct inode *dir, struct dentry *dentry,
					   int ret)
{
	struct inode *inode = READ(old, d_inode);

	if (ret < 0)
		refused_in_directory(ctx, dir, dentry, TMPFS_OP_LINK, ret);
	else if (READ(inode, i_nlink) > 1) /* the first name of an O_TMPFILE inode takes no unit */
		on_link(inode, 1);
}

/* Also called for rename over: shmem_rename2 calls it directly. */
static __always_inline void on_unlink(struct dentry *dentry, int typed)
{
	struct inode *inode = FIELD(typed, dentry, d_inode);

	if (FIELD(typed, inode, i_nlink) <= 1)
		tell_file_removed(dentry, inode, typed);
	else if ((FIELD(typed, inode, i_mode) & S_IFMT) != S_IFDIR)
		on_link(inode, 0);
}

#endif /* NAMES_BPF_H */
