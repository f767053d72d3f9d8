// SPDX-License-Identifier: Apache-2.0
// Where a store of files settles, by Little's law: what is resident = what arrives in a time x how long it stays.
// "Settles at 181,440 files = 709 MiB; this mount holds 16,384: it will never fit."
//
// How long files stay is told in one of two ways: it is declared (a retention), or it is measured from the flow. The
// latter needs removals: before the first one nothing is known but that it is longer than the time watched.
// Measured is the horizontal distance of two curves: n files had arrived at one time, and n had gone at a later one. It
// is the time each file stays when the oldest go first, and the mean when they do not, once as many go as come. Before
// that it is too short, and grows; so it is `stable` only when it was the same, within a tenth, a lifetime ago.
// Sizes are bytes in whole pages, as the superblock counts them: a file of 1,500 bytes takes 4,096.
#pragma once

#include <cstdint>
#include <optional>

#include "model/history.h"

namespace tmpfstrace {

struct StoreCapacity {
  std::optional<std::uint64_t> inodes;  // absent: no such limit
  std::optional<std::uint64_t> bytes;
};

struct SteadyState {
  double files = 0;
  std::optional<double> bytes;         // absent: the size of a file is not known
  std::optional<std::uint64_t> holds;  // files, by the limit that is met first; absent: no limit that is known to bind
  bool fits = true;
};

// bytes_per_file: of all that is allocated, the mean.
SteadyState settle(double arrivals_per_second, std::uint64_t lifetime_ns, std::optional<double> bytes_per_file,
                   const StoreCapacity& capacity);

struct Residence {
  double arrivals_per_second = 0;            // over the last lifetime where it is known, else since the start
  std::optional<std::uint64_t> lifetime_ns;  // absent: nothing that arrived while it was watched has gone
  bool stable = false;
};

// Measures it for one superblock. Less than 1 KiB.
class ResidenceMeter {
 public:
  // arrived: cumulative count of files made; resident: how many there are. Where arrived goes backwards it is another
  // superblock, and all is forgotten.
  void observe(std::uint64_t monotonic_ns, std::uint64_t arrived, std::uint64_t resident);

  // Absent before there was time between two observations.
  std::optional<Residence> residence() const;

  std::uint64_t resident() const { return resident_; }  // as observed last

 private:
  std::optional<std::uint64_t> measured_lifetime() const;

  History<40, 4> arrivals_;  // those that were there at first included: they have gone first
  std::uint64_t first_ns_ = 0, last_ns_ = 0;
  std::uint64_t arrived_ = 0, first_arrived_ = 0;
  std::uint64_t resident_ = 0, first_resident_ = 0;
  std::uint64_t checked_ns_ = 0;  // when checked_lifetime_ns_ was measured
  std::optional<std::uint64_t> checked_lifetime_ns_;
  bool stable_ = false;
  bool started_ = false;
};

}  // namespace tmpfstrace
