// SPDX-License-Identifier: Apache-2.0
#include "web/accept.h"

#include <algorithm>
#include <optional>
#include <string>

namespace tmpfstrace {
namespace {

constexpr std::size_t kMostRanges = 32;  // more is no client's wish

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Cuts `text` after the first separator, and returns what stands before it.
std::string_view take_part(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return trim(part);
}

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

// In thousandths: "1", "0.5", "0.333". Anything else is no wish at all.
int parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  int quality = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return 0;
  int weight = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return 0;
    quality += (c - '0') * weight;
    weight /= 10;
  }
  return std::min(quality, 1000);
}

struct Range {
  std::string_view name;
  std::string_view version;
  int quality = 1000;
};

Range parse_range(std::string_view text) {
  Range range;
  range.name = take_part(text, ';');
  while (!text.empty()) {
    std::string_view parameter = take_part(text, ';');
    const std::string_view key = take_part(parameter, '=');
    std::string_view value = trim(parameter);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (same_word(key, "q")) range.quality = parse_quality(value);
    if (same_word(key, "version")) range.version = value;
  }
  return range;
}

template <typename Visit>
void for_each_range(std::string_view header, const Visit& visit) {
  for (std::size_t i = 0; i < kMostRanges && !header.empty(); ++i) visit(parse_range(take_part(header, ',')));
}

bool is_openmetrics(const Range& range) {
  return same_word(range.name, "application/openmetrics-text") &&
         (range.version.empty() || range.version == "1.0.0" || range.version == "0.0.1");
}

bool is_text(const Range& range) {
  return (same_word(range.name, "text/plain") && (range.version.empty() || range.version == "0.0.4")) ||
         same_word(range.name, "text/*") || range.name == "*/*";
}

}  // namespace

MetricsFormat negotiate_metrics(std::string_view accept) {
  int openmetrics = 0;
  int text = 0;
  for_each_range(accept, [&](const Range& range) {
    if (is_openmetrics(range)) openmetrics = std::max(openmetrics, range.quality);
    if (is_text(range)) text = std::max(text, range.quality);
  });
  return openmetrics > 0 && openmetrics >= text ? MetricsFormat::openmetrics : MetricsFormat::text;
}

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<int> gzip, any;
  for_each_range(accept_encoding, [&](const Range& range) {
    if (same_word(range.name, "gzip") || same_word(range.name, "x-gzip")) gzip = range.quality;
    if (range.name == "*") any = range.quality;
  });
  return gzip.value_or(any.value_or(0)) > 0;
}

}  // namespace tmpfstrace
