// SPDX-License-Identifier: Apache-2.0
#include "notify/curl_library.h"

#include <dlfcn.h>

#include <string>
#include <type_traits>

namespace tmpfstrace {
namespace {

constexpr const char* file = "libcurl.so.4";

tl::unexpected<Error> no_library(const char* why) {
  return fail(std::string("cannot send alerts without ") + file + ": " + (why != nullptr ? why : "it is not usable"),
              "install libcurl, in Debian and Ubuntu the package libcurl4, or leave out [alertmanager] and [webhook]");
}

Result<CurlLibrary> open_library() {
  void* const handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return no_library(dlerror());
  CurlLibrary library{};
  const auto find = [handle](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
    return function != nullptr;
  };
  const bool complete =
      find(library.global_init, "curl_global_init") && find(library.easy_init, "curl_easy_init") &&
      find(library.easy_setopt, "curl_easy_setopt") && find(library.easy_getinfo, "curl_easy_getinfo") &&
      find(library.easy_strerror, "curl_easy_strerror") && find(library.easy_cleanup, "curl_easy_cleanup") &&
      find(library.multi_init, "curl_multi_init") && find(library.multi_add_handle, "curl_multi_add_handle") &&
      find(library.multi_remove_handle, "curl_multi_remove_handle") &&
      find(library.multi_perform, "curl_multi_perform") && find(library.multi_poll, "curl_multi_poll") &&
      find(library.multi_wakeup, "curl_multi_wakeup") && find(library.multi_info_read, "curl_multi_info_read") &&
      find(library.multi_cleanup, "curl_multi_cleanup") && find(library.slist_append, "curl_slist_append") &&
      find(library.slist_free_all, "curl_slist_free_all");
  if (!complete) return no_library(dlerror());
  if (library.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return no_library("it does not start");
  return library;
}

}  // namespace

Result<const CurlLibrary*> load_curl() {
  static const Result<CurlLibrary> library = open_library();
  if (!library) return tl::unexpected(library.error());
  return &*library;
}

}  // namespace tmpfstrace
