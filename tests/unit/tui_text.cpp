// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <cstddef>
#include <string>

#include "tui/text.h"

using namespace tmpfstrace;

TEST_CASE("what may not reach a terminal becomes an escape", "[tui][text]") {
  const auto [raw, shown] = GENERATE(table<std::string, std::string>({
      {"session_1", "session_1"},
      {"a\x1b[2Jb", "a\\x1b[2Jb"},
      {"\x1b]0;title\x07", "\\x1b]0;title\\x07"},
      {"a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd"},
      {std::string("a\0b", 3), "a\\x00b"},
      {"\x7f", "\\x7f"},
      {"\xc2\x9b", "\\x9b"},  // C1: CSI in one character
      {"\x9b", "\\x9b"},      // and as a bare byte
      {"\xe2\x80\xae"
       "cod.exe",
       "\\u202ecod.exe"},             // right to left override
      {"\xe2\x81\xa6x", "\\u2066x"},  // isolate
      {"a\xe2\x80\x8b"
       "b",
       "a\\u200bb"},                      // zero width space
      {"\xc2\xa0", "\\xa0"},              // a space that is none
      {"\xf3\xa0\x81\x81", "\\U0e0041"},  // tag
      {"\xff\xfe", "\\xff\\xfe"},
      {"\xc0\xaf", "\\xc0\\xaf"},  // overlong
      {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // surrogate
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // beyond Unicode
      {"abc\xe6\x97", "abc\\xe6\\x97"},              // cut by a fixed buffer
      {"dev-by\\x2duuid", "dev-by\\x2duuid"},        // systemd's own escape stays
      {"\xcc\x81"
       "a",
       "\\u0301a"},  // a mark with nothing below it
      {"e\xcc\x81", "e\xcc\x81"},
      {"\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac"},
      {"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"},
  }));
  CHECK(sanitize(raw, Charset::Utf8) == shown);
  CHECK(sanitize(shown, Charset::Utf8) == shown);
}

TEST_CASE("without UTF-8 everything is ASCII", "[tui][text]") {
  CHECK(sanitize("e\xcc\x81", Charset::Ascii) == "e\\u0301");
  CHECK(sanitize("\xe6\x97\xa5", Charset::Ascii) == "\\u65e5");
  CHECK(sanitize("\xf0\x9f\x98\x80", Charset::Ascii) == "\\U01f600");
  CHECK(truncate_text("abcdef", 4, Charset::Ascii) == "abc~");
}

TEST_CASE("every byte alone and in pairs is drawable afterwards", "[tui][text]") {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string raw = {static_cast<char>(first), static_cast<char>(second)};
      for (const char c : sanitize(raw, Charset::Ascii)) REQUIRE((c >= 0x20 && c < 0x7f));
      for (const Cluster& cluster : split_clusters(raw, Charset::Utf8)) {
        REQUIRE_FALSE(cluster.text.empty());
        REQUIRE(static_cast<unsigned char>(cluster.text[0]) >= 0x20);
        REQUIRE(cluster.text[0] != 0x7f);
      }
    }
  }
}

TEST_CASE("columns", "[tui][text]") {
  CHECK(text_width("abc", Charset::Utf8) == 3);
  CHECK(text_width("\xe6\x97\xa5\xe6\x9c\xac", Charset::Utf8) == 4);
  CHECK(text_width("e\xcc\x81", Charset::Utf8) == 1);
  CHECK(text_width("\xf0\x9f\x98\x80", Charset::Utf8) == 2);
  CHECK(text_width("\x1b", Charset::Utf8) == 4);
}

TEST_CASE("a pile of marks is cut to what a cell holds", "[tui][text]") {
  std::string pile = "a";
  for (int i = 0; i < 50; ++i) pile += "\xcc\x81";
  const auto clusters = split_clusters(pile, Charset::Utf8);
  CHECK(clusters.front().text == "a\xcc\x81\xcc\x81\xcc\x81\xcc\x81");
  CHECK(clusters[1].text == "\\");
}

TEST_CASE("truncation", "[tui][text]") {
  CHECK(truncate_text("abcdef", 6, Charset::Utf8) == "abcdef");
  CHECK(truncate_text("abcdef", 5, Charset::Utf8) == "abcd…");
  CHECK(truncate_text("abcdef", 5, Charset::Utf8, Cut::Start) == "…cdef");
  CHECK(truncate_text("abcdef", 5, Charset::Utf8, Cut::Middle) == "ab…ef");
  CHECK(truncate_text("abcdef", 1, Charset::Utf8) == "…");
  CHECK(truncate_text("abcdef", 0, Charset::Utf8).empty());
  CHECK(truncate_text("abcdef", -3, Charset::Utf8).empty());
  // A wide character is never cut in half.
  CHECK(truncate_text("日本語", 4, Charset::Utf8) == "日…");
  CHECK(fit_text("日本語", 4, Charset::Utf8) == "日… ");
  CHECK(fit_text("日本語", 4, Charset::Utf8, Align::Right) == " 日…");
  CHECK(fit_text("ab", 4, Charset::Utf8) == "ab  ");
}

TEST_CASE("truncation never exceeds its width", "[tui][text]") {
  const std::string name = "日e\xcc\x81\x1b[31m\xff本\xe2\x80\xaexyz";
  for (int width = 0; width < 40; ++width) {
    for (const Cut cut : {Cut::End, Cut::Start, Cut::Middle}) {
      CHECK(text_width(truncate_text(name, width, Charset::Utf8, cut), Charset::Utf8) <= width);
      CHECK(text_width(fit_text(name, width, Charset::Utf8, Align::Left, cut), Charset::Utf8) == width);
    }
  }
}
