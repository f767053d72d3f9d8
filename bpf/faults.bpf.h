/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Page faults that were refused. */
#ifndef FAULTS_BPF_H
#define FAULTS_BPF_H

#include "refusals.bpf.h"
#include "syscall_numbers.bpf.h"

#define VM_FAULT_OOM 1
#define VM_FAULT_SIGBUS 2

/* Calls that fault a range in and go on behind what they got. */
static __always_inline int populates(__u32 syscall)
{
	return syscall == NR_MADVISE || syscall == NR_MLOCK || syscall == NR_MLOCK2;
}

/* Calls that fault a range in as far as it goes and succeed all the same. */
static __always_inline int populates_at_will(__u32 syscall)
{
	return syscall == NR_MMAP || syscall == NR_MLOCKALL || syscall == NR_BRK || syscall == NR_MREMAP ||
	       syscall == NR_SHMAT || syscall == NR_REMAP_FILE_PAGES;
}

static __always_inline int is_read_or_write(__u32 syscall)
{
	return syscall == NR_READ || syscall == NR_WRITE || (syscall >= NR_PREAD64 && syscall <= NR_WRITEV) ||
	       syscall == NR_PREADV || syscall == NR_PWRITEV || syscall == NR_PREADV2 || syscall == NR_PWRITEV2;
}

static __always_inline __u64 reads_and_writes_ended(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return READ(task, ioac.syscr) + READ(task, ioac.syscw);
}

/*
 * One system call may fault several times on the page that is refused; its caller sees one refusal.
 * - mlock and madvise(MADV_POPULATE_*) report the pages they got, go on from there and fault again, unless the refused page is
 *   the first they ask for.
 * - A copy to or from user memory tries the rest byte by byte, or the write goes on behind what it got. Reads and writes are
 *   told apart by the kernel's count of those that have ended. Others by what they were called with and by the kernel stack:
 *   the second fault comes from another instruction, while the next system call's first comes from the same one again.
 */
#define SECOND_TRY_FRAMES 24 /* our own, the fault's, then the copy's */

static __noinline int is_second_populate(struct vm_fault *vmf, __u64 page, __u32 syscall)
{
	struct kernel_fault now = {.page = page, .call = syscall}, *last;
	__u64 first = syscall_first_argument(), mapping = READ(vmf, vma, vm_start);
	__u32 tid = bpf_get_current_pid_tgid();

	/* mlock begins anew with each mapping of its range */
	if (mapping > first && !(syscall == NR_MADVISE && config.populate_spans_mappings))
		first = mapping;
	if (first >> PAGE_SHIFT == page)
		return 0;
	last = bpf_map_lookup_elem(&kernel_faults, &tid);
	if (last && last->page == page && last->call == syscall) {
		bpf_map_delete_elem(&kernel_faults, &tid);
		return 1;
	}
	bpf_map_update_elem(&kernel_faults, &tid, &now, BPF_ANY);
	return 0;
}

static __noinline int is_second_try(void *ctx, __u64 page, __u32 syscall)
{
	struct kernel_fault now = {.page = page, .call = syscall_identity()}, *last;
	int counted = is_read_or_write(syscall) && bpf_core_field_exists(struct task_struct, ioac.syscr);
	__u64 stack[SECOND_TRY_FRAMES] = {};
	__u32 tid = bpf_get_current_pid_tgid(), i;

	if (counted) {
		now.place = reads_and_writes_ended();
	} else {
		bpf_get_stack(ctx, stack, sizeof(stack), 0);
		for (i = 0; i < SECOND_TRY_FRAMES; i++)
			now.place = now.place * 31 + stack[i];
	}
	last = bpf_map_lookup_elem(&kernel_faults, &tid);
	if (last && last->page == page && last->call == now.call && (last->place == now.place) == counted)
		return 1;
	bpf_map_update_elem(&kernel_faults, &tid, &now, BPF_ANY);
	return 0;
}

static __always_inline int is_repeated(void *ctx, struct vm_fault *vmf, __u32 syscall)
{
	__u64 page = READ(vmf, address) >> PAGE_SHIFT;

	return populates(syscall) ? is_second_populate(vmf, page, syscall) : is_second_try(ctx, page, syscall);
}

/* What the caller of a fault in kernel mode is told: mlock has errors of its own, a copy reports the bad address. */
static __always_inline __s32 fault_error(__u32 syscall, int no_memory)
{
	if (syscall == NR_MLOCK || syscall == NR_MLOCK2)
		return no_memory ? EAGAIN : ENOMEM;
	return no_memory && syscall == NR_MADVISE ? ENOMEM : EFAULT;
}

static __noinline int refused_fault(void *ctx, struct vm_fault *vmf, __u32 ret, int marked)
{
	struct file *file = READ(vmf, vma, vm_file);
	struct inode *inode = READ(file, f_inode);
	struct refusal refusal = {.sb = READ(inode, i_sb),
				  .inode = inode,
				  .opened = file,
				  .operation = TMPFS_OP_FAULT,
				  .error = -SIGBUS,
				  .syscall = ~0u,
				  .bytes_asked = 1 << PAGE_SHIFT};
	int by_user = fault_flags(vmf) & FAULT_FLAG_USER, no_memory = ret & VM_FAULT_OOM;
	struct shmem_sb_info *info;
	__u64 pages;

	if (no_memory) {
		if (by_user)
			return 0; /* the kernel makes room and runs the instruction again: nobody was refused */
		refusal.cause = memory_cause();
	} else {
		pages = (READ(inode, i_size) + (1 << PAGE_SHIFT) - 1) >> PAGE_SHIFT;
		if (READ(vmf, pgoff) >= pages || !marked)
			return 0; /* past the end of the file, or a damaged page */
		info = sb_info(refusal.sb);
		refusal.cause = block_cause(refusal.sb, info, most_used_blocks(info), 1);
	}
	if (!by_user) {
		refusal.syscall = current_syscall();
		if (populates_at_will(refusal.syscall) || is_repeated(ctx, vmf, refusal.syscall))
			return 0;
		refusal.error = fault_error(refusal.syscall, no_memory);
		if (refusal.syscall == NR_MADVISE)
			refusal.operation = TMPFS_OP_MADVISE;
	}
	count_refusal(ctx, &refusal);
	return 0;
}

static __always_inline void on_fault_return(void *ctx, struct vm_fault *vmf, __u32 ret)
{
	/* nothing is read while there is no mark */
	int marked = live_marks && take_mark(READ(vmf, vma, vm_file, f_inode, i_sb));

	if (ret & (VM_FAULT_OOM | VM_FAULT_SIGBUS))
		refused_fault(ctx, vmf, ret, marked);
}

#endif /* FAULTS_BPF_H */
