// SPDX-License-Identifier: Apache-2.0
#include "bpf/pins.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "bpf/handles.h"
#include "host/lock_holder.h"

namespace tmpfstrace {
namespace {

constexpr const char* kNote = "note";
constexpr const char* kLink = "link-";
constexpr const char* kProgram = "prog-";
constexpr const char* kMap = "map-";
constexpr std::size_t kNoteRoom = 64 * 1024;
constexpr int kOpenTries = 10;

// The BPF file system takes no name with a dot; no BPF object's name has a plus.
std::string file_name(const char* prefix, std::string name) {
  std::replace(name.begin(), name.end(), '.', '+');
  return prefix + name;
}

std::string object_name(const char* prefix, std::string file) {
  file.erase(0, std::strlen(prefix));
  std::replace(file.begin(), file.end(), '+', '.');
  return file;
}

bool is_ours(const std::string& name) {
  return name == kNote || name.starts_with(kLink) || name.starts_with(kProgram) || name.starts_with(kMap);
}

const char* const kHowToMount = "mount one: mount -t bpf bpf /sys/fs/bpf; in a container it is a volume of the host's";

// Of the directory that the pins' own is made in: it is never the root of the file system, which is everybody's.
Result<void> check_file_system(const std::string& path) {
  const std::size_t slash =
      path.find_last_not_of('/') == std::string::npos ? 0 : path.rfind('/', path.find_last_not_of('/'));
  const std::string parent = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  struct statfs facts {};
  if (statfs(parent.c_str(), &facts) != 0)
    return fail_errno("look at", parent, errno, errno == ENOENT ? kHowToMount : "");
  if (static_cast<unsigned long>(facts.f_type) != BPF_FS_MAGIC)
    return fail("nothing can be pinned in " + path + ": " + parent + " is not on a BPF file system", kHowToMount);
  return {};
}

// An error where something else is there than a directory of the BPF file system.
Result<bool> is_there(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) {
    if (errno == ENOENT) return false;
    return fail_errno("look at", path, errno, "run it as root");
  }
  if (auto checked = check_file_system(path); !checked) return tl::unexpected(checked.error());
  return true;
}

// Two descriptors of one directory: one that was removed meanwhile is nobody's.
bool is_still_there(int directory, const std::string& path) {
  struct stat held {
  }, found{};
  return fstat(directory, &held) == 0 && stat(path.c_str(), &found) == 0 && held.st_dev == found.st_dev &&
         held.st_ino == found.st_ino;
}

std::optional<std::int32_t> holder_of(int directory) {
  struct stat held {};
  return fstat(directory, &held) == 0 ? find_lock_holder({}, held.st_dev, held.st_ino) : std::nullopt;
}

tl::unexpected<Error> fail_locked(int directory, const std::string& path) {
  const auto holder = holder_of(directory);
  return fail(path + " is in use by another tmpfstrace" + (holder ? ", process " + std::to_string(*holder) : ""),
              "end that one first, give --pin-path another directory, or leave out --pin", EBUSY);
}

Result<UniqueFd> open_locked(const std::string& path) {
  for (int i = 0; i < kOpenTries; ++i) {
    UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return fail_errno("open", path, errno);
    if (flock(directory.get(), LOCK_EX | LOCK_NB) != 0)
      return errno == EWOULDBLOCK ? Result<UniqueFd>(fail_locked(directory.get(), path))
                                  : fail_errno("lock", path, errno);
    if (is_still_there(directory.get(), path)) return directory;
  }
  return fail("cannot open " + path + ": it is removed again and again");
}

Result<void> pin(int fd, const std::string& path, const std::string& what) {
  if (bpf_obj_pin(fd, path.c_str()) == 0) return {};
  return bpf_fail("cannot pin " + what + " as " + path, errno);
}

// The value is written and read in memory: why not by map operations is said in bpf/maps.bpf.h.
Result<UniqueFd> make_note(const std::string& text) {
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
  UniqueFd map(bpf_map_create(BPF_MAP_TYPE_ARRAY, "pin_note", sizeof(__u32), kNoteRoom, 1, &options));
  if (!map) return bpf_fail("cannot make a BPF map for the note beside pinned programs", errno);
  if (text.size() >= kNoteRoom) return fail("the note beside pinned programs is too long");
  auto memory = MapMemory::open(map.get(), "pin_note", kNoteRoom, MapMemory::Access::write);
  if (!memory) return tl::unexpected(memory.error());
  std::memcpy(memory->data(), text.data(), text.size());
  return map;
}

}  // namespace

// FNV-1a, 64 bits.
std::string hash_of_object(const void* bytes, std::size_t size) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::size_t i = 0; i < size; ++i) hash = (hash ^ static_cast<const unsigned char*>(bytes)[i]) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

Result<Pins> Pins::open(const std::string& path) {
  if (auto checked = check_file_system(path); !checked) return tl::unexpected(checked.error());
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno("make", path, errno);
  auto directory = open_locked(path);
  if (!directory) return tl::unexpected(directory.error());
  Pins pins(path, std::move(*directory));
  if (auto counted = pins.count(); !counted) return tl::unexpected(counted.error());
  return pins;
}

Result<std::optional<Pins>> Pins::open_existing(const std::string& path) {
  const auto exists = is_there(path);
  if (!exists) return tl::unexpected(exists.error());
  if (!*exists) return std::optional<Pins>();
  auto directory = open_locked(path);
  if (!directory) return tl::unexpected(directory.error());
  return std::optional<Pins>(Pins(path, std::move(*directory)));
}

Result<std::optional<Pins>> Pins::look_at(const std::string& path) {
  const auto exists = is_there(path);
  if (!exists) return tl::unexpected(exists.error());
  if (!*exists) return std::optional<Pins>();
  UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return fail_errno("open", path, errno);
  return std::optional<Pins>(Pins(path, std::move(directory)));
}

std::optional<std::int32_t> Pins::holder() const { return holder_of(directory_.get()); }

Result<std::vector<std::string>> Pins::names() const {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path_.c_str()), closedir);
  if (!directory) return fail_errno("read", path_, errno);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(directory.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (!is_ours(name))
      return fail(path_ + " holds what is not tmpfstrace's: " + name, "give --pin-path a directory of its own");
    names.push_back(name);
  }
  if (errno != 0) return fail_errno("read", path_, errno);
  return names;
}

Result<PinCount> Pins::count() const {
  const auto all = names();
  if (!all) return tl::unexpected(all.error());
  PinCount count;
  for (const std::string& name : *all) {
    count.links += name.starts_with(kLink);
    count.programs += name.starts_with(kProgram);
    count.maps += name.starts_with(kMap);
  }
  return count;
}

Result<std::optional<PinNote>> Pins::note() const {
  UniqueFd map(bpf_obj_get(file(kNote).c_str()));
  if (!map) {
    if (errno == ENOENT) return std::optional<PinNote>();
    return bpf_fail("cannot open " + file(kNote), errno);
  }
  auto memory = MapMemory::open(map.get(), file(kNote), kNoteRoom, MapMemory::Access::read);
  if (!memory) return tl::unexpected(memory.error());
  const char* text = static_cast<const char*>(memory->data());
  auto note = decode_pin_note({text, strnlen(text, kNoteRoom)});
  if (!note) return tl::unexpected(note.error());
  return std::optional<PinNote>(std::move(*note));
}

Result<LoadedObjects> Pins::load() const {
  const auto all = names();
  if (!all) return tl::unexpected(all.error());
  LoadedObjects objects;
  for (const std::string& name : *all) {
    const bool is_map = name.starts_with(kMap);
    if (!is_map && !name.starts_with(kProgram)) continue;
    UniqueFd fd(bpf_obj_get(file(name).c_str()));
    if (!fd) return bpf_fail("cannot open " + file(name), errno);
    if (is_map)
      objects.add_map(object_name(kMap, name), std::move(fd));
    else
      objects.add_program(object_name(kProgram, name), std::move(fd));
  }
  return objects;
}

Result<void> Pins::write(const LoadedObjects& objects, const std::vector<PinnedLink>& links,
                         const PinNote& note) const {
  const auto write_all = [&]() -> Result<void> {
    for (const KernelObject& map : objects.maps())
      if (auto done = pin(map.fd, file(file_name(kMap, map.name)), "the BPF map " + map.name); !done) return done;
    for (const KernelObject& program : objects.programs())
      if (auto done = pin(program.fd, file(file_name(kProgram, program.name)), "the BPF program " + program.name);
          !done)
        return done;
    for (const PinnedLink& link : links) {
      auto done = pin(link.fd, file(file_name(kLink, link.name)), "the hook of " + link.name);
      // A probe that is a perf event and no link of its own (before 5.15) ends with its process.
      if (!done && done.error().code == EINVAL)
        done.error().hint = "this kernel cannot; use --hooks fentry, or no --pin";
      if (!done) return done;
    }
    PinNote whole = note;
    whole.pinned = objects.maps().size() + objects.programs().size() + links.size();
    return make_note(encode_pin_note(whole)).and_then([&](UniqueFd&& map) {
      return pin(map.get(), file(kNote), "the note");
    });
  };
  auto done = write_all();
  if (!done) (void)remove();
  return done;
}

Result<PinCount> Pins::remove() const {
  auto all = names();
  if (!all) return tl::unexpected(all.error());
  const auto counted = count();
  if (!counted) return counted;
  // The note first: what is left of an interrupted removal is no finished start. Then what is attached.
  const auto rank = [](const std::string& name) { return name == kNote ? 0 : name.starts_with(kLink) ? 1 : 2; };
  std::sort(all->begin(), all->end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  for (const std::string& name : *all)
    if (unlink(file(name).c_str()) != 0) return fail_errno("remove", file(name), errno);
  return counted;
}

Result<void> Pins::remove_directory() const {
  if (rmdir(path_.c_str()) != 0) return fail_errno("remove", path_, errno);
  return {};
}

}  // namespace tmpfstrace
