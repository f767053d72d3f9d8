/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which limit stands behind a refusal: read off the superblock, the cgroup and the node at the moment of the refusal. */
#ifndef CAUSES_BPF_H
#define CAUSES_BPF_H

#include "compat.bpf.h"

#define EAGAIN 11
#define ENOMEM 12
#define EFAULT 14
#define ENOSPC 28
#define EDQUOT 122
#define SIGBUS 7

static __always_inline int is_tmpfs(struct super_block *sb)
{
	return READ(sb, s_magic) == TMPFS_MAGIC_NUMBER;
}

static __always_inline struct shmem_sb_info *sb_info(struct super_block *sb)
{
	return LOAD(struct super_block, sb, s_fs_info);
}

#define OVERCOMMIT_NEVER 2

static __always_inline int overcommit_is_strict(void)
{
	int mode = 0;

	if (common.overcommit_address)
		bpf_probe_read_kernel(&mode, sizeof(mode), (void *)common.overcommit_address);
	return mode == OVERCOMMIT_NEVER;
}

/* Mounted with usrquota or grpquota (6.6 and later, where the kernel is built with them). */
static __always_inline int has_quota(struct super_block *sb)
{
	return bpf_core_field_exists(struct super_block, s_dquot.flags) && READ(sb, s_dquot.flags) != 0;
}

/*
 * Which limit refused `pages` at once on a superblock with `used` blocks in use: size=, or, where they would have fitted,
 * strict overcommit (vm.overcommit_memory=2) or a quota that no errno tells of.
 */
static __always_inline __u32 block_cause(struct super_block *sb, struct shmem_sb_info *info, __u64 used, __u64 pages)
{
	__u64 max = LOAD(struct shmem_sb_info, info, max_blocks);
	int has_room = !max || used + pages <= max;

	if (has_room && overcommit_is_strict())
		return TMPFS_CAUSE_MEMORY;
	if (has_room && has_quota(sb))
		return TMPFS_CAUSE_QUOTA;
	return max ? TMPFS_CAUSE_BLOCKS : TMPFS_CAUSE_MEMORY;
}

static __always_inline __u32 memory_cause(void)
{
	return memcg_is_full() ? TMPFS_CAUSE_MEMCG : TMPFS_CAUSE_MEMORY;
}

static __always_inline int has_inodes_left(struct super_block *sb)
{
	struct shmem_sb_info *info = sb_info(sb);

	if (!READ(info, max_inodes))
		return 1;
	if (bpf_core_field_exists(struct shmem_sb_info, free_ispace))
		return READ(info, free_ispace) >= BOGO_INODE_SIZE;
	return READ((struct shmem_sb_info___inodes *)info, free_inodes) > 0;
}

/* -ENOSPC for an inode: nr_inodes=, or (the same errno) no memory for the inode itself. */
static __always_inline __u32 inode_cause(struct super_block *sb)
{
	if (!has_inodes_left(sb))
		return TMPFS_CAUSE_INODES;
	if (memcg_is_full())
		return TMPFS_CAUSE_MEMCG;
	return READ(sb_info(sb), max_inodes) ? TMPFS_CAUSE_INODES : TMPFS_CAUSE_MEMORY;
}

/* The same for a call that asks for blocks, by its error; TMPFS_CAUSE_MAX when it is no refusal. */
static __always_inline __u32 block_error_cause(struct super_block *sb, struct shmem_sb_info *info, long error,
					       __u64 used, __u64 pages)
{
	switch (error) {
	case -ENOSPC:
		return block_cause(sb, info, used, pages);
	case -EDQUOT:
		return TMPFS_CAUSE_QUOTA;
	case -ENOMEM:
		return memory_cause();
	default: /* -EFAULT among them: a refused fault on the caller's buffer has been counted where it happened */
		return TMPFS_CAUSE_MAX;
	}
}

/*
 * Blocks in use, for certain no more than that: up to config.used_blocks_slack have not reached the kernel's sum. For
 * causes alone; how full a superblock is comes from statfs.
 */
static __always_inline __u64 most_used_blocks(struct shmem_sb_info *info)
{
	return LOAD(struct shmem_sb_info, info, used_blocks.count) + config.used_blocks_slack;
}

#endif /* CAUSES_BPF_H */
