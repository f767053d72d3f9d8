/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where an inode's entry is kept: in a table, at the cell that its address hashes to, or, where another live inode has that
 * cell, in the hash map "inodes". The table costs a dozen instructions where the map costs a hundred to look up and three
 * hundred to insert or delete.
 *
 * Only an inode that has just been made enters the table. Nobody else knows it yet: no two CPUs can enter it at once, and
 * it is never in both. One that existed before the start enters the map, whose insert is the claim (BPF_NOEXIST).
 */
#ifndef INODE_TABLE_BPF_H
#define INODE_TABLE_BPF_H

#include "compat.bpf.h"

#define INODE_TABLE_BITS 16

struct inode_cell {
	__u64 inode; /* address, 0: free */
	struct inode_entry entry;
};

/* Aligned, so that no cell lies in two lines of memory, nor in one that is for something else. */
static struct inode_cell inode_table[1 << INODE_TABLE_BITS] __attribute__((aligned(64)));

/* Of its lower half: the verifier lets a pointer's lower half be taken as a number, and nothing else be calculated from it. */
static __always_inline __u32 address_hash(__u64 address, int bits)
{
	__u32 low;

	asm volatile("%0 = %1" : "=w"(low) : "w"((__u32)address));
	return low * 0x9e3779b1u >> (32 - bits);
}

static __always_inline struct inode_cell *cell_of(__u64 inode)
{
	struct inode_cell *cell = &inode_table[address_hash(inode, INODE_TABLE_BITS)];

	KEEP(cell);
	return cell;
}

static __always_inline struct inode_entry *inode_entry_of(struct inode *inode)
{
	__u64 key = (__u64)inode;
	struct inode_cell *cell = cell_of(key);

	if (cell->inode == key)
		return &cell->entry;
	return bpf_map_lookup_elem(&inodes, &key);
}

/*
 * Of the program that enters new inodes; compile-time constants. The table: not before 5.12, where kernels do not know
 * compare-and-swap. Ends can be missed by kprobes: a skipped program leaves an entry behind.
 */
#define USE_TABLE 1
#define ENDS_CAN_BE_MISSED 2

/*
 * 1: entered. 0: its cell is taken, or an entry is there, left by an inode at the same address whose end was missed. flags: of the
 * program.
 */
static __always_inline int enter_table(__u64 key, __u32 slot_and_flags, int flags)
{
	struct inode_cell *cell = cell_of(key);

	if (cell->inode || ((flags & ENDS_CAN_BE_MISSED) && bpf_map_lookup_elem(&inodes, &key)))
		return 0;
	if (__sync_val_compare_and_swap(&cell->inode, 0, key))
		return 0;
	cell->entry.pages = 0;
	cell->entry.slot_and_flags = slot_and_flags;
	return 1;
}

/* -EEXIST: as above, an entry is there. */
static __always_inline int insert_new_inode(__u64 key, __u32 slot_and_flags, int flags)
{
	struct inode_entry entry = {.slot_and_flags = slot_and_flags};

	if (flags & USE_TABLE) {
		if (enter_table(key, slot_and_flags, flags))
			return 0;
		if (cell_of(key)->inode == key)
			return -EEXIST;
	}
	return bpf_map_update_elem(&inodes, &key, &entry, BPF_NOEXIST);
}

static __always_inline void free_cell(struct inode_cell *cell)
{
	barrier(); /* from then on the cell may be another inode's */
	cell->inode = 0;
}

static __always_inline void delete_inode(__u64 key)
{
	struct inode_cell *cell = cell_of(key);

	if (cell->inode != key) {
		bpf_map_delete_elem(&inodes, &key);
		return;
	}
	free_cell(cell);
}

#endif /* INODE_TABLE_BPF_H */
