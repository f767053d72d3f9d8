// SPDX-License-Identifier: Apache-2.0
#include "util.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace containers {

void throw_errno(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

std::uint64_t monotonic_ns() {
  timespec time;
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

double seconds(std::uint64_t ns) { return static_cast<double>(ns) / 1e9; }

std::string mib(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  if (!file) throw_errno("write " + path);
}

void make_directories(const std::string& path) { std::filesystem::create_directories(path); }

std::string device_of(const std::string& path) {
  struct stat about;
  if (::stat(path.c_str(), &about) != 0) throw_errno("stat " + path);
  return std::to_string(major(about.st_dev)) + ":" + std::to_string(minor(about.st_dev));
}

std::uint64_t used_bytes(const std::string& path) {
  struct statvfs about;
  if (::statvfs(path.c_str(), &about) != 0) throw_errno("statvfs " + path);
  return (about.f_blocks - about.f_bfree) * about.f_frsize;
}

std::string hex_id(std::size_t digits) {
  std::string bytes(digits, '\0');
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(digits)) throw_errno("getrandom");
  for (char& digit : bytes) digit = "0123456789abcdef"[static_cast<unsigned char>(digit) % 16];
  return bytes;
}

int spawn(const std::vector<std::string>& words, int output) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw_errno("fork");
  if (child != 0) return child;
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  if (output >= 0) ::dup2(output, STDOUT_FILENO);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

}  // namespace containers
