/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each system call is to us, so that one load lets every call that cannot concern us pass. */
#ifndef SYSCALL_FILTER_BPF_H
#define SYSCALL_FILTER_BPF_H

#include "syscall_numbers.bpf.h"

enum call_kind {
	CALL_OTHER,
	CALL_WRITES, /* to the descriptor in its first argument */
	CALL_WRITES_THIRD, /* … in its third */
	CALL_OPENS,
	CALL_NAMES, /* only a refusal is of interest */
};

#define CALLS 512

/* Constant and frozen: the verifier reads it at load time. */
static const volatile __u8 call_kinds[CALLS] = {
	[NR_WRITE] = CALL_WRITES,     [NR_PWRITE64] = CALL_WRITES,     [NR_WRITEV] = CALL_WRITES,
	[NR_PWRITEV] = CALL_WRITES,   [NR_PWRITEV2] = CALL_WRITES,     [NR_SENDFILE] = CALL_WRITES,
	[NR_FALLOCATE] = CALL_WRITES, [NR_SPLICE] = CALL_WRITES_THIRD, [NR_COPY_FILE_RANGE] = CALL_WRITES_THIRD,

	[NR_OPEN] = CALL_OPENS,	      [NR_CREAT] = CALL_OPENS,	       [NR_OPENAT] = CALL_OPENS,
	[NR_OPENAT2] = CALL_OPENS,

	[NR_RENAME] = CALL_NAMES,     [NR_MKDIR] = CALL_NAMES,	       [NR_LINK] = CALL_NAMES,
	[NR_SYMLINK] = CALL_NAMES,    [NR_MKNOD] = CALL_NAMES,	       [NR_SETXATTR] = CALL_NAMES,
	[NR_LSETXATTR] = CALL_NAMES,  [NR_FSETXATTR] = CALL_NAMES,     [NR_MKDIRAT] = CALL_NAMES,
	[NR_MKNODAT] = CALL_NAMES,    [NR_RENAMEAT] = CALL_NAMES,      [NR_LINKAT] = CALL_NAMES,
	[NR_SYMLINKAT] = CALL_NAMES,  [NR_RENAMEAT2] = CALL_NAMES,     [NR_SETXATTRAT] = CALL_NAMES,
};

static __always_inline enum call_kind kind_of_call(__u64 nr)
{
	return nr < CALLS ? call_kinds[nr] : CALL_OTHER;
}

#endif /* SYSCALL_FILTER_BPF_H */
