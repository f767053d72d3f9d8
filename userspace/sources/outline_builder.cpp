// SPDX-License-Identifier: Apache-2.0
#include "sources/outline_builder.h"

#include <utility>

#include "sources/json_scan.h"

namespace tmpfstrace {
namespace {

SuperblockId scan_id(JsonScan& scan) {
  SuperblockId id;
  scan.members([&](std::string_view name) {
    if (name == "major") {
      id.major = static_cast<std::uint32_t>(scan.number().value_or(0));
    } else if (name == "minor") {
      id.minor = static_cast<std::uint32_t>(scan.number().value_or(0));
    } else if (name == "generation") {
      id.generation = scan.number().value_or(0);
    } else {
      scan.skip();
    }
  });
  return id;
}

// {"write":{"blocks":3},…}
std::uint64_t scan_refusals(JsonScan& scan) {
  std::uint64_t sum = 0;
  scan.members([&](std::string_view) { scan.members([&](std::string_view) { sum += scan.number().value_or(0); }); });
  return sum;
}

}  // namespace

bool OutlineBuilder::add_line(std::string_view line) {
  JsonScan scan(line);
  bool known = false;
  scan.members([&](std::string_view name) {
    if (name == "sample") {
      known = add_sample(scan);
    } else if (name == "event") {
      ++events_;
      known = true;
    } else {
      return scan.skip();
    }
    scan.stop();
  });
  return known && scan.sound();
}

bool OutlineBuilder::add_sample(JsonScan& scan) {
  OutlinedSample sample;
  int wanted = 3;
  scan.members([&](std::string_view name) {
    if (name == "realtime_ns") {
      sample.realtime_ns = scan.number().value_or(0);
    } else if (name == "superblocks") {
      scan.elements([&] { add_superblock(scan, sample); });
    } else if (name == "ledger") {
      scan.elements([&] { add_ledger_row(scan, sample); });
    } else {
      return scan.skip();
    }
    if (--wanted == 0) scan.stop();
  });
  if (!scan.sound() || wanted > 0) return false;
  std::erase_if(limits_, [&](const auto& item) { return item.second.seen != outline_.samples.size(); });
  sample.events = std::exchange(events_, 0);
  outline_.samples.push_back(sample);
  return true;
}

// As SuperblockWatch::limit_change() has it: figures that are of an earlier sample say nothing.
void OutlineBuilder::add_superblock(JsonScan& scan, OutlinedSample& sample) {
  SuperblockId id;
  Limits now;
  bool dead = false;
  bool aged = false;
  scan.members([&](std::string_view name) {
    if (name == "id") {
      id = scan_id(scan);
    } else if (name == "dead") {
      dead = scan.is_true();
    } else if (name == "size_bytes") {
      now.size_bytes = scan.number();
    } else if (name == "inodes_total") {
      now.inodes_total = scan.number();
    } else {
      now.known = now.known || name == "used_bytes" || name == "inodes_used";
      aged = aged || name == "usage_age_ns";
      scan.skip();
    }
  });
  if (dead) {
    limits_.erase(id);
    return;
  }
  Limits& before = limits_[id];
  before.seen = now.seen = outline_.samples.size();
  if (!now.known || aged) return;
  sample.limits_changed = sample.limits_changed || (before.known && before != now);
  before = now;
}

// A superblock that only the ledger names still is that one.
void OutlineBuilder::add_ledger_row(JsonScan& scan, OutlinedSample& sample) {
  scan.members([&](std::string_view name) {
    if (name == "superblock") {
      if (const auto known = limits_.find(scan_id(scan)); known != limits_.end())
        known->second.seen = outline_.samples.size();
    } else if (name == "counters") {
      scan.members([&](std::string_view counter) {
        if (counter != "refusals") return scan.skip();
        sample.refused = sample.refused.value_or(0) + scan_refusals(scan);
      });
    } else {
      scan.skip();
    }
  });
}

}  // namespace tmpfstrace
