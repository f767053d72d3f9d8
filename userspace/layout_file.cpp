// SPDX-License-Identifier: Apache-2.0
#include "layout_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "host/text_file.h"
#include "host/unique_fd.h"
#include "tui/layout.h"

namespace tmpfstrace {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Result<void> write_file(const std::string& path, std::string_view text) {
  const UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return fail_errno("write", path, errno);
  while (!text.empty()) {
    const ssize_t written = write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("write", path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

std::string LayoutFile::default_path() {
  // A relative one is to be ignored, says the specification.
  const std::string config = variable("XDG_CONFIG_HOME");
  if (config.starts_with('/')) return config + "/tmpfstrace/top.json";
  const std::string home = variable("HOME");
  return home.starts_with('/') ? home + "/.config/tmpfstrace/top.json" : "";
}

Result<ViewState> LayoutFile::load() {
  loaded_ = layout_to_json(ViewState());
  if (path_.empty()) return ViewState();
  const Result<std::string> text = read_text_file(path_);
  if (!text && (text.error().code == ENOENT || text.error().code == ENOTDIR)) return ViewState();
  if (!text) return tl::unexpected(text.error());
  Result<ViewState> state = layout_from_json(*text);
  if (!state) return fail(path_ + ": " + state.error().message, "delete it; the layout is the usual one");
  loaded_ = layout_to_json(*state);
  return state;
}

Result<void> LayoutFile::save(const ViewState& state) const {
  const std::string text = layout_to_json(state);
  if (path_.empty() || text == loaded_) return {};
  const std::filesystem::path path(path_);
  std::error_code made;
  std::filesystem::create_directories(path.parent_path(), made);
  if (made) return fail_errno("make", path.parent_path().string(), made.value());
  const std::string draft = path_ + ".new";
  if (Result<void> written = write_file(draft, text); !written) {
    unlink(draft.c_str());  // a full disk leaves no half of it
    return written;
  }
  if (rename(draft.c_str(), path_.c_str()) != 0) {
    const int code = errno;
    unlink(draft.c_str());
    return fail_errno("replace", path_, code);
  }
  return {};
}

}  // namespace tmpfstrace
