// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "../support/private_tmpfs.h"
#include "../support/temp_tree.h"
#include "host/file_survey_walk.h"
#include "host/mount_scanner.h"
#include "host/superblock_usage.h"
#include "host/unique_fd.h"
#include "sources/surveys.h"

using namespace tmpfstrace;
using tmpfstrace::test::PrivateNamespace;
using tmpfstrace::test::TempTree;

namespace {

constexpr std::uint64_t kMiB = 1U << 20;

// size of a file's content; sparse: no page is touched.
bool make(const std::string& path, std::size_t size, bool sparse = false) {
  const UniqueFd fd(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
  if (!fd) return false;
  if (sparse) return ::ftruncate(fd.get(), static_cast<off_t>(size)) == 0;
  const std::string content(size, 'x');
  return ::write(fd.get(), content.data(), size) == static_cast<ssize_t>(size);
}

std::optional<Superblock> superblock_at(const std::string& mount_point) {
  auto scan = MountScanner(HostPaths{}).scan(0);
  if (!scan) return std::nullopt;
  for (auto& superblock : scan->superblocks)
    for (const auto& mount : superblock.mounts)
      if (mount.mount_point == mount_point && mount.root == "/") return superblock;
  return std::nullopt;
}

// What expectations in a child say: the line of the first that failed.
class SharedLine {
 public:
  SharedLine()
      : line_(static_cast<int*>(
            ::mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
    REQUIRE(line_ != MAP_FAILED);
  }
  SharedLine(const SharedLine&) = delete;
  SharedLine& operator=(const SharedLine&) = delete;
  ~SharedLine() { ::munmap(line_, sizeof(int)); }
  void expect(bool condition, int line) {
    if (!condition && *line_ == 0) *line_ = line;
  }
  int failed() const { return *line_; }

 private:
  int* line_;
};

}  // namespace

TEST_CASE("survey of a tmpfs in another mount namespace", "[host][root]") {
  const TempTree tree;
  tree.directory("m");
  timespec before{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &before);
  const PrivateNamespace other([&] {
    const std::string m = tree.path("m");
    bool done = test::mount_tmpfs(m.c_str(), "size=16m,nr_inodes=1000");
    for (int i = 0; i < 100; ++i) done = done && make(fmt::format("{}/session_{:032x}", m, i * 7919), 1500);
    for (int i = 0; i < 20; ++i) done = done && make(fmt::format("{}/session_{:032x}", m, i * 104729 + 1), 0);
    done = done && ::mkdir((m + "/dir").c_str(), 0700) == 0 && make(m + "/dir/sparse", kMiB, true);
    done = done && make(m + "/dir/\xff\n*", 4097);
    // One file by three names, one of them elsewhere; links and pipes are no files.
    done = done && make(m + "/linked", 3 * 4096) && ::link((m + "/linked").c_str(), (m + "/dir/again").c_str()) == 0 &&
           ::link((m + "/linked").c_str(), (m + "/third").c_str()) == 0;
    return done && ::symlink("/etc", (m + "/away").c_str()) == 0 && ::mkfifo((m + "/pipe").c_str(), 0600) == 0;
  });
  if (other.pid() == 0) {
    WARN("skipped: no right to mount");
    return;
  }
  const auto superblock = superblock_at(tree.path("m"));
  REQUIRE(superblock);
  const auto survey = survey_files(HostPaths{}, *superblock, {});
  REQUIRE(survey);
  CHECK(survey->complete);
  CHECK(survey->entries == 120 + 1 + 2 + 3 + 2);
  CHECK(survey->files == 120 + 2 + 1);
  CHECK(survey->size_bytes == 100 * 1500 + kMiB + 4097 + 3 * 4096);
  CHECK(survey->promised_bytes == kMiB);
  CHECK_FALSE(survey->unlinked_files);

  // The kernel's own count of pages.
  const std::string as_seen = fmt::format("/proc/{}/root{}", other.pid(), tree.path("m"));
  struct statfs facts {};
  REQUIRE(::statfs(as_seen.c_str(), &facts) == 0);
  CHECK(survey->allocated_bytes == (facts.f_blocks - facts.f_bfree) * static_cast<std::uint64_t>(facts.f_bsize));

  REQUIRE(survey->patterns.size() == 4);
  const FilePattern& sessions = survey->patterns[0];
  CHECK(sessions.directory == "/");
  CHECK(sessions.pattern == "session_*");
  CHECK(sessions.files == 120);
  CHECK(sessions.empty_files == 20);
  CHECK(sessions.allocated_bytes == 100 * 4096);
  CHECK(sessions.counts_over == 0);
  timespec after{};
  ::clock_gettime(CLOCK_REALTIME, &after);
  const auto nanoseconds = [](const timespec& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
  };
  REQUIRE(sessions.oldest_ns);
  REQUIRE(sessions.newest_ns);
  CHECK(*sessions.oldest_ns >= nanoseconds(before));
  CHECK(*sessions.oldest_ns <= *sessions.newest_ns);
  CHECK(*sessions.newest_ns <= nanoseconds(after));
  const auto find = [&](const std::string& name) {
    const auto found = std::find_if(survey->patterns.begin(), survey->patterns.end(),
                                    [&](const FilePattern& pattern) { return pattern.pattern == name; });
    REQUIRE(found != survey->patterns.end());
    return *found;
  };
  CHECK(find("\xff\n?").directory == "/dir");
  CHECK(find("\xff\n?").allocated_bytes == 8192);
  CHECK(find("sparse").size_bytes == kMiB);
  CHECK(find("sparse").allocated_bytes == 0);
}

TEST_CASE("the age of a file is that of its birth", "[host][root]") {
  const TempTree tree;
  tree.directory("m");
  std::uint64_t moved = 0;
  const PrivateNamespace other([&] {
    const std::string file = tree.path("m/file");
    if (!test::mount_tmpfs(tree.path("m").c_str(), "size=1m") || !make(file, 1)) return false;
    ::usleep(50'000);
    return ::chmod(file.c_str(), 0640) == 0;  // moves the time of change
  });
  if (other.pid() == 0) {
    WARN("skipped: no right to mount");
    return;
  }
  const std::string as_seen = fmt::format("/proc/{}/root{}/file", other.pid(), tree.path("m"));
  struct statx facts {};
  REQUIRE(::statx(AT_FDCWD, as_seen.c_str(), 0, STATX_CTIME | STATX_BTIME, &facts) == 0);
  const bool kept = (facts.stx_mask & STATX_BTIME) != 0;
  const auto& expected = kept ? facts.stx_btime : facts.stx_ctime;
  moved = static_cast<std::uint64_t>(expected.tv_sec) * 1'000'000'000 + expected.tv_nsec;
  const auto superblock = superblock_at(tree.path("m"));
  REQUIRE(superblock);
  const auto survey = survey_files(HostPaths{}, *superblock, {});
  REQUIRE(survey);
  CHECK(survey->patterns.at(0).oldest_ns == moved);
  if (kept) CHECK(facts.stx_btime.tv_nsec != facts.stx_ctime.tv_nsec);
}

TEST_CASE("a survey has bounds and does not change what it looks at", "[host][root]") {
  const TempTree tree;
  tree.directory("m");
  SharedLine line;
  const PrivateNamespace own([&] {
    const auto expect = [&](bool condition, int at) { line.expect(condition, at); };
    const std::string m = tree.path("m");
    // strictatime: a look that were a use would show.
    if (::mount("test", m.c_str(), "tmpfs", MS_STRICTATIME, "size=16m") != 0) return false;
    if (::mkdir((m + "/dir").c_str(), 0700) != 0) return false;
    for (int i = 0; i < 1000; ++i)
      if (!make(fmt::format("{}/dir/f{}", m, i), 10)) return false;
    struct stat before {
    }, after{};
    expect(::stat((m + "/dir").c_str(), &before) == 0, __LINE__);
    ::usleep(20'000);
    const auto superblock = superblock_at(m);
    if (!superblock) return false;

    const auto whole = survey_files(HostPaths{}, *superblock, {.entries = 1001});
    expect(whole && whole->complete && whole->files == 1000, __LINE__);
    expect(::stat((m + "/dir").c_str(), &after) == 0, __LINE__);
    expect(after.st_atim.tv_sec == before.st_atim.tv_sec && after.st_atim.tv_nsec == before.st_atim.tv_nsec, __LINE__);

    const auto part = survey_files(HostPaths{}, *superblock, {.entries = 1000});
    expect(part && !part->complete && part->entries == 1000 && part->files == 999, __LINE__);
    int asked = 0;
    const auto stopped = survey_files(HostPaths{}, *superblock, {.stop = [&] { return ++asked == 3; }});
    expect(stopped && !stopped->complete && stopped->entries == 512, __LINE__);

    // Other names, each of its own: as many as are wanted.
    for (int i = 0; i < 50; ++i)
      if (!make(
              fmt::format("{}/{}{}o", m, std::string(1, static_cast<char>('g' + i % 20)), std::string(1 + i / 20, 'u')),
              1))
        return false;
    const auto many = survey_files(HostPaths{}, *superblock, {.patterns = 5});
    expect(many && many->complete && many->patterns.size() == 5, __LINE__);
    expect(many && many->patterns[0].pattern == "f*", __LINE__);

    // A part below another mount is seen by the clone; nothing is left open that would hold the mount.
    expect(::mount("test", (m + "/dir").c_str(), "tmpfs", 0, "size=1m") == 0, __LINE__);
    const auto below = survey_files(HostPaths{}, *superblock, {});
    expect(below && below->complete && below->files == 1050, __LINE__);
    expect(::umount2((m + "/dir").c_str(), 0) == 0 && ::umount2(m.c_str(), 0) == 0, __LINE__);
    expect(!survey_files(HostPaths{}, *superblock, {}), __LINE__);
    return true;
  });
  if (own.pid() == 0) {
    WARN("skipped: no right to mount");
    return;
  }
  CHECK(line.failed() == 0);
}

TEST_CASE("files without a name that are held open or mapped", "[host][root]") {
  const TempTree tree;
  tree.directory("m");
  const PrivateNamespace other([&] {
    const std::string m = tree.path("m");
    bool done = test::mount_tmpfs(m.c_str(), "size=16m") && make(m + "/open", 2 * 4096) && make(m + "/mapped", 4096) &&
                make(m + "/named", 4096);
    // They stay open until this process ends.
    done = done && ::open((m + "/open").c_str(), O_RDONLY) >= 0 && ::open((m + "/named").c_str(), O_RDONLY) >= 0;
    const int fd = ::open((m + "/mapped").c_str(), O_RDONLY);
    done = done && fd >= 0 && ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED && ::close(fd) == 0;
    return done && ::unlink((m + "/open").c_str()) == 0 && ::unlink((m + "/mapped").c_str()) == 0;
  });
  if (other.pid() == 0) {
    WARN("skipped: no right to mount");
    return;
  }
  const auto superblock = superblock_at(tree.path("m"));
  REQUIRE(superblock);
  const auto found = find_unlinked_files(HostPaths{}, {*superblock}, {});
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  CHECK(found->begin()->first == std::make_pair(superblock->id.major, superblock->id.minor));
  CHECK(found->begin()->second.files == 2);
  CHECK(found->begin()->second.bytes == 3 * 4096);
  CHECK_FALSE(find_unlinked_files(HostPaths{}, {*superblock}, [] { return true; }));
}

TEST_CASE("the schedule on a real superblock: a full one and what is deleted there", "[host][root]") {
  const TempTree tree;
  tree.directory("m");
  const PrivateNamespace other([&] {
    const std::string m = tree.path("m");
    bool done = test::mount_tmpfs(m.c_str(), "size=8m");
    for (int i = 0; i < 512; ++i) done = done && make(fmt::format("{}/session_{:032x}", m, i), 1500);
    done = done && make(m + "/deleted", 5 * kMiB) && ::open((m + "/deleted").c_str(), O_RDONLY) >= 0;
    return done && ::unlink((m + "/deleted").c_str()) == 0;
  });
  if (other.pid() == 0) {
    WARN("skipped: no right to mount");
    return;
  }
  const auto superblock = superblock_at(tree.path("m"));
  REQUIRE(superblock);
  std::vector<Superblock> superblocks = {*superblock};
  fill_usage(HostPaths{}, superblocks);
  REQUIRE(superblocks[0].used_bytes == 7 * kMiB);
  Surveys surveys([](const Superblock& one) { return survey_files(HostPaths{}, one, {}); },
                  [](const std::vector<Superblock>& some) { return find_unlinked_files(HostPaths{}, some, {}); });
  surveys.refresh(superblocks, 5, {});
  const SurveyRef survey = superblocks[0].survey;
  REQUIRE(survey);
  CHECK(survey->complete);
  CHECK(survey->monotonic_ns == 5);
  CHECK(survey->allocated_bytes == 2 * kMiB);
  CHECK(survey->unlinked_files == 1U);
  CHECK(survey->unlinked_bytes == 5 * kMiB);
  REQUIRE(survey->patterns.size() == 1);
  CHECK(survey->patterns[0].pattern == "session_*");
  CHECK(survey->patterns[0].files == 512);
}
