// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report.h"
#include "tool.h"

namespace containers {

// A pod that fills its /dev/shm at a steady rate: when it would be full, said from a quarter of the way on.
void forecast_of_a_steady_writer(Tool& tool, Report& report);

// A volume of 512 MiB in memory whose writer may take 256 MiB: said before it is killed, and then it is.
void limit_inversion(Tool& tool, Report& report);

}  // namespace containers
