// SPDX-License-Identifier: Apache-2.0
#include "web/tls_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <set>
#include <utility>

namespace tmpfstrace {
namespace {

struct Suite {
  const char* go;
  const char* gnutls;  // GnuTLS's name of the suite
  const char* parts;   // of a priority string: exchange, cipher, MAC
};
constexpr Suite kSuites[] = {
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_AES_128_GCM_SHA256",
     "+ECDHE-ECDSA:+AES-128-GCM:+AEAD"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_AES_256_GCM_SHA384",
     "+ECDHE-ECDSA:+AES-256-GCM:+AEAD"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_CHACHA20_POLY1305",
     "+ECDHE-ECDSA:+CHACHA20-POLY1305:+AEAD"},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_AES_128_GCM_SHA256", "+ECDHE-RSA:+AES-128-GCM:+AEAD"},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_AES_256_GCM_SHA384", "+ECDHE-RSA:+AES-256-GCM:+AEAD"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_CHACHA20_POLY1305",
     "+ECDHE-RSA:+CHACHA20-POLY1305:+AEAD"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_ECDSA_AES_128_CBC_SHA1", "+ECDHE-ECDSA:+AES-128-CBC:+SHA1"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_ECDSA_AES_256_CBC_SHA1", "+ECDHE-ECDSA:+AES-256-CBC:+SHA1"},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_AES_128_CBC_SHA1", "+ECDHE-RSA:+AES-128-CBC:+SHA1"},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_RSA_AES_256_CBC_SHA1", "+ECDHE-RSA:+AES-256-CBC:+SHA1"},
};
constexpr std::array kSuites13 = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"};

constexpr std::pair<const char*, const char*> kCurves[] = {{"CurveP256", "GROUP-SECP256R1"},
                                                           {"CurveP384", "GROUP-SECP384R1"},
                                                           {"CurveP521", "GROUP-SECP521R1"},
                                                           {"X25519", "GROUP-X25519"}};

constexpr std::array kVersionNames = {"VERS-TLS1.0", "VERS-TLS1.1", "VERS-TLS1.2", "VERS-TLS1.3"};

struct PriorityDeleter {
  void operator()(gnutls_priority_st* priority) const { gnutls_priority_deinit(priority); }
};

// The suites up to TLS 1.2 that a priority string allows, by GnuTLS's names.
Result<std::set<std::string>> suites_of(const std::string& text) {
  gnutls_priority_t raw = nullptr;
  const char* at = nullptr;
  if (gnutls_priority_init(&raw, text.c_str(), &at) != GNUTLS_E_SUCCESS)
    return fail(fmt::format("GnuTLS {} cannot do this: it stops at \"{}\"", gnutls_check_version(nullptr),
                            at == nullptr ? text : at));
  const std::unique_ptr<gnutls_priority_st, PriorityDeleter> priority(raw);
  std::set<std::string> names;
  for (unsigned i = 0;; ++i) {
    unsigned index = 0;
    const int result = gnutls_priority_get_cipher_suite_index(priority.get(), i, &index);
    if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return names;
    if (result != GNUTLS_E_SUCCESS) continue;  // a combination that is no suite
    gnutls_protocol_t least{};
    const char* name = gnutls_cipher_suite_info(index, nullptr, nullptr, nullptr, nullptr, &least);
    if (name != nullptr && least != GNUTLS_TLS1_3) names.insert(name);
  }
}

// GnuTLS combines exchanges, ciphers and MACs; a list of suites that is no such product cannot be had.
Result<void> holds_to(const std::string& priority, const std::set<std::string>& wanted) {
  const Result<std::set<std::string>> allowed = suites_of(priority);
  if (!allowed) return tl::unexpected(allowed.error());
  for (const std::string& name : *allowed)
    if (!wanted.contains(name)) {
      const auto suite =
          std::find_if(std::begin(kSuites), std::end(kSuites), [&](const Suite& s) { return name == s.gnutls; });
      return fail(fmt::format("cipher_suites: GnuTLS cannot allow these without {}",
                              suite == std::end(kSuites) ? name : suite->go),
                  "list it too, or list the same ciphers for RSA and for ECDSA");
    }
  for (const std::string& name : wanted)
    if (!allowed->contains(name)) return fail("cipher_suites: GnuTLS here has no " + name);
  return {};
}

std::string version_list(const TlsConfig& tls) {
  std::string text = "-VERS-ALL";
  for (auto version = static_cast<std::size_t>(tls.max_version) + 1;
       version-- > static_cast<std::size_t>(tls.min_version);)
    text += std::string(":+") + kVersionNames[version];
  return text;
}

}  // namespace

Result<std::string> tls_priority(const TlsConfig& tls) {
  std::string text = tls.cipher_suites.empty() ? "NORMAL:" : "NORMAL:-KX-ALL:-CIPHER-ALL:-MAC-ALL:";
  text += version_list(tls);
  std::set<std::string> wanted;
  for (const std::string& name : tls.cipher_suites) {
    const auto suite =
        std::find_if(std::begin(kSuites), std::end(kSuites), [&](const Suite& s) { return name == s.go; });
    if (suite != std::end(kSuites)) {
      wanted.insert(suite->gnutls);
      text += std::string(":") + suite->parts;
    } else if (std::find(kSuites13.begin(), kSuites13.end(), name) == kSuites13.end()) {
      return fail("cipher_suites: unknown cipher \"" + name + "\"",
                  "known are the ECDHE suites of Go's crypto/tls that it does not call insecure");
    }  // those of TLS 1.3 cannot be chosen, in Go neither
  }
  if (!tls.cipher_suites.empty() && wanted.empty())
    return fail("cipher_suites: none of them is of TLS 1.2, and those of TLS 1.3 cannot be chosen");
  if (!tls.curves.empty()) text += ":-GROUP-ALL";
  for (const std::string& name : tls.curves) {
    const auto curve =
        std::find_if(std::begin(kCurves), std::end(kCurves), [&](const auto& c) { return name == c.first; });
    if (curve == std::end(kCurves))
      return fail("curve_preferences: unknown curve \"" + name + "\"",
                  "known are CurveP256, CurveP384, CurveP521, X25519");
    text += std::string(":+") + curve->second;
  }
  if (tls.prefer_server_cipher_suites) text += ":%SERVER_PRECEDENCE";
  if (tls.cipher_suites.empty()) {
    if (const Result<std::set<std::string>> valid = suites_of(text); !valid) return tl::unexpected(valid.error());
  } else if (tls.min_version < TlsVersion::tls13) {
    if (const Result<void> held = holds_to(text, wanted); !held) return tl::unexpected(held.error());
  }
  return text;
}

Result<void> check_certificates(const TlsConfig& tls) {
  gnutls_certificate_credentials_t raw = nullptr;
  if (gnutls_certificate_allocate_credentials(&raw) != GNUTLS_E_SUCCESS) return fail("GnuTLS has no memory");
  const std::unique_ptr<gnutls_certificate_credentials_st, decltype(&gnutls_certificate_free_credentials)> credentials(
      raw, &gnutls_certificate_free_credentials);
  const auto datum = [](const std::string& text) {
    return gnutls_datum_t{reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
                          static_cast<unsigned>(text.size())};
  };
  const gnutls_datum_t cert = datum(tls.cert);
  const gnutls_datum_t key = datum(tls.key);
  const int result =
      gnutls_certificate_set_x509_key_mem2(credentials.get(), &cert, &key, GNUTLS_X509_FMT_PEM, nullptr, 0);
  if (result < 0)
    return fail(fmt::format("cannot use the certificate {} with the key {}: {}", tls.cert_file, tls.key_file,
                            gnutls_strerror(result)));
  if (tls.client_ca.empty()) return {};
  const gnutls_datum_t authorities = datum(tls.client_ca);
  const int found = gnutls_certificate_set_x509_trust_mem(credentials.get(), &authorities, GNUTLS_X509_FMT_PEM);
  if (found > 0) return {};
  return fail(fmt::format("cannot use the client CA {}: {}", tls.client_ca_file,
                          found == 0 ? "it holds no certificate" : gnutls_strerror(found)));
}

}  // namespace tmpfstrace
