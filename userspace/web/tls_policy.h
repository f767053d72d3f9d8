// SPDX-License-Identifier: Apache-2.0
// The toolkit's TLS keys, which are those of Go, as GnuTLS can keep them. What it cannot is an error, never left out.
#pragma once

#include <string>

#include <gnutls/gnutls.h>

#include "model/result.h"
#include "web/web_config.h"

namespace tmpfstrace {

// GnuTLS's priority string. Up to TLS 1.2 it allows the cipher suites that are listed and no others; in TLS 1.3, whose
// suites Go does not let be chosen, those of its ciphers.
Result<std::string> tls_priority(const TlsConfig& tls);

// Can the certificate, its key and the clients' CA be used? Their contents, not the names of the files.
Result<void> check_certificates(const TlsConfig& tls);

// A connection's.
struct TlsClient {
  const TlsConfig* config = nullptr;  // null: it has no TLS
  bool shook_hands = false;           // the handshake is done, and the client was let in
};

// In the worker, before a handshake: asks the client for what its configuration wants of it, verifies it during the
// handshake, and notes when that is done. It and its configuration must outlive the session.
void ask_client(gnutls_session_t session, TlsClient& client);

}  // namespace tmpfstrace
