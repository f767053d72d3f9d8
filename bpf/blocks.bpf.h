/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Pages: +n to the cgroup that is charged, -n to the cgroup that was.
 *
 * As long as one cgroup was charged for all pages of an inode its entry says which, and nothing else is kept. For the
 * others ("shared", rare) "owners" holds the balance of every further cgroup; the first owner's is what remains. A page
 * that leaves the page cache tells its cgroup (unaccount hook) just before the books are lowered. Pages freed without that
 * hint were swapped out or are the first owner's: it gives them as far as it has any.
 */
#ifndef BLOCKS_BPF_H
#define BLOCKS_BPF_H

#include "inodes.bpf.h"

/* Is this entry the cgroup's, or free and now claimed for it? */
static __always_inline int is_owner(struct owner *owner, __u64 inode, __u32 index, __u64 cgroup_id)
{
	struct owner_claim claim = {.inode = inode, .index = index};
	__u64 *claimed;

	if (owner->slot)
		return owner->cgroup_id == cgroup_id;
	if (bpf_map_update_elem(&owner_claims, &claim, &cgroup_id, BPF_NOEXIST) == 0)
		return 1;
	claimed = bpf_map_lookup_elem(&owner_claims, &claim);
	return claimed && *claimed == cgroup_id;
}

static __noinline void charge_other_owner(struct inode *inode, struct inode_entry *entry, __u64 cgroup_id, __u32 pages)
{
	struct super_block *sb = READ(inode, i_sb);
	__u64 key = (__u64)inode;
	struct owners *others = bpf_map_lookup_elem(&owners, &key);
	__u32 i, slot = slot_of(cgroup_id, sb);

	if (!others) {
		struct owners fresh = {};

		if (bpf_map_update_elem(&owners, &key, &fresh, BPF_NOEXIST) == 0)
			__sync_fetch_and_add(&shared_inodes, 1);
		entry->flags |= INODE_SHARED;
		others = bpf_map_lookup_elem(&owners, &key);
	}
	for (i = 0; others && i < EXTRA_OWNERS; i++) {
		struct owner *owner = &others->extra[i];

		if (!is_owner(owner, key, i, cgroup_id))
			continue;
		owner->cgroup_id = cgroup_id;
		owner->slot = slot;
		__sync_fetch_and_add(&owner->pages, pages);
		COUNT(slot, allocated_pages, pages);
		return;
	}
	/* Allocation and free stay on one row, the first owner's: the total is exact, the attribution is not. */
	count_loss(TMPFS_LOSS_OWNERS_FULL);
	COUNT(entry->slot, allocated_pages, pages);
}

/* The kernel's second try succeeded after all: nobody was refused. */
static __always_inline void drop_mark(void)
{
	__u32 tid = bpf_get_current_pid_tgid();

	if (bpf_map_delete_elem(&marks, &tid) == 0)
		__sync_fetch_and_add(&live_marks, -1);
}

static __always_inline void on_pages_charged(struct inode *inode, long pages)
{
	struct inode_entry *entry = inode_entry_of(inode);
	__u64 cgroup_id;

	if (live_marks)
		drop_mark();
	if (!entry)
		entry = enter_existing(inode, pages, 0, 0);
	if (!entry) {
		COUNT(unattributed_slot(READ(inode, i_sb)), allocated_pages, pages);
		return;
	}
	__sync_fetch_and_add(&entry->pages, pages);
	cgroup_id = current_cgroup();
	if (cgroup_id == entry->cgroup_id || current_is_kthread())
		COUNT(entry->slot, allocated_pages, pages);
	else
		charge_other_owner(inode, entry, cgroup_id, pages);
}

static __always_inline __s32 credit_free(struct owner *owner, __s32 most, __s32 left)
{
	__s32 take = owner->pages < left ? owner->pages : left;

	if (take > most)
		take = most;
	if (take <= 0)
		return 0;
	__sync_fetch_and_add(&owner->pages, -take);
	COUNT(owner->slot, freed_pages, take);
	return take;
}

/*
 * How many pages the owner's hints account for, taken from them. Since 6.6 two CPUs may be here for one inode; before, the
 * caller holds info->lock (and 5.10 knows no compare-and-swap).
 */
static __always_inline __s32 take_hints(struct owner *owner, __s32 left, int locked)
{
	__s32 hinted, take;
	int try;

	for (try = 0; try < 4; try++) {
		hinted = *(volatile __s32 *)&owner->hinted;
		take = hinted < left ? hinted : left;
		if (take > owner->pages)
			take = owner->pages;
		if (take <= 0)
			return 0;
		if (locked) {
			owner->hinted = hinted - take;
			return take;
		}
		if (__sync_val_compare_and_swap(&owner->hinted, hinted, hinted - take) == hinted)
			return take;
	}
	return 0;
}

/* entry->pages has been lowered. Nobody gives more than it has: hints first, then the first owner, then anybody. */
static __always_inline void uncharge_shared(struct inode *inode, struct inode_entry *entry, __u32 pages, int locked)
{
	__u64 key = (__u64)inode;
	struct owners *others = bpf_map_lookup_elem(&owners, &key);
	__s32 left = pages, held = 0, take;
	__u32 i;

	if (!others) {
		COUNT(entry->slot, freed_pages, pages);
		return;
	}
	for (i = 0; i < EXTRA_OWNERS && others->extra[i].slot; i++) {
		struct owner *owner = &others->extra[i];

		take = take_hints(owner, left, locked);
		if (take > 0) {
			__sync_fetch_and_add(&owner->pages, -take);
			COUNT(owner->slot, freed_pages, take);
			left -= take;
		}
		held += owner->pages;
	}
	take = (__s32)entry->pages + left - held; /* what the first owner has */
	if (take > left)
		take = left;
	if (take > 0) {
		COUNT(entry->slot, freed_pages, take);
		left -= take;
	}
	for (i = 0; i < EXTRA_OWNERS && left > 0 && others->extra[i].slot; i++)
		left -= credit_free(&others->extra[i], left, left);
	if (left > 0)
		COUNT(entry->slot, freed_pages, left);
}

static __noinline void uncharge_shared_locked(struct inode *inode, struct inode_entry *entry, __u32 pages)
{
	uncharge_shared(inode, entry, pages, 1);
}

static __noinline void uncharge_shared_racing(struct inode *inode, struct inode_entry *entry, __u32 pages)
{
	uncharge_shared(inode, entry, pages, 0);
}

/* locked: by info->lock, in the caller; a compile-time constant. */
static __always_inline void on_pages_uncharged(struct inode *inode, long pages, int locked)
{
	struct inode_entry *entry = inode_entry_of(inode);

	if (!entry)
		entry = enter_existing(inode, pages, 1, 0);
	if (!entry) {
		COUNT(unattributed_slot(READ(inode, i_sb)), freed_pages, pages);
		return;
	}
	__sync_fetch_and_add(&entry->pages, -pages);
	if ((entry->flags & INODE_SHARED) && locked)
		uncharge_shared_locked(inode, entry, pages);
	else if (entry->flags & INODE_SHARED)
		uncharge_shared_racing(inode, entry, pages);
	else
		COUNT(entry->slot, freed_pages, pages);
}

/*
 * Up to 6.5: shmem_recalc_inode runs under info->lock, entered after alloced was raised and left after it was lowered.
 * One call may do both, so both sides look.
 */
static __always_inline void on_recalc_begin(struct inode *inode)
{
	struct inode_entry *entry = inode_entry_of(inode);
	__u32 alloced;
	__s32 grown;

	if (!entry) {
		enter_existing(inode, 0, 0, 0);
		return;
	}
	alloced = READ(shmem_info(inode), alloced);
	grown = alloced - entry->pages;
	if (grown > 0)
		on_pages_charged(inode, grown);
}

static __always_inline void on_recalc_end(struct inode *inode)
{
	struct inode_entry *entry = inode_entry_of(inode);
	__u32 alloced;
	__s32 shrunk;

	if (!entry)
		return;
	alloced = READ(shmem_info(inode), alloced);
	shrunk = entry->pages - alloced;
	if (shrunk > 0)
		on_pages_uncharged(inode, shrunk, 1);
}

/*
 * Since 6.6 a folio enters the page cache before its blocks are asked for and leaves it when they are refused. It was never
 * in the books: nothing was written to it yet, and the file has more pages than blocks. (What a refused fallocate gives
 * back is empty, too, but was booked.)
 */
static __always_inline int was_never_booked(struct folio *folio, struct inode *inode)
{
	struct shmem_inode_info *info = shmem_info(inode);

	if (folio_is_uptodate(folio))
		return 0;
	return READ(inode, i_mapping, nrpages) + READ(info, swapped) > READ(info, alloced);
}

/* A folio is leaving the page cache of any file system: remember whose pages of a shared inode go. */
static __always_inline void on_folio_removed(struct folio *folio)
{
	struct owners *others;
	struct inode *inode;
	__u64 key, cgroup_id;
	__u32 i, pages, tid;

	if (!shared_inodes)
		return;
	inode = folio_inode(folio);
	key = (__u64)inode;
	others = bpf_map_lookup_elem(&owners, &key);
	if (!others)
		return;
	tid = bpf_get_current_pid_tgid();
	if (live_marks && bpf_map_lookup_elem(&marks, &tid) && was_never_booked(folio, inode))
		return;
	pages = folio_pages(folio);
	cgroup_id = folio_cgroup(folio);
	for (i = 0; i < EXTRA_OWNERS && others->extra[i].slot; i++) {
		if (others->extra[i].cgroup_id == cgroup_id) {
			__sync_fetch_and_add(&others->extra[i].hinted, pages);
			return;
		}
	}
}

#endif /* BLOCKS_BPF_H */
