// SPDX-License-Identifier: Apache-2.0
#include "tui/terminal.h"

#include <algorithm>
#include <array>
#include <clocale>
#include <csignal>
#include <cstddef>
#include <cstdint>
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

namespace tmpfstrace {
namespace {

// ---- giving the terminal back when a signal kills the process ------------------------------------

constexpr std::array fatal_signals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGHUP};

// All that the handler needs, made ready before it can run. A signal handler gets no argument: this is the one object
// of the process that lives outside every other. `armed` is written last and cleared first.
struct Rescue {
  volatile std::sig_atomic_t armed = 0;
  termios modes{};
  std::array<char, 256> reset{};
  std::size_t reset_length = 0;
  std::array<struct sigaction, fatal_signals.size()> previous{};
  std::array<char, 16384> stack{};
};

Rescue& rescue() {
  static constinit Rescue instance;
  return instance;
}

// Async-signal-safe: write, tcsetattr, sigaction and raise only. The handler before ours (or the default, which dumps
// core) runs next: this one has put it back.
void on_fatal_signal(int signal) {
  Rescue& state = rescue();
  if (state.armed != 0) {
    state.armed = 0;
    [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, state.reset.data(), state.reset_length);
    tcsetattr(STDIN_FILENO, TCSANOW, &state.modes);
  }
  for (std::size_t i = 0; i < fatal_signals.size(); ++i) {
    if (fatal_signals[i] == signal) sigaction(signal, &state.previous[i], nullptr);
  }
  raise(signal);
}

// Null for a name that is no string of the terminal's type: terminfo's answer then is -1 as a pointer.
const char* capability(const char* name) {
  const char* sequence = tigetstr(name);
  return reinterpret_cast<std::intptr_t>(sequence) == -1 ? nullptr : sequence;
}

// Sequences of the terminal's type without their padding: "$<5>" is for terminals of another century.
void append_capability(Rescue& state, const char* name) {
  const char* sequence = capability(name);
  if (sequence == nullptr) return;
  const std::string_view text(sequence);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.compare(at, 2, "$<") == 0) {
      at = text.find('>', at);
      if (at == std::string_view::npos) return;
    } else if (state.reset_length < state.reset.size()) {
      state.reset[state.reset_length++] = text[at];
    }
  }
}

void arm_rescue(const termios& modes) {
  Rescue& state = rescue();
  state.modes = modes;
  state.reset_length = 0;
  // Attributes off, cursor on, keypad off, the screen as it was before.
  for (const char* name : {"sgr0", "op", "cnorm", "rmkx", "rmcup"}) append_capability(state, name);
  struct sigaction action {};
  action.sa_handler = on_fatal_signal;
  sigemptyset(&action.sa_mask);
  // After a stack overflow the handler has no room but on a stack of its own.
  stack_t stack{};
  if (sigaltstack(nullptr, &stack) == 0 && (stack.ss_flags & SS_DISABLE) != 0) {
    stack = {.ss_sp = state.stack.data(), .ss_flags = 0, .ss_size = state.stack.size()};
    sigaltstack(&stack, nullptr);
  }
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (std::size_t i = 0; i < fatal_signals.size(); ++i) {
    sigaction(fatal_signals[i], &action, &state.previous[i]);
    // nohup and the like ignore it on purpose.
    if (state.previous[i].sa_handler == SIG_IGN) sigaction(fatal_signals[i], &state.previous[i], nullptr);
  }
  state.armed = 1;
}

void disarm_rescue() {
  Rescue& state = rescue();
  state.armed = 0;
  for (std::size_t i = 0; i < fatal_signals.size(); ++i) sigaction(fatal_signals[i], &state.previous[i], nullptr);
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
    case KEY_F(1): return Key::F1;
    case KEY_F(10): return Key::F10;
    default: return Key::None;
  }
}

Key key_of_character(wint_t character) {
  if (character == 0x1b) return Key::Escape;
  return character < 0x110000 ? static_cast<Key>(character) : Key::None;
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
  arm_rescue(modes);
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
    clearok(curscr, TRUE);
  }
  return {getmaxy(stdscr), getmaxx(stdscr)};
}

void Terminal::draw(const Grid& grid) {
  const int rows = std::min(grid.rows(), getmaxy(stdscr));
  const int columns = std::min(grid.columns(), getmaxx(stdscr));
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const Cell& cell = grid.at(row, column);
      if (cell.text.empty()) continue;
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
  }
  refresh();
}

std::optional<Key> Terminal::read_key() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  const bool ready = poll(&input, 1, 0) > 0;
  int waiting = 0;
  if (ready) ioctl(STDIN_FILENO, FIONREAD, &waiting);
  wint_t code = 0;
  const int kind = get_wch(&code);
  if (kind == KEY_CODE_YES) return key_of_function(code);
  if (kind == OK) return key_of_character(code);
  // Readable with nothing to read: end of input. Without this the loop would be woken for ever.
  if (ready && (waiting == 0 || (input.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)) input_ended_ = true;
  return std::nullopt;
}

Result<std::unique_ptr<App>> App::create() {
  Result<std::unique_ptr<Terminal>> terminal = Terminal::open();
  if (!terminal) return tl::unexpected<Error>(std::move(terminal.error()));
  return std::make_unique<App>(std::move(*terminal));
}

}  // namespace tmpfstrace
