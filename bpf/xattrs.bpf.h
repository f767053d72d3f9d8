/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Since 6.6 extended attributes are taken from the superblock's inode budget: 40 + strlen(name) + size bytes each
 * (simple_xattr_space), 1024 bytes an inode. The attributes of the inode are added up anew after each change; the inode
 * is locked meanwhile. They hang in a red-black tree up to 7.2, in a list after.
 */
#ifndef XATTRS_BPF_H
#define XATTRS_BPF_H

#include "compat.bpf.h"

#define XATTR_STEPS (1 << 16) /* three to an attribute; the inode budget ends before, but with nr_inodes=0 */

/*
 * The walks use bpf_loop, which a verifier checks once: unrolled they would cost it seconds. Only the two programs that are
 * loaded on 6.6 and later may call them, since older verifiers refuse even an unreachable callback.
 */
struct xattr_walk {
	void *node;
	void *head;
	__u64 bytes;
	__u64 side; /* of a tree: where the walk comes from */
	__u64 is_over;
};

#define SIDE_ABOVE 0
#define SIDE_LEFT 1
#define SIDE_RIGHT 2

static __noinline __u32 xattr_space(char *name, unsigned long size)
{
	char text[256];
	long length = bpf_probe_read_kernel_str(text, sizeof(text), name);

	return 40 + (__u32)size + (length > 0 ? (__u32)length - 1 : 0);
}

/* One step of an in-order walk without a stack; stops at the root's parent. */
static long xattr_tree_step(__u32 index, struct xattr_walk *walk)
{
	struct rb_node *node = walk->node, *next;

	if (!node) {
		walk->is_over = 1;
		return 1;
	}
	if (walk->side == SIDE_ABOVE) {
		next = READ(node, rb_left);
		walk->side = next ? SIDE_ABOVE : SIDE_LEFT;
		walk->node = next ? next : node;
		return 0;
	}
	if (walk->side == SIDE_LEFT) {
		struct simple_xattr *xattr = (void *)node - bpf_core_field_offset(struct simple_xattr, rb_node);

		walk->bytes += xattr_space(READ(xattr, name), READ(xattr, size));
		next = READ(node, rb_right);
		walk->side = next ? SIDE_ABOVE : SIDE_RIGHT;
		walk->node = next ? next : node;
		return 0;
	}
	next = (void *)(READ(node, __rb_parent_color) & ~3UL);
	walk->side = next && READ(next, rb_left) == node ? SIDE_LEFT : SIDE_RIGHT;
	walk->node = next;
	return 0;
}

static long xattr_list_step(__u32 index, struct xattr_walk *walk)
{
	struct simple_xattr___list *xattr;
	struct list_head *node = walk->node;

	if (!node || node == walk->head) {
		walk->is_over = 1;
		return 1;
	}
	xattr = (void *)node - bpf_core_field_offset(struct simple_xattr___list, node);
	walk->bytes += xattr_space(READ(xattr, name), READ(xattr, size));
	walk->node = READ(node, next);
	return 0;
}

static __always_inline __u32 xattr_bytes_of(struct inode *inode)
{
	struct xattr_walk walk = {};
	struct list_head *node;

	if (bpf_core_field_exists(struct simple_xattr___list, node)) {
		struct shmem_inode_info___list *info = (void *)shmem_info(inode);

		walk.head = (void *)info + bpf_core_field_offset(struct shmem_inode_info___list, xattrs);
		node = walk.head;
		walk.node = READ(node, next);
		bpf_loop(XATTR_STEPS, xattr_list_step, &walk, 0);
	} else if (bpf_core_field_exists(struct simple_xattrs___tree, rb_root)) {
		struct shmem_inode_info___tree *info = (void *)shmem_info(inode);

		walk.node = READ(info, xattrs.rb_root.rb_node);
		bpf_loop(XATTR_STEPS, xattr_tree_step, &walk, 0);
	}
	if (!walk.is_over)
		count_loss(TMPFS_LOSS_XATTRS_UNCOUNTED);
	return walk.bytes;
}

#endif /* XATTRS_BPF_H */
