// SPDX-License-Identifier: Apache-2.0
#include "sources/live_unpin.h"

#include <fmt/format.h>

#include "bpf/pins.h"
#include "model/time_text.h"

namespace tmpfstrace {

Result<std::string> unpin(const std::string& pin_path) {
  auto pins = Pins::open_existing(pin_path);
  if (!pins) return tl::unexpected(pins.error());
  if (!*pins) return "nothing is pinned: there is no " + pin_path + "\n";
  // Who pinned what is going is worth a word; that it cannot be read keeps nothing.
  const auto note = (*pins)->note();
  const auto removed = (*pins)->remove();
  if (!removed) return tl::unexpected(removed.error());
  if (auto gone = (*pins)->remove_directory(); !gone) return tl::unexpected(gone.error());
  if (removed->none()) return "nothing was pinned: removed the empty " + pin_path + "\n";
  std::string text = fmt::format("removed {}: {} hooks, {} programs, {} maps", pin_path, removed->links,
                                 removed->programs, removed->maps);
  if (note && *note)
    text += fmt::format(" of tmpfstrace {}, which counted since {}", (*note)->version, format_utc((*note)->since_ns));
  return text + "\n";
}

}  // namespace tmpfstrace
