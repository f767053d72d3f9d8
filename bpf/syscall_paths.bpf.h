/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls that make a name. A failed one tells neither inode nor superblock: where the path is a bare name the directory
 * is at hand and the refusal is counted here; otherwise the path goes to user space, which resolves it and has it
 * counted.
 */
#ifndef SYSCALL_PATHS_BPF_H
#define SYSCALL_PATHS_BPF_H

#include "syscall_books.bpf.h"
#include "syscall_calls.bpf.h"

#define FMODE_CREATED 0x100000
#define SHORT_SYMLINK_LEN 128 /* up to here a target lives in the inode; longer ones take a page */
#define RECORD_HEAD (sizeof(struct syscall_record) - SYSCALL_PATH_LEN)

/* One record is built at a time on a CPU: a program that is running there already is skipped, and counted as a miss. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct syscall_record);
} scratch SEC(".maps");

/* A file came to be: FMODE_CREATED is the kernel's own word for it; O_TMPFILE always makes one. */
static __noinline int on_tmpfs_opened(struct call *call, struct file *file, struct super_block *sb)
{
	__u32 flags = open_flags(regs_of(call), call->nr), index;

	if (!(flags & __O_TMPFILE) && !(READ(file, f_mode) & FMODE_CREATED))
		return 0;
	know_superblock(sb);
	index = current_slot(sb);
	COUNT(index, created[TMPFS_KIND_REGULAR], 1);
	if (flags & __O_TMPFILE)
		COUNT(index, created[TMPFS_KIND_TMPFILE], 1);
	return 0;
}

/* The same verdict as the exact mode's, but for the page that a long symbolic link takes. */
static __always_inline __u32 path_cause(struct super_block *sb, __s32 error, __u32 operation, __u64 asked,
					int memcg_full)
{
	struct shmem_sb_info *info = sb_info(sb);

	if (error == EDQUOT)
		return TMPFS_CAUSE_QUOTA;
	if (!has_inodes_left(sb))
		return TMPFS_CAUSE_INODES;
	if (operation == TMPFS_OP_SYMLINK && asked >= SHORT_SYMLINK_LEN && READ(info, max_blocks))
		return TMPFS_CAUSE_BLOCKS;
	if (memcg_full)
		return TMPFS_CAUSE_MEMCG;
	return READ(info, max_inodes) ? TMPFS_CAUSE_INODES : TMPFS_CAUSE_MEMORY;
}

/* Of the path in this CPU's record. Not static: see sum_of_used_blocks(). */
__noinline int path_has_slash(void)
{
	__u32 i, zero = 0;
	struct syscall_record *record = bpf_map_lookup_elem(&scratch, &zero);

	if (!record)
		return 1;
	for (i = 0; i < TMPFS_NAME_LEN; i++) {
		if (record->path[i] == '/')
			return 1;
		if (!record->path[i])
			return 0;
	}
	return 1; /* longer than any one name */
}

static __always_inline int root_is_ours(void)
{
	struct fs_struct *fs = READ(current_task(), fs);

	return own_root_dentry && (__u64)READ(fs, root.mnt) == own_root_mount &&
	       (__u64)READ(fs, root.dentry) == own_root_dentry;
}

enum bare_name {
	NAME_ELSEWHERE, /* user space has to find out */
	NAME_DONE, /* counted, or not on tmpfs */
	NAME_SHOWN, /* counted, and its details are wanted */
};

/* A bare name in a tmpfs directory: the superblock is known. */
static __noinline int count_bare_name(struct call *call, struct path_call *what, struct syscall_record *record)
{
	__u32 flags = what->flags, operation = what->operation, cause, result;
	__s32 error = -call->ret;
	struct inode *directory;
	struct super_block *sb;

	if ((flags & SYSCALL_PATH_OBJECT) || path_has_slash())
		return NAME_ELSEWHERE;
	directory = start_directory(what->dirfd);
	if (!directory)
		return NAME_ELSEWHERE;
	sb = READ(directory, i_sb);
	if (!is_tmpfs(sb))
		return flags & SYSCALL_PATH_FOLLOW ? NAME_ELSEWHERE : NAME_DONE;
	/* open() may have followed a symbolic link of that name to elsewhere: not when it is here that inodes are short */
	if ((flags & SYSCALL_PATH_FOLLOW) && has_inodes_left(sb))
		return NAME_ELSEWHERE;
	know_superblock(sb);
	cause = path_cause(sb, error, operation, record->bytes_asked, memcg_is_full());
	result = count_alone(current_slot(sb), operation, cause);
	if (result == SYSCALL_RESULT_NONE || !(result & SYSCALL_RESULT_SHOW))
		return NAME_DONE;
	record->address = result;
	return NAME_SHOWN;
}

static __always_inline void fill_record(struct syscall_record *record, __u32 type, __u32 operation, __s32 error,
					__u32 nr)
{
	__u64 id = bpf_get_current_pid_tgid();

	record->abi_version = TMPFS_ABI_VERSION;
	record->type = type;
	record->time_ns = bpf_ktime_get_ns();
	record->cgroup_id = current_cgroup();
	record->tgid = id >> 32;
	record->tid = id;
	record->operation = operation;
	record->error = error;
	record->syscall = nr;
	record->pad = 0;
	record->flags = memcg_is_full() ? SYSCALL_MEMCG_FULL : 0;
	bpf_get_current_comm(record->comm, sizeof(record->comm));
}

static __noinline int send_record(void *ctx, struct syscall_record *record)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct cgroup_subsys_state *css = config.use_memcg_identity ? task_memory_css(task) : 0;
	struct cgroup *cgroup = css ? READ(css, cgroup) : READ(task, cgroups, dfl_cgrp);
	__u32 length = record->path_length;
	long stack;

	__builtin_memset(record->cgroup_name, 0, sizeof(record->cgroup_name));
	bpf_probe_read_kernel_str(record->cgroup_name, sizeof(record->cgroup_name), READ(cgroup, kn, name));
	__builtin_memset(record->stack, 0, sizeof(record->stack));
	stack = bpf_get_stack(ctx, record->stack, sizeof(record->stack), BPF_F_USER_STACK);
	record->stack_depth = stack > 0 ? stack / sizeof(record->stack[0]) : 0;
	if (length > SYSCALL_PATH_LEN)
		return 0;
	if (!bpf_ringbuf_output(&events, record, RECORD_HEAD + length, 0))
		return 0;
	if (record->flags & SYSCALL_COUNTED)
		count_loss(TMPFS_LOSS_RING_FULL);
	else
		count_syscall_loss(SYSCALL_LOSS_RECORDS);
	return 0;
}

static __always_inline __u64 start_of_path(struct syscall_record *record, int dirfd)
{
	if (record->path[0] == '/')
		return (__u64)READ(current_task(), fs, root.dentry, d_inode);
	return (__u64)start_directory(dirfd);
}

static __noinline int on_path_refused(struct call *call)
{
	struct path_call what = {};
	struct syscall_record *record;
	__u32 zero = 0;
	long length;
	int known;

	if (!describe_path_call(call, &what))
		return 0;
	record = bpf_map_lookup_elem(&scratch, &zero);
	if (!record)
		return 0;
	record->bytes_asked = 0;
	if (what.target) { /* only its length is wanted */
		length = bpf_probe_read_user_str(record->path, sizeof(record->path), what.target);
		record->bytes_asked = length > 0 ? length - 1 : 0;
	}
	length = bpf_probe_read_user_str(record->path, sizeof(record->path), what.path);
	if (length <= 0) {
		count_syscall_loss(SYSCALL_LOSS_PATHS);
		return 0;
	}
	record->path_length = length;
	record->address = 0;
	known = count_bare_name(call, &what, record);
	if (known == NAME_DONE)
		return 0;
	fill_record(record, TMPFS_EVENT_PATH_REFUSAL, what.operation, -call->ret, call->nr);
	record->dirfd = what.dirfd;
	record->start = start_of_path(record, what.dirfd);
	record->flags |= what.flags;
	if (known == NAME_SHOWN)
		record->flags |= SYSCALL_COUNTED;
	if (root_is_ours())
		record->flags |= SYSCALL_PATH_OWN_ROOT;
	return send_record(call->ctx, record);
}

#endif /* SYSCALL_PATHS_BPF_H */
