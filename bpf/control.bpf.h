/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What user space asks for at run time, run by BPF_PROG_TEST_RUN: a map operation by system call would make the kprobe
 * programs of its CPU skip (maps.bpf.h).
 */
#ifndef CONTROL_BPF_H
#define CONTROL_BPF_H

#include "ledger.bpf.h"

SEC("raw_tp")
int c_whoami(void *ctx)
{
	common.walker_tgid = bpf_get_current_pid_tgid() >> 32;
	return 0;
}

#define FILL_AT_A_GO 32

/* So that both loops are not walked round by round. */
VERIFIED_ONCE int fill_some(__u32 index, __u32 end, __u32 rows)
{
	__u32 i;

	for (i = 0; i < FILL_AT_A_GO && index < end; i++, index++)
		if (rows ? bpf_map_push_elem(&free_sb_rows, &index, 0) : bpf_map_push_elem(&free_slots, &index, 0))
			break;
	return i;
}

/*
 * At the start: enters the indices from args[0] up to, not with, args[1], and at most FILL_AT_ONCE, into the queue of free
 * slots (args[2] = 0) or superblock rows (1). A system call for each would take as long as the first sample. Returns how
 * many were entered.
 */
SEC("raw_tp")
int c_fill_queue(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 index = ctx->args[0], end = ctx->args[1], rows = ctx->args[2], go, filled, sum = 0;

	for (go = 0; go < FILL_AT_ONCE / FILL_AT_A_GO; go++) {
		filled = fill_some(index + sum, end, rows);
		sum += filled;
		if (filled != FILL_AT_A_GO)
			break;
	}
	return sum;
}

/*
 * args[0] = a slot. Takes it out of use, for a cgroup or superblock that is gone: nothing finds it any more, but its counts
 * stay until c_fold_slot. Returns 1 when done.
 */
SEC("raw_tp")
int c_retire_slot(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 index = ctx->args[0];
	struct tmpfs_slot *slot = slot_at(index);
	struct slot_key key = {};

	if (!slot || !index || slot->in_use != TMPFS_SLOT_USED)
		return 0;
	key.cgroup_id = slot->cgroup_id;
	key.sb_row = slot->sb_row;
	slot->in_use = TMPFS_SLOT_RETIRED;
	if (key.cgroup_id != TMPFS_CGROUP_NONE)
		bpf_map_delete_elem(&slot_index, &key);
	__sync_fetch_and_add(&cache_epoch, 1);
	return 1;
}

#define COUNTERS (sizeof(struct tmpfs_counters) / sizeof(__u64))

VERIFIED_ONCE int add_folded(__u32 index)
{
	struct tmpfs_slot *slot = slot_at(index);
	__u32 i;

	if (!slot)
		return 0;
	for (i = 0; i < COUNTERS; i++) {
		__u64 count = ((__u64 *)&common.folded)[i];

		if (count)
			ADD(((__u64 *)&slot->counters)[i], count);
	}
	return 1;
}

/*
 * args: a slot that c_retire_slot took out of use, and the superblock row for whose ended cgroups its counts are kept from now
 * on. User space has read them since, of its lines as well, into common.folded. One program does all of it: a user space that is
 * killed has folded the slot or has not. The first slot that is folded for a row becomes the one that the others are added to.
 * Returns 1 when done.
 */
SEC("raw_tp")
int c_fold_slot(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 index = ctx->args[0], *ended;
	struct slot_key key = {.cgroup_id = TMPFS_CGROUP_ENDED, .sb_row = ctx->args[1]};
	struct tmpfs_slot *slot = slot_at(index);

	if (!slot || !index || slot->in_use != TMPFS_SLOT_RETIRED)
		return 0;
	ended = bpf_map_lookup_elem(&slot_index, &key);
	if (!ended) {
		if (bpf_map_update_elem(&slot_index, &key, &index, BPF_NOEXIST))
			return 0;
		slot->cgroup_id = TMPFS_CGROUP_ENDED;
		slot->cgroup_serial = 0;
		slot->cgroup_name[0] = 0;
		slot->sb_row = key.sb_row;
		slot->in_use = TMPFS_SLOT_USED;
		return 1;
	}
	if (!add_folded(*ended))
		return 0;
	slot->in_use = TMPFS_SLOT_FREE;
	slot->generation++; /* before it is anybody's again: what CPUs' lines hold for it has been folded */
	__sync_fetch_and_add(&cache_epoch, 1); /* a line may have looked between c_retire_slot and here */
	__builtin_memset(&slot->counters, 0, sizeof(slot->counters));
	bpf_map_push_elem(&free_slots, &index, 0);
	return 1;
}

/* args[0] = a row whose superblock is dead and whose slots are retired. */
SEC("raw_tp")
int c_retire_sb_row(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 index = ctx->args[0];
	struct tmpfs_sb_row *row = bpf_map_lookup_elem(&sb_rows, &index);

	if (!row || !index || !row->in_use || !(row->flags & TMPFS_SB_DEAD))
		return 0;
	row->in_use = 0;
	row->flags = 0; /* or a slot of its next superblock would for a moment belong to a dead one */
	bpf_map_push_elem(&free_sb_rows, &index, 0);
	return 1;
}

#endif /* CONTROL_BPF_H */
