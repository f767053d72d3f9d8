// SPDX-License-Identifier: Apache-2.0
// What a client accepts, by its request's headers. Any bytes: what cannot be read is passed over, as RFC 9110 wants.
#pragma once

#include <string_view>

#include "metrics/exposition.h"

namespace tmpfstrace {

using MetricsFormat = Exposition;

// By the media ranges of Accept and their q. OpenMetrics when it is named, in version 1.0.0, 0.0.1 or none, and is not
// liked less than the text format; a client that names neither, or sends no Accept, gets text.
MetricsFormat negotiate_metrics(std::string_view accept);

// Of Accept-Encoding: gzip is named, or *, with a q above 0.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace tmpfstrace
