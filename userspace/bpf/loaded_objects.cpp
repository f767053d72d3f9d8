// SPDX-License-Identifier: Apache-2.0
#include "bpf/loaded_objects.h"

#include <bpf/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "bpf/handles.h"

namespace tmpfstrace {
namespace {

int find(const std::vector<KernelObject>& objects, std::string_view name) {
  const auto found =
      std::find_if(objects.begin(), objects.end(), [&](const auto& object) { return object.name == name; });
  return found == objects.end() ? -1 : found->fd;
}

Result<bpf_map_info> ask_map(int map_fd, const std::string& name) {
  bpf_map_info info{};
  __u32 length = sizeof(info);
  if (bpf_obj_get_info_by_fd(map_fd, &info, &length) != 0)
    return bpf_fail("cannot ask about the BPF map " + name, errno);
  return info;
}

}  // namespace

LoadedObjects LoadedObjects::of(const bpf_object* object) {
  LoadedObjects objects;
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) {
    if (const int fd = bpf_map__fd(map); fd >= 0) objects.maps_.push_back({bpf_map__name(map), fd});
  }
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {  // without one: of the other set, or for another kernel
    if (const int fd = bpf_program__fd(program); fd >= 0) objects.programs_.push_back({bpf_program__name(program), fd});
  }
  return objects;
}

void LoadedObjects::add_map(std::string name, UniqueFd fd) {
  maps_.push_back({std::move(name), fd.get()});
  owned_.push_back(std::move(fd));
}

void LoadedObjects::add_program(std::string name, UniqueFd fd) {
  programs_.push_back({std::move(name), fd.get()});
  owned_.push_back(std::move(fd));
}

int LoadedObjects::map(std::string_view name) const { return find(maps_, name); }

int LoadedObjects::program(std::string_view name) const { return find(programs_, name); }

Result<TableSizes> read_table_sizes(const LoadedObjects& objects) {
  TableSizes sizes;
  for (const auto& [name, size] : {std::pair("slots", &sizes.slots), std::pair("sb_rows", &sizes.superblocks)}) {
    const auto info = ask_map(objects.map(name), name);
    if (!info) return tl::unexpected(info.error());
    *size = info->max_entries;
  }
  if (const int inodes = objects.map("inodes"); inodes >= 0) {
    const auto info = ask_map(inodes, "inodes");
    if (!info) return tl::unexpected(info.error());
    sizes.inodes = info->max_entries;
  }
  return sizes;
}

Result<MapMemory> MapMemory::open(int map_fd, const std::string& name, std::size_t entry_bytes, Access access) {
  const auto info = ask_map(map_fd, name);
  if (!info) return tl::unexpected(info.error());
  if (info->value_size != entry_bytes)
    return fail("the BPF map " + name + " has entries of " + std::to_string(info->value_size) + " bytes, expected " +
                std::to_string(entry_bytes));
  // As the kernel lays it out.
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t bytes = (info->max_entries * ((entry_bytes + 7) & ~std::size_t{7}) + page - 1) / page * page;
  const int protection = access == Access::write ? PROT_READ | PROT_WRITE : PROT_READ;
  void* data = mmap(nullptr, bytes, protection, MAP_SHARED, map_fd, 0);
  if (data == MAP_FAILED) return bpf_fail("cannot map the BPF map " + name, errno);
  MapMemory memory;
  memory.data_ = data;
  memory.bytes_ = bytes;
  memory.entries_ = info->max_entries;
  return memory;
}

MapMemory::~MapMemory() {
  if (data_ != nullptr) munmap(data_, bytes_);
}

void MapMemory::swap(MapMemory& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(entries_, other.entries_);
}

}  // namespace tmpfstrace
