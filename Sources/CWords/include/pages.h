// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Checksums of the pages of a mapped file, each compared when the page is first looked at.
///
/// They find damage: any altered word of a page changes its sum. They do not stop somebody who can
/// write the file, and so the sums too.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The bytes of a page.
enum { cwords_page = 4096 };

/// A mapped file whose pages have checksums.
struct cwords_pages {
  const uint8_t *bytes;
  /// How many bytes the sums cover; a multiple of eight.
  size_t count;
  /// The sum of each page, the last one shorter where `count` is no multiple of a page.
  const uint64_t *sums;
  /// For each page, nonzero once it was found intact; any number of threads may share it.
  uint8_t *seen;
};

/// The checksum of bytes, whose number is a multiple of eight, at a place that `seed` names.
uint64_t cwords_checksum(const uint8_t *bytes, size_t count, uint64_t seed);

/// Whether all pages that the bytes from `from` up to `to` touch are intact.
int cwords_intact(const struct cwords_pages *pages, size_t from, size_t to);
