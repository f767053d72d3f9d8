// SPDX-License-Identifier: Apache-2.0
#include "host/preemption.h"

#include "host/text_parse.h"

namespace tmpfstrace {

namespace {

std::optional<Preemption> parse_mode(std::string_view word) {
  if (word == "none") return Preemption::None;
  if (word == "voluntary") return Preemption::Voluntary;
  if (word == "full") return Preemption::Full;
  if (word == "lazy") return Preemption::Lazy;
  return std::nullopt;
}

bool has_line(std::string_view text, std::string_view wanted) {
  std::string_view line;
  while (take_line(text, line)) {
    if (trim(line) == wanted) return true;
  }
  return false;
}

PreemptionFact derive_from_config(const PreemptionTexts& texts, PreemptionFact otherwise) {
  if (!texts.config) return otherwise;
  const auto model = parse_preempt_config(*texts.config);
  return model ? PreemptionFact{*model, "kernel configuration"} : otherwise;
}

}  // namespace

std::optional<Preemption> parse_preempt_debugfs(std::string_view text) {
  const auto open = text.find('(');
  const auto close = text.find(')', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
  return parse_mode(text.substr(open + 1, close - open - 1));
}

std::optional<Preemption> parse_preempt_cmdline(std::string_view text) {
  constexpr std::string_view kKey = "preempt=";
  std::optional<Preemption> last;
  std::string_view word;
  while (take_word(text, word)) {
    if (word == "--") break;  // what follows is for init
    if (!word.starts_with(kKey)) continue;
    if (const auto mode = parse_mode(word.substr(kKey.size()))) last = mode;
  }
  return last;
}

std::optional<Preemption> parse_preempt_config(std::string_view text) {
  if (has_line(text, "CONFIG_PREEMPT_RT=y")) return Preemption::Rt;
  if (has_line(text, "CONFIG_PREEMPT_LAZY=y")) return Preemption::Lazy;
  if (has_line(text, "CONFIG_PREEMPT_VOLUNTARY=y")) return Preemption::Voluntary;
  if (has_line(text, "CONFIG_PREEMPT=y")) return Preemption::Full;
  if (has_line(text, "CONFIG_PREEMPT_NONE=y")) return Preemption::None;
  return std::nullopt;
}

PreemptionFact derive_preemption(const PreemptionTexts& texts) {
  const std::string_view version = texts.version ? std::string_view(*texts.version) : std::string_view();
  if (has_word(version, "PREEMPT_RT")) return {Preemption::Rt, "uname -v"};
  if (texts.debugfs) {
    if (const auto model = parse_preempt_debugfs(*texts.debugfs)) return {*model, "debugfs sched/preempt"};
  }
  if (trim(version).empty()) return {Preemption::Unknown, "nothing"};
  if (has_word(version, "PREEMPT_DYNAMIC")) {
    if (texts.cmdline) {
      if (const auto model = parse_preempt_cmdline(*texts.cmdline)) return {*model, "kernel command line"};
    }
    return derive_from_config(texts, {Preemption::Unknown, "nothing"});
  }
  if (has_word(version, "PREEMPT_LAZY")) return {Preemption::Lazy, "uname -v"};
  if (has_word(version, "PREEMPT")) {
    const auto configured = derive_from_config(texts, {Preemption::Full, "uname -v"});
    return configured.model == Preemption::Lazy ? configured : PreemptionFact{Preemption::Full, "uname -v"};
  }
  const auto configured = derive_from_config(texts, {Preemption::None, "uname -v"});
  return configured.model == Preemption::Voluntary ? configured : PreemptionFact{Preemption::None, "uname -v"};
}

bool may_preempt(Preemption model) { return model != Preemption::None && model != Preemption::Voluntary; }

std::string_view preemption_name(Preemption model) {
  switch (model) {
    case Preemption::None: return "none";
    case Preemption::Voluntary: return "voluntary";
    case Preemption::Full: return "full";
    case Preemption::Lazy: return "lazy";
    case Preemption::Rt: return "rt";
    case Preemption::Unknown: break;
  }
  return "unknown";
}

}  // namespace tmpfstrace
