/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The end of a superblock. Its row was made at its first inode, the root directory. */
#ifndef SUPERBLOCKS_BPF_H
#define SUPERBLOCKS_BPF_H

#include "inodes.bpf.h"

static __always_inline void on_superblock_put(struct super_block *sb)
{
	__u64 key = (__u64)sb;
	__u32 *index = bpf_map_lookup_elem(&sb_index, &key);
	struct tmpfs_sb_row *row = index ? bpf_map_lookup_elem(&sb_rows, index) : 0;

	if (row) {
		row->died_ns = bpf_ktime_get_ns();
		row->flags |= TMPFS_SB_DEAD;
	}
	bpf_map_delete_elem(&sb_index, &key);
	__sync_fetch_and_add(&cache_epoch, 1);
}

#endif /* SUPERBLOCKS_BPF_H */
