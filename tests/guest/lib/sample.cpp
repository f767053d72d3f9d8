// SPDX-License-Identifier: Apache-2.0
#include "sample.h"

#include <cstddef>
#include <numeric>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace guest {
namespace {

using Json = nlohmann::json;

std::int64_t number(const Json& object, const char* name, std::string& absent) {
  const auto field = object.find(name);
  if (field == object.end() || !field->is_number()) {
    absent += std::string(absent.empty() ? "" : ",") + name;
    return 0;
  }
  return field->get<std::int64_t>();
}

std::optional<std::int64_t> maybe(const Json& object, const char* name) {
  const auto field = object.find(name);
  if (field == object.end() || !field->is_number()) return std::nullopt;
  return field->get<std::int64_t>();
}

std::string word(const Json& object, const char* name) {
  const auto field = object.find(name);
  return field != object.end() && field->is_string() ? field->get<std::string>() : "null";
}

template <std::size_t Count>
std::size_t index_of(const std::array<const char*, Count>& names, const std::string& name) {
  for (std::size_t i = 0; i < Count; ++i) {
    if (name == names[i]) return i;
  }
  throw std::runtime_error("unknown word in a sample: " + name);
}

std::array<std::int64_t, kKinds> kinds(const Json& counters, const char* name, std::string& absent) {
  std::array<std::int64_t, kKinds> result{};
  const auto object = counters.find(name);
  if (object == counters.end() || !object->is_object()) {
    absent += std::string(absent.empty() ? "" : ",") + name;
    return result;
  }
  for (std::size_t k = 0; k < kKinds; ++k) result[k] = number(*object, kKindNames[k], absent);
  return result;
}

Counters parse_counters(const Json& object) {
  const Json& json = object.at("counters");
  Counters c;
  c.allocated = number(json, "allocated_bytes", c.absent);
  c.freed = number(json, "freed_bytes", c.absent);
  c.seeded = number(json, "seeded_bytes", c.absent);
  c.resident = number(json, "resident_bytes", c.absent);
  c.written = number(json, "written_bytes", c.absent);
  c.calls = number(json, "write_calls", c.absent);
  c.shorts = number(json, "short_writes", c.absent);
  c.seeded_inodes = number(json, "seeded_inodes", c.absent);
  c.inodes = number(json, "inodes", c.absent);
  c.xattr_bytes = maybe(json, "xattr_bytes").value_or(0);  // absent where the kernel does not charge them
  c.created = kinds(json, "created", c.absent);
  c.removed = kinds(json, "removed", c.absent);
  c.refused = number(json, "refused", c.absent);
  for (const Json& refusal : json.value("refusals", Json::array())) {
    c.refusals[index_of(kOpNames, word(refusal, "operation"))][index_of(kCauseNames, word(refusal, "cause"))] =
        refusal.at("count").get<std::int64_t>();
  }
  const Json held = json.value("events_held", Json::object());
  for (std::size_t cause = 0; cause < kCauses; ++cause) c.held[cause] = maybe(held, kCauseNames[cause]).value_or(0);
  return c;
}

void parse_activity(const Json& activity, SuperblockSample& superblock) {
  if (activity.at("told_share").is_number()) superblock.told_share = activity["told_share"].get<double>();
  for (const Json& pattern : activity.at("patterns")) {
    PatternSample& p = superblock.patterns_told.emplace_back();
    p.directory = word(pattern, "directory");
    p.pattern = word(pattern, "pattern");
    p.created = pattern.at("created").get<std::int64_t>();
    p.removed = pattern.at("removed").get<std::int64_t>();
    for (const Json& creator : pattern.at("creators")) {
      CreatorSample& c = p.creators.emplace_back();
      c.cgroup = creator.at("cgroup").get<std::uint64_t>();
      c.comm = word(creator, "comm");
      c.executable = word(creator, "executable");
      c.created = creator.at("created").get<std::int64_t>();
      if (creator.at("lives").is_boolean()) c.lives = creator["lives"].get<bool>();
    }
  }
}

}  // namespace

std::int64_t Counters::created_sum() const { return std::accumulate(created.begin(), created.end(), std::int64_t{0}); }
std::int64_t Counters::removed_sum() const { return std::accumulate(removed.begin(), removed.end(), std::int64_t{0}); }

Counters Counters::operator-(const Counters& before) const {
  Counters d = *this;
  d.allocated -= before.allocated;
  d.freed -= before.freed;
  d.seeded -= before.seeded;
  d.resident -= before.resident;
  d.written -= before.written;
  d.calls -= before.calls;
  d.shorts -= before.shorts;
  d.seeded_inodes -= before.seeded_inodes;
  d.inodes -= before.inodes;
  d.xattr_bytes -= before.xattr_bytes;
  d.refused -= before.refused;
  for (std::size_t k = 0; k < kKinds; ++k) {
    d.created[k] -= before.created[k];
    d.removed[k] -= before.removed[k];
  }
  for (std::size_t c = 0; c < kCauses; ++c) d.held[c] -= before.held[c];
  for (std::size_t o = 0; o < kOps; ++o) {
    for (std::size_t c = 0; c < kCauses; ++c) d.refusals[o][c] -= before.refusals[o][c];
  }
  return d;
}

const SuperblockSample* Sample::superblock(const std::string& dev) const {
  const SuperblockSample* newest = nullptr;
  for (const SuperblockSample& sb : superblocks) {
    // A device number is given to the next mount as soon as the last one's superblock is gone.
    if (sb.dev == dev && (newest == nullptr || (newest->dead && !sb.dead) ||
                          (newest->dead == sb.dead && sb.generation > newest->generation))) {
      newest = &sb;
    }
  }
  return newest;
}

const SuperblockSample* Sample::superblock(const std::string& dev, std::uint64_t generation) const {
  for (const SuperblockSample& sb : superblocks) {
    if (sb.dev == dev && sb.generation == generation) return &sb;
  }
  return nullptr;
}

const SuperblockSample* Sample::internal() const {
  for (const SuperblockSample& sb : superblocks) {
    if (sb.kind == "internal") return &sb;
  }
  return nullptr;
}

const CgroupSample* Sample::cgroup(std::uint64_t id) const {
  for (const CgroupSample& group : cgroups) {
    if (group.id == id) return &group;
  }
  return nullptr;
}

Counters Sample::ledger_row(std::uint64_t cgroup, const std::string& dev) const {
  const SuperblockSample* sb = superblock(dev);
  for (const LedgerSample& row : ledger) {
    if (sb != nullptr && row.cgroup == cgroup && row.dev == dev && row.generation == sb->generation) {
      return row.counters;
    }
  }
  return {};
}

std::int64_t Sample::loss(const std::string& name) const {
  const auto found = losses.find(name);
  return found == losses.end() ? -1 : found->second;
}

std::int64_t Sample::lost() const {
  std::int64_t sum = 0;
  for (const auto& [name, count] : losses) sum += count;
  return sum;
}

std::string Event::text() const {
  return "tgid=" + std::to_string(tgid) + " comm=" + comm + " operation=" + operation + " cause=" + cause +
         " errno=" + error + " mount_point=" + mount_point + " file=" + file + " directory=" + directory +
         " cgroup_path=" + cgroup_path + " bytes_asked=" + std::to_string(bytes_asked);
}

Sample parse_sample(const std::string& line) {
  const Json json = Json::parse(line);
  if (word(json, "schema") != "tmpfstrace/1") throw std::runtime_error("schema is " + word(json, "schema"));
  Sample sample;
  sample.sequence = json.at("sequence").get<std::uint64_t>();
  sample.monotonic_ns = json.at("monotonic_ns").get<std::uint64_t>();
  sample.mode = word(json.at("mode"), "name");
  sample.hooks = word(json.at("mode"), "hooks");
  sample.blind = json.at("mode").at("blind").get<std::vector<std::string>>();
  for (const auto& [name, count] : json.at("losses").items()) sample.losses[name] = count.get<std::int64_t>();
  for (const Json& sb : json.at("superblocks")) {
    SuperblockSample& s = sample.superblocks.emplace_back();
    s.dev = word(sb, "dev");
    s.generation = sb.value("generation", std::uint64_t{0});
    s.kind = word(sb, "kind");
    s.dead = sb.value("dead", false);
    s.size_bytes = maybe(sb, "size_bytes");
    s.used_bytes = maybe(sb, "used_bytes");
    s.inodes_total = maybe(sb, "inodes_total");
    s.inodes_used = maybe(sb, "inodes_used");
    s.drift_bytes = maybe(sb, "drift_bytes");
    s.drift_inodes = maybe(sb, "drift_inodes");
    for (const Json& mount : sb.value("mounts", Json::array())) s.mount_points.push_back(word(mount, "mount_point"));
    if (sb.contains("activity") && sb["activity"].is_object()) parse_activity(sb["activity"], s);
    s.counters = parse_counters(sb);
  }
  for (const Json& group : json.at("cgroups")) {
    CgroupSample& g = sample.cgroups.emplace_back();
    g.id = group.at("cgroup").get<std::uint64_t>();
    g.path = word(group, "path");
    g.dead = group.value("dead", false);
    g.memory_current = maybe(group, "memory_current");
    g.memory_max = maybe(group, "memory_max");
    g.memory_unlimited = group.value("memory_unlimited", false);
    g.shmem_bytes = maybe(group, "shmem_bytes");
    g.counters = parse_counters(group);
  }
  for (const Json& row : json.at("ledger")) {
    sample.ledger.push_back({row.at("cgroup").get<std::uint64_t>(), word(row, "dev"),
                             row.value("generation", std::uint64_t{0}), parse_counters(row)});
  }
  return sample;
}

Event parse_event(const std::string& line) {
  const Json json = Json::parse(line);
  std::string ignored;
  Event e;
  e.monotonic_ns = json.at("monotonic_ns").get<std::uint64_t>();
  e.cgroup = json.at("cgroup").get<std::uint64_t>();
  e.cgroup_path = word(json, "cgroup_path");
  e.dev = word(json, "dev");
  e.generation = json.at("generation").get<std::uint64_t>();
  e.mount_point = word(json, "mount_point");
  e.tgid = number(json, "tgid", ignored);
  e.tid = number(json, "tid", ignored);
  e.comm = word(json, "comm");
  e.operation = word(json, "operation");
  e.cause = word(json, "cause");
  e.error = word(json, "errno");
  e.bytes_asked = number(json, "bytes_asked", ignored);
  e.bytes_done = number(json, "bytes_done", ignored);
  e.inode = number(json, "inode", ignored);
  e.file = word(json, "file");
  e.directory = word(json, "directory");
  e.stack = json.at("stack").get<std::vector<std::string>>();
  return e;
}

}  // namespace guest
