// SPDX-License-Identifier: Apache-2.0
#include "tui/terminal.h"

#include <algorithm>
#include <array>
#include <clocale>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <string>
#include <string_view>
#include <utility>

#include <langinfo.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define NCURSES_NOMACROS 1
#include <curses.h>

#include "tui/app.h"
#include "tui/clipboard.h"
#include "tui/rescue.h"

namespace tmpfstrace {
namespace {

// Null for a name that is no string of the terminal's type: terminfo's answer then is -1 as a pointer.
const char* capability(const char* name) {
  const char* sequence = tigetstr(name);
  return reinterpret_cast<std::intptr_t>(sequence) == -1 ? nullptr : sequence;
}

// A sequence of the terminal's type without its padding: "$<5>" is for terminals of another century.
std::string unpadded(const char* sequence) {
  std::string text;
  if (sequence == nullptr) return text;
  const std::string_view padded(sequence);
  for (std::size_t at = 0; at < padded.size(); ++at) {
    if (padded.compare(at, 2, "$<") != 0) {
      text += padded[at];
    } else if ((at = padded.find('>', at)) == std::string_view::npos) {
      break;
    }
  }
  return text;
}

// What xterm and its kin are told to report the mouse no more. ncurses has no name for it.
constexpr const char* mouse_off = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";

// Mouse off, attributes off, cursor on, keypad off, the screen as it was before.
std::string reset_sequence() {
  std::string reset = capability("kmous") == nullptr ? "" : mouse_off;
  for (const char* name : {"sgr0", "op", "cnorm", "rmkx", "rmcup"}) reset += unpadded(capability(name));
  return reset;
}

// ---- roles -> attributes --------------------------------------------------------------------------

constexpr std::size_t role_count = static_cast<std::size_t>(Role::Selected) + 1;

struct Look {
  attr_t attributes = A_NORMAL;
  short color = -1;
};

Look look_of(Role role) {
  switch (role) {
    case Role::Normal: return {};
    case Role::Header: return {A_BOLD | A_UNDERLINE, COLOR_CYAN};
    case Role::Title: return {A_BOLD};
    case Role::Good: return {A_NORMAL, COLOR_GREEN};
    case Role::Warning: return {A_BOLD, COLOR_YELLOW};
    case Role::Critical: return {A_BOLD, COLOR_RED};
    case Role::Dim: return {A_DIM};
    case Role::Selected: return {A_REVERSE};
  }
  return {};
}

short pair_of(Role role) { return static_cast<short>(static_cast<int>(role) + 1); }

bool colors_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  return has_colors() && (no_color == nullptr || *no_color == '\0');
}

// ---- keys -----------------------------------------------------------------------------------------

Key key_of_function(wint_t code) {
  switch (code) {
    case KEY_UP: return Key::Up;
    case KEY_DOWN: return Key::Down;
    case KEY_PPAGE: return Key::PageUp;
    case KEY_NPAGE: return Key::PageDown;
    case KEY_HOME: return Key::Home;
    case KEY_END: return Key::End;
    case KEY_BTAB: return Key::BackTab;
    case KEY_ENTER: return Key::Enter;
    case KEY_BACKSPACE: return Key::Backspace;
    case KEY_F(1): return Key::F1;
    case KEY_F(3): return Key::F3;
    case KEY_F(4): return Key::F4;
    case KEY_F(5): return Key::F5;
    case KEY_F(6): return Key::F6;
    case KEY_F(10): return Key::F10;
    default: return Key::None;
  }
}

Key key_of_character(wint_t character) {
  if (character == 0x1b) return Key::Escape;
  return character < 0x110000 ? static_cast<Key>(character) : Key::None;
}

// The buttons of ncurses are told apart by bits; 4 and 5 are the wheel.
std::optional<MouseEvent> read_mouse() {
  MEVENT event{};
  if (getmouse(&event) != OK) return std::nullopt;
  MouseEvent mouse{.kind = MouseEvent::Kind::Click, .row = event.y, .column = event.x};
  if ((event.bstate & BUTTON4_PRESSED) != 0) {
    mouse.kind = MouseEvent::Kind::WheelUp;
  } else if ((event.bstate & BUTTON5_PRESSED) != 0) {
    mouse.kind = MouseEvent::Kind::WheelDown;
  } else if ((event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED)) == 0) {
    return std::nullopt;
  }
  return mouse;
}

bool locale_is_utf8() {
  // Numbers stay as they are: only the character set is the user's.
  if (std::setlocale(LC_ALL, "") != nullptr) std::setlocale(LC_NUMERIC, "C");
  return std::string_view(nl_langinfo(CODESET)) == "UTF-8";
}

Error unusable(const std::string& why) {
  const char* type = std::getenv("TERM");
  return {"cannot use a terminal of type '" + sanitize(type == nullptr ? "" : type, Charset::Ascii) + "': " + why,
          "set TERM, for example to xterm-256color, or print with `tmpfstrace json`"};
}

}  // namespace

struct Terminal::Curses {
  SCREEN* screen = nullptr;
  bool color = false;
  std::optional<Grid> drawn;  // what is on the screen; empty: not known
};

Result<std::unique_ptr<Terminal>> Terminal::open() {
  termios modes{};
  if (isatty(STDOUT_FILENO) == 0 || tcgetattr(STDIN_FILENO, &modes) != 0) {
    return fail("cannot show a table: standard input and output are not a terminal",
                "run it on a terminal, or print with `tmpfstrace json`");
  }
  const Charset charset = locale_is_utf8() ? Charset::Utf8 : Charset::Ascii;
  auto curses = std::make_unique<Curses>();
  // Not initscr(): it ends the process when it fails.
  curses->screen = newterm(nullptr, stdout, stdin);
  if (curses->screen == nullptr) return tl::unexpected(unusable("terminfo does not know it"));
  if (capability("cup") == nullptr) {
    endwin();
    delscreen(curses->screen);
    return tl::unexpected(unusable("its cursor cannot be moved"));
  }
  arm_rescue(modes, reset_sequence());
  return std::unique_ptr<Terminal>(new Terminal(std::move(curses), charset));
}

Terminal::Terminal(std::unique_ptr<Curses> curses, Charset charset) : curses_(std::move(curses)), charset_(charset) {
  cbreak();
  noecho();
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  set_escdelay(25);
  curs_set(0);
  curses_->color = colors_wanted() && start_color() == OK && use_default_colors() == OK;
  for (std::size_t i = 0; curses_->color && i < role_count; ++i) {
    init_pair(pair_of(static_cast<Role>(i)), look_of(static_cast<Role>(i)).color, -1);
  }
}

Terminal::~Terminal() {
  disarm_rescue();
  endwin();
  delscreen(curses_->screen);
}

int Terminal::input_fd() const { return STDIN_FILENO; }

GridSize Terminal::size() {
  winsize window{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_row > 0 && window.ws_col > 0 &&
      is_term_resized(window.ws_row, window.ws_col)) {
    resizeterm(window.ws_row, window.ws_col);
    forget();
  }
  return {getmaxy(stdscr), getmaxx(stdscr)};
}

void Terminal::forget() {
  clearok(curscr, TRUE);
  curses_->drawn.reset();
}

// Only what has changed is handed to ncurses, and only what ncurses finds changed is sent.
void Terminal::draw(const Grid& grid) {
  const int rows = std::min(grid.rows(), getmaxy(stdscr));
  const int columns = std::min(grid.columns(), getmaxx(stdscr));
  const bool known = curses_->drawn && curses_->drawn->size() == grid.size();
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (!known || grid.at(row, column) != curses_->drawn->at(row, column)) draw_cell(grid, row, column);
    }
  }
  curses_->drawn = grid;
  refresh();
}

void Terminal::draw_cell(const Grid& grid, int row, int column) {
  const Cell& cell = grid.at(row, column);
  if (cell.text.empty()) return;
  const bool wide = column + 1 < grid.columns() && grid.at(row, column + 1).text.empty();
  std::array<wchar_t, CCHARW_MAX + 1> text{};
  const char* source = cell.text.c_str();
  std::mbstate_t state{};
  const std::size_t length = std::mbsrtowcs(text.data(), &source, CCHARW_MAX, &state);
  // What this C library would draw in another width, or not at all, must not shift its neighbours.
  const bool drawable = length != static_cast<std::size_t>(-1) && length > 0 && wcwidth(text[0]) == (wide ? 2 : 1);
  if (!drawable) text = {L'?'};
  const Look look = look_of(cell.role);
  cchar_t character{};
  setcchar(&character, text.data(), look.attributes, curses_->color ? pair_of(cell.role) : short{0}, nullptr);
  // The last cell of the screen is drawn and yet reported as an error: the cursor has nowhere to go.
  mvadd_wch(row, column, &character);
  if (!drawable && wide) mvadd_wch(row, column + 1, &character);
}

void Terminal::take_mouse(bool take) {
  constexpr mmask_t wanted =
      BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED;
  mousemask(take ? wanted : 0, nullptr);
  // A press is one at once, and not only once the button has been let go.
  mouseinterval(0);
}

// Written past ncurses, whose picture of the screen it does not change.
bool Terminal::copy(const std::string& text) {
  const char* type = std::getenv("TERM");
  if (type == nullptr || !takes_clipboard(type)) return false;
  const std::string sequence = clipboard_sequence(text);
  std::fflush(stdout);
  std::size_t done = 0;
  while (done < sequence.size()) {
    const ssize_t written = write(STDOUT_FILENO, sequence.data() + done, sequence.size() - done);
    if (written <= 0) return false;
    done += static_cast<std::size_t>(written);
  }
  return true;
}

std::optional<Input> Terminal::read_input() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  const bool ready = poll(&input, 1, 0) > 0;
  int waiting = 0;
  if (ready) ioctl(STDIN_FILENO, FIONREAD, &waiting);
  wint_t code = 0;
  const int kind = get_wch(&code);
  if (kind == KEY_CODE_YES && code == KEY_MOUSE) return Input{.key = Key::None, .mouse = read_mouse()};
  if (kind == KEY_CODE_YES) return Input{.key = key_of_function(code)};
  if (kind == OK) return Input{.key = key_of_character(code)};
  // Readable with nothing to read: end of input. Without this the loop would be woken for ever.
  if (ready && (waiting == 0 || (input.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)) input_ended_ = true;
  return std::nullopt;
}

Result<std::unique_ptr<App>> App::create(AppOptions options) {
  Result<std::unique_ptr<Terminal>> terminal = Terminal::open();
  if (!terminal) return tl::unexpected<Error>(std::move(terminal.error()));
  return std::make_unique<App>(std::move(*terminal), std::move(options));
}

}  // namespace tmpfstrace
