// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The "syscall" mode, for kernels where functions cannot be hooked: what the raw tracepoints tell. No allocation is
 * seen; a free, a write, a created file and most refusals are.
 */
#include "syscall_control.bpf.h"
#include "syscall_filter.bpf.h"
#include "syscall_writes.bpf.h"

static __always_inline int is_open(__u32 nr)
{
	return nr == NR_OPEN || nr == NR_CREAT || nr == NR_OPENAT || nr == NR_OPENAT2;
}

static __always_inline int is_write(__u32 nr)
{
	return nr == NR_WRITE || nr == NR_PWRITE64 || nr == NR_WRITEV || nr == NR_PWRITEV || nr == NR_PWRITEV2 ||
	       nr == NR_SENDFILE || nr == NR_SPLICE || nr == NR_COPY_FILE_RANGE || nr == NR_FALLOCATE;
}

/* Every system call of the host passes here: the number decides first. */
SEC("raw_tp/sys_exit")
int s_sys_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct call call = {.ctx = ctx, .regs = (void *)ctx->args[0], .ret = ctx->args[1]};
	unsigned long nr = READ(regs_of(&call), orig_ax);

	if (!is_of_interest(nr) || !armed)
		return 0;
	call.nr = nr;
	if (is_write(nr)) {
		if (!is_compat())
			on_write_call(&call);
	} else if (call.ret >= 0) {
		if (is_open(nr) && !is_compat())
			on_opened(&call);
	} else if (call.ret == -ENOSPC || call.ret == -EDQUOT) {
		if (is_compat())
			return 0;
		if (nr == NR_FSETXATTR)
			on_fsetxattr(&call);
		else
			on_path_refused(&call);
	}
	return 0;
}

/* Either this one (5.17 and later) … */
SEC("?raw_tp/signal_generate")
int s_sigbus_here(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 address = refused_address(ctx->args[0], (void *)ctx->args[1], ctx->args[2]);
	struct fault fault = {.ctx = ctx, .address = address};
	long error;

	if (!address || !armed)
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

	if (address && armed)
		send_fault(ctx, address);
	return 0;
}

/* Pages of every file system pass here. */
SEC("?raw_tp/mm_filemap_delete_from_page_cache")
int s_page_removed(struct bpf_raw_tracepoint_args *ctx)
{
	struct folio *folio = (void *)ctx->args[0];
	struct inode *inode = folio_inode(folio);
	struct super_block *sb;

	if (!inode || !armed)
		return 0;
	sb = READ(inode, i_sb);
	if (is_tmpfs(sb))
		on_tmpfs_folio_removed(folio, inode, sb);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
