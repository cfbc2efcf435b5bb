// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CKernels
internal import Glibc
import Synchronization

/// Why the matrix library cannot be used.
package enum BLASError: Error, Hashable {
  /// The processor lacks what the row kernels were compiled for.
  case processorTooOld
  /// No `libopenblas.so.0`; holds the loader's words.
  case libraryMissing(String)
  /// The library lacks a function.
  case symbolMissing(String)
  /// The library runs another kernel family than was asked for.
  case familyRefused(asked: String, got: String)
  /// The processor lacks instructions that the family needs.
  case familyImpossible(String, lacks: String)
  /// Another family was loaded by this process before; it cannot be changed.
  case alreadyLoaded(String)
}

extension BLASError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .processorTooOld:
      "this processor has no AVX2 and FMA: run on one that has (Intel since 2013, AMD since 2015)"
    case .libraryMissing(let reason):
      "OpenBLAS cannot be loaded (\(reason)): install the Debian package libopenblas0"
    case .symbolMissing(let name):
      "OpenBLAS has no function \(name): install the Debian package libopenblas0"
    case .familyRefused(let asked, let got):
      "OpenBLAS runs kernel family \(got), not \(asked): use a processor and a library with \(asked)"
    case .familyImpossible(let family, let lacks):
      "this processor has no \(lacks), which kernel family \(family) needs: use one that has"
    case .alreadyLoaded(let family):
      "OpenBLAS already runs kernel family \(family): start a new process to use another"
    }
  }
}

/// Single-precision matrix products, one thread a call: by `CKernels` where the family is
/// `SkylakeX`, else by OpenBLAS.
///
/// The library is loaded by `load`, after the kernel family was chosen, because its environment
/// variable counts only before that. Results repeat bit for bit for one family and version.
package struct BLAS: Sendable {
  typealias Product =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32,
      UnsafePointer<Float>, Int32, Float, UnsafeMutablePointer<Float>, Int32
    ) -> Void

  /// The kernel family in use, as the library names it (`SkylakeX`, `Haswell`, …).
  package let family: String
  /// The library's own description of its version and build.
  package let build: String
  /// The library's name and version, such as `OpenBLAS 0.3.21`; other versions may give other bits.
  package var version: String { build.split(separator: " ").prefix(2).joined(separator: " ") }
  private let product: Product
  /// Whether `CKernels` computes in the library's place; it is faster on the narrow matrices here.
  private let isWide: Bool

  private static let loaded = Mutex<BLAS?>(nil)

  /// Loads the library with the stated kernel family, or the fastest that this processor runs.
  ///
  /// `family`: a family recorded by an earlier run, to repeat it; nil to choose.
  /// Throws `BLASError` where the library or the family cannot be had.
  package static func load(family: String? = nil) throws(BLASError) -> BLAS {
    let result = loaded.withLock { current -> Result<BLAS, BLASError> in
      if let current {
        guard let family, !sameName(family, current.family) else { return .success(current) }
        return .failure(.alreadyLoaded(current.family))
      }
      do throws(BLASError) {
        let fresh = try open(family: family)
        current = fresh
        return .success(fresh)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private static func open(family: String?) throws(BLASError) -> BLAS {
    guard Processor.runsRowKernels else { throw .processorTooOld }
    let wanted = family ?? Processor.fastestKernelFamily
    if let wanted, let lacks = Processor.lacks(forKernelFamily: wanted) {
      throw .familyImpossible(wanted, lacks: lacks)
    }
    if let wanted { setenv("OPENBLAS_CORETYPE", wanted, 1) }
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    guard let library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL) else {
      throw .libraryMissing(dlerror().map { String(cString: $0) } ?? "no reason given")
    }
    func symbol(_ name: String) throws(BLASError) -> UnsafeMutableRawPointer {
      guard let address = dlsym(library, name) else { throw .symbolMissing(name) }
      return address
    }
    typealias Text = @convention(c) () -> UnsafePointer<CChar>?
    typealias SetThreads = @convention(c) (Int32) -> Void
    let name = unsafeBitCast(try symbol("openblas_get_corename"), to: Text.self)
    let configuration = unsafeBitCast(try symbol("openblas_get_config"), to: Text.self)
    unsafeBitCast(try symbol("openblas_set_num_threads"), to: SetThreads.self)(1)
    let product = unsafeBitCast(try symbol("cblas_sgemm"), to: Product.self)
    let got = name().map { String(cString: $0) } ?? "unknown"
    if let wanted, !sameName(wanted, got) { throw .familyRefused(asked: wanted, got: got) }
    let build = configuration().map { String(cString: $0) } ?? "unknown"
    return BLAS(
      family: got, build: build, product: product, isWide: sameName(got, "SkylakeX"))
  }

  private static func sameName(_ left: String, _ right: String) -> Bool {
    left.lowercased() == right.lowercased()
  }

  /// Row-major `c = scale · op(a) · op(b) + keep · c`.
  ///
  /// `a`: `rows × inner` with `aStride` floats between rows; `inner × rows` if `transposeA`.
  /// `b`: `inner × columns` with `bStride`; `columns × inner` if `transposeB`.
  /// `c`: `rows × columns` with `cStride`; overwritten where `keep` is 0.
  @inline(__always)
  package func multiply(
    rows: Int, columns: Int, inner: Int,
    _ a: UnsafePointer<Float>, _ aStride: Int, transposeA: Bool = false,
    _ b: UnsafePointer<Float>, _ bStride: Int, transposeB: Bool = false,
    into c: UnsafeMutablePointer<Float>, _ cStride: Int, scale: Float = 1, keep: Float = 0
  ) {
    #if arch(x86_64)
      if isWide, keep == 0 || keep == 1 {
        ckernels_multiply(
          rows, columns, inner, a, aStride, transposeA ? 1 : 0, b, bStride, transposeB ? 1 : 0,
          c, cStride, scale, keep == 1 ? 1 : 0)
        return
      }
    #endif
    libraryMultiply(
      rows: rows, columns: columns, inner: inner, a, aStride, transposeA: transposeA, b, bStride,
      transposeB: transposeB, into: c, cStride, scale: scale, keep: keep)
  }

  /// The same product by OpenBLAS, whatever the family.
  package func libraryMultiply(
    rows: Int, columns: Int, inner: Int,
    _ a: UnsafePointer<Float>, _ aStride: Int, transposeA: Bool = false,
    _ b: UnsafePointer<Float>, _ bStride: Int, transposeB: Bool = false,
    into c: UnsafeMutablePointer<Float>, _ cStride: Int, scale: Float = 1, keep: Float = 0
  ) {
    let rowMajor: Int32 = 101
    let plain: Int32 = 111
    let transposed: Int32 = 112
    product(
      rowMajor, transposeA ? transposed : plain, transposeB ? transposed : plain,
      Int32(truncatingIfNeeded: rows), Int32(truncatingIfNeeded: columns),
      Int32(truncatingIfNeeded: inner), scale, a, Int32(truncatingIfNeeded: aStride),
      b, Int32(truncatingIfNeeded: bStride), keep, c, Int32(truncatingIfNeeded: cStride))
  }
}
