/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ledger as the "syscall" mode uses it: superblocks that end unseen, cgroups that are not the current task's, and
 * whether a superblock is full.
 */
#ifndef SYSCALL_BOOKS_BPF_H
#define SYSCALL_BOOKS_BPF_H

#include "syscall_files.bpf.h"

/* How far each CPU's copy of per-CPU memory lies from its handle; 0: not known. Learnt by c_learn_cpu. */
#define MOST_CPUS 256
__u64 cpu_offsets[MOST_CPUS];
__u32 cpu_count;
/* The tool's own root directory. */
__u64 own_root_mount;
__u64 own_root_dentry;

typedef struct {
	int counter;
} atomic_int_t;

typedef struct {
	__u8 b[16];
} uuid_t;

struct super_block___identity {
	uuid_t s_uuid;
	atomic_int_t s_active;
} KERNEL_STRUCT;

struct percpu_counter___cpus {
	__s32 *counters;
} KERNEL_STRUCT;

/* Row -> half of the superblock's random uuid. Nothing tells when a superblock ends and its address comes again. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, __u64);
} sb_uuids SEC(".maps");

static __always_inline void count_syscall_loss(enum syscall_loss loss)
{
	__sync_fetch_and_add(&common.syscall_losses[loss], 1);
}

static __always_inline __u64 uuid_of(struct super_block *sb)
{
	__u64 uuid = 0;

	bpf_probe_read_kernel(&uuid, sizeof(uuid),
			      (void *)sb + bpf_core_field_offset(struct super_block___identity, s_uuid));
	return uuid;
}

static __noinline int end_superblock(__u64 sb, __u32 index)
{
	struct tmpfs_sb_row *row = bpf_map_lookup_elem(&sb_rows, &index);

	if (!row)
		return 0;
	if (bpf_map_delete_elem(&sb_index, &sb))
		return 0; /* another CPU was first */
	__sync_fetch_and_add(&cache_epoch, 1);
	row->died_ns = bpf_ktime_get_ns();
	row->flags |= TMPFS_SB_DEAD;
	return 0;
}

/* Before any look-up by address: is this still the superblock that bore it? Notes a new one's identity. */
static __noinline int know_superblock(struct super_block *sb)
{
	__u64 key = (__u64)sb, uuid = uuid_of(sb), *seen;
	__u32 *index = bpf_map_lookup_elem(&sb_index, &key), row;

	if (index) {
		row = *index;
		seen = bpf_map_lookup_elem(&sb_uuids, &row);
		if (!seen || *seen == uuid)
			return 0;
		end_superblock(key, row);
	}
	row = sb_row_of(as_number(sb));
	if (row)
		bpf_map_update_elem(&sb_uuids, &row, &uuid, BPF_ANY);
	return 0;
}

/* The slot of a cgroup that is not the current task's; its name comes from the caller. */
static __noinline __u32 slot_of_other(__u64 cgroup_id, struct super_block *sb, const char *kernel_name,
				      const char *user_name)
{
	struct slot_key key = {.cgroup_id = cgroup_id};
	struct tmpfs_slot *slot;
	__u32 *known, index;

	know_superblock(sb);
	key.sb_row = sb_row_of(as_number(sb));
	known = bpf_map_lookup_elem(&slot_index, &key);
	if (known)
		return *known;
	index = find_slot(cgroup_id, as_number(sb));
	slot = slot_at(index);
	if (!slot || slot->cgroup_id != cgroup_id || cgroup_id == TMPFS_CGROUP_NONE)
		return index;
	if (kernel_name)
		bpf_probe_read_kernel_str(slot->cgroup_name, sizeof(slot->cgroup_name), kernel_name);
	else
		bpf_probe_read_user_str(slot->cgroup_name, sizeof(slot->cgroup_name), user_name);
	return index;
}

/* Counts a refusal whose details go another way than emit_refusal's. Returns SYSCALL_RESULT_*. */
static __noinline __u32 count_alone(__u32 index, __u32 operation, __u32 cause)
{
	struct tmpfs_slot *slot = slot_at(index);
	__u32 result = (index & SYSCALL_RESULT_SLOT) | cause << SYSCALL_RESULT_CAUSE_SHIFT;
	__u64 now = bpf_ktime_get_ns(), cell = (__u64)operation * TMPFS_CAUSE_MAX + cause;

	if (!slot || operation >= TMPFS_OP_MAX || cause >= TMPFS_CAUSE_MAX)
		return SYSCALL_RESULT_NONE;
	/* the compiler may keep an index on the stack, where the verifier forgets its bounds */
	asm volatile("" : "+r"(cell));
	if (cell >= TMPFS_OP_MAX * TMPFS_CAUSE_MAX)
		return SYSCALL_RESULT_NONE;
	ADD((&slot->counters.refusals[0][0])[cell], 1);
	asm volatile("" : "+r"(cause));
	if (cause >= TMPFS_CAUSE_MAX)
		return SYSCALL_RESULT_NONE;
	return may_tell(slot, cause, now) ? result | SYSCALL_RESULT_SHOW : result;
}

/*
 * Blocks in use. The kernel keeps the number in parts: up to 32 a CPU (more on big machines) have not reached the sum
 * yet, so that a full superblock's sum alone may look as if there were room. Not static: the verifier walks the loop once,
 * not once for each way that leads here.
 */
__noinline __s64 sum_of_used_blocks(__u64 address)
{
	struct shmem_sb_info *info = (void *)address;
	__s64 sum = READ(info, used_blocks.count);
	struct percpu_counter *counter = (void *)info + bpf_core_field_offset(struct shmem_sb_info, used_blocks);
	__s32 *parts = READ((struct percpu_counter___cpus *)counter, counters), part;
	__u32 cpu;

	for (cpu = 0; cpu < MOST_CPUS; cpu++) {
		if (cpu >= cpu_count)
			break;
		if (cpu_offsets[cpu] && !bpf_probe_read_kernel(&part, sizeof(part), (void *)parts + cpu_offsets[cpu]))
			sum += part;
	}
	return sum;
}

static __always_inline __s64 used_blocks(struct shmem_sb_info *info)
{
	return sum_of_used_blocks((__u64)info);
}

static __always_inline int is_full(struct super_block *sb)
{
	struct shmem_sb_info *info = sb_info(sb);
	unsigned long max = READ(info, max_blocks);

	return max && used_blocks(info) >= (__s64)max;
}

#endif /* SYSCALL_BOOKS_BPF_H */
