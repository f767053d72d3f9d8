// SPDX-License-Identifier: Apache-2.0
#include "web/settings.h"

#include <nlohmann/json.hpp>

namespace tmpfstrace {
namespace {

using Json = nlohmann::json;

Json of_tls(const TlsConfig& tls) {
  return {{"cert", tls.cert},
          {"key", tls.key},
          {"client_ca", tls.client_ca},
          {"client_auth", tls.client_auth},
          {"client_allowed_sans", tls.client_allowed_sans}};
}

TlsConfig to_tls(const Json& json) {
  TlsConfig tls;
  tls.cert = json.at("cert");
  tls.key = json.at("key");
  tls.client_ca = json.at("client_ca");
  tls.client_auth = json.at("client_auth").get<ClientAuth>();
  tls.client_allowed_sans = json.at("client_allowed_sans").get<std::vector<std::string>>();
  return tls;
}

}  // namespace

std::string encode_settings(const WebSettings& settings) {
  Json json = {{"headers", settings.config.headers},
               {"users", settings.config.users},
               {"rate_interval_ns", settings.config.rate_limit.interval.count()},
               {"rate_burst", settings.config.rate_limit.burst},
               {"tls_priority", settings.tls_priority},
               {"telemetry_path", settings.telemetry_path},
               {"max_connections", settings.max_connections},
               {"max_requests", settings.max_requests},
               {"max_event_streams", settings.max_event_streams},
               {"timeout_ms", settings.timeout.count()},
               {"stale_after_ms", settings.stale_after.count()}};
  if (settings.config.tls) json["tls"] = of_tls(*settings.config.tls);
  // What is not UTF-8 cannot be sent, nor be a header, a name or a PEM.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<WebSettings> decode_settings(const std::string& text) {
  try {
    const Json json = Json::parse(text);
    WebSettings settings;
    if (json.contains("tls")) settings.config.tls = to_tls(json.at("tls"));
    settings.config.headers = json.at("headers").get<std::map<std::string, std::string>>();
    settings.config.users = json.at("users").get<std::map<std::string, std::string>>();
    settings.config.rate_limit.interval = std::chrono::nanoseconds(json.at("rate_interval_ns").get<std::int64_t>());
    settings.config.rate_limit.burst = json.at("rate_burst");
    settings.tls_priority = json.at("tls_priority");
    settings.telemetry_path = json.at("telemetry_path");
    settings.max_connections = json.at("max_connections");
    settings.max_requests = json.at("max_requests");
    settings.max_event_streams = json.at("max_event_streams");
    settings.timeout = std::chrono::milliseconds(json.at("timeout_ms").get<std::int64_t>());
    settings.stale_after = std::chrono::milliseconds(json.at("stale_after_ms").get<std::int64_t>());
    return settings;
  } catch (const Json::exception& error) {
    return fail(std::string("cannot read the settings: ") + error.what());
  }
}

}  // namespace tmpfstrace
