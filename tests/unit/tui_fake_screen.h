// SPDX-License-Identifier: Apache-2.0
// A screen that is none: keeps what is drawn on it, and hands out what is put into it.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "tui/screen.h"

namespace tmpfstrace::tui_test {

struct FakeState {
  GridSize size{24, 80};
  std::deque<Input> inputs = {};
  bool ended = false;
  std::optional<Grid> grid = {};  // what was drawn last
  int draws = 0;
  int forgotten = 0;
  bool mouse = false;
  std::string copied = {};

  std::string text() const {
    std::string text;
    for (int row = 0; grid && row < grid->rows(); ++row) text += grid->row_text(row) + "\n";
    return text;
  }
};

class FakeScreen : public Screen {
 public:
  explicit FakeScreen(FakeState& state) : state_(state) {}
  GridSize size() override { return state_.size; }
  Charset charset() const override { return Charset::Utf8; }
  int input_fd() const override { return -1; }
  bool input_ended() const override { return state_.ended; }
  std::optional<Input> read_input() override {
    if (state_.inputs.empty()) return std::nullopt;
    const Input input = state_.inputs.front();
    state_.inputs.pop_front();
    return input;
  }
  void draw(const Grid& grid) override {
    ++state_.draws;
    state_.grid = grid;
  }
  void forget() override { ++state_.forgotten; }
  void take_mouse(bool take) override { state_.mouse = take; }
  bool copy(const std::string& text) override {
    state_.copied = text;
    return true;
  }

 private:
  FakeState& state_;
};

}  // namespace tmpfstrace::tui_test
