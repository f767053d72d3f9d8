/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The life of an inode in the ledger. It enters at its creation, at the seeding walk, or at its first event, whichever
 * comes first, and exactly once (BPF_NOEXIST); it leaves at shmem_destroy_inode.
 */
#ifndef INODES_BPF_H
#define INODES_BPF_H

#include "owners.bpf.h"

static __always_inline __u32 kind_of_mode(umode_t mode)
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
	__u32 index = unattributed_slot(sb);
	struct inode_entry entry = {.slot_and_flags = SLOT_AND_FLAGS(index, 0)};
	__u64 key = (__u64)inode, pages = alloced, links = 0;
	struct tmpfs_slot *slot;
	int error; /* int: before 6.4 the upper half of a map operation's return value is undefined */

	if (config.counts_arguments && READ(inode, i_blocks) >> PAGE_SECTORS_SHIFT != alloced + event_pages) {
		if (walk) {
			common.seed_result = SEED_BUSY;
			return 0;
		}
		count_loss(TMPFS_LOSS_SEED_RACES);
	}
	if (freeing)
		pages += event_pages;
	entry.pages = pages;
	if (kind_of_mode(mode) != TMPFS_KIND_DIRECTORY && READ(inode, i_nlink) > 1)
		links = READ(inode, i_nlink) - 1;
	error = bpf_map_update_elem(&inodes, &key, &entry, BPF_NOEXIST);
	if (error == -EEXIST) { /* it has just entered by another way */
		if (walk)
			common.seed_result = SEED_KNOWN;
		return inode_entry_of(inode);
	}
	if (error) {
		if (walk)
			common.seed_result = SEED_FULL;
		count_loss(TMPFS_LOSS_INODES_FULL);
		return 0;
	}
	slot = slot_at(index);
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
		common.seed_result = SEED_OK;
	return inode_entry_of(inode);
}

static __noinline void end_xattrs(__u64 key, __u32 index)
{
	__u64 *bytes = bpf_map_lookup_elem(&xattrs, &key);

	if (!bytes)
		return;
	COUNT(index, xattr_bytes_removed, *bytes);
	bpf_map_delete_elem(&xattrs, &key);
}

/*
 * The inode's row closes its accounts. nlink: names that nobody unlinked, because the superblock ended with them. Pages are
 * left where a count was lost (TMPFS_LOSS_SEED_RACES…): the kernel has freed them all.
 */
static __always_inline void end_entry(__u64 key, struct inode_entry *entry, __u32 kind, __u32 nlink)
{
	__u32 index = ENTRY_SLOT(entry), flags = entry->slot_and_flags;
	__s32 pages = entry->pages;

	if (kind == TMPFS_KIND_REGULAR)
		COUNT_HOT(index, removed_regular, 1);
	else if (kind < TMPFS_KIND_MAX)
		COUNT(index, removed[kind], 1);
	if (kind != TMPFS_KIND_DIRECTORY && nlink > 1)
		COUNT(index, removed[TMPFS_KIND_LINK], nlink - 1);
	if (!pages && !(flags & (INODE_TMPFILE | INODE_XATTRS | INODE_SHARED)))
		return;
	if (flags & INODE_TMPFILE)
		COUNT(index, removed[TMPFS_KIND_TMPFILE], 1);
	if (flags & INODE_XATTRS)
		end_xattrs(key, index);
	if (pages > 0)
		COUNT(index, freed_pages, pages);
	else if (pages < 0)
		COUNT(index, late_pages, -pages);
	if (flags & INODE_SHARED)
		settle_owners(as_number((void *)key), index);
}

/* The end of an inode at this address was missed: it ends now, or its counts would go on elsewhere. */
VERIFIED_ONCE int end_stale(__u64 key, __u32 kind)
{
	struct inode_entry *stale = inode_entry_of((struct inode *)key);

	count_loss(TMPFS_LOSS_STALE_INODES);
	if (!stale)
		return 0;
	end_entry(key, stale, kind, 0); /* of what kind it was nobody knows any more: as the one that is there now */
	delete_inode(key);
	return 0;
}

/*
 * A successful shmem_get_inode, with what it was given. flags: of the program, see USE_TABLE. Returns the superblock of a regular
 * file, 0 of another.
 */
static __always_inline struct super_block *on_inode_created(struct inode *inode, struct super_block *sb, umode_t mode,
							    int flags)
{
	struct cpu_cache *cache = current_cache(sb);
	__u64 key = (__u64)inode;
	__u32 kind, index, slot_and_flags;
	int error; /* int: before 6.4 the upper half of what a map operation returns is undefined */

	if ((flags & USE_TABLE) && (mode & S_IFMT) == S_IFREG && cache &&
	    enter_table(key, SLOT_AND_FLAGS(cache->slot, INODE_COUNTED | INODE_REGULAR), flags)) {
		COUNT_HOT(cache->slot, created_regular, 1);
		return sb;
	}
	kind = kind_of_mode(mode);
	index = cache ? cache->slot : find_slot(current_cgroup(), as_number(sb));
	slot_and_flags = SLOT_AND_FLAGS(index, INODE_COUNTED | (kind == TMPFS_KIND_REGULAR ? INODE_REGULAR : 0));
	error = insert_new_inode(key, slot_and_flags, flags);
	if (error == -EEXIST) {
		end_stale(as_number(inode), kind);
		error = insert_new_inode(key, slot_and_flags, flags);
	}
	if (error) {
		/* Not counted as created: it will be counted as "late", with its removal or at its first event. */
		count_loss(TMPFS_LOSS_INODES_FULL);
		return 0;
	}
	if (kind == TMPFS_KIND_REGULAR) {
		COUNT_HOT(index, created_regular, 1);
		return sb;
	}
	if (kind < TMPFS_KIND_MAX)
		COUNT(index, created[kind], 1);
	return 0;
}

/* shmem_tmpfile succeeded: its inode has been counted as a regular file. */
static __always_inline void on_tmpfile_created(struct inode *inode)
{
	struct inode_entry *entry = inode_entry_of(inode);

	if (!entry || !(entry->slot_and_flags & INODE_COUNTED))
		return;
	entry->slot_and_flags |= INODE_TMPFILE;
	COUNT(ENTRY_SLOT(entry), created[TMPFS_KIND_TMPFILE], 1);
}

/* An extra hard link takes an inode unit; it is the inode's owner's, whoever makes or removes it. */
static __always_inline void on_link(struct inode *inode, int added)
{
	struct inode_entry *entry = inode_entry_of(inode);

	if (!entry) /* entering now counts the links it has: after an added one, before a removed one */
		entry = enter_existing(inode, 0, 0, 0);
	else if (added)
		COUNT(ENTRY_SLOT(entry), created[TMPFS_KIND_LINK], 1);
	if (entry && !added)
		COUNT(ENTRY_SLOT(entry), removed[TMPFS_KIND_LINK], 1);
}

/* A regular file without pages, attributes, another cgroup's pages or an O_TMPFILE's second count. */
static __always_inline int is_plain(const struct inode_entry *entry)
{
	return !entry->pages && (__u8)entry->slot_and_flags == (INODE_COUNTED | INODE_REGULAR);
}

/* shmem_destroy_inode: its pages and attributes are gone from the kernel's books. */
static __always_inline void on_inode_destroyed(struct inode *inode, int typed)
{
	__u64 key = (__u64)inode;
	struct inode_cell *cell = cell_of(key);
	struct inode_entry *entry;
	__u32 kind;

	if (cell->inode == key && is_plain(&cell->entry) && FIELD(typed, inode, i_nlink) <= 1) {
		COUNT_HOT(ENTRY_SLOT(&cell->entry), removed_regular, 1);
		free_cell(cell);
		return;
	}
	entry = inode_entry_of(inode);
	if (entry && entry->slot_and_flags & INODE_REGULAR)
		kind = TMPFS_KIND_REGULAR;
	else
		kind = kind_of_mode(FIELD(typed, inode, i_mode));
	if (!entry) {
		/* It existed before the start and nothing ever touched it, or it found no room in "inodes". */
		__u32 index = unattributed_slot(READ(inode, i_sb));

		COUNT(index, late_inodes, 1);
		COUNT(index, removed[kind < TMPFS_KIND_MAX ? kind : 0], 1);
		return;
	}
	end_entry(key, entry, kind, FIELD(typed, inode, i_nlink));
	delete_inode(key);
}

#endif /* INODES_BPF_H */
