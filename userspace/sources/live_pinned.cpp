// SPDX-License-Identifier: Apache-2.0
#include "sources/live_pinned.h"

#include <fmt/format.h>

#include <iterator>

#include "host/process_namespace.h"
#include "host/self_files.h"
#include "model/time_text.h"

namespace tmpfstrace {
namespace {

using nlohmann::ordered_json;

// A sum of some maps would be taken for that of all.
std::optional<std::uint64_t> bytes_of_maps(const HostPaths& paths, const LoadedObjects& objects) {
  std::uint64_t sum = 0;
  for (const KernelObject& map : objects.maps()) {
    const auto bytes = read_map_bytes(paths, map.fd);
    if (!bytes) return std::nullopt;
    sum += *bytes;
  }
  return sum;
}

Result<void> look(const HostPaths& paths, PinnedView& view) {
  const auto pins = Pins::look_at(view.path);
  if (!pins) return tl::unexpected(pins.error());
  view.exists = pins->has_value();
  if (!view.exists) return {};
  view.holder = (*pins)->holder();
  const auto count = (*pins)->count();
  if (!count) return tl::unexpected(count.error());
  view.count = *count;
  if (count->none()) return {};
  auto note = (*pins)->note();
  if (!note) return tl::unexpected(note.error());
  view.note = std::move(*note);
  if (!view.note)
    view.problem = "the start is not finished";
  else if (view.note->pinned != count->all())
    view.problem = fmt::format("of {} hooks, programs and maps {} are there", view.note->pinned, count->all());
  const auto objects = (*pins)->load();
  if (!objects) return tl::unexpected(objects.error());
  view.map_bytes = bytes_of_maps(paths, *objects);
  if (const auto tables = read_table_sizes(*objects)) view.tables = *tables;  // in half a start they may be missing
  return {};
}

bool is_empty(const PinnedView& view) { return view.count.none() && view.problem.empty(); }

std::string holder_text(const PinnedView& view) {
  if (view.holder) return fmt::format("process {} runs with them", *view.holder);
  if (!view.sees_holders)
    return "no tool of this pid namespace runs with them; whether one of another does is not seen from here";
  return "orphaned: no tool runs with them; they count on, for the next one with --pin";
}

template <typename Number>
ordered_json or_null(const std::optional<Number>& number) {
  return number ? ordered_json(*number) : ordered_json();
}

}  // namespace

PinnedView look_at_pinned(const HostPaths& paths, const std::string& pin_path) {
  PinnedView view;
  view.path = pin_path;
  view.sees_holders = is_initial_pid_namespace(paths);
  if (const auto looked = look(paths, view); !looked) view.problem = looked.error().message;
  return view;
}

std::string pinned_text(const PinnedView& view) {
  std::string text;
  auto line = std::back_inserter(text);
  if (is_empty(view)) {
    fmt::format_to(line, "pinned       nothing in {}", view.path);
    if (view.holder) fmt::format_to(line, " so far; process {} has it", *view.holder);
    return text + "\n";
  }
  if (view.note)
    fmt::format_to(line, "pinned       by tmpfstrace {} in {}: mode {}, {}, since {}\n", view.note->version, view.path,
                   view.note->mode, view.note->hooks_kind, format_utc(view.note->since_ns));
  else
    fmt::format_to(line, "pinned       in {}\n", view.path);
  if (!view.problem.empty()) fmt::format_to(line, "  unusable   {}\n", view.problem);
  if (view.count.none()) return text;
  fmt::format_to(line, "  objects    {} hooks, {} programs, {} maps of {} bytes\n", view.count.links,
                 view.count.programs, view.count.maps, view.map_bytes ? std::to_string(*view.map_bytes) : "?");
  if (view.tables) {
    fmt::format_to(line, "  tables     {} slots, {} superblocks", view.tables->slots, view.tables->superblocks);
    if (view.tables->inodes) fmt::format_to(line, ", {} inodes", *view.tables->inodes);
    text += "\n";
  }
  fmt::format_to(line, "  tool       {}\n", holder_text(view));
  const bool is_default = view.path == kDefaultPinPath;
  fmt::format_to(line, "  removed by tmpfstrace unpin{}{}\n", is_default ? "" : " --pin-path " + view.path,
                 view.holder ? ", when that process has ended" : "");
  return text;
}

ordered_json pinned_json(const PinnedView& view) {
  if (is_empty(view)) return nullptr;
  const auto of_note = [&view](auto member) { return view.note ? ordered_json((*view.note).*member) : ordered_json(); };
  ordered_json tables;
  if (view.tables)
    tables = {{"slots", view.tables->slots},
              {"superblocks", view.tables->superblocks},
              {"inodes", or_null(view.tables->inodes)}};
  ordered_json in_use;
  if (view.holder || view.sees_holders) in_use = view.holder.has_value();
  return {{"path", view.path},
          {"version", of_note(&PinNote::version)},
          {"mode", of_note(&PinNote::mode)},
          {"hooks_kind", of_note(&PinNote::hooks_kind)},
          {"since_ns", of_note(&PinNote::since_ns)},
          {"hooks", view.count.links},
          {"programs", view.count.programs},
          {"maps", view.count.maps},
          {"map_bytes", or_null(view.map_bytes)},
          {"tables", tables},
          {"in_use", in_use},
          {"pid", or_null(view.holder)},
          {"problem", view.problem.empty() ? ordered_json() : ordered_json(view.problem)}};
}

}  // namespace tmpfstrace
