// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

#include "runs.h"

#include "words.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A round of XXH64; each waits for the one before, so everything else is done meanwhile.
static inline uint64_t added(uint64_t sum, uint64_t word) {
  sum += word * cwords_multiplier;
  return (sum << 31 | sum >> 33) * cwords_sequence_multiplier;
}

uint64_t cwords_runs_portable(
    const uint64_t *words, size_t count, uint64_t *eights, uint64_t *fives) {
  const uint64_t p = cwords_multiplier;
  const uint64_t leaves_five = p * p * p * p * p, leaves_eight = leaves_five * p * p * p;
  uint64_t sequence = count, eight = 0, five = 0;
  for (size_t i = 0; i < count; i++) {
    sequence = added(sequence, words[i]);
    eight = eight * p + (words[i] - (i >= 8 ? words[i - 8] * leaves_eight : 0));
    five = five * p + (words[i] - (i >= 5 ? words[i - 5] * leaves_five : 0));
    if (i >= 7) eights[i - 7] = cwords_mixed(eight);
    if (fives && i >= 4) fives[i - 4] = cwords_mixed(five);
  }
  return cwords_mixed(sequence);
}

#if defined(__x86_64__)

#define WIDE __attribute__((target("avx512f,avx512dq")))

WIDE static inline __m512i times(__m512i values, uint64_t factor) {
  return _mm512_mullo_epi64(values, _mm512_set1_epi64((long long)factor));
}

// `cwords_mixed` of eight values.
WIDE static inline __m512i mixed(__m512i values) {
  values = times(
      _mm512_xor_si512(values, _mm512_srli_epi64(values, 33)), 0xff51afd7ed558ccd);
  values = times(
      _mm512_xor_si512(values, _mm512_srli_epi64(values, 33)), 0xc4ceb9fe1a85ec53);
  return _mm512_xor_si512(values, _mm512_srli_epi64(values, 33));
}

// The sums of the runs of four words that begin at the first eight of eleven words.
WIDE static inline __m512i fours(const uint64_t *words) {
  const uint64_t p = cwords_multiplier;
  const __m512i first =
      _mm512_add_epi64(times(_mm512_loadu_si512(words), p), _mm512_loadu_si512(words + 1));
  const __m512i second =
      _mm512_add_epi64(times(_mm512_loadu_si512(words + 2), p), _mm512_loadu_si512(words + 3));
  return _mm512_add_epi64(times(first, p * p), second);
}

// What of a text of 19 words or more is done eight words at a time; returns how many of them.
WIDE static size_t wide_runs(
    const uint64_t *words, size_t count, uint64_t *eights, uint64_t *fives, uint64_t *sequence) {
  const uint64_t p = cwords_multiplier;
  size_t i = 0;
  __m512i here = fours(words);
  for (; i + 19 <= count; i += 8) {
    const __m512i next = fours(words + i + 8);
    const __m512i later = _mm512_alignr_epi64(next, here, 4);
    const __m512i eight = _mm512_add_epi64(times(here, p * p * p * p), later);
    _mm512_storeu_si512(eights + i, mixed(eight));
    if (fives) {
      const __m512i five = _mm512_add_epi64(times(here, p), _mm512_loadu_si512(words + i + 4));
      _mm512_storeu_si512(fives + i, mixed(five));
    }
    here = next;
    for (size_t j = 0; j < 8; j++) *sequence = added(*sequence, words[i + j]);
  }
  return i;
}

uint64_t cwords_runs(const uint64_t *words, size_t count, uint64_t *eights, uint64_t *fives) {
  if (count < 19 || !__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq")) {
    return cwords_runs_portable(words, count, eights, fives);
  }
  const uint64_t p = cwords_multiplier;
  uint64_t sequence = count;
  for (size_t i = wide_runs(words, count, eights, fives, &sequence); i < count; i++) {
    sequence = added(sequence, words[i]);
    if (i + 5 > count) continue;
    uint64_t run = ((words[i] * p + words[i + 1]) * p + words[i + 2]) * p + words[i + 3];
    run = run * p + words[i + 4];
    if (fives) fives[i] = cwords_mixed(run);
    if (i + 8 > count) continue;
    eights[i] = cwords_mixed(((run * p + words[i + 5]) * p + words[i + 6]) * p + words[i + 7]);
  }
  return cwords_mixed(sequence);
}

#else

uint64_t cwords_runs(const uint64_t *words, size_t count, uint64_t *eights, uint64_t *fives) {
  return cwords_runs_portable(words, count, eights, fives);
}

#endif
