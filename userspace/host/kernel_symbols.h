// SPDX-License-Identifier: Apache-2.0
// Addresses and sizes of kernel functions and variables, from <proc>/kallsyms.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/host_paths.h"
#include "model/result.h"

namespace tmpfstrace {

struct KernelSymbol {
  std::uint32_t occurrences = 0;         // static functions may share a name; more than 1: a probe by name is ambiguous
  std::optional<std::uint64_t> address;  // of the first; absent when kptr_restrict hides addresses
  std::optional<std::uint64_t> size;     // distance to the next symbol: includes padding; absent for the last one
};

// Lines of kallsyms in, the wanted symbols of text (types t, T, w, W) and data (d, D, b, B, r, R) out. Pure.
// "name.isra.0" is another name.
class KernelSymbolReader {
 public:
  explicit KernelSymbolReader(const std::vector<std::string>& names);
  void read_line(std::string_view line);
  std::map<std::string, KernelSymbol> finish();
  bool hidden() const { return lines_ != 0 && !any_address_; }  // every address is 0
  std::uint64_t lines() const { return lines_; }

 private:
  std::unordered_map<std::string, KernelSymbol> wanted_;
  std::vector<std::uint64_t> addresses_;  // of everything: modules are not in order
  std::uint64_t lines_ = 0;
  bool any_address_ = false;
};

class KernelSymbols {
 public:
  // One pass over about 200,000 lines.
  static Result<KernelSymbols> load(const HostPaths& paths, const std::vector<std::string>& names);

  // Null when the kernel has no such symbol, or load() was not asked for it. Lives as long as this object.
  const KernelSymbol* find(const std::string& name) const;
  bool hidden() const { return hidden_; }

 private:
  std::map<std::string, KernelSymbol> symbols_;
  bool hidden_ = false;
};

// Why the address of a symbol that load() was asked for is not known; empty when it is.
std::string why_no_address(const Result<KernelSymbols>& symbols, const std::string& name);

}  // namespace tmpfstrace
