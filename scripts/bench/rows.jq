# SPDX-License-Identifier: Apache-2.0
#
# The lines of bench/guest.sh (jq -nR) of one kernel -> rows, system calls, programs, losses and notes of this kernel.
# $kernel: the series that was asked for; $limits: limits.json.

def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
# How far apart the rounds are, in percent of their median.
def spread: median as $m | (max - min) * 100 / $m;
def round_to($digits): . * pow(10; $digits) | round / pow(10; $digits) + 0;

["filetop", "filelife", "opensnoop", "syscount", "together", "bpftrace"] as $peers
| [inputs] as $lines
| [$lines[] | select(startswith("BENCH ")) | split(" ")
   | {label: .[1], operation: .[2], value: (.[4] | tonumber), times: (.[5] | tonumber)}]
# A baseline drifts by a percent within a boot: a state is held against the one before and the one after it.
| reduce .[] as $m ({baseline: 0, last: "", all: []};
    (if $m.label == "base" and .last != "base" then .baseline += 1 else . end)
    | .last = $m.label | .baseline as $b | .all += [$m + {baseline: $b}])
| .all as $measured
| [$lines[] | select(startswith("SAMPLE ")) | capture("^SAMPLE (?<label>[a-z]+) (?<sample>.*)$")
   | .sample |= fromjson] as $samples
| [$lines[] | select(startswith("NOTE ")) | .[5:]] as $notes
| [$lines[] | select(startswith("PROGRAM ")) | split(" ") | (.[1] | split(":")) as $at
   | {label: $at[0], operation: $at[1], name: .[2], runs: (.[3] | tonumber), instructions: (.[4] | tonumber),
      verifier_instructions: (.[5] | tonumber), translated_bytes: (.[6] | tonumber), machine_code_bytes: (.[7] | tonumber)}] as $programs
| (reduce $measured[] as $m ({}; .[$m.label][$m.operation] += [$m.value])) as $values
| ($measured | map({(.operation): .times}) | add) as $times
| ($measured | map(.operation) | unique - ["calibrate"]) as $operations

| def base($state; $operation):
    first($measured[] | select(.label == $state).baseline) as $before
    | [$measured[] | select(.label == "base" and .operation == $operation and (.baseline - $before | IN(0, 1))).value];
# What running LABEL adds to an operation; null: not measured.
  def added($state; $operation):
    $values[$state][$operation] as $with
    | if $with == null then null
      else base($state; $operation) as $base | (($with | median) - ($base | median)) as $difference
      | {instructions: ($with | median | round), difference: ($difference | round + 0),
         percent: ($difference * 100 / ($base | median) | round_to(2))}
      end;
  def row($state; $operation):
    {operation: $operation, base: (base($state; $operation) | median | round),
     tool: added($state; $operation), floor: added("floor-" + $state; $operation),
     spread_percent: ([base($state; $operation), $values[$state][$operation] | spread] | max | round_to(2))};

# What one program did in one operation. bench-load runs it for two rounds; what its own beginning made the program do
# is known from "calibrate". null: it did not run.
  def in_operation($snapshots; $operation):
    ($snapshots | map(.operation) | index($operation)) as $i
    | ($snapshots | map(.operation) | index("calibrate")) as $c
    | def gained($field; $at): $snapshots[$at][$field] - $snapshots[$at - 1][$field];
      (gained("runs"; $i) - gained("runs"; $c)) as $runs
    | (gained("instructions"; $i) - gained("instructions"; $c)) as $instructions
    | if $runs <= 0 then null
      else {runs: ($runs / (2 * $times[$operation]) | round_to(2)), instructions_per_run: ($instructions / $runs | round)} end;
  def program_rows($state):
    [$programs[] | select(.label == $state)] | group_by(.name)[]
    | . as $snapshots
    | $snapshots[0] | {state: .label, name, verifier_instructions, translated_bytes, machine_code_bytes}
      + {operations: ($snapshots | map(.operation) - ["start", "calibrate"]
         | map({(.): in_operation($snapshots; .)}) | add)};
# Reading the clock around a program counts as the program's: this much shows for an empty one.
  def clock_instructions($state):
    [$programs[] | select(.label == "floor-" + $state)] | group_by(.operation) | map({runs: (map(.runs) | add), instructions: (map(.instructions) | add)})
    | max_by(.runs) | if .runs > 0 then .instructions / .runs | round else null end;
{
  kernel: $kernel,
  release: $samples[0].sample.kernel,
  notes: $notes,
  calibration: ($values.base.calibrate | median),
  rows: [
    $samples[] | select(.label != "syscall") | . as $run | $run.sample.mode.hooks as $hooks
    | $operations[] as $operation
    | row($run.label; $operation) as $row
    | ($limits[$hooks] // error("limits.json has none for hooks \($hooks)"))[$operation] as $limit
    | $row + {mode: $run.sample.mode.name, hooks: $hooks,
       peers: ([$peers[] | {(.): added(.; $operation)}] | add),
       limit_percent: $limit, prototype_percent: $limits.prototype[$kernel + " " + $hooks][$operation],
       over_limit: (if $limit == null then null else $row.tool.percent > $limit end)}
  ],
  system_calls: [
    $operations[] | select(test("^(ext4_|getppid$|read_zero$|write_null$)")) as $operation
    | select($values.syscall != null)
    | row("syscall"; $operation)
    | (if .floor.difference > 0 then .tool.difference / .floor.difference | round_to(2) else null end) as $factor
    | . + {factor: $factor, limit_factor: $limits.system_call_factor,
       over_limit: (if $factor == null then .tool.difference > 0 else $factor > $limits.system_call_factor end)}
  ],
  programs: [$samples[].label as $state | program_rows($state)],
  clock_instructions: ([$samples[].label as $state | {($state): clock_instructions($state)}] | add),
  losses: [$samples[] | {label: .label, losses: (.sample.losses | with_entries(select(.value != 0)))} | select(.losses != {})]
}
