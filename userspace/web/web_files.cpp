// SPDX-License-Identifier: Apache-2.0
#include "web/web_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "host/unique_fd.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t kMostFileBytes = 1 << 20;

FileStamp stamp_of(const std::string& path) {
  struct stat facts {};
  FileStamp stamp{.path = path};
  if (::stat(path.c_str(), &facts) != 0) return stamp;
  stamp.device = facts.st_dev;
  stamp.inode = facts.st_ino;
  stamp.size = static_cast<std::uint64_t>(facts.st_size);
  stamp.changed_ns = facts.st_ctim.tv_sec * 1'000'000'000LL + facts.st_ctim.tv_nsec;
  return stamp;
}

// O_NONBLOCK: a FIFO must not hold up the agent.
Result<std::string> read_small_file(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return fail_errno("open", path, errno);
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode))
    return fail("cannot read " + path + ": it is no file");
  std::string text(kMostFileBytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0) return fail_errno("read", path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kMostFileBytes) return fail("cannot read " + path + ": it is larger than 1 MiB");
  text.resize(size);
  return text;
}

std::string beside(const std::string& config, const std::string& path) {
  const std::size_t slash = config.rfind('/');
  if (path.starts_with('/') || slash == std::string::npos) return path;
  return config.substr(0, slash + 1) + path;
}

}  // namespace

Result<LoadedWebConfig> load_web_config(const std::string& path, std::vector<FileStamp>& stamps) {
  stamps.clear();
  if (path.empty()) return LoadedWebConfig();
  // The stamp comes before the content: what changes in between is read again.
  stamps.push_back(stamp_of(path));
  const Result<std::string> text = read_small_file(path);
  if (!text) return tl::unexpected(text.error());
  Result<WebConfig> config = parse_web_config(*text, path);
  if (!config) return tl::unexpected(config.error());
  if (config->tls) {
    TlsConfig& tls = *config->tls;
    for (const auto& [named, pem] : {std::pair(&tls.cert_file, &tls.cert), std::pair(&tls.key_file, &tls.key),
                                     std::pair(&tls.client_ca_file, &tls.client_ca)}) {
      if (named->empty()) continue;
      const std::string file = beside(path, *named);
      stamps.push_back(stamp_of(file));
      Result<std::string> content = read_small_file(file);
      if (!content) return fail(path + ": " + content.error().message, content.error().hint, content.error().code);
      *pem = std::move(*content);
    }
  }
  return LoadedWebConfig{std::move(*config), stamps};
}

bool have_changed(const std::vector<FileStamp>& files) {
  return std::any_of(files.begin(), files.end(), [](const FileStamp& file) { return stamp_of(file.path) != file; });
}

}  // namespace tmpfstrace
