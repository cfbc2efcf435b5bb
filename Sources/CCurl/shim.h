// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <curl/curl.h>

// `curl_easy_setopt` and `curl_easy_getinfo` take what follows by `...`, which Swift cannot call.

typedef size_t (*ccurl_bytes)(char *, size_t, size_t, void *);
typedef int (*ccurl_progress)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

static inline CURLcode ccurl_global_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

static inline CURLcode ccurl_set_number(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_bytes(
    CURL *handle, CURLoption option, CURLoption data, ccurl_bytes function, void *context) {
  CURLcode status = curl_easy_setopt(handle, data, context);
  return status == CURLE_OK ? curl_easy_setopt(handle, option, function) : status;
}

static inline CURLcode ccurl_set_progress(CURL *handle, ccurl_progress function, void *context) {
  CURLcode status = curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context);
  return status == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, function) : status;
}

static inline long ccurl_status(CURL *handle) {
  long status = 0;
  return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}
