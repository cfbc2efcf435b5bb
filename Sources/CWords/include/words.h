// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Words of ASCII, sixty-four bytes at a time: Swift has no spelling for a mask of compared bytes.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The state before the first byte of a word.
static const uint64_t cwords_start = 0xcbf29ce484222325;

/// The words that were found: three arrays of `capacity` places, `count` of them taken.
struct cwords_list {
  uint64_t *hashes;
  uint32_t *starts;
  uint32_t *ends;
  size_t count;
  size_t capacity;
};

/// The words that one call adds at most before it looks at the capacity again.
enum { cwords_room = 32 };

/// The finaliser of MurmurHash3, a bijection.
static inline uint64_t cwords_mixed(uint64_t value) {
  value = (value ^ value >> 33) * 0xff51afd7ed558ccd;
  value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53;
  return value ^ value >> 33;
}

/// Reads words of ASCII letters and digits from `from` on, where no word may be open.
///
/// Stops before the first word that touches a byte beyond ASCII or has 64 bytes or more, before
/// such a byte, where fewer than `cwords_room` places are left, or at the end. Returns where it
/// stopped; no word is open there.
size_t cwords_read(const uint8_t *text, size_t count, size_t from, struct cwords_list *list);

/// The same without the processor's wide instructions.
size_t cwords_read_portable(
    const uint8_t *text, size_t count, size_t from, struct cwords_list *list);
