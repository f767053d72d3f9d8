# SPDX-License-Identifier: Apache-2.0
#
# What the tool said (jq -nr, its NDJSON) against what the kernel and the workload say ($facts), as
# lines for a reader. A line that ends in DISAGREES is a figure the tool claimed and got wrong; one
# the mode does not know is said to be so, and is no disagreement.

def thousands: tostring | [match("(\\d{1,3})(?=(\\d{3})*$)"; "g").string] | join(",");
def pad($n): . + (" " * ([0, $n - length] | max));
def shown: if type == "number" then thousands else tostring end;
def line($what; $tool; $kernel; $whose):
  "  " + ($what | pad(26))
  + (if $tool == null then "not seen in this mode" else ($tool | shown) end | pad(40)) + "  "
  + (if $kernel == null then ""
     else "\($whose) \($kernel | shown)" + (if $tool == null then "" elif $tool == $kernel then ": agrees" else ": DISAGREES" end) end);
# Of a sample's losses, by name, those that cost no count: what could not be looked at, and names.
def costs_no_count: test("^(unreadable|unreachable)_|^seed_(unavailable|errors|busy|unreachable_superblocks|hidden_directories)$|^(owners_settled|stacks_without_names)$");
def listed: [to_entries[] | select(.value != 0) | "\(.key) \(.value)"] | if length == 0 then "nothing" else join(", ") end;

[inputs] as $said
| [$said[] | select(.type == "sample")] as $samples
| ($samples | last) as $final
| ([$final.superblocks[] | select(.dev == $facts.dev and (.dead | not))] | first) as $sb
| [$said[] | select(.type == "event" and .event == "refusal" and .dev == $facts.dev)] as $events
| ($events | min_by(.time_ns)) as $first
| [$final.ledger[] | select(.dev == $facts.dev and .generation == $sb.generation)] as $rows
| ($rows | max_by(.counters.created.regular // 0)) as $row
| ([$final.cgroups[] | select(.cgroup == $row.cgroup)] | first) as $cgroup
| $sb.counters as $c
| ($c.refusals // [] | map(select(.operation == "write" and .cause == "blocks").count) | add) as $refused
| (if $c.refused == null then null else $c.refused end) as $all_refused
| ($c.created.regular) as $created
| (if $c.resident_bytes != null then $c.resident_bytes / 4096
   elif $created != null and $all_refused != null then $created - $all_refused
   else null end) as $with_data
| "mode     \($final.mode.name)\(if ($final.mode.hooks // "") != "" then ", \($final.mode.hooks)" else "" end), kernel \($final.kernel): \($final.mode.reason)",
  (if $sb == null then "  the tmpfs with device \($facts.dev)  is missing in the last sample: DISAGREES" else
    "tmpfs    \($sb.mounts[0].mount_point // "(no mount point)"), device \($sb.dev)",
    line("size, bytes"; $sb.size_bytes; $facts.size_bytes; "statfs"),
    line("used, bytes"; $sb.used_bytes; $facts.used_bytes; "statfs"),
    line("allocated, bytes"; $c.allocated_bytes; $facts.used_bytes; "statfs"),
    line("written, bytes"; $c.written_bytes; $facts.written_bytes; "workload"),
    line("bytes a whole file takes"; (if $c.resident_bytes == null or $created == null then null else $c.resident_bytes / ($created - $all_refused) end);
         $facts.used_bytes / $facts.files_with_data; "statfs over files"),
    line("ledger less statfs, bytes"; $sb.drift_bytes; 0; "should be"),
    line("files created"; $created; $facts.created; "workload"),
    "cgroup   " + (if $cgroup == null then "not seen in this mode" else "\($cgroup.path)" end)
      + (if $name == "" or $cgroup == null then "" elif ($cgroup.path | endswith("/" + $name)) then ", where the workload ran: agrees" else ", the workload ran in \($name): DISAGREES" end),
    line("its files created"; $row.counters.created.regular; $facts.created; "workload"),
    "refusals",
    line("in all"; $all_refused; $facts.enospc + $facts.cut_short + $facts.other_failed + $facts.create_failed; "workload"),
    line("write, superblock full"; $refused; $facts.enospc; "ENOSPC seen by the workload"),
    (($c.refusals // [])[] | select(.operation != "write" or .cause != "blocks") | "  \(.operation), \(.cause): \(.count)"),
    line("shown in detail"; ($events | length); null; ""),
    (if $first == null then "first    no refusal in detail" + (if $all_refused == null then ": not seen in this mode" else ": DISAGREES" end) else
      "first    \($first.time): \($first.operation) of \($first.bytes_asked // "?") bytes, \($first.errno // "cut short"), by \($first.comm) (process \($first.tgid))",
      line("file"; $first.file; $facts.first_refused; "workload"),
      line("directory"; $first.directory; null; ""),
      line("process"; "\($first.tgid)"; "\($facts.pid)"; "workload"),
      # The workload looks at the clock after the write has come back, so the tool must be earlier, and not by much.
      # jq keeps 53 bits of a number: a microsecond is lost, not more.
      (($facts.first_refused_ns - $first.time_ns) / 1000000 | . as $ms
       | "  " + ("time" | pad(26)) + ("\($ms * 100 | round / 100) ms earlier than" | pad(42)) + "workload's clock"
         + (if $ms > -1 and $ms < 1000 then ": agrees" else ": DISAGREES" end))
    end),
    "files",
    line("that hold data"; $with_data; $facts.files_with_data; "counted"),
    line("empty, beside a refusal"; (if $with_data == null or $created == null then null else $created - $with_data end); $facts.files_empty; "counted")
  end),
  "what this mode cannot see" + (if ($final.mode.blind | length) == 0 then ": nothing" else "" end),
  ($final.mode.blind[] | "  - " + .),
  "lost, by the last sample: " + ($final.losses | with_entries(select(.key | costs_no_count | not)) | listed),
  "not reached, or without effect on the counts: " + ($final.losses | with_entries(select(.key | costs_no_count)) | listed)
