// SPDX-License-Identifier: Apache-2.0
// The BPF objects that are loaded on the host. The tool's are the only ones in a guest.
#pragma once

#include <chrono>
#include <string>

namespace guest {

struct KernelObjects {
  int programs = 0;
  int maps = 0;
  int links = 0;
  bool none() const { return programs == 0 && maps == 0 && links == 0; }
  // Some of every kind.
  bool complete() const { return programs > 0 && maps > 0 && links > 0; }
  std::string text() const;
};

// Throws where the kernel does not list them.
KernelObjects kernel_objects();

// Programs and maps go after a grace period of RCU. Throws, with what is left, when they do not; `when` is for the
// reader.
void wait_for_no_kernel_objects(const std::string& when, std::chrono::seconds patience = std::chrono::seconds(10));

}  // namespace guest
