/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What user space asks for, run by BPF_PROG_TEST_RUN in its own context; see also control.bpf.h. */
#ifndef SYSCALL_CONTROL_BPF_H
#define SYSCALL_CONTROL_BPF_H

#include "control.bpf.h"
#include "syscall_faults.bpf.h"

struct file___private {
	void *private_data;
} KERNEL_STRUCT;

/* The handles of a per-CPU map's memory lie in a union at the end of its description; its name differs by kernel. */
struct bpf_array___parts {
	void *pptrs[1];
} KERNEL_STRUCT;

static __u64 scratch_handle;

/* args[0] = a descriptor of "scratch": what stands for all of its copies. */
SEC("raw_tp")
int c_learn_handle(struct bpf_raw_tracepoint_args *ctx)
{
	struct file___private *file = (void *)file_of_fd(ctx->args[0]);
	struct bpf_array___parts *array;
	__u64 handle = 0;

	if (!file || !bpf_core_field_exists(struct bpf_array___parts, pptrs))
		return 0;
	array = READ(file, private_data);
	bpf_probe_read_kernel(&handle, sizeof(handle),
			      (void *)array + bpf_core_field_offset(struct bpf_array___parts, pptrs));
	scratch_handle = handle;
	return handle != 0;
}

/* Run on each CPU, in whoever's context: where its copy lies, less the handle, is true of all per-CPU memory. */
SEC("raw_tp")
int c_learn_cpu(void *ctx)
{
	__u32 zero = 0, cpu = bpf_get_smp_processor_id();
	void *volatile value = bpf_map_lookup_elem(&scratch, &zero);
	__u64 place = 0;

	/* as a number: the verifier allows no difference of an address and a number it has not seen */
	bpf_probe_read_kernel(&place, sizeof(place), (void *)&value);
	if (!scratch_handle || !place || cpu >= MOST_CPUS)
		return 0;
	cpu_offsets[cpu] = place - scratch_handle;
	return 1;
}

SEC("raw_tp")
int c_learn_root(void *ctx)
{
	struct fs_struct *fs = READ(current_task(), fs);

	own_root_mount = (__u64)READ(fs, root.mnt);
	own_root_dentry = (__u64)READ(fs, root.dentry);
	return 1;
}

/* args: a descriptor, the kernel address of an inode. 1: they are the same. */
SEC("raw_tp")
int c_is_inode(struct bpf_raw_tracepoint_args *ctx)
{
	struct file *file = file_of_fd(ctx->args[0]);

	return file && (__u64)READ(file, f_inode) == ctx->args[1];
}

/*
 * args: a descriptor of the file or directory, the cgroup, operation, error, bytes asked, SYSCALL_* flags, the cgroup's
 * name in the caller's memory, what tells the record from others. Returns SYSCALL_RESULT_*. A user space that is killed before
 * the ring knows that the record was read finds it there again.
 */
SEC("raw_tp")
int c_count_refusal(struct bpf_raw_tracepoint_args *ctx)
{
	struct file *file = file_of_fd(ctx->args[0]);
	__u64 cgroup_id = ctx->args[1];
	__u32 operation = ctx->args[2], cause;
	__s32 error = ctx->args[3];
	struct super_block *sb;

	if (!file || operation >= TMPFS_OP_MAX || common.last_counted == ctx->args[7])
		return SYSCALL_RESULT_NONE;
	sb = READ(file, f_inode, i_sb);
	if (!is_tmpfs(sb))
		return SYSCALL_RESULT_NONE;
	if (operation == TMPFS_OP_FAULT)
		cause = block_cause(sb, sb_info(sb), used_blocks(sb_info(sb)), 1);
	else
		cause = path_cause(sb, error, operation, ctx->args[4], ctx->args[5] & SYSCALL_MEMCG_FULL);
	common.last_counted = ctx->args[7];
	return count_alone(slot_of_other(cgroup_id, sb, 0, (void *)ctx->args[6]), operation, cause);
}

#define ROWS_AT_ONCE 64

/* args[0] = first row to look at: which of the next superblocks have ended? Nothing else tells. */
SEC("raw_tp")
int c_check_superblocks(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 first = ctx->args[0], i;

	for (i = 0; i < ROWS_AT_ONCE; i++) {
		__u32 index = first + i;
		struct tmpfs_sb_row *row = bpf_map_lookup_elem(&sb_rows, &index);
		struct super_block___identity *sb;
		__u64 *uuid;

		if (!row)
			break;
		if (!index || !row->in_use || (row->flags & TMPFS_SB_DEAD))
			continue;
		sb = (void *)row->sb;
		uuid = bpf_map_lookup_elem(&sb_uuids, &index);
		/* freed memory keeps its contents until it is given out again, and then it has no such uuid */
		if (READ(sb, s_active.counter) == 0 || (uuid && *uuid != uuid_of((void *)sb)))
			end_superblock(row->sb, index);
	}
	return 1;
}

#endif /* SYSCALL_CONTROL_BPF_H */
