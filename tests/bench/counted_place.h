// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// One place in the source of a BPF object that does something atomic or takes a lock, and how often it was passed: an
// entry of the map ".data.atomics" of an object built with counted_atomics.h. The same for the BPF target and for
// x86-64.
#pragma once

#define PLACES_MAP ".data.atomics"

struct counted_place {
  unsigned long long passed;
  unsigned int line;
  char file[36];
  char what[80];  // "add", "compare-and-swap" or the helper, then its argument as the source has it
};
