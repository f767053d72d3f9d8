/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The calls that make a name: which argument is what. */
#ifndef SYSCALL_CALLS_BPF_H
#define SYSCALL_CALLS_BPF_H

#include "syscall_numbers.bpf.h"
#include "syscall_task.bpf.h"

#define O_CREAT 0100
#define O_EXCL 0200
#define O_NOFOLLOW 0400000
#define __O_TMPFILE 020000000
#define AT_SYMLINK_NOFOLLOW 0x100

struct path_call {
	const char *path;
	const char *target; /* of a symbolic link */
	int dirfd;
	__u32 operation;
	__u32 flags; /* SYSCALL_PATH_* */
	__u32 open_flags;
};

static __always_inline __u32 open_flags(struct pt_regs___args *regs, __u32 nr)
{
	/* volatile, or the compiler makes one load for this and for the registers: to the verifier, two types */
	volatile __u64 flags = 0;

	switch (nr) {
	case NR_OPEN:
		return regs->si;
	case NR_OPENAT:
		return regs->dx;
	case NR_OPENAT2: /* struct open_how begins with the flags */
		bpf_probe_read_user((void *)&flags, sizeof(flags), (void *)regs->dx);
		return flags;
	default:
		return O_CREAT;
	}
}

static __noinline int may_create(struct pt_regs___args *regs)
{
	return (open_flags(regs, regs->orig_ax) & (O_CREAT | __O_TMPFILE)) != 0;
}

static __always_inline void describe_open(struct call *call, struct path_call *out, int at)
{
	out->open_flags = open_flags(regs_of(call), call->nr);
	out->operation = TMPFS_OP_CREATE;
	if (out->open_flags & __O_TMPFILE) {
		out->operation = TMPFS_OP_TMPFILE;
		out->flags = SYSCALL_PATH_OBJECT | SYSCALL_PATH_FOLLOW;
	} else if (!(out->open_flags & (O_EXCL | O_NOFOLLOW))) {
		out->flags = SYSCALL_PATH_FOLLOW;
	}
	out->dirfd = at ? (int)regs_of(call)->di : AT_FDCWD;
	out->path = (void *)(at ? regs_of(call)->si : regs_of(call)->di);
}

/* Which argument is what; 0 for a call that is none of these. */
static __noinline int describe_path_call(struct call *call, struct path_call *out)
{
	unsigned long di = regs_of(call)->di, si = regs_of(call)->si, dx = regs_of(call)->dx;
	unsigned long r10 = regs_of(call)->r10;

	out->dirfd = AT_FDCWD;
	switch (call->nr) {
	case NR_OPEN:
	case NR_CREAT:
		describe_open(call, out, 0);
		return out->open_flags & (O_CREAT | __O_TMPFILE);
	case NR_OPENAT:
	case NR_OPENAT2:
		describe_open(call, out, 1);
		return out->open_flags & (O_CREAT | __O_TMPFILE);
	case NR_MKDIR:
	case NR_MKNOD:
		out->operation = call->nr == NR_MKDIR ? TMPFS_OP_MKDIR : TMPFS_OP_MKNOD;
		out->path = (void *)di;
		return 1;
	case NR_MKDIRAT:
	case NR_MKNODAT:
		out->operation = call->nr == NR_MKDIRAT ? TMPFS_OP_MKDIR : TMPFS_OP_MKNOD;
		out->dirfd = di;
		out->path = (void *)si;
		return 1;
	case NR_SYMLINK:
		out->operation = TMPFS_OP_SYMLINK;
		out->target = (void *)di;
		out->path = (void *)si;
		return 1;
	case NR_SYMLINKAT:
		out->operation = TMPFS_OP_SYMLINK;
		out->target = (void *)di;
		out->dirfd = si;
		out->path = (void *)dx;
		return 1;
	case NR_LINK:
	case NR_RENAME:
		out->operation = call->nr == NR_LINK ? TMPFS_OP_LINK : TMPFS_OP_RENAME;
		out->path = (void *)si;
		return 1;
	case NR_LINKAT:
	case NR_RENAMEAT:
	case NR_RENAMEAT2:
		out->operation = call->nr == NR_LINKAT ? TMPFS_OP_LINK : TMPFS_OP_RENAME;
		out->dirfd = dx;
		out->path = (void *)r10;
		return 1;
	case NR_SETXATTR:
	case NR_LSETXATTR:
		out->operation = TMPFS_OP_XATTR;
		out->flags = SYSCALL_PATH_OBJECT | (call->nr == NR_SETXATTR ? SYSCALL_PATH_FOLLOW : 0);
		out->path = (void *)di;
		return 1;
	case NR_SETXATTRAT:
		out->operation = TMPFS_OP_XATTR;
		out->flags = SYSCALL_PATH_OBJECT | (dx & AT_SYMLINK_NOFOLLOW ? 0 : SYSCALL_PATH_FOLLOW);
		out->dirfd = di;
		out->path = (void *)si;
		return 1;
	}
	return 0;
}

#endif /* SYSCALL_CALLS_BPF_H */
