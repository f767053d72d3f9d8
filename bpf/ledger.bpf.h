/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where counts go: (cgroup, superblock) -> slot, and the adds: to a line of this CPU, or to the slot what is rare. */
#ifndef LEDGER_BPF_H
#define LEDGER_BPF_H

#include "compat.bpf.h"

#define ADD(field, n) __sync_fetch_and_add(&(field), (n))

static __always_inline struct tmpfs_slot *slot_at(__u32 index)
{
	return bpf_map_lookup_elem(&slots, &index);
}

/* Takes an unused slot and labels it. Returns 0 (the slot of no superblock) when none is left. */
static __always_inline __u32 new_slot(__u64 cgroup_id, __u32 sb_row)
{
	struct tmpfs_slot *slot;
	__u32 index;

	if (bpf_map_pop_elem(&free_slots, &index))
		return 0;
	slot = slot_at(index);
	if (!slot)
		return 0;
	slot->cgroup_id = cgroup_id;
	slot->cgroup_serial = 0; /* of its last owner, who may live on */
	slot->sb_row = sb_row;
	slot->first_seen_ns = bpf_ktime_get_ns();
	slot->cgroup_name[0] = 0;
	if (cgroup_id != TMPFS_CGROUP_NONE) {
		struct task_struct *task = (void *)bpf_get_current_task();
		struct cgroup_subsys_state *css = config.use_memcg_identity ? task_memory_css(task) : 0;
		struct cgroup *cgroup = css ? READ(css, cgroup) : READ(task, cgroups, dfl_cgrp);

		bpf_probe_read_kernel_str(slot->cgroup_name, sizeof(slot->cgroup_name), READ(cgroup, kn, name));
	}
	slot->in_use = TMPFS_SLOT_USED;
	return index;
}

/* The superblock's row, made on first sight; 0 when there is no row left. */
VERIFIED_ONCE __u32 sb_row_of(__u64 key)
{
	struct super_block *sb = (void *)key;
	__u32 *known = bpf_map_lookup_elem(&sb_index, &key), index;
	struct tmpfs_sb_row *row;
	char type[4] = {};

	if (known)
		return *known;
	if (bpf_map_pop_elem(&free_sb_rows, &index))
		goto full;
	row = bpf_map_lookup_elem(&sb_rows, &index);
	if (!row)
		goto full;
	row->unattributed_slot = new_slot(TMPFS_CGROUP_NONE, index);
	if (!row->unattributed_slot) {
		bpf_map_push_elem(&free_sb_rows, &index, 0);
		goto full;
	}
	row->sb = key;
	row->kernel_dev = READ(sb, s_dev);
	row->first_seen_ns = bpf_ktime_get_ns();
	row->died_ns = 0;
	row->flags = 0;
	bpf_probe_read_kernel_str(type, sizeof(type), READ(sb, s_type, name));
	if (type[0] == 'd') /* devtmpfs; every other user of shmem is "tmpfs" */
		row->flags |= TMPFS_SB_DEVTMPFS;
	else if (READ(sb, s_flags) & SB_KERNMOUNT)
		row->flags |= TMPFS_SB_INTERNAL;
	row->in_use = 1;
	if (bpf_map_update_elem(&sb_index, &key, &index, BPF_NOEXIST) == 0)
		return index;

	/* another CPU was first: give ours back */
	row->in_use = 0;
	known = bpf_map_lookup_elem(&sb_index, &key);
	{
		struct tmpfs_slot *slot = slot_at(row->unattributed_slot);
		__u32 unused = row->unattributed_slot;

		if (slot)
			slot->in_use = TMPFS_SLOT_FREE;
		bpf_map_push_elem(&free_slots, &unused, 0);
		bpf_map_push_elem(&free_sb_rows, &index, 0);
	}
	if (known)
		return *known;
full:
	count_loss(TMPFS_LOSS_SBS_FULL);
	return 0;
}

static __always_inline __u32 unattributed_slot_of_row(__u32 sb_row)
{
	struct tmpfs_sb_row *row = bpf_map_lookup_elem(&sb_rows, &sb_row);

	return row ? row->unattributed_slot : 0;
}

VERIFIED_ONCE __u32 find_slot(__u64 cgroup_id, __u64 sb)
{
	struct slot_key key = {.cgroup_id = cgroup_id, .sb_row = sb_row_of(sb)};
	__u32 *known, index, rest;

	rest = unattributed_slot_of_row(key.sb_row);
	if (!key.sb_row || cgroup_id == TMPFS_CGROUP_NONE)
		return rest;
	known = bpf_map_lookup_elem(&slot_index, &key);
	if (known)
		return *known;
	index = new_slot(cgroup_id, key.sb_row);
	if (!index) {
		count_loss(TMPFS_LOSS_SLOTS_FULL);
		return rest;
	}
	if (bpf_map_update_elem(&slot_index, &key, &index, BPF_NOEXIST) == 0)
		return index;
	known = bpf_map_lookup_elem(&slot_index, &key);
	if (known) {
		struct tmpfs_slot *slot = slot_at(index);

		if (slot)
			slot->in_use = TMPFS_SLOT_FREE;
		bpf_map_push_elem(&free_slots, &index, 0);
		return *known;
	}
	count_loss(TMPFS_LOSS_SLOTS_FULL);
	return rest;
}

VERIFIED_ONCE int fill_cache(__u32 cpu, __u64 sb, __u64 serial)
{
	struct cpu_cache *cache = &cpu_caches[cpu % CACHE_CPUS];
	__u64 epoch = *(volatile __u64 *)&cache_epoch; /* before the look-up: what is retired meanwhile must not stay */
	__u64 cgroup_id = current_cgroup();
	__u32 index = find_slot(cgroup_id, sb);
	struct tmpfs_slot *slot = slot_at(index);

	if (!slot)
		return 0;
	if (slot->cgroup_id == cgroup_id)
		slot->cgroup_serial = serial;
	cache->epoch = epoch;
	cache->cgroup_serial = serial;
	cache->sb = sb;
	cache->slot = index;
	return 1;
}

/* The current cgroup's slot of the superblock, as this CPU found it last; 0: there is none to keep it in. */
static __always_inline struct cpu_cache *cache_of(struct super_block *sb, __u64 serial)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct cpu_cache *cache;

	if (cpu >= CACHE_CPUS)
		return 0;
	cache = &cpu_caches[cpu];
	KEEP(cache);
	if (cache->cgroup_serial == serial && cache->sb == (__u64)sb && cache->epoch == *(volatile __u64 *)&cache_epoch)
		return cache;
	return fill_cache(cpu, as_number(sb), serial) ? cache : 0;
}

static __always_inline struct cpu_cache *current_cache(struct super_block *sb)
{
	return cache_of(sb, current_cgroup_serial());
}

/* For what is rare. */
VERIFIED_ONCE __u64 rare_cgroup_serial(void)
{
	return current_cgroup_serial();
}

static __always_inline __u32 current_slot(struct super_block *sb)
{
	struct cpu_cache *cache = cache_of(sb, rare_cgroup_serial());

	return cache ? cache->slot : find_slot(current_cgroup(), as_number(sb));
}

static __always_inline __u32 unattributed_slot(struct super_block *sb)
{
	return find_slot(TMPFS_CGROUP_NONE, as_number(sb));
}

#define COUNT(index, field, n)                                                                                         \
	({                                                                                                             \
		struct tmpfs_slot *slot__ = slot_at(index);                                                            \
		if (slot__)                                                                                            \
			ADD(slot__->counters.field, (n));                                                              \
	})

static __always_inline void move_to_slot(__u64 *field, __u64 *counter)
{
	if (*field)
		ADD(*counter, *field);
	*(volatile __u64 *)field = 0;
}

/*
 * The line is another slot's, or a slot has been retired or given back since it was used last. It is taken from the slot it had;
 * what it holds for one that was given back has been folded: it is dropped. 0: there is no such slot.
 */
static __noinline int take_line(struct tmpfs_cpu_line *line, __u32 index)
{
	__u64 epoch = *(volatile __u64 *)&cache_epoch; /* read first, as it is raised after the generation */
	struct tmpfs_slot *previous = slot_at(line->slot), *slot = slot_at(index);
	__u32 generation;

	if (!slot)
		return 0;
	generation = *(volatile __u32 *)&slot->generation;
	if (line->slot == index && line->generation == generation) {
		line->epoch = epoch;
		return 1;
	}
	if (previous && previous->generation == line->generation) {
		ADD(previous->moves_begun, 1);
		move_to_slot(&line->allocated_pages, &previous->counters.allocated_pages);
		move_to_slot(&line->freed_pages, &previous->counters.freed_pages);
		move_to_slot(&line->written_bytes, &previous->counters.written_bytes);
		move_to_slot(&line->write_calls, &previous->counters.write_calls);
		move_to_slot(&line->created_regular, &previous->counters.created[TMPFS_KIND_REGULAR]);
		move_to_slot(&line->removed_regular, &previous->counters.removed[TMPFS_KIND_REGULAR]);
		ADD(previous->moves_ended, 1);
	} else {
		__builtin_memset(line, 0, sizeof(*line));
	}
	line->slot = index;
	line->generation = generation;
	line->epoch = epoch;
	return 1;
}

/* This CPU's line for a slot. No other program runs on this CPU before ours is done: see cpu_caches. */
static __always_inline struct tmpfs_cpu_line *line_of(__u32 index)
{
	__u32 at = bpf_get_smp_processor_id() * TMPFS_CPU_LINES + index % TMPFS_CPU_LINES;
	struct tmpfs_cpu_line *line = bpf_map_lookup_elem(&cpu_lines, &at);

	if (!line || (line->slot == index && line->epoch == *(volatile __u64 *)&cache_epoch))
		return line;
	return take_line(line, index) ? line : 0;
}

/* The line of the current cgroup's slot. */
static __always_inline struct tmpfs_cpu_line *current_line(struct super_block *sb)
{
	struct cpu_cache *cache = current_cache(sb);

	return line_of(cache ? cache->slot : find_slot(current_cgroup(), as_number(sb)));
}

/* For what is counted with every file, page or write. */
#define COUNT_HOT(index, field, n)                                                                                     \
	({                                                                                                             \
		struct tmpfs_cpu_line *line__ = line_of(index);                                                        \
		if (line__)                                                                                            \
			line__->field += (n);                                                                          \
	})

#define NS_PER_SECOND 1000000000ULL

/* May the details of one more refusal be told? If not, it is counted as held back. cause is a valid one. */
static __always_inline int may_tell(struct tmpfs_slot *slot, __u32 cause, __u64 now)
{
	if (now - slot->window_start_ns[cause] > NS_PER_SECOND) {
		slot->window_start_ns[cause] = now;
		slot->window_events[cause] = 0;
	}
	if (slot->window_events[cause] >= config.events_per_second) {
		ADD(slot->counters.events_held[cause], 1);
		return 0;
	}
	slot->window_events[cause]++;
	return 1;
}

#endif /* LEDGER_BPF_H */
