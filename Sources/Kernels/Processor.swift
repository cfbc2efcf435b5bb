// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CProcessor

/// What the row kernels and the matrix library may use of this processor.
package enum Processor {
  /// Whether the row kernels, compiled for AVX2 and FMA on x86-64, can run.
  package static var runsRowKernels: Bool {
    #if arch(x86_64)
      cprocessor_has_avx2_fma() != 0
    #else
      true
    #endif
  }

  /// The name of the fastest OpenBLAS kernel family this processor can run, or nil where only the
  /// library itself knows.
  ///
  /// OpenBLAS 0.3.21 falls back to `Prescott`, many times slower, on processors newer than itself;
  /// naming the family by instruction set avoids that.
  package static var fastestKernelFamily: String? {
    if cprocessor_has_avx512_skylake() != 0 { return "SkylakeX" }
    if cprocessor_has_avx2_fma() != 0 { return "Haswell" }
    return nil
  }
}
