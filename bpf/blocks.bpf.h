/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Blocks of the superblock, in pages: +n to the cgroup of the current task, which is the one that is charged but where one
 * task makes pages in the memory of another; -n to the cgroup that had them.
 */
#ifndef BLOCKS_BPF_H
#define BLOCKS_BPF_H

#include "inodes.bpf.h"

static __always_inline void add_blocks(struct inode *inode, struct inode_entry *entry, long pages)
{
	struct tmpfs_cpu_line *line;
	struct tmpfs_slot *slot;
	__u32 index;

	drop_mark();
	__sync_fetch_and_add(&entry->pages, pages);
	index = ENTRY_SLOT(entry);
	slot = slot_at(index);
	if (!slot || (current_cgroup_serial() != slot->cgroup_serial && !current_is_kthread())) {
		account_other_owner(inode, entry, pages);
		return;
	}
	line = line_of(index);
	if (line)
		line->allocated_pages += pages;
}

static __always_inline void on_blocks_accounted(struct inode *inode, long pages)
{
	struct inode_entry *entry = inode_entry_of(inode);

	if (!entry)
		entry = enter_existing(inode, pages, 0, 0);
	if (entry) {
		add_blocks(inode, entry, pages);
		return;
	}
	drop_mark();
	COUNT(unattributed_slot(READ(inode, i_sb)), allocated_pages, pages);
}

/* locked: by info->lock, in the caller; a compile-time constant. */
static __always_inline void take_blocks(struct inode *inode, struct inode_entry *entry, long pages, int locked)
{
	__u32 slot_and_flags;

	__sync_fetch_and_add(&entry->pages, -pages);
	slot_and_flags = entry->slot_and_flags;
	if ((slot_and_flags & INODE_SHARED) && locked)
		unaccount_shared_locked(inode, entry, pages);
	else if (slot_and_flags & INODE_SHARED)
		unaccount_shared_racing(inode, entry, pages);
	else
		COUNT_HOT(slot_and_flags >> INODE_FLAG_BITS, freed_pages, pages);
}

static __always_inline void on_blocks_unaccounted(struct inode *inode, long pages)
{
	struct inode_entry *entry = inode_entry_of(inode);

	if (!entry)
		entry = enter_existing(inode, pages, 1, 0);
	if (entry)
		take_blocks(inode, entry, pages, 0);
	else
		COUNT(unattributed_slot(READ(inode, i_sb)), freed_pages, pages);
}

/* info->alloced: every change of it changes i_blocks alike, under info->lock (up to 6.5). The verifier knows only i_blocks' type. */
static __always_inline __u32 mirrored_pages(struct inode *inode, int typed)
{
	return FIELD(typed, inode, i_blocks) >> PAGE_SECTORS_SHIFT;
}

/*
 * Up to 6.5: shmem_recalc_inode runs under info->lock, entered after alloced was raised and left after it was lowered.
 * One call may do both, so both sides look.
 */
static __always_inline void on_recalc_begin(struct inode *inode, int typed)
{
	struct inode_entry *entry = inode_entry_of(inode);
	__u32 alloced;
	__s32 grown;

	if (!entry) {
		enter_existing(inode, 0, 0, 0);
		return;
	}
	alloced = mirrored_pages(inode, typed);
	grown = alloced - entry->pages;
	if (grown > 0)
		add_blocks(inode, entry, grown);
}

static __always_inline void on_recalc_end(struct inode *inode, int typed)
{
	struct inode_entry *entry = inode_entry_of(inode);
	__u32 alloced;
	__s32 shrunk;

	if (!entry)
		return;
	alloced = mirrored_pages(inode, typed);
	shrunk = entry->pages - alloced;
	if (shrunk > 0)
		take_blocks(inode, entry, shrunk, 1);
}

#endif /* BLOCKS_BPF_H */
