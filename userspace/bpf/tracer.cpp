// SPDX-License-Identifier: Apache-2.0
#include "bpf/tracer.h"

#include <bpf/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "bpf/handles.h"
#include "tmpfs.skel.h"

namespace tmpfstrace {
namespace {

constexpr std::uint32_t kInflightPerLevel = 16384;
constexpr std::uint32_t kInflightLevels = 3;  // LEVEL_MAX of bpf/inflight.bpf.h

std::size_t mapped_size(std::uint32_t entries, std::size_t value) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (entries * ((value + 7) & ~std::size_t{7}) + page - 1) / page * page;
}

}  // namespace

struct Tracer::Handles {
  SkeletonHandle<tmpfs_bpf> skeleton;
  std::vector<LinkHandle> links;
  LinkHandle seed_link;
};

Tracer::Tracer() : handles_(std::make_unique<Handles>()) {}

Tracer::~Tracer() {
  if (slots_ != nullptr) munmap(const_cast<tmpfs_slot*>(slots_), slots_bytes_);
  if (sb_rows_ != nullptr) munmap(const_cast<tmpfs_sb_row*>(sb_rows_), sb_rows_bytes_);
  handles_->seed_link.reset();
  handles_->links.clear();
}

Result<std::unique_ptr<Tracer>> Tracer::start(const KernelShape& shape, const HookPlan& plan,
                                              const TracerOptions& options) {
  std::unique_ptr<Tracer> tracer(new Tracer);
  auto done = tracer->load(shape, plan, options)
                  .and_then([&] { return tracer->fill_free_lists(); })
                  .and_then([&] { return tracer->map_shared(); })
                  .and_then([&] { return tracer->attach(plan); });
  if (!done) return tl::unexpected(done.error());
  tracer->run_control("c_whoami", 0);
  __atomic_store_n(&tracer->handles_->skeleton->bss->armed, 1u, __ATOMIC_SEQ_CST);
  return tracer;
}

Result<void> Tracer::load(const KernelShape& shape, const HookPlan& plan, const TracerOptions& options) {
  handles_->skeleton.reset(tmpfs_bpf::open(nullptr));
  if (!handles_->skeleton) return bpf_fail("cannot open the BPF object", errno);
  tmpfs_bpf& skeleton = *handles_->skeleton;

  tmpfs_config& config = skeleton.rodata->config;
  config.use_memcg_identity = options.memcg_identity;
  config.memcg_v1 = options.memcg_v1;
  config.arg_shift = plan.directory_argument_shift;
  config.tmpfile_takes_file = shape.tmpfile_takes_file;
  config.xattrs_take_inodes = shape.inode_budget_in_bytes;
  config.counts_arguments = plan.counts_arguments;
  config.get_inode_args = static_cast<std::uint32_t>(std::max(plan.get_inode_arguments, 0));
  config.events_per_second = options.events_per_second;
  // percpu_counter_batch of lib/percpu_counter.c: max(32, 2 * CPUs) on each CPU.
  const auto cpus = static_cast<std::uint32_t>(std::max(libbpf_num_possible_cpus(), 1));
  config.used_blocks_slack = std::max(32u, 2 * cpus) * cpus;
  config.mfill_start = options.mfill_start;
  config.mfill_end = options.mfill_end;
  const bool kprobes = plan.flavour == HookFlavour::Kprobe;
  config.inflight_mask = kprobes ? kInflightPerLevel - 1 : 0;

  slot_count_ = std::max(options.max_slots, 2u);
  sb_row_count_ = std::max(options.max_superblocks, 2u);
  bpf_map__set_max_entries(skeleton.maps.slots, slot_count_);
  bpf_map__set_max_entries(skeleton.maps.free_slots, slot_count_);
  bpf_map__set_max_entries(skeleton.maps.slot_index, slot_count_);
  bpf_map__set_max_entries(skeleton.maps.sb_rows, sb_row_count_);
  bpf_map__set_max_entries(skeleton.maps.free_sb_rows, sb_row_count_);
  bpf_map__set_max_entries(skeleton.maps.sb_index, sb_row_count_);
  bpf_map__set_max_entries(skeleton.maps.inodes, std::max(options.max_inodes, 1u));
  if (kprobes) bpf_map__set_max_entries(skeleton.maps.inflight, kInflightLevels * kInflightPerLevel);

  auto select = [&](const Hook& hook) -> Result<void> {
    bpf_program* program = bpf_object__find_program_by_name(skeleton.obj, hook.program.c_str());
    if (program == nullptr) return fail("the BPF object has no program " + hook.program);
    bpf_program__set_autoload(program, true);
    if (hook.kind == AttachKind::Fentry || hook.kind == AttachKind::Fexit) {
      if (const int error = bpf_program__set_attach_target(program, 0, hook.function.c_str()))
        return bpf_fail("cannot aim " + hook.program + " at " + hook.function, error);
    } else if (hook.kind == AttachKind::FprobeReturn) {
      bpf_program__set_expected_attach_type(program, BPF_TRACE_KPROBE_MULTI);
    }
    return {};
  };
  for (const Hook& hook : plan.hooks)
    if (auto selected = select(hook); !selected) return selected;
  if (!plan.seed.program.empty())
    if (auto selected = select(plan.seed); !selected) return selected;
  if (const int error = tmpfs_bpf::load(&skeleton))
    return bpf_fail("cannot load the BPF programs", error,
                    "run with TMPFSTRACE_DEBUG=1 to see what the kernel's verifier says");
  return {};
}

Result<void> Tracer::fill_free_lists() {
  tmpfs_bpf& skeleton = *handles_->skeleton;
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

Result<void> Tracer::map_shared() {
  tmpfs_bpf& skeleton = *handles_->skeleton;
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

Result<bpf_link*> Tracer::attach_one(const Hook& hook) {
  bpf_program* program = bpf_object__find_program_by_name(handles_->skeleton->obj, hook.program.c_str());
  bpf_link* link = nullptr;
  switch (hook.kind) {
    case AttachKind::Fentry:
    case AttachKind::Fexit: link = bpf_program__attach_trace(program); break;
    case AttachKind::Kprobe:
    case AttachKind::Kretprobe:
      link = bpf_program__attach_kprobe(program, hook.kind == AttachKind::Kretprobe, hook.function.c_str());
      break;
    case AttachKind::FprobeReturn: {
      const char* symbol = hook.function.c_str();
      LIBBPF_OPTS(bpf_kprobe_multi_opts, options, .syms = &symbol, .cnt = 1, .retprobe = true);
      link = bpf_program__attach_kprobe_multi_opts(program, nullptr, &options);
      break;
    }
  }
  if (link == nullptr)
    return bpf_fail(std::string("cannot attach ") + attach_kind_name(hook.kind) + " " + hook.function, errno);
  return link;
}

Result<void> Tracer::attach(const HookPlan& plan) {
  for (const Hook& hook : plan.hooks) {
    auto link = attach_one(hook);
    if (!link && hook.essential) return tl::unexpected(link.error());
    if (link) handles_->links.emplace_back(*link);
    hooks_.push_back({hook, link.has_value(), link ? std::string() : link.error().message});
  }
  seed_hook_ = plan.seed;
  return {};
}

std::uint64_t Tracer::loss(tmpfs_loss which) const {
  return __atomic_load_n(&handles_->skeleton->bss->losses[which], __ATOMIC_RELAXED);
}

int Tracer::ring_fd() const { return bpf_map__fd(handles_->skeleton->maps.events); }

std::int64_t Tracer::recursion_misses() const {
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

Result<void> Tracer::begin_seeding() {
  if (seed_hook_.program.empty()) return fail("this kernel has no function to seed from");
  auto link = attach_one(seed_hook_);
  if (!link) return tl::unexpected(link.error());
  handles_->seed_link.reset(*link);
  return {};
}

void Tracer::end_seeding() { handles_->seed_link.reset(); }

Tracer::Seed Tracer::last_seed() const {
  switch (__atomic_load_n(&handles_->skeleton->bss->seed_result, __ATOMIC_RELAXED)) {
    case 1: return Seed::Entered;
    case 2: return Seed::Known;
    case 3: return Seed::Busy;
    case 4: return Seed::Full;
    default: return Seed::NotTmpfs;
  }
}

void Tracer::forget_last_seed() { __atomic_store_n(&handles_->skeleton->bss->seed_result, 0u, __ATOMIC_RELAXED); }

void Tracer::set_overcommit_address(std::uint64_t address) {
  __atomic_store_n(&handles_->skeleton->bss->overcommit_address, address, __ATOMIC_RELAXED);
}

bool Tracer::run_control(const char* name, std::uint64_t argument) {
  bpf_program* program = bpf_object__find_program_by_name(handles_->skeleton->obj, name);
  std::uint64_t arguments[1] = {argument};
  LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = arguments, .ctx_size_in = sizeof(arguments));
  return program != nullptr && bpf_prog_test_run_opts(bpf_program__fd(program), &options) == 0 && options.retval == 1;
}

bool Tracer::retire_slot(std::uint32_t index) { return run_control("c_retire_slot", index); }
bool Tracer::retire_sb_row(std::uint32_t index) { return run_control("c_retire_sb_row", index); }

}  // namespace tmpfstrace
