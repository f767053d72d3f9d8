// SPDX-License-Identifier: Apache-2.0
// Reading the kernel's text files. Files are opened O_CLOEXEC, and O_NONBLOCK so that a FIFO planted in a fixture or a
// container cannot stop us; nothing stays open after the call.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "host/unique_fd.h"
#include "model/result.h"

namespace tmpfstrace {

constexpr std::size_t kSmallFile = 1U << 20;  // 1 MiB: everything but mountinfo, maps and kallsyms

// fail_errno() for files of the host: a refusal comes with the capabilities that it takes.
tl::unexpected<Error> host_failure(std::string_view action, std::string_view subject, int code);

// The whole file. Longer than max_bytes: EFBIG, because half a table would be taken for the whole.
Result<std::string> read_text_file(const std::string& path, std::size_t max_bytes = kSmallFile);
Result<std::string> read_text_file_at(int directory, const std::string& name, std::size_t max_bytes = kSmallFile);
Result<std::string> read_text_fd(int fd, const std::string& name, std::size_t max_bytes);  // errors carry name

// Calls on_line for each line without its '\n', in bounded memory. Of a line longer than 64 KiB the rest is dropped.
// on_line returns false to stop early.
Result<void> read_lines(const std::string& path, const std::function<bool(std::string_view)>& on_line);

// A directory, for reading. Errors carry path.
Result<UniqueFd> open_directory(const std::string& path);

// Calls on_entry for each name but "." and ".."; type is d_type, which may be DT_UNKNOWN. name.data()
// ends with a NUL. The directory's offset moves.
Result<void> list_directory(int directory,
                            const std::function<bool(std::string_view name, unsigned char type)>& on_entry);

// Does this path exist and may we see it? "Not known" is an error, "no" is false.
Result<bool> path_exists(const std::string& path);

// Every process id in a /proc, ascending. Threads are not listed.
Result<std::vector<std::int32_t>> list_processes(const std::string& proc);

}  // namespace tmpfstrace
