// SPDX-License-Identifier: Apache-2.0
#include "host/process_life.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "host/text_file.h"
#include "host/text_parse.h"

namespace tmpfstrace {
namespace {

// proc(5): fields are counted from 1, and the second is comm in parentheses, which may hold any byte, a parenthesis too.
constexpr int kStateField = 3;
constexpr int kStartField = 22;

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view stat) {
  const std::size_t comm_end = stat.rfind(')');
  if (comm_end == std::string_view::npos) return std::nullopt;
  std::string_view rest = trim(stat.substr(comm_end + 1));
  std::string_view word;
  ProcessStat parsed;
  for (int field = kStateField; take_word(rest, word); ++field) {
    if (field == kStateField) parsed.state = word.front();
    if (field != kStartField) continue;
    const auto ticks = parse_u64(word);
    if (!ticks) return std::nullopt;
    parsed.start_ticks = *ticks;
    return parsed;
  }
  return std::nullopt;
}

std::optional<bool> still_runs(const HostPaths& paths, std::uint32_t tgid, std::uint64_t seen_ns) {
  const auto stat = read_text_file(fmt::format("{}/{}/stat", paths.proc, tgid));
  if (!stat) return stat.error().code == ENOENT || stat.error().code == ESRCH ? std::optional(false) : std::nullopt;
  const auto parsed = parse_process_stat(*stat);
  if (!parsed) return std::nullopt;
  if (parsed->state == 'Z' || parsed->state == 'X') return false;
  const auto tick_ns = 1'000'000'000 / static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  return parsed->start_ticks * tick_ns <= seen_ns;
}

}  // namespace tmpfstrace
