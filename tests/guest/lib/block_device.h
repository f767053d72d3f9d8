// SPDX-License-Identifier: Apache-2.0
// RAM disks that the guest's init has set up, made into swap space or a file system.
#pragma once

#include <optional>
#include <string>

namespace guest {

class SwapSpace {
 public:
  // Nothing, with the reason, when there is no device or the kernel does not take it.
  static std::optional<SwapSpace> start(std::string& reason);
  bool stop();
  static long used_kib();

 private:
  explicit SwapSpace(std::string device) : device_(std::move(device)) {}
  std::string device_;
};

// A RAM disk with an ext4 file system; empty, with the reason, when it cannot be had.
std::string ext4_device(std::string& reason);

}  // namespace guest
