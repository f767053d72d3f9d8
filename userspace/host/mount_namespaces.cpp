// SPDX-License-Identifier: Apache-2.0
#include "host/mount_namespaces.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "host/text_file.h"

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kYoung = 3 * kSecond;
constexpr std::uint64_t kAskAgain = 8 * kSecond;  // and up to eight more by its number, so that not all are due at once
constexpr std::int32_t kSpread = 8;

}  // namespace

void MountNamespaces::ask(std::int32_t pid, std::uint64_t now_ns, Process& process) const {
  struct stat facts {};
  const bool known = ::stat(fmt::format("{}/{}/ns/mnt", paths_.proc, pid).c_str(), &facts) == 0;
  process.mount_namespace = known ? facts.st_ino : 0;
  // A process that ended, or a zombie, has no namespaces any more.
  process.unreadable = !known && errno != ENOENT && errno != ESRCH;
  const bool young = now_ns - process.first_seen_ns < kYoung;
  process.ask_again_ns = young ? now_ns : now_ns + kAskAgain + static_cast<std::uint64_t>(pid % kSpread) * kSecond;
}

Result<void> MountNamespaces::refresh(std::uint64_t now_ns, bool ask_all) {
  const auto pids = list_processes(paths_.proc);
  if (!pids) return tl::unexpected(pids.error());
  ++scans_;
  members_.clear();
  unreadable_ = 0;
  for (const std::int32_t pid : *pids) {
    const auto [at, is_new] = processes_.try_emplace(pid);
    Process& process = at->second;
    if (is_new) process.first_seen_ns = now_ns;
    if (is_new || ask_all || now_ns >= process.ask_again_ns) ask(pid, now_ns, process);
    process.scan = scans_;
    if (process.unreadable) ++unreadable_;
    if (process.mount_namespace != 0) members_[process.mount_namespace].push_back(pid);
  }
  if (processes_.size() != pids->size())
    std::erase_if(processes_, [this](const auto& item) { return item.second.scan != scans_; });
  return {};
}

}  // namespace tmpfstrace
