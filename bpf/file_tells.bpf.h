/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who makes and who removes what files: names, told to user space by sample. How many there were the ledger counts, each
 * of them; what is told beside it is complete as long as few enough come in a round.
 *
 * A CPU tells so many of a superblock in a round, and user space begins a round with a sample (telling_round). What more
 * comes costs two loads.
 */
#ifndef FILE_TELLS_BPF_H
#define FILE_TELLS_BPF_H

#include "ledger.bpf.h"
#include "inode_table.bpf.h"

#define QUOTA_BITS 4 /* superblocks share a quota where their addresses have one hash */
#define TELL_DEPTH 12 /* components of a path */

/* The round in which something was told last, and how much: the sum of both, as rounds are TMPFS_TELLS_A_ROUND apart. */
struct tell_quota {
	__u64 told[2]; /* by what happened */
};
static struct tell_quota tell_quotas[CACHE_CPUS][1 << QUOTA_BITS] __attribute__((aligned(64)));

static __always_inline struct tell_quota *quota_of(struct super_block *sb)
{
	/* of more CPUs two share a quota, which nobody needs exactly */
	__u32 cpu = bpf_get_smp_processor_id() % CACHE_CPUS;

	return &tell_quotas[cpu][address_hash((__u64)sb, QUOTA_BITS)];
}

static __always_inline int is_quota_left(const struct tell_quota *quota, __u32 removed)
{
	return quota->told[removed] < *(volatile __u64 *)&common.telling_round + TMPFS_TELLS_A_ROUND;
}

static __always_inline void take_quota(struct tell_quota *quota, __u32 removed)
{
	__u64 round = *(volatile __u64 *)&common.telling_round, told = quota->told[removed];

	quota->told[removed] = (told < round ? round : told) + 1;
}

static __always_inline int may_tell_file(struct super_block *sb, __u32 removed)
{
	struct tell_quota *quota = quota_of(sb);

	if (!is_quota_left(quota, removed))
		return 0;
	take_quota(quota, removed);
	return 1;
}

/* The name, then those of the directories upwards, each with its NUL, up to the root of the superblock, which has none. */
static __always_inline void fill_path(struct tmpfs_file_event *event, struct dentry *dentry)
{
	__u32 end = 0;
	int i;

	event->is_cut = 1;
	for (i = 0; i < TELL_DEPTH && end <= TMPFS_PATH_LEN - TMPFS_NAME_LEN; i++) {
		struct dentry *parent = READ(dentry, d_parent);
		long length;

		if (!parent || parent == dentry) {
			event->is_cut = 0;
			break;
		}
		length = bpf_probe_read_kernel_str(event->path + end, TMPFS_NAME_LEN, READ(dentry, d_name.name));
		if (length <= 0 || length > TMPFS_NAME_LEN)
			break;
		end += length;
		dentry = parent;
	}
	event->path_length = end;
}

/* What finds no room in the ring is missing from what is told, and the ledger says how many there were. */
static __noinline int tell_file(struct dentry *dentry, struct super_block *sb, __u32 removed)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct tmpfs_file_event *event;
	__u32 sb_row = sb_row_of(as_number(sb));

	if (!sb_row)
		return 0;
	event = bpf_ringbuf_reserve(&files, sizeof(*event), 0);
	if (!event)
		return 0;
	event->abi_version = TMPFS_ABI_VERSION;
	event->removed = removed;
	event->time_ns = bpf_ktime_get_ns();
	event->cgroup_id = current_cgroup();
	event->sb_row = sb_row;
	event->kernel_dev = READ(sb, s_dev);
	event->tgid = bpf_get_current_pid_tgid() >> 32;
	event->pad = 0;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	event->executable[0] = 0;
	if (!(READ(task, flags) & PF_KTHREAD)) /* whose mm may be one that it has borrowed */
		bpf_probe_read_kernel_str(event->executable, sizeof(event->executable),
					  READ(task, mm, exe_file, f_path.dentry, d_name.name));
	fill_path(event, dentry);
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP); /* read with the next sample */
	return 0;
}

static __always_inline void tell_file_made(struct dentry *dentry, struct super_block *sb)
{
	if (config.tells_files && may_tell_file(sb, 0))
		tell_file(dentry, sb, 0);
}

/* The inode's only name. Its type is read last: mostly nothing more is told in this round. */
static __always_inline void tell_file_removed(struct dentry *dentry, struct inode *inode, int typed)
{
	struct tell_quota *quota;
	struct super_block *sb;

	if (!config.tells_files)
		return;
	sb = FIELD(typed, inode, i_sb);
	quota = quota_of(sb);
	if (!is_quota_left(quota, 1) || (FIELD(typed, inode, i_mode) & S_IFMT) != S_IFREG)
		return;
	take_quota(quota, 1);
	tell_file(dentry, sb, 1);
}

#endif /* FILE_TELLS_BPF_H */
