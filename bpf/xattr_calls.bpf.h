/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Changes of extended attributes. Only programs that 6.6 and later loads may include these: see xattrs.bpf.h. */
#ifndef XATTR_CALLS_BPF_H
#define XATTR_CALLS_BPF_H

#include "refusals.bpf.h"
#include "xattrs.bpf.h"

static __always_inline void on_xattrs_changed(struct inode *inode)
{
	struct inode_entry *entry = inode_entry_of(inode);
	__u64 key = (__u64)inode, none = 0, before, now, *kept;

	if (!entry)
		entry = enter_existing(inode, 0, 0, 0);
	if (!entry)
		return;
	now = xattr_bytes_of(inode);
	kept = bpf_map_lookup_elem(&xattrs, &key);
	if (!kept) {
		bpf_map_update_elem(&xattrs, &key, &none, BPF_NOEXIST);
		kept = bpf_map_lookup_elem(&xattrs, &key);
		entry->slot_and_flags |= INODE_XATTRS;
	}
	if (!kept) {
		count_loss(TMPFS_LOSS_XATTRS_UNCOUNTED);
		return;
	}
	before = __sync_lock_test_and_set(kept, now); /* the walk holds no lock of the inode */
	if (now > before)
		COUNT(ENTRY_SLOT(entry), xattr_bytes_added, now - before);
	else
		COUNT(ENTRY_SLOT(entry), xattr_bytes_removed, before - now);
}

static __noinline int on_xattr_return(void *ctx, struct inode *inode, struct dentry *dentry, int ret)
{
	struct refusal refusal = {.inode = inode, .dentry = dentry, .operation = TMPFS_OP_XATTR, .error = -ret};

	if (ret >= 0) {
		on_xattrs_changed(inode);
		return 0;
	}
	refusal.sb = READ(inode, i_sb);
	if (ret == -ENOSPC)
		refusal.cause = TMPFS_CAUSE_INODES; /* the only -ENOSPC of shmem_xattr_handler_set */
	else if (ret == -ENOMEM)
		refusal.cause = memory_cause();
	else
		return 0;
	refusal.syscall = current_syscall();
	count_refusal(ctx, &refusal);
	return 0;
}

#endif /* XATTR_CALLS_BPF_H */
