// SPDX-License-Identifier: Apache-2.0
// User stack addresses as symbols, by BCC's symbol cache (bcc/bcc_syms.h). The only file that knows it.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "host/host_paths.h"

namespace tmpfstrace {

class Symbols {
 public:
  explicit Symbols(HostPaths paths);
  ~Symbols();
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  // "write+0x14 (libc.so.6)", innermost first; an address in hex where the process is gone or has no symbol. Opening a
  // process reads its maps and ELF files: only the last few are kept. Fewer frames than addresses: see
  // count_believable().
  std::vector<std::string> resolve(std::uint32_t tgid, const std::vector<std::uint64_t>& addresses);

 private:
  struct Process;
  Process* process(std::uint32_t tgid);

  HostPaths paths_;
  std::list<std::unique_ptr<Process>> recent_;  // most recent first
};

}  // namespace tmpfstrace
