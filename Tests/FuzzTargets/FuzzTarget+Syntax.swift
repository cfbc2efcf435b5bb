// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Merkle
import Money
import Primitives

extension FuzzTarget {
  /// Texts, numbers and the forms of the log.
  static let syntax: [FuzzTarget] = [
    FuzzTarget("json") { bytes in
      let value = try JSON.parse(bytes)
      let canonical = value.canonicalBytes
      guard try JSON.parse(canonical).canonicalBytes == canonical else {
        return "canonical bytes read back are other bytes"
      }
      guard try JSON.parse(Array(value.prettyText.utf8)).canonicalBytes == canonical else {
        return "indented text reads back as another value"
      }
      return nil
    },
    FuzzTarget("base58") { bytes in
      if bytes.count <= 128, Base58.decode(Base58.encode(bytes)) != bytes { return "bytes change" }
      guard let text = text(bytes), let decoded = Base58.decode(text) else { return nil }
      return same(Base58.encode(decoded), text) ? nil : "the text has a second spelling"
    },
    FuzzTarget("base64") { bytes in
      if Base64.decode(Base64.encode(bytes)) != bytes { return "bytes change" }
      guard let text = text(bytes), let decoded = Base64.decode(text) else { return nil }
      return same(Base64.encode(decoded), text) ? nil : "the text has a second spelling"
    },
    FuzzTarget("hex") { bytes in
      if Hex.decode(Hex.encode(bytes)) != bytes { return "bytes change" }
      guard let text = text(bytes), let digest = Digest(hex: text) else { return nil }
      return same(digest.hex, text) ? nil : "a digest has a second spelling"
    },
    FuzzTarget("timestamp") { bytes in
      guard let text = text(bytes), let moment = Timestamp(text) else { return nil }
      let spelled = same(moment.description, text) || same(moment.date, text)
      return spelled && Timestamp(moment.description) == moment ? nil : "another moment"
    },
    FuzzTarget("rate") { bytes in
      guard let text = text(bytes), let rate = Rate(text) else { return nil }
      return Rate(rate.description) == rate ? nil : "another rate"
    },
    FuzzTarget("period") { bytes in
      guard let text = text(bytes), let period = Period(text) else { return nil }
      return same(period.description, text) ? nil : "a period has a second spelling"
    },
    FuzzTarget("amount") { bytes in
      // The first three bytes are the currency.
      guard let text = text(bytes), let currency = Currency(code: String(text.prefix(3))) else {
        return nil
      }
      let amount = try Amount(String(text.dropFirst(3)), currency: currency)
      return try Amount(amount.decimalText, currency: currency) == amount ? nil : "another amount"
    },
    FuzzTarget("checkpoint") { bytes in
      guard let text = text(bytes), let checkpoint = Checkpoint(text: text) else { return nil }
      return same(checkpoint.text, text) ? nil : "a checkpoint has a second spelling"
    },
    FuzzTarget("tile-path") { bytes in
      guard let text = text(bytes), let tile = Tile(path: text) else { return nil }
      return same(tile.path, text) && Tile(path: tile.path) == tile ? nil : "another tile"
    },
    FuzzTarget("tile") { bytes in
      // The first byte is the width less one.
      guard let first = bytes.first else { return nil }
      let tile = Tile(.hashes(level: 0), index: 0, width: Int(first) + 1)
      let rest = Array(bytes.dropFirst())
      guard let hashes = tile.decodeHashes(rest) else { return nil }
      return Tile.encode(hashes: hashes) == rest ? nil : "hashes change"
    },
    FuzzTarget("bundle") { bytes in
      // The first byte is the number of entries less one.
      guard let first = bytes.first else { return nil }
      let rest = Array(bytes.dropFirst())
      guard let entries = EntryBundle.decode(rest, count: Int(first) + 1) else { return nil }
      return EntryBundle.encode(entries) == rest ? nil : "entries change"
    },
  ]
}
