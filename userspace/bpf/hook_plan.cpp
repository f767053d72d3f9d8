// SPDX-License-Identifier: Apache-2.0
#include "bpf/hook_plan.h"

#include <algorithm>
#include <string_view>

namespace tmpfstrace {
namespace {

// One row a hook. The fentry set needs one program for an operation's end; the kprobe set needs its beginning as well,
// because a return probe sees no arguments.
struct Row {
  const char* stem;      // programs are f_<stem>_e/x and k_<stem>_e/x/s
  const char* function;  // "a|b": the first that exists
  // Both: the return is what counts. ReturnOrEntry: the return for fentry, the beginning for kprobes. Tracepoint: the
  // program is t_<stem> in both sets.
  enum { Entry, Return, Both, ReturnOrEntry, Tracepoint } side;
  enum { Always, Arguments, Mirror } when;
  enum { Any, FentryOnly, KprobeOnly } flavour;
  bool essential;
  int order;
  const char* without;
};

// What ends things is attached first and what begins them last, so that nothing is counted that cannot be uncounted.
constexpr Row kRows[] = {
    {"put_super", "shmem_put_super", Row::Entry, Row::Always, Row::Any, true, 0, "the end of superblocks"},
    {"destroy", "shmem_destroy_inode", Row::Entry, Row::Always, Row::Any, true, 1, "removed inodes"},
    {"unlink", "shmem_unlink", Row::Entry, Row::Always, Row::Any, true, 2, "removed hard links"},
    {"unaccount", "mm_filemap_delete_from_page_cache", Row::Tracepoint, Row::Always, Row::Any, false, 3,
     "whose pages go when several cgroups share a file"},
    {"unacct", "shmem_inode_unacct_blocks", Row::Entry, Row::Arguments, Row::Any, true, 4, "freed pages"},
    {"recalc", "shmem_recalc_inode", Row::Both, Row::Mirror, Row::Any, true, 5, "allocated and freed pages"},
    {"acct", "shmem_inode_acct_blocks|shmem_inode_acct_block", Row::Return, Row::Arguments, Row::FentryOnly, true, 6,
     "allocated pages"},
    {"acct", "shmem_recalc_inode", Row::Entry, Row::Arguments, Row::KprobeOnly, true, 6, "allocated pages"},
    {"shrink", "shmem_unused_huge_shrink", Row::Entry, Row::Always, Row::Any, false, 7,
     "the cause of writes cut short and of refused faults"},
    {"write", "shmem_file_write_iter|generic_file_write_iter", Row::Both, Row::Always, Row::Any, false, 8,
     "bytes written, write calls and refused writes"},
    {"fault", "shmem_fault", Row::Both, Row::Always, Row::Any, false, 9, "refused page faults"},
    {"fallocate", "shmem_fallocate", Row::Both, Row::Always, Row::Any, false, 10, "refused fallocate calls"},
    {"mknod", "shmem_mknod", Row::ReturnOrEntry, Row::Always, Row::Any, false, 11,
     "refused create, mkdir and mknod calls"},
    {"symlink", "shmem_symlink", Row::Both, Row::Always, Row::Any, false, 12, "refused symlink calls"},
    {"tmpfile", "shmem_tmpfile", Row::Both, Row::Always, Row::Any, false, 13,
     "O_TMPFILE files apart from regular ones"},
    {"link", "shmem_link", Row::Both, Row::Always, Row::Any, true, 14, "hard links"},
    {"xattr", "shmem_xattr_handler_set", Row::Both, Row::Arguments, Row::Any, false, 15, "extended attributes"},
    {"initxattrs", "shmem_initxattrs", Row::Both, Row::Arguments, Row::Any, false, 16,
     "extended attributes by which a security module labels new files"},
    {"get_inode", "__shmem_get_inode|shmem_get_inode", Row::Return, Row::Always, Row::Any, true, 17, "created inodes"},
};

std::vector<std::string> alternatives(const std::string& names) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  std::size_t bar = 0;
  for (; (bar = names.find('|', begin)) != std::string::npos; begin = bar + 1)
    out.push_back(names.substr(begin, bar - begin));
  out.push_back(names.substr(begin));
  return out;
}

std::string first_existing(const KernelShape& shape, const char* names) {
  for (const auto& name : alternatives(names))
    if (shape.has(name)) return name;
  return {};
}

AttachKind kind_of(HookFlavour flavour, bool at_return, const KernelShape& shape) {
  if (flavour == HookFlavour::Fentry) return at_return ? AttachKind::Fexit : AttachKind::Fentry;
  if (!at_return) return AttachKind::Kprobe;
  return shape.fprobe_has_shadow_stack ? AttachKind::FprobeReturn : AttachKind::Kretprobe;
}

// Up to 6.13 a session has fewer instances for returns to come than a kretprobe.
bool sessions_serve(const KernelShape& shape) { return shape.has_kprobe_session && shape.fprobe_has_shadow_stack; }

bool applies(const Row& row, HookFlavour flavour, bool counts_arguments) {
  if (row.flavour == Row::FentryOnly && flavour != HookFlavour::Fentry) return false;
  if (row.flavour == Row::KprobeOnly && flavour != HookFlavour::Kprobe) return false;
  if (row.when == Row::Arguments) return counts_arguments;
  if (row.when == Row::Mirror) return !counts_arguments;
  return true;
}

// Programs with a compare-and-swap in them, which not every kernel loads: those have a second one, f_<stem>_old_….
bool needs_compare_and_swap(const Row& row) {
  const std::string_view stem = row.stem;
  return stem == "get_inode" || stem == "shrink";
}

}  // namespace

int KernelShape::arguments(const std::string& name) const {
  const auto found = functions.find(name);
  return found == functions.end() ? -1 : found->second;
}

const std::vector<std::string>& functions_of_interest() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = {"faultin_page_range", "security_inode_getattr", "shmem_mfill_atomic_pte"};
    for (const Row& row : kRows)
      if (row.side != Row::Tracepoint)
        for (auto& name : alternatives(row.function)) all.push_back(name);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }();
  return names;
}

const std::vector<std::string>& tracepoints_of_interest() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Row& row : kRows)
      if (row.side == Row::Tracepoint) all.emplace_back(row.function);
    return all;
  }();
  return names;
}

HookPlan plan_hooks(const KernelShape& shape, HookFlavour flavour) {
  HookPlan plan;
  plan.flavour = flavour;
  plan.counts_arguments = shape.arguments("shmem_recalc_inode") == 3 && shape.has("shmem_inode_unacct_blocks");
  plan.directory_argument_shift = shape.arguments("shmem_symlink") == 4;
  const std::string prefix = flavour == HookFlavour::Fentry ? "f_" : "k_";

  for (const Row& row : kRows) {
    if (!applies(row, flavour, plan.counts_arguments)) continue;
    const bool tracepoint = row.side == Row::Tracepoint;
    const std::string function = tracepoint ? (shape.tracepoints.count(row.function) != 0 ? row.function : "")
                                            : first_existing(shape, row.function);
    if (function.empty()) {
      const std::string lack =
          std::string(row.function) + ": this kernel has no such " + (tracepoint ? "tracepoint" : "function");
      if (row.essential)
        plan.impossible.push_back(lack + " (" + row.without + ")");
      else
        plan.blind.push_back(std::string(row.without) + " (" + lack + ")");
      continue;
    }
    if (tracepoint) {
      plan.hooks.push_back(
          {std::string("t_") + row.stem, function, AttachKind::Tracepoint, row.essential, row.without, row.order});
      continue;
    }
    const bool mirror = row.when == Row::Mirror;  // both sides of recalc look, in both flavours
    const bool kprobe = flavour == HookFlavour::Kprobe;
    const bool at_entry = row.side == Row::Entry || (kprobe && row.side != Row::Return);
    const bool at_return = row.side == Row::Return || row.side == Row::Both || (!kprobe && row.side != Row::Entry);
    const std::string program =
        prefix + row.stem + (needs_compare_and_swap(row) && !shape.has_compare_and_swap ? "_old" : "");
    const auto add = [&](const char* suffix, bool returns) {
      plan.hooks.push_back(
          {program + suffix, function, kind_of(flavour, returns, shape), row.essential, row.without, row.order});
    };
    if (kprobe && row.side == Row::Both && !mirror && sessions_serve(shape)) {
      plan.hooks.push_back({program + "_s", function, AttachKind::Session, row.essential, row.without, row.order});
      continue;
    }
    if (at_entry || mirror) add("_e", false);
    if (at_return) add("_x", true);
  }
  // Up to 6.7 a page is accounted before it enters the page cache, and a refused one is given back without a recalc.
  if (flavour == HookFlavour::Kprobe && plan.counts_arguments && !shape.has("shmem_inode_acct_blocks"))
    plan.impossible.push_back("kprobes cannot tell the allocations of this kernel from those that it takes back");
  if (flavour == HookFlavour::Kprobe && !shape.has_compare_and_swap)
    plan.impossible.push_back("this kernel's BPF has no compare-and-swap, which the kprobe programs need");
  plan.blind.push_back(
      "which cgroup is charged where one task makes pages in the memory of another (process_vm_writev, ptrace, "
      "userfaultfd, MADV_COLLAPSE): they are the acting cgroup's");
  plan.blind.push_back("a refused UFFDIO_COPY");
  plan.counts_skipped_runs = flavour == HookFlavour::Fentry || shape.counts_skipped_kprobes;
  if (!plan.counts_skipped_runs)
    plan.blind.push_back("how often the kernel skipped a program because another one ran on the same CPU");
  if (flavour == HookFlavour::Kprobe)
    plan.blind.push_back("files refused after their inode was made (a quota, no memory for the directory's index)");
  const std::string get_inode = first_existing(shape, "__shmem_get_inode|shmem_get_inode");
  plan.get_inode_arguments = shape.arguments(get_inode);
  if (shape.has("security_inode_getattr"))
    plan.seed = {prefix + (shape.inode_budget_in_bytes ? "seed_xattr_e" : "seed_e"),
                 "security_inode_getattr",
                 kind_of(flavour, false, shape),
                 false,
                 "files that existed before the start",
                 0};
  else
    plan.blind.push_back("files that existed before the start, until they are first touched");
  return plan;
}

const char* attach_kind_name(AttachKind kind) {
  switch (kind) {
    case AttachKind::Fentry: return "fentry";
    case AttachKind::Fexit: return "fexit";
    case AttachKind::Kprobe: return "kprobe";
    case AttachKind::Kretprobe: return "kretprobe";
    case AttachKind::FprobeReturn: return "fprobe return";
    case AttachKind::Session: return "kprobe session";
    case AttachKind::Tracepoint: return "tracepoint";
  }
  return "?";
}

}  // namespace tmpfstrace
