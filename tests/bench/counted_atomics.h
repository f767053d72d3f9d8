// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Included in front of a BPF object (see the Makefile, "counted"): each atomic operation, and each call of a helper
 * that takes a lock, is counted by its place in the source. Not atomically: exact on one processor.
 */
#pragma once

#include "kernel_types.h"

#include <bpf/bpf_helpers.h>

#include "counted_place.h"

// "used": the compiler would take a structure apart of which only one member is read or written.
#define PASS_PLACE(text)                                                                                            \
  ({                                                                                                                \
    static struct counted_place place__ SEC(PLACES_MAP) __attribute__((used)) = {0, __LINE__, __FILE_NAME__, text}; \
    ++*(volatile unsigned long long*)&place__.passed;                                                               \
  })

#define __sync_fetch_and_add(to, n)  \
  ({                                 \
    PASS_PLACE("add " #to);          \
    __sync_fetch_and_add((to), (n)); \
  })
#define __sync_val_compare_and_swap(at, old, new)    \
  ({                                                 \
    PASS_PLACE("compare-and-swap " #at);             \
    __sync_val_compare_and_swap((at), (old), (new)); \
  })

#define COUNTED_HELPER(name, map, ...) \
  ({                                   \
    PASS_PLACE(#name " " #map);        \
    name((map), ##__VA_ARGS__);        \
  })
#define bpf_map_update_elem(map, ...) COUNTED_HELPER(bpf_map_update_elem, map, __VA_ARGS__)
#define bpf_map_delete_elem(map, ...) COUNTED_HELPER(bpf_map_delete_elem, map, __VA_ARGS__)
#define bpf_map_push_elem(map, ...) COUNTED_HELPER(bpf_map_push_elem, map, __VA_ARGS__)
#define bpf_map_pop_elem(map, ...) COUNTED_HELPER(bpf_map_pop_elem, map, __VA_ARGS__)
#define bpf_ringbuf_reserve(map, ...) COUNTED_HELPER(bpf_ringbuf_reserve, map, __VA_ARGS__)
