// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The "syscall" mode, for kernels where functions cannot be hooked: what the raw tracepoints tell. No allocation is
 * seen; a free, a write, a created file and most refusals are.
 */
#include "syscall_control.bpf.h"
#include "syscall_filter.bpf.h"
#include "syscall_writes.bpf.h"

/* What concerns us, or may. Apart, so that what does not pays for no register that is kept. */
static __noinline int on_call(__u64 *ctx, struct file *file, struct super_block *sb)
{
	struct call call = {.ctx = ctx, .regs = (void *)ctx[0], .ret = ctx[1]};
	enum call_kind kind;

	call.nr = regs_of(&call)->orig_ax;
	kind = kind_of_call(call.nr);
	if (!common.armed || is_compat())
		return 0;
	if (kind == CALL_WRITES || kind == CALL_WRITES_THIRD)
		return on_tmpfs_write(&call, file, sb);
	if (call.ret >= 0)
		return on_tmpfs_opened(&call, file, sb);
	if (call.ret == -ENOMEM)
		return 0; /* not told apart from a want of memory elsewhere on the path */
	return call.nr == NR_FSETXATTR ? on_fsetxattr(&call) : on_path_refused(&call);
}

static __noinline int on_file_by_helper(__u64 *ctx, __u32 fd)
{
	struct file *file = file_of_fd(fd);
	struct super_block *sb = tmpfs_of_file(file, 0);

	return sb ? on_call(ctx, file, sb) : 0;
}

/* The call that ends has taken fd for a descriptor, and no table shrinks: its size need not be looked at. */
static __always_inline int on_file(__u64 *ctx, __u32 fd, enum file_access access)
{
	struct files_struct *files;
	struct super_block *sb;
	struct file *file;

	if (access == FILE_BY_HELPER || (access == FILE_BY_CASE && fd >= NR_OPEN_DEFAULT))
		return on_file_by_helper(ctx, fd);
	files = ((struct task_struct___fs *)bpf_get_current_task_btf())->files;
	if (access == FILE_BY_CAST)
		file = file_by_cast(files, fd);
	else if (has_first_table(files))
		file = file_by_case(files, fd);
	else
		return on_file_by_helper(ctx, fd);
	sb = tmpfs_of_file(file, 1);
	return sb ? on_call(ctx, file, sb) : 0;
}

/* Every system call of the host passes here: the number decides first, then the result, then the file's superblock. */
static __always_inline int on_exit(__u64 *ctx, enum file_access access)
{
	struct pt_regs___args *regs = (void *)ctx[0];
	enum call_kind kind = kind_of_call(regs->orig_ax);
	long ret = ctx[1];
	__u32 fd;

	if (kind == CALL_OTHER || (ret < 0 && !is_want_of_space(ret)))
		return 0;
	if (kind == CALL_WRITES) {
		fd = regs->di;
	} else if (kind == CALL_WRITES_THIRD) {
		fd = regs->dx;
		asm volatile("" : "+r"(fd)); /* else one load for both, at an address worked out before */
	} else if (ret < 0) {
		return on_call(ctx, 0, 0);
	} else if (kind == CALL_OPENS && may_create(regs)) {
		fd = ret;
	} else {
		return 0;
	}
	return on_file(ctx, fd, access);
}

/* One of these three. Typed tracepoints, because the registers that an untyped one gives can be read by helper only. */
SEC("?tp_btf/sys_exit")
int s_sys_exit_cast(__u64 *ctx)
{
	return on_exit(ctx, FILE_BY_CAST);
}

SEC("?tp_btf/sys_exit")
int s_sys_exit_case(__u64 *ctx)
{
	return on_exit(ctx, FILE_BY_CASE);
}

SEC("?tp_btf/sys_exit")
int s_sys_exit(__u64 *ctx)
{
	return on_exit(ctx, FILE_BY_HELPER);
}

/* Either this one (5.17 and later) … */
SEC("?raw_tp/signal_generate")
int s_sigbus_here(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 address = refused_address(ctx->args[0], (void *)ctx->args[1], ctx->args[2]);
	struct fault fault = {.ctx = ctx, .address = address};
	long error;

	if (!address || !common.armed)
		return 0;
	error = bpf_find_vma(bpf_get_current_task_btf(), address, on_faulting_area, &fault, 0);
	/* another thread is changing the mappings; -ENOENT: the mapping is gone already, and its file with it */
	if (error)
		send_fault(ctx, address);
	return 0;
}

/* … or this one. */
SEC("?raw_tp/signal_generate")
int s_sigbus_there(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 address = refused_address(ctx->args[0], (void *)ctx->args[1], ctx->args[2]);

	if (address && common.armed)
		send_fault(ctx, address);
	return 0;
}

/* Pages of every file system pass here. */
SEC("?tp_btf/mm_filemap_delete_from_page_cache")
int s_page_removed(__u64 *ctx)
{
	struct folio *folio = (void *)ctx[0];
	struct inode *inode = folio_mapping(folio, 1)->host;
	struct super_block *sb = inode->i_sb;

	if (sb->s_magic == TMPFS_MAGIC_NUMBER && common.armed)
		on_tmpfs_folio_removed(folio, inode, sb);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
