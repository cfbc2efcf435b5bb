// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Look-ups of many hashes at once in a table that may be far larger than the caches.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "pages.h"

/// The place from which on a key stands in a table of ascending keys with gaps.
static inline uint64_t cwords_home(uint64_t key, uint64_t homes) {
  return (uint64_t)((unsigned __int128)key * homes >> 64);
}

/// Finds the slots of keys in a table of ascending keys whose free slots are zero.
///
/// Never reads outside of the table, whatever stands in it. Writes the slots of the keys that are
/// there, in the order of the keys, to `found`, which has `count` places; returns how many, or
/// -1 where a page that had to be read is damaged. `homes` is at least one and at most
/// `slots`. Keys that are zero are looked for as one.
///
/// - `table`: where the table begins in `pages`, in bytes; a multiple of eight.
ptrdiff_t cwords_find(
    const struct cwords_pages *pages, size_t table, size_t slots, uint64_t homes,
    const uint64_t *keys, size_t count, uint64_t *found);
