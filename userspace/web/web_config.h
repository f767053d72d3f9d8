// SPDX-License-Identifier: Apache-2.0
// The web configuration file that Prometheus's exporters share (exporter-toolkit), as far as it can be kept here. Pure:
// a text becomes values or an error; files that it names are read by web/web_files.h.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

namespace tmpfstrace {

enum class ClientAuth { none, request, require_any, verify_if_given, require_and_verify };

enum class TlsVersion { tls10, tls11, tls12, tls13 };

struct TlsConfig {
  std::string cert, key, client_ca;                 // PEM, in the file itself or read from what is named there
  std::string cert_file, key_file, client_ca_file;  // as written; empty: not given
  ClientAuth client_auth = ClientAuth::none;
  std::vector<std::string> client_allowed_sans;  // empty: any
  TlsVersion min_version = TlsVersion::tls12;
  TlsVersion max_version = TlsVersion::tls13;
  std::vector<std::string> cipher_suites;  // names of Go's crypto/tls; empty: GnuTLS's own choice
  std::vector<std::string> curves;         // likewise
  bool prefer_server_cipher_suites = true;
  bool operator==(const TlsConfig&) const = default;
};

struct WebRateLimit {
  std::chrono::nanoseconds interval{0};  // 0: none
  unsigned burst = 0;
  bool operator==(const WebRateLimit&) const = default;
};

// A bcrypt that costs more keeps the checker busy for seconds a password.
inline constexpr int kMostBcryptCost = 12;

struct WebConfig {
  std::optional<TlsConfig> tls;                // absent: plain HTTP
  std::map<std::string, std::string> headers;  // of every response
  std::map<std::string, std::string> users;    // bcrypt by name; empty: no authentication
  WebRateLimit rate_limit;
  bool operator==(const WebConfig&) const = default;
};

// `name` stands in front of each error, with the line.
Result<WebConfig> parse_web_config(std::string_view text, const std::string& name);

}  // namespace tmpfstrace
