// SPDX-License-Identifier: Apache-2.0
#include "bpf/pin_note.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

namespace tmpfstrace {
namespace {

using nlohmann::json;

template <typename Value>
void take(const json& from, const char* name, Value& to) {
  if (const auto found = from.find(name); found != from.end()) to = found->get<Value>();
}

}  // namespace

std::string encode_pin_note(const PinNote& note) {
  json hooks = json::array();
  for (const HookReport& hook : note.hooks)
    hooks.push_back(
        {{"name", hook.name}, {"attached", hook.attached}, {"why_not", hook.why_not}, {"without", hook.without}});
  return json{{"layout", note.layout},     {"version", note.version},       {"object", note.object},
              {"mode", note.mode},         {"hooks_kind", note.hooks_kind}, {"reason", note.reason},
              {"settings", note.settings}, {"since_ns", note.since_ns},     {"hooks", hooks},
              {"blind", note.blind},       {"losses", note.losses},         {"facts", note.facts},
              {"pinned", note.pinned}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<PinNote> decode_pin_note(std::string_view text) {
  try {
    const json from = json::parse(text);
    PinNote note;
    note.layout = from.at("layout").get<std::uint32_t>();
    note.version = from.at("version").get<std::string>();
    take(from, "object", note.object);
    take(from, "mode", note.mode);
    take(from, "hooks_kind", note.hooks_kind);
    take(from, "reason", note.reason);
    take(from, "settings", note.settings);
    take(from, "since_ns", note.since_ns);
    take(from, "blind", note.blind);
    take(from, "losses", note.losses);
    take(from, "facts", note.facts);
    take(from, "pinned", note.pinned);
    if (const auto hooks = from.find("hooks"); hooks != from.end())
      for (const json& hook : *hooks)
        note.hooks.push_back({hook.at("name").get<std::string>(), hook.at("attached").get<bool>(),
                              hook.value("why_not", ""), hook.value("without", "")});
    return note;
  } catch (const json::exception& error) {
    return fail(std::string("the note beside pinned programs cannot be read: ") + error.what());
  }
}

PinJudgement judge_pins(const PinNote& pinned, const PinWish& wish) {
  const std::string theirs = "the pinned programs of tmpfstrace " + pinned.version;
  if (pinned.layout != wish.layout)
    return {false, theirs + " keep their counts in layout " + std::to_string(pinned.layout) + ", tmpfstrace " +
                       wish.version + " reads layout " + std::to_string(wish.layout)};
  if (wish.mode != "auto" && wish.mode != pinned.mode)
    return {false, theirs + " count in mode " + pinned.mode + ", asked for is " + wish.mode};
  if (wish.hooks != "auto" && wish.hooks != pinned.hooks_kind)
    return {false, theirs + " use the hooks " + pinned.hooks_kind + ", asked for is " + wish.hooks};
  for (const auto& [name, value] : wish.settings) {
    const auto found = pinned.settings.find(name);
    const std::string before = found == pinned.settings.end() ? "unknown" : found->second;
    if (before != value) return {false, theirs + " have " + name + " " + before + ", asked for is " + value};
  }
  const auto object = wish.objects.find(pinned.mode);
  if (object == wish.objects.end() || object->second != pinned.object)
    return {true, theirs + " go on counting; 'tmpfstrace unpin' and a restart take in those of " + wish.version};
  return {true, {}};
}

std::string describe_other_sizes(const TableSizes& pinned, const TableSizes& wanted) {
  std::vector<std::string> other;
  const auto compare = [&other](const char* option, std::uint32_t is, std::uint32_t should_be) {
    if (is != should_be) other.push_back(fmt::format("{} {} and not {}", option, is, should_be));
  };
  compare("--max-slots", pinned.slots, wanted.slots);
  compare("--max-superblocks", pinned.superblocks, wanted.superblocks);
  if (pinned.inodes && wanted.inodes) compare("--max-inodes", *pinned.inodes, *wanted.inodes);
  if (other.empty()) return {};
  return fmt::format(
      "counting goes on in the pinned tables, which have {}; 'tmpfstrace unpin' and a restart make new ones, and count "
      "from 0",
      fmt::join(other, ", "));
}

}  // namespace tmpfstrace
