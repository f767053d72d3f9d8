// SPDX-License-Identifier: Apache-2.0
#include "block_device.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "ops.h"
#include "util.h"

namespace guest {
namespace {

// The header that mkswap writes: version 1, the number of the last page, and the magic at the end of the first page.
bool write_swap_header(const std::string& device) {
  const Fd fd(::open(device.c_str(), O_RDWR | O_CLOEXEC));
  std::uint64_t size = 0;
  if (fd.get() < 0 || ::ioctl(fd.get(), BLKGETSIZE64, &size) != 0 || size < 16u * kPage) return false;
  std::vector<char> page(kPage);
  const std::uint32_t header[3] = {1, static_cast<std::uint32_t>(size / kPage - 1), 0};
  std::memcpy(page.data() + 1024, header, sizeof header);
  std::memcpy(page.data() + kPage - 10, "SWAPSPACE2", 10);
  return ::pwrite(fd.get(), page.data(), page.size(), 0) == kPage && ::fsync(fd.get()) == 0;
}

bool run(const std::string& path, const std::vector<std::string>& args) {
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const std::string& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, 1);
    ::dup2(null, 2);
    ::execv(path.c_str(), argv.data());
    ::_exit(127);
  }
  int status = -1;
  return pid > 0 && ::waitpid(pid, &status, 0) == pid && status == 0;
}

}  // namespace

SwapSpace::SwapSpace() {
  write_text("/sys/block/zram0/disksize", "128M");
  std::string reason = "no swap device (/dev/ram0 or /dev/zram0)";
  for (const char* device : {"/dev/ram0", "/dev/zram0"}) {
    if (!write_swap_header(device)) continue;
    if (::swapon(device, 0) == 0) {
      device_ = device;
      return;
    }
    reason = std::string("swapon ") + device + ": " + std::strerror(errno);
  }
  throw std::runtime_error(reason);
}

bool SwapSpace::stop() {
  if (device_.empty()) return true;
  const bool stopped = ::swapoff(device_.c_str()) == 0;
  device_.clear();
  return stopped;
}

long SwapSpace::used_kib() {
  std::istringstream lines(read_text("/proc/swaps"));
  std::string line;
  std::getline(lines, line);
  long sum = 0;
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string name, type;
    long size = 0, used = 0;
    fields >> name >> type >> size >> used;
    sum += used;
  }
  return sum;
}

void push_out(const SharedMapping& area, const Cgroup& own) {
  for (std::size_t at = 0; at < area.size(); at += kPage) attempt_load(area.page(0) + at);
  const bool out = poll_until(std::chrono::seconds(3), [&] {
    ::madvise(area.page(0), area.size(), MADV_PAGEOUT);
    if (SwapSpace::used_kib() == 0) write_text(own.directory() + "/memory.reclaim", "8M");
    return SwapSpace::used_kib() > 1024;
  });
  if (!out) throw std::runtime_error("only " + std::to_string(SwapSpace::used_kib()) + " KiB could be pushed out");
}

std::string ext4_device(std::string& reason, const std::string& kib) {
  const std::string device = "/dev/ram1";
  if (::access(device.c_str(), W_OK) != 0) {
    reason = "no RAM disk " + device;
    return "";
  }
  const auto sized = [&](std::vector<std::string> args, const std::string& size) {
    if (!kib.empty()) args.push_back(size);
    return args;
  };
  for (const char* path : {"/sbin/mkfs.ext4", "/usr/sbin/mkfs.ext4", "/bin/mkfs.ext4", "/bin/mke2fs", "/sbin/mke2fs",
                           "/usr/sbin/mke2fs"}) {
    if (::access(path, X_OK) == 0 && run(path, sized({"-t", "ext4", "-q", "-F", device}, kib + "k"))) return device;
  }
  // busybox knows ext2 only; the ext4 driver mounts that as well.
  for (const char* path : {"/bin/mkfs.ext2", "/sbin/mkfs.ext2"}) {
    if (::access(path, X_OK) == 0 && run(path, sized({"-F", device}, kib))) return device;
  }
  reason = "no mkfs.ext4 or mke2fs here";
  return "";
}

}  // namespace guest
