// SPDX-License-Identifier: Apache-2.0
// The terminal, taken when made and given back when destroyed, stopped (Ctrl-Z) or killed by a signal.
// terminal.cpp is the only file that knows ncurses.
#pragma once

#include <memory>

#include "model/result.h"
#include "tui/screen.h"

namespace tmpfstrace {

// One at a time in a process: ncurses and the handlers of fatal signals are per process.
class Terminal : public Screen {
 public:
  // Needs standard input and output to be a terminal of a type that terminfo knows, with a
  // cursor that can be moved.
  static Result<std::unique_ptr<Terminal>> open();

  ~Terminal() override;
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  GridSize size() override;
  Charset charset() const override { return charset_; }
  int input_fd() const override;
  void draw(const Grid& grid) override;
  std::optional<Input> read_input() override;
  bool input_ended() const override { return input_ended_; }
  void forget() override;
  void take_mouse(bool take) override;
  bool copy(const std::string& text) override;

 private:
  struct Curses;  // what ncurses gave us

  Terminal(std::unique_ptr<Curses> curses, Charset charset);

  void draw_cell(const Grid& grid, int row, int column);

  std::unique_ptr<Curses> curses_;
  Charset charset_;
  bool input_ended_ = false;
};

}  // namespace tmpfstrace
