// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Signing

/// A value of a column.
package enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])
}

extension SQLValue {
  /// A digest as its 32 bytes.
  package static func digest(_ digest: Digest) -> SQLValue { .blob(digest.bytes) }

  /// A party as the 32 bytes of its key.
  package static func party(_ party: DIDKey) -> SQLValue { .blob(party.publicKey.bytes) }

  /// A moment as seconds since 1970-01-01T00:00:00Z.
  package static func moment(_ moment: Timestamp) -> SQLValue { .integer(moment.secondsSinceEpoch) }

  /// The number of an integer column; nil for all else.
  package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }

  /// The text of a text column; nil for all else.
  package var text: String? { if case .text(let value) = self { value } else { nil } }

  /// The digest of a column that holds one; nil for all else.
  package var digest: Digest? {
    if case .blob(let bytes) = self { Digest(bytes: bytes) } else { nil }
  }

  /// The party of a column that holds a key; nil for all else.
  package var party: DIDKey? {
    if case .blob(let bytes) = self { PublicKey(bytes: bytes).map { DIDKey($0) } } else { nil }
  }

  /// The moment of a column that holds one; nil for all else.
  package var moment: Timestamp? { integer.map { Timestamp(secondsSinceEpoch: $0) } }
}
