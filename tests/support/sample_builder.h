// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "model/sample.h"
#include "model/snapshot.h"

namespace tmpfstrace::test {

// Of tests/fixtures, wherever the tests are run from.
std::string fixture_path(const std::string& name);
std::string read_fixture(const std::string& name);

// A file name of its own in the temporary directory, removed at the end.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& suffix);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  const std::string& path() const { return path_; }
  std::string read() const;
  void write(const std::string& content) const;

 private:
  std::string directory_;
  std::string path_;
};

// All counters known and 0.
Counters zero_counters();

Sample sample_at(std::uint64_t monotonic_ns);

// The snapshot of `now`, with rates since `before`.
Snapshot derive_after(const Sample& now, const Sample& before);
void add_row(Sample& sample, CgroupId cgroup, const SuperblockId& superblock, const Counters& counters);

// Every field has a value of its own, so that two that are swapped make a difference.
Sample full_sample();
RefusalEvent full_event();

}  // namespace tmpfstrace::test
