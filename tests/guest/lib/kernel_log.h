// SPDX-License-Identifier: Apache-2.0
// What the kernel complains of in its log from now on.
#pragma once

#include <string>

#include "util.h"

namespace guest {

class KernelLog {
 public:
  // What the kernel said before, while it booted, is not ours.
  KernelLog();
  // The complaints since the last call, empty when there are none; a log that cannot be read in full is one.
  std::string complaints();

 private:
  Fd log_;
};

}  // namespace guest
