/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the "syscall" mode adds to tmpfs_abi.h: records about which only user space can find out the superblock, and
 * what can be lost on the way. The same rules: plain C types, no hidden padding; compared with BTF by tests/abi.
 */
#ifndef SYSCALL_ABI_H
#define SYSCALL_ABI_H

#include "tmpfs_abi.h"

/* In the ring "events" beside struct tmpfs_event; far from its types. */
#define SYSCALL_RECORD_FAULT 64 /* SIGBUS at an address whose mapping the program could not look up */

/* How a record's path is resolved. */
#define SYSCALL_PATH_OBJECT                                                                                            \
	1u /* the path names the object itself (extended attributes), not something in a directory */
#define SYSCALL_PATH_FOLLOW 2u /* a symbolic link in the last component is followed */
#define SYSCALL_PATH_OWN_ROOT 4u /* the task's root directory is the tool's: an absolute path outlives the task */
#define SYSCALL_MEMCG_FULL 8u /* the task's memory cgroup was at its limit */

#define SYSCALL_COUNTED 16u /* details alone: counted already, address holds SYSCALL_RESULT_* */

#define SYSCALL_PATH_LEN 4096 /* PATH_MAX */

/* type == TMPFS_EVENT_PATH_REFUSAL or SYSCALL_RECORD_FAULT. Only the used part of path is sent: path_length bytes. */
struct syscall_record {
	__u32 abi_version;
	__u32 type;
	__u64 time_ns;
	__u64 cgroup_id;
	__u64 address; /* of the fault, or see SYSCALL_COUNTED */
	__u64 start; /* kernel address of the inode where the path starts: an identity, never shown */
	__u64 bytes_asked; /* length of a symbolic link's target */
	__u32 tgid;
	__u32 tid;
	__u32 operation; /* enum tmpfs_op */
	__s32 error; /* positive errno; SIGBUS is -7 */
	__s32 dirfd; /* AT_FDCWD (-100) or a descriptor of the task */
	__u32 flags;
	__u32 syscall;
	__u32 stack_depth;
	__u32 path_length; /* with the NUL; 0: no path */
	__u32 pad;
	char comm[TMPFS_COMM_LEN];
	char cgroup_name[TMPFS_CGROUP_NAME_LEN];
	__u64 stack[TMPFS_STACK_DEPTH];
	char path[SYSCALL_PATH_LEN];
};

/* What a refusal counted on behalf of user space came to; packed into the return value of c_count_refusal. */
#define SYSCALL_RESULT_SLOT 0x00ffffffu
#define SYSCALL_RESULT_CAUSE_SHIFT 24 /* 4 bits: enum tmpfs_cause */
#define SYSCALL_RESULT_SHOW 0x10000000u /* within the rate limit of details */
#define SYSCALL_RESULT_NONE 0xffffffffu /* not tmpfs: nothing was counted */

/* Losses of this mode, beside enum tmpfs_loss. */
enum syscall_loss {
	SYSCALL_LOSS_RECORDS, /* no room in the ring for a record that only user space could have counted */
	SYSCALL_LOSS_PATHS, /* the path's memory could not be read */
	SYSCALL_LOSS_SHORT_WRITES, /* a write was cut short for a reason that could not be told: perhaps a refusal */
	SYSCALL_LOSS_UNRESOLVED_PATHS, /* this and the next: user space found nothing where the refusal was, and counted none */
	SYSCALL_LOSS_UNRESOLVED_FAULTS,
	SYSCALL_LOSS_MAX, /* up to TMPFS_SYSCALL_LOSSES */
};

#endif /* SYSCALL_ABI_H */
