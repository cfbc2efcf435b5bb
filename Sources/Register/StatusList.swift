// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
import CZlib
package import Primitives
package import Signing

/// One Bitstring Status List of a register: a bit a credential, as a credential itself.
///
/// W3C Bitstring Status List 1.0. The bits are a function of the log, so that whoever has the log
/// derives the list again; whoever has not takes the operator's signature.
package struct StatusList: Hashable, Sendable {
  /// What a set bit means.
  package let purpose: StatusEntry.Purpose
  /// What the register's addresses begin with.
  package let base: String
  /// The number of the list.
  package let number: Int
  /// The bits; index 0 is the highest bit of the first byte.
  private var bytes: [UInt8]

  private static let byteCount = StatusEntry.entriesPerList / 8
  /// More than any list of ours compresses to: random bits do not, and gzip adds a header.
  private static let largestEncoding = byteCount + 1024

  /// A list with no bit set.
  package init(purpose: StatusEntry.Purpose, base: String, number: Int) {
    self.purpose = purpose
    self.base = base
    self.number = number
    bytes = [UInt8](repeating: 0, count: Self.byteCount)
  }

  /// The address that credentials name.
  package var address: String {
    StatusEntry.address(base: base, purpose: purpose, list: number)
  }

  /// The bit of a place in the list.
  package subscript(index: Int) -> Bool {
    get {
      let mask: UInt8 = 0x80 >> UInt8(index % 8)
      return bytes[index / 8] & mask != 0
    }
    set {
      let mask: UInt8 = 0x80 >> UInt8(index % 8)
      if newValue { bytes[index / 8] |= mask } else { bytes[index / 8] &= ~mask }
    }
  }

  /// The bits as the standard encodes them: `u`, then base64url of the gzip bytes.
  package var encoded: String {
    var output = [UInt8](repeating: 0, count: Self.largestEncoding)
    let count = czlib_gzip(bytes, bytes.count, &output, output.count)
    precondition(count > 0, "a list of fixed size always fits")
    return "u" + Base64.encodeURL(Array(output[..<count]))
  }

  /// Signs the list as a credential.
  ///
  /// - Parameters:
  ///   - key: The operator's key.
  ///   - moment: From when it says so.
  /// - Returns: The status list credential.
  /// - Throws: What signing throws.
  package func credential(signedBy key: SecretKey, at moment: Timestamp) throws -> JSON {
    let document: JSON = [
      "@context": ["https://www.w3.org/ns/credentials/v2"], "id": .string(address),
      "type": ["VerifiableCredential", "BitstringStatusListCredential"],
      "issuer": .string(DIDKey(key.publicKey).text), "validFrom": .string(moment.description),
      "credentialSubject": [
        "id": .string(address + "#list"), "type": "BitstringStatusList",
        "statusPurpose": .string(purpose.rawValue), "encodedList": .string(encoded),
      ],
    ]
    return try DataIntegrity.sign(document: document, key: key, created: moment)
  }

  /// Reads and verifies a list of a register.
  ///
  /// - Parameters:
  ///   - credential: The status list credential.
  ///   - issuer: Who must have signed it: the register's operator.
  /// - Throws: `StatusListError`, or `JSONFieldError` for a member that is missing or malformed.
  package init(credential: JSON, issuer: DIDKey) throws {
    if case .invalid(let reason) = DataIntegrity.verify(document: credential, expected: issuer) {
      throw StatusListError.badProof("\(reason)")
    }
    guard let type = credential.object?["type"]?.array,
      type.contains("BitstringStatusListCredential"),
      credential.object?["issuer"] == .string(issuer.text),
      let address = credential.object?["id"]?.string
    else { throw StatusListError.notAList }
    var fields = try JSONFields(
      credential.object?["credentialSubject"], of: "the status list's subject")
    guard fields.optional("type") == "BitstringStatusList" else { throw StatusListError.notAList }
    let purpose = try fields.parsed(
      "statusPurpose", as: "revocation or suspension", StatusEntry.Purpose.init(rawValue:))
    let encoded = try fields.string("encodedList")
    let marker = "status/\(purpose.rawValue)/"
    guard let slash = address.lastIndex(of: "/"), let number = Int(address[slash...].dropFirst()),
      (0..<StatusEntry.maximumLists).contains(number),
      address[...slash].hasSuffix(marker)
    else { throw StatusListError.unknownAddress(address) }
    self.init(
      purpose: purpose, base: String(address[...slash].dropLast(marker.count)), number: number)
    guard encoded.utf8.count <= 2 * Self.largestEncoding, encoded.hasPrefix("u"),
      let compressed = Base64.decodeURL(String(encoded.dropFirst())),
      czlib_gunzip_exactly(compressed, compressed.count, &bytes, bytes.count) == 1
    else { throw StatusListError.badBits }
  }
}

extension RegisterState {
  /// The status lists that a log makes, by purpose and number.
  ///
  /// - Parameter numbers: Only these lists; nil for all.
  /// - Returns: The lists, revocations before suspensions, each by number.
  /// - Complexity: O(grants).
  package func statusLists(_ numbers: Set<Int>? = nil) -> [StatusList] {
    guard let base = statusBase else { return [] }
    let wanted = numbers ?? Set(statusIndices.keys)
    return StatusEntry.Purpose.allCases.flatMap { purpose in
      var lists: [Int: StatusList] = [:]
      for number in wanted {
        lists[number] = StatusList(purpose: purpose, base: base, number: number)
      }
      for grant in grants {
        guard let status = grant.grant.status, wanted.contains(status.list) else { continue }
        let position = purpose == .revocation ? grant.revokedAt : grant.suspendedAt
        if position != nil { lists[status.list]?[status.index] = true }
      }
      return lists.values.sorted { $0.number < $1.number }
    }
  }
}

/// Why a document is not a status list that can be relied on.
package enum StatusListError: Error, Hashable, Sendable {
  case notAList
  case unknownAddress(String)
  case badBits
  case badProof(String)
}

extension StatusListError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notAList: "the document is no Bitstring Status List credential of the register's operator"
    case .unknownAddress(let address):
      "'\(address)' is no address of a status list: it ends in status/revocation/N or"
        + " status/suspension/N"
    case .badBits:
      "the list's bits are not \(StatusEntry.entriesPerList) bits in gzip and base64url"
    case .badProof(let reason): "the status list's signature does not verify: \(reason)"
    }
  }
}
