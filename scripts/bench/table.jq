# SPDX-License-Identifier: Apache-2.0
#
# bench.json (jq -r) -> Markdown: what each operation costs, the system calls of mode syscall, the programs, and a line
# for each note and loss.

def title: {
  session_file: "create + write 1,500 B + close + unlink",
  session_file_root: "the same in the root cgroup",
  page_of_mebibyte: "1 MiB write + unlink, a page",
  overwrite: "overwrite 1,500 B in place",
  refused_write: "write refused, tmpfs full",
  fault: "mmap, first touch of a page",
  read: "read 4 KiB",
  stat: "stat",
  mmap: "mmap + munmap, untouched",
  mmap_read: "read fault in a mapping, page is there",
  mmap_write: "write fault in a mapping, page is there",
  ext4_file: "ext4: create + write 1,500 B + close + unlink",
  ext4_overwrite: "ext4: overwrite 1,500 B in place",
  ext4_read: "ext4: read 4 KiB",
  ext4_stat: "ext4: stat",
  ext4_mmap: "ext4: read fault in a mapping, page is there",
  getppid: "getppid",
  read_zero: "read 64 B of /dev/zero",
  write_null: "write 64 B to /dev/null"
}[.] // .;
def order: ["session_file", "session_file_root", "page_of_mebibyte", "overwrite", "refused_write", "fault", "read", "stat", "mmap", "mmap_read",
  "mmap_write", "ext4_file", "ext4_overwrite", "ext4_read", "ext4_stat", "ext4_mmap", "getppid", "read_zero", "write_null"];
def in_order: sort_by(.operation as $o | order | index($o));
def signed: if . >= 0 then "+\(.)" else "\(.)" end;
# One digit is what the figures are repeatable to.
def percent: (. * 10 | round / 10 + 0 | signed) + " %";
def cell: if . == null then "-" else "\(.difference | signed) (\(.percent | percent))" end;
def share: if . == null then "-" else (.percent | percent) end;
def most: if . == null then "" else "\(.) %" end;
def runs: if . == null then "-" elif .runs < 0.01 then "<0.01 x \(.instructions_per_run)" elif .runs == 1 then "\(.instructions_per_run)" else "\(.runs) x \(.instructions_per_run)" end;

"## What an operation costs",
"",
"| kernel, hooks | operation | without | with the tool | limit | empty programs | prototype | filetop | filelife | opensnoop -x | syscount -e ENOSPC | these four | bpftrace |",
"|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
(.kernels[] | .kernel as $k | .rows | group_by(.hooks)[] | in_order[]
 # What is no file operation stands in the table of the system calls.
 | select(.operation | IN("getppid", "read_zero", "write_null") | not)
 | "| \($k), \(.hooks) | \(.operation | title) | \(.base) | \(.tool | cell)\(if .over_limit then " **over**" else "" end) | \(.limit_percent | most) | \(.floor | cell) | \(.prototype_percent | most) | \(.peers.filetop | share) | \(.peers.filelife | share) | \(.peers.opensnoop | share) | \(.peers.syscount | share) | \(.peers.together | share) | \(.peers.bpftrace | share) |"),
"",
"## A system call that concerns no tmpfs, mode syscall",
"",
"| kernel | system call | without | with the tool | empty programs | factor | limit |",
"|---|---|--:|--:|--:|--:|--:|",
(.kernels[] | .kernel as $k | .system_calls | in_order[]
 | "| \($k) | \(.operation | title) | \(.base) | \(.tool | cell) | \(.floor | cell) | \(.factor // "-")\(if .over_limit then " **over**" else "" end) | \(.limit_factor) |"),
"",
"## The programs",
"",
"Instructions of one run, the clock that measures them included (an empty program shows: \([.kernels[] | .kernel as $k | .clock_instructions | to_entries[] | "\($k) \(.key) \(.value // "-")"] | join(", "))).",
"",
"| kernel, hooks | program | verifier instructions | translated, B | machine code, B | session file | page of 1 MiB | overwrite | refused write | first touch |",
"|---|---|--:|--:|--:|--:|--:|--:|--:|--:|",
(.kernels[] | .kernel as $k | .programs[]
 | "| \($k), \(.state) | \(.name) | \(.verifier_instructions) | \(.translated_bytes) | \(.machine_code_bytes) | \(.operations | [.session_file, .page_of_mebibyte, .overwrite, .refused_write, .fault] | map(runs) | join(" | ")) |"),
"",
"Instructions of one operation, median of the rounds (\(.rounds) a state) and of the baselines before and after; largest spread of a row: \([.kernels[].rows[].spread_percent] | max) %. \(.machine).",
(.kernels[] | . as $k | "Kernel \($k.kernel): \($k.release).", (.notes[] | "Kernel \($k.kernel): \(.)."),
 (.losses[] | "Kernel \($k.kernel), \(.["label"]): lost while measured: \(.losses | to_entries | map("\(.key) \(.value)") | join(", "))."))
