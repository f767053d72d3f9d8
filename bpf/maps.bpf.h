/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every map and every global of the exact mode.
 *
 * User space reads counters through mmap and never by system call: a bpf(2) map operation raises bpf_prog_active on its
 * CPU, and on a preemptible kernel every kprobe program that fires there meanwhile is skipped. For the same reason
 * whatever user space wants changed at run time is changed by a program of ours that it runs (control.bpf.h).
 */
#ifndef MAPS_BPF_H
#define MAPS_BPF_H

#include "kernel_types.h"
#include "tmpfs_abi.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* See struct tmpfs_config. */
const volatile struct tmpfs_config config = {};

/* In a map of its own, where a later user space finds it whatever the other globals are. */
struct tmpfs_common common SEC(".data.common") __attribute__((aligned(64))) = {};
/*
 * Raised when a superblock ends, a slot is retired, and once more when it is given back: what per-CPU caches hold is void, and
 * lines look up their slot's generation anew.
 */
__u64 cache_epoch;
/* How many inodes "owners" holds, and how many marks there are, of these in the map: 0 lets the hot path skip the look-up. */
__u64 shared_inodes;
__u64 live_marks;
__u64 spilled_marks;
/* The same of "owners" by hash of the inode's address: a page of any other inode is told by one load. */
#define SHARED_FILTER_BITS 12
__u32 shared_filter[1 << SHARED_FILTER_BITS];

/*
 * The last (cgroup, superblock) seen by each CPU and its slot. Kprobe programs run with preemption off; fentry programs are
 * chosen only where nothing preempts them.
 */
#define CACHE_CPUS 256
struct cpu_cache {
	__u64 cgroup_serial;
	__u64 sb;
	__u64 epoch;
	__u32 slot;
	__u32 pad;
	struct inode *recalculated; /* see k_recalc_e */
} __attribute__((aligned(64)));
static struct cpu_cache cpu_caches[CACHE_CPUS];

/*
 * What changes with every file, page and write, added up on each CPU: no line of memory is written by two CPUs on the hot path,
 * and no add is atomic. TMPFS_CPU_LINES a CPU. A line takes over another slot by adding what it holds to the slot it had. Writer:
 * its CPU alone. Reader: user space through mmap.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tmpfs_cpu_line);
} cpu_lines SEC(".maps");

/*
 * The counters. Writer: every program, with atomic adds. Reader: user space through mmap. Index: taken from
 * "free_slots". Slot 0 belongs to superblock row 0: whatever found no row. When full: see LOSS_SLOTS_FULL.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 24576);
	__type(key, __u32);
	__type(value, struct tmpfs_slot);
} slots SEC(".maps");

/* Superblocks seen, 0 is reserved. Writer: programs, rarely. Reader: user space through mmap. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct tmpfs_sb_row);
} sb_rows SEC(".maps");

/* Indices not in use; filled by user space before attach. A queue, so that an index rests as long as possible. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 24576);
	__type(value, __u32);
} free_slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 8192);
	__type(value, __u32);
} free_sb_rows SEC(".maps");

struct slot_key {
	__u64 cgroup_id;
	__u32 sb_row;
	__u32 pad;
};

/* (cgroup, superblock row) -> slot. Same size as "slots". */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 24576);
	__type(key, struct slot_key);
	__type(value, __u32);
} slot_index SEC(".maps");

/* Address of a live superblock -> row; removed by put_super, because addresses come again. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, __u32);
} sb_index SEC(".maps");

#define INODE_SHARED 1 /* more than one cgroup was charged: see "owners" */
#define INODE_TMPFILE 2
#define INODE_COUNTED 4 /* its creation was counted in created[], not in seeded or late */
#define INODE_XATTRS 8 /* has an entry in "xattrs" */
#define INODE_REGULAR 16 /* a regular file, seen when it was made: not set of all that are */
#define INODE_FLAG_BITS 8

/* Small, because there is one for each live inode: with 8 bytes a map element is one of 64. */
struct inode_entry {
	__u32 pages; /* in the ledger; up to 6.5 also info->alloced as we last saw it */
	__u32 slot_and_flags; /* the slot is the first owner's */
};

#define ENTRY_SLOT(entry) ((entry)->slot_and_flags >> INODE_FLAG_BITS)
#define SLOT_AND_FLAGS(slot, flags) ((slot) << INODE_FLAG_BITS | (flags))

/*
 * One entry a live inode that is not in the table (inode_table.bpf.h), keyed by its address, from creation (or first sight) to
 * shmem_destroy_inode. Allocated as needed. When full: see LOSS_INODES_FULL; up to 6.5 the pages of what found no room are not
 * counted.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1048576);
	__type(key, __u64);
	__type(value, struct inode_entry);
} inodes SEC(".maps");

/*
 * Bytes of the inode budget that the extended attributes of an inode take, for those that have any; 6.6 and later. A quarter of
 * the size of "inodes". When full: see LOSS_XATTRS_UNCOUNTED.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 262144);
	__type(key, __u64);
	__type(value, __u64);
} xattrs SEC(".maps");

#define EXTRA_OWNERS 6
struct owner {
	__u64 cgroup_id;
	__u32 slot;
	__s32 pages;
	__s32 hinted; /* pages seen leaving the page cache, not yet seen leaving the books */
	__s32 pad;
};

struct owners {
	struct owner extra[EXTRA_OWNERS];
};

/* Further owners of an inode that several cgroups were charged for. Rare. When full: see LOSS_OWNERS_FULL. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct owners);
} owners SEC(".maps");

struct owner_claim {
	__u64 inode;
	__u64 index; /* into owners.extra */
};

/* Which cgroup an entry of owners.extra is for; the insert is the claim, as 5.10 has no compare-and-swap. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 131072);
	__type(key, struct owner_claim);
	__type(value, __u64);
} owner_claims SEC(".maps");

/* Threads whose last block allocation was refused by the superblock and not yet reported. Key: tid. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, __u64);
} marks SEC(".maps");

/* The last fault refused in kernel mode, by tid: see is_second_try. */
struct kernel_fault {
	__u64 page;
	__u64 call; /* which system call: its identity, or its number where it populates */
	__u64 place; /* what tells its further tries from the next call */
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct kernel_fault);
} kernel_faults SEC(".maps");

/* Details of refusals. When full: see LOSS_RING_FULL. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024);
} events SEC(".maps");

/* Names of files made and removed, read with each sample. When full: the rest is not told, but counted. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 512 * 1024);
} files SEC(".maps");

static __always_inline void count_loss(enum tmpfs_loss loss)
{
	__sync_fetch_and_add(&common.losses[loss], 1);
}

#endif /* MAPS_BPF_H */
