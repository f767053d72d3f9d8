// SPDX-License-Identifier: Apache-2.0
#include "oci_spec.h"

namespace containers {
namespace {

using Json = nlohmann::json;

Json mount(const std::string& at, const std::string& type, const std::string& source,
           const std::vector<std::string>& options) {
  return {{"destination", at}, {"type", type}, {"source", source}, {"options", options}};
}

Json mounts_of(const OciContainer& container) {
  Json mounts = {
      mount("/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}),
      mount("/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}),
      mount("/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"}),
      mount("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}),
      mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}),
      mount("/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "relatime", "ro"}),
      mount("/dev/shm", "bind", container.shm, {"rbind", "rprivate", "rw"})};
  for (const auto& [source, at] : container.binds)
    mounts.push_back(mount(at, "bind", source, {"rbind", "rprivate", "rw"}));
  return mounts;
}

// A sandbox holds the pod's; its containers have only a view of files and of processes of their own.
Json namespaces_of(const OciContainer& container) {
  Json namespaces = {{{"type", "pid"}}, {{"type", "mount"}}, {{"type", "cgroup"}}};
  for (const auto& [type, file] : {std::pair("ipc", "ipc"), {"uts", "uts"}, {"network", "net"}}) {
    Json one = {{"type", type}};
    if (container.sandbox_pid) one["path"] = "/proc/" + std::to_string(*container.sandbox_pid) + "/ns/" + file;
    namespaces.push_back(one);
  }
  return namespaces;
}

}  // namespace

Json oci_spec(const OciContainer& container) {
  const Json capabilities = {"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_SETGID", "CAP_SETUID"};
  Json resources = {{"devices", {{{"allow", false}, {"access", "rwm"}}}}};
  if (container.memory_limit) resources["memory"] = {{"limit", *container.memory_limit}};
  Json annotations = Json::object();
  for (const auto& [name, value] : container.annotations) annotations[name] = value;
  return {{"ociVersion", "1.0.2"},
          {"process",
           {{"user", {{"uid", 0}, {"gid", 0}}},
            {"args", container.words},
            {"env", {"PATH=/bin"}},
            {"cwd", "/"},
            {"capabilities", {{"bounding", capabilities}, {"effective", capabilities}, {"permitted", capabilities}}},
            {"oomScoreAdj", container.sandbox_pid ? 990 : -998},
            {"noNewPrivileges", true}}},
          {"root", {{"path", "rootfs"}}},
          {"mounts", mounts_of(container)},
          {"annotations", annotations},
          {"linux",
           {{"namespaces", namespaces_of(container)},
            {"cgroupsPath", container.cgroup_path},
            {"resources", resources},
            {"maskedPaths", {"/proc/kcore", "/proc/keys", "/proc/timer_list"}},
            {"readonlyPaths", {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"}}}}};
}

}  // namespace containers
