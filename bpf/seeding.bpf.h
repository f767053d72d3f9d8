/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inodes that existed before the start, made known by the walker's own stat(). */
#ifndef SEEDING_BPF_H
#define SEEDING_BPF_H

#include "causes.bpf.h"
#include "inodes.bpf.h"

/*
 * The walker's own stat(): every file system passes here, only tmpfs inodes enter. Returns one whose attributes are to be
 * counted: it has just entered, or an event that was faster than the walk has entered its pages alone.
 */
static __always_inline struct inode *on_getattr(const struct path *path)
{
	struct inode_entry *entry;
	struct inode *inode;

	if (bpf_get_current_pid_tgid() >> 32 != common.walker_tgid)
		return 0;
	inode = READ(path, dentry, d_inode);
	common.seed_result = 0;
	if (!inode || !is_tmpfs(READ(inode, i_sb)))
		return 0;
	entry = inode_entry_of(inode);
	if (!entry)
		return enter_existing(inode, 0, 0, 1) ? inode : 0;
	common.seed_result = SEED_KNOWN;
	return entry->slot_and_flags & (INODE_COUNTED | INODE_XATTRS) ? 0 : inode;
}

#endif /* SEEDING_BPF_H */
