// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Register
import TestSupport

/// A box of JUMBF.
func box(_ type: String, _ content: [UInt8]) -> [UInt8] {
  var writer = ByteWriter()
  writer.writeBigEndian(UInt32(content.count + 8))
  return writer.bytes + Array(type.utf8) + content
}

/// A superbox with a label and a content box.
func labelled(_ label: String, _ content: [UInt8]) -> [UInt8] {
  let description =
    [UInt8](repeating: 7, count: 16) + [3] + Array(label.utf8) + [0]
  return box("jumb", box("jumd", description) + content)
}

/// A store with one assertion, as C2PA nests it.
func boxes(of assertion: JSON) -> [UInt8] {
  let data = cbor(assertion["data"] ?? .null)
  let inner = labelled(assertion["label"]?.string ?? "", box("cbor", data))
  return labelled("c2pa", labelled("urn:c2pa:1", labelled("c2pa.assertions", inner)))
}

/// JSON of texts, arrays, objects and small numbers as CBOR.
func cbor(_ value: JSON) -> [UInt8] {
  func head(_ major: UInt8, _ count: Int) -> [UInt8] {
    switch count {
    case ..<24: [major << 5 | UInt8(count)]
    case ..<256: [major << 5 | 24, UInt8(count)]
    default: [major << 5 | 25, UInt8(count >> 8), UInt8(count & 255)]
    }
  }
  switch value {
  case .null, .double: return [0xf6]
  case .bool(let value): return [value ? 0xf5 : 0xf4]
  case .integer(let value): return head(0, Int(value))
  case .string(let text): return head(3, text.utf8.count) + Array(text.utf8)
  case .array(let values): return head(4, values.count) + values.flatMap(cbor)
  case .object(let object):
    return head(5, object.members.count)
      + object.members.flatMap { cbor(.string($0.key)) + cbor($0.value) }
  }
}

extension SampleLedger {
  /// Logs a signal of a party that prohibits purposes.
  mutating func observe(
    _ prohibited: [Purpose], of party: Int, work: Digest? = nil, format: SignalFormat = .rsl,
    evidence: String = "evidence", by signer: Int = 0
  ) throws {
    try append(
      .signalObserved(
        SignalObservation(
          party: testParty(party), subject: work.map { .work($0) } ?? .allWorks, format: format,
          version: "1.0", url: nil,
          evidence: [
            .init(place: .license, digest: testDigest(evidence), byteCount: 8, status: nil)
          ], prohibited: prohibited)), by: signer)
  }
}
