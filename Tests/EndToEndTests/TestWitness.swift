// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Signing
import Testing

/// A witness of the tests, which cosigns whatever it is given.
struct TestWitness {
  /// What policies call it.
  static let name = "first"
  /// When it signs, in seconds since 1970.
  static let time: Int64 = 1_800_000_000
  private let signer: CosignatureSigner

  init() throws {
    let key = try #require(SecretKey(seed: [UInt8](repeating: 2, count: 32)))
    signer = try #require(CosignatureSigner(name: "witness.example/w1", key: key))
  }

  /// A policy that asks for this witness, and names a log where one is given.
  func policy(log: String? = nil) -> String {
    (log.map { "log \($0)\n" } ?? "")
      + "witness \(Self.name) \(signer.verifier.text)\nquorum \(Self.name)\n"
  }

  /// A checkpoint with its cosignature.
  func cosigned(_ checkpoint: [UInt8]) throws -> [UInt8] {
    var note = try SignedNote(parsing: checkpoint)
    note.signatures.append(signer.sign(note.text, at: Self.time))
    return Array(note.encoded.utf8)
  }
}
