// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>

#include "../support/recording_builder.h"
#include "../support/sample_builder.h"
#include "model/derive.h"
#include "sources/player.h"
#include "sources/recorder.h"
#include "sources/replay_source.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;

namespace {

struct Played {
  bool opened = true;
  std::size_t samples = 0;
  std::size_t events = 0;
  std::string damage;  // without the name of the file
};

Played play(const std::string& content) {
  const TemporaryFile file(".any");
  file.write(content);
  Played played;
  const auto note_damage = [&](const std::string& damage) {
    REQUIRE(damage.starts_with(file.path() + ": "));
    played.damage = damage.substr(file.path().size() + 2);
  };
  const auto source = ReplaySource::open(file.path());
  if (!source) {
    note_damage(source.error().message);
    played.opened = false;
    return played;
  }
  const auto count_events = [&](const RefusalEvent&) { ++played.events; };
  for (;;) {
    const auto sample = (*source)->next_sample();
    REQUIRE(sample);
    REQUIRE((*source)->drain_events(count_events));
    if (!*sample) break;
    ++played.samples;
  }
  if (const auto damage = (*source)->damage()) note_damage(*damage);
  return played;
}

const std::string header = R"({"schema":"tmpfstrace-recording/1","kernel":"k","start_ns":1})"
                           "\n";  // 62 bytes
const std::string sample =
    R"({"sample":{"sequence":1,"realtime_ns":2,"monotonic_ns":3,"kernel":"k","mode":{"name":"poll","hooks":"","reason":"",)"
    R"("blind":[]},"superblocks":[],"cgroups":[],"ledger":[],"losses":{}}})"
    "\n";

// The sound sample with one part of its text changed.
std::string changed(const std::string& from, const std::string& to) {
  std::string line = sample;
  const std::size_t at = line.find(from);
  REQUIRE(at != std::string::npos);
  return line.replace(at, from.size(), to);
}

std::string with_ledger(const std::string& row) { return changed("\"ledger\":[]", "\"ledger\":[" + row + "]"); }

}  // namespace

TEST_CASE("a hand-written recording plays as it was written") {
  const auto source = ReplaySource::open(fixture_path("samples/incident.ndjson"));
  REQUIRE(source);
  const auto first = (*source)->next_sample();
  REQUIRE(*first);
  const auto second = (*source)->next_sample();
  REQUIRE(*second);
  const Snapshot snapshot = test::derive_after(**second, **first);
  CHECK(snapshot.ledger.at(0).tally.resident_bytes == 67108864);
  CHECK(snapshot.ledger.at(0).tally.rates.allocated_bytes == 4096.0);
  CHECK(snapshot.ledger.at(0).tally.refusals == std::vector<RefusalCount>{{TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 1}});
  CHECK_FALSE(snapshot.ledger.at(0).tally.counters.xattr_bytes);
  CHECK((*first)->cgroups.at(0).memory_max == 268435456u);
  REQUIRE((*source)->drain_events([](const RefusalEvent& event) { CHECK(event.file == "session_abc"); }));
  CHECK_FALSE(*(*source)->next_sample());
  CHECK_FALSE((*source)->damage());
}

TEST_CASE("what is no recording plays nothing and says so") {
  const auto [content, damage] = GENERATE(table<std::string, std::string>({
      {"", "line 1, byte 0: not a recording: the file is empty"},
      {"hello\n", "line 1, byte 0: not a recording: broken JSON at byte 1 of the line"},
      {"hello", "line 1, byte 0: not a recording: the last line is cut"},
      {"\n", "line 1, byte 0: not a recording: broken JSON at byte 1 of the line"},
      {"[]\n", "line 1, byte 0: not a recording: expected an object"},
      {"{}\n", "line 1, byte 0: not a recording: neither a header nor a sample nor an event"},
      {"{\"schema\":\"tmpfstrace/1\"}\n",
       "line 1, byte 0: not a recording: the schema is \"tmpfstrace/1\", not \"tmpfstrace-recording/1\""},
      {"{\"schema\":7}\n", "line 1, byte 0: not a recording: the schema is 7, not \"tmpfstrace-recording/1\""},
      {"{\"schema\":\"tmpfstrace-recording/1\",\"kernel\":\"k\"}\n",
       "line 1, byte 0: not a recording: header: start_ns: missing"},
      {sample, "line 1, byte 0: not a recording: it does not begin with a header"},
  }));
  const Played played = play(content);
  CHECK_FALSE(played.opened);
  CHECK(played.damage == damage);
}

TEST_CASE("damage before anything could be played is an error at once") {
  CHECK_FALSE(play(header + "x\n").opened);
  CHECK(play(header + encode_event(full_event()) + "\nx\n").opened);
  CHECK(play(header).opened);
  CHECK(play(header).damage.empty());
}

TEST_CASE("at the recorded pace each sample says whether it is the last, and why") {
  const auto [rest, damage] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"x\n", "line 4, byte " + std::to_string(62 + 2 * sample.size()) + ": broken JSON at byte 1 of the line"},
  }));
  const TemporaryFile file(".any");
  file.write(header + sample + sample + rest);
  const auto player = Player::open(file.path(), {});
  REQUIRE(player);
  REQUIRE((*player)->work());
  CHECK_FALSE((*player)->frame().snapshot->playback->ended);
  REQUIRE((*player)->work());
  const Playback last = *(*player)->frame().snapshot->playback;
  CHECK(last.ended);
  CHECK(last.damage == damage);
  CHECK((*player)->damage().has_value() == !damage.empty());
}

TEST_CASE("a recording without a sample is no picture") {
  const auto [rest, problem] = GENERATE(table<std::string, std::string>({
      {"", "the recording has no sample"},
      {"x\n", "line 2, byte 62: broken JSON at byte 1 of the line"},
  }));
  const TemporaryFile file(".any");
  file.write(header + rest);
  const auto player = Player::open(file.path(), {});
  REQUIRE_FALSE(player);
  CHECK(player.error().message == file.path() + ": " + problem);
}

TEST_CASE("damage is told with its place, and what precedes it is played") {
  REQUIRE(header.size() == 62);
  const std::string place = "line 3, byte " + std::to_string(62 + sample.size()) + ": ";
  const auto [bad, damage] = GENERATE(table<std::string, std::string>({
      {"{\"sample\":{\"seq", "the last line is cut"},
      {"{\"sample\":{\"seq\n", "broken JSON at byte 16 of the line"},
      {"garbage\n", "broken JSON at byte 1 of the line"},
      {std::string(4, '\0') + "\n", "broken JSON at byte 1 of the line"},
      {"{\"sample\":[]}\n", "sample: expected an object"},
      {"{\"sample\":{}}\n", "sample: sequence: missing"},
      {"{\"thing\":{}}\n", "neither a header nor a sample nor an event"},
      {header, "a second recording begins here"},
      {changed("\"sequence\":1", "\"sequence\":\"1\""), "sample: sequence: expected a number"},
      {changed("\"sequence\":1", "\"sequence\":-1"), "sample: sequence: out of range"},
      {changed("\"sequence\":1", "\"sequence\":1.5"), "sample: sequence: out of range or not a whole number"},
      {changed("\"sequence\":1", "\"sequence\":18446744073709551616"),
       "sample: sequence: out of range or not a whole number"},
      {changed("\"sequence\":1", "\"sequence\":1e999"), "a number is out of range"},
      {changed("\"sequence\":1", "\"sequence\":null"), "sample: sequence: expected a number"},
      {changed("\"kernel\":\"k\"", "\"kernel\":5"), "sample: kernel: expected a string"},
      {changed("\"kernel\":\"k\"", "\"kernel\":{\"hex\":\"6\"}"), "sample: kernel: expected hexadecimal digits"},
      {changed("\"kernel\":\"k\"", "\"kernel\":{\"hex\":\"zz\"}"), "sample: kernel: expected hexadecimal digits"},
      {changed("\"blind\":[]", "\"blind\":[\"a\",1]"), "sample: mode.blind[1]: expected a string"},
      {changed("\"losses\":{}", "\"losses\":{\"ring_full\":true}"), "sample: losses.ring_full: expected a number"},
      {changed("\"losses\":{}", "\"losses\":[]"), "sample: losses: expected an object"},
      {changed("\"cgroups\":[]", "\"cgroups\":{}"), "sample: cgroups: expected an array"},
      {with_ledger("{\"cgroup\":1}"), "sample: ledger[0].superblock: missing"},
      {with_ledger(R"({"cgroup":1,"superblock":{"major":4294967296,"minor":0,"generation":0},"counters":{}})"),
       "sample: ledger[0].superblock.major: out of range"},
      {with_ledger(
           R"({"cgroup":1,"superblock":{"major":0,"minor":0,"generation":0},"counters":{"created":{"fifo":1}}})"),
       "sample: ledger[0].counters.created.fifo: unknown kind"},
      {with_ledger(
           R"({"cgroup":1,"superblock":{"major":0,"minor":0,"generation":0},"counters":{"created":{"link":"1"}}})"),
       "sample: ledger[0].counters.created.link: expected a number"},
      {with_ledger(
           R"({"cgroup":1,"superblock":{"major":0,"minor":0,"generation":0},"counters":{"written_bytes":null}})"),
       "sample: ledger[0].counters.written_bytes: expected a number"},
      {with_ledger(
           R"({"cgroup":1,"superblock":{"major":0,"minor":0,"generation":0},"counters":{"refusals":{"eat":{}}}})"),
       "sample: ledger[0].counters.refusals.eat: unknown operation"},
      {with_ledger(
           R"({"cgroup":1,"superblock":{"major":0,"minor":0,"generation":0},"counters":{"refusals":{"write":{"x":1}}}})"),
       "sample: ledger[0].counters.refusals.write.x: unknown cause"},
  }));
  const Played played = play(header + sample + bad + sample);
  CHECK(played.samples == 1);
  if (bad.ends_with('\n')) CHECK(played.damage == place + damage);
  if (!bad.ends_with('\n')) {
    const Played cut = play(header + sample + bad);
    CHECK(cut.samples == 1);
    CHECK(cut.damage == place + damage);
  }
}

TEST_CASE("an event with an unknown word is damage") {
  const auto [from, to, damage] = GENERATE(table<std::string, std::string, std::string>({
      {"\"fallocate\"", "\"eat\"", "line 2, byte 62: event: operation: unknown operation"},
      {"\"memcg\"", "\"hunger\"", "line 2, byte 62: event: cause: unknown cause"},
      {"\"memcg\"", "3", "line 2, byte 62: event: cause: expected a string"},
  }));
  std::string line = encode_event(full_event());
  line.replace(line.find(from), from.size(), to);
  const Played played = play(header + line + "\n" + sample);
  CHECK(played.samples == 0);
  CHECK(played.damage == damage);
}

TEST_CASE("events before the damage are played with it") {
  const Played played = play(header + sample + encode_event(full_event()) + "\n" + "x\n");
  CHECK(played.samples == 1);
  CHECK(played.events == 1);
}

TEST_CASE("the kinds of a recording from before kinds could be null") {
  const auto line = decode_line(with_ledger(
      R"({"cgroup":1,"superblock":{"major":0,"minor":0,"generation":0},"counters":{"created":{"regular":3,"link":1}}})"));
  REQUIRE(line);
  const Counters& counters = std::get<Sample>(*line).ledger.at(0).counters;
  CHECK(counters.created == std::optional<KindCounts>({3u, 0u, 0u, 0u, 1u, 0u}));
  CHECK_FALSE(counters.removed);
}

TEST_CASE("fields that a later version adds are passed over") {
  const Played played = play(header + changed("\"sequence\":1", "\"colour\":{\"a\":[1]},\"sequence\":1"));
  CHECK(played.samples == 1);
  CHECK(played.damage.empty());
}

TEST_CASE("deep nesting is no harm") {
  const Played played = play(header + std::string(1'000'000, '[') + "\n");
  CHECK(played.damage.starts_with("line 2, byte 62: broken JSON at byte"));
}

TEST_CASE("a line without end is given up") {
  const Played played = play(compressed(header + sample + std::string(LineReader::longest_line + 8192, 'x') + "\n"));
  CHECK(played.samples == 1);
  CHECK(played.damage.ends_with(": a line is longer than 67108864 bytes"));
}

TEST_CASE("a recording cut at any byte plays the samples before the cut") {
  const std::string text = header + sample + sample;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string head = text.substr(0, size);
    const auto lines = static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n'));
    const Played played = play(head);
    INFO("cut at " << size);
    CHECK(played.samples == (lines > 0 ? lines - 1 : 0));
    CHECK(played.damage.empty() == (size > 0 && head.back() == '\n'));
  }
}

TEST_CASE("a compressed recording cut at any byte plays the samples that were flushed before the cut") {
  const TemporaryFile file(".zst");
  std::vector<std::size_t> sizes;  // of the file after each sample
  {
    auto recorder = Recorder::create(file.path(), {"k", 1});
    REQUIRE(recorder);
    for (std::uint64_t time = 1; time <= 3; ++time) {
      REQUIRE(recorder->write(full_sample()));
      sizes.push_back(file.read().size());
    }
    REQUIRE(recorder->finish());
  }
  const std::string whole = file.read();
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const Played played = play(whole.substr(0, size));
    const auto flushed = std::count_if(sizes.begin(), sizes.end(), [&](std::size_t at) { return at <= size; });
    INFO("cut at " << size);
    CHECK(played.samples == static_cast<std::size_t>(flushed));
    CHECK(played.damage.empty() == (size == whole.size()));
  }
}

TEST_CASE("a compressed recording with a flipped bit plays as sound only where the bit has no meaning") {
  const std::string text = header + sample + sample;
  const std::string whole = compressed(text);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    INFO("flipped at " << at);
    if (!play(flipped).damage.empty()) continue;
    auto decoder = ZstdDecoder::create();
    REQUIRE(decoder);
    std::string decoded;
    CHECK(decoder->put(flipped, decoded));
    CHECK(decoded == text);
  }
}

TEST_CASE("what follows a compressed frame") {
  SECTION("another frame goes on") {
    const Played played = play(compressed(header + sample) + compressed(sample));
    CHECK(played.samples == 2);
    CHECK(played.damage.empty());
  }
  SECTION("garbage is damage") {
    const Played played = play(compressed(header + sample) + "some more text");
    CHECK(played.samples == 1);
    CHECK(played.damage.starts_with("line 3, byte " + std::to_string(62 + sample.size()) + ": zstd: "));
  }
}

TEST_CASE("a file that cannot be read is an error, not damage") {
  const auto missing = ReplaySource::open("/nonexistent");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message == "cannot open /nonexistent: No such file or directory");
  const auto directory = ReplaySource::open("/");
  REQUIRE_FALSE(directory);
  CHECK(directory.error().message == "cannot read /: Is a directory");
}
