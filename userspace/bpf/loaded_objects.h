// SPDX-License-Identifier: Apache-2.0
// The maps and programs of one mode as the kernel has them, by name: loaded by this process, or pinned by an earlier
// one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/unique_fd.h"
#include "model/result.h"
#include "model/table_sizes.h"

struct bpf_object;

namespace tmpfstrace {

struct KernelObject {
  std::string name;
  int fd = -1;  // owned by the list's maker
};

class LoadedObjects {
 public:
  LoadedObjects() = default;
  // Of a loaded object, which keeps the descriptors and must outlive this.
  static LoadedObjects of(const bpf_object* object);
  // These are kept here.
  void add_map(std::string name, UniqueFd fd);
  void add_program(std::string name, UniqueFd fd);

  const std::vector<KernelObject>& maps() const { return maps_; }
  const std::vector<KernelObject>& programs() const { return programs_; }
  // A descriptor; -1: there is none of that name.
  int map(std::string_view name) const;
  int program(std::string_view name) const;

 private:
  std::vector<KernelObject> maps_;
  std::vector<KernelObject> programs_;
  std::vector<UniqueFd> owned_;
};

// As the kernel has the maps, whatever options they were made with.
Result<TableSizes> read_table_sizes(const LoadedObjects& objects);

// The entries of an array map in memory, for as long as this lives. The programs go on writing them.
class MapMemory {
 public:
  enum class Access { read, write };

  MapMemory() = default;
  // Fails where an entry has another size: user space and the programs are not of one layout.
  static Result<MapMemory> open(int map_fd, const std::string& name, std::size_t entry_bytes, Access access);
  ~MapMemory();
  MapMemory(MapMemory&& other) noexcept { swap(other); }
  MapMemory& operator=(MapMemory&& other) noexcept {
    swap(other);
    return *this;
  }

  void* data() const { return data_; }  // null: not open
  std::uint32_t entries() const { return entries_; }

 private:
  void swap(MapMemory& other) noexcept;

  void* data_ = nullptr;
  std::size_t bytes_ = 0;
  std::uint32_t entries_ = 0;
};

}  // namespace tmpfstrace
