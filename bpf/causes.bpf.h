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

/* Mounted with usrquota or grpquota (6.6 and later, where the kernel is built with them). */
static __always_inline int has_quota(struct super_block *sb)
{
	return bpf_core_field_exists(struct super_block, s_dquot.flags) && READ(sb, s_dquot.flags) != 0;
}

/*
 * A block was refused and no errno says by what: size=; or, on a superblock that is not full, a quota or strict overcommit
 * (vm.overcommit_memory=2).
 */
static __always_inline __u32 block_cause(struct super_block *sb, __u64 bytes_asked)
{
	struct shmem_sb_info *info = sb_info(sb);
	long long max = READ(info, max_blocks);
	/* the global part of the per-CPU counter may be off by used_blocks_slack */
	int has_room = !max || (READ(info, used_blocks.count) + config.used_blocks_slack < max &&
				bytes_asked >> PAGE_SHIFT <= (__u64)max);

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

/* -ENOSPC for an inode: nr_inodes=, or (the same errno) no memory for the inode itself. */
static __always_inline __u32 inode_cause(struct super_block *sb)
{
	struct shmem_sb_info *info = sb_info(sb);
	int room;

	if (bpf_core_field_exists(struct shmem_sb_info, free_ispace))
		room = READ(info, free_ispace) >= BOGO_INODE_SIZE;
	else
		room = READ((struct shmem_sb_info___inodes *)info, free_inodes) > 0;
	if (READ(info, max_inodes) && !room)
		return TMPFS_CAUSE_INODES;
	if (memcg_is_full())
		return TMPFS_CAUSE_MEMCG;
	return READ(info, max_inodes) ? TMPFS_CAUSE_INODES : TMPFS_CAUSE_MEMORY;
}

/* Which limit stands behind a negative return of a call that asks for blocks; TMPFS_CAUSE_MAX when it is no refusal. */
static __always_inline __u32 block_error_cause(struct super_block *sb, long error, __u64 asked)
{
	switch (error) {
	case -ENOSPC:
		return block_cause(sb, asked);
	case -EDQUOT:
		return TMPFS_CAUSE_QUOTA;
	case -ENOMEM:
		return memory_cause();
	default: /* -EFAULT among them: a refused fault on the caller's buffer has been counted where it happened */
		return TMPFS_CAUSE_MAX;
	}
}

#endif /* CAUSES_BPF_H */
