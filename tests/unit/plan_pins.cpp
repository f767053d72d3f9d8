// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <cstddef>
#include <string>

#include "bpf/pin_note.h"
#include "syscall_abi.h"
#include "tmpfs_abi.h"

using namespace tmpfstrace;
using Catch::Contains;

namespace {

PinNote note_of_a_run() {
  PinNote note;
  note.layout = 4;
  note.version = "1.2";
  note.object = "0123456789abcdef";
  note.mode = "exact";
  note.hooks_kind = "fentry";
  note.reason = "fentry works";
  note.settings = {{"surveys", "yes"}, {"--event-rate", "10"}};
  note.since_ns = 1'700'000'000'123'456'789;
  note.hooks = {{"fexit shmem_link", true, "", "hard links"}, {"fexit shmem_fault", false, "no \"such\"", "faults"}};
  note.blind = {"one thing", "another\nthing"};
  note.losses = {{"seed_busy", 3}};
  note.facts = {{"measures_maps", true}};
  note.pinned = 77;
  return note;
}

PinWish wish_like(const PinNote& note) {
  return {.layout = note.layout,
          .version = note.version,
          .objects = {{"exact", note.object}, {"syscall", "other"}},
          .settings = note.settings};
}

}  // namespace

TEST_CASE("a note comes back as it was pinned") {
  const PinNote note = note_of_a_run();
  const auto read = decode_pin_note(encode_pin_note(note));
  REQUIRE(read);
  CHECK(encode_pin_note(*read) == encode_pin_note(note));
  CHECK(read->since_ns == note.since_ns);
  CHECK(read->blind == note.blind);
  CHECK(read->hooks.size() == 2);
  CHECK(read->hooks[1].why_not == "no \"such\"");
  CHECK(read->fact("measures_maps"));
  CHECK_FALSE(read->fact("never heard of"));
}

TEST_CASE("a note of another version is read as far as it is known") {
  const auto later = decode_pin_note(R"({"layout":9,"version":"3.0","moons":[1,2],"hooks":[]})");
  REQUIRE(later);
  CHECK(later->layout == 9);
  CHECK(later->version == "3.0");
  CHECK(later->since_ns == 0);
  for (const char* damaged : {"", "{", "[]", R"({"version":"3.0"})", R"({"layout":"x","version":"3.0"})",
                              R"({"layout":1,"version":"3.0","hooks":[{"name":5}]})"}) {
    INFO(damaged);
    CHECK_FALSE(decode_pin_note(damaged));
  }
}

TEST_CASE("counts go on where programs and tool agree") {
  const PinNote note = note_of_a_run();
  PinWish wish = wish_like(note);
  CHECK(judge_pins(note, wish).goes_on);
  CHECK(judge_pins(note, wish).text.empty());
  wish.mode = "exact";
  wish.hooks = "fentry";
  CHECK(judge_pins(note, wish).goes_on);

  SECTION("programs of another build go on, and that is said") {
    wish.version = "1.3";
    wish.objects["exact"] = "another";
    const PinJudgement judgement = judge_pins(note, wish);
    CHECK(judgement.goes_on);
    CHECK_THAT(judgement.text, Contains("1.2") && Contains("1.3") && Contains("unpin"));
  }
  SECTION("a layout that this tool does not read") {
    wish.layout = 5;
    wish.version = "2.0";
    const PinJudgement judgement = judge_pins(note, wish);
    CHECK_FALSE(judgement.goes_on);
    CHECK_THAT(judgement.text, Contains("1.2") && Contains("layout 4") && Contains("2.0") && Contains("layout 5"));
  }
  SECTION("another mode or other hooks were asked for by name") {
    wish.mode = "syscall";
    CHECK_FALSE(judge_pins(note, wish).goes_on);
    wish.mode = "auto";
    wish.hooks = "kprobe";
    CHECK_FALSE(judge_pins(note, wish).goes_on);
    CHECK_THAT(judge_pins(note, wish).text, Contains("fentry") && Contains("kprobe"));
  }
  SECTION("they were loaded with something else") {
    wish.settings["--event-rate"] = "5";
    CHECK_FALSE(judge_pins(note, wish).goes_on);
    CHECK_THAT(judge_pins(note, wish).text, Contains("--event-rate 10") && Contains("asked for is 5"));
  }
  SECTION("this tool has a setting that they know nothing of") {
    wish.settings["--new"] = "1";
    CHECK_FALSE(judge_pins(note, wish).goes_on);
  }
}

TEST_CASE("pinned tables of other sizes are told, each with both sizes") {
  const TableSizes pinned{.slots = 8192, .superblocks = 100, .inodes = 1000};
  CHECK(describe_other_sizes(pinned, pinned).empty());
  TableSizes wanted = pinned;
  wanted.slots = 24576;
  CHECK(describe_other_sizes(pinned, wanted) ==
        "counting goes on in the pinned tables, which have --max-slots 8192 and not 24576; 'tmpfstrace unpin' and a "
        "restart make new ones, and count from 0");
  wanted.superblocks = 50;
  wanted.inodes = 2000;
  CHECK_THAT(
      describe_other_sizes(pinned, wanted),
      Contains("--max-slots 8192 and not 24576, --max-superblocks 100 and not 50, --max-inodes 1000 and not 2000;"));

  // Mode syscall follows no inodes.
  TableSizes of_syscall = pinned;
  of_syscall.inodes.reset();
  wanted = pinned;
  wanted.inodes = 2000;
  CHECK(describe_other_sizes(of_syscall, wanted).empty());
}

// What pinned programs go on writing is read by every later tool of the same layout. Whoever changes a number here
// raises TMPFS_LAYOUT_VERSION.
TEST_CASE("the layout of what is pinned is the one of its version") {
  CHECK(TMPFS_LAYOUT_VERSION == 1);
  CHECK(TMPFS_ABI_VERSION == 1);
  CHECK(sizeof(tmpfs_counters) == 744);
  CHECK(offsetof(tmpfs_counters, refusals) == 184);
  CHECK(sizeof(tmpfs_slot) == 944);
  CHECK(offsetof(tmpfs_slot, counters) == 120);
  CHECK(sizeof(tmpfs_cpu_line) == 64);
  CHECK(sizeof(tmpfs_sb_row) == 40);
  CHECK(sizeof(tmpfs_common) == 1128);
  CHECK(offsetof(tmpfs_common, losses) == 64);
  CHECK(offsetof(tmpfs_common, syscall_losses) == 320);
  CHECK(offsetof(tmpfs_common, folded) == 384);
  CHECK(sizeof(tmpfs_event) == 872);
  CHECK(sizeof(tmpfs_file_event) == 896);
  CHECK(sizeof(syscall_record) == 4520);
  CHECK(TMPFS_CPU_LINES == 32);
  CHECK(TMPFS_LOSS_MAX <= TMPFS_LOSSES);
  CHECK(SYSCALL_LOSS_MAX <= TMPFS_SYSCALL_LOSSES);
}
