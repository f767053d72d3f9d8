// SPDX-License-Identifier: Apache-2.0
#include "bpf/decode_syscall.h"

#include <cstring>

#include "bpf/decode.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t kHead = offsetof(syscall_record, path);

template <std::size_t N>
std::string text_of(const char (&field)[N]) {
  return std::string(field, strnlen(field, N));
}

}  // namespace

Counters decode_syscall_counters(const tmpfs_counters& raw) {
  Counters counters = decode_counters(raw);
  counters.allocated_bytes.reset();
  counters.seeded_bytes.reset();
  counters.seeded_inodes.reset();
  for (const tmpfs_kind kind : {TMPFS_KIND_DIRECTORY, TMPFS_KIND_SYMLINK, TMPFS_KIND_LINK, TMPFS_KIND_OTHER})
    (*counters.created)[kind].reset();
  counters.removed.reset();
  counters.xattr_bytes.reset();
  return counters;
}

std::optional<std::uint32_t> record_type(const void* data, std::size_t size) {
  constexpr std::size_t at = offsetof(tmpfs_event, type);
  static_assert(at == offsetof(syscall_record, type));
  std::uint32_t type = 0;
  if (size < at + sizeof(type)) return std::nullopt;
  std::memcpy(&type, static_cast<const char*>(data) + at, sizeof(type));
  return type;
}

Result<SyscallRecord> decode_syscall_record(const void* data, std::size_t size) {
  syscall_record raw{};
  if (size < kHead || size > sizeof(raw)) return fail("record of " + std::to_string(size) + " bytes");
  std::memcpy(&raw, data, size);
  if (raw.abi_version != TMPFS_ABI_VERSION)
    return fail("record of ABI version " + std::to_string(raw.abi_version) + ", expected " +
                std::to_string(TMPFS_ABI_VERSION));
  const bool is_fault = raw.type == SYSCALL_RECORD_FAULT;
  if (!is_fault && raw.type != TMPFS_EVENT_PATH_REFUSAL) return fail("record of type " + std::to_string(raw.type));
  if (raw.operation >= TMPFS_OP_MAX || raw.stack_depth > TMPFS_STACK_DEPTH || raw.path_length > size - kHead ||
      (!is_fault && raw.path_length == 0))
    return fail("record with a field out of range");

  SyscallRecord out;
  out.is_fault = is_fault;
  out.error = raw.error;
  out.address = raw.address;
  out.dirfd = raw.dirfd;
  out.start = raw.start;
  out.flags = raw.flags;
  out.path.assign(raw.path, strnlen(raw.path, raw.path_length));
  out.cgroup_name = text_of(raw.cgroup_name);
  RefusalEvent& event = out.details.event;
  event.monotonic_ns = raw.time_ns;
  event.cgroup = raw.cgroup_id;
  event.tgid = raw.tgid;
  event.tid = raw.tid;
  event.comm = text_of(raw.comm);
  event.operation = static_cast<tmpfs_op>(raw.operation);
  event.error = decode_error(raw.error);
  event.bytes_asked = raw.bytes_asked;
  out.details.stack.assign(raw.stack, raw.stack + raw.stack_depth);
  return out;
}

}  // namespace tmpfstrace
