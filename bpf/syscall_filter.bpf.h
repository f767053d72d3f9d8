/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A bitmap that lets every system call that cannot concern us pass at once. */
#ifndef SYSCALL_FILTER_BPF_H
#define SYSCALL_FILTER_BPF_H

#include "syscall_numbers.bpf.h"

#define WORDS_OF_CALLS 8
#define CALL_BIT(nr) (1ULL << ((nr)&63))

/* Constant and frozen: the verifier reads it at load time. */
static const volatile __u64 calls_of_interest[WORDS_OF_CALLS] = {
	CALL_BIT(NR_WRITE) | CALL_BIT(NR_OPEN) | CALL_BIT(NR_PWRITE64) | CALL_BIT(NR_WRITEV) | CALL_BIT(NR_SENDFILE),
	CALL_BIT(NR_RENAME) | CALL_BIT(NR_MKDIR) | CALL_BIT(NR_CREAT) | CALL_BIT(NR_LINK) | CALL_BIT(NR_SYMLINK),
	CALL_BIT(NR_MKNOD) | CALL_BIT(NR_SETXATTR) | CALL_BIT(NR_LSETXATTR) | CALL_BIT(NR_FSETXATTR),
	0,
	CALL_BIT(NR_OPENAT) | CALL_BIT(NR_MKDIRAT) | CALL_BIT(NR_MKNODAT) | CALL_BIT(NR_RENAMEAT) |
		CALL_BIT(NR_LINKAT) | CALL_BIT(NR_SYMLINKAT) | CALL_BIT(NR_SPLICE) | CALL_BIT(NR_FALLOCATE) |
		CALL_BIT(NR_PWRITEV) | CALL_BIT(NR_RENAMEAT2),
	CALL_BIT(NR_COPY_FILE_RANGE) | CALL_BIT(NR_PWRITEV2),
	CALL_BIT(NR_OPENAT2),
	CALL_BIT(NR_SETXATTRAT),
};

_Static_assert(NR_SENDFILE < 64 && NR_RENAME >= 64 && NR_SYMLINK < 128 && NR_MKNOD >= 128 && NR_FSETXATTR < 192,
	       "words 0 to 2");
_Static_assert(NR_OPENAT >= 256 && NR_RENAMEAT2 < 320 && NR_COPY_FILE_RANGE >= 320 && NR_PWRITEV2 < 384,
	       "words 4 and 5");
_Static_assert(NR_OPENAT2 >= 384 && NR_OPENAT2 < 448 && NR_SETXATTRAT >= 448 && NR_SETXATTRAT < 512, "words 6 and 7");

static __always_inline int is_of_interest(__u64 nr)
{
	return nr < WORDS_OF_CALLS * 64 && (calls_of_interest[nr / 64] & CALL_BIT(nr));
}

#endif /* SYSCALL_FILTER_BPF_H */
