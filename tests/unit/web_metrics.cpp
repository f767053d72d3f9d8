// SPDX-License-Identifier: Apache-2.0
#include "web/web_metrics.h"

#include <zlib.h>

#include <catch2/catch.hpp>
#include <set>

#include "web/auth_gate.h"
#include "web/gzip_parts.h"

using namespace tmpfstrace;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

std::string gunzip(const std::string& bytes) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, MAX_WBITS + 16) == Z_OK);
  std::string text(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);  // checks the sum and the length as well
  text.resize(text.size() - stream.avail_out);
  inflateEnd(&stream);
  return text;
}

}  // namespace

TEST_CASE("the worker's families in both formats") {
  WebCounts counts;
  counts.count_request(200);
  counts.count_request(299);
  counts.count_rejection(Rejection::too_large);
  counts.connections = 3;
  counts.document_age_seconds = 0.25;
  counts.cpu_seconds = 1.5;
  counts.resident_bytes = 4096;
  const std::string text = web_metrics_text(counts, MetricsFormat::text);
  CHECK_THAT(text, Contains("# TYPE tmpfstrace_http_requests_total counter\n"));
  CHECK_THAT(text, Contains("\ntmpfstrace_http_requests_total{code=\"200\"} 1\n"));
  CHECK_THAT(text, Contains("\ntmpfstrace_http_requests_total{code=\"500\"} 1\n"));
  CHECK_THAT(text, Contains("\ntmpfstrace_http_rejected_total{reason=\"too_large\"} 1\n"));
  CHECK_THAT(text, Contains("\ntmpfstrace_http_rejected_total{reason=\"timeout\"} 0\n"));
  CHECK_THAT(text, Contains("\ntmpfstrace_http_connections 3\n"));
  CHECK_THAT(text, Contains("\ntmpfstrace_http_document_age_seconds 0.25\n"));
  CHECK_THAT(text, Contains("\ntmpfstrace_web_cpu_seconds_total 1.5\n"));
  CHECK_THAT(text, Contains("\ntmpfstrace_web_resident_memory_bytes 4096\n"));
  CHECK_THAT(text, !Contains("# UNIT") && !Contains("EOF"));
  const std::string openmetrics = web_metrics_text(counts, MetricsFormat::openmetrics);
  CHECK_THAT(openmetrics,
             Contains("# TYPE tmpfstrace_http_requests counter\n") &&
                 Contains("\ntmpfstrace_http_requests_total{code=\"200\"} 1\n") &&
                 Contains("# TYPE tmpfstrace_web_cpu_seconds counter\n# UNIT tmpfstrace_web_cpu_seconds seconds\n"));
  CHECK(openmetrics.ends_with("\n# EOF\n"));
}

TEST_CASE("the worker's durations, and handshakes that failed") {
  WebCounts counts;
  counts.count_duration(Handler::metrics, 0.0005);
  counts.count_duration(Handler::metrics, 0.001);  // a bound is in its bucket
  counts.count_duration(Handler::metrics, 0.25);
  counts.count_duration(Handler::metrics, 7);
  counts.tls_handshake_failures = 2;
  const std::string samples =
      "tmpfstrace_http_request_duration_seconds_bucket{handler=\"metrics\",le=\"0.001\"} 2\n"
      "tmpfstrace_http_request_duration_seconds_bucket{handler=\"metrics\",le=\"0.005\"} 2\n"
      "tmpfstrace_http_request_duration_seconds_bucket{handler=\"metrics\",le=\"0.025\"} 2\n"
      "tmpfstrace_http_request_duration_seconds_bucket{handler=\"metrics\",le=\"0.1\"} 2\n"
      "tmpfstrace_http_request_duration_seconds_bucket{handler=\"metrics\",le=\"0.5\"} 3\n"
      "tmpfstrace_http_request_duration_seconds_bucket{handler=\"metrics\",le=\"2.5\"} 3\n"
      "tmpfstrace_http_request_duration_seconds_bucket{handler=\"metrics\",le=\"+Inf\"} 4\n"
      "tmpfstrace_http_request_duration_seconds_sum{handler=\"metrics\"} 7.2515\n"
      "tmpfstrace_http_request_duration_seconds_count{handler=\"metrics\"} 4\n"
      "tmpfstrace_http_request_duration_seconds_bucket{handler=\"other\",le=\"0.001\"} 0\n"
      "tmpfstrace_http_request_duration_seconds_bucket{handler=\"other\",le=\"0.005\"} 0\n"
      "tmpfstrace_http_request_duration_seconds_bucket{handler=\"other\",le=\"0.025\"} 0\n"
      "tmpfstrace_http_request_duration_seconds_bucket{handler=\"other\",le=\"0.1\"} 0\n"
      "tmpfstrace_http_request_duration_seconds_bucket{handler=\"other\",le=\"0.5\"} 0\n"
      "tmpfstrace_http_request_duration_seconds_bucket{handler=\"other\",le=\"2.5\"} 0\n"
      "tmpfstrace_http_request_duration_seconds_bucket{handler=\"other\",le=\"+Inf\"} 0\n"
      "tmpfstrace_http_request_duration_seconds_sum{handler=\"other\"} 0\n"
      "tmpfstrace_http_request_duration_seconds_count{handler=\"other\"} 0\n";
  const std::string help =
      "# HELP tmpfstrace_http_request_duration_seconds Time from when the headers of a request are there to when its "
      "answer is made; handler: metrics or other.\n";
  const std::string next = "# HELP tmpfstrace_http_connections ";
  CHECK_THAT(web_metrics_text(counts, MetricsFormat::text),
             Contains("\ntmpfstrace_http_tls_handshake_failures_total 2\n" + help +
                      "# TYPE tmpfstrace_http_request_duration_seconds histogram\n" + samples + next));
  CHECK_THAT(web_metrics_text(counts, MetricsFormat::openmetrics),
             Contains("\ntmpfstrace_http_tls_handshake_failures_total 2\n" + help +
                      "# TYPE tmpfstrace_http_request_duration_seconds histogram\n"
                      "# UNIT tmpfstrace_http_request_duration_seconds seconds\n" +
                      samples + next));
}

TEST_CASE("what is not known has no sample") {
  const std::string text = web_metrics_text(WebCounts(), MetricsFormat::text);
  CHECK_THAT(text, !Contains("document_age") && !Contains("resident_memory"));
}

TEST_CASE("the table of the worker's metrics keeps to the rules of names") {
  std::set<std::string> names;
  for (const MetricInfo& info : kWebMetrics) {
    std::string name = info.name;
    INFO(name);
    CHECK(names.insert(name).second);
    CHECK(name.ends_with("_total") == (info.type == MetricType::counter));
    if (info.type == MetricType::counter) name.resize(name.size() - 6);
    const std::string unit = info.unit;
    CHECK((unit.empty() ? !name.ends_with("_seconds") && !name.ends_with("_bytes") : name.ends_with("_" + unit)));
    CHECK(std::string(info.help).ends_with('.'));
  }
}

TEST_CASE("a compressed text takes any tail") {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "tmpfstrace_superblock_used_bytes " + std::to_string(i) + "\n";
  const GzipHead head = gzip_head(text);
  CHECK(head.bytes.size() < text.size() / 3);
  for (const std::string& tail : {std::string(), std::string("# EOF\n"), text})
    CHECK(gunzip(head.bytes + gzip_tail(head, tail)) == text + tail);
  const GzipHead empty = gzip_head("");
  CHECK(gunzip(empty.bytes + gzip_tail(empty, "x")) == "x");
}

TEST_CASE("a password that was right is known until others push it out") {
  AuthGate gate(AuthGate::Time{});
  gate.remember("first");
  for (std::size_t i = 1; i < AuthGate::kMostKnown; ++i) gate.remember(std::to_string(i));
  CHECK(gate.is_known("first"));  // and is the last used now
  gate.remember("one more");
  CHECK(gate.is_known("first"));
  CHECK_FALSE(gate.is_known("1"));
  CHECK_FALSE(gate.is_known("never"));
}

TEST_CASE("a flood from one address leaves passwords of others to be checked") {
  const AuthGate::Time start{};
  AuthGate gate(start);
  int checked = 0;
  for (int i = 0; i < 100; ++i) checked += gate.may_check("192.0.2.1", start);
  CHECK(checked == 5);
  CHECK(gate.may_check("192.0.2.2", start));
  for (int ms = 0; ms < 10000; ++ms) checked += gate.may_check("192.0.2.1", start + std::chrono::milliseconds(ms));
  CHECK((checked >= 14 && checked <= 15));  // one a second
  CHECK(gate.may_check("192.0.2.2", start + 10s));
}

TEST_CASE("a flood from many addresses is checked at a bounded rate, in bounded memory") {
  const AuthGate::Time start{};
  AuthGate gate(start);
  int checked = 0;
  for (int i = 0; i < 5000; ++i) checked += gate.may_check(std::to_string(i), start + std::chrono::milliseconds(i));
  CHECK((checked >= 30 && checked <= 35));  // ten at once, then five a second
  CHECK(gate.may_check("192.0.2.1", start + 20s));
}
