// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Matrix products in AVX-512, which Swift has no spelling for.
#pragma once

#if defined(__x86_64__)

/// Row-major `c = scale * op(a) * op(b)`, added to c where `keep`; only where the processor has AVX-512
/// F, BW, DQ and VL. Sums run in the order of the inner dimension, 192 terms at a time: a product's
/// bits do not depend on how its rows and columns are cut.
void ckernels_multiply(
    long rows, long columns, long inner, const float *a, long a_stride, int transpose_a,
    const float *b, long b_stride, int transpose_b, float *c, long c_stride, float scale, int keep);

#endif
