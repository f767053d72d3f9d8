/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Page faults refused (SIGBUS), and pages that leave a file. */
#ifndef SYSCALL_FAULTS_BPF_H
#define SYSCALL_FAULTS_BPF_H

#include "syscall_paths.bpf.h"

#define BUS_ADRERR 2

struct vm_area_struct___place {
	unsigned long vm_start;
	unsigned long vm_pgoff;
	struct file *vm_file;
} KERNEL_STRUCT;

/* The beginning of siginfo_t as user space sees it, too: it never changes. */
struct fault_info {
	__s32 signal;
	__s32 error;
	__s32 code;
	__s32 pad;
	__u64 address;
};

/* A SIGBUS that a page fault of the current task caused; its address, else 0. */
static __always_inline __u64 refused_address(__u64 signal, void *siginfo, __u64 task)
{
	struct fault_info info = {};

	if (signal != SIGBUS || task != bpf_get_current_task() ||
	    (__u64)siginfo <= 2) /* SEND_SIG_NOINFO, SEND_SIG_PRIV */
		return 0;
	if (bpf_probe_read_kernel(&info, sizeof(info), siginfo) || info.code != BUS_ADRERR)
		return 0;
	return info.address;
}

struct fault {
	void *ctx;
	__u64 address;
};

static __noinline int count_fault(struct fault *fault, __u64 vm_start, __u64 vm_pgoff, struct file *file)
{
	struct refusal refusal = {.operation = TMPFS_OP_FAULT, .error = -SIGBUS, .syscall = ~0u};
	struct super_block *sb = file ? tmpfs_of_file(file, 0) : 0;
	struct inode *inode;
	__u64 offset;

	if (!sb)
		return 0;
	inode = READ(file, f_inode);
	offset = (vm_pgoff << PAGE_SHIFT) + ((fault->address - vm_start) & ~((1ULL << PAGE_SHIFT) - 1));
	if (offset >= (__u64)READ(inode, i_size))
		return 0; /* past the end of the file: nobody was refused space */
	know_superblock(sb);
	refusal.sb = sb;
	refusal.inode = inode;
	refusal.opened = file;
	refusal.cause = block_cause(sb, sb_info(sb), used_blocks(sb_info(sb)), 1);
	refusal.bytes_asked = 1 << PAGE_SHIFT;
	count_refusal(fault->ctx, &refusal);
	return 0;
}

static long on_faulting_area(struct task_struct *task, struct vm_area_struct *area, struct fault *fault)
{
	struct vm_area_struct___place *place = (void *)area;

	count_fault(fault, READ(place, vm_start), READ(place, vm_pgoff), READ(place, vm_file));
	return 0;
}

/* User space looks for the address in /proc/PID/maps. */
static __noinline int send_fault(void *ctx, __u64 address)
{
	struct syscall_record *record;
	__u32 zero = 0;

	record = bpf_map_lookup_elem(&scratch, &zero);
	if (!record)
		return 0;
	fill_record(record, SYSCALL_RECORD_FAULT, TMPFS_OP_FAULT, -SIGBUS, ~0u);
	record->address = address;
	record->bytes_asked = 1 << PAGE_SHIFT;
	record->dirfd = AT_FDCWD;
	record->start = 0;
	record->path_length = 0;
	return send_record(ctx, record);
}

static __always_inline const char *folio_cgroup_name(struct folio *folio)
{
	struct mem_cgroup *memcg = folio_memcg(folio);

	return memcg ? READ(memcg, css.cgroup, kn, name) : 0;
}

static __noinline int on_tmpfs_folio_removed(struct folio *folio, struct inode *inode, struct super_block *sb)
{
	__u32 index;

	if (was_never_booked(folio, inode))
		return 0;
	if (config.use_memcg_identity)
		index = slot_of_other(folio_cgroup(folio), sb, folio_cgroup_name(folio), 0);
	else
		index = slot_of_other(TMPFS_CGROUP_NONE, sb, 0, 0);
	COUNT(index, freed_pages, folio_pages(folio));
	return 0;
}

#endif /* SYSCALL_FAULTS_BPF_H */
