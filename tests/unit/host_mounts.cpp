// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <unistd.h>

#include <algorithm>

#include "../support/private_tmpfs.h"
#include "../support/temp_tree.h"
#include "host/mount_reach.h"
#include "host/mount_scanner.h"

using namespace tmpfstrace;
using namespace std::string_view_literals;
using tmpfstrace::test::host_fixture;
using tmpfstrace::test::TempTree;

namespace {

const Superblock* find(const std::vector<Superblock>& superblocks, std::uint32_t minor) {
  for (const auto& superblock : superblocks) {
    if (superblock.id.major == 0 && superblock.id.minor == minor) return &superblock;
  }
  return nullptr;
}

// Two namespaces: the host's (processes 1, 20 and a chrooted 3) and a container's (400). 21 is a zombie.
void make_proc(const TempTree& tree) {
  tree.file("namespaces/host", "");
  tree.file("namespaces/container", "");
  for (const auto* pid : {"1", "3", "20"})
    tree.symlink("proc/" + std::string(pid) + "/ns/mnt", "../../../namespaces/host");
  tree.symlink("proc/400/ns/mnt", "../../../namespaces/container");
  tree.directory("proc/21");
  for (const auto* pid : {"1", "20", "400"}) tree.symlink("proc/" + std::string(pid) + "/root", "/");
  tree.symlink("proc/3/root", "/var/empty");
  tree.file("proc/1/mountinfo", host_fixture("mountinfo_node.txt"));
  tree.file("proc/20/mountinfo", host_fixture("mountinfo_node.txt"));
  tree.file("proc/3/mountinfo", "");
  tree.file("proc/400/mountinfo", host_fixture("mountinfo_container.txt"));
}

}  // namespace

TEST_CASE("mountinfo of a node", "[host]") {
  const auto table = parse_mount_table(host_fixture("mountinfo_node.txt"));
  CHECK(table.damaged_lines == 0);
  REQUIRE(table.entries.size() == 14);
  const auto& dev = table.entries[3];
  CHECK(dev.mount_id == 24);
  CHECK(dev.parent_id == 21);
  CHECK(dev.major == 0);
  CHECK(dev.minor == 5);
  CHECK(dev.fstype == "devtmpfs");
  CHECK(table.entries[8].mount_point ==
        "/var/lib/kubelet/pods/1d2e/volumes/kubernetes.io~empty-dir/cache with\todd\\name");
  CHECK(table.entries[8].super_options == "rw,size=1048576k,inode64,noswap");
  CHECK(table.entries[9].fstype == "nfs4");  // three optional fields
  CHECK(table.entries[13].root == "/sub/dir");
}

TEST_CASE("mountinfo that is damaged", "[host]") {
  CHECK(parse_mount_table("").entries.empty());
  const std::string good = "25 24 0:22 / /dev/shm rw - tmpfs tmpfs rw\n";
  for (const auto& bad : std::vector<std::string>{
           "25 24 0:22 / /dev/shm rw shared:3 - tmpfs",          // cut: neither source nor options
           "25 24 0:22 / /dev/shm rw shared:3",                  // cut: no separator
           "25 24 0.22 / /dev/shm rw - tmpfs tmpfs rw",          // no colon
           "25 24 0:4294967296 / /dev/shm rw - tmpfs tmpfs rw",  // beyond a device number
           "x 24 0:22 / /dev/shm rw - tmpfs tmpfs rw",
           std::string(1'000'000, '9') + " 24 0:22 / /dev/shm rw - tmpfs tmpfs rw",
           std::string("\x00\xff\x01 \x80"sv),
       }) {
    const auto table = parse_mount_table(good + bad + "\n" + good);
    CHECK(table.entries.size() == 2);
    CHECK(table.damaged_lines == 1);
  }
  const auto no_source = parse_mount_table("25 24 0:22 / /x rw - tmpfs  rw,size=4k\n");
  REQUIRE(no_source.entries.size() == 1);
  CHECK(no_source.entries[0].super_options == "rw,size=4k");
}

TEST_CASE("a copy of some entries of a table outlives the table", "[host]") {
  auto table =
      std::make_unique<MountTable>(parse_mount_table("1 0 8:1 / / rw - ext4 d rw\n"
                                                     "2 1 0:30 /sub\\040dir /a\\011b rw - tmpfs t rw,size=4k\n"
                                                     "broken\n"
                                                     "3 1 0:31 / /c rw - tmpfs  rw\n"));
  const MountTable copy = copy_of({&table->entries[1], &table->entries[2]});
  table.reset();
  REQUIRE(copy.entries.size() == 2);
  CHECK(copy.damaged_lines == 0);
  CHECK(*copy.text == "/sub dir/a\tbtmpfsrw,size=4k//ctmpfsrw");
  CHECK(copy.entries[0].mount_id == 2);
  CHECK(copy.entries[0].parent_id == 1);
  CHECK(copy.entries[0].minor == 30);
  CHECK(copy.entries[0].root == "/sub dir");
  CHECK(copy.entries[0].mount_point == "/a\tb");
  CHECK(copy.entries[0].fstype == "tmpfs");
  CHECK(copy.entries[0].super_options == "rw,size=4k");
  CHECK(copy.entries[1].mount_point == "/c");
  CHECK(copy.entries[1].super_options == "rw");
  CHECK(copy_of({}).entries.empty());
}

TEST_CASE("mounts that must not be entered", "[host]") {
  const auto reach = derive_mount_reach(parse_mount_table(host_fixture("mountinfo_node.txt")));
  CHECK(reach.behind_remote == std::unordered_set<std::uint64_t>{31});
  CHECK(reach.covered == std::unordered_set<std::uint64_t>{32});

  SECTION("a cover on a parent directory hides as well, a sibling with the same beginning does not") {
    const auto table = parse_mount_table(
        "1 0 8:1 / / rw - ext4 d rw\n"
        "2 1 0:30 / /a/b rw - tmpfs t rw\n"
        "3 1 8:2 / /a rw - ext4 d rw\n"
        "4 1 0:31 / /ab rw - tmpfs t rw\n"
        "5 1 0:32 / /c rw - tmpfs t rw\n"
        "6 5 0:33 / /c/d rw - tmpfs t rw\n");
    CHECK(derive_mount_reach(table).covered == std::unordered_set<std::uint64_t>{2});
  }
  SECTION("a root on the network is no reason") {
    const auto table = parse_mount_table("1 0 0:9 / / rw - nfs s rw\n2 1 0:30 / /run rw - tmpfs t rw\n");
    CHECK(derive_mount_reach(table).behind_remote.empty());
  }
  SECTION("cycles end") {
    const auto table = parse_mount_table("1 2 0:30 / /a rw - tmpfs t rw\n2 1 0:31 / /b rw - tmpfs t rw\n");
    CHECK(derive_mount_reach(table).behind_remote.empty());
  }
}

TEST_CASE("superblocks of several mount namespaces", "[host]") {
  const TempTree tree;
  make_proc(tree);
  HostPaths paths;
  paths.proc = tree.path("proc");
  MountScanner scanner(paths);
  const auto scan = scanner.scan(0);
  REQUIRE(scan);
  CHECK(scan->unreadable_namespaces == 0);
  CHECK(scan->unreadable_processes == 0);
  std::vector<std::uint32_t> minors;
  for (const auto& superblock : scan->superblocks) minors.push_back(superblock.id.minor);
  CHECK(minors == std::vector<std::uint32_t>{5, 22, 23, 24, 40, 41, 43, 44, 61 + 1, 63});
  CHECK(find(scan->superblocks, 5)->kind == "devtmpfs");

  const Superblock* shm = find(scan->superblocks, 40);  // sandbox, bind mount, container
  REQUIRE(shm->mounts.size() == 3);
  std::size_t in_container = 0;
  for (const auto& mount : shm->mounts) {
    if (mount.mount_namespace != tree.inode("namespaces/container")) {
      CHECK(mount.pid == 1);
      continue;
    }
    ++in_container;
    CHECK(mount.pid == 400);
    CHECK(mount.mount_point == "/dev/shm");
    CHECK(mount.mount_id == 703);
  }
  CHECK(in_container == 1);
  CHECK(find(scan->superblocks, 43)->mounts[0].pid == 0);
  CHECK(find(scan->superblocks, 44)->mounts[0].pid == 0);

  SECTION("a process that ended is replaced, one that sees all before a chrooted one") {
    tree.remove("proc/1");
    const auto again = scanner.scan(0);
    REQUIRE(again);
    CHECK(find(again->superblocks, 22)->mounts[0].pid == 20);
  }
  SECTION("only a chrooted process is left") {
    tree.remove("proc/1");
    tree.remove("proc/20");
    const auto again = scanner.scan(0);
    REQUIRE(again);
    CHECK(find(again->superblocks, 22) == nullptr);
    CHECK(again->unreadable_namespaces == 0);
  }
  SECTION("a changed table is seen, an ended namespace forgotten") {
    tree.file("proc/1/mountinfo", "25 24 0:99 / /dev/shm rw - tmpfs tmpfs rw\nbroken\n");
    tree.remove("proc/400");
    const auto again = scanner.scan(0);
    REQUIRE(again);
    REQUIRE(again->superblocks.size() == 1);
    CHECK(again->superblocks[0].id == SuperblockId{0, 99, 0});
    CHECK(again->damaged_lines == 1);
  }
  SECTION("a table that cannot be read is counted") {
    tree.remove("proc/400/mountinfo");
    tree.directory("proc/400/mountinfo");  // EISDIR, also for root
    const auto again = scanner.scan(0);
    REQUIRE(again);
    CHECK(again->unreadable_namespaces == 1);
    CHECK(find(again->superblocks, 63) == nullptr);
  }
}

TEST_CASE("no /proc is an error", "[host]") {
  HostPaths paths;
  paths.proc = "/nonexistent";
  CHECK_FALSE(MountScanner(paths).scan(0));
}

TEST_CASE("5,000 mounts are scanned, and not parsed again", "[host]") {
  const TempTree tree;
  std::string table = "1 0 8:1 / / rw - ext4 d rw\n";
  for (int i = 0; i < 5000; ++i) {
    const auto id = std::to_string(i + 100);
    table += id + " 1 0:" + id + " / /m/" + id + " rw - tmpfs t rw\n";
  }
  tree.file("proc/1/ns/mnt", "");
  tree.symlink("proc/1/root", "/");
  tree.file("proc/1/mountinfo", table);
  HostPaths paths;
  paths.proc = tree.path("proc");
  MountScanner scanner(paths);
  for (int round = 0; round < 2; ++round) {
    const auto scan = scanner.scan(0);
    REQUIRE(scan);
    CHECK(scan->superblocks.size() == 5000);
    CHECK(scan->superblocks.back().mounts[0].pid == 1);
  }
}

TEST_CASE("what changed between two readings of a table", "[host]") {
  const TempTree tree;
  tree.file("proc/1/ns/mnt", "");
  tree.symlink("proc/1/root", "/");
  HostPaths paths;
  paths.proc = tree.path("proc");
  MountScanner scanner(paths);
  const std::string root = "1 0 8:1 / / rw - ext4 d rw\n";
  const std::string a = "11 1 0:31 / /a-mount-point-of-some-length rw - tmpfs t rw,size=4k,nr_inodes=100\n";
  const std::string b = "12 1 0:32 / /b-mount-point-of-some-length rw - tmpfs t rw,size=8k,nr_inodes=200\n";
  const std::string c = "13 1 0:33 / /c-mount-point-of-some-length rw - tmpfs t rw,size=16k,nr_inodes=300\n";
  // "minor mount id:mount point:options" of each mount.
  const auto scan = [&](const std::string& table, std::uint64_t damaged_lines = 0) {
    tree.file("proc/1/mountinfo", table);
    auto scanned = scanner.scan(0);
    REQUIRE(scanned);
    CHECK(scanned->damaged_lines == damaged_lines);
    return std::move(scanned->superblocks);
  };
  const auto told = [](const std::vector<Superblock>& superblocks) {
    std::vector<std::string> lines;
    for (const Superblock& superblock : superblocks) {
      std::string line = std::to_string(superblock.id.minor);
      for (const Mount& mount : superblock.mounts)
        line += " " + std::to_string(mount.mount_id) + ":" + mount.mount_point.substr(0, 2) + ":" + mount.options +
                (mount.pid == 0 ? ":covered" : "");
      lines.push_back(line);
    }
    return lines;
  };
  using Lines = std::vector<std::string>;
  const std::string told_a = "31 11:/a:rw,size=4k,nr_inodes=100";
  const std::string told_b = "32 12:/b:rw,size=8k,nr_inodes=200";
  const std::string told_c = "33 13:/c:rw,size=16k,nr_inodes=300";
  const auto first = scan(root + a + b + c);
  CHECK(told(first) == Lines{told_a, told_b, told_c});
  // Copies share a list: that of a superblock of which nothing changed is the one of the scan before.
  const auto shares = [&](const std::vector<Superblock>& superblocks, std::size_t i, std::size_t before) {
    return &superblocks.at(i).mounts.values() == &first.at(before).mounts.values();
  };

  SECTION("a line in the middle") {
    const auto now = scan(root + a + "12 1 0:32 / /b-mount-point-of-some-length rw - tmpfs t rw,size=9k\n" + c);
    CHECK(told(now) == Lines{told_a, "32 12:/b:rw,size=9k", told_c});
    CHECK(shares(now, 0, 0));
    CHECK_FALSE(shares(now, 1, 1));
    CHECK(shares(now, 2, 2));
  }
  SECTION("mounts come, before and behind") {
    const auto now = scan(root + "10 1 0:30 / /n rw - tmpfs t rw\n" + a + b + c + "14 1 0:40 / /o rw - tmpfs t rw\n");
    CHECK(told(now) == Lines{"30 10:/n:rw", told_a, told_b, told_c, "40 14:/o:rw"});
    for (const std::size_t i : {0, 1, 2}) CHECK(shares(now, i + 1, i));
  }
  SECTION("mounts go") {
    const auto now = scan(root + b);
    CHECK(told(now) == Lines{told_b});
    CHECK(shares(now, 0, 1));
    CHECK(told(scan(root)).empty());
    CHECK(told(scan(root + a + b + c)) == Lines{told_a, told_b, told_c});
  }
  SECTION("a mount goes and another bears its device number and its id") {
    const auto now = scan(root + a + "12 1 0:32 / /x rw - tmpfs t rw,size=8k,nr_inodes=200\n" + c);
    CHECK(told(now) == Lines{told_a, "32 12:/x:rw,size=8k,nr_inodes=200", told_c});
  }
  SECTION("two swap their places in the table") {
    const auto now = scan(root + c + b + a);
    CHECK(told(now) == Lines{told_a, told_b, told_c});
    CHECK(shares(now, 0, 0));
    CHECK(shares(now, 2, 2));
  }
  SECTION("two swap their mount points") {
    const auto now = scan(root + "11 1 0:31 / /b-mount-point-of-some-length rw - tmpfs t rw,size=4k,nr_inodes=100\n" +
                          "12 1 0:32 / /a-mount-point-of-some-length rw - tmpfs t rw,size=8k,nr_inodes=200\n" + c);
    CHECK(told(now) == Lines{"31 11:/b:rw,size=4k,nr_inodes=100", "32 12:/a:rw,size=8k,nr_inodes=200", told_c});
  }
  SECTION("a second mount of one superblock comes, and goes") {
    const auto now = scan(root + a + "15 1 0:31 / /z rw - tmpfs t rw,size=4k,nr_inodes=100\n" + b + c);
    CHECK(told(now) == Lines{told_a + " 15:/z:rw,size=4k,nr_inodes=100", told_b, told_c});
    CHECK(told(scan(root + a + b + c)) == Lines{told_a, told_b, told_c});
  }
  SECTION("another mount covers one, whose line stays as it is") {
    const auto now = scan(root + a + b + c + "16 1 8:2 / /b-mount-point-of-some-length rw - ext4 d rw\n");
    CHECK(told(now) == Lines{told_a, told_b + ":covered", told_c});
    CHECK(shares(now, 0, 0));
    CHECK(told(scan(root + a + b + c)) == Lines{told_a, told_b, told_c});
  }
  SECTION("the text is cut in a line, or empty") {
    const std::string cut = root + a + b.substr(0, b.find(" - "));
    CHECK(told(scan(cut, 1)) == Lines{told_a});
    CHECK(told(scan("")).empty());
    CHECK(told(scan(root + a + b + c)) == Lines{told_a, told_b, told_c});
  }
  SECTION("the scan before is as it was") {
    scan(root + c);
    CHECK(told(first) == Lines{told_a, told_b, told_c});
  }
}

TEST_CASE("a process is asked for its namespace when it is new, and some time later", "[host]") {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const TempTree tree;
  make_proc(tree);
  HostPaths paths;
  paths.proc = tree.path("proc");
  MountNamespaces namespaces(paths);
  const auto lives_in = [&](const char* name) {
    const auto members = namespaces.members().find(tree.inode(std::string("namespaces/") + name));
    return members == namespaces.members().end() ? Pids() : members->second;
  };
  const auto move_20 = [&](const char* name) {
    tree.remove("proc/20/ns/mnt");
    tree.symlink("proc/20/ns/mnt", std::string("../../../namespaces/") + name);
  };
  REQUIRE(namespaces.refresh(100 * kSecond, false));
  CHECK(lives_in("host") == Pids{1, 3, 20});
  CHECK(lives_in("container") == Pids{400});
  CHECK(namespaces.unreadable_processes() == 0);

  move_20("container");  // as a runtime's process does, soon after its start
  REQUIRE(namespaces.refresh(102 * kSecond, false));
  CHECK(lives_in("container") == Pids{20, 400});
  REQUIRE(namespaces.refresh(110 * kSecond, false));

  move_20("host");  // late: seen when its turn comes, or when all are asked
  REQUIRE(namespaces.refresh(111 * kSecond, false));
  CHECK(lives_in("container") == Pids{20, 400});
  SECTION("its turn") { REQUIRE(namespaces.refresh(130 * kSecond, false)); }
  SECTION("all") { REQUIRE(namespaces.refresh(112 * kSecond, true)); }
  CHECK(lives_in("container") == Pids{400});
  CHECK(lives_in("host") == Pids{1, 3, 20});

  tree.remove("proc/20");
  REQUIRE(namespaces.refresh(131 * kSecond, false));
  CHECK(lives_in("host") == Pids{1, 3});
}

TEST_CASE("of many namespaces the tables are read in turn, of new ones at once", "[host]") {
  const TempTree tree;
  constexpr int kCount = 100;
  const auto table = [](int number) {
    return "25 24 0:" + std::to_string(number) + " / /dev/shm rw - tmpfs tmpfs rw\n";
  };
  const auto add = [&](int number) {
    const std::string pid = std::to_string(number);
    tree.file("proc/" + pid + "/ns/mnt", "");
    tree.symlink("proc/" + pid + "/root", "/");
    tree.file("proc/" + pid + "/mountinfo", table(number));
  };
  for (int number = 1; number <= kCount; ++number) add(number);
  HostPaths paths;
  paths.proc = tree.path("proc");
  MountScanner scanner(paths);
  CHECK(scanner.scan(1)->superblocks.size() == kCount);

  for (int number = 1; number <= kCount; ++number)
    tree.file("proc/" + std::to_string(number) + "/mountinfo", table(1000 + number));
  add(kCount + 1);
  const auto changed = [](const MountScan& scan) {
    return std::count_if(scan.superblocks.begin(), scan.superblocks.end(),
                         [](const Superblock& superblock) { return superblock.id.minor > 1000; });
  };
  SECTION("in turn") {
    const auto some = scanner.scan(2);
    CHECK(some->superblocks.size() == kCount + 1);
    CHECK(changed(*some) == 64);
    CHECK(changed(*scanner.scan(3)) == kCount);
  }
  SECTION("all, when something is known to be new") { CHECK(changed(*scanner.scan(2, true)) == kCount); }
  SECTION("one whose process has gone is not waited for") {
    tree.remove("proc/7");
    const auto scan = scanner.scan(2);
    CHECK(find(scan->superblocks, 7) == nullptr);
    CHECK(find(scan->superblocks, 1007) == nullptr);
  }
}

TEST_CASE("the kernel tells when the mount table of a process has changed", "[host][root]") {
  const TempTree tree;
  tree.directory("m");
  int failed_at = 0;
  const test::PrivateNamespace other([&] {
    auto watch = MountWatch::open("/proc/self/mountinfo");
    const auto expect = [&](bool fine, int line) { failed_at = fine || failed_at != 0 ? failed_at : line; };
    expect(watch.has_value(), __LINE__);
    if (!watch) return false;
    expect(!watch->changed(), __LINE__);
    const std::string where = tree.path("m");
    expect(watch->read(1 << 24)->find(where) == std::string::npos, __LINE__);
    if (!test::mount_tmpfs(where.c_str(), "size=4k")) return false;
    expect(watch->changed(), __LINE__);
    expect(watch->read(1 << 24)->find(where) != std::string::npos, __LINE__);
    expect(!watch->changed(), __LINE__);
    return failed_at == 0;
  });
  if (::geteuid() != 0) {
    WARN("skipped: no right to mount");
    return;
  }
  CHECK(other.pid() != 0);
  CHECK_FALSE(MountWatch::open(tree.path("m")));  // not a file of procfs
}
