// SPDX-License-Identifier: Apache-2.0
#include "model/name_words.h"

#include <algorithm>
#include <array>

namespace tmpfstrace {
namespace {

constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_alnum(char c) { return is_digit(c) || is_lower(c) || is_upper(c); }
constexpr bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

constexpr bool is_vowel(char c) {
  const auto lower = static_cast<char>(c | 0x20);
  return lower == 'a' || lower == 'e' || lower == 'i' || lower == 'o' || lower == 'u' || lower == 'y';
}

// What the parts of a word look like, cut as in camelCase and at digits. A part is odd if it is shorter than words are,
// has no vowel, or is a number in between. A number's length tells nothing: each counts as one character, so that a
// counter that grows changes no judgement.
struct Shape {
  std::size_t length = 0;
  std::size_t digits = 0;
  std::size_t inner_numbers = 0;
  std::size_t odd = 0;
  std::size_t vowels = 0;
  bool mixed_case = false;
};

class ShapeReader {
 public:
  explicit ShapeReader(std::string_view word) : word_(word) {}

  Shape read() {
    bool lower = false;
    bool upper = false;
    for (const char c : word_) {
      shape_.digits += is_digit(c) ? 1 : 0;
      shape_.vowels += is_vowel(c) ? 1 : 0;
      lower = lower || is_lower(c);
      upper = upper || is_upper(c);
    }
    shape_.mixed_case = lower && upper;
    while (at_ < word_.size()) is_digit(word_[at_]) ? read_number() : read_letters();
    return shape_;
  }

 private:
  template <typename Is>
  std::size_t run(std::size_t from, Is is) const {
    std::size_t end = from;
    while (end < word_.size() && is(word_[end])) ++end;
    return end - from;
  }

  void read_number() {
    const std::size_t begin = at_;
    at_ += run(at_, is_digit);
    ++shape_.length;
    if (begin == 0 || at_ == word_.size()) return;
    ++shape_.inner_numbers;
    ++shape_.odd;
  }

  void read_letters() {
    const std::size_t upper = run(at_, is_upper);
    const std::size_t lower = run(at_ + upper, is_lower);
    // The last capital begins the word that follows; those before it are an acronym.
    const std::size_t acronym = lower == 0 ? upper : upper == 0 ? 0 : upper - 1;
    if (acronym == 1) ++shape_.odd;
    if (lower != 0) {
      const std::string_view part = word_.substr(at_ + acronym, upper - acronym + lower);
      if (part.size() < 3 || std::none_of(part.begin(), part.end(), is_vowel)) ++shape_.odd;
    }
    at_ += upper + lower;
    shape_.length += upper + lower;
  }

  std::string_view word_;
  std::size_t at_ = 0;
  Shape shape_;
};

bool looks_generated(const Shape& shape, std::size_t size) {
  if (shape.odd >= 3 && shape.length >= 5 && shape.odd * 6 >= shape.length) return true;
  if (shape.odd >= 2 && shape.length >= 6 && shape.odd * 6 >= shape.length) return true;
  // Base32 has few digits: one in five.
  if (shape.inner_numbers >= 2 && size >= 16) return true;
  // Four of ten letters of a word are vowels, of random ones fewer than a quarter.
  return shape.digits == 0 && size >= 16 && shape.vowels * 10 < size * 3;
}

bool looks_suspect(const Shape& shape, std::size_t size) {
  return size <= 5 && (shape.digits != 0 || (shape.mixed_case && shape.odd != 0));
}

// Names that mkstemp() and others make: a prefix without any separator, then at least 6 random characters.
std::size_t known_prefix(std::string_view word) {
  constexpr std::array<std::string_view, 4> kPrefixes = {"tmp", "php", "sort", "nfs"};
  for (const std::string_view prefix : kPrefixes)
    if (word.starts_with(prefix) && word.size() >= prefix.size() + 6) return prefix.size();
  return 0;
}

// Endings whose digits are part of the name of a format.
bool is_known_ending(std::string_view word) {
  constexpr std::array<std::string_view, 13> kEndings = {"7z",  "bz2", "h5",  "hdf5", "m3u8", "m4a",   "m4v",
                                                         "md5", "mp2", "mp3", "mp4",  "sha1", "sha256"};
  return std::find(kEndings.begin(), kEndings.end(), word) != kEndings.end();
}

void judge(std::string_view name, NameWord& word) {
  const std::string_view text = name.substr(word.begin, word.end - word.begin);
  if (std::all_of(text.begin(), text.end(), is_hex)) {  // most of what is generated, and the cheapest to tell
    const bool counter = std::all_of(text.begin(), text.end(), is_digit);
    word.kind = counter ? WordKind::Counter : text.size() >= 8 ? WordKind::Generated : WordKind::Chosen;
    if (word.kind != WordKind::Chosen) return;
  }
  const Shape shape = ShapeReader(text).read();
  if (const std::size_t prefix = known_prefix(text); prefix != 0) {
    const Shape rest = ShapeReader(text.substr(prefix)).read();
    if (rest.digits != 0 || rest.mixed_case) {
      word.kind = WordKind::Generated;
      word.kept = prefix;
      return;
    }
  }
  if (looks_generated(shape, text.size()))
    word.kind = WordKind::Generated;
  else if (looks_suspect(shape, text.size()))
    word.kind = WordKind::Suspected;
}

bool is_hex_of(std::string_view name, const NameWord& word, std::size_t size) {
  const std::string_view text = name.substr(word.begin, word.end - word.begin);
  return text.size() == size && std::all_of(text.begin(), text.end(), is_hex);
}

void mark_uuid(std::string_view name, std::vector<NameWord>& words, std::size_t first) {
  constexpr std::array<std::size_t, 5> kSizes = {8, 4, 4, 4, 12};
  if (words.size() - first < kSizes.size()) return;
  for (std::size_t i = 0; i < kSizes.size(); ++i) {
    const NameWord& word = words[first + i];
    if (!is_hex_of(name, word, kSizes[i])) return;
    if (i > 0 && (word.begin != words[first + i - 1].end + 1 || name[word.begin - 1] != '-')) return;
  }
  for (std::size_t i = 0; i < kSizes.size(); ++i) words[first + i].kind = WordKind::Generated;
}

// The alphabet of base64 for file names has - and _, which cut such a text into words.
void spread(std::string_view name, const NameWord& left, const NameWord& right, NameWord& suspect,
            const NameWord& other) {
  if (suspect.kind != WordKind::Suspected || other.kind != WordKind::Generated) return;
  const bool beside = right.begin == left.end + 1 && (name[left.end] == '-' || name[left.end] == '_');
  if (beside) suspect.kind = WordKind::Generated;
}

}  // namespace

std::vector<NameWord> split_name(std::string_view name) {
  std::vector<NameWord> words;
  for (std::size_t at = 0; at < name.size();) {
    if (!is_alnum(name[at])) {
      ++at;
      continue;
    }
    NameWord word{.begin = at, .end = at};
    while (word.end < name.size() && is_alnum(name[word.end])) ++word.end;
    at = word.end;
    judge(name, word);
    words.push_back(word);
  }
  for (std::size_t i = 0; i < words.size(); ++i) mark_uuid(name, words, i);
  for (std::size_t i = 1; i < words.size(); ++i) spread(name, words[i - 1], words[i], words[i], words[i - 1]);
  for (std::size_t i = words.size(); i-- > 1;) spread(name, words[i - 1], words[i], words[i - 1], words[i]);
  if (!words.empty()) {
    NameWord& last = words.back();
    const bool ends = last.end == name.size() && last.begin >= 2 && name[last.begin - 1] == '.';
    if (ends && is_known_ending(name.substr(last.begin)))
      last = {last.begin, last.end, WordKind::Chosen, last.end - last.begin};
  }
  return words;
}

}  // namespace tmpfstrace
