// SPDX-License-Identifier: Apache-2.0
// Opens the sockets that the web worker accepts from. Nothing is read from them here.
#pragma once

#include <string>
#include <vector>

#include "host/unique_fd.h"
#include "model/result.h"

namespace tmpfstrace {

// One for each address, non-blocking and close-on-exec. May ask a name server for a name that is no number.
Result<std::vector<UniqueFd>> open_listen_sockets(const std::vector<std::string>& addresses);

// Those that systemd handed over (LISTEN_FDS, sd_listen_fds(3)). Takes the variables out of the environment.
Result<std::vector<UniqueFd>> take_systemd_sockets();

// "127.0.0.1:10059", "[::]:10059", "a Unix socket".
std::string local_address_text(int socket);

}  // namespace tmpfstrace
