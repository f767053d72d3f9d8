// SPDX-License-Identifier: Apache-2.0
#include "bpf/tracer.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>

#include "bpf/attached_hook.h"
#include "bpf/decode.h"
#include "bpf/handles.h"
#include "bpf/programs.h"
#include "bpf/session_link.h"
#include "tmpfs.skel.h"

namespace tmpfstrace {
namespace {

constexpr std::uint32_t kInflightPerLevel = 16384;
constexpr std::uint32_t kInflightLevels = 3;  // LEVEL_MAX of bpf/inflight.bpf.h

HookReport report(const Hook& hook, const Result<AttachedHook>& attached) {
  return {std::string(attach_kind_name(hook.kind)) + " " + hook.function, attached.has_value(),
          attached ? std::string() : attached.error().message, hook.without};
}

Result<AttachedHook> attach_hook(const bpf_object* object, const Hook& hook) {
  bpf_program* program = bpf_object__find_program_by_name(object, hook.program.c_str());
  bpf_link* link = nullptr;
  switch (hook.kind) {
    case AttachKind::Tracepoint:
    case AttachKind::Fentry:
    case AttachKind::Fexit: link = bpf_program__attach_trace(program); break;
    case AttachKind::Kprobe:
    case AttachKind::Kretprobe:
      link = bpf_program__attach_kprobe(program, hook.kind == AttachKind::Kretprobe, hook.function.c_str());
      break;
    case AttachKind::Session:
      return attach_session(bpf_program__fd(program), hook.function).map([](UniqueFd&& fd) {
        return AttachedHook{nullptr, std::move(fd)};
      });
    case AttachKind::FprobeReturn: {
      const char* symbol = hook.function.c_str();
      // Nobody asks for the cookie. But 6.18 reads cookies for the link's fdinfo without a look whether there are any:
      // without one, whoever lists our descriptors (lsof, a walk like our own) dies in the kernel.
      const __u64 cookie = 0;
      LIBBPF_OPTS(bpf_kprobe_multi_opts, options, .syms = &symbol, .cookies = &cookie, .cnt = 1, .retprobe = true);
      link = bpf_program__attach_kprobe_multi_opts(program, nullptr, &options);
      break;
    }
  }
  if (link == nullptr)
    return bpf_fail(std::string("cannot attach ") + attach_kind_name(hook.kind) + " " + hook.function, errno);
  return AttachedHook{LinkHandle(link), {}};
}

}  // namespace

struct Tracer::Handles {
  SkeletonHandle<tmpfs_bpf> skeleton;  // null: found pinned
  AttachedHooks attached;
  std::optional<AttachedHook> seeding;
};

Tracer::Tracer() : handles_(std::make_unique<Handles>()), table_({decode_counters, is_balanced}) {}

Tracer::~Tracer() {
  handles_->seeding.reset();
  handles_->attached.clear();
}

Result<std::unique_ptr<Tracer>> Tracer::start(const KernelShape& shape, const HookPlan& plan,
                                              const TracerOptions& options) {
  std::unique_ptr<Tracer> tracer(new Tracer);
  auto done = tracer->load(shape, plan, options)
                  .and_then([&] { return tracer->table_.open(tracer->objects_); })
                  .and_then([&] { return tracer->table_.prepare(); })
                  .and_then([&] { return tracer->attach(plan); });
  if (!done) return tl::unexpected(done.error());
  if (!run_program(tracer->objects_.program("c_whoami"), {}))
    return fail("cannot run a BPF program in this process's own context");
  __atomic_store_n(&tracer->table_.common().armed, 1u, __ATOMIC_SEQ_CST);
  return tracer;
}

Result<std::unique_ptr<Tracer>> Tracer::resume(LoadedObjects objects, std::vector<HookReport> hooks) {
  std::unique_ptr<Tracer> tracer(new Tracer);
  tracer->objects_ = std::move(objects);
  tracer->hooks_ = std::move(hooks);
  if (auto opened = tracer->table_.open(tracer->objects_); !opened) return tl::unexpected(opened.error());
  tracer->table_.resume();
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
  config.counts_arguments = plan.counts_arguments;
  config.get_inode_args = static_cast<std::uint32_t>(std::max(plan.get_inode_arguments, 0));
  config.events_per_second = options.events_per_second;
  // percpu_counter_batch of lib/percpu_counter.c: max(32, 2 * CPUs) on each CPU.
  const auto cpus = static_cast<std::uint32_t>(std::max(libbpf_num_possible_cpus(), 1));
  config.used_blocks_slack = std::max(32u, 2 * cpus) * cpus;
  config.populate_spans_mappings = shape.has("faultin_page_range");
  config.mfill_start = options.mfill_start;
  config.mfill_end = options.mfill_end;
  const bool kprobes = plan.flavour == HookFlavour::Kprobe;
  config.has_rdonly_cast = shape.has_rdonly_cast;
  config.tells_files = options.tells_files;
  config.inflight_mask = kprobes ? kInflightPerLevel - 1 : 0;

  table_.resize(skeleton.obj, options.table);
  bpf_map__set_max_entries(skeleton.maps.inodes, std::max(options.max_inodes, 1u));
  bpf_map__set_max_entries(skeleton.maps.xattrs, std::max(options.max_inodes / 4, 1u));
  if (kprobes) bpf_map__set_max_entries(skeleton.maps.inflight, kInflightLevels * kInflightPerLevel);

  auto select = [&](const Hook& hook) -> Result<void> {
    bpf_program* program = bpf_object__find_program_by_name(skeleton.obj, hook.program.c_str());
    if (program == nullptr) return fail("the BPF object has no program " + hook.program);
    bpf_program__set_autoload(program, true);
    if (hook.kind == AttachKind::Fentry || hook.kind == AttachKind::Fexit) {
      if (const int error = bpf_program__set_attach_target(program, 0, hook.function.c_str()))
        return bpf_fail("cannot aim " + hook.program + " at " + hook.function, error);
    } else if (hook.kind == AttachKind::Session) {
      bpf_program__set_expected_attach_type(program, static_cast<bpf_attach_type>(kKprobeSession));
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
  objects_ = LoadedObjects::of(skeleton.obj);
  return {};
}

Result<void> Tracer::attach(const HookPlan& plan) {
  for (const Hook& hook : plan.hooks) {
    auto attached = attach_hook(handles_->skeleton->obj, hook);
    if (!attached && hook.essential) return tl::unexpected(attached.error());
    hooks_.push_back(report(hook, attached));
    if (attached) handles_->attached.add(hook.program, std::move(*attached));
  }
  seed_hook_ = plan.seed;
  return {};
}

std::string Tracer::object_hash() {
  std::size_t size = 0;
  const void* bytes = tmpfs_bpf::elf_bytes(&size);
  return hash_of_object(bytes, size);
}

Result<void> Tracer::pin(const Pins& pins, const PinNote& note) {
  auto done = pins.write(objects_, handles_->attached.links(), note);
  if (done) handles_->attached.keep();
  return done;
}

std::uint64_t Tracer::loss(tmpfs_loss which) const {
  return __atomic_load_n(&table_.common().losses[which], __ATOMIC_RELAXED);
}

int Tracer::ring_fd() const { return objects_.map("events"); }

int Tracer::files_ring_fd() const { return objects_.map("files"); }

void Tracer::begin_telling_round() {
  __atomic_fetch_add(&table_.common().telling_round, TMPFS_TELLS_A_ROUND, __ATOMIC_RELAXED);
}

Result<void> Tracer::begin_seeding() {
  if (handles_->seeding) return {};
  if (!handles_->skeleton) return fail("pinned programs have no walk: what existed before is known to them");
  if (seed_hook_.program.empty()) return fail("this kernel has no function to seed from");
  auto attached = attach_hook(handles_->skeleton->obj, seed_hook_);
  if (!attached) return tl::unexpected(attached.error());
  handles_->seeding = std::move(*attached);
  return {};
}

void Tracer::end_seeding() { handles_->seeding.reset(); }

Tracer::Seed Tracer::last_seed() const {
  switch (__atomic_load_n(&table_.common().seed_result, __ATOMIC_RELAXED)) {
    case 1: return Seed::Entered;
    case 2: return Seed::Known;
    case 3: return Seed::Busy;
    case 4: return Seed::Full;
    default: return Seed::NotTmpfs;
  }
}

void Tracer::forget_last_seed() { __atomic_store_n(&table_.common().seed_result, 0u, __ATOMIC_RELAXED); }

void Tracer::set_overcommit_address(std::uint64_t address) {
  __atomic_store_n(&table_.common().overcommit_address, address, __ATOMIC_RELAXED);
}

}  // namespace tmpfstrace
