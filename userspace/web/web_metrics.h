// SPDX-License-Identifier: Apache-2.0
// What the web worker counts of itself, and how that is added to the agent's metrics.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "metrics/metric_table.h"
#include "web/accept.h"

namespace tmpfstrace {

inline constexpr std::array kWebMetrics = {
    MetricInfo{"tmpfstrace_http_requests_total", MetricType::counter, "",
               "Requests answered, by status code; those of the HTTP library itself are among them.", "code"},
    MetricInfo{"tmpfstrace_http_rejected_total", MetricType::counter, "",
               "Connections and requests that were refused or cut off, by reason.", "reason"},
    MetricInfo{"tmpfstrace_http_tls_handshake_failures_total", MetricType::counter, "",
               "TLS connections that ended before the handshake did; one that a probe only opens is among them.", ""},
    MetricInfo{
        "tmpfstrace_http_request_duration_seconds", MetricType::histogram, "seconds",
        "Time from when the headers of a request are there to when its answer is made; handler: metrics or other.",
        "handler"},
    MetricInfo{"tmpfstrace_http_connections", MetricType::gauge, "", "Connections that are open.", ""},
    MetricInfo{"tmpfstrace_http_event_streams", MetricType::gauge, "", "Open streams of events.", ""},
    MetricInfo{"tmpfstrace_http_document_age_seconds", MetricType::gauge, "seconds",
               "How long ago the newest document came from the agent.", ""},
    MetricInfo{"tmpfstrace_http_events_dropped_total", MetricType::counter, "",
               "Events that did not reach a stream: dropped before the worker, or missed by a slow reader.", ""},
    MetricInfo{"tmpfstrace_web_cpu_seconds_total", MetricType::counter, "seconds",
               "CPU time of the web worker and of its password checker.", ""},
    MetricInfo{"tmpfstrace_web_resident_memory_bytes", MetricType::gauge, "bytes", "Resident memory of the web worker.",
               ""},
};

inline constexpr std::array kStatusCodes = {200, 400, 401, 404, 405, 413, 414, 429, 431, 500, 503, 505};

enum class Rejection { connections, requests, streams, auth, rate, malformed, method, too_large, timeout };
inline constexpr std::array kRejections = {"connections", "requests", "streams",   "auth",   "rate",
                                           "malformed",   "method",   "too_large", "timeout"};

enum class Handler { metrics, other };
inline constexpr std::array kHandlers = {"metrics", "other"};

// Seconds.
inline constexpr std::array kDurationBounds = {0.001, 0.005, 0.025, 0.1, 0.5, 2.5};

struct Durations {
  std::array<std::uint64_t, kDurationBounds.size() + 1> counts{};  // by bound, and what is above all
  double sum_seconds = 0;
};

// All counters are since the worker's start.
struct WebCounts {
  std::array<std::uint64_t, kStatusCodes.size()> requests{};  // as kStatusCodes
  std::array<std::uint64_t, kRejections.size()> rejected{};   // as Rejection
  std::uint64_t tls_handshake_failures = 0;
  std::array<Durations, kHandlers.size()> durations{};  // as Handler
  std::uint64_t connections = 0;
  std::uint64_t event_streams = 0;
  std::optional<double> document_age_seconds;  // absent: there was none yet
  std::uint64_t events_dropped = 0;
  double cpu_seconds = 0;
  std::optional<std::uint64_t> resident_bytes;

  void count_request(unsigned code);  // one that is not in kStatusCodes is a 500
  void count_duration(Handler handler, double seconds);
  void count_rejection(Rejection reason) { ++rejected[static_cast<std::size_t>(reason)]; }
};

// All families, and "# EOF" where the format wants it.
std::string web_metrics_text(const WebCounts& counts, MetricsFormat format);

}  // namespace tmpfstrace
