// SPDX-License-Identifier: Apache-2.0
#include "bpf/decode.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <iterator>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>

namespace tmpfstrace {
namespace {

template <std::size_t N>
std::string text_of(const char (&field)[N]) {
  return std::string(field, strnlen(field, N));
}

constexpr std::uint32_t kMinorBits = 20;

std::uint64_t inodes_of(const __u64 (&kinds)[TMPFS_KIND_MAX]) {
  // O_TMPFILE inodes are counted as regular ones too.
  return std::accumulate(std::begin(kinds), std::end(kinds), std::uint64_t{0}) - kinds[TMPFS_KIND_TMPFILE];
}

}  // namespace

Counters decode_counters(const tmpfs_counters& raw) {
  Counters out;
  out.allocated_bytes = raw.allocated_pages * kPageBytes;
  out.freed_bytes = raw.freed_pages * kPageBytes;
  out.seeded_bytes = (raw.seeded_pages + raw.late_pages) * kPageBytes;
  out.seeded_inodes = raw.seeded_inodes + raw.late_inodes;
  out.written_bytes = raw.written_bytes;
  out.write_calls = raw.write_calls;
  out.short_writes = raw.short_writes;
  // The kernel side counts an O_TMPFILE inode as a regular file too; a reader between its two adds must not go below 0.
  auto disjoint = [](const __u64(&kinds)[TMPFS_KIND_MAX]) {
    KindCounts result;
    std::copy(std::begin(kinds), std::end(kinds), result.begin());
    const std::uint64_t regular = kinds[TMPFS_KIND_REGULAR];
    result[TMPFS_KIND_REGULAR] = regular - std::min<std::uint64_t>(regular, kinds[TMPFS_KIND_TMPFILE]);
    return result;
  };
  out.created = disjoint(raw.created);
  out.removed = disjoint(raw.removed);
  out.xattr_bytes = raw.xattr_bytes_added - std::min(raw.xattr_bytes_added, raw.xattr_bytes_removed);
  out.refusals.emplace();
  for (int op = 0; op < TMPFS_OP_MAX; ++op) {
    // Next to none of thousands of rows was ever refused anything.
    const auto& causes = raw.refusals[op];
    if (std::accumulate(std::begin(causes), std::end(causes), std::uint64_t{0}, std::bit_or<>()) == 0) continue;
    for (int cause = 0; cause < TMPFS_CAUSE_MAX; ++cause)
      out.refusals->add(static_cast<tmpfs_op>(op), static_cast<tmpfs_cause>(cause), causes[cause]);
  }
  out.events_held.emplace();
  std::copy(std::begin(raw.events_held), std::end(raw.events_held), out.events_held->begin());
  return out;
}

bool is_balanced(const tmpfs_counters& raw) {
  return raw.allocated_pages + raw.seeded_pages + raw.late_pages == raw.freed_pages &&
         raw.seeded_inodes + raw.late_inodes + inodes_of(raw.created) == inodes_of(raw.removed);
}

SuperblockId decode_superblock_id(std::uint32_t kernel_dev, std::uint64_t first_seen_ns) {
  return {kernel_dev >> kMinorBits, kernel_dev & ((1u << kMinorBits) - 1), first_seen_ns};
}

void mark_replaced(std::vector<KernelSuperblock>& superblocks) {
  std::map<SuperblockId, KernelSuperblock*> living;  // by the device number alone
  for (KernelSuperblock& superblock : superblocks) {
    if (superblock.dead) continue;
    KernelSuperblock*& newest = living[{superblock.id.major, superblock.id.minor, 0}];
    KernelSuperblock* older = &superblock;
    if (newest == nullptr || newest->id.generation < superblock.id.generation) std::swap(newest, older);
    if (older != nullptr) older->dead = true;
  }
}

std::string decode_error(std::int32_t error) {
  switch (error) {
    case 0: return {};
    case -7: return "SIGBUS";
    case 11: return "EAGAIN";
    case 12: return "ENOMEM";
    case 14: return "EFAULT";
    case 28: return "ENOSPC";
    case 122: return "EDQUOT";
    default: return "errno " + std::to_string(error);
  }
}

Result<KernelEvent> decode_event(const void* data, std::size_t size) {
  tmpfs_event raw{};
  if (size != sizeof(raw))
    return fail("event of " + std::to_string(size) + " bytes, expected " + std::to_string(sizeof(raw)));
  std::memcpy(&raw, data, sizeof(raw));
  if (raw.abi_version != TMPFS_ABI_VERSION)
    return fail("event of ABI version " + std::to_string(raw.abi_version) + ", expected " +
                std::to_string(TMPFS_ABI_VERSION));
  if (raw.operation >= TMPFS_OP_MAX || raw.cause >= TMPFS_CAUSE_MAX || raw.stack_depth > TMPFS_STACK_DEPTH)
    return fail("event with a field out of range");
  KernelEvent out;
  RefusalEvent& event = out.event;
  event.monotonic_ns = raw.time_ns;
  event.cgroup = raw.cgroup_id;
  event.superblock = decode_superblock_id(raw.kernel_dev, 0);
  out.sb_row = raw.sb_row;
  event.tgid = raw.tgid;
  event.tid = raw.tid;
  event.comm = text_of(raw.comm);
  event.operation = static_cast<tmpfs_op>(raw.operation);
  event.cause = static_cast<tmpfs_cause>(raw.cause);
  event.error = decode_error(raw.error);
  event.bytes_asked = raw.bytes_asked;
  event.bytes_done = raw.bytes_done;
  event.inode = raw.inode;
  event.file = text_of(raw.file);
  event.directory = text_of(raw.directory);
  out.stack.assign(raw.stack, raw.stack + raw.stack_depth);
  return out;
}

Result<KernelFile> decode_file_event(const void* data, std::size_t size) {
  tmpfs_file_event raw{};
  if (size != sizeof(raw))
    return fail("file event of " + std::to_string(size) + " bytes, expected " + std::to_string(sizeof(raw)));
  std::memcpy(&raw, data, sizeof(raw));
  if (raw.abi_version != TMPFS_ABI_VERSION)
    return fail("file event of ABI version " + std::to_string(raw.abi_version) + ", expected " +
                std::to_string(TMPFS_ABI_VERSION));
  if (raw.path_length == 0 || raw.path_length > TMPFS_PATH_LEN || raw.removed > 1 ||
      raw.path[raw.path_length - 1] != '\0')
    return fail("file event with a field out of range");
  KernelFile out;
  out.superblock = decode_superblock_id(raw.kernel_dev, 0);
  out.sb_row = raw.sb_row;
  FileTold& told = out.told;
  told.monotonic_ns = raw.time_ns;
  told.cgroup = raw.cgroup_id;
  told.tgid = raw.tgid;
  told.removed = raw.removed != 0;
  told.comm = text_of(raw.comm);
  told.executable = text_of(raw.executable);
  // The name comes first, then the directories upwards.
  std::string_view rest(raw.path, raw.path_length);
  told.name = rest.substr(0, rest.find('\0'));
  while (true) {
    rest.remove_prefix(std::min(rest.find('\0') + 1, rest.size()));
    if (rest.empty()) break;
    told.directory.insert(0, rest.substr(0, rest.find('\0')));
    told.directory.insert(0, "/");
  }
  if (raw.is_cut != 0)
    told.directory.insert(0, "…");
  else if (told.directory.empty())
    told.directory = "/";
  return out;
}

}  // namespace tmpfstrace
