/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Since 6.6 extended attributes are taken from the superblock's inode budget: 40 + strlen(name) + size bytes each
 * (simple_xattr_space), 1024 bytes an inode. What a replaced or removed one gave back is not an argument of any function
 * we could hook, so the attributes of the inode are added up anew after each change; the inode is locked meanwhile.
 * They hang in a red-black tree up to 7.2, in a list after.
 */
#ifndef XATTRS_BPF_H
#define XATTRS_BPF_H

#include "compat.bpf.h"

#define XATTR_STEPS 512 /* of the walk: some 250 attributes */

static __always_inline __u32 xattr_space(char *name, unsigned long size)
{
	char text[256];
	long length = bpf_probe_read_kernel_str(text, sizeof(text), name);

	return 40 + (__u32)size + (length > 0 ? (__u32)length - 1 : 0);
}

static __noinline __u32 xattr_tree_bytes(struct rb_node *node)
{
	struct rb_node *next;
	__u32 bytes = 0, step;
	int down = 1; /* descending to the left; else coming from below */

	for (step = 0; step < XATTR_STEPS && node; step++) {
		if (down) {
			next = READ(node, rb_left);
			if (next) {
				node = next;
				continue;
			}
		}
		if (down != 2) { /* everything left of node is done: node itself */
			struct simple_xattr *xattr =
				(void *)node - bpf_core_field_offset(struct simple_xattr, rb_node);

			bytes += xattr_space(READ(xattr, name), READ(xattr, size));
			next = READ(node, rb_right);
			if (next) {
				node = next;
				down = 1;
				continue;
			}
		}
		next = (void *)(READ(node, __rb_parent_color) & ~3UL);
		down = next && READ(next, rb_left) == node ? 0 : 2;
		node = next;
	}
	return bytes;
}

static __noinline __u32 xattr_list_bytes(struct list_head *head)
{
	struct list_head *node = READ(head, next);
	__u32 bytes = 0, step;

	for (step = 0; step < XATTR_STEPS && node && node != head; step++) {
		struct simple_xattr___list *xattr =
			(void *)node - bpf_core_field_offset(struct simple_xattr___list, node);

		bytes += xattr_space(READ(xattr, name), READ(xattr, size));
		node = READ(node, next);
	}
	return bytes;
}

static __always_inline __u32 xattr_bytes_of(struct inode *inode)
{
	if (!config.xattrs_take_inodes)
		return 0;
	if (bpf_core_field_exists(struct simple_xattr___list, node)) {
		struct shmem_inode_info___list *info = (void *)shmem_info(inode);

		return xattr_list_bytes((void *)info +
					bpf_core_field_offset(struct shmem_inode_info___list, xattrs));
	} else if (bpf_core_type_exists(struct simple_xattrs___tree)) {
		struct shmem_inode_info___tree *info = (void *)shmem_info(inode);

		return xattr_tree_bytes(READ(info, xattrs.rb_root.rb_node));
	}
	return 0;
}

#endif /* XATTRS_BPF_H */
