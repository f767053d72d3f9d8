// SPDX-License-Identifier: Apache-2.0
// --pin: whether a start goes on with what an earlier run has pinned, and what a later one will find.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "bpf/ledger_source.h"
#include "bpf/pins.h"
#include "host/host_paths.h"
#include "model/result.h"
#include "sources/live_source.h"

namespace tmpfstrace {

struct LivePins {
  Pins pins;                              // locked for as long as the source lives
  PinNote note;                           // as found; of a new start what is known of it so far
  std::unique_ptr<LedgerSource> resumed;  // absent: a new start
};

// Takes the directory of options.pin_path, and removes what lies there and cannot be gone on with, saying so by
// options.notice. Settings: what the programs would be loaded with, but for the sizes of their tables, which go on as
// they are pinned.
Result<LivePins> take_pins(const LiveOptions& options, const HostPaths& paths,
                           const std::map<std::string, std::string>& settings);

}  // namespace tmpfstrace
