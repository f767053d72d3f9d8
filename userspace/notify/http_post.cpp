// SPDX-License-Identifier: Apache-2.0
#include "notify/http_post.h"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>

#include "notify/curl_library.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t longest_answer = 200;  // bytes that are kept of it, for the message
constexpr int status_too_many = 429;

// Each is freed by the library that made it.
struct EasyDeleter {
  const CurlLibrary* curl = nullptr;
  void operator()(CURL* handle) const { curl->easy_cleanup(handle); }
};
struct MultiDeleter {
  const CurlLibrary* curl = nullptr;
  void operator()(CURLM* handle) const { curl->multi_cleanup(handle); }
};
struct ListDeleter {
  const CurlLibrary* curl = nullptr;
  void operator()(curl_slist* list) const { curl->slist_free_all(list); }
};

std::size_t keep_start(char* data, std::size_t size, std::size_t count, void* text) {
  auto& answer = *static_cast<std::string*>(text);
  answer.append(data, std::min(size * count, longest_answer - answer.size()));
  return size * count;
}

// The programs that the tool starts must not inherit it.
curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace

struct HttpPost::Handles {
  explicit Handles(const CurlLibrary& library)
      : curl(library), headers(nullptr, {&library}), multi(nullptr, {&library}), easy(nullptr, {&library}) {}

  const CurlLibrary& curl;
  std::string url;
  std::string ca_file;
  std::chrono::milliseconds timeout{};
  std::unique_ptr<curl_slist, ListDeleter> headers;
  std::unique_ptr<CURLM, MultiDeleter> multi;
  std::unique_ptr<CURL, EasyDeleter> easy;  // keeps its connection from one message to the next
  std::string answer;
  char reason[CURL_ERROR_SIZE] = {};
  std::atomic<Clock::time_point> cancel_at = Clock::time_point::max();

  bool set_options();
  PostResult result(CURLcode code) const;
};

bool HttpPost::Handles::set_options() {
  CURL* handle = easy.get();
  bool set = true;
  const auto option = [&](CURLoption name, auto value) {
    set = curl.easy_setopt(handle, name, value) == CURLE_OK && set;
  };
  option(CURLOPT_URL, url.c_str());
  option(CURLOPT_PROTOCOLS_STR, "http,https");
  option(CURLOPT_POST, 1L);
  option(CURLOPT_HTTPHEADER, headers.get());
  option(CURLOPT_USERAGENT, "tmpfstrace");
  option(CURLOPT_FOLLOWLOCATION, 0L);
  option(CURLOPT_SSL_VERIFYPEER, 1L);
  option(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!ca_file.empty()) option(CURLOPT_CAINFO, ca_file.c_str());
  option(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  option(CURLOPT_NOSIGNAL, 1L);    // timeouts without SIGALRM, which is the process's
  option(CURLOPT_QUICK_EXIT, 1L);  // the end does not wait for a name server
  option(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  option(CURLOPT_WRITEFUNCTION, &keep_start);
  option(CURLOPT_WRITEDATA, static_cast<void*>(&answer));
  option(CURLOPT_ERRORBUFFER, static_cast<char*>(reason));
  return set;
}

PostResult HttpPost::Handles::result(CURLcode code) const {
  if (code != CURLE_OK) return {PostResult::Kind::failed, reason[0] != '\0' ? reason : curl.easy_strerror(code)};
  long status = 0;
  curl.easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status >= 200 && status < 300) return {PostResult::Kind::delivered, ""};
  std::string why = "HTTP status " + std::to_string(status);
  if (!answer.empty()) why += ": " + answer;
  const bool may_pass = status >= 500 || status == status_too_many;
  return {may_pass ? PostResult::Kind::failed : PostResult::Kind::refused, std::move(why)};
}

HttpPost::HttpPost(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
HttpPost::~HttpPost() = default;

Result<std::unique_ptr<HttpPost>> HttpPost::create(const Delivery& delivery) {
  const auto out_of_memory = [] { return fail_errno("prepare", "HTTP requests", ENOMEM); };
  const Result<const CurlLibrary*> loaded = load_curl();
  if (!loaded) return tl::unexpected(loaded.error());
  const CurlLibrary& curl = **loaded;
  auto handles = std::make_unique<Handles>(curl);
  handles->url = delivery.url;
  handles->ca_file = delivery.ca_file;
  handles->timeout = delivery.timeout;
  // Without "Expect:" a large message would wait a second for a "100 Continue" that many servers do not send.
  for (const char* header : {"Content-Type: application/json", "Expect:"}) {
    curl_slist* list = curl.slist_append(handles->headers.get(), header);
    if (list == nullptr) return out_of_memory();
    (void)handles->headers.release();
    handles->headers.reset(list);
  }
  handles->multi.reset(curl.multi_init());
  handles->easy.reset(curl.easy_init());
  if (!handles->multi || !handles->easy) return out_of_memory();
  if (!handles->set_options()) return fail("libcurl does not take what it is told for " + delivery.url);
  return std::unique_ptr<HttpPost>(new HttpPost(std::move(handles)));
}

PostResult HttpPost::post(const std::string& body) {
  Handles& own = *handles_;
  own.answer.clear();
  own.reason[0] = '\0';
  own.curl.easy_setopt(own.easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  own.curl.easy_setopt(own.easy.get(), CURLOPT_POSTFIELDS, body.c_str());
  if (own.curl.multi_add_handle(own.multi.get(), own.easy.get()) != CURLM_OK)
    return {PostResult::Kind::failed, "libcurl"};
  PostResult result{PostResult::Kind::failed, "it was cut short by the end of the program"};
  for (;;) {
    int running = 0;
    own.curl.multi_perform(own.multi.get(), &running);
    if (running == 0) {
      int left = 0;
      const CURLMsg* message = own.curl.multi_info_read(own.multi.get(), &left);
      if (message != nullptr && message->msg == CURLMSG_DONE) result = own.result(message->data.result);
      break;
    }
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(
        std::min(own.cancel_at.load() - Clock::now(), Clock::duration(std::chrono::seconds(1))));
    if (rest.count() <= 0) break;
    own.curl.multi_poll(own.multi.get(), nullptr, 0, static_cast<int>(rest.count()), nullptr);
  }
  own.curl.multi_remove_handle(own.multi.get(), own.easy.get());
  return result;
}

void HttpPost::cancel_at(Clock::time_point time) {
  handles_->cancel_at = time;
  handles_->curl.multi_wakeup(handles_->multi.get());
}

}  // namespace tmpfstrace
