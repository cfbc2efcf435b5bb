// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

#include "products.h"

#if defined(__x86_64__)

#include <immintrin.h>

// A tile of C stays in registers: up to 14 rows of two vectors, 28 of the 32 registers.
// `depth` terms of a sum are taken at once: 14 rows of a and one panel of b then stay in the first cache, a
// band of `width` columns of b in the second.
enum { tile_rows = 14, tile_columns = 32, depth = 192, band = 256, row_stride = depth + 16 };

#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define INLINE WIDE __attribute__((always_inline)) static inline

// c = scale · a · panel (+ c) over `inner` terms for a tile of `rows` rows; columns beyond the masks are not
// touched. a(i, k) lies at a[i * row_step + k * inner_step]; the panel has 32 floats for each k. Rows and
// steps are constants where this is used.
INLINE void tile(
    const int rows, const long row_step, const long inner_step, long inner, const float *a,
    const float *panel, float *c, long c_stride, __mmask16 left, __mmask16 right, int keep, float scale) {
  __m512 sums[tile_rows][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    sums[i][0] = sums[i][1] = _mm512_setzero_ps();
    __builtin_prefetch(c + i * c_stride, 1);
    __builtin_prefetch(c + i * c_stride + 16, 1);
  }
  for (long k = 0; k < inner; k++) {
    const __m512 b0 = _mm512_load_ps(panel + k * tile_columns);
    const __m512 b1 = _mm512_load_ps(panel + k * tile_columns + 16);
    const float *column = a + k * inner_step;
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      const __m512 x = _mm512_set1_ps(column[i * row_step]);
      sums[i][0] = _mm512_fmadd_ps(x, b0, sums[i][0]);
      sums[i][1] = _mm512_fmadd_ps(x, b1, sums[i][1]);
    }
  }
  const __m512 factor = _mm512_set1_ps(scale);
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    float *row = c + i * c_stride;
    __m512 c0 = _mm512_mul_ps(sums[i][0], factor);
    __m512 c1 = _mm512_mul_ps(sums[i][1], factor);
    if (keep) {
      c0 = _mm512_add_ps(c0, _mm512_maskz_loadu_ps(left, row));
      c1 = _mm512_add_ps(c1, _mm512_maskz_loadu_ps(right, row + 16));
    }
    _mm512_mask_storeu_ps(row, left, c0);
    _mm512_mask_storeu_ps(row + 16, right, c1);
  }
}

#define CASE(n, row_step, inner_step) \
  case n: tile(n, row_step, inner_step, inner, a, panel, c, c_stride, left, right, keep, scale); break;
#define CASES(row_step, inner_step) \
  switch (rows) { \
    CASE(1, row_step, inner_step) CASE(2, row_step, inner_step) CASE(3, row_step, inner_step) \
    CASE(4, row_step, inner_step) CASE(5, row_step, inner_step) CASE(6, row_step, inner_step) \
    CASE(7, row_step, inner_step) CASE(8, row_step, inner_step) CASE(9, row_step, inner_step) \
    CASE(10, row_step, inner_step) CASE(11, row_step, inner_step) CASE(12, row_step, inner_step) \
    CASE(13, row_step, inner_step) CASE(14, row_step, inner_step) \
  }

WIDE static void tile_of_rows(
    int rows, long inner, const float *a, const float *panel, float *c, long c_stride, __mmask16 left,
    __mmask16 right, int keep, float scale) {
  CASES(row_stride, 1)
}

WIDE static void tile_of_columns(
    int rows, long inner, const float *a, const float *panel, float *c, long c_stride, __mmask16 left,
    __mmask16 right, int keep, float scale) {
  CASES(1, 16)
}

static inline __mmask16 mask_of(long count) {
  return (__mmask16)(count >= 16 ? 0xffff : count <= 0 ? 0 : (1u << count) - 1);
}

// Lays `inner` rows of b out as panels of 32 columns, zeros after the last column. Reads row by row, so that
// memory is fetched ahead.
WIDE static void pack_rows(long inner, const float *b, long stride, long columns, float *panels) {
  for (long k = 0; k < inner; k++) {
    const float *row = b + k * stride;
    float *target = panels + k * tile_columns;
    for (long column = 0; column < columns; column += tile_columns, target += inner * tile_columns) {
      const __mmask16 left = mask_of(columns - column);
      const __mmask16 right = mask_of(columns - column - 16);
      _mm512_store_ps(target, _mm512_maskz_loadu_ps(left, row + column));
      _mm512_store_ps(target + 16, _mm512_maskz_loadu_ps(right, row + column + 16));
    }
  }
}

// Turns sixteen vectors of sixteen floats: rows become columns.
INLINE void transpose(__m512 r[16]) {
  __m512 t[16];
  for (int i = 0; i < 8; i++) {
    t[2 * i] = _mm512_unpacklo_ps(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_ps(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 2; j++) {
      const __m512d low = _mm512_castps_pd(t[4 * i + j]);
      const __m512d high = _mm512_castps_pd(t[4 * i + 2 + j]);
      r[4 * i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
      r[4 * i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
    }
  }
  for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xdd);
  }
  for (int i = 0; i < 8; i++) {
    r[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xdd);
  }
}

// Lays the rows of b, `inner` floats each, out as columns of panels of 32; nothing is read of a last half that
// has no column.
WIDE static void pack_columns(
    long inner, const float *b, long stride, long columns, float *panels) {
  for (long column = 0; column < columns; column += 16) {
    float *panel = panels + column / tile_columns * tile_columns * inner + column % tile_columns;
    for (long k = 0; k < inner; k += 16) {
      const __mmask16 mask = mask_of(inner - k);
      __m512 rows[16];
      for (int i = 0; i < 16; i++)
        rows[i] = column + i < columns
            ? _mm512_maskz_loadu_ps(mask, b + (column + i) * stride + k) : _mm512_setzero_ps();
      transpose(rows);
      for (int i = 0; i < 16 && k + i < inner; i++)
        _mm512_store_ps(panel + (k + i) * tile_columns, rows[i]);
    }
  }
}

// Copies `rows` rows of `inner` floats to a constant stride; asks for the rows that come next.
WIDE static void copy_rows(int rows, long inner, const float *a, long stride, float *copy) {
  for (int i = 0; i < rows; i++)
    for (long k = 0; k < inner; k += 16) {
      const __mmask16 mask = mask_of(inner - k);
      _mm512_store_ps(copy + i * row_stride + k, _mm512_maskz_loadu_ps(mask, a + i * stride + k));
      __builtin_prefetch(a + (i + rows) * stride + k);
    }
}

// Copies `inner` rows of up to 14 floats to a constant stride of 16; asks for the floats that come next.
WIDE static void copy_columns(int rows, long inner, const float *a, long stride, float *copy) {
  const __mmask16 mask = mask_of(rows);
  for (long k = 0; k < inner; k++) {
    _mm512_store_ps(copy + k * 16, _mm512_maskz_loadu_ps(mask, a + k * stride));
    __builtin_prefetch(a + k * stride + 16 + rows);
  }
}

WIDE void ckernels_multiply(
    long rows, long columns, long inner, const float *a, long a_stride, int transpose_a,
    const float *b, long b_stride, int transpose_b, float *c, long c_stride, float scale, int keep) {
  _Alignas(64) float panels[depth * band];
  _Alignas(64) float copy[16 * row_stride];
  const long groups = (rows + tile_rows - 1) / tile_rows;
  const long parts = (inner + depth - 1) / depth;
  for (long part = 0; part < parts; part++) {
    const long start = inner * part / parts;
    const long count = inner * (part + 1) / parts - start;
    for (long first = 0; first < columns; first += band) {
      const long wide = columns - first < band ? columns - first : band;
      const float *from = b + (transpose_b ? first * b_stride + start : start * b_stride + first);
      if (transpose_b)
        pack_columns(count, from, b_stride, wide, panels);
      else
        pack_rows(count, from, b_stride, wide, panels);
      for (long group = 0; group < groups; group++) {
        const long row = rows * group / groups;
        const int height = (int)(rows * (group + 1) / groups - row);
        if (transpose_a)
          copy_columns(height, count, a + start * a_stride + row, a_stride, copy);
        else
          copy_rows(height, count, a + row * a_stride + start, a_stride, copy);
        for (long column = 0; column < wide; column += tile_columns) {
          const __mmask16 left = mask_of(wide - column);
          const __mmask16 right = mask_of(wide - column - 16);
          float *target = c + row * c_stride + first + column;
          (transpose_a ? tile_of_columns : tile_of_rows)(
              height, count, copy, panels + column * count, target, c_stride, left, right,
              keep || part > 0, scale);
        }
      }
    }
  }
}

#endif
