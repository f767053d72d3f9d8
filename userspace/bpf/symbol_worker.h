// SPDX-License-Identifier: Apache-2.0
// Turns user addresses into symbols, in a process of its own, by BCC's symbol cache (bcc/bcc_syms.h).
//
// Why not in the tool: BCC reads what the observed process controls. An open of a FIFO that it named /tmp/perf-PID.map
// never returns, a damaged ELF file may crash the reader, and BCC up to 0.32 closes descriptors that it never opened
// (ModulePath, mended by its commit 68710c4f). A worker that hangs or dies costs the names of one stack.
#pragma once

#include <cstdint>

#include "tmpfs_abi.h"

namespace tmpfstrace {

// argv[1] of the process that is to be a worker. Not for users: it takes requests on standard input, a socket.
constexpr char kSymbolWorkerArgument[] = "--symbol-worker";

// One packet. The answer is one packet as well: kSymbolAnswer, then the frames, each ended by a NUL; fewer frames than
// addresses when the rest cannot be believed (host/process_maps.h).
struct SymbolRequest {
  std::uint32_t tgid = 0;
  std::uint32_t count = 0;
  std::uint64_t addresses[TMPFS_STACK_DEPTH] = {};
};
constexpr char kSymbolAnswer = '+';
constexpr std::size_t kMostFrameBytes = 1024;  // a longer name is cut
constexpr std::size_t kMostAnswerBytes = 1 + TMPFS_STACK_DEPTH * (kMostFrameBytes + 1);

// Serves until the other end is closed. Returns the exit code.
int run_symbol_worker(int socket);

}  // namespace tmpfstrace
