// SPDX-License-Identifier: Apache-2.0
// Answers as the HTTP library has them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <microhttpd.h>

#include "web/documents.h"

namespace tmpfstrace {

struct ResponseDeleter {
  void operator()(MHD_Response* response) const { MHD_destroy_response(response); }
};
using Response = std::unique_ptr<MHD_Response, ResponseDeleter>;

// Throw std::bad_alloc where there is no memory.
Response text_response(std::string text);
// `text` must outlive all responses.
Response static_response(std::string_view text);
// The document, which is not copied, and `tail` behind it.
Response document_response(const std::shared_ptr<Document>& document, std::string tail, bool gzip);

void add_header(MHD_Response& response, const char* name, const std::string& value);

// What every response says unless the configuration says otherwise.
std::map<std::string, std::string> standard_headers(const std::map<std::string, std::string>& configured);

}  // namespace tmpfstrace
