/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* x86-64 system call numbers. */
#ifndef SYSCALL_NUMBERS_BPF_H
#define SYSCALL_NUMBERS_BPF_H

#define NR_READ 0
#define NR_WRITE 1
#define NR_OPEN 2
#define NR_MMAP 9
#define NR_BRK 12
#define NR_PREAD64 17
#define NR_PWRITE64 18
#define NR_READV 19
#define NR_WRITEV 20
#define NR_MREMAP 25
#define NR_MADVISE 28
#define NR_SHMAT 30
#define NR_SENDFILE 40
#define NR_RENAME 82
#define NR_MKDIR 83
#define NR_CREAT 85
#define NR_LINK 86
#define NR_SYMLINK 88
#define NR_MKNOD 133
#define NR_MLOCK 149
#define NR_MLOCKALL 151
#define NR_SETXATTR 188
#define NR_LSETXATTR 189
#define NR_FSETXATTR 190
#define NR_REMAP_FILE_PAGES 216
#define NR_OPENAT 257
#define NR_MKDIRAT 258
#define NR_MKNODAT 259
#define NR_RENAMEAT 264
#define NR_LINKAT 265
#define NR_SYMLINKAT 266
#define NR_SPLICE 275
#define NR_FALLOCATE 285
#define NR_PREADV 295
#define NR_PWRITEV 296
#define NR_RENAMEAT2 316
#define NR_MLOCK2 325
#define NR_COPY_FILE_RANGE 326
#define NR_PREADV2 327
#define NR_PWRITEV2 328
#define NR_OPENAT2 437
#define NR_SETXATTRAT 463

#endif /* SYSCALL_NUMBERS_BPF_H */
