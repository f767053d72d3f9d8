// SPDX-License-Identifier: Apache-2.0
// System calls that keep a tally of what their caller saw.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "tally.h"

namespace guest {

// Errors by which a limit refuses. Everything else (EEXIST, EFBIG, EFAULT of the caller's own buffer) is no refusal.
bool is_limit(int error);

// Counts a refusal when the call failed on a limit; gives the result back, errno unchanged.
long note(long result, Op op, Cause cause, Tally& tally);

constexpr off_t kAtPosition = -1;  // write() instead of pwrite()
ssize_t put(int fd, const void* data, std::size_t size, off_t at, Tally& tally, Cause cause = kBlocks);

// A new file with this content; false when it could not be made or not be written in full.
bool put_file(const std::string& path, const void* data, std::size_t size, Tally& tally, Cause cause = kBlocks);
// The descriptor of a file that did not exist before, or -1.
int create(const std::string& path, Tally& tally, Cause cause = kInodes);
bool make_directory(const std::string& path, Tally& tally, Cause cause = kInodes);
bool make_symlink(const std::string& target, const std::string& path, Tally& tally, Cause cause = kInodes);
bool make_link(const std::string& old_path, const std::string& path, Tally& tally, Cause cause = kInodes);
bool make_fifo(const std::string& path, Tally& tally, Cause cause = kInodes);
int make_tmpfile(const std::string& directory, Tally& tally, Cause cause = kInodes);

// A SIGBUS inside attempt() makes it return false instead of ending the process.
void catch_sigbus();
bool attempt_store(volatile char* address, char value);
bool attempt_load(const volatile char* address);

// Text whose pages differ, for data to write; never freed, the same for every caller.
const char* pattern();
inline constexpr std::size_t kPatternSize = 1 << 20;

}  // namespace guest
