// SPDX-License-Identifier: Apache-2.0
#include "bpf/slot_table.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <string>

#include "bpf/decode.h"
#include "bpf/handles.h"
#include "bpf/programs.h"

namespace tmpfstrace {
namespace {

// A reader meets a line that is just being moved this often in a row only if the machine does nothing else.
constexpr int kReadTries = 1000;

constexpr std::uint64_t kGraceNs = 300'000'000'000;  // what has ended stays on screen this long, if there is room

// Entry 0 is reserved: where events go that found no row. The queue of free ones (c_fill_queue) holds all others.
template <typename Entry>
Result<void> prepare_map(const LoadedObjects& objects, const char* map, std::uint64_t queue, std::uint32_t entries) {
  Entry reserved{};
  reserved.in_use = 1;
  const std::uint32_t zero = 0;
  if (const int error = bpf_map_update_elem(objects.map(map), &zero, &reserved, BPF_ANY))
    return bpf_fail(std::string("cannot prepare the BPF map ") + map, error);
  const int fill = objects.program("c_fill_queue");
  for (std::uint32_t next = 1; next < entries;) {
    const std::uint32_t wanted = std::min<std::uint32_t>(entries - next, FILL_AT_ONCE);
    if (run_program(fill, {next, entries, queue}) != wanted)
      return fail(std::string("cannot prepare the BPF map ") + map + ": its free entries were not entered");
    next += wanted;
  }
  return {};
}

template <typename Entry>
Result<Entry*> map_array(const LoadedObjects& objects, const char* map, MapMemory::Access access, MapMemory& memory) {
  auto opened = MapMemory::open(objects.map(map), map, sizeof(Entry), access);
  if (!opened) return tl::unexpected(opened.error());
  memory = std::move(*opened);
  return static_cast<Entry*>(memory.data());
}

bool is_untouched(const tmpfs_counters& counters) {
  const tmpfs_counters untouched{};
  return std::memcmp(&counters, &untouched, sizeof(counters)) == 0;
}

void add_line(tmpfs_counters& sum, const tmpfs_cpu_line& line) {
  sum.allocated_pages += line.allocated_pages;
  sum.freed_pages += line.freed_pages;
  sum.written_bytes += line.written_bytes;
  sum.write_calls += line.write_calls;
  sum.created[TMPFS_KIND_REGULAR] += line.created_regular;
  sum.removed[TMPFS_KIND_REGULAR] += line.removed_regular;
}

const char* kind_of(const tmpfs_sb_row& row) {
  if (row.flags & TMPFS_SB_INTERNAL) return "internal";
  return row.flags & TMPFS_SB_DEVTMPFS ? "devtmpfs" : "tmpfs";
}

}  // namespace

void SlotTable::resize(bpf_object* object, const SlotTableSize& size) {
  const auto set = [object](const char* map, std::uint32_t entries) {
    bpf_map__set_max_entries(bpf_object__find_map_by_name(object, map), entries);
  };
  for (const char* map : {"slots", "free_slots", "slot_index"}) set(map, std::max(size.slots, kLeastTable));
  for (const char* map : {"sb_rows", "free_sb_rows", "sb_index"}) set(map, std::max(size.superblocks, kLeastTable));
  set("cpu_lines", static_cast<std::uint32_t>(std::max(libbpf_num_possible_cpus(), 1)) * TMPFS_CPU_LINES);
}

Result<void> SlotTable::open(const LoadedObjects& objects) {
  using enum MapMemory::Access;
  objects_ = &objects;
  auto slots = map_array<tmpfs_slot>(objects, "slots", read, slots_memory_);
  if (!slots) return tl::unexpected(slots.error());
  slots_ = *slots;
  auto rows = map_array<tmpfs_sb_row>(objects, "sb_rows", read, sb_rows_memory_);
  if (!rows) return tl::unexpected(rows.error());
  sb_rows_ = *rows;
  auto common = map_array<tmpfs_common>(objects, ".data.common", write, common_memory_);
  if (!common) return tl::unexpected(common.error());
  common_ = *common;
  if (objects.map("cpu_lines") < 0) return {};
  auto lines = map_array<tmpfs_cpu_line>(objects, "cpu_lines", read, cpu_lines_memory_);
  if (!lines) return tl::unexpected(lines.error());
  cpu_lines_ = *lines;
  cpus_ = cpu_lines_memory_.entries() / TMPFS_CPU_LINES;
  return {};
}

Result<void> SlotTable::prepare() {
  return prepare_map<tmpfs_slot>(*objects_, "slots", 0, slots()).and_then([this] {
    return prepare_map<tmpfs_sb_row>(*objects_, "sb_rows", 1, superblock_rows());
  });
}

void SlotTable::resume() {
  for (std::uint32_t i = 1; i < slots(); ++i)
    if (slots_[i].in_use == TMPFS_SLOT_RETIRED) fold_slot(i, (sb_rows_[slots_[i].sb_row].flags & TMPFS_SB_DEAD) != 0);
}

SuperblockId SlotTable::superblock_of_row(std::uint32_t row) const {
  if (row == 0 || row >= superblock_rows()) return kNoSuperblock;
  return decode_superblock_id(sb_rows_[row].kernel_dev, sb_rows_[row].first_seen_ns);
}

SuperblockId SlotTable::superblock_of_slot(std::uint32_t slot) const { return superblock_of_row(slots_[slot].sb_row); }

// What the lines of all CPUs hold for the slot is added to its own. A line that is moved meanwhile would be read twice
// or not at all: the slot says when that has begun and ended, and then it is read again.
tmpfs_counters SlotTable::counters_of(std::uint32_t index) const {
  const tmpfs_slot& slot = slots_[index];
  tmpfs_counters sum = slot.counters;
  for (int i = 0; cpu_lines_ != nullptr && i < kReadTries; ++i) {
    const auto ended = __atomic_load_n(&slot.moves_ended, __ATOMIC_ACQUIRE);
    sum = slot.counters;
    for (std::uint32_t cpu = 0; cpu < cpus_; ++cpu) {
      const tmpfs_cpu_line line = cpu_lines_[cpu * TMPFS_CPU_LINES + index % TMPFS_CPU_LINES];
      if (line.slot == index && line.generation == slot.generation) add_line(sum, line);
    }
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (__atomic_load_n(&slot.moves_begun, __ATOMIC_RELAXED) == ended) break;
  }
  return sum;
}

void SlotTable::read(LedgerReading& reading) {
  used_rows_ = 0;
  dead_rows_.clear();
  for (std::uint32_t i = 1; i < superblock_rows(); ++i) {
    const tmpfs_sb_row& row = sb_rows_[i];
    if (!row.in_use) continue;
    ++used_rows_;
    const bool dead = (row.flags & TMPFS_SB_DEAD) != 0;
    if (dead) dead_rows_.push_back(i);
    reading.superblocks.push_back({superblock_of_row(i), kind_of(row), dead});
  }
  mark_replaced(reading.superblocks);
  used_slots_.clear();
  slot_of_cgroup_.clear();
  for (std::uint32_t i = 0; i < slots(); ++i)
    if (slots_[i].in_use) used_slots_.push_back(i);
  reading.rows.reserve(used_slots_.size());
  for (const std::uint32_t i : used_slots_) {
    const tmpfs_slot& slot = slots_[i];
    const tmpfs_counters counters = counters_of(i);
    if (i == 0 && is_untouched(counters)) continue;
    reading.rows.push_back({slot.cgroup_id, superblock_of_row(slot.sb_row), rules_.decode(counters)});
  }
}

std::string SlotTable::cgroup_name(CgroupId id) const {
  if (slot_of_cgroup_.empty())
    for (const std::uint32_t i : used_slots_) slot_of_cgroup_.emplace(slots_[i].cgroup_id, i);
  const auto found = slot_of_cgroup_.find(id);
  if (id == TMPFS_CGROUP_NONE || found == slot_of_cgroup_.end()) return {};
  const tmpfs_slot& slot = slots_[found->second];
  if (slot.cgroup_id != id) return {};  // given back since
  return {slot.cgroup_name, strnlen(slot.cgroup_name, TMPFS_CGROUP_NAME_LEN)};
}

bool SlotTable::is_crowded() const { return used_slots_.size() * 2 >= slots() || used_rows_ * 2 >= superblock_rows(); }

bool SlotTable::run(const char* program, std::initializer_list<std::uint64_t> arguments) {
  return run_program(objects_->program(program), arguments).value_or(0) == 1;
}

bool SlotTable::fold_slot(std::uint32_t index, bool superblock_is_over) {
  common_->folded = counters_of(index);
  return run("c_fold_slot", {index, superblock_is_over ? 0 : slots_[index].sb_row});
}

void SlotTable::release_dead(const std::function<bool(CgroupId)>& cgroup_is_dead, std::uint64_t monotonic_ns) {
  const bool crowded = is_crowded();
  const auto is_over = [&](std::uint64_t died_ns) { return crowded || monotonic_ns > died_ns + kGraceNs; };
  const auto superblock_is_over = [&](const tmpfs_sb_row& row) {
    return (row.flags & TMPFS_SB_DEAD) && is_over(row.died_ns);
  };
  std::map<CgroupId, std::uint64_t> dead_since;
  const auto cgroup_is_over = [&](CgroupId id) {
    if (id == TMPFS_CGROUP_NONE || id == kEndedCgroups || !cgroup_is_dead(id)) return false;
    const auto known = dead_since_.find(id);
    return is_over(dead_since.emplace(id, known == dead_since_.end() ? monotonic_ns : known->second).first->second);
  };

  std::set<std::uint32_t> rows_in_use;
  for (const std::uint32_t i : used_slots_) {
    const tmpfs_slot& slot = slots_[i];
    const std::uint32_t row = slot.sb_row;
    if (i == 0 || slot.in_use == TMPFS_SLOT_FREE || row == 0 || row >= superblock_rows()) continue;
    const bool gone = superblock_is_over(sb_rows_[row]);
    const bool over = gone || slot.in_use == TMPFS_SLOT_RETIRED ||
                      (cgroup_is_over(slot.cgroup_id) && rules_.is_settled(counters_of(i)));
    const bool retired = over && (slot.in_use == TMPFS_SLOT_RETIRED || retire_slot(i));
    if (!retired || !fold_slot(i, gone)) rows_in_use.insert(row);
  }
  for (const std::uint32_t i : dead_rows_)
    if (sb_rows_[i].in_use && superblock_is_over(sb_rows_[i]) && rows_in_use.count(i) == 0) run("c_retire_sb_row", {i});
  dead_since_ = std::move(dead_since);
}

}  // namespace tmpfstrace
