/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whose pages an inode has. As long as one cgroup was charged for all of them its entry says which, and nothing else is
 * kept. For the others ("shared", rare) "owners" holds the balance of every further cgroup; the first owner's is what
 * remains. A page that leaves the page cache tells its cgroup (a tracepoint) just before the books are lowered. Pages
 * freed without that hint were swapped out or are the first owner's: it gives them as far as it has any.
 */
#ifndef OWNERS_BPF_H
#define OWNERS_BPF_H

#include "inode_table.bpf.h"
#include "ledger.bpf.h"
#include "marks.bpf.h"

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

static __always_inline __u32 *filter_of(__u64 inode)
{
	return &shared_filter[address_hash(inode, SHARED_FILTER_BITS)];
}

static __noinline void account_other_owner(struct inode *inode, struct inode_entry *entry, __u32 pages)
{
	struct super_block *sb = READ(inode, i_sb);
	__u64 key = (__u64)inode, cgroup_id = current_cgroup();
	struct owners *others = bpf_map_lookup_elem(&owners, &key);
	__u32 i, slot = current_slot(sb);

	if (slot == ENTRY_SLOT(entry)) { /* the first owner under a new serial, or no row is left for either */
		COUNT(slot, allocated_pages, pages);
		return;
	}
	if (!others) {
		struct owners fresh = {};

		if (bpf_map_update_elem(&owners, &key, &fresh, BPF_NOEXIST) == 0) {
			__sync_fetch_and_add(filter_of(key), 1);
			__sync_fetch_and_add(&shared_inodes, 1);
		}
		entry->slot_and_flags |= INODE_SHARED;
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
	COUNT(ENTRY_SLOT(entry), allocated_pages, pages);
}

static __always_inline __s32 credit_free(struct owner *owner, __s32 left)
{
	__s32 take = owner->pages < left ? owner->pages : left;

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
static __always_inline void unaccount_shared(struct inode *inode, struct inode_entry *entry, __u32 pages, int locked)
{
	__u64 key = (__u64)inode;
	struct owners *others = bpf_map_lookup_elem(&owners, &key);
	__s32 left = pages, held = 0, take;
	__u32 i;

	if (!others) {
		COUNT(ENTRY_SLOT(entry), freed_pages, pages);
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
		COUNT(ENTRY_SLOT(entry), freed_pages, take);
		left -= take;
	}
	for (i = 0; i < EXTRA_OWNERS && left > 0 && others->extra[i].slot; i++)
		left -= credit_free(&others->extra[i], left);
	if (left > 0)
		COUNT(ENTRY_SLOT(entry), freed_pages, left);
}

static __noinline void unaccount_shared_locked(struct inode *inode, struct inode_entry *entry, __u32 pages)
{
	unaccount_shared(inode, entry, pages, 1);
}

static __noinline void unaccount_shared_racing(struct inode *inode, struct inode_entry *entry, __u32 pages)
{
	unaccount_shared(inode, entry, pages, 0);
}

/*
 * The end of a shared inode. No page is left, so no balance may be: frees on two CPUs at once can have been credited to one
 * owner's last pages. What is left over is moved to the first owner, who was credited that much too much or too little.
 */
VERIFIED_ONCE int settle_owners(__u64 key, __u32 first_slot)
{
	struct owners *others = bpf_map_lookup_elem(&owners, &key);
	__u32 i;

	if (!others)
		return 0;
	for (i = 0; i < EXTRA_OWNERS && others->extra[i].slot; i++) {
		__s32 pages = others->extra[i].pages;
		__u32 from = pages > 0 ? others->extra[i].slot : first_slot;
		__u32 to = pages > 0 ? first_slot : others->extra[i].slot;
		struct owner_claim claim = {.inode = key, .index = i};

		bpf_map_delete_elem(&owner_claims, &claim);
		if (!pages)
			continue;
		count_loss(TMPFS_LOSS_OWNERS_SETTLED);
		COUNT(from, freed_pages, pages > 0 ? pages : -pages);
		COUNT(to, allocated_pages, pages > 0 ? pages : -pages);
	}
	if (bpf_map_delete_elem(&owners, &key) == 0) {
		__sync_fetch_and_add(filter_of(key), -1);
		__sync_fetch_and_add(&shared_inodes, -1);
	}
	return 0;
}

static __noinline void note_removed_folio(struct folio *folio, __u64 inode)
{
	struct owners *others = bpf_map_lookup_elem(&owners, &inode);
	__u64 cgroup_id;
	__u32 i, pages;

	if (!others)
		return;
	if (has_mark() && was_never_booked(folio, (struct inode *)inode))
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

/*
 * A folio is leaving the page cache of any file system: remember whose pages of a shared inode go. The mapping of a tmpfs inode
 * is its own i_data; of others, what is computed here is some address that no inode of tmpfs has.
 */
static __always_inline void on_folio_removed(struct folio *folio, int typed)
{
	__u64 inode;

	if (!shared_inodes)
		return;
	inode = (__u64)folio_mapping(folio, typed) - bpf_core_field_offset(struct inode, i_data);
	if (*filter_of(inode))
		note_removed_folio(folio, inode);
}

#endif /* OWNERS_BPF_H */
