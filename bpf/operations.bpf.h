/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the return of each operation tells: bytes written, inodes made, refusals. Called by the fexit and by the kprobe programs. */
#ifndef OPERATIONS_BPF_H
#define OPERATIONS_BPF_H

#include "refusals.bpf.h"

#define VM_FAULT_OOM 1
#define VM_FAULT_SIGBUS 2

static __always_inline int is_tmpfs(struct super_block *sb)
{
	return READ(sb, s_magic) == TMPFS_MAGIC_NUMBER;
}

static __always_inline int moves_pages_by_splice(__u32 syscall)
{
	return syscall == NR_SPLICE || syscall == NR_SENDFILE || syscall == NR_COPY_FILE_RANGE || syscall == NR_TEE ||
	       syscall == NR_VMSPLICE;
}

/* Which limit stands behind a negative return; TMPFS_CAUSE_MAX when it is no refusal at all. */
static __always_inline __u32 block_error_cause(struct super_block *sb, long error, __u64 asked, int marked)
{
	switch (error) {
	case -ENOSPC:
		return block_cause(sb, asked);
	case -EDQUOT:
		return TMPFS_CAUSE_QUOTA;
	case -ENOMEM:
		return memory_cause();
	case -EFAULT: /* the buffer itself lies in a tmpfs that refused; a fault outside a refusal leaves no mark */
		return marked ? block_cause(sb, asked) : TMPFS_CAUSE_MAX;
	default:
		return TMPFS_CAUSE_MAX;
	}
}

static __noinline int refused_write(void *ctx, struct kiocb *iocb, long ret, unsigned long left, int marked)
{
	struct file *file = READ(iocb, ki_filp);
	struct inode *inode = READ(file, f_inode);
	struct refusal refusal = {.sb = READ(inode, i_sb), .inode = inode, .dentry = READ(file, f_path.dentry)};

	refusal.syscall = current_syscall();
	refusal.operation = moves_pages_by_splice(refusal.syscall) ? TMPFS_OP_SPLICE : TMPFS_OP_WRITE;
	if (refusal.operation == TMPFS_OP_SPLICE && ret > 0)
		return 0; /* splice goes on with the rest by itself: the error of that is the one refusal */
	refusal.bytes_asked = left + (ret > 0 ? ret : 0);
	refusal.bytes_done = ret > 0 ? ret : 0;
	if (ret < 0) {
		refusal.cause = block_error_cause(refusal.sb, ret, 0, marked);
		refusal.error = -ret;
	} else if (marked) {
		refusal.cause = block_cause(refusal.sb, refusal.bytes_asked);
	} else {
		/* Cut short for another reason than blocks: memory, or a signal, or the caller's buffer. */
		refusal.cause = memcg_is_full() ? TMPFS_CAUSE_MEMCG : TMPFS_CAUSE_MAX;
	}
	if (refusal.cause < TMPFS_CAUSE_MAX)
		count_refusal(ctx, &refusal);
	return 0;
}

/* The iterator has been advanced by what was written: its count is what was not. */
static __always_inline void on_write_return(void *ctx, struct kiocb *iocb, struct iov_iter *from, long ret, int typed)
{
	struct file *file = FIELD(typed, iocb, ki_filp);
	struct inode *inode = FIELD(typed, file, f_inode);
	unsigned long left = FIELD(typed, from, count);
	struct super_block *sb;
	struct inode_entry *entry;
	struct tmpfs_slot *slot;
	__u64 cgroup_id;
	int marked;

	/* up to 6.5 the function is shared with other file systems */
	if (!config.counts_arguments) {
		sb = FIELD(typed, inode, i_sb);
		if (FIELD(typed, sb, s_magic) != TMPFS_MAGIC_NUMBER)
			return;
	}
	marked = take_mark();
	cgroup_id = current_cgroup();
	entry = inode_entry_of(inode);
	if (entry && entry->cgroup_id == cgroup_id)
		slot = slot_at(entry->slot);
	else
		slot = slot_at(slot_of(cgroup_id, READ(inode, i_sb)));
	if (slot) {
		if (ret >= 0)
			ADD(slot->counters.write_calls, 1);
		if (ret > 0)
			ADD(slot->counters.written_bytes, ret);
		if (ret > 0 && left)
			ADD(slot->counters.short_writes, 1);
	}
	if (ret < 0 || (ret > 0 && left))
		refused_write(ctx, iocb, ret, left, marked);
}

/*
 * One system call may fault twice on the page that is refused; its caller sees one refusal.
 * - A copy to or from user memory tries the rest byte by byte: the second fault comes from another instruction, while the
 *   next system call's first comes from the same one again. The kernel stack tells them apart.
 * - madvise(MADV_POPULATE_*) and mlock report the pages they got, go on from there and fault again, unless the refused page is
 *   the first of their range.
 */
#define SECOND_TRY_FRAMES 24 /* our own, the fault's, then the copy's */

static __noinline int is_second_try(void *ctx, __u64 page, __u32 syscall)
{
	__u64 stack[SECOND_TRY_FRAMES] = {}, place = 0;
	struct kernel_fault now = {.page = page}, *last;
	__u32 tid = bpf_get_current_pid_tgid(), i;

	if (syscall == NR_MADVISE || syscall == NR_MLOCK) {
		if (syscall_first_argument() >> BYTES_PER_PAGE_SHIFT == page)
			return 0;
		last = bpf_map_lookup_elem(&kernel_faults, &tid);
		if (last && last->page == page) {
			bpf_map_delete_elem(&kernel_faults, &tid);
			return 1;
		}
		bpf_map_update_elem(&kernel_faults, &tid, &now, BPF_ANY);
		return 0;
	}
	bpf_get_stack(ctx, stack, sizeof(stack), 0);
	for (i = 0; i < SECOND_TRY_FRAMES; i++)
		place = place * 31 + stack[i];
	last = bpf_map_lookup_elem(&kernel_faults, &tid);
	if (last && last->page == page && last->place != place)
		return 1;
	now.place = place;
	bpf_map_update_elem(&kernel_faults, &tid, &now, BPF_ANY);
	return 0;
}

static __noinline int refused_fault(void *ctx, struct vm_fault *vmf, __u32 ret, int marked)
{
	struct file *file = READ(vmf, vma, vm_file);
	struct inode *inode = READ(file, f_inode);
	struct refusal refusal = {.sb = READ(inode, i_sb), .inode = inode, .dentry = READ(file, f_path.dentry)};
	unsigned int flags = fault_flags(vmf);
	__u64 pages;

	if (ret & VM_FAULT_OOM) {
		if (flags & FAULT_FLAG_USER)
			return 0; /* the kernel makes room and runs the instruction again: nobody was refused */
		refusal.cause = memory_cause();
		refusal.error = ENOMEM;
	} else {
		pages = (READ(inode, i_size) + (1 << BYTES_PER_PAGE_SHIFT) - 1) >> BYTES_PER_PAGE_SHIFT;
		if (READ(vmf, pgoff) >= pages || !marked)
			return 0; /* past the end of the file, or a damaged page */
		refusal.cause = block_cause(refusal.sb, refusal.bytes_asked);
		refusal.error = flags & FAULT_FLAG_USER ? SIGBUS : EFAULT;
	}
	refusal.syscall = flags & FAULT_FLAG_USER ? ~0u : current_syscall();
	if (refusal.error == SIGBUS)
		refusal.error = -SIGBUS;
	else if (refusal.syscall == NR_MMAP)
		return 0; /* MAP_POPULATE: mmap succeeds all the same */
	else if (is_second_try(ctx, READ(vmf, address) >> BYTES_PER_PAGE_SHIFT, refusal.syscall))
		return 0;
	refusal.operation = refusal.syscall == NR_MADVISE ? TMPFS_OP_MADVISE : TMPFS_OP_FAULT;
	refusal.bytes_asked = 1 << BYTES_PER_PAGE_SHIFT;
	count_refusal(ctx, &refusal);
	return 0;
}

static __always_inline void on_fault_return(void *ctx, struct vm_fault *vmf, __u32 ret)
{
	int marked = take_mark();

	if (ret & (VM_FAULT_OOM | VM_FAULT_SIGBUS))
		refused_fault(ctx, vmf, ret, marked);
}

static __noinline int on_fallocate_return(void *ctx, struct file *file, __u64 length, long ret)
{
	struct inode *inode = READ(file, f_inode);
	struct refusal refusal = {.sb = READ(inode, i_sb), .inode = inode, .dentry = READ(file, f_path.dentry)};
	int marked = take_mark();

	if (ret >= 0)
		return 0;
	refusal.operation = TMPFS_OP_FALLOCATE;
	refusal.cause = block_error_cause(refusal.sb, ret, length, marked);
	refusal.error = -ret;
	refusal.bytes_asked = length;
	refusal.syscall = current_syscall();
	if (refusal.cause < TMPFS_CAUSE_MAX)
		count_refusal(ctx, &refusal);
	return 0;
}

/* Operations on a directory: an errno alone tells which limit. */
static __noinline int refused_in_directory(void *ctx, struct inode *dir, struct dentry *dentry, __u32 operation,
					   int ret)
{
	struct refusal refusal = {.sb = READ(dir, i_sb), .dentry = dentry, .operation = operation, .error = -ret};

	if (ret == -ENOSPC)
		refusal.cause = inode_cause(refusal.sb);
	else if (ret == -EDQUOT)
		refusal.cause = TMPFS_CAUSE_QUOTA;
	else if (ret == -ENOMEM)
		refusal.cause = memory_cause();
	else
		return 0;
	refusal.syscall = current_syscall();
	if (refusal.syscall == NR_RENAMEAT2 || refusal.syscall == NR_RENAMEAT || refusal.syscall == NR_RENAME)
		refusal.operation = TMPFS_OP_RENAME; /* RENAME_WHITEOUT makes an inode */
	else if (operation == TMPFS_OP_CREATE && (refusal.syscall == NR_MKNOD || refusal.syscall == NR_MKNODAT))
		refusal.operation = TMPFS_OP_MKNOD;
	count_refusal(ctx, &refusal);
	return 0;
}

/*
 * shmem_mknod: open(O_CREAT), mkdir, mknod and whiteouts all come through it. The kprobe set knows its end by the return of
 * the inode's allocation: what fails after that (no memory for the directory's index) is not seen there.
 */
static __always_inline void on_mknod_return(void *ctx, struct inode *dir, struct dentry *dentry, umode_t mode, int ret)
{
	__u32 operation = TMPFS_OP_MKNOD;

	if (ret >= 0)
		return;
	if ((mode & S_IFMT) == S_IFREG)
		operation = TMPFS_OP_CREATE;
	else if ((mode & S_IFMT) == S_IFDIR)
		operation = TMPFS_OP_MKDIR;
	refused_in_directory(ctx, dir, dentry, operation, ret);
}

/* A long target takes a page: refused by blocks or by inodes. */
static __noinline int on_symlink_return(void *ctx, struct inode *dir, struct dentry *dentry, int ret)
{
	int marked = take_mark();

	if (ret >= 0)
		return 0;
	if (ret == -ENOSPC && marked) {
		struct refusal refusal = {.sb = READ(dir, i_sb), .dentry = dentry, .operation = TMPFS_OP_SYMLINK};

		refusal.cause = block_cause(refusal.sb, refusal.bytes_asked);
		refusal.error = ENOSPC;
		refusal.syscall = current_syscall();
		count_refusal(ctx, &refusal);
		return 0;
	}
	return refused_in_directory(ctx, dir, dentry, TMPFS_OP_SYMLINK, ret);
}

static __always_inline void on_tmpfile_return(void *ctx, struct inode *dir, void *object, int ret)
{
	struct dentry *dentry = object;

	if (config.tmpfile_takes_file)
		dentry = READ((struct file *)object, f_path.dentry);
	if (ret < 0)
		refused_in_directory(ctx, dir, dentry, TMPFS_OP_TMPFILE, ret);
	else
		on_tmpfile_created(READ(dentry, d_inode));
}

static __always_inline void on_link_return(void *ctx, struct dentry *old, struct inode *dir, struct dentry *dentry,
					   int ret)
{
	struct inode *inode = READ(old, d_inode);

	if (ret < 0)
		refused_in_directory(ctx, dir, dentry, TMPFS_OP_LINK, ret);
	else if (READ(inode, i_nlink) > 1) /* the first name of an O_TMPFILE inode takes no unit */
		on_link(inode, 1);
}

/* Also called for rename over: shmem_rename2 calls it directly. */
static __always_inline void on_unlink(struct dentry *dentry)
{
	struct inode *inode = READ(dentry, d_inode);

	if (READ(inode, i_nlink) > 1 && (READ(inode, i_mode) & S_IFMT) != S_IFDIR)
		on_link(inode, 0);
}

static __noinline int on_xattr_return(void *ctx, struct inode *inode, struct dentry *dentry, int ret)
{
	struct refusal refusal = {.inode = inode, .dentry = dentry, .operation = TMPFS_OP_XATTR, .error = -ret};

	if (ret >= 0) {
		on_xattrs_changed(inode);
		return 0;
	}
	refusal.sb = READ(inode, i_sb);
	if (ret == -ENOSPC)
		refusal.cause = TMPFS_CAUSE_INODES; /* the only -ENOSPC of shmem_xattr_handler_set */
	else if (ret == -ENOMEM)
		refusal.cause = memory_cause();
	else
		return 0;
	refusal.syscall = current_syscall();
	count_refusal(ctx, &refusal);
	return 0;
}

/* A superblock mounted after the start is complete from its first inode on. */
static __always_inline void on_superblock_filled(struct super_block *sb, int ret)
{
	__u32 index = ret ? 0 : sb_row_of(sb);
	struct tmpfs_sb_row *row = bpf_map_lookup_elem(&sb_rows, &index);

	if (row && index)
		row->flags |= TMPFS_SB_NEW;
}

static __always_inline void on_superblock_put(struct super_block *sb)
{
	__u64 key = (__u64)sb;
	__u32 *index = bpf_map_lookup_elem(&sb_index, &key);
	struct tmpfs_sb_row *row = index ? bpf_map_lookup_elem(&sb_rows, index) : 0;

	__sync_fetch_and_add(&cache_epoch, 1);
	if (row) {
		row->died_ns = bpf_ktime_get_ns();
		row->flags |= TMPFS_SB_DEAD;
	}
	bpf_map_delete_elem(&sb_index, &key);
}

/* The walker's own stat(): every file system passes here, only tmpfs inodes enter. Returns the inode that did. */
static __always_inline struct inode *on_getattr(const struct path *path)
{
	struct inode *inode;

	if (bpf_get_current_pid_tgid() >> 32 != walker_tgid)
		return 0;
	inode = READ(path, dentry, d_inode);
	seed_result = 0;
	if (!inode || !is_tmpfs(READ(inode, i_sb)))
		return 0;
	if (inode_entry_of(inode))
		seed_result = SEED_KNOWN;
	else if (enter_existing(inode, 0, 0, 1))
		return inode;
	return 0;
}

#endif /* OPERATIONS_BPF_H */
