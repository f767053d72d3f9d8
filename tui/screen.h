// SPDX-License-Identifier: Apache-2.0
// What App draws on: the terminal, or a stand-in of a test.
#pragma once

#include <optional>
#include <string>

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

  // The next thing that the user did. Empty: nothing more to read now.
  virtual std::optional<Input> read_input() = 0;
  virtual bool input_ended() const = 0;  // the terminal is gone: no key will ever come

  // The next draw() sends every cell: something else wrote over the screen.
  virtual void forget() = 0;

  // Whether the mouse is ours; else the terminal marks text with it.
  virtual void take_mouse(bool take) = 0;

  // Hands text to the clipboard of whoever sits before the terminal. False: the terminal is of a type that is not known
  // to take it.
  virtual bool copy(const std::string& text) = 0;
};

}  // namespace tmpfstrace
