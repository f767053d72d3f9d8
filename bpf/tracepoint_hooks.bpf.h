/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * In both sets: a tracepoint costs half of a kprobe. It is one that fires under the page cache's lock, with interrupts off: no
 * kernel preempts the program there, so no run of it is skipped.
 */
#ifndef TRACEPOINT_HOOKS_BPF_H
#define TRACEPOINT_HOOKS_BPF_H

#include "owners.bpf.h"

/* For all file systems, before the page leaves the books: TP_PROTO(struct folio *), struct page * up to 5.15. */
SEC("?tp_btf/mm_filemap_delete_from_page_cache")
int t_unaccount(__u64 *ctx)
{
	on_folio_removed((void *)ctx[0], 1); /* nothing is shared before "armed" */
	return 0;
}

#endif /* TRACEPOINT_HOOKS_BPF_H */
