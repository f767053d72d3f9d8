// SPDX-License-Identifier: Apache-2.0
#include "bpf/kernel_shape.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace tmpfstrace {
namespace {

struct FreeBtf {
  void operator()(btf* b) const { btf__free(b); }
};
using Btf = std::unique_ptr<btf, FreeBtf>;

// In one pass: to look up each by its name goes through all types each time.
std::map<std::string, const btf_type*> prototypes_of(const btf& types, const std::vector<std::string>& functions) {
  const std::unordered_set<std::string_view> wanted(functions.begin(), functions.end());
  std::map<std::string, const btf_type*> prototypes;
  const __u32 count = btf__type_cnt(&types);
  for (__u32 id = 1; id < count; ++id) {
    const btf_type* type = btf__type_by_id(&types, id);
    if (btf_kind(type) != BTF_KIND_FUNC) continue;
    const char* name = btf__name_by_offset(&types, type->name_off);
    // Two functions of one file each may have the same name: the first stands for it, as for libbpf.
    if (name != nullptr && wanted.contains(name)) prototypes.emplace(name, btf__type_by_id(&types, type->type));
  }
  return prototypes;
}

// Name of the struct that parameter `index` points to; empty when it is no pointer to a struct.
std::string pointee_of(const btf& types, const btf_type& prototype, int index) {
  if (index >= btf_vlen(&prototype)) return {};
  const btf_type* type = btf__type_by_id(&types, btf_params(&prototype)[index].type);
  if (type == nullptr || !btf_is_ptr(type)) return {};
  type = btf__type_by_id(&types, type->type);
  while (type != nullptr && btf_is_mod(type)) type = btf__type_by_id(&types, type->type);
  if (type == nullptr) return {};
  const char* name = btf__name_by_offset(&types, type->name_off);
  return name == nullptr ? std::string() : name;
}

// Looks into nested structs and unions without a name as well.
bool has_member(const btf& types, const btf_type& structure, const char* member) {
  for (int i = 0; i < btf_vlen(&structure); ++i) {
    const btf_member& field = btf_members(&structure)[i];
    const char* name = btf__name_by_offset(&types, field.name_off);
    if (name != nullptr && std::strcmp(name, member) == 0) return true;
    const btf_type* type = btf__type_by_id(&types, field.type);
    if (type != nullptr && btf_is_composite(type) && type->name_off == 0 && has_member(types, *type, member))
      return true;
  }
  return false;
}

bool has_member(const btf& types, const char* structure, const char* member) {
  const int id = btf__find_by_name_kind(&types, structure, BTF_KIND_STRUCT);
  return id >= 0 && has_member(types, *btf__type_by_id(&types, static_cast<__u32>(id)), member);
}

// r0 = compare_and_swap(stack, 0, 1). False only where the verifier refuses it: without the privilege nothing loads,
// and that is said where it is found.
bool loads_compare_and_swap() {
  const bpf_insn program[] = {
      {.code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = BPF_REG_10, .src_reg = 0, .off = -8, .imm = 0},
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = 0},
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_1, .src_reg = 0, .off = 0, .imm = 1},
      {.code = BPF_STX | BPF_ATOMIC | BPF_DW,
       .dst_reg = BPF_REG_10,
       .src_reg = BPF_REG_1,
       .off = -8,
       .imm = BPF_CMPXCHG},
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
  };
  const int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, nullptr, "GPL", program, std::size(program), nullptr);
  if (fd < 0) return errno != EINVAL;
  close(fd);
  return true;
}

}  // namespace

Result<KernelShape> probe_kernel_shape() {
  const Btf types(btf__load_vmlinux_btf());
  if (!types)
    return fail_errno("read", "the kernel's type information (BTF)", errno,
                      "the kernel must be built with CONFIG_DEBUG_INFO_BTF=y");
  KernelShape shape;
  const auto prototypes = prototypes_of(*types, functions_of_interest());
  for (const auto& [name, prototype] : prototypes) shape.functions[name] = btf_vlen(prototype);
  if (const auto tmpfile = prototypes.find("shmem_tmpfile"); tmpfile != prototypes.end())
    for (int i = 0; i < btf_vlen(tmpfile->second); ++i)
      if (pointee_of(*types, *tmpfile->second, i) == "file") shape.tmpfile_takes_file = true;
  for (const auto& name : tracepoints_of_interest())
    if (btf__find_by_name_kind(types.get(), ("btf_trace_" + name).c_str(), BTF_KIND_TYPEDEF) > 0)
      shape.tracepoints.insert(name);
  shape.inode_budget_in_bytes = has_member(*types, "shmem_sb_info", "free_ispace");
  // Up to 6.13 an fprobe carried a rethook pool of limited size.
  shape.fprobe_has_shadow_stack =
      btf__find_by_name_kind(types.get(), "fprobe", BTF_KIND_STRUCT) > 0 && !has_member(*types, "fprobe", "rethook");
  shape.has_kprobe_session = has_member(*types, "bpf_session_run_ctx", "is_return");
  // Skipped runs of kprobe programs are counted since the change (6.7) that shows missed probes in bpf_link_info.
  shape.counts_skipped_kprobes = has_member(*types, "bpf_link_info", "missed");
  shape.has_compare_and_swap = loads_compare_and_swap();
  shape.has_rdonly_cast = btf__find_by_name_kind(types.get(), "bpf_rdonly_cast", BTF_KIND_FUNC) > 0;
  shape.measures_maps = has_member(*types, "bpf_map_ops", "map_mem_usage");
  return shape;
}

}  // namespace tmpfstrace
