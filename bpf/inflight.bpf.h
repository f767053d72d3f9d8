/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Kprobes only: a return probe sees no arguments, so the entry probe leaves them here.
 *
 * A direct-mapped table by thread id (a handful of instructions), with a hash for the rare collision. Several levels,
 * because operations nest: a write may fault on its source buffer. A thread that begins while its last operation of that level
 * never returned has lost a return (kretprobe instances exhausted): counted.
 */
#ifndef INFLIGHT_BPF_H
#define INFLIGHT_BPF_H

#include "maps.bpf.h"

enum inflight_level {
	LEVEL_OPERATION,
	LEVEL_FAULT,
	LEVEL_MKNOD,
	LEVEL_MAX,
};

struct inflight {
	__u64 tid; /* 0: free */
	__u64 args[4];
};

/* A line of memory of its own: threads whose ids follow each other run on different CPUs. */
struct inflight_cell {
	struct inflight operation;
	__u64 pad[3];
};

/*
 * Made of 1 entry where fentry is used; LEVEL_MAX * (inflight_mask + 1) otherwise. User space does not map it: the flag makes the
 * entries begin on a page.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct inflight_cell);
} inflight SEC(".maps");

/* Key: tid << 2 | level. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct inflight);
} inflight_spill SEC(".maps");

static __always_inline struct inflight *inflight_at(enum inflight_level level, __u32 tid)
{
	__u32 index = level * (config.inflight_mask + 1) + (tid & config.inflight_mask);
	struct inflight_cell *cell = bpf_map_lookup_elem(&inflight, &index);

	return cell ? &cell->operation : 0;
}

static __always_inline void operation_begins(enum inflight_level level, __u64 a0, __u64 a1, __u64 a2, __u64 a3)
{
	__u64 tid = (__u32)bpf_get_current_pid_tgid(), key = tid << 2 | level, previous;
	struct inflight *entry = inflight_at(level, tid);
	struct inflight fresh = {.tid = tid, .args = {a0, a1, a2, a3}};

	if (!entry)
		return;
	previous = __sync_val_compare_and_swap(&entry->tid, 0, tid);
	if (previous == 0 || previous == tid) {
		if (previous == tid)
			count_loss(TMPFS_LOSS_RETURNS_MISSED);
		entry->args[0] = a0;
		entry->args[1] = a1;
		entry->args[2] = a2;
		entry->args[3] = a3;
		return;
	}
	if (bpf_map_update_elem(&inflight_spill, &key, &fresh, BPF_ANY))
		count_loss(TMPFS_LOSS_INFLIGHT_FULL);
}

/* Copies the arguments to *out; 0 when the operation began before the programs were attached. */
static __always_inline int operation_ends(enum inflight_level level, struct inflight *out)
{
	__u64 tid = (__u32)bpf_get_current_pid_tgid(), key = tid << 2 | level;
	struct inflight *entry = inflight_at(level, tid);

	if (entry && entry->tid == tid) {
		*out = *entry;
		entry->tid = 0;
		return 1;
	}
	entry = bpf_map_lookup_elem(&inflight_spill, &key);
	if (!entry)
		return 0;
	*out = *entry;
	bpf_map_delete_elem(&inflight_spill, &key);
	return 1;
}

/* The arguments were not needed. */
static __always_inline void operation_over(enum inflight_level level)
{
	__u64 tid = (__u32)bpf_get_current_pid_tgid(), key = tid << 2 | level;
	struct inflight *entry = inflight_at(level, tid);

	if (entry && entry->tid == tid)
		entry->tid = 0;
	else if (entry && entry->tid)
		bpf_map_delete_elem(&inflight_spill, &key);
}

#endif /* INFLIGHT_BPF_H */
