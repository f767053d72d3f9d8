// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <cstring>
#include <string>
#include <vector>

#include "bpf/decode.h"

using namespace tmpfstrace;

namespace {

tmpfs_file_event valid_file_event(const std::vector<std::string>& upwards) {
  tmpfs_file_event raw{};
  raw.abi_version = TMPFS_ABI_VERSION;
  raw.time_ns = 1;
  raw.cgroup_id = 2;
  raw.sb_row = 3;
  raw.kernel_dev = 8u << 20 | 77;
  raw.tgid = 4;
  std::strcpy(raw.comm, "worker");
  std::strcpy(raw.executable, "python3.11");
  std::memset(raw.path, 'x', sizeof(raw.path));  // what is behind path_length is anything
  for (const std::string& name : upwards) {
    std::memcpy(raw.path + raw.path_length, name.c_str(), name.size() + 1);
    raw.path_length += static_cast<std::uint32_t>(name.size()) + 1;
  }
  return raw;
}

}  // namespace

TEST_CASE("a file that was made or removed: the path is told from its end", "[bpf]") {
  const auto decode = [](const tmpfs_file_event& raw) { return decode_file_event(&raw, sizeof(raw)); };
  const auto file = decode(valid_file_event({"session_1", "b", "a"}));
  REQUIRE(file);
  CHECK(file->superblock == SuperblockId{8, 77, 0});
  CHECK(file->sb_row == 3);
  CHECK(file->told.monotonic_ns == 1);
  CHECK(file->told.cgroup == 2);
  CHECK(file->told.tgid == 4);
  CHECK_FALSE(file->told.removed);
  CHECK(file->told.comm == "worker");
  CHECK(file->told.executable == "python3.11");
  CHECK(file->told.directory == "/a/b");
  CHECK(file->told.name == "session_1");
  CHECK(decode(valid_file_event({"f"}))->told.directory == "/");

  tmpfs_file_event cut = valid_file_event({"f", "b"});
  cut.is_cut = 1;
  cut.removed = 1;
  CHECK(decode(cut)->told.directory == "…/b");
  CHECK(decode(cut)->told.removed);
}

TEST_CASE("a file event that is none is refused", "[bpf]") {
  const auto decode = [](const tmpfs_file_event& raw) { return decode_file_event(&raw, sizeof(raw)).has_value(); };
  const tmpfs_file_event good = valid_file_event({"f", "b"});
  REQUIRE(decode(good));
  CHECK_FALSE(decode_file_event(&good, sizeof(good) - 1));
  tmpfs_file_event bad = good;
  bad.abi_version = TMPFS_ABI_VERSION + 1;
  CHECK_FALSE(decode(bad));
  bad = good;
  bad.path_length = 0;
  CHECK_FALSE(decode(bad));
  bad.path_length = TMPFS_PATH_LEN + 1;
  CHECK_FALSE(decode(bad));
  bad.path_length = 3;  // ends in a name
  CHECK_FALSE(decode(bad));
  bad = good;
  bad.removed = 2;
  CHECK_FALSE(decode(bad));
}
