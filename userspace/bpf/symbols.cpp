// SPDX-License-Identifier: Apache-2.0
#include "bpf/symbols.h"

#include <bcc/bcc_syms.h>
#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "host/process_maps.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t kKeptProcesses = 4;

const char* base_name(const char* path) {
  const char* slash = std::strrchr(path, '/');
  return slash == nullptr ? path : slash + 1;
}

}  // namespace

struct Symbols::Process {
  explicit Process(std::uint32_t pid) : tgid(pid), cache(bcc_symcache_new(static_cast<int>(pid), nullptr)) {}
  ~Process() {
    if (cache != nullptr) bcc_free_symcache(cache, static_cast<int>(tgid));
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  std::uint32_t tgid;
  void* cache;
};

Symbols::Symbols(HostPaths paths) : paths_(std::move(paths)) {}
Symbols::~Symbols() = default;

Symbols::Process* Symbols::process(std::uint32_t tgid) {
  for (auto it = recent_.begin(); it != recent_.end(); ++it) {
    if ((*it)->tgid != tgid) continue;
    recent_.splice(recent_.begin(), recent_, it);
    // The same number may be another program by now, or the program may have mapped another library.
    if ((*it)->cache != nullptr) bcc_symcache_refresh((*it)->cache);
    return it->get();
  }
  recent_.push_front(std::make_unique<Process>(tgid));
  if (recent_.size() > kKeptProcesses) recent_.pop_back();
  return recent_.front().get();
}

std::vector<std::string> Symbols::resolve(std::uint32_t tgid, const std::vector<std::uint64_t>& addresses) {
  std::vector<std::string> frames;
  if (addresses.empty()) return frames;
  const std::size_t believed = count_believable(addresses, read_address_ranges(paths_, tgid));
  if (believed == 0) return frames;
  Process* owner = process(tgid);
  for (std::size_t i = 0; i < believed; ++i) {
    const std::uint64_t address = addresses[i];
    bcc_symbol symbol{};
    const bool found = owner->cache != nullptr && bcc_symcache_resolve(owner->cache, address, &symbol) == 0;
    if (found && symbol.demangle_name != nullptr)
      frames.push_back(fmt::format("{}+{:#x} ({})", symbol.demangle_name, symbol.offset,
                                   symbol.module == nullptr ? "?" : base_name(symbol.module)));
    else if (symbol.module != nullptr && std::strlen(symbol.module) > 0)
      frames.push_back(fmt::format("{:#x} ({})", address, base_name(symbol.module)));
    else
      frames.push_back(fmt::format("{:#x}", address));
    if (found) bcc_symbol_free_demangle_name(&symbol);
  }
  return frames;
}

}  // namespace tmpfstrace
