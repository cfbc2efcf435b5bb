// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

#include "grams.h"

// How many look-ups wait for memory at the same time.
enum { ahead = 16 };

size_t cwords_find(
    const uint64_t *table, size_t slots, uint64_t homes, const uint64_t *keys, size_t count,
    uint64_t *found) {
  size_t hits = 0;
  for (size_t i = 0; i < count && i < ahead; i++) {
    __builtin_prefetch(table + cwords_home(keys[i], homes));
  }
  for (size_t i = 0; i < count; i++) {
    if (i + ahead < count) __builtin_prefetch(table + cwords_home(keys[i + ahead], homes));
    const uint64_t key = keys[i] ? keys[i] : 1;
    for (size_t slot = cwords_home(key, homes); slot < slots; slot++) {
      if (table[slot] == key) found[hits++] = slot;
      if (table[slot] == 0 || table[slot] >= key) break;
    }
  }
  return hits;
}
