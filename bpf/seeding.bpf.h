/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inodes that existed before the start, made known by the walker's own stat(). */
#ifndef SEEDING_BPF_H
#define SEEDING_BPF_H

#include "causes.bpf.h"
#include "inodes.bpf.h"

/* The walker's own stat(): every file system passes here, only tmpfs inodes enter. Returns the inode that did. */
static __always_inline struct inode *on_getattr(const struct path *path)
{
	struct inode *inode;

	if (bpf_get_current_pid_tgid() >> 32 != walker_tgid)
		return 0;
	inode = READ(path, dentry, d_inode);
	seed_result = 0;
	if (!inode || !is_tmpfs(READ(inode, i_sb)))
		return 0;
	if (inode_entry_of(inode))
		seed_result = SEED_KNOWN;
	else if (enter_existing(inode, 0, 0, 1))
		return inode;
	return 0;
}

#endif /* SEEDING_BPF_H */
