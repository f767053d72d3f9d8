// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "bpf/hook_plan.h"
#include "bpf/hook_report.h"

using namespace tmpfstrace;

namespace {

// What the BTF of five kernels says of the functions of interest: name and number of arguments.
const std::map<std::string, int> kEverywhere = {
    {"shmem_put_super", 1},
    {"shmem_destroy_inode", 1},
    {"shmem_unlink", 2},
    {"shmem_unused_huge_shrink", 3},
    {"generic_file_write_iter", 2},
    {"shmem_fault", 1},
    {"shmem_fallocate", 4},
    {"shmem_link", 3},
    {"shmem_initxattrs", 3},
    {"security_inode_getattr", 1},
};

KernelShape shape_of(std::map<std::string, int> own) {
  own.insert(kEverywhere.begin(), kEverywhere.end());
  KernelShape shape;
  shape.functions = std::move(own);
  shape.tracepoints = {"mm_filemap_delete_from_page_cache"};
  return shape;
}

KernelShape kernel_5_10() {
  return shape_of({{"shmem_recalc_inode", 1},
                   {"shmem_get_inode", 5},
                   {"shmem_mknod", 4},
                   {"shmem_symlink", 3},
                   {"shmem_tmpfile", 3},
                   {"shmem_xattr_handler_set", 7},
                   {"shmem_mfill_atomic_pte", 7}});
}

KernelShape kernel_6_1() {
  KernelShape shape = shape_of({{"shmem_recalc_inode", 1},
                                {"shmem_get_inode", 5},
                                {"shmem_mknod", 5},
                                {"shmem_symlink", 4},
                                {"shmem_tmpfile", 4},
                                {"shmem_xattr_handler_set", 8},
                                {"shmem_mfill_atomic_pte", 8}});
  shape.tmpfile_takes_file = true;
  return shape;
}

KernelShape kernel_6_12() {
  KernelShape shape = shape_of({{"shmem_recalc_inode", 3},
                                {"shmem_inode_acct_blocks", 2},
                                {"shmem_inode_unacct_blocks", 2},
                                {"shmem_file_write_iter", 2},
                                {"__shmem_get_inode", 6},
                                {"shmem_mknod", 5},
                                {"shmem_symlink", 4},
                                {"shmem_tmpfile", 4},
                                {"shmem_xattr_handler_set", 8},
                                {"shmem_mfill_atomic_pte", 6}});
  shape.tmpfile_takes_file = true;
  shape.inode_budget_in_bytes = true;
  shape.counts_skipped_kprobes = true;
  shape.has_rdonly_cast = true;
  return shape;
}

KernelShape kernel_6_18() {
  KernelShape shape = kernel_6_12();
  shape.fprobe_has_shadow_stack = true;
  shape.has_kprobe_session = true;
  return shape;
}

KernelShape kernel_7_2() {
  KernelShape shape = kernel_6_18();
  shape.functions.erase("shmem_mfill_atomic_pte");
  return shape;
}

struct Kernel {
  std::string name;
  KernelShape shape;
  bool counts_arguments;
  bool shift;
  int get_inode_arguments;
  std::string write, get_inode;
};

std::vector<Kernel> kernels() {
  const std::string old_write = "generic_file_write_iter", write = "shmem_file_write_iter";
  return {{"5.10", kernel_5_10(), false, false, 5, old_write, "shmem_get_inode"},
          {"6.1", kernel_6_1(), false, true, 5, old_write, "shmem_get_inode"},
          {"6.12", kernel_6_12(), true, true, 6, write, "__shmem_get_inode"},
          {"6.18", kernel_6_18(), true, true, 6, write, "__shmem_get_inode"},
          {"7.2", kernel_7_2(), true, true, 6, write, "__shmem_get_inode"}};
}

const Hook* find(const HookPlan& plan, const std::string& program) {
  const auto found =
      std::find_if(plan.hooks.begin(), plan.hooks.end(), [&](const Hook& h) { return h.program == program; });
  return found == plan.hooks.end() ? nullptr : &*found;
}

void check_hook(const HookPlan& plan, const std::string& program, const std::string& function, AttachKind kind) {
  INFO(program);
  const Hook* hook = find(plan, program);
  REQUIRE(hook != nullptr);
  CHECK(hook->function == function);
  CHECK(attach_kind_name(hook->kind) == std::string(attach_kind_name(kind)));
}

}  // namespace

TEST_CASE("hooks: every kernel has what an exact ledger needs, with both flavours", "[plan]") {
  for (const Kernel& kernel : kernels()) {
    for (const HookFlavour flavour : {HookFlavour::Fentry, HookFlavour::Kprobe}) {
      const HookPlan plan = plan_hooks(kernel.shape, flavour);
      INFO(kernel.name << (flavour == HookFlavour::Fentry ? " fentry" : " kprobe"));
      CHECK(plan.impossible.empty());
      std::vector<std::string> blind = {"makes pages in the memory of another", "UFFDIO_COPY"};
      if (flavour == HookFlavour::Kprobe && !kernel.shape.counts_skipped_kprobes) blind.push_back("kernel skipped");
      if (flavour == HookFlavour::Kprobe) blind.push_back("after their inode was made");
      REQUIRE(plan.blind.size() == blind.size());
      for (std::size_t i = 0; i < blind.size(); ++i) CHECK_THAT(plan.blind[i], Catch::Contains(blind[i]));
      CHECK(plan.flavour == flavour);
      CHECK(plan.counts_arguments == kernel.counts_arguments);
      CHECK(plan.directory_argument_shift == kernel.shift);
      CHECK(plan.get_inode_arguments == kernel.get_inode_arguments);
      CHECK(plan.seed.function == "security_inode_getattr");
      std::set<std::string> programs;
      for (const Hook& hook : plan.hooks) {
        CHECK((kernel.shape.has(hook.function) || kernel.shape.tracepoints.count(hook.function) == 1));
        CHECK(programs.insert(hook.program).second);
        CHECK_FALSE(hook.without.empty());
      }
      CHECK(std::is_sorted(plan.hooks.begin(), plan.hooks.end(),
                           [](const Hook& a, const Hook& b) { return a.order < b.order; }));
      CHECK(plan.hooks.front().function == "shmem_put_super");
      CHECK(plan.hooks.back().function == kernel.get_inode);
    }
  }
}

TEST_CASE("hooks: fentry takes entry and return of the functions a kernel has", "[plan]") {
  for (const Kernel& kernel : kernels()) {
    INFO(kernel.name);
    const HookPlan plan = plan_hooks(kernel.shape, HookFlavour::Fentry);
    check_hook(plan, "f_destroy_e", "shmem_destroy_inode", AttachKind::Fentry);
    check_hook(plan, "t_unaccount", "mm_filemap_delete_from_page_cache", AttachKind::Tracepoint);
    check_hook(plan, "f_write_x", kernel.write, AttachKind::Fexit);
    check_hook(plan, "f_get_inode_x", kernel.get_inode, AttachKind::Fexit);
    CHECK(find(plan, "f_write_e") == nullptr);  // a return program sees the arguments
    CHECK((find(plan, "f_xattr_x") != nullptr) == kernel.counts_arguments);
    if (kernel.counts_arguments) {
      check_hook(plan, "f_acct_x", "shmem_inode_acct_blocks", AttachKind::Fexit);
      check_hook(plan, "f_unacct_e", "shmem_inode_unacct_blocks", AttachKind::Fentry);
      CHECK(find(plan, "f_recalc_e") == nullptr);
    } else {
      check_hook(plan, "f_recalc_e", "shmem_recalc_inode", AttachKind::Fentry);
      check_hook(plan, "f_recalc_x", "shmem_recalc_inode", AttachKind::Fexit);
      CHECK(find(plan, "f_acct_x") == nullptr);
    }
  }
}

TEST_CASE("hooks: kprobes need the entry as well, and returns without a limit where there are such", "[plan]") {
  for (const Kernel& kernel : kernels()) {
    INFO(kernel.name);
    const HookPlan plan = plan_hooks(kernel.shape, HookFlavour::Kprobe);
    const AttachKind at_return =
        kernel.shape.fprobe_has_shadow_stack ? AttachKind::FprobeReturn : AttachKind::Kretprobe;
    check_hook(plan, "k_destroy_e", "shmem_destroy_inode", AttachKind::Kprobe);
    if (kernel.shape.has_kprobe_session) {
      check_hook(plan, "k_write_s", kernel.write, AttachKind::Session);
      CHECK(find(plan, "k_write_e") == nullptr);
      CHECK(find(plan, "k_write_x") == nullptr);
    } else {
      check_hook(plan, "k_write_e", kernel.write, AttachKind::Kprobe);
      check_hook(plan, "k_write_x", kernel.write, at_return);
      CHECK(find(plan, "k_write_s") == nullptr);
    }
    check_hook(plan, "k_get_inode_x", kernel.get_inode, at_return);
    CHECK(find(plan, "k_acct_x") == nullptr);
    CHECK((find(plan, "k_acct_e") != nullptr) == kernel.counts_arguments);
    if (kernel.counts_arguments)
      check_hook(plan, "k_acct_e", "shmem_recalc_inode", AttachKind::Kprobe);
    else
      check_hook(plan, "k_recalc_x", "shmem_recalc_inode", at_return);
  }
}

TEST_CASE("hooks: a session only where its returns have no limit", "[plan]") {
  KernelShape shape = kernel_6_18();
  shape.fprobe_has_shadow_stack = false;  // 6.10 to 6.13
  const HookPlan plan = plan_hooks(shape, HookFlavour::Kprobe);
  CHECK(find(plan, "k_fault_s") == nullptr);
  check_hook(plan, "k_fault_e", "shmem_fault", AttachKind::Kprobe);
  check_hook(plan, "k_fault_x", "shmem_fault", AttachKind::Kretprobe);
}

TEST_CASE("hooks: a function that is gone is named", "[plan]") {
  KernelShape shape = kernel_6_12();
  shape.functions.erase("shmem_destroy_inode");
  HookPlan plan = plan_hooks(shape, HookFlavour::Fentry);
  REQUIRE(plan.impossible.size() == 1);
  CHECK_THAT(plan.impossible[0], Catch::Contains("shmem_destroy_inode") && Catch::Contains("removed inodes"));

  shape = kernel_6_12();
  const std::size_t blind = plan_hooks(shape, HookFlavour::Kprobe).blind.size();
  shape.functions.erase("shmem_fallocate");
  shape.functions.erase("security_inode_getattr");
  plan = plan_hooks(shape, HookFlavour::Kprobe);
  CHECK(plan.impossible.empty());
  CHECK(plan.blind.size() == blind + 2);
  CHECK(plan.seed.program.empty());
  CHECK(find(plan, "k_fallocate_e") == nullptr);
}

TEST_CASE("hooks: where a page is accounted before it is in the file, only fentry will do", "[plan]") {
  KernelShape shape = kernel_6_12();
  shape.functions.erase("shmem_inode_acct_blocks");
  shape.functions["shmem_inode_acct_block"] = 2;
  CHECK_FALSE(plan_hooks(shape, HookFlavour::Kprobe).impossible.empty());
  const HookPlan plan = plan_hooks(shape, HookFlavour::Fentry);
  CHECK(plan.impossible.empty());
  check_hook(plan, "f_acct_x", "shmem_inode_acct_block", AttachKind::Fexit);
}

TEST_CASE("hooks: skipped kprobes that the kernel does not count are a blind spot", "[plan]") {
  KernelShape shape = kernel_6_1();
  CHECK(plan_hooks(shape, HookFlavour::Fentry).counts_skipped_runs);
  const HookPlan silent = plan_hooks(shape, HookFlavour::Kprobe);
  CHECK_FALSE(silent.counts_skipped_runs);
  shape.counts_skipped_kprobes = true;
  const HookPlan counting = plan_hooks(shape, HookFlavour::Kprobe);
  CHECK(counting.counts_skipped_runs);
  CHECK(counting.blind.size() + 1 == silent.blind.size());
}

TEST_CASE("hooks: without compare-and-swap there are programs that do without, and kprobes will not do", "[plan]") {
  KernelShape shape = kernel_5_10();
  shape.has_compare_and_swap = false;
  const HookPlan plan = plan_hooks(shape, HookFlavour::Fentry);
  CHECK(plan.impossible.empty());
  check_hook(plan, "f_get_inode_old_x", "shmem_get_inode", AttachKind::Fexit);
  check_hook(plan, "f_shrink_old_e", "shmem_unused_huge_shrink", AttachKind::Fentry);
  CHECK(find(plan, "f_get_inode_x") == nullptr);
  REQUIRE(plan_hooks(shape, HookFlavour::Kprobe).impossible.size() == 1);
  CHECK_THAT(plan_hooks(shape, HookFlavour::Kprobe).impossible[0], Catch::Contains("compare-and-swap"));
}

TEST_CASE("hooks: a tracepoint that is gone is a blind spot", "[plan]") {
  KernelShape shape = kernel_6_12();
  const std::size_t blind = plan_hooks(shape, HookFlavour::Fentry).blind.size();
  shape.tracepoints.clear();
  const HookPlan plan = plan_hooks(shape, HookFlavour::Fentry);
  CHECK(plan.impossible.empty());
  REQUIRE(plan.blind.size() == blind + 1);
  CHECK_THAT(plan.blind[0], Catch::Contains("no such tracepoint"));
  CHECK(find(plan, "t_unaccount") == nullptr);
}

TEST_CASE("hooks: either name of a function will do, the newer one first", "[plan]") {
  KernelShape shape = kernel_6_12();
  shape.functions["shmem_get_inode"] = 5;
  CHECK(plan_hooks(shape, HookFlavour::Fentry).hooks.back().function == "__shmem_get_inode");
  shape.functions.erase("__shmem_get_inode");
  const HookPlan plan = plan_hooks(shape, HookFlavour::Fentry);
  CHECK(plan.hooks.back().function == "shmem_get_inode");
  CHECK(plan.get_inode_arguments == 5);
}

TEST_CASE("hooks: the functions a probe looks up are those a plan may name", "[plan]") {
  const auto& names = functions_of_interest();
  const std::set<std::string> known(names.begin(), names.end());
  CHECK(known.size() == names.size());
  for (const Kernel& kernel : kernels()) {
    for (const auto& [function, arguments] : kernel.shape.functions) CHECK(known.count(function) == 1);
    for (const HookFlavour flavour : {HookFlavour::Fentry, HookFlavour::Kprobe})
      for (const Hook& hook : plan_hooks(kernel.shape, flavour).hooks)
        if (hook.kind != AttachKind::Tracepoint) CHECK(known.count(hook.function) == 1);
  }
  CHECK(KernelShape().arguments("shmem_fault") == -1);
}

TEST_CASE("hooks: no two of a plan are attached in one way to one function", "[plan]") {
  for (const Kernel& kernel : kernels())
    for (const HookFlavour flavour : {HookFlavour::Fentry, HookFlavour::Kprobe}) {
      std::set<std::pair<std::string, AttachKind>> there;
      for (const Hook& hook : plan_hooks(kernel.shape, flavour).hooks) {
        INFO(hook.function << " " << attach_kind_name(hook.kind));
        CHECK(there.emplace(hook.function, hook.kind).second);
      }
    }
}

TEST_CASE("hooks: a report says how and to what", "[plan]") {
  const auto states = hook_states({{"fexit shmem_fault", true, "", ""},
                                   {"kprobe session shmem_link", false, "cannot attach", "hard links"},
                                   {"raw_tracepoint sys_exit", true, "", ""}});
  REQUIRE(states.size() == 3);
  CHECK(states[0].how == "fexit");
  CHECK(states[0].function == "shmem_fault");
  CHECK(states[0].attached);
  CHECK(states[1].how == "kprobe session");
  CHECK(states[1].function == "shmem_link");
  CHECK_FALSE(states[1].attached);
  CHECK(states[2].how == "raw_tracepoint");
  CHECK(states[2].function == "sys_exit");
}
