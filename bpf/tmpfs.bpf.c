// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The exact mode. Every program is optional ("?"): user space loads either the fentry or the kprobe set, and of it what
 * the running kernel has.
 *
 * Its headers from the bottom up; syscall.bpf.c has the other mode, which shares the first three lines:
 *   kernel_types compat maps          what the kernel has, where kernels differ, what is kept
 *   ledger                            (cgroup, superblock) -> slot, and the adds
 *   causes refusals                   which limit it was; counting and telling of a refusal
 *   file_tells                        who makes and removes what files, by sample
 *   inode_table inodes blocks owners xattrs superblocks marks
 *                                     the books: who has what, from its first to its last event
 *   writes faults names xattr_calls seeding
 *                                     what the return of each operation tells the books
 *   inflight fentry_hooks kprobe_hooks tracepoint_hooks
 *                                     the programs, in two sets, and what both have
 *   control                           what user space runs by itself
 */
#include "control.bpf.h"
#include "fentry_hooks.bpf.h"
#include "kprobe_hooks.bpf.h"
#include "tracepoint_hooks.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
