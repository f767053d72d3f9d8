// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <catch2/catch.hpp>

#include <cerrno>

#include "../support/temp_tree.h"
#include "host/kernel_facts.h"
#include "host/kernel_symbols.h"
#include "host/process_namespace.h"

using namespace tmpfstrace;
using tmpfstrace::test::host_fixture;
using tmpfstrace::test::TempTree;

namespace {

const std::string kDynamic = "#1 SMP PREEMPT_DYNAMIC Debian 6.12.38-1 (2025-07-16)";
const std::string kPlain = "#1 SMP Debian 5.10.237-1 (2025-05-19)";
const std::string kRt = "#1 SMP PREEMPT_RT Debian 6.1.140-1 (2025-05-22)";

Preemption derived(const PreemptionTexts& texts) { return derive_preemption(texts).model; }

}  // namespace

TEST_CASE("preemption from debugfs", "[host]") {
  CHECK(parse_preempt_debugfs("none voluntary (full)\n") == Preemption::Full);
  CHECK(parse_preempt_debugfs("(none) voluntary full lazy\n") == Preemption::None);
  CHECK(parse_preempt_debugfs("none (voluntary) full") == Preemption::Voluntary);
  CHECK(parse_preempt_debugfs("full (lazy)\n") == Preemption::Lazy);
  CHECK_FALSE(parse_preempt_debugfs("none voluntary full"));
  CHECK_FALSE(parse_preempt_debugfs("(undefined)"));
  CHECK_FALSE(parse_preempt_debugfs(")("));
  CHECK_FALSE(parse_preempt_debugfs(""));
}

TEST_CASE("preemption: which source wins", "[host]") {
  const std::string voluntary =
      "CONFIG_PREEMPT_NONE_BUILD=y\n# CONFIG_PREEMPT_NONE is not set\nCONFIG_PREEMPT_VOLUNTARY=y\n";
  CHECK(derive_preemption({"none (voluntary) full", kDynamic, "preempt=full", {}}).source == "debugfs sched/preempt");
  CHECK(derived({"none (voluntary) full", kDynamic, "preempt=full", {}}) == Preemption::Voluntary);
  CHECK(derived({{}, kDynamic, "quiet preempt=none preempt=full", voluntary}) == Preemption::Full);
  CHECK(derived({{}, kDynamic, "preempt=full preempt=nonsense", {}}) == Preemption::Full);
  CHECK(derived({{}, kDynamic, "xpreempt=full init=/x -- preempt=none", voluntary}) == Preemption::Voluntary);
  CHECK(derive_preemption({{}, kDynamic, "quiet", voluntary}).source == "kernel configuration");
  CHECK(derived({{}, kDynamic, "quiet", "CONFIG_PREEMPT_LAZY=y\nCONFIG_PREEMPT_DYNAMIC=y\n"}) == Preemption::Lazy);
  CHECK(derived({{}, kDynamic, "quiet", "CONFIG_PREEMPT=y\n"}) == Preemption::Full);
  CHECK(derived({{}, kDynamic, "quiet", "CONFIG_PREEMPT_NONE=y\n"}) == Preemption::None);
  CHECK(derived({{}, kDynamic, "quiet", {}}) == Preemption::Unknown);
  CHECK(derived({"none voluntary (full)", kRt, {}, {}}) == Preemption::Rt);
  CHECK(derived({{}, "#1 SMP PREEMPT x", {}, {}}) == Preemption::Full);
  CHECK(derived({{}, "#1 SMP PREEMPT x", {}, "CONFIG_PREEMPT_LAZY=y\n"}) == Preemption::Lazy);
  CHECK(derived({{}, "#1 SMP PREEMPT_LAZY x", {}, {}}) == Preemption::Lazy);
  CHECK(derived({{}, kPlain, {}, {}}) == Preemption::None);
  CHECK(derived({{}, kPlain, "preempt=full", voluntary}) == Preemption::Voluntary);
  CHECK(derived({{}, "", {}, {}}) == Preemption::Unknown);
  CHECK(derived({}) == Preemption::Unknown);
}

TEST_CASE("what counts as preemptible", "[host]") {
  CHECK_FALSE(may_preempt(Preemption::None));
  CHECK_FALSE(may_preempt(Preemption::Voluntary));
  for (const auto model : {Preemption::Full, Preemption::Lazy, Preemption::Rt, Preemption::Unknown}) {
    CHECK(may_preempt(model));
  }
}

TEST_CASE("kernel symbols", "[host]") {
  const TempTree tree;
  HostPaths paths;
  paths.proc = tree.root();
  const std::vector<std::string> names = {"shmem_evict_inode", "shmem_getattr", "shmem_fallocate",
                                          "duplicate_name",    "weak_alias",    "shmem_data",
                                          "mod_last",          "mod_first",     "shmem_absolute"};
  SECTION("addresses and sizes") {
    tree.file("kallsyms", host_fixture("kallsyms.txt"));
    const auto symbols = KernelSymbols::load(paths, names);
    REQUIRE(symbols);
    CHECK_FALSE(symbols->hidden());
    CHECK(symbols->find("shmem_evict_inode")->address == 0xffffffff81234560U);
    CHECK(symbols->find("shmem_evict_inode")->size == 0x2b0U);
    CHECK(symbols->find("shmem_getattr")->size == 0x110U);
    CHECK(symbols->find("shmem_fallocate") == nullptr);  // only as .isra.0
    CHECK(symbols->find("shmem_unlink") == nullptr);     // not asked for
    CHECK(symbols->find("shmem_absolute") == nullptr);   // neither text nor data
    REQUIRE(symbols->find("shmem_data") != nullptr);
    CHECK(symbols->find("shmem_data")->address == 0xffffffff81235050U);
    CHECK(symbols->find("duplicate_name")->occurrences == 2);
    CHECK(symbols->find("duplicate_name")->address == 0xffffffff81234ff0U);
    CHECK(symbols->find("weak_alias")->size == 0x10U);
    CHECK(symbols->find("mod_first")->size == 0x1000U);  // modules are not in order
    CHECK_FALSE(symbols->find("mod_last")->size);
  }
  SECTION("hidden") {
    tree.file("kallsyms", host_fixture("kallsyms_hidden.txt"));
    const auto symbols = KernelSymbols::load(paths, names);
    REQUIRE(symbols);
    CHECK(symbols->hidden());
    REQUIRE(symbols->find("shmem_evict_inode") != nullptr);
    CHECK_FALSE(symbols->find("shmem_evict_inode")->address);
    CHECK_FALSE(symbols->find("shmem_evict_inode")->size);
  }
  SECTION("damaged, empty, missing") {
    tree.file("kallsyms", "ffffffff81000000 T\nnot hex\n" + std::string(1'000'000, 'f') + " T shmem_getattr\n");
    CHECK(KernelSymbols::load(paths, names).error().code == ENODATA);
    tree.file("kallsyms", "");
    CHECK(KernelSymbols::load(paths, names).error().code == ENODATA);
    tree.remove("kallsyms");
    CHECK(KernelSymbols::load(paths, names).error().code == ENOENT);
  }
}

TEST_CASE("facts of a host", "[host]") {
  const TempTree tree;
  const HostPaths paths{tree.path("proc"), tree.path("cgroup"), tree.path("sys"), tree.path("boot")};
  CHECK_FALSE(probe_kernel_facts(paths));

  tree.file("proc/sys/kernel/osrelease", "6.12.38+deb13-amd64\n");
  tree.file("proc/sys/kernel/version", kDynamic + "\n");
  SECTION("nothing else can be read") {
    const auto facts = probe_kernel_facts(paths);
    REQUIRE(facts);
    CHECK(facts->release == "6.12.38+deb13-amd64");
    CHECK(facts->preemption.model == Preemption::Unknown);
    CHECK_FALSE(facts->effective_capabilities);
    CHECK_FALSE(facts->memory_controller);
  }
  SECTION("all of it") {
    tree.file("proc/cmdline", "root=/dev/sda1 quiet\n");
    tree.file("boot/config-6.12.38+deb13-amd64", "CONFIG_PREEMPT=y\n");
    tree.file("proc/self/status", "Name:\tx\nCapPrm:\t0000000000000000\nCapEff:\t000000c000200000\n");
    tree.file("proc/cgroups", host_fixture("proc_cgroups.txt"));
    auto facts = probe_kernel_facts(paths);
    REQUIRE(facts);
    CHECK(facts->preemption.model == Preemption::Full);
    REQUIRE(facts->effective_capabilities);
    CHECK(has_capability(*facts->effective_capabilities, 21));  // CAP_SYS_ADMIN
    CHECK(has_capability(*facts->effective_capabilities, 38));  // CAP_PERFMON
    CHECK(has_capability(*facts->effective_capabilities, 39));  // CAP_BPF
    CHECK_FALSE(has_capability(*facts->effective_capabilities, 19));
    CHECK_FALSE(has_capability(~0ULL, 64));
    CHECK(facts->memory_controller == true);

    tree.file("cgroup/cgroup.controllers", "cpu pids\n");  // v2 is asked first
    facts = probe_kernel_facts(paths);
    REQUIRE(facts);
    CHECK(facts->memory_controller == false);
  }
}

TEST_CASE("the memory row of /proc/cgroups", "[host]") {
  CHECK(parse_memory_controller_v1(host_fixture("proc_cgroups.txt")) == true);
  CHECK(parse_memory_controller_v1("memory\t0\t1\t0\n") == false);
  CHECK_FALSE(parse_memory_controller_v1("memory\t0\t1\n"));
  CHECK_FALSE(parse_memory_controller_v1("#subsys_name hierarchy num_cgroups enabled\n"));
}

TEST_CASE("why the address of a symbol is not known", "[host]") {
  const TempTree tree;
  HostPaths paths;
  paths.proc = tree.path("proc");
  const auto why = [&](const std::string& name) { return why_no_address(KernelSymbols::load(paths, {name}), name); };
  CHECK_THAT(why("shmem_fault"), Catch::Contains("kallsyms: No such file"));
  tree.file("proc/kallsyms", "0000000000000000 T shmem_fault\n");
  CHECK_THAT(why("shmem_fault"), Catch::Contains("hides"));
  tree.file("proc/kallsyms", "ffffffff81000000 T shmem_fault\n");
  CHECK(why("shmem_fault").empty());
  CHECK_THAT(why("sysctl_overcommit_memory"), Catch::Contains("no symbol sysctl_overcommit_memory"));
}

TEST_CASE("whose process numbers /proc has", "[host]") {
  const TempTree tree;
  HostPaths paths;
  paths.proc = tree.path("proc");
  CHECK_FALSE(is_initial_pid_namespace(paths));
  tree.file("proc/1/ns/pid", "");  // some other namespace
  CHECK_FALSE(is_initial_pid_namespace(paths));
  // A process of the initial namespace has this link, whose inode number is fixed in the kernel's interface.
  struct stat facts {};
  const HostPaths real;
  const bool known = ::stat("/proc/1/ns/pid", &facts) == 0 || ::stat("/proc/self/ns/pid", &facts) == 0;
  CHECK(is_initial_pid_namespace(real) == (known && facts.st_ino == 4026531836U));
}
