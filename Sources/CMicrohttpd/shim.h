// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <microhttpd.h>

typedef void *(*cmicrohttpd_target)(void *, const char *, struct MHD_Connection *);

/// Starts a daemon on a socket that listens; `MHD_start_daemon` takes its options by `...`, which
/// Swift cannot call.
static inline struct MHD_Daemon *cmicrohttpd_start(
    int listener, unsigned int threads, unsigned int connections, unsigned int seconds,
    size_t memory, cmicrohttpd_target target, MHD_AccessHandlerCallback handler,
    MHD_RequestCompletedCallback completed, void *context) {
  return MHD_start_daemon(
      MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, handler, context,
      MHD_OPTION_LISTEN_SOCKET, (MHD_socket)listener,
      MHD_OPTION_THREAD_POOL_SIZE, threads,
      MHD_OPTION_CONNECTION_LIMIT, connections,
      MHD_OPTION_CONNECTION_TIMEOUT, seconds,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
      MHD_OPTION_URI_LOG_CALLBACK, target, context,
      MHD_OPTION_NOTIFY_COMPLETED, completed, context,
      MHD_OPTION_END);
}
