// SPDX-License-Identifier: Apache-2.0
// Small things that all of it needs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace containers {

[[noreturn]] void throw_errno(const std::string& what);

// CLOCK_MONOTONIC: no container here has a time namespace, so it is the same in all of them.
std::uint64_t monotonic_ns();
double seconds(std::uint64_t ns);

// "64 MiB", of whole ones.
std::string mib(std::uint64_t bytes);

std::string read_text(const std::string& path);
void write_text(const std::string& path, const std::string& text);
void make_directories(const std::string& path);

// "0:45", as documents have it.
std::string device_of(const std::string& path);
std::uint64_t used_bytes(const std::string& path);  // by statfs

// A random id of so many hexadecimal digits.
std::string hex_id(std::size_t digits);

// A child with these words; its standard output goes to output, if that is not -1. Its standard error is ours.
int spawn(const std::vector<std::string>& words, int output = -1);

}  // namespace containers
