// SPDX-License-Identifier: Apache-2.0
#include <fnmatch.h>

#include <catch2/catch.hpp>

#include <chrono>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "model/name_pattern.h"

using namespace tmpfstrace;

namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t end) { return static_cast<std::size_t>(random() % end); }

std::string draw(Random& random, std::string_view alphabet, std::size_t size) {
  std::string text;
  while (text.size() < size) text += alphabet[below(random, alphabet.size())];
  return text;
}

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kBase62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kBase36 = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kBase64Url = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

std::string uuid(Random& random) {
  std::string text = draw(random, kHex, 8);
  for (const std::size_t size : {4, 4, 4, 12}) text += '-' + draw(random, kHex, size);
  return text;
}

// Pieces that names are made of, in any order.
std::string any_name(Random& random) {
  static const std::vector<std::string> kWords = {"app", "log", "session", "Report", "x86", "lib64", "tmp",    "sha256",
                                                  ".",   "-",   "_",       ".tar",   ".gz", ".mp3",  "facade", "deadbe",
                                                  "*",   "[",   "\\",      "?",      " ",   "\xff",  "\n",     "é"};
  std::string name;
  for (std::size_t i = below(random, 12); i-- > 0;) {
    switch (below(random, 5)) {
      case 0: name += draw(random, "0123456789", 1 + below(random, 12)); break;
      case 1: name += draw(random, kBase62, 1 + below(random, 12)); break;
      case 2: name += draw(random, kHex, 1 + below(random, 20)); break;
      default: name += kWords[below(random, kWords.size())];
    }
  }
  return name.substr(0, 255);
}

std::string any_bytes(Random& random) {
  std::string name;
  for (std::size_t i = below(random, 256); i-- > 0;) name += static_cast<char>(1 + below(random, 255));
  return name;
}

bool matches(const std::string& pattern, const std::string& name) {
  return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

// The name that a counter at each star would make next.
std::string with_counters(std::string pattern) {
  for (char& c : pattern)
    if (c == '*') c = '8';
  return pattern;
}

std::set<std::string> patterns_of(const std::function<std::string(Random&)>& make, int names) {
  Random random(7);
  std::set<std::string> patterns;
  for (int i = 0; i < names; ++i) patterns.insert(fold_name(make(random)));
  return patterns;
}

// How many of 1,000 names are folded to this pattern.
int folded_to(const std::string& pattern, const std::function<std::string(Random&)>& make) {
  Random random(7);
  int folded = 0;
  for (int i = 0; i < 1000; ++i) folded += fold_name(make(random)) == pattern ? 1 : 0;
  return folded;
}

}  // namespace

TEST_CASE("names that a program made up are folded", "[model]") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"session_00af93c1d2e4b5a6", "session_*"},
      {"session_QJXTBM4WZ2AHKD5NPR7LUVCE3GSYF6IOQJXTBM4WZ2AHKD5NPR7L", "session_*"},
      {"sess_7f3k2l9q0v1m5n8b6c4x2z1a3s", "sess_*"},
      {"app-2026-11-29.log.3", "app-*.log.*"},
      {"app-20261129T101500Z.log", "app-*T*Z.log"},
      {"550e8400-e29b-41d4-a716-446655440000.tmp", "*.tmp"},
      {"abcdefab-cdef-abcd-efab-cdefabcdefab", "*"},
      {"libfoo.so.1.2", "libfoo.so.*"},
      {"core.12345", "core.*"},
      {"worker12", "worker*"},
      {"file001.dat", "file*.dat"},
      {"pulse-shm-1234567", "pulse-shm-*"},
      {"PostgreSQL.1234567", "PostgreSQL.*"},
      {".X0-lock", ".X*-lock"},
      {".nfs0000000000a1b2c300000042", ".nfs*"},
      {"tmpk2j3h4g5", "tmp*"},
      {"tmpabcd1234", "tmp*"},
      {"phpA1bC2d", "php*"},
      {"nginx-7d4b9c8f6d-x2v9k", "nginx-*"},
      {"id_q8Zx1kT9-4b_9aPwL5s", "id_*"},
      {"10.0.0.1:8080.sock", "*.sock"},
      {"a1b2c3d", "*"},
      {"0", "*"},
      {"20261129", "*"},
      {".1234", ".*"},
      {"mem 12 of 34", "mem * of *"},
      {"track 12.mp3", "track *.mp3"},
      {"backup-3.tar.bz2", "backup-*.tar.bz2"},
      {"r.mp12", "r.mp*"},
  };
  for (const auto& [name, pattern] : cases) {
    CAPTURE(name);
    CHECK(fold_name(name) == pattern);
  }
}

TEST_CASE("names that somebody chose stay", "[model]") {
  for (const std::string name : {"README",
                                 "Makefile",
                                 "session",
                                 "config.json",
                                 "org.freedesktop.systemd",
                                 "systemd-journald.socket",
                                 "internationalization",
                                 "AbstractProxyFactoryBean.java",
                                 "XMLHttpRequest",
                                 "McDonald",
                                 "iPhone",
                                 "lost+found",
                                 "song.mp3",
                                 "archive.tar.bz2",
                                 "face",
                                 "decade",
                                 "a",
                                 "..",
                                 "...",
                                 "-",
                                 "--",
                                 "_",
                                 "",
                                 "CHANGELOG",
                                 "xtables.lock",
                                 "dbus-broker",
                                 "pgsql_tmp",
                                 "naïve.txt",
                                 "日本語",
                                 "?",
                                 " "})
    CHECK(fold_name(name) == name);
}

TEST_CASE("bytes that are no text and characters of a glob", "[model]") {
  CHECK(fold_name("*") == "?");
  CHECK(fold_name("**1*") == "??*?");
  CHECK(fold_name("a[1]") == "a?*]");
  CHECK(fold_name("\\1") == "?*");
  CHECK(fold_name("\xff\xfe"
                  "12\x80") == "\xff\xfe*\x80");
  CHECK(fold_name("line\n1\x1b[2J") == "line\n*\x1b?*J");
  CHECK(fold_name(std::string(255, '7')) == "*");
  CHECK(fold_name(std::string(255, '*')) == std::string(255, '?'));
  CHECK(fold_name(std::string("a\0001", 3)) == std::string("a\0*", 3));
  CHECK(literal_glob("a*b[c]\\1") == "a?b?c]?1");
}

TEST_CASE("each component of a path is folded", "[model]") {
  CHECK(fold_path("/") == "/");
  CHECK(fold_path("") == "");
  CHECK(fold_path("/pods/550e8400-e29b-41d4-a716-446655440000/shm") == "/pods/*/shm");
  CHECK(fold_path("/a/12/34") == "/a/*/*");  // no star reaches over a slash
  CHECK(fold_path("//a1//") == "//a*//");
}

TEST_CASE("all names of one generator have one pattern", "[model]") {
  const auto hex = [](Random& random) { return "session_" + draw(random, kHex, 32); };
  const auto base32 = [](Random& random) { return "session_" + draw(random, kBase32, 52); };
  const auto uuids = [](Random& random) { return uuid(random) + ".tmp"; };
  const auto dates = [](Random& random) {
    return "app-2026-" + draw(random, "0123456789", 2) + "-" + draw(random, "0123456789", 2) + ".log";
  };
  CHECK(patterns_of(hex, 16'384) == std::set<std::string>{"session_*"});
  CHECK(patterns_of(uuids, 16'384) == std::set<std::string>{"*.tmp"});
  CHECK(patterns_of(dates, 1'000) == std::set<std::string>{"app-*.log"});
  CHECK(folded_to("session_*", base32) >= 999);
}

// What is left over looks like words: there the sketch tells what is heavy.
TEST_CASE("most names of short or ambiguous alphabets have one pattern", "[model]") {
  CHECK(folded_to("sess_*", [](Random& random) { return "sess_" + draw(random, kBase36, 26); }) >= 990);
  CHECK(folded_to("id-*", [](Random& random) { return "id-" + draw(random, kBase62, 22); }) >= 980);
  CHECK(folded_to("id-*", [](Random& random) { return "id-" + draw(random, kBase64Url, 43); }) >= 700);
  CHECK(folded_to("tmp.*", [](Random& random) { return "tmp." + draw(random, kBase62, 10); }) >= 900);
  CHECK(folded_to("cc-*.o", [](Random& random) { return "cc-" + draw(random, kBase62, 6) + ".o"; }) >= 700);
  CHECK(folded_to("tmp*", [](Random& random) { return "tmp" + draw(random, kBase36, 8); }) >= 900);
}

TEST_CASE("a pattern matches its name, is not longer, and a counter at its stars has the same", "[model]") {
  Random random(20261129);
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = i % 4 == 0 ? any_bytes(random) : any_name(random);
    const std::string pattern = fold_name(name);
    CAPTURE(i, name, pattern);
    REQUIRE(pattern.size() <= name.size());
    REQUIRE(matches(pattern, name));
    REQUIRE(matches(literal_glob(name), name));
    REQUIRE(pattern.find("**") == std::string::npos);
    REQUIRE(fold_name(with_counters(pattern)) == pattern);
  }
}

TEST_CASE("folding takes linear time", "[model]") {
  // A megabyte of what is hardest: with anything quadratic this would take hours.
  for (const std::string_view part : {"a1-", "*", "0-", "aB1_", "abcdefab-cdef-"}) {
    std::string name;
    while (name.size() < 1'000'000) name += part;
    const auto begin = std::chrono::steady_clock::now();
    const std::string pattern = fold_name(name);
    CHECK(pattern.size() <= name.size());
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
  }
}
