// SPDX-License-Identifier: Apache-2.0
// The routes of WebService.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <cstring>

#include "web/request_query.h"
#include "web/static_files.h"
#include "web/web_service.h"

namespace tmpfstrace {
namespace {

constexpr const char* kTextType = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char* kOpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";
constexpr std::size_t kStreamBlockBytes = 4096;

std::string_view value_or_empty(const char* value) { return value == nullptr ? std::string_view() : value; }

std::string_view header_text(const Connection& connection, const char* name) {
  return value_or_empty(MHD_lookup_connection_value(connection.mhd, MHD_HEADER_KIND, name));
}

bool wants_gzip(const Connection& connection) {
  return accepts_gzip(header_text(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING));
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// The second number of /proc/self/statm, in pages.
std::optional<std::uint64_t> resident_bytes(int memory_fd) {
  char text[128];
  const ssize_t size = memory_fd < 0 ? -1 : ::pread(memory_fd, text, sizeof text, 0);
  if (size <= 0) return std::nullopt;
  const char* const end = text + size;
  const char* blank = static_cast<const char*>(std::memchr(text, ' ', static_cast<std::size_t>(size)));
  std::uint64_t pages = 0;
  if (blank == nullptr || std::from_chars(blank + 1, end, pages).ec != std::errc()) return std::nullopt;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

WebCounts WebService::counts_now() {
  WebCounts counts = counts_;
  counts.connections = connections_.open();
  counts.event_streams = streams_;
  if (const auto age = documents_.age(Clock::now()))
    counts.document_age_seconds = std::chrono::duration<double>(*age).count();
  rusage spent{};
  ::getrusage(RUSAGE_SELF, &spent);
  counts.cpu_seconds = seconds_of(spent.ru_utime) + seconds_of(spent.ru_stime) +
                       static_cast<double>(authenticator_.checker_cpu_ns()) / 1e9;
  counts.resident_bytes = resident_bytes(memory_fd);
  return counts;
}

MHD_Result WebService::route(Connection& connection, const std::string& path) {
  // A probe that gets no answer restarts the agent: these two are told apart from what is limited.
  if (path == "/healthz") return answer_health(connection);
  if (path == "/readyz")
    return why_not_ready_.empty() ? answer_text(connection, MHD_HTTP_OK, "ready\n")
                                  : answer_text(connection, MHD_HTTP_SERVICE_UNAVAILABLE, why_not_ready_ + "\n");
  if (rate_ && !rate_->take(Clock::now()))
    return reject(connection, MHD_HTTP_TOO_MANY_REQUESTS, Rejection::rate, "more requests than rate_limit allows\n");
  if (path == "/") return answer_document(connection, WebDocument::page_html, "text/html; charset=utf-8");
  if (path == settings_.telemetry_path) return answer_metrics(connection);
  if (path == "/api/v1/snapshot")
    return answer_document(connection, WebDocument::snapshot_json, "application/json; charset=utf-8");
  if (path == "/api/v1/events") return answer_events(connection);
  if (path == "/style.css") return answer_static(connection, style_css(), "text/css; charset=utf-8");
  if (path == "/live.js") return answer_static(connection, live_js(), "text/javascript; charset=utf-8");
  return answer_text(
      connection, MHD_HTTP_NOT_FOUND,
      fmt::format("there is: / {} /healthz /readyz /api/v1/snapshot /api/v1/events\n", settings_.telemetry_path));
}

MHD_Result WebService::answer_document(Connection& connection, WebDocument which, const char* type) {
  const std::shared_ptr<Document>& document = documents_.get(which);
  const bool openmetrics = which == WebDocument::metrics_openmetrics;
  const bool is_metrics = openmetrics || which == WebDocument::metrics_text;
  if (!document) return answer_text(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "there is no sample yet\n");
  if (settings_.max_requests != 0 && requests_ >= settings_.max_requests)
    return reject(connection, MHD_HTTP_SERVICE_UNAVAILABLE, Rejection::requests,
                  fmt::format("{} requests are being answered already (--web.max-requests)\n", requests_));
  std::string tail;
  if (is_metrics) tail = web_metrics_text(counts_now(), openmetrics ? MetricsFormat::openmetrics : MetricsFormat::text);
  Response response = document_response(document, std::move(tail), wants_gzip(connection));
  add_header(*response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
  add_header(*response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  add_header(*response, MHD_HTTP_HEADER_VARY, is_metrics ? "Accept, Accept-Encoding" : "Accept-Encoding");
  ++requests_;
  connection.counts_as_request = true;
  return answer(connection, MHD_HTTP_OK, std::move(response));
}

MHD_Result WebService::answer_metrics(Connection& connection) {
  const MetricsFormat format = negotiate_metrics(header_text(connection, MHD_HTTP_HEADER_ACCEPT));
  if (format == MetricsFormat::openmetrics)
    return answer_document(connection, WebDocument::metrics_openmetrics, kOpenMetricsType);
  return answer_document(connection, WebDocument::metrics_text, kTextType);
}

MHD_Result WebService::answer_static(Connection& connection, std::string_view text, const char* type) {
  Response response = static_response(text);
  add_header(*response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
  add_header(*response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
  return answer(connection, MHD_HTTP_OK, std::move(response));
}

// Alive as long as the agent sends documents; while it starts it is given the same time.
MHD_Result WebService::answer_health(Connection& connection) {
  const Time now = Clock::now();
  const auto age = documents_.age(now);
  const auto silent = age.value_or(now - started_);
  if (silent <= settings_.stale_after)
    return answer_text(connection, MHD_HTTP_OK, age ? "ok\n" : "ok, no sample yet\n");
  const auto seconds = [](auto duration) { return std::chrono::duration<double>(duration).count(); };
  return answer_text(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                     fmt::format("{} for {:.1f} s, which is more than {:.1f} s\n",
                                 age ? "no new sample has come" : "there has been no sample", seconds(silent),
                                 seconds(settings_.stale_after)));
}

MHD_Result WebService::answer_events(Connection& connection) {
  const char* wish = MHD_lookup_connection_value(connection.mhd, MHD_GET_ARGUMENT_KIND, "replay");
  const auto replay = parse_replay(wish == nullptr ? std::nullopt : std::optional<std::string_view>(wish));
  if (!replay) return answer_text(connection, MHD_HTTP_BAD_REQUEST, "replay is no number: /api/v1/events?replay=100\n");
  if (streams_ >= settings_.max_event_streams)
    return reject(connection, MHD_HTTP_SERVICE_UNAVAILABLE, Rejection::streams,
                  fmt::format("{} streams of events are open already\n", streams_));
  Response response(MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kStreamBlockBytes, &WebService::read_events,
                                                      &connection, nullptr));
  if (!response) throw std::bad_alloc();
  add_header(*response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/x-ndjson; charset=utf-8");
  add_header(*response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  connection.stream = EventStream(events_, *replay, Clock::now(), counts_.events_dropped);
  connection.phase = Phase::streaming;
  ++streams_;
  return answer(connection, MHD_HTTP_OK, std::move(response));
}

}  // namespace tmpfstrace
