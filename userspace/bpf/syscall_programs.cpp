// SPDX-License-Identifier: Apache-2.0
#include "bpf/syscall_programs.h"

#include <bpf/bpf.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <initializer_list>
#include <optional>

#include "bpf/attached_hook.h"
#include "bpf/handles.h"
#include "bpf/programs.h"
#include "syscall.skel.h"

namespace tmpfstrace {
namespace {

// Records that only user space can count wait here: it has to hold what happens between two wake-ups.
constexpr std::uint32_t kRingBytes = 4 * 1024 * 1024;
constexpr std::uint32_t kRowsAtOnce = 64;  // ROWS_AT_ONCE of the program
constexpr std::uint32_t kMostChecks = 16;  // blocks of rows looked at in one go
constexpr int kTidBits = 22;               // the kernel's PID_MAX_LIMIT: a thread has one record at a time
constexpr const char* kPageRemoved = "mm_filemap_delete_from_page_cache";

// What is in the books of this mode alone tells nothing of what a cgroup still has: all of it may be forgotten.
bool is_settled(const tmpfs_counters&) { return true; }

bool has_helper(bpf_func_id helper) {
  return libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, helper, nullptr) == 1;
}

}  // namespace

struct SyscallPrograms::Handles {
  SkeletonHandle<syscall_bpf> skeleton;  // null: found pinned
  AttachedHooks attached;
  bpf_program* sys_exit = nullptr;  // the one of three that fits this kernel
};

SyscallPrograms::SyscallPrograms()
    : handles_(std::make_unique<Handles>()), table_({decode_syscall_counters, is_settled}) {}

SyscallPrograms::~SyscallPrograms() { handles_->attached.clear(); }

Result<std::unique_ptr<SyscallPrograms>> SyscallPrograms::start(const SyscallOptions& options) {
  std::unique_ptr<SyscallPrograms> programs(new SyscallPrograms);
  auto done = programs->load(options).and_then([&] { return programs->table_.open(programs->objects_); }).and_then([&] {
    return programs->table_.prepare();
  });
  if (!done) return tl::unexpected(done.error());
  programs->learn_host();
  programs->learn_process();
  if (auto attached = programs->attach(); !attached) return tl::unexpected(attached.error());
  __atomic_store_n(&programs->table_.common().armed, 1u, __ATOMIC_SEQ_CST);
  return programs;
}

Result<std::unique_ptr<SyscallPrograms>> SyscallPrograms::resume(LoadedObjects objects, std::vector<HookReport> hooks) {
  std::unique_ptr<SyscallPrograms> programs(new SyscallPrograms);
  programs->objects_ = std::move(objects);
  programs->hooks_ = std::move(hooks);
  if (auto opened = programs->table_.open(programs->objects_); !opened) return tl::unexpected(opened.error());
  programs->table_.resume();
  programs->learn_process();
  return programs;
}

std::string SyscallPrograms::object_hash() {
  std::size_t size = 0;
  const void* bytes = syscall_bpf::elf_bytes(&size);
  return hash_of_object(bytes, size);
}

Result<void> SyscallPrograms::pin(const Pins& pins, const PinNote& note) {
  auto done = pins.write(objects_, handles_->attached.links(), note);
  if (done) handles_->attached.keep();
  return done;
}

Result<void> SyscallPrograms::load(const SyscallOptions& options) {
  handles_->skeleton.reset(syscall_bpf::open(nullptr));
  if (!handles_->skeleton) return bpf_fail("cannot open the BPF object", errno);
  syscall_bpf& skeleton = *handles_->skeleton;
  tmpfs_config& config = skeleton.rodata->config;
  config.use_memcg_identity = options.memcg_identity;
  config.memcg_v1 = options.memcg_v1;
  config.events_per_second = options.events_per_second;

  table_.resize(skeleton.obj, options.table);
  bpf_map__set_max_entries(skeleton.maps.sb_uuids, bpf_map__max_entries(skeleton.maps.sb_rows));
  bpf_map__set_max_entries(skeleton.maps.events, kRingBytes);
  // Of the exact mode alone.
  for (bpf_map* map : {skeleton.maps.inodes, skeleton.maps.owners, skeleton.maps.owner_claims, skeleton.maps.marks,
                       skeleton.maps.kernel_faults, skeleton.maps.xattrs, skeleton.maps.cpu_lines})
    bpf_map__set_autocreate(map, false);

  faults_are_looked_up_ = has_helper(BPF_FUNC_find_vma);
  bpf_program__set_autoload(skeleton.progs.s_sigbus_here, faults_are_looked_up_);
  bpf_program__set_autoload(skeleton.progs.s_sigbus_there, !faults_are_looked_up_);
  handles_->sys_exit = options.has_rdonly_cast                     ? skeleton.progs.s_sys_exit_cast
                       : has_helper(BPF_FUNC_get_current_task_btf) ? skeleton.progs.s_sys_exit_case
                                                                   : skeleton.progs.s_sys_exit;
  bpf_program__set_autoload(handles_->sys_exit, true);
  // Where its type is not known the program would not load, and with it none of the others.
  bpf_program__set_autoload(skeleton.progs.s_page_removed, options.tracepoints.contains(kPageRemoved));
  if (const int error = syscall_bpf::load(&skeleton))
    return bpf_fail("cannot load the BPF programs", error,
                    "run with TMPFSTRACE_DEBUG=1 to see what the kernel's verifier says");
  objects_ = LoadedObjects::of(skeleton.obj);
  return {};
}

// What the programs cannot find out from where they run. What fails is said in the blind spots.
void SyscallPrograms::learn_host() {
  const int cpus = std::max(libbpf_num_possible_cpus(), 1);
  int learnt = 0;
  run_program(objects_.program("c_learn_handle"), {static_cast<std::uint64_t>(objects_.map("scratch"))});
  for (int cpu = 0; cpu < cpus; ++cpu)  // fails on a CPU that is offline, whose part is empty
    if (run_program(objects_.program("c_learn_cpu"), {}, cpu).value_or(0) == 1) ++learnt;
  handles_->skeleton->bss->cpu_count = static_cast<__u32>(cpus);
  knows_fill_ = learnt > 0 && learnt >= sysconf(_SC_NPROCESSORS_ONLN);
}

// And of this process, which is another one after each start.
void SyscallPrograms::learn_process() {
  run_program(objects_.program("c_learn_root"), {});
  run_program(objects_.program("c_whoami"), {});
  sees_own_pids_ = __atomic_load_n(&table_.common().walker_tgid, __ATOMIC_RELAXED) == static_cast<__u32>(getpid());
}

Result<void> SyscallPrograms::attach() {
  syscall_bpf& skeleton = *handles_->skeleton;
  struct Wanted {
    bpf_program* program;
    const char* tracepoint;
    bool essential;
    const char* without;
  };
  bpf_program* const sigbus = faults_are_looked_up_ ? skeleton.progs.s_sigbus_here : skeleton.progs.s_sigbus_there;
  const Wanted all[] = {
      {skeleton.progs.s_page_removed, kPageRemoved, false, "freed pages"},
      {sigbus, "signal_generate", false, "refused page faults"},
      {handles_->sys_exit, "sys_exit", true, "writes, created files and refused calls"},
  };
  for (const Wanted& wanted : all) {
    HookReport report{std::string("raw_tracepoint ") + wanted.tracepoint, true, {}, wanted.without};
    bpf_link* link = bpf_program__attach(wanted.program);
    if (link == nullptr) {
      auto error = bpf_fail("cannot attach " + report.name, errno);
      if (wanted.essential) return error;
      report.attached = false;
      report.why_not = error.value().message;
    } else {
      handles_->attached.add(bpf_program__name(wanted.program), {LinkHandle(link), {}});
    }
    hooks_.push_back(std::move(report));
  }
  return {};
}

std::uint64_t SyscallPrograms::loss(tmpfs_loss which) const {
  return __atomic_load_n(&table_.common().losses[which], __ATOMIC_RELAXED);
}

std::uint64_t SyscallPrograms::loss(syscall_loss which) const {
  return __atomic_load_n(&table_.common().syscall_losses[which], __ATOMIC_RELAXED);
}

void SyscallPrograms::count_loss(syscall_loss which) {
  __atomic_fetch_add(&table_.common().syscall_losses[which], 1, __ATOMIC_RELAXED);
}

int SyscallPrograms::ring_fd() const { return objects_.map("events"); }

bool SyscallPrograms::is_inode(int fd, std::uint64_t kernel_inode) {
  return run_program(objects_.program("c_is_inode"), {static_cast<std::uint64_t>(fd), kernel_inode}).value_or(0) == 1;
}

std::uint32_t SyscallPrograms::count_refusal(int fd, const SyscallRecord& record) {
  const RefusalEvent& event = record.details.event;
  return run_program(
             objects_.program("c_count_refusal"),
             {static_cast<std::uint64_t>(fd), event.cgroup, event.operation, static_cast<std::uint64_t>(record.error),
              event.bytes_asked, record.flags, reinterpret_cast<std::uint64_t>(record.cgroup_name.c_str()),
              event.monotonic_ns << kTidBits ^ event.tid})
      .value_or(SYSCALL_RESULT_NONE);
}

void SyscallPrograms::look_for_ended_superblocks() {
  for (std::uint32_t i = 0; i < kMostChecks; ++i) {
    if (next_check_ >= table_.superblock_rows()) {
      next_check_ = 0;
      return;
    }
    run_program(objects_.program("c_check_superblocks"), {next_check_});
    next_check_ += kRowsAtOnce;
  }
}

void SyscallPrograms::set_overcommit_address(std::uint64_t address) {
  __atomic_store_n(&table_.common().overcommit_address, address, __ATOMIC_RELAXED);
}

}  // namespace tmpfstrace
