// SPDX-License-Identifier: Apache-2.0
// What App draws on: the terminal, or a stand-in of a test.
#pragma once

#include <optional>

#include "tui/grid.h"
#include "tui/keys.h"

namespace tmpfstrace {

class Screen {
 public:
  virtual ~Screen() = default;

  virtual GridSize size() = 0;  // asked anew each time: a resize may come unannounced while the process is stopped
  virtual Charset charset() const = 0;
  virtual int input_fd() const = 0;
  virtual void draw(const Grid& grid) = 0;

  // The next key that was typed; Key::None for one without a meaning. Empty: nothing more to read now.
  virtual std::optional<Key> read_key() = 0;
  virtual bool input_ended() const = 0;  // the terminal is gone: no key will ever come
};

}  // namespace tmpfstrace
