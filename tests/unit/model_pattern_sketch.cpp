// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "model/pattern_key.h"
#include "model/pattern_sketch.h"

using namespace tmpfstrace;

namespace {

// A name of letters that no rule folds, for a number.
std::string word(std::uint64_t number) {
  std::string text;
  for (int i = 0; i < 4; ++i, number /= 20) {
    text += "bdfgklmnprstvzhjcwxq"[number % 20];
    text += 'o';
  }
  return text;
}

std::uint64_t key_of(const std::string& name) { return hash_of_key(pattern_key("/", name)); }

const FilePattern* find(const std::vector<FilePattern>& patterns, const std::string& pattern) {
  const auto found = std::find_if(patterns.begin(), patterns.end(),
                                  [&](const FilePattern& candidate) { return candidate.pattern == pattern; });
  return found == patterns.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("files of one pattern are summed up", "[model]") {
  PatternSketch sketch;
  sketch.add("/", "session_00af93c1d2e4b5a6", {4096, 1500, 300});
  sketch.add("/", "session_10af93c1d2e4b5a6", {0, 0, 100});
  sketch.add("/", "session_20af93c1d2e4b5a6", {0, 1 << 30, 200});
  sketch.add("/", "README2", {8192, 5000, std::nullopt});
  const auto patterns = sketch.patterns(10);
  REQUIRE(patterns.size() == 2);
  // It holds three of four files; the other two of three pages.
  CHECK(patterns[0] == FilePattern{"/", "session_*", 3, 1, 4096, 1500 + (1 << 30), 100, 300, 0, key_of("session_1")});
  CHECK(patterns[1] == FilePattern{"/", "README2", 1, 0, 8192, 5000, std::nullopt, std::nullopt, 0, key_of("README2")});
  CHECK(sketch.patterns(1).size() == 1);
}

TEST_CASE("a directory is told as it is where all files are of one", "[model]") {
  PatternSketch sketch;
  sketch.add("/pods/17/shm", "data1", {4096, 1, 1});
  sketch.add("/pods/17/shm", "data2", {4096, 1, 1});
  CHECK(sketch.patterns(10).at(0).directory == "/pods/17/shm");
  sketch.add("/pods/18/shm", "data3", {4096, 1, 1});
  const auto patterns = sketch.patterns(10);
  REQUIRE(patterns.size() == 1);
  CHECK(patterns[0].directory == "/pods/*/shm");
  CHECK(patterns[0].pattern == "data*");
  CHECK(patterns[0].files == 3);
  // The same name elsewhere is another pattern.
  sketch.add("/", "data3", {4096, 1, 1});
  CHECK(sketch.patterns(10).size() == 2);
}

TEST_CASE("names and paths of a hostile tree", "[model]") {
  PatternSketch sketch;
  const std::string deep = "/" + std::string(100'000, 'x');
  sketch.add(deep, std::string(255, '*'), {4096, 1, 1});
  sketch.add("/a*", "\xff\n[", {0, UINT64_MAX, 1});
  sketch.add("/a*", "\xff\n[", {UINT64_MAX - 100, UINT64_MAX, 2});
  const auto patterns = sketch.patterns(10);
  REQUIRE(patterns.size() == 2);
  CHECK(patterns[0].directory == "/a?");
  CHECK(patterns[0].pattern == "\xff\n?");
  CHECK(patterns[0].size_bytes == UINT64_MAX);  // not the sum modulo 2^64
  CHECK(patterns[0].allocated_bytes == UINT64_MAX - 100);
  CHECK(patterns[1].directory.size() == kMostDirectory);
  CHECK(patterns[1].directory.ends_with("x…"));
  CHECK(patterns[1].pattern == std::string(255, '?'));
}

TEST_CASE("exact as long as nothing had to be dropped", "[model]") {
  PatternSketch sketch(8);
  for (std::uint64_t i = 0; i < 8; ++i)
    for (std::uint64_t n = 0; n <= i; ++n) sketch.add("/", word(i), {4096, 10, n});
  auto patterns = sketch.patterns(100);
  REQUIRE(patterns.size() == 8);
  for (std::uint64_t i = 0; i < 8; ++i) {
    const FilePattern* pattern = find(patterns, word(i));
    REQUIRE(pattern != nullptr);
    CHECK(*pattern == FilePattern{"/", word(i), i + 1, 0, 4096 * (i + 1), 10 * (i + 1), 0, i, 0, key_of(word(i))});
  }
  // The ninth takes the place of the lightest, whose one file may be among its own. It is told when it must be heavy.
  for (int i = 1; i <= 6; ++i) {
    sketch.add("/", word(9), {4096, 10, 5});
    patterns = sketch.patterns(100);
    CHECK(find(patterns, word(0)) == nullptr);
    CHECK((find(patterns, word(9)) != nullptr) == (i == 6));  // 2 a file; the bound is 74/8 to 84/8
  }
  REQUIRE(patterns.size() == 8);
  CHECK(sketch.bound() == 10);
  CHECK(*find(patterns, word(9)) == FilePattern{"/", word(9), 7, 0, 6 * 4096, 60, 5, 5, 1, key_of(word(9))});
  CHECK(find(patterns, word(7))->counts_over == 0);
}

TEST_CASE("neither many empty files nor one large file is lost among 100,000 names", "[model]") {
  PatternSketch sketch;
  sketch.add("/", "image", {1 << 30, 1 << 30, 1});
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    sketch.add("/cache", word(i), {4096, 100, 1});
    if (i % 100 == 0) sketch.add("/", "lock" + std::to_string(i), {0, 0, 1});
  }
  const auto patterns = sketch.patterns(2);
  CHECK(patterns[0] == FilePattern{"/", "image", 1, 0, 1 << 30, 1 << 30, 1, 1, 0, key_of("image")});
  CHECK(patterns[1] == FilePattern{"/", "lock*", 1000, 1000, 0, 0, 1, 1, 0, key_of("lock1")});
}

TEST_CASE("where every name is another, none is told", "[model]") {
  PatternSketch sketch(64);
  for (std::uint64_t i = 0; i < 10'000; ++i) sketch.add("/", word(i), {4096, 1, 1});
  CHECK(sketch.patterns(64).empty());
}

TEST_CASE("heavy hitters stay, and counts are off by no more than they say", "[model]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random(seed);
    const std::size_t entries = 4 + random() % 60;
    const std::uint64_t names = 1 + random() % 400;
    PatternSketch sketch(entries);
    struct Truth {
      std::uint64_t files = 0, empty = 0, bytes = 0, weight = 0;
    };
    std::map<std::string, Truth> truths;
    std::uint64_t weight = 0;
    for (int i = 0; i < 3000; ++i) {
      // Some names are much more frequent, some files much larger.
      const std::uint64_t number = std::min(random() % names, random() % names) / (1 + random() % 4);
      const std::uint64_t pages = random() % 8 == 0 ? random() % 100 : random() % 2;
      sketch.add("/", word(number), {pages * 4096, pages, std::nullopt});
      Truth& truth = truths[word(number)];
      ++truth.files;
      truth.empty += pages == 0 ? 1 : 0;
      truth.bytes += pages * 4096;
      truth.weight += 1 + pages;
      weight += 1 + pages;
    }
    const auto patterns = sketch.patterns(entries);
    CAPTURE(seed, entries, names);
    CHECK(sketch.bound() == weight / entries);
    CHECK(patterns.size() <= std::min(entries, truths.size()));
    for (const FilePattern& pattern : patterns) {
      const Truth& truth = truths.at(pattern.pattern);
      REQUIRE(pattern.files >= truth.files);
      REQUIRE(pattern.files - pattern.counts_over <= truth.files);
      REQUIRE(pattern.counts_over <= sketch.bound());
      REQUIRE(pattern.allocated_bytes <= truth.bytes);
      REQUIRE(pattern.empty_files <= truth.empty);
      if (pattern.counts_over == 0) {
        REQUIRE(pattern.files == truth.files);
        REQUIRE(pattern.allocated_bytes == truth.bytes);
        REQUIRE(pattern.empty_files == truth.empty);
      }
    }
    for (const auto& [name, truth] : truths) {
      CAPTURE(name, truth.weight);
      if (truth.weight * entries > 2 * weight || truths.size() <= entries) REQUIRE(find(patterns, name) != nullptr);
      if (truths.size() <= entries) REQUIRE(find(patterns, name)->counts_over == 0);
    }
  }
}
