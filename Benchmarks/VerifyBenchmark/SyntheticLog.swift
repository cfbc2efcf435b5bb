// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import BenchmarkSupport
import Dispatch
import Money
import Primitives
import Register
import Signing
import Storage
import TransparencyLog

/// A register of signed events that consists of its public files alone, made in a directory.
struct SyntheticLog {
  /// What the entries are.
  enum Shape: String {
    /// Grants of all works of their issuer: a credential's signature and the event's.
    case grants
    /// Registrations of works, with their fingerprint files: one signature.
    case works
    /// Grants, and the revocation of each: three signatures for two entries.
    case revocations
  }

  let layout: RegisterLayout
  let shape: Shape
  let count: Int
  let threads: Int

  private static let parties = 64
  private static let moment: Int64 = 1_795_219_200

  private static func key(_ number: Int) -> SecretKey {
    guard let key = SecretKey(seed: [UInt8](repeating: UInt8(number + 1), count: 32)) else {
      fail("a seed has 32 bytes")
    }
    return key
  }

  /// Signs all events, and writes the log in batches; fingerprints all have the same content.
  func make(fingerprint: [UInt8]) throws {
    for directory in [layout.root, layout.log, layout.fingerprints] { makeDirectory(directory) }
    let keeper = Self.key(Self.parties)
    let configuration = RegisterConfiguration(
      name: "benchmark", operator: DIDKey(keeper.publicKey))
    guard let signer = configuration.signer(keeper) else { fail("the origin is no key name") }
    for file in try FileSystem.filesBelow(layout.log) {
      try FileSystem.removeFile(layout.log + "/" + file)
    }
    let writer = try LogWriter.create(path: layout.log, signer: signer)
    let digest = SHA256.digest(fingerprint)
    _ = try writer.append(try founders(keeper))
    for start in stride(from: 0, to: count, by: 16_384) {
      let range = start..<min(start + 16_384, count)
      let signed = Signed(count: range.count)
      DispatchQueue.concurrentPerform(iterations: threads) { thread in
        let cut = { (place: Int) in range.lowerBound + range.count * place / threads }
        for number in cut(thread)..<cut(thread + 1) {
          guard let bytes = try? entry(number, fingerprint: digest) else {
            fail("entry \(number) cannot be signed")
          }
          signed.entries[number - start] = bytes
        }
      }
      _ = try writer.append(Array(signed.entries))
      guard shape == .works else { continue }
      for number in range {
        writeFile(fingerprint, to: layout.fingerprint(SHA256.digest("work \(number)")))
      }
    }
    // Last: what was cut off is made again.
    try configuration.write(layout)
  }

  /// The registrations of the operator and of all parties.
  private func founders(_ keeper: SecretKey) throws -> [[UInt8]] {
    let at = Timestamp(secondsSinceEpoch: Self.moment)
    let name = SHA256.digest("name")
    let founding = EventBody.partyRegistered(PartyRegistration(role: .operator, name: name))
    return try [Event(body: founding, at: at, signedBy: keeper).bytes]
      + (0..<Self.parties).map { number in
        let body = EventBody.partyRegistered(PartyRegistration(role: .contributor, name: name))
        return try Event(body: body, at: at, signedBy: Self.key(number)).bytes
      }
  }

  private func entry(_ number: Int, fingerprint: Digest) throws -> [UInt8] {
    let at = Timestamp(secondsSinceEpoch: Self.moment + Int64(number / 100))
    switch shape {
    case .works:
      let registration = WorkRegistration(
        work: SHA256.digest("work \(number)"), byteCount: Int64(1000 + number),
        title: SHA256.digest("title \(number)"), fingerprint: fingerprint)
      let key = Self.key(number % Self.parties)
      return try Event(body: .workRegistered(registration), at: at, signedBy: key).bytes
    case .grants:
      let key = Self.key(number % Self.parties)
      return try Event(body: .grantIssued(try grant(number, key)), at: at, signedBy: key).bytes
    case .revocations:
      let key = Self.key(number / 2 % Self.parties)
      let grant = try grant(number / 2, key)
      let body: EventBody =
        number.isMultiple(of: 2)
        ? .grantIssued(grant) : .grantRevoked(GrantReference(grant: grant.identifier))
      return try Event(body: body, at: at, signedBy: key).bytes
    }
  }

  private func grant(_ number: Int, _ key: SecretKey) throws -> Grant {
    guard let rate = Rate(partsPerMillion: Int64(number % 100_000)) else { fail("no such rate") }
    return try Grant(
      terms: GrantTerms(
        subject: .allWorks, grantee: .anyone, purposes: [.train, .evaluate], rate: rate,
        validFrom: Timestamp(secondsSinceEpoch: Self.moment + Int64(number % 1000))),
      signedBy: key, uuid: Array(SHA256.digest("grant \(number)").bytes.prefix(16)))
  }
}

/// Entries written by several threads, each at places of its own.
private final class Signed: @unchecked Sendable {
  let entries: UnsafeMutableBufferPointer<[UInt8]>

  init(count: Int) {
    entries = .allocate(capacity: count)
    entries.initialize(repeating: [])
  }

  deinit {
    entries.deinitialize()
    entries.deallocate()
  }
}
