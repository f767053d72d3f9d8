// SPDX-License-Identifier: Apache-2.0
// The process that talks HTTP, so that the one that holds the BPF programs has no socket to the network in it.
//
// It is handed, as descriptors: 0, a stream socket on which frames come (web/frames.h) and nothing is ever written; 3
// and on, sockets that listen. One thread and one epoll; after its start it opens no file and makes no socket
// (web/web_sandbox.h).
#pragma once

namespace tmpfstrace {

// argv[1] of the process that is to be a worker. Not for users.
constexpr char kWebWorkerArgument[] = "--web-worker";
constexpr int kFirstWebListener = 3;

// Serves until the other end is closed. Returns the exit code.
int run_web_worker(int socket);

}  // namespace tmpfstrace
