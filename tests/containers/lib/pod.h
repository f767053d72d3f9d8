// SPDX-License-Identifier: Apache-2.0
// A pod on a node, laid out as the kubelet (systemd's names of cgroups) and containerd's CRI do, its containers run by
// crun: /var/log/pods, /var/log/containers, /var/lib/kubelet/pods, /run/containerd and the cgroup tree.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lines.h"
#include "oci_spec.h"

namespace containers {

// Runs until it is destroyed, or ends by itself.
class Container {
 public:
  // The bundle must be there.
  Container(const std::string& id, const std::string& bundle, const std::string& cgroup_path);
  ~Container();
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  pid_t pid() const { return pid_; }
  const std::string& cgroup() const { return cgroup_; }  // its directory
  void signal(int number) const;
  Lines& output() { return output_; }
  std::uint64_t oom_kills() const;

 private:
  std::string id_;
  std::string cgroup_;
  Lines output_;
  pid_t pid_ = -1;
};

class Pod {
 public:
  static constexpr std::uint64_t kShm = 64ULL << 20;  // what containerd gives to each pod

  // Starts its sandbox. memory_limit: the sum of its containers'.
  Pod(std::string name_space, std::string name, std::uint64_t memory_limit);
  ~Pod();
  Pod(const Pod&) = delete;
  Pod& operator=(const Pod&) = delete;

  const std::string& name() const { return name_; }
  const std::string& name_space() const { return name_space_; }
  std::string shm() const;  // on the host

  // An emptyDir with medium Memory; where it is on the host.
  std::string add_volume(const std::string& name, std::uint64_t size_bytes);

  // binds: from where on the host to where in the container.
  std::unique_ptr<Container> run(const std::string& container, const std::vector<std::string>& words,
                                 std::uint64_t memory_limit,
                                 const std::vector<std::pair<std::string, std::string>>& binds = {});

 private:
  std::string cgroup_path() const;
  std::unique_ptr<Container> start(const std::string& id, OciContainer container);

  std::string name_space_, name_, uid_, sandbox_id_;
  std::vector<std::string> volumes_;
  std::unique_ptr<Container> sandbox_;
};

}  // namespace containers
