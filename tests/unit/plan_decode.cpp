// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <cstring>
#include <vector>

#include "bpf/decode.h"
#include "bpf/decode_syscall.h"

using namespace tmpfstrace;

namespace {

tmpfs_event valid_event() {
  tmpfs_event raw{};
  raw.abi_version = TMPFS_ABI_VERSION;
  raw.type = TMPFS_EVENT_REFUSAL;
  raw.time_ns = 1;
  raw.cgroup_id = 2;
  raw.inode = 3;
  raw.bytes_asked = 4;
  raw.bytes_done = 5;
  raw.kernel_dev = 8u << 20 | 77;
  raw.tgid = 6;
  raw.tid = 7;
  raw.operation = TMPFS_OP_RENAME;
  raw.cause = TMPFS_CAUSE_MEMORY;
  raw.error = 28;
  raw.stack_depth = 2;
  raw.stack[0] = 0x1111;
  raw.stack[1] = 0x2222;
  std::strcpy(raw.comm, "worker");
  std::strcpy(raw.file, "session_1");
  std::strcpy(raw.directory, "shm");
  return raw;
}

syscall_record valid_record(std::uint32_t type = TMPFS_EVENT_PATH_REFUSAL) {
  syscall_record raw{};
  raw.abi_version = TMPFS_ABI_VERSION;
  raw.type = type;
  raw.time_ns = 1;
  raw.cgroup_id = 2;
  raw.address = 0x7000;
  raw.start = 0xffff888000000000;
  raw.bytes_asked = 130;
  raw.tgid = 6;
  raw.tid = 7;
  raw.operation = TMPFS_OP_SYMLINK;
  raw.error = 28;
  raw.dirfd = -100;
  raw.flags = SYSCALL_PATH_FOLLOW;
  raw.stack_depth = 1;
  raw.stack[0] = 0x1111;
  std::strcpy(raw.comm, "worker");
  std::strcpy(raw.cgroup_name, "pod");
  std::strcpy(raw.path, "/dev/shm/x");
  raw.path_length = 11;
  return raw;
}

auto decode(const syscall_record& raw, std::size_t path) {
  return decode_syscall_record(&raw, offsetof(syscall_record, path) + path);
}

}  // namespace

TEST_CASE("counters: every field", "[decode]") {
  tmpfs_counters raw{};
  raw.allocated_pages = 3;
  raw.freed_pages = 2;
  raw.seeded_pages = 5;
  raw.late_pages = 7;
  raw.seeded_inodes = 11;
  raw.late_inodes = 13;
  raw.written_bytes = 17;
  raw.write_calls = 19;
  raw.short_writes = 23;
  for (unsigned kind = 0; kind < TMPFS_KIND_MAX; ++kind) {
    raw.created[kind] = 100 + kind;
    raw.removed[kind] = 200 + kind;
  }
  raw.created[TMPFS_KIND_REGULAR] = 1000;
  raw.removed[TMPFS_KIND_REGULAR] = 2000;
  raw.xattr_bytes_added = 4096;
  raw.xattr_bytes_removed = 1024;
  for (unsigned op = 0; op < TMPFS_OP_MAX; ++op)
    for (unsigned cause = 0; cause < TMPFS_CAUSE_MAX; ++cause) raw.refusals[op][cause] = op * 10 + cause;
  for (unsigned cause = 0; cause < TMPFS_CAUSE_MAX; ++cause) raw.events_held[cause] = 50 + cause;

  const Counters counters = decode_counters(raw);
  CHECK(counters.allocated_bytes == 3u * 4096);
  CHECK(counters.freed_bytes == 2u * 4096);
  CHECK(counters.seeded_bytes == 12u * 4096);
  CHECK(counters.seeded_inodes == 24u);
  CHECK(counters.written_bytes == 17u);
  CHECK(counters.write_calls == 19u);
  CHECK(counters.short_writes == 23u);
  CHECK(counters.xattr_bytes == 3072u);
  for (unsigned kind = 1; kind < TMPFS_KIND_MAX; ++kind) {
    CHECK((*counters.created)[kind] == 100 + kind);
    CHECK((*counters.removed)[kind] == 200 + kind);
  }
  CHECK((*counters.created)[TMPFS_KIND_REGULAR] == 1000 - (100 + TMPFS_KIND_TMPFILE));
  CHECK((*counters.removed)[TMPFS_KIND_REGULAR] == 2000 - (200 + TMPFS_KIND_TMPFILE));
  for (unsigned op = 0; op < TMPFS_OP_MAX; ++op)
    for (unsigned cause = 0; cause < TMPFS_CAUSE_MAX; ++cause)
      CHECK(counters.refusals->get(static_cast<tmpfs_op>(op), static_cast<tmpfs_cause>(cause)) == op * 10 + cause);
  CHECK(counters.refusals->list().size() == 13u * 5 - 1);  // one of them is 0
  for (unsigned cause = 0; cause < TMPFS_CAUSE_MAX; ++cause) CHECK((*counters.events_held)[cause] == 50 + cause);
}

TEST_CASE("counters: a reader between two adds does not go below 0", "[decode]") {
  tmpfs_counters raw{};
  raw.created[TMPFS_KIND_TMPFILE] = 1;
  raw.xattr_bytes_removed = 1024;
  const Counters counters = decode_counters(raw);
  CHECK((*counters.created)[TMPFS_KIND_REGULAR] == 0);
  CHECK(counters.xattr_bytes == 0u);
}

TEST_CASE("counters: what the syscall mode does not count is absent", "[decode]") {
  tmpfs_counters raw{};
  raw.freed_pages = 2;
  raw.created[TMPFS_KIND_REGULAR] = 7;
  raw.created[TMPFS_KIND_TMPFILE] = 3;
  const Counters counters = decode_syscall_counters(raw);
  CHECK(counters.freed_bytes == 2u * 4096);
  CHECK(counters.written_bytes == 0u);
  CHECK(counters.created ==
        std::optional<KindCounts>({4u, std::nullopt, std::nullopt, 3u, std::nullopt, std::nullopt}));
  CHECK_FALSE(counters.removed);
  CHECK_FALSE(counters.allocated_bytes);
  CHECK_FALSE(counters.seeded_bytes);
  CHECK_FALSE(counters.seeded_inodes);
  CHECK_FALSE(counters.xattr_bytes);
  CHECK(counters.refusals);
  CHECK(counters.events_held);
}

TEST_CASE("superblock: the kernel's device number as mountinfo prints it", "[decode]") {
  CHECK(decode_superblock_id(45, 9) == SuperblockId{0, 45, 9});
  CHECK(decode_superblock_id(8u << 20 | 0xfffff, 0) == SuperblockId{8, 0xfffff, 0});
  CHECK(decode_superblock_id(0xffffffff, 1) == SuperblockId{0xfff, 0xfffff, 1});
}

TEST_CASE("errors have the names that callers know", "[decode]") {
  CHECK(decode_error(0).empty());
  CHECK(decode_error(-7) == "SIGBUS");
  CHECK(decode_error(12) == "ENOMEM");
  CHECK(decode_error(14) == "EFAULT");
  CHECK(decode_error(28) == "ENOSPC");
  CHECK(decode_error(122) == "EDQUOT");
  CHECK(decode_error(99) == "errno 99");
}

TEST_CASE("event: every field", "[decode]") {
  const tmpfs_event raw = valid_event();
  const auto decoded = decode_event(&raw, sizeof(raw));
  REQUIRE(decoded);
  const RefusalEvent& event = decoded->event;
  CHECK(event.realtime_ns == 0);
  CHECK(event.monotonic_ns == 1);
  CHECK(event.cgroup == 2);
  CHECK(event.inode == 3);
  CHECK(event.bytes_asked == 4);
  CHECK(event.bytes_done == 5);
  CHECK(event.superblock == SuperblockId{8, 77, 0});
  CHECK(event.tgid == 6);
  CHECK(event.tid == 7);
  CHECK(event.operation == TMPFS_OP_RENAME);
  CHECK(event.cause == TMPFS_CAUSE_MEMORY);
  CHECK(event.error == "ENOSPC");
  CHECK(event.comm == "worker");
  CHECK(event.file == "session_1");
  CHECK(event.directory == "shm");
  CHECK(decoded->stack == std::vector<std::uint64_t>{0x1111, 0x2222});
}

TEST_CASE("event: damaged ones are refused", "[decode]") {
  tmpfs_event raw = valid_event();
  std::vector<char> longer(sizeof(raw) + 1);
  std::memcpy(longer.data(), &raw, sizeof(raw));
  CHECK_FALSE(decode_event(&raw, 0));
  CHECK_FALSE(decode_event(&raw, sizeof(raw) - 1));
  CHECK_FALSE(decode_event(longer.data(), longer.size()));
  raw.abi_version = TMPFS_ABI_VERSION + 1;
  CHECK_THAT(decode_event(&raw, sizeof(raw)).error().message, Catch::Contains("version"));
  const auto refused_with = [](auto change) {
    tmpfs_event damaged = valid_event();
    change(damaged);
    return !decode_event(&damaged, sizeof(damaged));
  };
  CHECK(refused_with([](tmpfs_event& e) { e.operation = TMPFS_OP_MAX; }));
  CHECK(refused_with([](tmpfs_event& e) { e.operation = ~0u; }));
  CHECK(refused_with([](tmpfs_event& e) { e.cause = TMPFS_CAUSE_MAX; }));
  CHECK(refused_with([](tmpfs_event& e) { e.stack_depth = TMPFS_STACK_DEPTH + 1; }));
  CHECK_FALSE(refused_with([](tmpfs_event& e) { e.stack_depth = TMPFS_STACK_DEPTH; }));
}

TEST_CASE("event: texts without an end stay within their field", "[decode]") {
  tmpfs_event raw = valid_event();
  std::memset(raw.comm, 'c', sizeof(raw.comm));
  std::memset(raw.file, 'f', sizeof(raw.file));
  std::memset(raw.directory, 'd', sizeof(raw.directory));
  const auto decoded = decode_event(&raw, sizeof(raw));
  REQUIRE(decoded);
  CHECK(decoded->event.comm == std::string(TMPFS_COMM_LEN, 'c'));
  CHECK(decoded->event.file == std::string(TMPFS_NAME_LEN, 'f'));
  CHECK(decoded->event.directory == std::string(TMPFS_NAME_LEN, 'd'));
}

TEST_CASE("record: every field, as long as its path", "[decode]") {
  const syscall_record raw = valid_record();
  const auto decoded = decode(raw, 11);
  REQUIRE(decoded);
  CHECK_FALSE(decoded->is_fault);
  CHECK(decoded->error == 28);
  CHECK(decoded->address == 0x7000);
  CHECK(decoded->start == 0xffff888000000000);
  CHECK(decoded->dirfd == -100);
  CHECK(decoded->path == "/dev/shm/x");
  CHECK(decoded->cgroup_name == "pod");
  CHECK(decoded->flags == SYSCALL_PATH_FOLLOW);
  const RefusalEvent& event = decoded->details.event;
  CHECK(event.monotonic_ns == 1);
  CHECK(event.cgroup == 2);
  CHECK(event.tgid == 6);
  CHECK(event.tid == 7);
  CHECK(event.comm == "worker");
  CHECK(event.operation == TMPFS_OP_SYMLINK);
  CHECK(event.error == "ENOSPC");
  CHECK(event.bytes_asked == 130);
  CHECK(decoded->details.stack == std::vector<std::uint64_t>{0x1111});
}

TEST_CASE("record: a fault has no path", "[decode]") {
  syscall_record raw = valid_record(SYSCALL_RECORD_FAULT);
  raw.path_length = 0;
  const auto decoded = decode(raw, 0);
  REQUIRE(decoded);
  CHECK(decoded->is_fault);
  CHECK(decoded->path.empty());
}

TEST_CASE("record: damaged ones are refused", "[decode]") {
  const syscall_record raw = valid_record();
  CHECK_FALSE(record_type(&raw, 7));
  CHECK(record_type(&raw, 8) == TMPFS_EVENT_PATH_REFUSAL);
  CHECK_FALSE(decode_syscall_record(&raw, offsetof(syscall_record, path) - 1));
  CHECK_FALSE(decode(raw, 10));  // shorter than it says
  std::vector<char> longer(sizeof(raw) + 8);
  std::memcpy(longer.data(), &raw, sizeof(raw));
  CHECK_FALSE(decode_syscall_record(longer.data(), longer.size()));
  const auto refused_with = [](auto change) {
    syscall_record damaged = valid_record();
    change(damaged);
    return !decode(damaged, 11);
  };
  CHECK(refused_with([](syscall_record& r) { ++r.abi_version; }));
  CHECK(refused_with([](syscall_record& r) { r.type = TMPFS_EVENT_REFUSAL; }));
  CHECK(refused_with([](syscall_record& r) { r.operation = TMPFS_OP_MAX; }));
  CHECK(refused_with([](syscall_record& r) { r.stack_depth = TMPFS_STACK_DEPTH + 1; }));
  CHECK(refused_with([](syscall_record& r) { r.path_length = 0; }));
  CHECK(refused_with([](syscall_record& r) { r.path_length = ~0u; }));
}

TEST_CASE("record: a path without an end stays within its field", "[decode]") {
  syscall_record raw = valid_record();
  std::memset(raw.path, 'p', sizeof(raw.path));
  raw.path_length = SYSCALL_PATH_LEN;
  const auto decoded = decode(raw, SYSCALL_PATH_LEN);
  REQUIRE(decoded);
  CHECK(decoded->path == std::string(SYSCALL_PATH_LEN, 'p'));
}

TEST_CASE("decode: of superblocks with one device number the newest lives", "[plan]") {
  const auto at = [](std::uint32_t minor, std::uint64_t seen_ns, bool dead) {
    return KernelSuperblock{SuperblockId{0, minor, seen_ns}, "tmpfs", dead};
  };
  std::vector<KernelSuperblock> superblocks = {at(39, 20, false), at(40, 5, false),  at(39, 30, false),
                                               at(39, 10, true),  at(39, 25, false), at(41, 50, true)};
  mark_replaced(superblocks);
  std::vector<bool> dead;
  for (const KernelSuperblock& superblock : superblocks) dead.push_back(superblock.dead);
  CHECK(dead == std::vector<bool>{true, false, false, true, true, true});
}
