// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

#include "words.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A block, and what reading eight bytes from its last place touches.
enum { block = 64, slack = 8 };

// Bit i tells of byte i.
struct masks {
  uint64_t word;
  uint64_t beyond;
};

typedef struct masks (*classifier)(const uint8_t *bytes);

static inline struct masks classify_portable(const uint8_t *bytes) {
  struct masks masks = {0, 0};
  for (unsigned i = 0; i < block; i++) {
    const uint8_t byte = bytes[i];
    const uint8_t letter = (uint8_t)((byte | 0x20) - 'a'), digit = (uint8_t)(byte - '0');
    masks.word |= (uint64_t)(letter < 26 || digit < 10) << i;
    masks.beyond |= (uint64_t)(byte >> 7) << i;
  }
  return masks;
}

// Eight bytes, the first lowest; letters and digits in lower case, anything else altered.
static inline uint64_t load(const uint8_t *bytes) {
  uint64_t value;
  memcpy(&value, bytes, sizeof value);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  value = __builtin_bswap64(value);
#endif
  return value | 0x2020202020202020;
}

// Words of at least one byte; eight bytes may be read from each of them.
static inline uint64_t hash(const uint8_t *bytes, unsigned length) {
  uint64_t state = cwords_start;
  while (length > 8) {
    state = cwords_mixed(state ^ load(bytes));
    bytes += 8;
    length -= 8;
  }
  const unsigned unused = 64 - 8 * length;
  return cwords_mixed(state ^ (load(bytes) << unused >> unused));
}

// Takes the whole words of one block; what it returns is how far they and what separates them reach.
static inline unsigned take(
    const uint8_t *bytes, struct masks masks, size_t place, struct cwords_list *list) {
  const unsigned limit = masks.beyond ? (unsigned)__builtin_ctzll(masks.beyond) : block;
  const uint64_t below = limit < block ? ((uint64_t)1 << limit) - 1 : ~(uint64_t)0;
  const uint64_t word = masks.word & below;
  uint64_t starts = word & ~(word << 1);
  uint64_t ends = ~word & word << 1 & below;
  size_t count = list->count;
  while (ends) {
    const unsigned start = (unsigned)__builtin_ctzll(starts);
    const unsigned end = (unsigned)__builtin_ctzll(ends);
    starts &= starts - 1;
    ends &= ends - 1;
    list->hashes[count] = hash(bytes + start, end - start);
    list->starts[count] = (uint32_t)(place + start);
    list->ends[count] = (uint32_t)(place + end);
    count++;
  }
  list->count = count;
  return starts ? (unsigned)__builtin_ctzll(starts) : limit;
}

// Written once, compiled for each processor that `classify` is for.
__attribute__((always_inline)) static inline size_t read(
    const uint8_t *text, size_t count, size_t from, struct cwords_list *list, classifier classify) {
  while (from < count && list->capacity - list->count >= cwords_room) {
    uint8_t last[block + slack] = {0};
    const uint8_t *bytes = text + from;
    if (count - from < sizeof last) {
      memcpy(last, bytes, count - from < block ? count - from : block);
      bytes = last;
    }
    const struct masks masks = classify(bytes);
    const unsigned taken = take(bytes, masks, from, list);
    if (taken >= count - from) return count;
    from += taken;
    // A byte beyond ASCII follows, or the word that begins here reaches beyond a block.
    if (taken == 0 || masks.beyond) break;
  }
  return from;
}

size_t cwords_read_portable(
    const uint8_t *text, size_t count, size_t from, struct cwords_list *list) {
  return read(text, count, from, list, classify_portable);
}

#if defined(__x86_64__)

#define WIDE __attribute__((target("avx2,bmi,bmi2")))

WIDE static inline uint32_t in_range(__m256i bytes, char first, char size) {
  const __m256i offset = _mm256_sub_epi8(bytes, _mm256_set1_epi8(first));
  const __m256i inside = _mm256_min_epu8(offset, _mm256_set1_epi8((char)(size - 1)));
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(offset, inside));
}

WIDE static inline struct masks classify_wide(const uint8_t *bytes) {
  struct masks masks = {0, 0};
  for (int half = 0; half < 2; half++) {
    const __m256i all = _mm256_loadu_si256((const __m256i *)(bytes + 32 * half));
    const __m256i lower = _mm256_or_si256(all, _mm256_set1_epi8(0x20));
    const uint32_t word = in_range(lower, 'a', 26) | in_range(all, '0', 10);
    masks.word |= (uint64_t)word << 32 * half;
    masks.beyond |= (uint64_t)(uint32_t)_mm256_movemask_epi8(all) << 32 * half;
  }
  return masks;
}

WIDE static size_t read_wide(
    const uint8_t *text, size_t count, size_t from, struct cwords_list *list) {
  return read(text, count, from, list, classify_wide);
}

size_t cwords_read(const uint8_t *text, size_t count, size_t from, struct cwords_list *list) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")
             ? read_wide(text, count, from, list)
             : read(text, count, from, list, classify_portable);
}

#else

size_t cwords_read(const uint8_t *text, size_t count, size_t from, struct cwords_list *list) {
  return read(text, count, from, list, classify_portable);
}

#endif
