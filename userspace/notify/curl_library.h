// SPDX-License-Identifier: Apache-2.0
// libcurl, loaded when the first receiver is configured: with the 28 libraries that it needs it is half of the memory
// of a run that tells nobody, and most of its start.
#pragma once

#include <curl/curl.h>

#include "model/result.h"

namespace tmpfstrace {

struct CurlLibrary {
  decltype(&::curl_global_init) global_init;
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_multi_init) multi_init;
  decltype(&::curl_multi_add_handle) multi_add_handle;
  decltype(&::curl_multi_remove_handle) multi_remove_handle;
  decltype(&::curl_multi_perform) multi_perform;
  decltype(&::curl_multi_poll) multi_poll;
  decltype(&::curl_multi_wakeup) multi_wakeup;
  decltype(&::curl_multi_info_read) multi_info_read;
  decltype(&::curl_multi_cleanup) multi_cleanup;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
};

// Loaded and started, once; it stays until the process ends. From one thread: that which opens the receivers.
Result<const CurlLibrary*> load_curl();

}  // namespace tmpfstrace
