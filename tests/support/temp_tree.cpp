// SPDX-License-Identifier: Apache-2.0
#include "temp_tree.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace tmpfstrace::test {

namespace fs = std::filesystem;

namespace {

// Thousands of directories are made: /dev/shm spares the disk. TMPDIR overrides.
fs::path parent_directory() {
  if (std::getenv("TMPDIR") == nullptr && ::access("/dev/shm", W_OK) == 0) return "/dev/shm";
  return fs::temp_directory_path();
}

}  // namespace

TempTree::TempTree() {
  std::string pattern = (parent_directory() / "tmpfstrace-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::system_error(errno, std::generic_category(), pattern);
  root_ = pattern;
}

TempTree::~TempTree() {
  std::error_code ignored;  // a destructor may not throw, and a directory left behind harms nobody
  fs::remove_all(root_, ignored);
}

std::string TempTree::path(std::string_view relative) const { return root_ + "/" + std::string(relative); }

void TempTree::directory(std::string_view relative) const { fs::create_directories(path(relative)); }

void TempTree::file(std::string_view relative, std::string_view content) const {
  fs::create_directories(fs::path(path(relative)).parent_path());
  std::ofstream out(path(relative), std::ios::binary | std::ios::trunc);
  out << content;
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path(relative));
}

void TempTree::symlink(std::string_view relative, const std::string& target) const {
  fs::create_directories(fs::path(path(relative)).parent_path());
  fs::create_symlink(target, path(relative));
}

void TempTree::remove(std::string_view relative) const { fs::remove_all(path(relative)); }

unsigned long long TempTree::inode(std::string_view relative) const {
  struct stat facts {};
  if (::stat(path(relative).c_str(), &facts) != 0) {
    throw std::system_error(errno, std::generic_category(), path(relative));
  }
  return facts.st_ino;
}

std::string host_fixture(std::string_view name) {
  const fs::path here = fs::path(__FILE__).parent_path();
  std::ifstream in(here / ".." / "fixtures" / "host" / name, std::ios::binary);
  if (!in) throw std::runtime_error("no fixture " + std::string(name));
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace tmpfstrace::test
