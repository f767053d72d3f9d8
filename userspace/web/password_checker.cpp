// SPDX-License-Identifier: Apache-2.0
#include "web/password_checker.h"

#include <crypt.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

namespace tmpfstrace {
namespace {

constexpr std::size_t kMostQuestionBytes = 1024;
constexpr int kLowestPriority = 19;

std::uint64_t cpu_ns_of_this_process() {
  rusage spent{};
  ::getrusage(RUSAGE_SELF, &spent);
  const auto in_ns = [](const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_usec) * 1000;
  };
  return in_ns(spent.ru_utime) + in_ns(spent.ru_stime);
}

// A question is a packet: hash, NUL, password.
[[noreturn]] void answer_until_closed(int socket) {
  std::array<char, kMostQuestionBytes> question{};
  while (true) {
    const ssize_t got = ::recv(socket, question.data(), question.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) ::_exit(0);
    const std::string text(question.data(), static_cast<std::size_t>(got));
    const std::size_t nul = text.find('\0');
    PasswordChecker::Answer answer;
    answer.right = nul != std::string::npos && password_matches(text.substr(nul + 1), text.substr(0, nul));
    answer.cpu_ns = cpu_ns_of_this_process();
    question.fill('\0');
    if (::send(socket, &answer, sizeof answer, MSG_NOSIGNAL) != sizeof answer) ::_exit(0);
  }
}

}  // namespace

bool password_matches(const std::string& password, const std::string& hash) {
  const auto data = std::make_unique<crypt_data>();
  const char* made = ::crypt_rn(password.c_str(), hash.c_str(), data.get(), sizeof *data);
  if (made == nullptr || std::strlen(made) != hash.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < hash.size(); ++i) difference |= static_cast<unsigned char>(made[i] ^ hash[i]);
  return difference == 0;
}

Result<PasswordChecker> PasswordChecker::start(Result<void> (*enter_sandbox)()) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return fail_errno("make", "a socket pair", errno);
  UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return fail_errno("start", "the password checker", errno);
  if (pid == 0) {
    // Of the worker's descriptors it keeps its own socket.
    ::dup2(theirs.get(), STDIN_FILENO);
    ::close_range(STDERR_FILENO + 1, ~0U, 0);
    ::setpriority(PRIO_PROCESS, 0, kLowestPriority);
    if (!enter_sandbox()) ::_exit(1);
    answer_until_closed(STDIN_FILENO);
  }
  return PasswordChecker(std::move(ours));
}

bool PasswordChecker::ask(const std::string& hash, const std::string& password) {
  std::string question = hash;
  question += '\0';
  question += password;
  if (question.size() > kMostQuestionBytes) return false;
  return ::send(socket_.get(), question.data(), question.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
         static_cast<ssize_t>(question.size());
}

Result<std::optional<PasswordChecker::Answer>> PasswordChecker::next_answer() {
  Answer answer;
  const ssize_t got = ::recv(socket_.get(), &answer, sizeof answer, MSG_DONTWAIT);
  if (got == sizeof answer) return answer;
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  return fail("the password checker has ended");
}

}  // namespace tmpfstrace
