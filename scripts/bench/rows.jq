# SPDX-License-Identifier: Apache-2.0
#
# The lines of bench/guest.sh (jq -nR) of one kernel -> rows, losses and notes of this kernel.
# $kernel: the series that was asked for; $limits: the prototype's figures.

def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
# How far apart the rounds are, in percent of their median.
def spread: median as $m | (max - min) * 100 / $m;
def round_to($digits): . * pow(10; $digits) | round / pow(10; $digits);

[inputs] as $lines
| [$lines[] | select(startswith("BENCH ")) | split(" ") | {label: .[1], operation: .[2], value: (.[4] | tonumber)}] as $measured
| [$lines[] | select(startswith("SAMPLE ")) | capture("^SAMPLE (?<label>[a-z]+) (?<sample>.*)$")
   | .sample |= fromjson] as $samples
| [$lines[] | select(startswith("NOTE ")) | .[5:]] as $notes
| {
    kernel: $kernel,
    notes: $notes,
    calibration: ([$measured[] | select(.operation == "calibrate").value] | median),
    rows: [
      $samples[] as $run
      | ($measured | map(.operation) | unique - ["calibrate"])[] as $operation
      | [$measured[] | select(.label == "base" and .operation == $operation).value] as $base
      | [$measured[] | select(.label == $run.label and .operation == $operation).value] as $with
      | $run.sample.mode.hooks as $hooks
      | (if $operation == "session_file" then $limits[$kernel + " " + $hooks] else null end) as $limit
      | (($with | median) - ($base | median)) as $difference
      | ($difference * 100 / ($base | median)) as $percent
      | {
          kernel: $run.sample.kernel, series: $kernel, mode: $run.sample.mode.name, hooks: $hooks, operation: $operation,
          base_instructions: ($base | median | round), with_tool_instructions: ($with | median | round),
          difference_instructions: ($difference | round + 0), difference_percent: ($percent | round_to(1) + 0),
          spread_percent: ([$base, $with | spread] | max | round_to(1)),
          rounds: ($with | length), limit: $limit,
          # A limit is known to one digit: half of that digit is no excess.
          over_limit: (if $limit == null then null
                       else $percent >= $limit.percent + 0.5 or ($limit.instructions != null and $difference >= $limit.instructions + 50)
                       end)
        }
    ],
    losses: [$samples[] | {label: .label, losses: (.sample.losses | with_entries(select(.value != 0)))} | select(.losses != {})]
  }
