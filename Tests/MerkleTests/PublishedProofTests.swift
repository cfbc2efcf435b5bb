// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Merkle
import Primitives
import Signing
import TestSupport
import Testing

/// One line of the published proofs; Base64 throughout.
private struct PublishedProof: Decodable, CustomTestStringConvertible {
  var `case`: String
  var leafIdx: UInt64?
  var treeSize: UInt64?
  var root: String?
  var leafHash: String?
  var size1: UInt64?
  var size2: UInt64?
  var root1: String?
  var root2: String?
  var proof: [String]?
  var wantErr: Bool

  var testDescription: String { `case` }

  /// The path; nil where an element is no digest, which is a fault of the proof.
  var path: [Digest]? {
    let hashes = (proof ?? []).map { Base64.decode($0).flatMap { Digest(bytes: $0) } }
    return hashes.contains(nil) ? nil : hashes.compactMap(\.self)
  }

  /// A root, nil where it is empty; the vectors use short texts as roots that are only compared, so those are hashed.
  static func root(_ text: String?) throws -> Digest? {
    let bytes = try #require(Base64.decode(text ?? ""))
    if bytes.isEmpty { return nil }
    return Digest(bytes: bytes) ?? SHA256.digest(bytes)
  }

  static func read(_ name: String) throws -> [PublishedProof] {
    try Vectors.text("rfc6962/\(name).jsonl").split(separator: "\n").map {
      try JSONDecoder().decode(PublishedProof.self, from: Data($0.utf8))
    }
  }
}

@Suite(.enabled(if: Vectors.areAvailable(for: "RFC 6962 proofs")))
struct PublishedProofTests {
  @Test func `All 98 published inclusion proofs get the published verdict`() throws {
    let cases = try PublishedProof.read("inclusion")
    #expect(cases.count == 98)
    for vector in cases {
      let index = try #require(vector.leafIdx)
      let size = try #require(vector.treeSize)
      let leaf = try PublishedProof.root(vector.leafHash)
      let root = try PublishedProof.root(vector.root)
      var isValid = false
      if let leaf, let root, let path = vector.path {
        isValid =
          InclusionProof(index: index, size: size, path: path)
          .verify(leafHash: leaf, root: root, hasher: SHA256Tree()).isValid
      }
      #expect(isValid == !vector.wantErr, "\(vector.case)")
    }
  }

  @Test func `All 98 published consistency proofs get the published verdict`() throws {
    let cases = try PublishedProof.read("consistency")
    #expect(cases.count == 98)
    for vector in cases {
      let older = try #require(vector.size1)
      let newer = try #require(vector.size2)
      let olderRoot = try PublishedProof.root(vector.root1)
      let newerRoot = try PublishedProof.root(vector.root2)
      var isValid = false
      if let olderRoot, let newerRoot, let path = vector.path {
        isValid =
          ConsistencyProof(older: older, newer: newer, path: path)
          .verify(olderRoot: olderRoot, newerRoot: newerRoot, hasher: SHA256Tree()).isValid
      }
      #expect(isValid == !vector.wantErr, "\(vector.case)")
    }
  }
}
