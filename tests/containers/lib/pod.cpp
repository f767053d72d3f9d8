// SPDX-License-Identifier: Apache-2.0
#include "pod.h"

#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "util.h"

namespace containers {
namespace {

const std::string kCgroups = "/sys/fs/cgroup";
const std::string kTasks = "/run/containerd/io.containerd.runtime.v2.task/k8s.io/";
const std::string kSandboxes = "/run/containerd/io.containerd.grpc.v1.cri/sandboxes/";

void mount_tmpfs(const std::string& at, const std::string& options) {
  make_directories(at);
  if (::mount("tmpfs", at.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options.c_str()) != 0)
    throw_errno("mount " + at);
}

std::string make_uid() {
  std::string uid = hex_id(36);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) uid[dash] = '-';
  return uid;
}

void run_to_end(const std::vector<std::string>& words, int output = -1) {
  int status = 0;
  if (::waitpid(spawn(words, output), &status, 0) < 0) throw_errno("waitpid");
  if (status != 0) throw std::runtime_error(words.front() + " failed, status " + std::to_string(status));
}

}  // namespace

Container::Container(const std::string& id, const std::string& bundle, const std::string& cgroup_path)
    : id_(id), cgroup_(kCgroups + cgroup_path) {
  const std::string pid_file = bundle + "/init.pid";
  run_to_end({"crun", "--cgroup-manager=cgroupfs", "run", "--detach", "--bundle", bundle, "--pid-file", pid_file, id},
             output_.write_end());
  output_.close_write_end();
  pid_ = std::stoi(read_text(pid_file));
}

Container::~Container() {
  ::waitpid(spawn({"crun", "--cgroup-manager=cgroupfs", "delete", "--force", id_}), nullptr, 0);
}

void Container::signal(int number) const {
  if (::kill(pid_, number) != 0) throw_errno("kill");
}

std::uint64_t Container::oom_kills() const {
  const std::string events = read_text(cgroup_ + "/memory.events");
  const std::string name = "oom_kill ";
  const std::size_t at = events.find(name);
  if (at == std::string::npos) throw std::runtime_error("no oom_kill in " + cgroup_ + "/memory.events");
  return std::stoull(events.substr(at + name.size()));
}

Pod::Pod(std::string name_space, std::string name, std::uint64_t memory_limit)
    : name_space_(std::move(name_space)), name_(std::move(name)), uid_(make_uid()), sandbox_id_(hex_id(64)) {
  make_directories("/var/log/pods/" + name_space_ + "_" + name_ + "_" + uid_);
  make_directories("/var/log/containers");
  make_directories(kCgroups + cgroup_path());
  mount_tmpfs(shm(), "mode=1777,size=" + std::to_string(kShm >> 10) + "k");
  OciContainer sandbox;
  sandbox.words = {"/bin/busybox", "sleep", "1d"};
  sandbox.annotations = {{"io.kubernetes.cri.container-type", "sandbox"}};
  sandbox_ = start(sandbox_id_, sandbox);
  // The controllers are there below the root now.
  write_text(kCgroups + cgroup_path() + "/memory.max", std::to_string(memory_limit));
}

Pod::~Pod() {
  sandbox_.reset();
  ::umount2(shm().c_str(), MNT_DETACH);
  for (const std::string& volume : volumes_) ::umount2(volume.c_str(), MNT_DETACH);
}

std::string Pod::shm() const { return kSandboxes + sandbox_id_ + "/shm"; }

std::string Pod::cgroup_path() const {
  std::string uid = uid_;
  std::replace(uid.begin(), uid.end(), '-', '_');
  return "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + uid + ".slice";
}

std::string Pod::add_volume(const std::string& name, std::uint64_t size_bytes) {
  volumes_.push_back("/var/lib/kubelet/pods/" + uid_ + "/volumes/kubernetes.io~empty-dir/" + name);
  mount_tmpfs(volumes_.back(), "size=" + std::to_string(size_bytes));
  return volumes_.back();
}

std::unique_ptr<Container> Pod::run(const std::string& container, const std::vector<std::string>& words,
                                    std::uint64_t memory_limit,
                                    const std::vector<std::pair<std::string, std::string>>& binds) {
  const std::string id = hex_id(64);
  const std::string logs = "/var/log/pods/" + name_space_ + "_" + name_ + "_" + uid_ + "/" + container;
  make_directories(logs);
  write_text(logs + "/0.log", "");
  std::filesystem::create_symlink(
      logs + "/0.log", "/var/log/containers/" + name_ + "_" + name_space_ + "_" + container + "-" + id + ".log");
  OciContainer spec;
  spec.words = words;
  spec.memory_limit = memory_limit;
  spec.binds = binds;
  spec.sandbox_pid = sandbox_->pid();
  spec.annotations = {{"io.kubernetes.cri.container-type", "container"},
                      {"io.kubernetes.cri.container-name", container}};
  return start(id, spec);
}

std::unique_ptr<Container> Pod::start(const std::string& id, OciContainer container) {
  const std::string bundle = kTasks + id;
  make_directories(bundle + "/rootfs/bin");
  for (const char* program : {"busybox", "session-writer"})
    std::filesystem::copy_file(std::string("/bin/") + program, bundle + "/rootfs/bin/" + program);
  container.shm = shm();
  container.cgroup_path = cgroup_path() + "/cri-containerd-" + id + ".scope";
  for (const auto& [name, value] : {std::pair("io.kubernetes.cri.sandbox-id", sandbox_id_),
                                    {"io.kubernetes.cri.sandbox-name", name_},
                                    {"io.kubernetes.cri.sandbox-namespace", name_space_},
                                    {"io.kubernetes.cri.sandbox-uid", uid_}})
    container.annotations.emplace_back(name, value);
  write_text(bundle + "/config.json", oci_spec(container).dump());
  return std::make_unique<Container>(id, bundle, container.cgroup_path);
}

}  // namespace containers
