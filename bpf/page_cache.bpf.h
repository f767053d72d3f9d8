/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Is a page of a file in memory? A look into the page cache's XArray (include/linux/xarray.h), without its lock. */
#ifndef PAGE_CACHE_BPF_H
#define PAGE_CACHE_BPF_H

#include "compat.bpf.h"

#define XA_LEVELS 11 /* 64 bits, 6 a level */
#define XA_SLOTS (bpf_core_field_size(struct xa_node, slots) / sizeof(void *))

/* xa_is_node(): an internal entry, and no small number */
static __always_inline int is_xa_node(__u64 entry)
{
	return (entry & 3) == 2 && entry > 4096;
}

/* A huge page fills several slots, the further ones with sibling entries. A value (odd) stands for a page in swap. */
static __always_inline int is_in_page_cache(struct inode *inode, __u64 index)
{
	__u64 entry = (__u64)READ(inode, i_mapping, i_pages.xa_head);
	int level;

	for (level = 0; level < XA_LEVELS && is_xa_node(entry); level++) {
		struct xa_node *node = (void *)(entry - 2);
		__u64 slot = index >> READ(node, shift);

		if (!level && slot >= XA_SLOTS)
			return 0;
		bpf_probe_read_kernel(&entry, sizeof(entry), &node->slots[slot & (XA_SLOTS - 1)]);
	}
	return entry && !(entry & 1) && (level || !index);
}

#endif /* PAGE_CACHE_BPF_H */
