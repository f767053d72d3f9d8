// SPDX-License-Identifier: Apache-2.0
#include "bpf/syscall_programs.h"

#include <bpf/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <initializer_list>
#include <optional>

#include "bpf/handles.h"
#include "syscall.skel.h"

namespace tmpfstrace {
namespace {

// Records that only user space can count wait here: it has to hold what happens between two wake-ups.
constexpr std::uint32_t kRingBytes = 4 * 1024 * 1024;
constexpr std::uint32_t kRowsAtOnce = 64;  // ROWS_AT_ONCE of the program
constexpr std::uint32_t kMostChecks = 16;  // blocks of rows looked at in one go

std::size_t mapped_size(std::uint32_t entries, std::size_t value) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (entries * ((value + 7) & ~std::size_t{7}) + page - 1) / page * page;
}

// Runs a program in this thread's context, on a given CPU or on this one. Absent: it could not be run.
std::optional<std::uint32_t> run(bpf_program* program, std::initializer_list<std::uint64_t> arguments, int cpu = -1) {
  bpf_test_run_opts options{};
  options.sz = sizeof(options);
  options.ctx_in = arguments.size() != 0 ? std::data(arguments) : nullptr;
  options.ctx_size_in = static_cast<__u32>(arguments.size() * sizeof(std::uint64_t));
  if (cpu >= 0) {
    options.flags = BPF_F_TEST_RUN_ON_CPU;
    options.cpu = static_cast<__u32>(cpu);
  }
  if (bpf_prog_test_run_opts(bpf_program__fd(program), &options) != 0) return std::nullopt;
  return options.retval;
}

}  // namespace

struct SyscallPrograms::Handles {
  SkeletonHandle<syscall_bpf> skeleton;
  std::vector<LinkHandle> links;
};

SyscallPrograms::SyscallPrograms() : handles_(std::make_unique<Handles>()) {}

SyscallPrograms::~SyscallPrograms() {
  if (slots_ != nullptr) munmap(const_cast<tmpfs_slot*>(slots_), slots_bytes_);
  if (sb_rows_ != nullptr) munmap(const_cast<tmpfs_sb_row*>(sb_rows_), sb_rows_bytes_);
  handles_->links.clear();
}

Result<std::unique_ptr<SyscallPrograms>> SyscallPrograms::start(const SyscallOptions& options) {
  std::unique_ptr<SyscallPrograms> programs(new SyscallPrograms);
  auto done = programs->load(options).and_then([&] { return programs->fill_free_lists(); }).and_then([&] {
    return programs->map_shared();
  });
  if (!done) return tl::unexpected(done.error());
  programs->learn_host();
  if (auto attached = programs->attach(); !attached) return tl::unexpected(attached.error());
  __atomic_store_n(&programs->handles_->skeleton->bss->armed, 1u, __ATOMIC_SEQ_CST);
  return programs;
}

Result<void> SyscallPrograms::load(const SyscallOptions& options) {
  handles_->skeleton.reset(syscall_bpf::open(nullptr));
  if (!handles_->skeleton) return bpf_fail("cannot open the BPF object", errno);
  syscall_bpf& skeleton = *handles_->skeleton;
  tmpfs_config& config = skeleton.rodata->config;
  config.use_memcg_identity = options.memcg_identity;
  config.memcg_v1 = options.memcg_v1;
  config.events_per_second = options.events_per_second;

  slot_count_ = std::max(options.max_slots, 2u);
  sb_row_count_ = std::max(options.max_superblocks, 2u);
  for (bpf_map* map : {skeleton.maps.slots, skeleton.maps.free_slots, skeleton.maps.slot_index})
    bpf_map__set_max_entries(map, slot_count_);
  for (bpf_map* map :
       {skeleton.maps.sb_rows, skeleton.maps.free_sb_rows, skeleton.maps.sb_index, skeleton.maps.sb_uuids})
    bpf_map__set_max_entries(map, sb_row_count_);
  bpf_map__set_max_entries(skeleton.maps.events, kRingBytes);
  // Of the exact mode alone.
  for (bpf_map* map : {skeleton.maps.inodes, skeleton.maps.owners, skeleton.maps.marks, skeleton.maps.kernel_faults})
    bpf_map__set_autocreate(map, false);

  faults_are_looked_up_ = libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_FUNC_find_vma, nullptr) == 1;
  bpf_program__set_autoload(skeleton.progs.s_sigbus_here, faults_are_looked_up_);
  bpf_program__set_autoload(skeleton.progs.s_sigbus_there, !faults_are_looked_up_);
  bpf_program__set_autoload(skeleton.progs.s_page_removed, true);
  if (const int error = syscall_bpf::load(&skeleton))
    return bpf_fail("cannot load the BPF programs", error,
                    "run with TMPFSTRACE_DEBUG=1 to see what the kernel's verifier says");
  return {};
}

Result<void> SyscallPrograms::fill_free_lists() {
  syscall_bpf& skeleton = *handles_->skeleton;
  // Index 0 of each is reserved: where events go that found no row.
  const std::uint32_t zero = 0;
  tmpfs_slot slot{};
  slot.in_use = 1;
  tmpfs_sb_row row{};
  row.in_use = 1;
  int error = bpf_map_update_elem(bpf_map__fd(skeleton.maps.slots), &zero, &slot, BPF_ANY);
  if (error == 0) error = bpf_map_update_elem(bpf_map__fd(skeleton.maps.sb_rows), &zero, &row, BPF_ANY);
  for (std::uint32_t i = 1; error == 0 && i < slot_count_; ++i)
    error = bpf_map_update_elem(bpf_map__fd(skeleton.maps.free_slots), nullptr, &i, BPF_ANY);
  for (std::uint32_t i = 1; error == 0 && i < sb_row_count_; ++i)
    error = bpf_map_update_elem(bpf_map__fd(skeleton.maps.free_sb_rows), nullptr, &i, BPF_ANY);
  if (error != 0) return bpf_fail("cannot prepare the BPF maps", error);
  return {};
}

Result<void> SyscallPrograms::map_shared() {
  syscall_bpf& skeleton = *handles_->skeleton;
  slots_bytes_ = mapped_size(slot_count_, sizeof(tmpfs_slot));
  sb_rows_bytes_ = mapped_size(sb_row_count_, sizeof(tmpfs_sb_row));
  void* slots = mmap(nullptr, slots_bytes_, PROT_READ, MAP_SHARED, bpf_map__fd(skeleton.maps.slots), 0);
  if (slots == MAP_FAILED) return bpf_fail("cannot map the counters", errno);
  slots_ = static_cast<const tmpfs_slot*>(slots);
  void* rows = mmap(nullptr, sb_rows_bytes_, PROT_READ, MAP_SHARED, bpf_map__fd(skeleton.maps.sb_rows), 0);
  if (rows == MAP_FAILED) return bpf_fail("cannot map the table of superblocks", errno);
  sb_rows_ = static_cast<const tmpfs_sb_row*>(rows);
  return {};
}

// What the programs cannot find out from where they run. What fails is said in the blind spots.
void SyscallPrograms::learn_host() {
  syscall_bpf& skeleton = *handles_->skeleton;
  const int cpus = std::max(libbpf_num_possible_cpus(), 1);
  const auto scratch = static_cast<std::uint64_t>(bpf_map__fd(skeleton.maps.scratch));
  int learnt = 0;
  run(skeleton.progs.c_learn_handle, {scratch});
  for (int cpu = 0; cpu < cpus; ++cpu)  // fails on a CPU that is offline, whose part is empty
    if (run(skeleton.progs.c_learn_cpu, {}, cpu).value_or(0) == 1) ++learnt;
  skeleton.bss->cpu_count = static_cast<__u32>(cpus);
  knows_fill_ = learnt > 0 && learnt >= sysconf(_SC_NPROCESSORS_ONLN);
  run(skeleton.progs.c_learn_root, {});
  run(skeleton.progs.c_whoami, {});
  sees_own_pids_ = __atomic_load_n(&skeleton.bss->walker_tgid, __ATOMIC_RELAXED) == static_cast<__u32>(getpid());
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
      {skeleton.progs.s_page_removed, "mm_filemap_delete_from_page_cache", false, "freed pages"},
      {sigbus, "signal_generate", false, "refused page faults"},
      {skeleton.progs.s_sys_exit, "sys_exit", true, "writes, created files and refused calls"},
  };
  for (const Wanted& wanted : all) {
    HookReport report{std::string("raw_tracepoint ") + wanted.tracepoint, true, {}, wanted.without};
    bpf_link* link = bpf_program__attach_raw_tracepoint(wanted.program, wanted.tracepoint);
    if (link == nullptr) {
      auto error = bpf_fail("cannot attach " + report.name, errno);
      if (wanted.essential) return error;
      report.attached = false;
      report.why_not = error.value().message;
    } else {
      handles_->links.emplace_back(link);
    }
    hooks_.push_back(std::move(report));
  }
  return {};
}

std::uint64_t SyscallPrograms::loss(tmpfs_loss which) const {
  return __atomic_load_n(&handles_->skeleton->bss->losses[which], __ATOMIC_RELAXED);
}

std::uint64_t SyscallPrograms::loss(syscall_loss which) const {
  return __atomic_load_n(&handles_->skeleton->bss->syscall_losses[which], __ATOMIC_RELAXED);
}

int SyscallPrograms::ring_fd() const { return bpf_map__fd(handles_->skeleton->maps.events); }

std::int64_t SyscallPrograms::recursion_misses() const {
  std::int64_t sum = 0;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, handles_->skeleton->obj) {
    const int fd = bpf_program__fd(program);
    if (fd < 0) continue;
    bpf_prog_info info{};
    __u32 length = sizeof(info);
    if (bpf_obj_get_info_by_fd(fd, &info, &length) != 0) return -1;
    if (length < offsetof(bpf_prog_info, recursion_misses) + sizeof(info.recursion_misses)) return -1;
    sum += static_cast<std::int64_t>(info.recursion_misses);
  }
  return sum;
}

bool SyscallPrograms::is_inode(int fd, std::uint64_t kernel_inode) {
  return run(handles_->skeleton->progs.c_is_inode, {static_cast<std::uint64_t>(fd), kernel_inode}).value_or(0) == 1;
}

std::uint32_t SyscallPrograms::count_refusal(int fd, const SyscallRecord& record) {
  const RefusalEvent& event = record.details.event;
  return run(handles_->skeleton->progs.c_count_refusal,
             {static_cast<std::uint64_t>(fd), event.cgroup, event.operation, static_cast<std::uint64_t>(record.error),
              event.bytes_asked, record.flags, reinterpret_cast<std::uint64_t>(record.cgroup_name.c_str())})
      .value_or(SYSCALL_RESULT_NONE);
}

void SyscallPrograms::look_for_ended_superblocks() {
  for (std::uint32_t i = 0; i < kMostChecks; ++i) {
    if (next_check_ >= sb_row_count_) {
      next_check_ = 0;
      return;
    }
    run(handles_->skeleton->progs.c_check_superblocks, {next_check_});
    next_check_ += kRowsAtOnce;
  }
}

bool SyscallPrograms::retire_slot(std::uint32_t index) {
  return run(handles_->skeleton->progs.c_retire_slot, {index}).value_or(0) == 1;
}

bool SyscallPrograms::retire_sb_row(std::uint32_t index) {
  return run(handles_->skeleton->progs.c_retire_sb_row, {index}).value_or(0) == 1;
}

void SyscallPrograms::set_overcommit_address(std::uint64_t address) {
  __atomic_store_n(&handles_->skeleton->bss->overcommit_address, address, __ATOMIC_RELAXED);
}

}  // namespace tmpfstrace
