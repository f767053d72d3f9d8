// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <catch2/catch.hpp>

#include <cerrno>
#include <utility>

#include "../support/temp_tree.h"
#include "host/text_file.h"
#include "host/text_parse.h"
#include "host/unique_fd.h"

using namespace tmpfstrace;
using namespace std::string_literals;
using namespace std::string_view_literals;
using tmpfstrace::test::TempTree;

namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }
int open_null() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

TEST_CASE("numbers are whole or absent", "[host]") {
  CHECK(parse_u64("0") == 0U);
  CHECK(parse_u64("18446744073709551615") == 18446744073709551615ULL);
  CHECK_FALSE(parse_u64("18446744073709551616"));
  CHECK_FALSE(parse_u64(std::string(1'000'000, '9')));
  CHECK(parse_u64(std::string(1'000'000, '0') + "7") == 7U);
  CHECK_FALSE(parse_u64(""));
  CHECK_FALSE(parse_u64("-1"));
  CHECK_FALSE(parse_u64(" 1"));
  CHECK_FALSE(parse_u64("1 "));
  CHECK_FALSE(parse_u64("12\0"sv));
  CHECK(parse_u64("1ff", 16) == 511U);
}

TEST_CASE("process ids", "[host]") {
  CHECK(parse_pid("1") == 1);
  CHECK(parse_pid("2147483647") == 2147483647);
  CHECK_FALSE(parse_pid("2147483648"));
  CHECK_FALSE(parse_pid("0"));
  CHECK_FALSE(parse_pid("self"));
}

TEST_CASE("octal escapes", "[host]") {
  const auto unescaped = [](std::string text) { return std::string(unescape_octal(text)); };
  CHECK(unescaped(R"(/a\040b\011c\012d\134e\043)") == "/a b\tc\nd\\e#");
  CHECK(unescaped(R"(\377\000x)") == "\xff\0x"sv);
  CHECK(unescaped(R"(\04)") == R"(\04)");
  CHECK(unescaped(R"(\)") == R"(\)");
  CHECK(unescaped(R"(\089\400)") == R"(\089\400)");
  CHECK(unescaped("nothing to do").size() == 13);
  CHECK(unescaped("").empty());
}

TEST_CASE("values by key", "[host]") {
  const std::string_view stat = "shmem_thp 1\nshmem 4096\nshmem_x 2";
  CHECK(find_value(stat, "shmem") == "4096");
  CHECK(find_value("Name:\tx\nCapEff:\t000001ffffffffff\n", "CapEff") == "000001ffffffffff");
  CHECK_FALSE(find_value(stat, "anon"));
  CHECK_FALSE(find_value("shmem", "shmem"));
  CHECK_FALSE(find_value("", "shmem"));
}

TEST_CASE("reading files", "[host]") {
  const TempTree tree;
  tree.file("some", "one\ntwo\n\nlast");
  CHECK(read_text_file(tree.path("some")) == "one\ntwo\n\nlast");
  CHECK(read_text_file(tree.path("some"), 14) == "one\ntwo\n\nlast"sv.substr(0, 13));
  CHECK(read_text_file(tree.path("some"), 12).error().code == EFBIG);

  const auto missing = read_text_file(tree.path("missing"));
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ENOENT);
  CHECK(missing.error().message == "cannot open " + tree.path("missing") + ": No such file or directory");
  CHECK(read_text_file(tree.root()).error().code == EISDIR);

  REQUIRE(::mkfifo(tree.path("fifo").c_str(), 0600) == 0);
  CHECK(read_text_file(tree.path("fifo")) == "");  // and does not wait for a writer
}

TEST_CASE("reading lines", "[host]") {
  const TempTree tree;
  // A line across the 32 KiB chunks, one longer than is kept, one with binary bytes, one without an end.
  tree.file("lines", std::string(40'000, 'a') + "\n" + std::string(1'000'000, 'b') + "\n\n\x00\xff\n"s + "end");
  std::vector<std::string> lines;
  REQUIRE(read_lines(tree.path("lines"), [&](std::string_view line) {
    lines.emplace_back(line);
    return true;
  }));
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == std::string(40'000, 'a'));
  CHECK(lines[1] == std::string(65'536, 'b'));
  CHECK(lines[2].empty());
  CHECK(lines[3] == "\x00\xff"sv);
  CHECK(lines[4] == "end");

  int calls = 0;
  REQUIRE(read_lines(tree.path("lines"), [&](std::string_view) { return ++calls < 2; }));
  CHECK(calls == 2);
  CHECK(read_lines(tree.path("none"), [](std::string_view) { return true; }).error().code == ENOENT);
}

TEST_CASE("processes of a /proc", "[host]") {
  const TempTree tree;
  for (const auto* name : {"10", "9", "1", "self", "sys", "007x"}) tree.directory(name);
  CHECK(list_processes(tree.root()) == std::vector<std::int32_t>{1, 9, 10});
  CHECK_FALSE(list_processes(tree.path("none")));
}

TEST_CASE("a descriptor has one owner", "[host]") {
  const int first = open_null();
  const int second = open_null();
  {
    UniqueFd owner(first);
    owner = UniqueFd(second);
    CHECK_FALSE(is_open(first));
    CHECK(is_open(second));
    UniqueFd& alias = owner;
    owner = std::move(alias);
    CHECK(owner.get() == second);
    const UniqueFd other(std::move(owner));
    CHECK(other.get() == second);
  }
  CHECK_FALSE(is_open(second));
}
