// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

#include "grams.h"

// How many look-ups wait for memory at the same time.
enum { ahead = 16 };

ptrdiff_t cwords_find(
    const struct cwords_pages *pages, size_t table, size_t slots, uint64_t homes,
    const uint64_t *keys, size_t count, uint64_t *found) {
  const uint64_t *const words = (const uint64_t *)(pages->bytes + table);
  ptrdiff_t hits = 0;
  for (size_t i = 0; i < count && i < ahead; i++) {
    __builtin_prefetch(words + cwords_home(keys[i], homes));
  }
  for (size_t i = 0; i < count; i++) {
    if (i + ahead < count) __builtin_prefetch(words + cwords_home(keys[i + ahead], homes));
    const uint64_t key = keys[i] ? keys[i] : 1;
    for (size_t slot = cwords_home(key, homes); slot < slots; slot++) {
      const size_t place = table + 8 * slot;
      if (!cwords_intact(pages, place, place + 8)) return -1;
      if (words[slot] == key) found[hits++] = slot;
      if (words[slot] == 0 || words[slot] >= key) break;
    }
  }
  return hits;
}
