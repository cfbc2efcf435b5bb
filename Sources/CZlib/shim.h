// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

#ifndef CADASTRE_CZLIB_SHIM_H
#define CADASTRE_CZLIB_SHIM_H

#include <string.h>
#include <zlib.h>

// Swift does not see the macros that begin a stream. 31 is a window of 2^15 bytes with a gzip header.

/// Writes one gzip member. Returns its size, 0 where it does not fit or zlib fails.
static inline size_t czlib_gzip(const unsigned char *input, size_t count, unsigned char *output,
                                size_t capacity) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return 0;
  }
  stream.next_in = (unsigned char *)input;
  stream.avail_in = (uInt)count;
  stream.next_out = output;
  stream.avail_out = (uInt)capacity;
  int status = deflate(&stream, Z_FINISH);
  size_t written = stream.total_out;
  deflateEnd(&stream);
  return status == Z_STREAM_END ? written : 0;
}

/// Reads one gzip member that is all of the input and gives exactly `capacity` bytes. Returns 1 for
/// that and 0 for anything else, without ever writing more.
static inline int czlib_gunzip_exactly(const unsigned char *input, size_t count,
                                       unsigned char *output, size_t capacity) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (inflateInit2(&stream, 31) != Z_OK) { return 0; }
  stream.next_in = (unsigned char *)input;
  stream.avail_in = (uInt)count;
  stream.next_out = output;
  stream.avail_out = (uInt)capacity;
  int status = inflate(&stream, Z_FINISH);
  int whole = status == Z_STREAM_END && stream.total_out == capacity && stream.avail_in == 0;
  inflateEnd(&stream);
  return whole;
}

#endif
