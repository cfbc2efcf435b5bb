// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

#include "pages.h"

#include <string.h>

#include "words.h"

static const uint64_t first_prime = 0x9e3779b185ebca87;
static const uint64_t second_prime = 0xc2b2ae3d27d4eb4f;

// A round of XXH64: one to one in the word for any state, so that no altered word goes unseen.
static inline uint64_t added(uint64_t state, uint64_t word) {
  state += word * second_prime;
  return (state << 31 | state >> 33) * first_prime;
}

static inline uint64_t word_at(const uint8_t *bytes, size_t index) {
  uint64_t word;
  memcpy(&word, bytes + 8 * index, 8);
  return word;
}

uint64_t cwords_checksum(const uint8_t *bytes, size_t count, uint64_t seed) {
  uint64_t lanes[4] = {seed, seed ^ first_prime, seed + second_prime, ~seed};
  const size_t words = count / 8;
  size_t index = 0;
  for (; index + 4 <= words; index += 4) {
    for (size_t lane = 0; lane < 4; lane++) {
      lanes[lane] = added(lanes[lane], word_at(bytes, index + lane));
    }
  }
  for (; index < words; index++) lanes[0] = added(lanes[0], word_at(bytes, index));
  uint64_t sum = words;
  for (size_t lane = 0; lane < 4; lane++) sum = added(sum, lanes[lane]);
  return cwords_mixed(sum);
}

int cwords_intact(const struct cwords_pages *pages, size_t from, size_t to) {
  for (size_t page = from / cwords_page; page * cwords_page < to; page++) {
    if (__atomic_load_n(&pages->seen[page], __ATOMIC_RELAXED)) continue;
    const size_t start = page * cwords_page;
    if (start >= pages->count) return 0;
    const size_t rest = pages->count - start;
    const size_t size = rest < cwords_page ? rest : cwords_page;
    if (cwords_checksum(pages->bytes + start, size, page) != pages->sums[page]) return 0;
    __atomic_store_n(&pages->seen[page], 1, __ATOMIC_RELAXED);
  }
  return 1;
}
