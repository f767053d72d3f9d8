// SPDX-License-Identifier: Apache-2.0
#include "complaints.h"

#include <langinfo.h>

#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <string>

#include "exit_codes.h"
#include "tui/text.h"

namespace tmpfstrace {

void complain(const Error& error) {
  const std::string hint = error.hint.empty() ? "" : " (" + error.hint + ")";
  std::setlocale(LC_CTYPE, "");
  const bool utf8 = std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  const std::string text = sanitize(error.message + hint, utf8 ? Charset::Utf8 : Charset::Ascii);
  std::fprintf(stderr, "tmpfstrace: %s\n", text.c_str());
}

int exit_failed(const Error& error) {
  complain(error);
  return exit_failure;
}

int exit_refused(const Error& error) {
  complain(error);
  return error.code == EPERM || error.code == EACCES ? exit_privilege : exit_failure;
}

}  // namespace tmpfstrace
