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
  /// The part of each work that is trained on, in the manifest's order.
  let training: [TokenText]
  /// The valuation sets, in the configuration's order.
  let targets: [ValuationTarget]

  /// A work cut in two.
  struct Parts {
    let path: String
    let training: [UInt8]
    let heldOut: [UInt8]
  }

  /// Holds out the end of every work that may be evaluated on.
  ///
  /// - Parameters:
  ///   - works: The manifest's entries with their bytes.
  ///   - heldOut: How much of each, in parts per million.
  ///   - mayEvaluate: Whether a work is granted for evaluation.
  /// - Returns: The parts of each work, in their order.
  static func parts(
    of works: [(entry: Manifest.Entry, bytes: [UInt8])], heldOut: Int,
    mayEvaluate: (Digest) -> Bool
  ) -> [Parts] {
    works.map { entry, bytes in
      let held = mayEvaluate(entry.work) ? bytes.count * heldOut / 1_000_000 : 0
      let cut = bytes.count - held
      return Parts(
        path: entry.path, training: Array(bytes[..<cut]), heldOut: Array(bytes[cut...]))
    }
  }

  /// Cuts the parts into tokens and draws the targets from what is held out.
  ///
  /// A target's windows are spread evenly over the held-out text of its works. A work without a
  /// grant for evaluation is trained on as a whole and measured by nobody.
  ///
  /// - Parameters:
  ///   - parts: The works in the manifest's order.
  ///   - configuration: The windows and the targets.
  ///   - encoding: What cuts the works into tokens.
  /// - Throws: `ServiceError` where a target has no text; what the encoding throws.
  init(
    _ parts: [Parts], configuration: RunConfiguration, encoding: some TextEncoding
  ) throws {
    var training: [TokenText] = []
    var tails: [(path: String, text: TokenText)] = []
    for part in parts {
      training.append(try encoding.encode(part.training))
      tails.append((part.path, try encoding.encode(part.heldOut)))
    }
    self.training = training
    tails.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    let length = configuration.model.contextLength + 1
    targets = try configuration.targets.map { target in
      let windows = tails.filter { tail in target.paths.contains { Self.matches(tail.path, $0) } }
        .flatMap { $0.text.passages(length: length, every: length).filter { $0.count == length } }
      guard !windows.isEmpty else {
        throw ServiceError.refused(
          "the target '\(target.name)' has no text: no work of its paths has"
            + " \(length) held-out tokens and a grant for 'evaluate'")
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
      writer.writeBigEndian(UInt64(passage.bytes.count))
      writer.write(passage.bytes)
    }
    return SHA256.digest(writer.bytes)
  }

  private static func matches(_ path: String, _ pattern: String) -> Bool {
    fnmatch(pattern, path, 0) == 0
  }
}
