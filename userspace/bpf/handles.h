// SPDX-License-Identifier: Apache-2.0
// Owners of libbpf's objects, and the one place that turns its errors into ours.
#pragma once

#include <bpf/libbpf.h>

#include <cstring>
#include <memory>
#include <string>

#include "model/result.h"

namespace tmpfstrace {

struct DestroyLink {
  void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};
using LinkHandle = std::unique_ptr<bpf_link, DestroyLink>;

template <typename Skeleton>
struct DestroySkeleton {
  void operator()(Skeleton* skeleton) const { Skeleton::destroy(skeleton); }
};
template <typename Skeleton>
using SkeletonHandle = std::unique_ptr<Skeleton, DestroySkeleton<Skeleton>>;

struct FreeRing {
  void operator()(ring_buffer* ring) const { ring_buffer__free(ring); }
};
using RingHandle = std::unique_ptr<ring_buffer, FreeRing>;

// libbpf returns negative errno values or sets errno; strerror wants it positive.
inline tl::unexpected<Error> bpf_fail(const std::string& what, int error, std::string hint = {}) {
  const int code = error < 0 ? -error : error;
  // 524 is the kernel's ENOTSUPP, which has no user-space name.
  const std::string reason = code == 524 ? "the kernel does not support it (ENOTSUPP)" : std::strerror(code);
  return fail(what + ": " + reason, std::move(hint), code);
}

}  // namespace tmpfstrace
