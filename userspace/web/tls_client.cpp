// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gnutls/x509.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "web/tls_policy.h"

namespace tmpfstrace {
namespace {

constexpr unsigned kMostNames = 256;  // of one certificate

std::string ip_text(const std::string& bytes) {
  char text[INET6_ADDRSTRLEN];
  const int family = bytes.size() == 4 ? AF_INET : bytes.size() == 16 ? AF_INET6 : AF_UNSPEC;
  if (family == AF_UNSPEC || ::inet_ntop(family, bytes.data(), text, sizeof text) == nullptr) return {};
  return text;
}

// Empty: it has a kind that is not compared. Nothing: there are no more.
std::optional<std::string> alternative_name(gnutls_x509_crt_t certificate, unsigned index) {
  std::string name(1024, '\0');
  std::size_t size = name.size();
  const int kind = gnutls_x509_crt_get_subject_alt_name(certificate, index, name.data(), &size, nullptr);
  if (kind == GNUTLS_E_SHORT_MEMORY_BUFFER) return "";
  if (kind < 0) return std::nullopt;
  name.resize(size);
  if (kind == GNUTLS_SAN_IPADDRESS) return ip_text(name);
  return kind == GNUTLS_SAN_DNSNAME || kind == GNUTLS_SAN_RFC822NAME || kind == GNUTLS_SAN_URI ? name : "";
}

bool has_allowed_name(const gnutls_datum_t& der, const std::vector<std::string>& allowed) {
  gnutls_x509_crt_t raw = nullptr;
  if (gnutls_x509_crt_init(&raw) != GNUTLS_E_SUCCESS) return false;
  const std::unique_ptr<gnutls_x509_crt_int, decltype(&gnutls_x509_crt_deinit)> certificate(raw,
                                                                                            &gnutls_x509_crt_deinit);
  if (gnutls_x509_crt_import(certificate.get(), &der, GNUTLS_X509_FMT_DER) != GNUTLS_E_SUCCESS) return false;
  for (unsigned i = 0; i < kMostNames; ++i) {
    const auto name = alternative_name(certificate.get(), i);
    if (!name) return false;
    if (!name->empty() && std::find(allowed.begin(), allowed.end(), *name) != allowed.end()) return true;
  }
  return false;
}

TlsClient& client_of(gnutls_session_t session) { return *static_cast<TlsClient*>(gnutls_session_get_ptr(session)); }

// Called by GnuTLS after each "finished". The client's tells that it has taken our certificate, and comes after its
// own.
int note_finished(gnutls_session_t session, unsigned, unsigned, unsigned incoming, const gnutls_datum_t*) {
  if (incoming != 0) client_of(session).shook_hands = true;
  return 0;
}

// Called by GnuTLS when a certificate has come. Not 0: the handshake ends there.
int verify_client(gnutls_session_t session) {
  const TlsConfig& tls = *client_of(session).config;
  unsigned count = 0;
  const gnutls_datum_t* chain = gnutls_certificate_get_peers(session, &count);
  if (chain == nullptr || count == 0) return 0;  // one that must come is asked for with GNUTLS_CERT_REQUIRE
  if (tls.client_auth == ClientAuth::verify_if_given || tls.client_auth == ClientAuth::require_and_verify) {
    gnutls_typed_vdata_st purpose{};
    purpose.type = GNUTLS_DT_KEY_PURPOSE_OID;
    purpose.data = reinterpret_cast<unsigned char*>(const_cast<char*>(GNUTLS_KP_TLS_WWW_CLIENT));
    unsigned wrong = 0;
    if (gnutls_certificate_verify_peers(session, &purpose, 1, &wrong) != GNUTLS_E_SUCCESS || wrong != 0)
      return GNUTLS_E_CERTIFICATE_ERROR;
  }
  if (!tls.client_allowed_sans.empty() && !has_allowed_name(chain[0], tls.client_allowed_sans))
    return GNUTLS_E_CERTIFICATE_ERROR;
  return 0;
}

}  // namespace

void ask_client(gnutls_session_t session, TlsClient& client) {
  const TlsConfig& tls = *client.config;
  // The HTTP library keeps its connection there, and needs it for pre-shared keys only.
  gnutls_session_set_ptr(session, &client);
  gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HOOK_POST, &note_finished);
  if (tls.client_auth == ClientAuth::none) {
    gnutls_certificate_server_set_request(session, GNUTLS_CERT_IGNORE);
    return;
  }
  const bool must = tls.client_auth == ClientAuth::require_any || tls.client_auth == ClientAuth::require_and_verify;
  gnutls_certificate_server_set_request(session, must ? GNUTLS_CERT_REQUIRE : GNUTLS_CERT_REQUEST);
  gnutls_session_set_verify_function(session, &verify_client);
}

}  // namespace tmpfstrace
