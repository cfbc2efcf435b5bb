// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The hashes of a text's runs of words and of all its words, in one pass.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The multiplier of runs: 2^64 divided by the golden ratio, made odd.
static const uint64_t cwords_multiplier = 0x9e3779b97f4a7c15;

/// The multiplier of whole texts: the first prime of XXH64.
static const uint64_t cwords_sequence_multiplier = 0x9e3779b185ebca87;

/// Hashes the runs of eight and of five words, and the whole sequence, which it returns.
///
/// `eights` has a place for each word but the last seven, `fives` for each but the last four; what
/// has too few words has none. `fives` is null where they are not wanted.
uint64_t cwords_runs(const uint64_t *words, size_t count, uint64_t *eights, uint64_t *fives);

/// The same without the processor's wide instructions.
uint64_t cwords_runs_portable(
    const uint64_t *words, size_t count, uint64_t *eights, uint64_t *fives);
