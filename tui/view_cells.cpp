// SPDX-License-Identifier: Apache-2.0
#include "tui/view_cells.h"

#include <algorithm>

#include "tui/sparkline.h"

namespace tmpfstrace {

TableCell spark_cell(const Track* track, std::uint64_t now_ns, double least_range,
                     const std::optional<double>& sorted_by) {
  if (track == nullptr) return absent_cell();
  TableCell cell{.text = "", .value = sort_value(sorted_by)};
  cell.spark = [=](int width, Charset charset) {
    constexpr std::uint64_t window_ns = 300'000'000'000;
    const auto cells = static_cast<std::size_t>(std::max(width, 0));
    const auto values = track->resample_last(Quantity::UsedBytes, window_ns, now_ns, cells);
    return sparkline_of_shape(values, least_range, charset);
  };
  return cell;
}

}  // namespace tmpfstrace
