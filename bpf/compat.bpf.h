/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where kernels differ: one function for each fact, each with the kernels it was read and run on. */
#ifndef COMPAT_BPF_H
#define COMPAT_BPF_H

#include "maps.bpf.h"

#define PF_KTHREAD 0x00200000
#define TS_COMPAT 0x0002
#define SB_KERNMOUNT (1UL << 22)
#define PAGE_SHIFT 12
#define PAGE_SECTORS_SHIFT 3 /* i_blocks counts 512 bytes */
#define BOGO_INODE_SIZE 1024 /* of shmem.c: what an inode takes from the budget, in bytes */
#define THREAD_SIZE 16384

#define EEXIST 17

#define S_IFMT 0170000
#define S_IFLNK 0120000
#define S_IFREG 0100000
#define S_IFDIR 0040000

#define READ(src, ...) BPF_CORE_READ(src, __VA_ARGS__)

/*
 * On hot paths: a plain load where the verifier knows the pointer's type (the arguments of fentry and fexit programs), a
 * guarded copy by helper (some 50 instructions) where it does not (kprobes before 6.2). `typed` is constant: the verifier drops
 * the other branch.
 */
#define FIELD(typed, src, field) ((typed) ? (src)->field : READ(src, field))

/* What a kprobe was given, as a pointer that FIELD(KPROBE_TYPED, ...) can load from. */
extern void *bpf_rdonly_cast(const void *pointer, __u32 btf_id) __ksym __weak;
#define KPROBE_TYPED (config.has_rdonly_cast)
#define KERNEL_POINTER(type, pointer)                                                                                  \
	((type *)(KPROBE_TYPED ? bpf_rdonly_cast((void *)(pointer), bpf_core_type_id_kernel(type)) : (void *)(pointer)))
/* One field of what is not known to be of its type, by the cheaper way there is. */
#define LOAD(type, pointer, field)                                                                                     \
	({                                                                                                             \
		type *typed__ = KERNEL_POINTER(type, pointer);                                                         \
		FIELD(KPROBE_TYPED, typed__, field);                                                                   \
	})

/* The compiler keeps it in a register, where it would calculate the address anew each time. */
#define KEEP(pointer) asm volatile("" : "+r"(pointer))

/*
 * A function that is not static is verified once in a program, a static one anew each time that it is called or inlined. Where the
 * kernel's types are walked that is most of the time it takes to load a program: the verifier looks up by name, in all types of
 * the kernel, what it may trust.
 */
#define VERIFIED_ONCE __noinline

/* Such a function takes numbers only, and the verifier knows what is a pointer. By helper, some 50 instructions. */
static __always_inline __u64 as_number(const void *pointer)
{
	__u64 number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), &pointer);
	return number;
}

static __always_inline struct shmem_inode_info *shmem_info(struct inode *inode)
{
	return (void *)inode - bpf_core_field_offset(struct shmem_inode_info, vfs_inode);
}

static __always_inline __u64 cgroup_of_css(struct cgroup_subsys_state *css)
{
	return css ? READ(css, cgroup, kn, id) : 0;
}

static __always_inline __u64 memory_css_offset(void)
{
	return bpf_core_field_offset(struct css_set, subsys) +
	       sizeof(void *) * bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
}

static __always_inline struct cgroup_subsys_state *task_memory_css(struct task_struct *task)
{
	struct css_set *set = READ(task, cgroups);
	struct cgroup_subsys_state *css = 0;

	bpf_probe_read_kernel(&css, sizeof(css), (void *)set + memory_css_offset());
	return css;
}

/*
 * The cgroup that an allocation by the current task is charged to. With the memory controller that is the controller's
 * own (effective) cgroup: on v1 it lives in another hierarchy, and on v2 it is an ancestor where the controller is not
 * enabled in the leaf. bpf_get_current_cgroup_id() knows only the default hierarchy.
 */
VERIFIED_ONCE __u64 current_cgroup(void)
{
	if (!config.use_memcg_identity)
		return bpf_get_current_cgroup_id();
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)) { /* 5.11: plain loads */
		struct css_set *set = bpf_get_current_task_btf()->cgroups;
		struct cgroup_subsys_state *css = *(struct cgroup_subsys_state **)((void *)set + memory_css_offset());

		return css->cgroup->kn->id;
	}
	return cgroup_of_css(task_memory_css((void *)bpf_get_current_task()));
}

/*
 * Tells that cgroup from every other, in one load where its id takes three: the serial number of a css is never given again.
 * A cgroup whose controller was switched off and on has a new one.
 */
static __always_inline __u64 current_cgroup_serial(void)
{
	struct task_struct *task;

	if (!config.use_memcg_identity)
		return bpf_get_current_cgroup_id();
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)) { /* 5.11: plain loads */
		struct css_set *set = bpf_get_current_task_btf()->cgroups;

		return (*(struct cgroup_subsys_state **)((void *)set + memory_css_offset()))->serial_nr;
	}
	task = (void *)bpf_get_current_task();
	return READ(task_memory_css(task), serial_nr);
}

/* Kernel threads (collapse, write-back of a loop device) act for somebody else: the inode's owner, never themselves. */
static __always_inline int current_is_kthread(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return (READ(task, flags) & PF_KTHREAD) != 0;
}

static __always_inline struct pt_regs___kernel *user_registers(struct task_struct *task)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	/* before 5.15; no kernel of that age pads the top of the stack */
	return READ(task, stack) + THREAD_SIZE - bpf_core_type_size(struct pt_regs___kernel);
}

/* Number of the system call the current task is in, ~0 when it is in none (an exception) or is a 32-bit program. */
static __always_inline __u32 current_syscall(void)
{
	struct task_struct *task;
	long nr;

	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs)) { /* 5.15: plain loads */
		task = bpf_get_current_task_btf();
		if (task->thread_info.status & TS_COMPAT)
			return ~0u;
		nr = ((struct pt_regs___kernel *)bpf_task_pt_regs(task))->orig_ax;
	} else {
		task = (void *)bpf_get_current_task();
		if (READ(task, thread_info.status) & TS_COMPAT)
			return ~0u;
		nr = READ(user_registers(task), orig_ax);
	}
	return nr < 0 || nr > 0xffff ? ~0u : (__u32)nr;
}

static __always_inline __u64 syscall_first_argument(void)
{
	return READ(user_registers((void *)bpf_get_current_task()), di);
}

/* Tells one system call of a thread from the next: its number and what it was called with. */
static __always_inline __u64 syscall_identity(void)
{
	struct pt_regs___kernel *regs = user_registers((void *)bpf_get_current_task());
	__u64 hash = READ(regs, orig_ax);

	hash = hash * 31 + READ(regs, di);
	hash = hash * 31 + READ(regs, si);
	hash = hash * 31 + READ(regs, dx);
	hash = hash * 31 + READ(regs, r10);
	hash = hash * 31 + READ(regs, sp);
	return hash * 31 + READ(regs, ip);
}

static __always_inline unsigned int fault_flags(struct vm_fault *vmf)
{
	if (bpf_core_field_exists(struct vm_fault___enum, flags))
		return READ((struct vm_fault___enum *)vmf, flags);
	return READ(vmf, flags);
}

/* The first 8 bytes on every kernel, but of another type since 6.18: no field access. */
static __always_inline __u64 folio_flags(struct folio *folio)
{
	__u64 flags = 0;

	bpf_probe_read_kernel(&flags, sizeof(flags), folio);
	return flags;
}

static __always_inline int folio_is_uptodate(struct folio *folio)
{
	return (folio_flags(folio) >> bpf_core_enum_value(enum pageflags, PG_uptodate)) & 1;
}

static __always_inline __u32 folio_pages(struct folio *folio)
{
	struct page *page = (void *)folio;
	__u64 flags = folio_flags(folio);
	__u32 pages;

	if (!(flags & (1UL << bpf_core_enum_value(enum pageflags, PG_head))))
		return 1;
	if (bpf_core_field_exists(struct folio___count, _nr_pages))
		pages = READ((struct folio___count *)folio, _nr_pages);
	else if (bpf_core_field_exists(struct folio___count6, _folio_nr_pages))
		pages = READ((struct folio___count6 *)folio, _folio_nr_pages);
	else /* up to 5.15 or so: in the second page, whose distance only the kernel's BTF knows */
		pages = READ((struct page *)((void *)page + bpf_core_type_size(struct page)), compound_nr);
	return pages ? pages : 1;
}

static __always_inline struct address_space *folio_mapping(struct folio *folio, int typed)
{
	if (bpf_core_type_exists(struct folio))
		return FIELD(typed, folio, mapping);
	return FIELD(typed, (struct page *)folio, mapping);
}

static __always_inline struct inode *folio_inode(struct folio *folio)
{
	struct address_space *mapping = folio_mapping(folio, 0);

	return mapping ? READ(mapping, host) : 0;
}

/* The memory cgroup whose page this is. */
static __always_inline struct mem_cgroup *folio_memcg(struct folio *folio)
{
	unsigned long data;

	if (bpf_core_field_exists(struct page___memcg, mem_cgroup)) /* up to 5.10 */
		return READ((struct page___memcg *)folio, mem_cgroup);
	if (bpf_core_field_exists(struct folio, memcg_data))
		data = READ(folio, memcg_data);
	else if (bpf_core_field_exists(struct page___memcg_data, memcg_data)) /* 5.11 to 5.15 */
		data = READ((struct page___memcg_data *)folio, memcg_data);
	else
		return 0; /* built without a memory controller */
	data &= ~7UL; /* flags */
	if (data && bpf_core_field_exists(struct obj_cgroup, is_root)) /* 7.x */
		return READ((struct obj_cgroup *)data, memcg);
	return (void *)data;
}

static __always_inline __u64 folio_cgroup(struct folio *folio)
{
	struct mem_cgroup *memcg = folio_memcg(folio);

	return memcg ? READ(memcg, css.cgroup, kn, id) : 0;
}

/*
 * Since 6.6 a folio enters the page cache before its blocks are asked for and leaves it when they are refused. It was never
 * in the books: nothing was written to it yet, and the file has more pages than blocks. (What a refused fallocate gives
 * back is empty, too, but was booked.)
 */
static __always_inline int was_never_booked(struct folio *folio, struct inode *inode)
{
	struct shmem_inode_info *info = shmem_info(inode);

	if (folio_is_uptodate(folio))
		return 0;
	return READ(inode, i_mapping, nrpages) + READ(info, swapped) > READ(info, alloced);
}

/* Is the current task's memory cgroup, or an ancestor, at its limit? Charges are batched (64 pages at most). */
static __noinline int memcg_is_full(void)
{
	struct mem_cgroup *memcg = (void *)task_memory_css((void *)bpf_get_current_task());
	struct page_counter *counter, *swap;
	int level;

	if (!memcg)
		return 0;
	memcg = (void *)memcg - bpf_core_field_offset(struct mem_cgroup, css);
	counter = (void *)memcg + bpf_core_field_offset(struct mem_cgroup, memory);
	swap = (void *)memcg + bpf_core_field_offset(struct mem_cgroup, memsw);
	for (level = 0; level < 16 && counter; level++) {
		long usage = READ(counter, usage.counter);
		long max = (long)READ(counter, max);

		if (usage + 64 > max)
			return 1;
		counter = READ(counter, parent);
	}
	/* v1 counts memory + swap in a second counter that shares its place with v2's swap counter */
	return config.memcg_v1 && READ(swap, usage.counter) + 64 > (long)READ(swap, max);
}

#endif /* COMPAT_BPF_H */
