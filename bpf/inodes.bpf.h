/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The life of an inode in the ledger. It enters at its creation, at the seeding walk, or at its first event, whichever
 * comes first, and exactly once (BPF_NOEXIST); it leaves at shmem_destroy_inode.
 */
#ifndef INODES_BPF_H
#define INODES_BPF_H

#include "owners.bpf.h"

static __always_inline struct inode_entry *inode_entry_of(struct inode *inode)
{
	__u64 key = (__u64)inode;

	return bpf_map_lookup_elem(&inodes, &key);
}

static __always_inline __u16 kind_of_mode(umode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return TMPFS_KIND_REGULAR;
	case S_IFDIR:
		return TMPFS_KIND_DIRECTORY;
	case S_IFLNK:
		return TMPFS_KIND_SYMLINK;
	default:
		return TMPFS_KIND_OTHER;
	}
}

#define SEED_OK 1
#define SEED_KNOWN 2
#define SEED_BUSY 3 /* an operation is under way on the inode: stat() it again */
#define SEED_FULL 4

/*
 * An inode that existed before the start (or whose creation was missed) enters with the pages it has.
 *
 * Up to 6.5 the ledger mirrors info->alloced, so whatever it reads is consistent with what it will see. Since 6.6 it
 * counts arguments: event_pages are those of the event under way, already in i_blocks but not in alloced (an allocation
 * adds to alloced after our hook; a free has taken from alloced before it). Where the two do not fit, another CPU is in
 * the middle of something.
 */
static __noinline struct inode_entry *enter_existing(struct inode *inode, long event_pages, int freeing, int walk)
{
	struct super_block *sb = READ(inode, i_sb);
	umode_t mode = READ(inode, i_mode);
	unsigned long alloced = READ(shmem_info(inode), alloced);
	struct inode_entry entry = {.kind = kind_of_mode(mode)};
	__u64 key = (__u64)inode, pages = alloced, links = 0;
	struct tmpfs_slot *slot;
	int error; /* int: before 6.4 the upper half of a map operation's return value is undefined */

	if (config.counts_arguments && READ(inode, i_blocks) >> PAGE_SECTORS_SHIFT != alloced + event_pages) {
		if (walk) {
			seed_result = SEED_BUSY;
			return 0;
		}
		count_loss(TMPFS_LOSS_SEED_RACES);
	}
	if (freeing)
		pages += event_pages;
	entry.slot = unattributed_slot(sb);
	entry.pages = pages;
	if (entry.kind != TMPFS_KIND_DIRECTORY && READ(inode, i_nlink) > 1)
		links = READ(inode, i_nlink) - 1;
	error = bpf_map_update_elem(&inodes, &key, &entry, BPF_NOEXIST);
	if (error == -EEXIST) { /* it has just entered by another way */
		if (walk)
			seed_result = SEED_KNOWN;
		return inode_entry_of(inode);
	}
	if (error) {
		if (walk)
			seed_result = SEED_FULL;
		count_loss(TMPFS_LOSS_INODES_FULL);
		return 0;
	}
	slot = slot_at(entry.slot);
	if (slot) {
		if (walk) {
			ADD(slot->counters.seeded_pages, pages);
			ADD(slot->counters.seeded_inodes, 1 + links);
		} else {
			ADD(slot->counters.late_pages, pages);
			ADD(slot->counters.late_inodes, 1 + links);
		}
	}
	if (walk)
		seed_result = SEED_OK;
	return inode_entry_of(inode);
}

/*
 * The inode's row closes its accounts. nlink: names that nobody unlinked, because the superblock ended with them. Pages are
 * left where a count was lost (TMPFS_LOSS_SEED_RACES…): the kernel has freed them all.
 */
static __always_inline void end_entry(__u64 key, struct inode_entry *entry, __u32 nlink)
{
	struct tmpfs_slot *slot = slot_at(entry->slot);
	__s32 pages = entry->pages;

	if (slot) {
		ADD(slot->counters.removed[entry->kind < TMPFS_KIND_MAX ? entry->kind : 0], 1);
		if (entry->flags & INODE_TMPFILE)
			ADD(slot->counters.removed[TMPFS_KIND_TMPFILE], 1);
		if (entry->kind != TMPFS_KIND_DIRECTORY && nlink > 1)
			ADD(slot->counters.removed[TMPFS_KIND_LINK], nlink - 1);
		if (entry->xattr_bytes)
			ADD(slot->counters.xattr_bytes_removed, entry->xattr_bytes);
		if (pages > 0)
			ADD(slot->counters.freed_pages, pages);
		else if (pages < 0)
			ADD(slot->counters.late_pages, -pages);
	}
	if (entry->flags & INODE_SHARED)
		settle_owners(key, entry->slot);
}

/* A successful shmem_get_inode. */
static __always_inline void on_inode_created(struct inode *inode, int typed)
{
	struct super_block *sb = FIELD(typed, inode, i_sb);
	struct inode_entry entry = {.kind = kind_of_mode(FIELD(typed, inode, i_mode)), .flags = INODE_COUNTED};
	__u64 key = (__u64)inode;
	int error; /* int: before 6.4 the upper half of a map operation's return value is undefined */

	entry.cgroup_id = current_cgroup();
	entry.slot = slot_of(entry.cgroup_id, sb);
	error = bpf_map_update_elem(&inodes, &key, &entry, BPF_NOEXIST);
	if (error == -EEXIST) {
		/* The end of an inode at this address was missed: it ends now, or its counts would go on elsewhere. */
		struct inode_entry *stale = inode_entry_of(inode);

		count_loss(TMPFS_LOSS_STALE_INODES);
		if (stale)
			end_entry(key, stale, 0);
		error = bpf_map_update_elem(&inodes, &key, &entry, BPF_ANY);
	}
	if (error) {
		/* Not counted as created: it will be counted as "late", with its removal or at its first event. */
		count_loss(TMPFS_LOSS_INODES_FULL);
		return;
	}
	COUNT(entry.slot, created[entry.kind < TMPFS_KIND_MAX ? entry.kind : 0], 1);
}

/* shmem_tmpfile succeeded: its inode has been counted as a regular file. */
static __always_inline void on_tmpfile_created(struct inode *inode)
{
	struct inode_entry *entry = inode_entry_of(inode);

	if (!entry || !(entry->flags & INODE_COUNTED))
		return;
	entry->flags |= INODE_TMPFILE;
	COUNT(entry->slot, created[TMPFS_KIND_TMPFILE], 1);
}

/* An extra hard link takes an inode unit; it is the inode's owner's, whoever makes or removes it. */
static __always_inline void on_link(struct inode *inode, int added)
{
	struct inode_entry *entry = inode_entry_of(inode);

	if (!entry) /* entering now counts the links it has: after an added one, before a removed one */
		entry = enter_existing(inode, 0, 0, 0);
	else if (added)
		COUNT(entry->slot, created[TMPFS_KIND_LINK], 1);
	if (entry && !added)
		COUNT(entry->slot, removed[TMPFS_KIND_LINK], 1);
}

/* shmem_destroy_inode: its pages and attributes are gone from the kernel's books. */
static __always_inline void on_inode_destroyed(struct inode *inode, int typed)
{
	struct inode_entry *entry = inode_entry_of(inode);
	__u64 key = (__u64)inode;

	if (!entry) {
		/* It existed before the start and nothing ever touched it, or it found no room in "inodes". */
		__u32 index = unattributed_slot(READ(inode, i_sb)), kind = kind_of_mode(READ(inode, i_mode));

		COUNT(index, late_inodes, 1);
		COUNT(index, removed[kind < TMPFS_KIND_MAX ? kind : 0], 1);
		return;
	}
	end_entry(key, entry, FIELD(typed, inode, i_nlink));
	bpf_map_delete_elem(&inodes, &key);
}

#endif /* INODES_BPF_H */
