// SPDX-License-Identifier: Apache-2.0
// Every document that the tool prints, for the host to hold against the schema: a guest has no validator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;

namespace guest {

// Compressed, because the way out is a serial line, and in memory: a file in the guest would lie on a tmpfs and be
// counted.
class Documents {
 public:
  Documents();
  ~Documents();
  Documents(const Documents&) = delete;
  Documents& operator=(const Documents&) = delete;

  // One document without its newline. From any thread.
  void add(std::string_view line);
  // All lines of what a command printed.
  void add_lines(std::string_view text);

  // Once, at the end: a zstd file.
  void write(const std::string& path);

  std::uint64_t count() const;

 private:
  void compress(std::string_view text, bool end);

  struct Deleter {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  mutable std::mutex mutex_;
  std::unique_ptr<ZSTD_CCtx_s, Deleter> context_;
  std::string kept_;
  std::uint64_t count_ = 0;
};

}  // namespace guest
