/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel fields this project reads, and no others. preserve_access_index makes libbpf find each one's real offset
 * in the running kernel's BTF (CO-RE), so the order and the size of these structs mean nothing. A "___name" suffix is a
 * flavour: the same kernel struct as another kernel version lays it out.
 */
#ifndef KERNEL_TYPES_H
#define KERNEL_TYPES_H

#include <linux/bpf.h>
#include <linux/ptrace.h>

#define KERNEL_STRUCT __attribute__((preserve_access_index))

typedef __u16 umode_t;
typedef unsigned long pgoff_t;

struct kernfs_node {
	const char *name;
	__u64 id;
} KERNEL_STRUCT;

struct cgroup {
	struct kernfs_node *kn;
} KERNEL_STRUCT;

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	__u64 serial_nr;
} KERNEL_STRUCT;

struct css_set {
	struct cgroup_subsys_state *subsys[1];
	struct cgroup *dfl_cgrp;
} KERNEL_STRUCT;

enum cgroup_subsys_id {
	memory_cgrp_id,
};

typedef struct {
	long counter;
} atomic_long_t;

struct page_counter {
	atomic_long_t usage;
	unsigned long max;
	struct page_counter *parent;
} KERNEL_STRUCT;

struct mem_cgroup {
	struct cgroup_subsys_state css;
	struct page_counter memory;
	struct page_counter memsw;
} KERNEL_STRUCT;

/* 7.x: folio.memcg_data of a page cache folio points here */
struct obj_cgroup {
	struct mem_cgroup *memcg;
	_Bool is_root;
} KERNEL_STRUCT;

struct thread_info {
	unsigned int status;
} KERNEL_STRUCT;

struct task_io_accounting {
	__u64 syscr; /* reads and writes that have come to their end, well or not */
	__u64 syscw;
} KERNEL_STRUCT;

struct bpf_run_ctx;

struct bpf_session_run_ctx {
	_Bool is_return;
} KERNEL_STRUCT;

struct file;

struct mm_struct {
	struct file *exe_file;
} KERNEL_STRUCT;

struct task_struct {
	struct thread_info thread_info;
	void *stack;
	unsigned int flags;
	struct css_set *cgroups;
	struct mm_struct *mm;
	struct task_io_accounting ioac;
	struct bpf_run_ctx *bpf_ctx;
} KERNEL_STRUCT;

struct pt_regs___kernel {
	unsigned long r10;
	unsigned long dx;
	unsigned long si;
	unsigned long di;
	unsigned long orig_ax;
	unsigned long ip;
	unsigned long sp;
} KERNEL_STRUCT;

struct percpu_counter {
	__s64 count;
} KERNEL_STRUCT;

struct shmem_sb_info {
	unsigned long max_blocks;
	struct percpu_counter used_blocks;
	unsigned long max_inodes;
	unsigned long free_ispace; /* 6.6 and later: bytes, 1024 an inode */
} KERNEL_STRUCT;

struct shmem_sb_info___inodes { /* up to 6.5 */
	unsigned long free_inodes;
} KERNEL_STRUCT;

struct file_system_type {
	const char *name;
} KERNEL_STRUCT;

struct quota_info {
	unsigned int flags;
} KERNEL_STRUCT;

struct super_block {
	__u32 s_dev;
	unsigned long s_flags;
	unsigned long s_magic;
	struct file_system_type *s_type;
	void *s_fs_info;
	struct quota_info s_dquot;
} KERNEL_STRUCT;

struct xa_node {
	unsigned char shift;
	void *slots[64];
} KERNEL_STRUCT;

struct xarray {
	void *xa_head;
} KERNEL_STRUCT;

struct address_space {
	struct inode *host;
	struct xarray i_pages;
	unsigned long nrpages;
} KERNEL_STRUCT;

struct hlist_node {
	struct hlist_node *next;
} KERNEL_STRUCT;

struct hlist_head {
	struct hlist_node *first;
} KERNEL_STRUCT;

struct inode {
	umode_t i_mode;
	unsigned int i_nlink;
	struct super_block *i_sb;
	struct address_space *i_mapping;
	long long i_size;
	unsigned long i_ino;
	__u64 i_blocks;
	struct hlist_head i_dentry;
	struct address_space i_data;
} KERNEL_STRUCT;

struct qstr {
	const unsigned char *name;
} KERNEL_STRUCT;

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
} KERNEL_STRUCT;

struct path {
	struct dentry *dentry;
} KERNEL_STRUCT;

struct file {
	struct path f_path;
	struct inode *f_inode;
	unsigned int f_flags;
	unsigned int f_mode;
} KERNEL_STRUCT;

struct kiocb {
	struct file *ki_filp;
	long long ki_pos;
} KERNEL_STRUCT;

struct iov_iter {
	unsigned long count;
} KERNEL_STRUCT;

struct vm_area_struct {
	struct file *vm_file;
	unsigned long vm_start;
} KERNEL_STRUCT;

struct vm_fault {
	struct vm_area_struct *vma;
	unsigned int flags;
	unsigned long pgoff;
	unsigned long address;
} KERNEL_STRUCT;

enum fault_flag {
	FAULT_FLAG_USER = 0x40,
};

struct vm_fault___enum { /* 5.13 and later: the same field, of another type */
	enum fault_flag flags;
} KERNEL_STRUCT;

struct rb_node {
	unsigned long __rb_parent_color;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
} KERNEL_STRUCT;

struct rb_root {
	struct rb_node *rb_node;
} KERNEL_STRUCT;

struct list_head {
	struct list_head *next;
} KERNEL_STRUCT;

struct simple_xattrs___tree { /* 6.2 up to 7.2 */
	struct rb_root rb_root;
} KERNEL_STRUCT;

struct simple_xattr {
	struct rb_node rb_node;
	char *name;
	unsigned long size;
} KERNEL_STRUCT;

struct simple_xattr___list {
	struct list_head node;
	char *name;
	unsigned long size;
} KERNEL_STRUCT;

struct shmem_inode_info {
	unsigned long alloced;
	unsigned long swapped;
	struct inode vfs_inode;
} KERNEL_STRUCT;

struct shmem_inode_info___tree {
	struct simple_xattrs___tree xattrs;
} KERNEL_STRUCT;

struct shmem_inode_info___list {
	struct list_head xattrs;
} KERNEL_STRUCT;

/* 5.16 and later */
struct folio {
	unsigned long flags;
	struct address_space *mapping;
	unsigned long memcg_data;
} KERNEL_STRUCT;

struct folio___count6 { /* up to 6.14 or so */
	unsigned int _folio_nr_pages;
} KERNEL_STRUCT;

struct folio___count {
	unsigned int _nr_pages;
} KERNEL_STRUCT;

/* up to 5.15 */
struct page {
	unsigned long flags;
	struct address_space *mapping;
	unsigned int compound_nr;
} KERNEL_STRUCT;

struct page___memcg {
	struct mem_cgroup *mem_cgroup; /* up to 5.10 */
} KERNEL_STRUCT;

struct page___memcg_data { /* 5.11 to 5.15 */
	unsigned long memcg_data;
} KERNEL_STRUCT;

enum pageflags {
	PG_uptodate,
	PG_head,
};

#endif /* KERNEL_TYPES_H */
