// SPDX-License-Identifier: Apache-2.0
#include "web/auth_gate.h"

#include <algorithm>
#include <iterator>

namespace tmpfstrace {

bool AuthGate::is_known(const std::string& digest) {
  const auto found = std::find(known_.begin(), known_.end(), digest);
  if (found == known_.end()) return false;
  known_.splice(known_.begin(), known_, found);
  return true;
}

void AuthGate::remember(const std::string& digest) {
  if (is_known(digest)) return;
  known_.push_front(digest);
  if (known_.size() > kMostKnown) known_.pop_back();
}

bool AuthGate::may_check(const std::string& address, Time now) {
  auto found = addresses_.find(address);
  if (found == addresses_.end()) {
    if (addresses_.size() >= kMostAddresses)
      for (auto entry = addresses_.begin(); entry != addresses_.end();)
        entry = entry->second.is_full(now) ? addresses_.erase(entry) : std::next(entry);
    // A flood from many addresses: none more is looked at until it ebbs. Who is known needs no look.
    if (addresses_.size() >= kMostAddresses) return false;
    found = addresses_.emplace(address, TokenBucket(kAddressInterval, kAddressBurst, now)).first;
  }
  return found->second.take(now) && total_.take(now);
}

}  // namespace tmpfstrace
