// SPDX-License-Identifier: Apache-2.0
// A directory of the BPF file system in which programs, links and maps outlive the tool. Of one tool at a time: it is
// locked for as long as this lives, but where it was opened to be looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bpf/loaded_objects.h"
#include "bpf/pin_note.h"
#include "host/unique_fd.h"
#include "model/result.h"

namespace tmpfstrace {

inline constexpr const char* kDefaultPinPath = "/sys/fs/bpf/tmpfstrace";

// Tells the programs of one build from those of another.
std::string hash_of_object(const void* bytes, std::size_t size);

struct PinnedLink {
  std::string name;  // of its program
  int fd = -1;       // owned by the mode
};

struct PinCount {
  std::size_t links = 0;
  std::size_t programs = 0;
  std::size_t maps = 0;
  std::size_t all() const { return links + programs + maps; }
  bool none() const { return all() == 0; }
};

class Pins {
 public:
  // Makes the directory if it is missing. Fails where there is no BPF file system, where something else lies in the
  // directory, and with EBUSY where another tool has it, whose pid is named if it can be known.
  static Result<Pins> open(const std::string& path);
  // The same without making it. Absent: there is no such directory.
  static Result<std::optional<Pins>> open_existing(const std::string& path);
  // To be looked at, while another tool may have it and change what is there: nothing is locked. Absent likewise.
  static Result<std::optional<Pins>> look_at(const std::string& path);

  const std::string& path() const { return path_; }

  // The tool that has the directory, this process included. Absent: none, or one of a pid namespace that is not seen.
  std::optional<std::int32_t> holder() const;

  Result<PinCount> count() const;
  // Absent: a start was not finished, or nothing is pinned.
  Result<std::optional<PinNote>> note() const;
  // All maps and programs. ENOENT: some that a finished start has pinned are missing.
  Result<LoadedObjects> load() const;

  // The note last; on failure nothing stays pinned. EINVAL: this kernel cannot pin one of the links.
  Result<void> write(const LoadedObjects& objects, const std::vector<PinnedLink>& links, const PinNote& note) const;

  // All that was pinned here: what it was. What is attached ends with the last descriptor.
  Result<PinCount> remove() const;
  Result<void> remove_directory() const;

 private:
  Pins(std::string path, UniqueFd directory) : path_(std::move(path)), directory_(std::move(directory)) {}
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  Result<std::vector<std::string>> names() const;

  std::string path_;
  UniqueFd directory_;
};

}  // namespace tmpfstrace
