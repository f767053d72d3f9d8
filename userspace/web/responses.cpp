// SPDX-License-Identifier: Apache-2.0
#include "web/responses.h"

#include <new>
#include <utility>

namespace tmpfstrace {
namespace {

// What an answer points to while it is sent.
struct Held {
  std::shared_ptr<const Document> document;
  std::string tail;
};

void release(void* held) { delete static_cast<Held*>(held); }

Response checked(MHD_Response* response) {
  if (response == nullptr) throw std::bad_alloc();
  return Response(response);
}

}  // namespace

Response text_response(std::string text) {
  Response response = checked(MHD_create_response_from_buffer(text.size(), text.data(), MHD_RESPMEM_MUST_COPY));
  add_header(*response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; charset=utf-8");
  return response;
}

Response static_response(std::string_view text) {
  return checked(MHD_create_response_from_buffer(text.size(), const_cast<char*>(text.data()), MHD_RESPMEM_PERSISTENT));
}

Response document_response(const std::shared_ptr<Document>& document, std::string tail, bool gzip) {
  if (gzip && !document->gzip) document->gzip = gzip_head(document->text);
  auto held = std::make_unique<Held>();
  held->tail = gzip ? gzip_tail(*document->gzip, tail) : std::move(tail);
  held->document = document;
  const std::string& head = gzip ? document->gzip->bytes : document->text;
  const MHD_IoVec parts[] = {{head.data(), head.size()}, {held->tail.data(), held->tail.size()}};
  const unsigned count = held->tail.empty() ? 1 : 2;
  Response response = checked(MHD_create_response_from_iovec(parts, count, &release, held.get()));
  (void)held.release();  // the response's own from here on
  if (gzip) add_header(*response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
  return response;
}

void add_header(MHD_Response& response, const char* name, const std::string& value) {
  if (MHD_add_response_header(&response, name, value.c_str()) != MHD_YES) throw std::bad_alloc();
}

std::map<std::string, std::string> standard_headers(const std::map<std::string, std::string>& configured) {
  std::map<std::string, std::string> headers = {
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
       "form-action 'none'; frame-ancestors 'none'"},
      {"Referrer-Policy", "no-referrer"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "deny"}};
  for (const auto& [name, value] : configured) headers[name] = value;
  return headers;
}

}  // namespace tmpfstrace
