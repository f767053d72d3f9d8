/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The only contract between the BPF programs and user space.
 *
 * Plain C types, no hidden padding, no pointers, no bool: the file compiles unchanged for the BPF target and as C++20.
 * tests/abi compares its layout with the BTF of the built object.
 *
 * Units: *_pages are base pages (4 KiB on amd64), *_bytes are bytes, *_ns is CLOCK_MONOTONIC in nanoseconds.
 * Counters only grow; user space never resets them.
 */
#ifndef TMPFS_ABI_H
#define TMPFS_ABI_H

#ifdef __cplusplus
#include <cstdint>
using __u8 = std::uint8_t;
using __u16 = std::uint16_t;
using __s32 = std::int32_t;
using __u32 = std::uint32_t;
using __u64 = unsigned long long;
#endif

#define TMPFS_ABI_VERSION 1
/*
 * Of all that pinned programs and maps hold and a later user space reads: this file, syscall_abi.h, and what the control
 * programs take and return. Raise it with any change of these: user space then starts anew instead of misreading.
 */
#ifndef TMPFS_LAYOUT_VERSION
#define TMPFS_LAYOUT_VERSION 1
#endif
#define TMPFS_MAGIC_NUMBER 0x01021994

/*
 * What an inode is for statfs' inode budget. Values are stored in recordings: append only, never renumber.
 * TMPFS_KIND_TMPFILE counts O_TMPFILE inodes, which are counted in TMPFS_KIND_REGULAR as well (the kernel tells the two
 * apart only after the inode exists): user space subtracts. TMPFS_KIND_LINK is a hard link beyond the first.
 */
enum tmpfs_kind {
	TMPFS_KIND_REGULAR,
	TMPFS_KIND_DIRECTORY,
	TMPFS_KIND_SYMLINK,
	TMPFS_KIND_TMPFILE,
	TMPFS_KIND_LINK,
	TMPFS_KIND_OTHER,
	TMPFS_KIND_MAX,
};

/* The operation whose caller saw the refusal. Append only. */
enum tmpfs_op {
	TMPFS_OP_WRITE,
	TMPFS_OP_FAULT,
	TMPFS_OP_FALLOCATE,
	TMPFS_OP_CREATE,
	TMPFS_OP_MKDIR,
	TMPFS_OP_MKNOD,
	TMPFS_OP_SYMLINK,
	TMPFS_OP_LINK,
	TMPFS_OP_TMPFILE,
	TMPFS_OP_SPLICE,
	TMPFS_OP_XATTR,
	TMPFS_OP_MADVISE,
	TMPFS_OP_RENAME,
	TMPFS_OP_MAX,
};

/* The limit that refused. Append only. */
enum tmpfs_cause {
	TMPFS_CAUSE_BLOCKS, /* the superblock's size= */
	TMPFS_CAUSE_INODES, /* the superblock's nr_inodes= */
	TMPFS_CAUSE_QUOTA, /* a user's or group's quota on the superblock */
	TMPFS_CAUSE_MEMCG, /* the memory limit of the cgroup or of an ancestor */
	TMPFS_CAUSE_MEMORY, /* the node: no page, or overcommit refused */
	TMPFS_CAUSE_MAX,
};

/* Everything that can be lost is counted here. Append only. */
enum tmpfs_loss {
	TMPFS_LOSS_SLOTS_FULL, /* no slot for a (cgroup, superblock): the event went to the superblock's unattributed slot */
	TMPFS_LOSS_SBS_FULL, /* no row for a superblock: the event went to slot 0 */
	TMPFS_LOSS_INODES_FULL, /* no entry for an inode: its events are unattributed */
	TMPFS_LOSS_OWNERS_FULL, /* no further owner for an inode: a free may be credited to its first owner */
	TMPFS_LOSS_RING_FULL, /* the details of a refusal were lost; it is counted all the same */
	TMPFS_LOSS_RETURNS_MISSED, /* an operation began and its return was never seen (kretprobe instances exhausted) */
	TMPFS_LOSS_INFLIGHT_FULL, /* an operation's start could not be remembered */
	TMPFS_LOSS_SEED_RACES, /* an inode was first seen in the middle of an operation on another CPU */
	TMPFS_LOSS_STALE_INODES, /* an inode's end was missed, found when its address came again */
	TMPFS_LOSS_MARKS_FULL, /* the cause of a refusal could not be remembered */
	TMPFS_LOSS_OWNERS_SETTLED, /* an inode of several cgroups ended with a balance that had to be moved between them */
	TMPFS_LOSS_SHORT_WRITES, /* a write was cut short and nothing tells why: perhaps a refusal */
	TMPFS_LOSS_XATTRS_UNCOUNTED, /* extended attributes of an inode were too many, or in a way not known, to be added up */
	TMPFS_LOSS_MAX,
};

/* Cumulative counts of one (cgroup, superblock). */
struct tmpfs_counters {
	__u64 allocated_pages;
	__u64 freed_pages;
	__u64 written_bytes;
	__u64 write_calls; /* that returned 0 or more */
	__u64 short_writes;
	__u64 created[TMPFS_KIND_MAX];
	__u64 removed[TMPFS_KIND_MAX];
	__u64 seeded_pages; /* existed before the programs were attached: found by the walk */
	__u64 seeded_inodes;
	__u64 late_pages; /* existed before, not found by the walk, seen at their first event */
	__u64 late_inodes; /* includes inode units of extra hard links and of extended attributes */
	__u64 xattr_bytes_added; /* since 6.6 extended attributes take from the inode budget (1024 bytes a unit) */
	__u64 xattr_bytes_removed;
	__u64 refusals[TMPFS_OP_MAX][TMPFS_CAUSE_MAX];
	__u64 events_held[TMPFS_CAUSE_MAX]; /* refusals whose details were held back by the rate limit */
};

#define TMPFS_CGROUP_NAME_LEN 64
#define TMPFS_CGROUP_NONE 0 /* cgroup_id of what cannot be attributed */

#define TMPFS_CGROUP_ENDED (~0ULL) /* cgroup_id of what ended cgroups and superblocks have left in the books */

#define TMPFS_SLOT_FREE 0u
#define TMPFS_SLOT_USED 1u
#define TMPFS_SLOT_RETIRED 2u /* nothing finds it any more, its counts are still to be read: c_fold_slot */

/* One entry of the map "slots", read by user space through mmap. in_use is written last. */
struct tmpfs_slot {
	__u64 cgroup_id;
	__u64 cgroup_serial; /* see current_cgroup_serial; 0: not known */
	__u64 first_seen_ns;
	__u32 sb_row; /* index into "sb_rows" */
	__u32 in_use; /* TMPFS_SLOT_* */
	__u32 generation; /* how often it has been given back: what a CPU's line holds for an earlier one is void */
	__u32 pad;
	__u64 moves_begun; /* from CPUs' lines into the counters; a reader that sees more than have ended reads again */
	__u64 moves_ended;
	char cgroup_name[TMPFS_CGROUP_NAME_LEN]; /* last component of the path, cut; names a cgroup that died unseen */
	struct tmpfs_counters counters;
	__u64 window_start_ns[TMPFS_CAUSE_MAX]; /* of the rate limit of refusal details */
	__u64 window_events[TMPFS_CAUSE_MAX];
};

#define FILL_AT_ONCE 1024 /* of c_fill_queue */

#define TMPFS_CPU_LINES 32 /* of one CPU; a slot's is its index modulo that */

/* One entry of the map "cpu_lines": what this CPU has counted for the slot since it took the line. Add it to the slot's. */
struct tmpfs_cpu_line {
	__u32 slot;
	__u32 generation;
	__u64 allocated_pages;
	__u64 freed_pages;
	__u64 written_bytes;
	__u64 write_calls;
	__u64 created_regular;
	__u64 removed_regular;
	__u64 epoch; /* cache_epoch when the slot still had this generation; with it one cache line */
};

#define TMPFS_SB_INTERNAL 1u /* kern_mount: memfd, SysV and anonymous shared memory; statfs knows no limit */
#define TMPFS_SB_DEVTMPFS 2u
#define TMPFS_SB_DEAD 4u /* put_super was seen: nothing more can happen here */

/* One entry of the map "sb_rows", read by user space through mmap. */
struct tmpfs_sb_row {
	__u64 sb; /* kernel address: an identity, never shown */
	__u64 first_seen_ns;
	__u64 died_ns;
	__u32 kernel_dev; /* s_dev: major << 20 | minor */
	__u32 flags;
	__u32 unattributed_slot;
	__u32 in_use;
};

/* Room for more, so that one more is no other layout. */
#define TMPFS_LOSSES 32
#define TMPFS_SYSCALL_LOSSES 8

/* The only entry of the map ".data.common": what user space tells the programs, and they it. Through mmap. */
struct tmpfs_common {
	__u32 armed; /* 1: every program is attached. Until then nothing is counted: half of the hooks would drift */
	__u32 walker_tgid; /* whose own stat() calls seed the ledger; as the kernel numbers it, whatever the pid namespace */
	__u32 seed_result; /* of the last seeding stat(), read by the walker */
	__u32 pad;
	__u64 overcommit_address; /* of the kernel's sysctl_overcommit_memory; 0: not known */
	__u64 telling_round; /* raised by TMPFS_TELLS_A_ROUND: each CPU may tell files again, see file_tells.bpf.h */
	__u64 last_counted; /* "syscall" mode: the record that c_count_refusal was last run for */
	__u64 pad_to_line[3]; /* apart from what the hot path reads */
	__u64 losses[TMPFS_LOSSES]; /* by enum tmpfs_loss */
	__u64 syscall_losses[TMPFS_SYSCALL_LOSSES]; /* by enum syscall_loss */
	struct tmpfs_counters folded; /* what c_fold_slot adds */
};

enum tmpfs_event_type {
	TMPFS_EVENT_REFUSAL = 1,
	TMPFS_EVENT_PATH_REFUSAL = 2, /* "syscall" mode: a path operation failed, user space finds out on what */
	TMPFS_EVENT_MAX,
};

#define TMPFS_COMM_LEN 16
#define TMPFS_NAME_LEN 256 /* NAME_MAX + NUL */
#define TMPFS_STACK_DEPTH 32

/* One record of the ring buffer "events". Every byte is written before it is submitted. */
struct tmpfs_event {
	__u32 abi_version;
	__u32 type; /* enum tmpfs_event_type */
	__u64 time_ns;
	__u64 cgroup_id;
	__u64 inode; /* number; 0 when the file was never made */
	__u64 bytes_asked; /* 0 when the operation has no size */
	__u64 bytes_done; /* of a short write */
	__u32 slot;
	__u32 kernel_dev;
	__u32 sb_row;
	__u32 tgid;
	__u32 tid;
	__u32 operation; /* enum tmpfs_op */
	__u32 cause; /* enum tmpfs_cause */
	__s32 error; /* positive errno as the caller saw it; 0 for a short write; SIGBUS is -7 */
	__u32 stack_depth;
	__u32 syscall; /* number, or ~0 */
	char comm[TMPFS_COMM_LEN];
	char file[TMPFS_NAME_LEN];
	char directory[TMPFS_NAME_LEN]; /* last component of the parent */
	__u64 stack[TMPFS_STACK_DEPTH]; /* user addresses, innermost first */
};

#define TMPFS_EXECUTABLE_LEN 64
#define TMPFS_PATH_LEN 768
#define TMPFS_TELLS_A_ROUND 64 /* of a superblock on a CPU, files made and as many removed */

/* One record of the ring buffer "files": a regular file was made or lost its last name. Of some; the counters have all. */
struct tmpfs_file_event {
	__u32 abi_version;
	__u32 removed; /* 0: made */
	__u64 time_ns;
	__u64 cgroup_id; /* of who did it */
	__u32 sb_row;
	__u32 kernel_dev;
	__u32 tgid;
	__u32 is_cut; /* directories further up are missing from the path */
	__u32 path_length;
	__u32 pad;
	char comm[TMPFS_COMM_LEN];
	char executable[TMPFS_EXECUTABLE_LEN]; /* last component, cut; empty: a kernel thread */
	char path[TMPFS_PATH_LEN]; /* name, directory, its directory…; undefined behind path_length */
};

/* Set before load, constant afterwards: the verifier removes what does not apply to the running kernel. */
struct tmpfs_config {
	__u32 use_memcg_identity; /* 1: the memory controller's cgroup; 0: the default hierarchy's */
	__u32 memcg_v1;
	__u32 arg_shift; /* directory operations: 0 up to 5.11, 1 since (user namespace or idmap comes first) */
	__u32 tmpfile_takes_file; /* shmem_tmpfile: struct file since 6.1, dentry before */
	__u32 events_per_second; /* refusal details per second, slot and cause */
	__u32 get_inode_args;
	__u32 inflight_mask; /* entries of one level in "inflight", minus 1 */
	__u32 counts_arguments; /* since 6.6: acct/unacct carry the pages; before: info->alloced is mirrored */
	__u32 used_blocks_slack; /* pages by which percpu_counter.count may be off: batch * CPUs */
	__u32 populate_spans_mappings; /* madvise populates across mappings in one go (6.9), not one after the other */
	__u32 has_rdonly_cast; /* 6.2: kprobes may load kernel fields as fentry programs do */
	__u32 tells_files; /* names of files that are made or removed are told, see struct tmpfs_file_event */
	__u64 mfill_start; /* address range of shmem_mfill_atomic_pte, see k_unacct_e */
	__u64 mfill_end;
};

#endif /* TMPFS_ABI_H */
