// SPDX-License-Identifier: Apache-2.0
#include "web/web_config.h"

#include <catch2/catch.hpp>

#include "web/settings.h"

using namespace tmpfstrace;
using namespace std::chrono_literals;

namespace {

// Of no password.
const std::string hash = "$2y$10$" + std::string(53, 'a');

std::string error_of(const std::string& text) {
  const auto config = parse_web_config(text, "web.yml");
  return config ? "(none)" : config.error().message;
}

}  // namespace

TEST_CASE("a web configuration with every key") {
  const auto config = parse_web_config(
      "tls_server_config:\n"
      "  cert_file: a.pem\n"
      "  key_file: /etc/a.key\n"
      "  client_auth_type: RequireAndVerifyClientCert\n"
      "  client_ca_file: ca.pem\n"
      "  client_allowed_sans: [scraper.example, 10.0.0.1]\n"
      "  min_version: TLS12\n"
      "  max_version: TLS12\n"
      "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n"
      "  prefer_server_cipher_suites: false\n"
      "  curve_preferences: [X25519]\n"
      "http_server_config:\n"
      "  http2: true\n"
      "  headers:\n"
      "    X-Frame-Options: deny\n"
      "    X-XSS-Protection: \"\"\n"
      "basic_auth_users:\n"
      "  alice: " +
          hash +
          "\n"
          "rate_limit:\n"
          "  interval: 1m1.5s\n"
          "  burst: 20\n",
      "web.yml");
  REQUIRE(config);
  REQUIRE(config->tls);
  CHECK(config->tls->cert_file == "a.pem");
  CHECK(config->tls->key_file == "/etc/a.key");
  CHECK(config->tls->client_auth == ClientAuth::require_and_verify);
  CHECK(config->tls->client_allowed_sans == std::vector<std::string>{"scraper.example", "10.0.0.1"});
  CHECK(config->tls->max_version == TlsVersion::tls12);
  CHECK_FALSE(config->tls->prefer_server_cipher_suites);
  CHECK(config->headers == std::map<std::string, std::string>{{"X-Frame-Options", "deny"}});
  CHECK(config->users.at("alice") == hash);
  CHECK(config->rate_limit == WebRateLimit{61500ms, 20});
}

TEST_CASE("what a web configuration leaves out") {
  for (const char* text : {"", "# nothing\n", "tls_server_config:\n", "basic_auth_users: {}\n",
                           "tls_server_config:\n  min_version: TLS13\n", "rate_limit:\n  interval: 0\n"}) {
    INFO(text);
    const auto config = parse_web_config(text, "web.yml");
    REQUIRE(config);
    CHECK(*config == WebConfig());
  }
}

TEST_CASE("what is wrong with a web configuration, and where") {
  const std::string tls = "tls_server_config:\n  cert: x\n  key: y\n";
  const std::pair<std::string, std::string> cases[] = {
      {"tls: 1\n", "web.yml:1: unknown key tls"},
      {"tls_server_config:\n  cert: x\n  kee: y\n", "web.yml:3: unknown key tls_server_config.kee"},
      {"tls_server_config: 7\n", "web.yml:1: tls_server_config is no mapping"},
      {"- a\n", "web.yml:1: the document is no mapping"},
      {"a: 1\n---\nb: 1\n", "web.yml:2: more than one document"},
      {"rate_limit:\n  burst: 1\n  burst: 2\n", "web.yml:3: rate_limit.burst is there twice"},
      {"tls_server_config:\n  cert: x\n", "web.yml:2: key or key_file is missing"},
      {"tls_server_config:\n  client_auth_type: RequireAnyClientCert\n", "web.yml:2: cert or cert_file is missing"},
      {tls + "  cert_file: z\n", "web.yml:2: cert and cert_file are both given"},
      {tls + "  min_version: TLS14\n", "web.yml:4: \"TLS14\" is none of TLS10, TLS11, TLS12, TLS13"},
      {tls + "  min_version: TLS13\n  max_version: TLS12\n", "web.yml:4: min_version is above max_version"},
      {tls + "  client_auth_type: Always\n",
       "web.yml:4: \"Always\" is none of NoClientCert, RequestClientCert, RequireClientCert, RequireAnyClientCert, "
       "VerifyClientCertIfGiven, RequireAndVerifyClientCert"},
      {tls + "  client_ca: z\n", "web.yml:2: there is a client CA, and client_auth_type asks for no certificate"},
      {tls + "  client_auth_type: RequireAndVerifyClientCert\n",
       "web.yml:4: to verify clients needs client_ca or client_ca_file"},
      {tls + "  client_allowed_sans: [a]\n",
       "web.yml:4: needs client_auth_type RequireAnyClientCert or RequireAndVerifyClientCert"},
      {tls + "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: []\n",
       "web.yml:5: the list is empty: nobody may connect"},
      {tls + "  curve_preferences: X25519\n", "web.yml:4: tls_server_config.curve_preferences is no list"},
      {tls + "  prefer_server_cipher_suites: 1\n",
       "web.yml:4: tls_server_config.prefer_server_cipher_suites is neither true nor false"},
      {"http_server_config:\n  headers:\n    Server: x\n", "web.yml:3: HTTP header \"Server\" can not be configured"},
      {"http_server_config:\n  headers:\n    X-Frame-Options: never\n",
       "web.yml:3: \"never\" is no value of X-Frame-Options"},
      {"http_server_config:\n  headers:\n    X-XSS-Protection: \"a\\r\\nb\"\n",
       "web.yml:3: a value of X-XSS-Protection is one line"},
      {"basic_auth_users:\n  a: secret\n",
       "web.yml:2: the password of \"a\" is no bcrypt hash (htpasswd -nBC 10 \"\")"},
      {"basic_auth_users:\n  a: $2y$13$" + std::string(53, 'a') + "\n",
       "web.yml:2: the bcrypt cost of \"a\" is 13, more than 12: each new password would take seconds to check"},
      {"basic_auth_users:\n  \"a:b\": " + hash + "\n", "web.yml:2: \"a:b\" is no name that a browser could send"},
      {"rate_limit:\n  interval: 5\n", "web.yml:2: rate_limit.interval is no duration such as 1s, 500ms or 1m30s"},
      {"rate_limit:\n  interval: -1s\n", "web.yml:2: rate_limit.interval is no duration such as 1s, 500ms or 1m30s"},
      {"rate_limit:\n  interval: 1s\n",
       "web.yml:2: burst is not between 1 and 1000000: every request would be refused, or none"},
  };
  for (const auto& [text, message] : cases) {
    INFO(text);
    CHECK(error_of(text) == message);
  }
  CHECK(error_of("a: [\n").starts_with("web.yml:"));
  CHECK(error_of(std::string(2 << 20, '#')) == "web.yml: more than 1 MiB is no web configuration");
}

TEST_CASE("settings arrive at the worker as they were sent") {
  WebSettings settings;
  settings.config.tls = TlsConfig();
  settings.config.tls->cert = "CERT\nwith lines";
  settings.config.tls->client_auth = ClientAuth::verify_if_given;
  settings.config.tls->client_allowed_sans = {"a", "b"};
  settings.config.users = {{"alice", hash}};
  settings.config.headers = {{"X-Frame-Options", "deny"}};
  settings.config.rate_limit = {1500ms, 3};
  settings.tls_priority = "NORMAL";
  settings.telemetry_path = "/m";
  settings.max_connections = 1;
  settings.max_requests = 2;
  settings.max_event_streams = 3;
  settings.timeout = 4s;
  settings.stale_after = 5s;
  const auto read = decode_settings(encode_settings(settings));
  REQUIRE(read);
  CHECK(read->config == settings.config);
  CHECK(read->tls_priority == "NORMAL");
  CHECK(read->telemetry_path == "/m");
  CHECK((read->max_connections == 1 && read->max_requests == 2 && read->max_event_streams == 3));
  CHECK((read->timeout == 4s && read->stale_after == 5s));
  CHECK_FALSE(decode_settings("{}"));
  CHECK_FALSE(decode_settings("nonsense"));
}
