// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "web/accept.h"
#include "web/basic_auth.h"
#include "web/event_backlog.h"
#include "web/event_stream.h"
#include "web/frames.h"
#include "web/listen_address.h"
#include "web/outbox.h"
#include "web/request_query.h"

using namespace tmpfstrace;
using namespace std::chrono_literals;

TEST_CASE("addresses to listen on") {
  CHECK(parse_listen_address("127.0.0.1:10059").value() == ListenAddress{"127.0.0.1", 10059});
  CHECK(parse_listen_address("[::1]:9").value() == ListenAddress{"::1", 9});
  CHECK(parse_listen_address("[fe80::1%eth0]:9").value() == ListenAddress{"fe80::1%eth0", 9});
  CHECK(parse_listen_address(":0").value() == ListenAddress{"", 0});
  CHECK(parse_listen_address("node-17:80").value() == ListenAddress{"node-17", 80});
  const std::pair<const char*, const char*> bad[] = {{"", "it has no port"},
                                                     {"localhost", "it has no port"},
                                                     {"localhost:", "the port is no number up to 65535"},
                                                     {"localhost:http", "the port is no number up to 65535"},
                                                     {"localhost:65536", "the port is no number up to 65535"},
                                                     {"localhost:-1", "the port is no number up to 65535"},
                                                     {"::1:80", "an IPv6 address stands in brackets"},
                                                     {"[::1:80", "the bracket is not closed"},
                                                     {"[]:80", "the bracket is not closed"},
                                                     {"[host]:80", "only an IPv6 address stands in brackets"},
                                                     {"a b:80", "the host has a character that no host has"}};
  for (const auto& [text, why] : bad)
    CHECK(parse_listen_address(text).error().message == std::string("cannot listen on \"") + text + "\": " + why);
}

TEST_CASE("the format of metrics that a client wants") {
  const char* openmetrics[] = {
      "application/openmetrics-text",
      "application/openmetrics-text;version=1.0.0",
      "application/openmetrics-text; version=\"1.0.0\"; charset=utf-8",
      "application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      "text/plain;q=0.3, APPLICATION/OpenMetrics-Text;q=0.300",
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"};
  for (const char* accept : openmetrics) CHECK(negotiate_metrics(accept) == MetricsFormat::openmetrics);
  const char* text[] = {"",
                        "*/*",
                        "text/plain",
                        "text/html,application/xhtml+xml,*/*;q=0.8",
                        ",,;;q=,",
                        "application/openmetrics-text;version=2.0.0",
                        "application/openmetrics-text;q=0",
                        "application/openmetrics-text;q=0.2,text/plain",
                        "application/openmetrics-text;q=nonsense"};
  for (const char* accept : text) CHECK(negotiate_metrics(accept) == MetricsFormat::text);
}

TEST_CASE("who takes gzip") {
  for (const char* accept : {"gzip", "br, GZIP;q=0.001", "deflate, *", "*;q=0, gzip", "x-gzip"})
    CHECK(accepts_gzip(accept));
  for (const char* accept : {"", "br", "identity", "gzip;q=0", "gzip;q=0.000, *", "*;q=0", "gzip;q=2"})
    CHECK_FALSE(accepts_gzip(accept));
}

TEST_CASE("credentials") {
  const auto credentials = parse_basic_auth("Basic YWxpY2U6c2U6Y3JldA==");
  REQUIRE(credentials);
  CHECK(credentials->user == "alice");
  CHECK(credentials->password == "se:cret");
  CHECK(parse_basic_auth("bAsIc   YWxpY2U6")->password.empty());
  for (const char* header : {"", "Basic", "Basic ", "Basic YWxpY2U", "Bearer YWxpY2U6", "Basic YWxpY2U6!",
                             "BasicYWxpY2U6", "Basic YQA6Yg=="})
    CHECK_FALSE(parse_basic_auth(header));
  CHECK_FALSE(parse_basic_auth("Basic " + std::string(2000, 'A')));
}

TEST_CASE("the number of events to replay") {
  CHECK(parse_replay(std::nullopt) == 0U);
  CHECK(parse_replay("100") == 100U);
  for (const char* text : {"", "-1", "x", "1e3", "9999999999"}) CHECK_FALSE(parse_replay(text));
}

TEST_CASE("frames are put together from any pieces") {
  const std::string stream = frame_header(FrameKind::ready, 3) + "why" + frame_header(FrameKind::events, 0) +
                             frame_header(frame_of(WebDocument::page_html), 4) + "page";
  for (std::size_t piece : {std::size_t{1}, std::size_t{7}, stream.size()}) {
    FrameReader reader;
    std::vector<WebFrame> frames;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      REQUIRE(reader.add(std::string_view(stream).substr(at, piece)));
      while (auto frame = reader.next()) frames.push_back(*frame);
    }
    REQUIRE(frames.size() == 3);
    CHECK((frames[0].kind == FrameKind::ready && frames[0].body == "why"));
    CHECK((frames[1].kind == FrameKind::events && frames[1].body.empty()));
    CHECK(document_of(frames[2].kind) == WebDocument::page_html);
    CHECK(frames[2].body == "page");
  }
  FrameReader unknown, large;
  CHECK(unknown.add(frame_header(FrameKind{99}, 0)).error().message == "frame of an unknown kind, 99");
  const std::string too_long = frame_header(FrameKind::settings, kMostWebFrameBytes + 1);
  CHECK(large.add(too_long).error().message == "frame of 67108865 bytes is too long");
}

TEST_CASE("what is unsent is replaced by what is newer, and each kind has its turn") {
  Outbox outbox;
  outbox.put_document(WebDocument::metrics_text, "old");
  outbox.put_document(WebDocument::metrics_text, "new");
  outbox.put_document(WebDocument::page_html, "page");
  outbox.put_event("one");
  outbox.put_event("two");
  outbox.put_settings("settings");
  CHECK(outbox.take()->kind == FrameKind::settings);
  CHECK(outbox.take()->body == "new");
  outbox.put_document(WebDocument::metrics_text, "newer");
  CHECK(outbox.take()->body == "page");
  CHECK(outbox.take()->body == "one\ntwo\n");
  CHECK(outbox.take()->body == "newer");
  CHECK_FALSE(outbox.take());
}

TEST_CASE("events without room are dropped, and counted behind those that were kept") {
  Outbox outbox;
  for (std::size_t i = 0; i < Outbox::kMostEvents + 5; ++i) outbox.put_event("event");
  CHECK(outbox.take()->kind == FrameKind::events);
  const auto lost = outbox.take();
  REQUIRE(lost);
  CHECK(lost->kind == FrameKind::events_lost);
  CHECK(lost->body == "5");
  CHECK_FALSE(outbox.take());
  outbox.put_event(std::string(Outbox::kMostEventBytes + 1, 'x'));
  CHECK(outbox.take()->body == "1");
}

TEST_CASE("a reader who is slow is told what he has lost") {
  EventBacklog backlog;
  std::uint64_t lost = 0;
  std::uint64_t place = backlog.place_for(10);
  backlog.add("a");
  backlog.add("b");
  CHECK(backlog.read(place, 3, lost) == "a\n");
  CHECK(backlog.read(place, 100, lost) == "b\n");
  CHECK(backlog.read(place, 100, lost).empty());
  for (std::size_t i = 0; i < EventBacklog::kMostEvents + 7; ++i) backlog.add("c");
  CHECK(backlog.read(place, 40, lost) == "{\"type\":\"lost\",\"count\":7}\nc\nc\nc\nc\nc\nc\nc\n");
  CHECK(lost == 7);
  std::uint64_t replayed = backlog.place_for(2);
  CHECK(backlog.read(replayed, 100, lost) == "c\nc\n");
  backlog.add(std::string(2 << 20, 'x'));  // alone larger than all that is kept
  CHECK(backlog.has_more(replayed));
  CHECK(backlog.read(replayed, 10, lost).size() == (2 << 20) + 1);
}

TEST_CASE("a stream shows that it lives, and is stuck when nobody takes from it") {
  using Time = EventStream::Time;
  const Time start{};
  EventBacklog backlog;
  std::uint64_t lost = 0;
  EventStream stream(backlog, 0, start, lost);
  char buffer[8];
  CHECK(stream.read(buffer, sizeof buffer, start + 14s) == 0);
  CHECK_FALSE(stream.has_more(start + 14s));
  CHECK(stream.has_more(start + 15s));
  CHECK(stream.read(buffer, sizeof buffer, start + 15s) == 1);
  CHECK(buffer[0] == '\n');
  CHECK_FALSE(stream.has_more(start + 16s));
  backlog.add("0123456789");
  CHECK(stream.read(buffer, sizeof buffer, start + 16s) == 8);
  CHECK(stream.has_more(start + 16s));
  CHECK_FALSE(stream.is_stuck(start + 40s, 45s));
  CHECK(stream.is_stuck(start + 77s, 45s));
  CHECK(stream.read(buffer, sizeof buffer, start + 78s) == 3);
}
