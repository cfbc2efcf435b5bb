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

  /// The family whose bits every processor with AVX2 and FMA (x86-64-v3) can repeat.
  package static let portableKernelFamily = "Haswell"

  /// OpenBLAS's families by the instructions that their kernels use without asking.
  private static let avx512Families = ["skylakex", "cooperlake", "sapphirerapids"]
  private static let avx512BFloatFamilies = ["cooperlake", "sapphirerapids"]

  /// What this processor lacks to run a kernel family; nil where nothing is known to be missing.
  ///
  /// OpenBLAS runs whatever family its environment names, and dies of an illegal instruction.
  package static func lacks(forKernelFamily family: String) -> String? {
    let name = family.lowercased()
    if avx512Families.contains(name), cprocessor_has_avx512_skylake() == 0 {
      return "AVX-512 (F, DQ, BW, VL, CD)"
    }
    if avx512BFloatFamilies.contains(name), cprocessor_has_avx512_bfloat() == 0 {
      return "AVX-512 BF16"
    }
    return nil
  }
}
