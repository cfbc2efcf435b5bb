// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// One reader of outside bytes, and what it promises of every input.
///
/// A target is run by libFuzzer (`make fuzz`) and, on the inputs in `Tests/Corpora/NAME`, by a plain
/// test. A reader that comes new gets a line in one of the lists.
package struct FuzzTarget: Sendable {
  /// The target's name, which is also that of its folder of inputs.
  package let name: String
  /// Reads the bytes and says which promise is broken; nil where none is.
  package let check: @Sendable ([UInt8]) -> String?

  /// Names a check that refuses by throwing, which is no broken promise.
  init(_ name: String, _ check: @escaping @Sendable ([UInt8]) throws -> String?) {
    self.name = name
    self.check = { bytes in (try? check(bytes)) ?? nil }
  }

  /// All targets.
  package static let all = syntax + signed + gate + streams + files + rights + log + network

  /// The target of a name.
  package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// The bytes as text; nil where they are no UTF-8.
func text(_ bytes: [UInt8]) -> String? { String(validating: bytes, as: UTF8.self) }

/// Whether two texts are the same bytes; Swift's equality lets composed and decomposed forms be one.
func same(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
