// SPDX-License-Identifier: Apache-2.0
#include "bpf/symbol_worker.h"

#include <bcc/bcc_syms.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/host_paths.h"
#include "host/process_maps.h"

namespace tmpfstrace {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kKeptProcesses = 16;
// A cache holds the process's root and files open: for long it would keep a tmpfs from ending that we watch. But
// symbols that took long to read are kept longer than that took.
constexpr std::chrono::seconds kKept{1};
constexpr int kKeptTimesReading = 10;

class Process {
 public:
  Process(std::uint32_t tgid, std::vector<AddressRange> ranges)
      : tgid_(tgid), ranges_(std::move(ranges)), cache_(bcc_symcache_new(static_cast<int>(tgid), nullptr)) {}
  ~Process() {
    if (cache_ != nullptr) bcc_free_symcache(cache_, static_cast<int>(tgid_));
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // The same number may be another program by now, or the program may have mapped another library.
  bool is_still(std::uint32_t tgid, const std::vector<AddressRange>& ranges) const {
    return tgid_ == tgid && ranges_ == ranges;
  }
  bool is_old() const { return Clock::now() - used_ > std::max<Clock::duration>(kKept, kKeptTimesReading * reading_); }
  std::string frame(std::uint64_t address);

 private:
  std::uint32_t tgid_;
  std::vector<AddressRange> ranges_;
  Clock::time_point used_ = Clock::now();
  Clock::duration reading_{};  // the most that one look-up took
  void* cache_;
};

const char* base_name(const char* path) {
  const char* slash = std::strrchr(path, '/');
  return slash == nullptr ? path : slash + 1;
}

std::string Process::frame(std::uint64_t address) {
  const Clock::time_point start = Clock::now();
  bcc_symbol symbol{};
  const bool found = cache_ != nullptr && bcc_symcache_resolve(cache_, address, &symbol) == 0;
  const bool has_module = symbol.module != nullptr && std::strlen(symbol.module) > 0;
  std::string text = fmt::format("{:#x}", address);
  if (found && symbol.demangle_name != nullptr) text = fmt::format("{}+{:#x}", symbol.demangle_name, symbol.offset);
  if (has_module) text += fmt::format(" ({})", base_name(symbol.module));
  if (found) bcc_symbol_free_demangle_name(&symbol);
  used_ = Clock::now();
  reading_ = std::max(reading_, used_ - start);
  return text.substr(0, kMostFrameBytes);
}

class Worker {
 public:
  explicit Worker(int socket) : socket_(socket) {}
  int run();

 private:
  void answer(const SymbolRequest& request);
  void forget_old() {
    recent_.remove_if([](const auto& process) { return process->is_old(); });
  }
  Process& process(std::uint32_t tgid, const std::vector<AddressRange>& ranges);

  int socket_;
  HostPaths paths_;
  std::list<std::unique_ptr<Process>> recent_;  // most recent first
};

Process& Worker::process(std::uint32_t tgid, const std::vector<AddressRange>& ranges) {
  forget_old();
  const auto known =
      std::find_if(recent_.begin(), recent_.end(), [&](const auto& p) { return p->is_still(tgid, ranges); });
  if (known != recent_.end())
    recent_.splice(recent_.begin(), recent_, known);
  else
    recent_.push_front(std::make_unique<Process>(tgid, ranges));
  if (recent_.size() > kKeptProcesses) recent_.pop_back();
  return *recent_.front();
}

void Worker::answer(const SymbolRequest& request) {
  const std::vector<std::uint64_t> addresses(request.addresses, request.addresses + request.count);
  const std::vector<AddressRange> ranges = read_address_ranges(paths_, request.tgid);
  const std::size_t believed = count_believable(addresses, ranges);
  std::string packet(1, kSymbolAnswer);
  for (std::size_t i = 0; i < believed; ++i) {
    packet += process(request.tgid, ranges).frame(addresses[i]);
    packet += '\0';
  }
  ::send(socket_, packet.data(), packet.size(), MSG_NOSIGNAL);  // one that has gone does not wait for it
}

int Worker::run() {
  for (;;) {
    pollfd ready{socket_, POLLIN, 0};
    const int timeout = recent_.empty() ? -1 : static_cast<int>(std::chrono::milliseconds(kKept).count());
    const int count = ::poll(&ready, 1, timeout);
    if (count < 0 && errno != EINTR) return 1;
    if (count == 0) forget_old();
    if (count <= 0) continue;
    SymbolRequest request;
    const ssize_t got = ::recv(socket_, &request, sizeof request, 0);
    if (got != static_cast<ssize_t>(sizeof request) || request.count > TMPFS_STACK_DEPTH) return got == 0 ? 0 : 1;
    answer(request);
  }
}

}  // namespace

int run_symbol_worker(int socket) {
  ::prctl(PR_SET_NAME, "tmpfstrace-syms");
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // also while BCC hangs
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  return Worker(socket).run();
}

}  // namespace tmpfstrace
