// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The exact mode. Every program is optional ("?"): user space loads either the fentry or the kprobe set, and of it what
 * the running kernel has.
 */
#include "control.bpf.h"
#include "fentry_hooks.bpf.h"
#include "kprobe_hooks.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
