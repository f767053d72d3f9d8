// SPDX-License-Identifier: Apache-2.0
#include "model/verdict.h"

#include <fmt/format.h>

namespace tmpfstrace {
namespace {

// FNV-1a, 64 bits: the same on every machine and in every version.
class Hash {
 public:
  void add(std::string_view text) {
    for (const char c : text) step(static_cast<unsigned char>(c));
    step(0);
  }
  std::string hex() const { return fmt::format("{:016x}", state_); }

 private:
  void step(unsigned char byte) { state_ = (state_ ^ byte) * 0x100000001B3; }

  std::uint64_t state_ = 0xCBF29CE484222325;
};

}  // namespace

const char* verdict_name(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::refused: return "refused";
    case VerdictKind::full: return "full";
    case VerdictKind::kills_first: return "kills_first";
    case VerdictKind::full_soon: return "full_soon";
    case VerdictKind::never_fits: return "never_fits";
    case VerdictKind::nearly_full: return "nearly_full";
    case VerdictKind::leftovers: return "leftovers";
    case VerdictKind::own_losses: return "own_losses";
  }
  return "unknown";
}

const char* severity_name(Severity severity) {
  switch (severity) {
    case Severity::critical: return "critical";
    case Severity::warning: return "warning";
    case Severity::info: return "info";
  }
  return "unknown";
}

std::string Verdict::sentence() const {
  const std::string text = subject.empty() ? finding : fmt::format("{} {}", subject, finding);
  return remedy.empty() ? text + "." : fmt::format("{}; {}.", text, remedy);
}

std::string Verdict::fingerprint() const {
  Hash hash;
  hash.add(verdict_name(kind));
  hash.add(limit);
  hash.add(mount_point);
  if (superblock) hash.add(fmt::format("{}:{}", superblock->major, superblock->minor));
  // Names are found later than the rest.
  if (owner != nullptr)
    for (const std::string* id :
         {&owner->pod_uid, &owner->container_id, &owner->volume, &owner->unit, &owner->user_unit})
      hash.add(*id);
  return hash.hex();
}

}  // namespace tmpfstrace
