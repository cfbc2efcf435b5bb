// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Gate
import Glibc
import Primitives
import Register
import Signing
import Transformer

/// Splits the works of a manifest into what is trained on and what the run is measured by.
struct HeldOutText {
  /// The bytes of each work that are trained on, in the manifest's order.
  let training: [[UInt8]]
  /// The valuation sets, in the configuration's order.
  let targets: [ValuationTarget]

  /// Holds out the end of every work that may be evaluated on, and draws the targets from it.
  ///
  /// A target's windows are spread evenly over the held-out text of its works. A work without a
  /// grant for evaluation is trained on as a whole and measured by nobody.
  ///
  /// - Parameters:
  ///   - works: The manifest's entries with their bytes.
  ///   - configuration: The part held out, the windows and the targets.
  ///   - mayEvaluate: Whether a work is granted for evaluation.
  /// - Throws: `ServiceError` where a target has no text.
  init(
    works: [(entry: Manifest.Entry, bytes: [UInt8])], configuration: RunConfiguration,
    mayEvaluate: (Digest) -> Bool
  ) throws {
    var training: [[UInt8]] = []
    var tails: [(path: String, bytes: ArraySlice<UInt8>)] = []
    for (entry, bytes) in works {
      let isHeld = mayEvaluate(entry.work)
      let held = isHeld ? bytes.count * configuration.heldOut / 1_000_000 : 0
      training.append(Array(bytes[..<(bytes.count - held)]))
      tails.append((entry.path, bytes[(bytes.count - held)...]))
    }
    self.training = training
    tails.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    let length = configuration.model.contextLength + 1
    targets = try configuration.targets.map { target in
      let windows = tails.filter { tail in target.paths.contains { Self.matches(tail.path, $0) } }
        .flatMap { tail in
          stride(from: tail.bytes.startIndex, to: tail.bytes.endIndex - length + 1, by: length)
            .map { Array(tail.bytes[$0..<($0 + length)]) }
        }
      guard !windows.isEmpty else {
        throw ServiceError.refused(
          "the target '\(target.name)' has no text: no work of its paths has"
            + " \(length) held-out bytes and a grant for 'evaluate'")
      }
      let count = min(configuration.windows, windows.count)
      return ValuationTarget(
        name: target.name, passages: (0..<count).map { windows[$0 * windows.count / count] })
    }
  }

  /// The digest that `run.started` commits to: each passage behind its 64-bit length.
  static func digest(of target: ValuationTarget) -> Digest {
    var writer = ByteWriter()
    for passage in target.passages {
      writer.writeBigEndian(UInt64(passage.count))
      writer.write(passage)
    }
    return SHA256.digest(writer.bytes)
  }

  private static func matches(_ path: String, _ pattern: String) -> Bool {
    fnmatch(pattern, path, 0) == 0
  }
}
