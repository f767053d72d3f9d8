# SPDX-License-Identifier: Apache-2.0
#
# bench.json (jq -r) -> one Markdown table, and a line for each note, loss and excess.

def title: {
  session_file: "create + write 1,500 B + close + unlink",
  session_file_root: "the same in the root cgroup",
  page_of_mebibyte: "1 MiB write + unlink, a page",
  overwrite: "overwrite 1,500 B in place",
  refused_write: "write refused, tmpfs full",
  fault: "mmap, first touch of a page",
  read: "read 4 KiB",
  stat: "stat",
  ext4_file: "ext4: create + write 1,500 B + close + unlink"
}[.] // .;
def order: ["session_file", "session_file_root", "page_of_mebibyte", "overwrite", "refused_write", "fault", "read", "stat", "ext4_file"];
def signed: if . >= 0 then "+\(.)" else "\(.)" end;
def limit: if .limit == null then "" else
  "\(.limit.percent) %" + (if .limit.instructions then ", \(.limit.instructions)" else "" end) + (if .over_limit then " **over**" else "" end) end;

"| kernel | mode, hooks | operation | without | with | difference | spread | limit |",
"|---|---|---|--:|--:|--:|--:|---|",
(.kernels[] | .rows | group_by(.hooks)[] | sort_by(.operation as $o | order | index($o))[]
 | "| \(.kernel) | \(.mode), \(.hooks) | \(.operation | title) | \(.base_instructions) | \(.with_tool_instructions) | \(.difference_instructions | signed) (\(.difference_percent | signed) %) | \(.spread_percent) % | \(limit) |"),
"",
"Instructions of one operation, median of \(.rounds) rounds for each state; spread: largest less smallest round, in percent.",
(.kernels[] | . as $k | (.notes[] | "Kernel \($k.kernel): \(.)."),
 (.losses[] | "Kernel \($k.kernel), --hooks \(.["label"]): lost while measured: \(.losses | to_entries | map("\(.key) \(.value)") | join(", "))."))
