// SPDX-License-Identifier: Apache-2.0
// Which programs to attach to which functions. Pure: facts about the running kernel in, a plan out; never a version
// number.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace tmpfstrace {

// What the kernel's BTF says of the functions and types this project hooks.
struct KernelShape {
  std::map<std::string, int> functions;  // name -> number of arguments; absent: no such function
  std::set<std::string> tracepoints;
  bool tmpfile_takes_file = false;       // shmem_tmpfile's object is a struct file (6.1), not a dentry
  bool inode_budget_in_bytes = false;    // shmem_sb_info.free_ispace (6.6): extended attributes take from it
  bool fprobe_has_shadow_stack = false;  // return probes without a limit of instances (6.14)
  bool has_kprobe_session = false;       // one program at both sides of a function (6.10)
  bool counts_skipped_kprobes = false;   // recursion_misses tells of kprobe programs, too (6.7)
  bool has_compare_and_swap = true;      // BPF programs may (5.12)
  bool has_rdonly_cast = false;          // bpf_rdonly_cast (6.2): kprobes may load fields as fentry programs do
  bool measures_maps = false;            // fdinfo of a BPF map tells what it takes, not what it may take (6.4)

  bool has(const std::string& name) const { return functions.count(name) != 0; }  // a function
  int arguments(const std::string& name) const;                                   // -1 when absent
};

enum class HookFlavour { Fentry, Kprobe };

enum class AttachKind { Fentry, Fexit, Kprobe, Kretprobe, FprobeReturn, Session, Tracepoint };

struct Hook {
  std::string program;   // name in the BPF object
  std::string function;  // what it is attached to: a function or a tracepoint
  AttachKind kind = AttachKind::Fentry;
  bool essential = false;  // without it the ledger cannot be exact: the mode is given up
  std::string without;     // what is not seen when it does not attach
  int order = 0;           // attach order: what ends things first, what begins them last
};

struct HookPlan {
  HookFlavour flavour = HookFlavour::Fentry;
  std::vector<Hook> hooks;  // in attach order
  std::vector<std::string>
      impossible;  // "shmem_recalc_inode: no such function …": the plan cannot be exact when not empty
  std::vector<std::string> blind;  // what no hook of this kernel can see
  Hook seed;                       // attached only while the seeding walk runs
  bool counts_arguments = false;   // acct/unacct carry the pages (6.6); else info->alloced is mirrored
  bool directory_argument_shift = false;
  bool counts_skipped_runs = true;  // else recursion_misses stays 0 whatever is missed
  int get_inode_arguments = 0;
};

// Every function and tracepoint that a plan may ask for; what a probe has to look up.
const std::vector<std::string>& functions_of_interest();
const std::vector<std::string>& tracepoints_of_interest();

HookPlan plan_hooks(const KernelShape& shape, HookFlavour flavour);

const char* attach_kind_name(AttachKind kind);

}  // namespace tmpfstrace
