// SPDX-License-Identifier: Apache-2.0
#include "web/web_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "web/yaml_map.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t kMostFileBytes = 1 << 20;

template <typename Value>
struct Word {
  const char* word;
  Value value;
};

constexpr Word<TlsVersion> kVersions[] = {{"TLS10", TlsVersion::tls10},
                                          {"TLS11", TlsVersion::tls11},
                                          {"TLS12", TlsVersion::tls12},
                                          {"TLS13", TlsVersion::tls13}};
constexpr Word<ClientAuth> kClientAuths[] = {{"", ClientAuth::none},
                                             {"NoClientCert", ClientAuth::none},
                                             {"RequestClientCert", ClientAuth::request},
                                             {"RequireClientCert", ClientAuth::require_any},
                                             {"RequireAnyClientCert", ClientAuth::require_any},
                                             {"VerifyClientCertIfGiven", ClientAuth::verify_if_given},
                                             {"RequireAndVerifyClientCert", ClientAuth::require_and_verify}};

template <typename Words, typename Value>
void read_word(YamlMap& map, const char* key, const Words& words, Value& value) {
  const auto text = map.text(key);
  if (!text) return;
  for (const auto& word : words)
    if (*text == word.word) {
      value = word.value;
      return;
    }
  std::string known;
  for (const auto& word : words)
    if (*word.word != '\0') known += (known.empty() ? "" : ", ") + std::string(word.word);
  map.refuse(key, fmt::format("\"{}\" is none of {}", *text, known));
}

// Of a PEM that is given inline or in a file.
void read_pem(YamlMap& map, const std::string& key, std::string& pem, std::string& file) {
  pem = map.text(key).value_or("");
  file = map.text(key + "_file").value_or("");
  if (!pem.empty() && !file.empty()) map.refuse(key, fmt::format("{0} and {0}_file are both given", key));
}

void read_tls(YamlMap map, WebConfig& config) {
  TlsConfig tls;
  read_pem(map, "cert", tls.cert, tls.cert_file);
  read_pem(map, "key", tls.key, tls.key_file);
  read_pem(map, "client_ca", tls.client_ca, tls.client_ca_file);
  read_word(map, "client_auth_type", kClientAuths, tls.client_auth);
  const bool has_auth = !map.text("client_auth_type").value_or("").empty();
  const auto sans = map.list("client_allowed_sans");
  tls.client_allowed_sans = sans.value_or(std::vector<std::string>());
  read_word(map, "min_version", kVersions, tls.min_version);
  read_word(map, "max_version", kVersions, tls.max_version);
  tls.cipher_suites = map.list("cipher_suites").value_or(std::vector<std::string>());
  tls.curves = map.list("curve_preferences").value_or(std::vector<std::string>());
  tls.prefer_server_cipher_suites = map.flag("prefer_server_cipher_suites").value_or(true);
  map.end();

  const bool has_cert = !tls.cert.empty() || !tls.cert_file.empty();
  const bool has_key = !tls.key.empty() || !tls.key_file.empty();
  const bool has_ca = !tls.client_ca.empty() || !tls.client_ca_file.empty();
  if (!has_cert && !has_key && !has_ca && !has_auth) return;  // as the toolkit has it: no TLS
  if (!has_cert) map.refuse("", "cert or cert_file is missing");
  if (!has_key) map.refuse("", "key or key_file is missing");
  if (tls.min_version > tls.max_version) map.refuse("min_version", "min_version is above max_version");
  const bool verifies =
      tls.client_auth == ClientAuth::require_and_verify || tls.client_auth == ClientAuth::verify_if_given;
  if (has_ca && tls.client_auth == ClientAuth::none)
    map.refuse("client_auth_type", "there is a client CA, and client_auth_type asks for no certificate");
  // Go would take the system's CAs here: any site of the web could vouch for a client.
  if (verifies && !has_ca) map.refuse("client_auth_type", "to verify clients needs client_ca or client_ca_file");
  if (sans && tls.client_allowed_sans.empty())
    map.refuse("client_allowed_sans", "the list is empty: nobody may connect");
  if (sans && tls.client_auth != ClientAuth::require_any && tls.client_auth != ClientAuth::require_and_verify)
    map.refuse("client_allowed_sans", "needs client_auth_type RequireAnyClientCert or RequireAndVerifyClientCert");
  config.tls = std::move(tls);
}

struct KnownHeader {
  const char* name;
  std::array<const char*, 2> values;  // null: any
};
constexpr KnownHeader kHeaders[] = {{"Content-Security-Policy", {nullptr, nullptr}},
                                    {"X-Frame-Options", {"deny", "sameorigin"}},
                                    {"X-Content-Type-Options", {"nosniff", "nosniff"}},
                                    {"X-XSS-Protection", {nullptr, nullptr}},
                                    {"Strict-Transport-Security", {nullptr, nullptr}}};

void read_headers(YamlMap map, WebConfig& config) {
  for (const std::string& name : map.keys()) {
    const auto known = std::find_if(std::begin(kHeaders), std::end(kHeaders),
                                    [&](const KnownHeader& header) { return name == header.name; });
    if (known == std::end(kHeaders)) map.refuse(name, fmt::format("HTTP header \"{}\" can not be configured", name));
    const std::string value = map.text(name).value_or("");
    const auto is_one = [&](const char* allowed) { return allowed == nullptr || value == allowed; };
    if (!std::any_of(known->values.begin(), known->values.end(), is_one))
      map.refuse(name, fmt::format("\"{}\" is no value of {}", value, name));
    const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; };
    if (std::any_of(value.begin(), value.end(), is_control))
      map.refuse(name, fmt::format("a value of {} is one line", name));
    if (!value.empty()) config.headers[name] = value;
  }
}

// "$2y$10$" and 53 characters of salt and hash.
std::optional<int> bcrypt_cost(const std::string& hash) {
  constexpr std::size_t length = 60;
  if (hash.size() != length || !hash.starts_with("$2") || (hash[2] != 'a' && hash[2] != 'b' && hash[2] != 'y') ||
      hash[3] != '$' || hash[6] != '$')
    return std::nullopt;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_base64 = [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '/';
  };
  if (!is_digit(hash[4]) || !is_digit(hash[5]) || !std::all_of(hash.begin() + 7, hash.end(), is_base64))
    return std::nullopt;
  return (hash[4] - '0') * 10 + (hash[5] - '0');
}

void read_users(YamlMap map, WebConfig& config) {
  for (const std::string& user : map.keys()) {
    if (user.empty() || user.find(':') != std::string::npos)
      map.refuse(user, fmt::format("\"{}\" is no name that a browser could send", user));
    const std::string hash = map.text(user).value_or("");
    const auto cost = bcrypt_cost(hash);
    if (!cost || *cost < 4)
      map.refuse(user, fmt::format("the password of \"{}\" is no bcrypt hash (htpasswd -nBC 10 \"\")", user));
    if (*cost > kMostBcryptCost)
      map.refuse(user,
                 fmt::format("the bcrypt cost of \"{}\" is {}, more than {}: each new password would take seconds "
                             "to check",
                             user, *cost, kMostBcryptCost));
    config.users[user] = hash;
  }
}

void read_rate_limit(YamlMap map, WebConfig& config) {
  config.rate_limit.interval = map.duration("interval").value_or(std::chrono::nanoseconds(0));
  const std::int64_t burst = map.number("burst").value_or(0);
  map.end();
  if (config.rate_limit.interval.count() == 0) return;
  if (burst < 1 || burst > 1'000'000)
    map.refuse("burst", "burst is not between 1 and 1000000: every request would be refused, or none");
  config.rate_limit.burst = static_cast<unsigned>(burst);
}

}  // namespace

Result<WebConfig> parse_web_config(std::string_view text, const std::string& name) {
  if (text.size() > kMostFileBytes) return fail(name + ": more than 1 MiB is no web configuration");
  WebConfig config;
  try {
    YamlMap map = YamlMap::of_document(std::string(text));
    if (auto tls = map.map("tls_server_config")) read_tls(*tls, config);
    if (auto http = map.map("http_server_config")) {
      (void)http->flag("http2");  // HTTP/1.1 is what is spoken, which every client of HTTP/2 speaks too
      if (auto headers = http->map("headers")) read_headers(*headers, config);
      http->end();
    }
    if (auto users = map.map("basic_auth_users")) read_users(*users, config);
    if (auto limit = map.map("rate_limit")) read_rate_limit(*limit, config);
    map.end();
  } catch (const YamlRefusal& refusal) {
    return fail(refusal.line == 0 ? fmt::format("{}: {}", name, refusal.what())
                                  : fmt::format("{}:{}: {}", name, refusal.line, refusal.what()));
  }
  return config;
}

}  // namespace tmpfstrace
