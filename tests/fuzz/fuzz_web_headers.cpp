// SPDX-License-Identifier: Apache-2.0
// Any bytes as what a client sends in a header or a query, and as a name on the page.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "export/html_text.h"
#include "web/accept.h"
#include "web/basic_auth.h"
#include "web/listen_address.h"
#include "web/request_query.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tmpfstrace;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (negotiate_metrics(text) == MetricsFormat::openmetrics && text.find('/') == std::string_view::npos) std::abort();
  if (accepts_gzip(text) && text.empty()) std::abort();
  if (const auto credentials = parse_basic_auth(text)) {
    if (credentials->user.find(':') != std::string::npos || credentials->password.size() > 511) std::abort();
  }
  if (const auto replay = parse_replay(text); replay && *replay > 999'999'999) std::abort();
  if (const auto address = parse_listen_address(std::string(text)); !address && address.error().message.empty())
    std::abort();
  for (const char c : html_text(text)) {
    if (c == '<' || c == '>' || c == '"' || c == '\'' || (c >= 0 && c < ' ') || c == 0x7f) std::abort();
  }
  return 0;
}
