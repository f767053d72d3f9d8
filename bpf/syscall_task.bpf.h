/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The current task as the "syscall" mode sees it: registers, descriptors, root and working directory. */
#ifndef SYSCALL_TASK_BPF_H
#define SYSCALL_TASK_BPF_H

#include "refusals.bpf.h"
#include "syscall_abi.h"

#define AT_FDCWD -100

struct pt_regs___args {
	unsigned long di, si, dx, r10, r8, r9, orig_ax;
} KERNEL_STRUCT;

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
} KERNEL_STRUCT;

#define NR_OPEN_DEFAULT 64

struct files_struct {
	struct fdtable *fdt;
	struct fdtable fdtab; /* in use until a descriptor does not fit into fd_array */
	struct file *fd_array[NR_OPEN_DEFAULT];
} KERNEL_STRUCT;

struct path___mount {
	void *mnt;
	struct dentry *dentry;
} KERNEL_STRUCT;

struct fs_struct {
	struct path___mount root;
	struct path___mount pwd;
} KERNEL_STRUCT;

struct task_struct___fs {
	struct fs_struct *fs;
	struct files_struct *files;
} KERNEL_STRUCT;

/* Registers of the system call that returns: x86-64 leaves its arguments where they were. To be read by plain loads. */
struct call {
	void *ctx;
	struct pt_regs___args *regs;
	long ret;
	__u32 nr;
};

/* A plain copy: a relocatable access must not begin in a struct of ours. */
static __always_inline struct pt_regs___args *regs_of(const struct call *call)
{
	return call->regs;
}

static __always_inline struct task_struct___fs *current_task(void)
{
	return (void *)bpf_get_current_task();
}

/* A 32-bit program's system calls have other numbers; what it does is not seen. */
static __always_inline int is_compat(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return (READ(task, thread_info.status) & TS_COMPAT) != 0;
}

/* The open file, or 0. Another thread may have closed the descriptor meanwhile: a blind spot, said by user space. */
static __always_inline struct file *file_of_fd(__u32 fd)
{
	struct fdtable *table = READ(current_task(), files, fdt);
	struct file *file = 0, **entry;

	if (fd >= READ(table, max_fds))
		return 0;
	entry = READ(table, fd) + fd;
	if (bpf_probe_read_kernel(&file, sizeof(file), entry))
		return 0;
	return file;
}

/* Inode of the directory that a relative path starts from. */
static __always_inline struct inode *start_directory(int dirfd)
{
	struct file *file;

	if (dirfd == AT_FDCWD)
		return READ(current_task(), fs, pwd.dentry, d_inode);
	file = file_of_fd(dirfd);
	return file ? READ(file, f_inode) : 0;
}

#endif /* SYSCALL_TASK_BPF_H */
