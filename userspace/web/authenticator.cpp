// SPDX-License-Identifier: Apache-2.0
#include "web/authenticator.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "web/basic_auth.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t kKeyBytes = 32;

}  // namespace

Result<Authenticator> Authenticator::start(PasswordChecker checker, Time now) {
  std::string key(kKeyBytes, '\0');
  if (gnutls_rnd(GNUTLS_RND_KEY, key.data(), key.size()) != GNUTLS_E_SUCCESS)
    return fail("GnuTLS has no random numbers");
  return Authenticator(std::move(checker), std::move(key), now);
}

void Authenticator::set_users(std::map<std::string, std::string> users, Time now) {
  users_ = std::move(users);
  ++users_version_;
  gate_ = AuthGate(now);
}

std::string Authenticator::digest_of(const std::string& user, const std::string& hash,
                                     const std::string& password) const {
  std::string text = user;
  text += '\0';
  text += hash;
  text += '\0';
  text += password;
  std::string digest(gnutls_hmac_get_len(GNUTLS_MAC_SHA256), '\0');
  gnutls_hmac_fast(GNUTLS_MAC_SHA256, key_.data(), key_.size(), text.data(), text.size(), digest.data());
  return digest;
}

Authenticator::Verdict Authenticator::look_at(const char* header, Connection& connection, Time now) {
  if (users_.empty() || connection.password == PasswordState::right) return Verdict::right;
  if (connection.password == PasswordState::wrong || header == nullptr) return Verdict::wrong;
  const auto credentials = parse_basic_auth(header);
  if (!credentials) return Verdict::wrong;
  const auto user = users_.find(credentials->user);
  const bool known_user = user != users_.end();
  // The same work for a name that nobody has: the time must not tell who is a user.
  const std::string& hash = known_user ? user->second : users_.begin()->second;
  const std::string digest = digest_of(credentials->user, hash, credentials->password);
  if (known_user && gate_.is_known(digest)) return Verdict::right;
  if (pending_.size() >= kMostPending || !gate_.may_check(connection.address, now) ||
      !checker_.ask(hash, credentials->password))
    return Verdict::too_many;
  connection.password = PasswordState::asked;
  connection.digest = digest;
  pending_.push_back({&connection, users_version_, known_user});
  return Verdict::asked;
}

Result<void> Authenticator::take_answers(const std::function<void(Connection&)>& visit) {
  while (true) {
    const auto answer = checker_.next_answer();
    if (!answer) return tl::unexpected(answer.error());
    if (!*answer) return {};
    if (pending_.empty()) return fail("the password checker has answered what nobody asked");
    checker_cpu_ns_ = (*answer)->cpu_ns;
    const Pending asked = pending_.front();
    pending_.pop_front();
    if (asked.connection == nullptr) continue;
    const bool right = (*answer)->right && asked.known_user;
    // Of other users than there are now: it has to be looked at again.
    asked.connection->password = asked.users != users_version_ ? PasswordState::unknown
                                 : right                       ? PasswordState::right
                                                               : PasswordState::wrong;
    if (asked.connection->password == PasswordState::right) gate_.remember(asked.connection->digest);
    visit(*asked.connection);
  }
}

void Authenticator::forget(const Connection& connection) {
  for (Pending& pending : pending_)
    if (pending.connection == &connection) pending.connection = nullptr;
}

}  // namespace tmpfstrace
