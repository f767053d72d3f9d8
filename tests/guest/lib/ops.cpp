// SPDX-License-Identifier: Apache-2.0
#include "ops.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace guest {
namespace {

thread_local sigjmp_buf after_fault;
thread_local volatile sig_atomic_t in_attempt = 0;

void on_sigbus(int) {
  if (in_attempt != 0) siglongjmp(after_fault, 1);
  ::signal(SIGBUS, SIG_DFL);
}

}  // namespace

bool is_limit(int error) { return error == ENOSPC || error == ENOMEM || error == EDQUOT; }

long note(long result, Op op, Cause cause, Tally& tally) {
  if (result < 0 && is_limit(errno)) ++tally.refused[op][cause];
  return result;
}

ssize_t put(int fd, const void* data, std::size_t size, off_t at, Tally& tally, Cause cause) {
  const ssize_t done = at == kAtPosition ? ::write(fd, data, size) : ::pwrite(fd, data, size, at);
  if (done < 0) {
    ++tally.failed_calls;
    return note(done, kWrite, cause, tally);
  }
  ++tally.calls;
  tally.written += done;
  if (static_cast<std::size_t>(done) < size) {
    ++tally.shorts;
    ++tally.refused[kWrite][cause];
  }
  return done;
}

bool put_file(const std::string& path, const void* data, std::size_t size, Tally& tally, Cause cause) {
  const int fd = create(path, tally);
  if (fd < 0) return false;
  const ssize_t done = put(fd, data, size, kAtPosition, tally, cause);
  ::close(fd);
  return done == static_cast<ssize_t>(size);
}

int create(const std::string& path, Tally& tally, Cause cause) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd >= 0) ++tally.created[kRegular];
  return static_cast<int>(note(fd, kCreate, cause, tally));
}

bool make_directory(const std::string& path, Tally& tally, Cause cause) {
  const bool made = note(::mkdir(path.c_str(), 0755), kMkdir, cause, tally) == 0;
  tally.created[kDirectory] += made ? 1 : 0;
  return made;
}

bool make_symlink(const std::string& target, const std::string& path, Tally& tally, Cause cause) {
  const bool made = note(::symlink(target.c_str(), path.c_str()), kSymlinkOp, cause, tally) == 0;
  tally.created[kSymlink] += made ? 1 : 0;
  return made;
}

bool make_link(const std::string& old_path, const std::string& path, Tally& tally, Cause cause) {
  const bool made = note(::link(old_path.c_str(), path.c_str()), kLinkOp, cause, tally) == 0;
  tally.created[kLink] += made ? 1 : 0;
  return made;
}

bool make_fifo(const std::string& path, Tally& tally, Cause cause) {
  const bool made = note(::mknod(path.c_str(), S_IFIFO | 0644, 0), kMknod, cause, tally) == 0;
  tally.created[kOther] += made ? 1 : 0;
  return made;
}

int make_tmpfile(const std::string& directory, Tally& tally, Cause cause) {
  const int fd = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);
  if (fd >= 0) ++tally.created[kTmpfile];
  return static_cast<int>(note(fd, kTmpfileOp, cause, tally));
}

void catch_sigbus() {
  struct sigaction action {};
  action.sa_handler = on_sigbus;
  action.sa_flags = SA_NODEFER;
  ::sigaction(SIGBUS, &action, nullptr);
}

bool attempt_store(volatile char* address, char value) {
  if (sigsetjmp(after_fault, 1) != 0) {
    in_attempt = 0;
    return false;
  }
  in_attempt = 1;
  *address = value;
  in_attempt = 0;
  return true;
}

bool attempt_load(const volatile char* address) {
  if (sigsetjmp(after_fault, 1) != 0) {
    in_attempt = 0;
    return false;
  }
  in_attempt = 1;
  (void)*address;
  in_attempt = 0;
  return true;
}

const char* pattern() {
  static char data[kPatternSize];
  if (data[1] == 0) {
    for (std::size_t i = 0; i < kPatternSize; ++i) data[i] = static_cast<char>(1 + (i + i / 4096) % 251);
  }
  return data;
}

}  // namespace guest
