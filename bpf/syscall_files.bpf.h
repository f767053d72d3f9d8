/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Is it on tmpfs? Every write of the host asks this of its descriptor. A read by helper takes some 50 instructions, a plain
 * load 6: so the file has to be reached as a pointer whose type the verifier knows.
 */
#ifndef SYSCALL_FILES_BPF_H
#define SYSCALL_FILES_BPF_H

#include "syscall_task.bpf.h"

enum file_access {
	FILE_BY_HELPER, /* up to 5.10 */
	FILE_BY_CASE, /* the first 64 descriptors; further ones by helper */
	FILE_BY_CAST, /* 6.2 and later */
};

/*
 * Device nodes, FIFOs and sockets may lie on a tmpfs (devtmpfs is one): only a regular file's data take blocks. The
 * superblock, or 0 when the file is not a regular one on tmpfs.
 */
static __always_inline struct super_block *tmpfs_of_file(struct file *file, int typed)
{
	struct super_block *sb;
	struct inode *inode;

	inode = FIELD(typed, file, f_inode);
	sb = FIELD(typed, inode, i_sb);
	if (FIELD(typed, sb, s_magic) != TMPFS_MAGIC_NUMBER)
		return 0;
	return (FIELD(typed, inode, i_mode) & S_IFMT) == S_IFREG ? sb : 0;
}

/* Since 6.2: the table's element as the member of a struct that has a pointer to a file, too; any would do. */
static __always_inline struct file *file_by_cast(struct files_struct *files, __u32 fd)
{
	void *element = files->fdt->fd + fd;

	element -= bpf_core_field_offset(struct kiocb, ki_filp);
	return ((struct kiocb *)bpf_rdonly_cast(element, bpf_core_type_id_kernel(struct kiocb)))->ki_filp;
}

#define FILE_AT(n)                                                                                                     \
	case n:                                                                                                        \
		return files->fd_array[n]
#define EIGHT_FILES_AT(n)                                                                                              \
	FILE_AT(n);                                                                                                    \
	FILE_AT(n + 1);                                                                                                \
	FILE_AT(n + 2);                                                                                                \
	FILE_AT(n + 3);                                                                                                \
	FILE_AT(n + 4);                                                                                                \
	FILE_AT(n + 5);                                                                                                \
	FILE_AT(n + 6);                                                                                                \
	FILE_AT(n + 7)

/*
 * Before 6.2 a typed pointer takes a constant offset only: of the table that a process has until it opens more than 64
 * files at once, each element is a case of its own.
 */
static __always_inline struct file *file_by_case(struct files_struct *files, __u32 fd)
{
	if (fd < 8) { /* most are: three comparisons instead of six */
		switch (fd) {
			EIGHT_FILES_AT(0);
		}
	}
	switch (fd) {
		EIGHT_FILES_AT(8);
		EIGHT_FILES_AT(16);
		EIGHT_FILES_AT(24);
		EIGHT_FILES_AT(32);
		EIGHT_FILES_AT(40);
		EIGHT_FILES_AT(48);
		EIGHT_FILES_AT(56);
	}
	__builtin_unreachable();
}

static __always_inline int has_first_table(struct files_struct *files)
{
	return (void *)files->fdt == (void *)files + bpf_core_field_offset(struct files_struct, fdtab);
}

#endif /* SYSCALL_FILES_BPF_H */
