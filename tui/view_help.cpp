// SPDX-License-Identifier: Apache-2.0
#include "tui/view_help.h"

#include <fmt/format.h>

#include "tui/key_table.h"
#include "tui/view_head.h"
#include "tui/view_self.h"

namespace tmpfstrace {
namespace {

void add_keys(PageText& page, bool replay) {
  page.title(replay ? "Keys, while a recording is played" : "Keys");
  for (const KeyBinding& binding : key_bindings)
    if (is_bound(binding, replay)) page.text(fmt::format("  {:<11} ", binding.shown), std::string(binding.meaning));
  page.text("  Mouse       ", "the wheel moves; a click selects, a second one opens; on a title it sorts");
}

void add_signs(PageText& page) {
  page.title("Signs");
  page.text("  >  ", "the selected row; it follows its object, not its place");
  page.text("  !  ", "refused in the last interval");
  page.text("  +  ", "new in the last interval");
  page.text("  x  ", "gone: unmounted or removed");
  page.text("  -  ", "not known, which is not 0");
  page.text("  ~  ", "a time to full that holds unless a clean-up comes first");
}

}  // namespace

std::vector<PageLine> help_lines(const Frame& frame, int columns, Charset charset) {
  const Snapshot& snapshot = *frame.snapshot;
  PageText page(columns, charset);
  add_keys(page, frame.playback.has_value());
  add_signs(page);
  if (frame.playback && !frame.playback->damage.empty()) {
    page.title("Recording");
    page.text("  ", "damaged at " + frame.playback->damage, Role::Warning);
  }
  page.title("Mode " + mode_name(snapshot.mode));
  page.text("  ", "kernel " + snapshot.kernel);
  page.text("  ", snapshot.mode.reason);
  for (const std::string& blind : snapshot.mode.blind) page.text("  not seen: ", blind, Role::Warning);
  const std::string lost = losses_text(snapshot, LossKind::Count);
  page.title("Losses");
  page.text("  ", lost.empty() ? "none" : lost, lost.empty() ? Role::Good : Role::Warning);
  const std::string not_reached = losses_text(snapshot, LossKind::NotReached);
  if (!not_reached.empty()) page.text("  not reached: ", not_reached, Role::Warning);
  const std::string harmless = losses_text(snapshot, LossKind::Harmless);
  if (!harmless.empty()) page.text("  no count is touched: ", harmless);
  if (snapshot.self) {
    page.title("What watching costs");
    for (const std::string& line : self_lines(*snapshot.self)) page.text("  ", line);
  }
  return page.take();
}

}  // namespace tmpfstrace
