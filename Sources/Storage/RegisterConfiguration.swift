// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Signing

/// `cadastre.json`: what a register is called, who keeps it, and the form it is kept in.
package struct RegisterConfiguration: Hashable, Sendable {
  /// The register's name; a commitment to it stands in the log's first entry.
  package let name: String
  /// The operator's key, which signs checkpoints.
  package let `operator`: DIDKey
  /// The log's origin line (C2SP tlog-checkpoint).
  package let origin: String

  private static let format = "cadastre-register/1"

  /// The longest name of a register.
  package static let maximumNameLength = 80

  /// Makes a configuration; the origin is `cadastre/` and a form of the name without spaces.
  package init(name: String, operator: DIDKey) {
    self.name = name
    self.operator = `operator`
    let letters = name.unicodeScalars.map { scalar in
      scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        ? String(scalar).lowercased() : "-"
    }
    origin = "cadastre/" + letters.joined()
  }

  /// Reads `cadastre.json`.
  ///
  /// - Throws: `ConfigurationError` where it is missing or not of the form; else `StorageError`.
  package static func read(_ layout: RegisterLayout) throws -> RegisterConfiguration {
    guard FileSystem.fileExists(layout.configuration) else {
      throw ConfigurationError.noRegister(layout.root)
    }
    let bytes = try FileSystem.readFile(layout.configuration, limit: 65_536)
    return try RegisterConfiguration(bytes: bytes, name: layout.configuration)
  }

  /// Reads the bytes of `cadastre.json`, which are called `name` in messages.
  ///
  /// - Throws: `ConfigurationError.malformed`.
  package init(bytes: [UInt8], name: String) throws(ConfigurationError) {
    do {
      self = try RegisterConfiguration(json: try JSON.parse(bytes))
    } catch {
      throw .malformed(name, "\(error)")
    }
  }

  /// Puts `cadastre.json` in place; its presence is what makes a directory a register.
  package func write(_ layout: RegisterLayout) throws(StorageError) {
    try DurableFile.write(bytes, to: layout.configuration)
  }

  /// The file form, byte for byte.
  package var bytes: [UInt8] { Array(json.prettyText.utf8) }

  /// What checks the log's checkpoints; nil only where the origin is no key name.
  package var verifier: NoteVerifier? {
    NoteVerifier(name: origin, publicKey: `operator`.publicKey)
  }

  /// What signs the log's checkpoints.
  package func signer(_ key: SecretKey) -> NoteSigner? { NoteSigner(name: origin, key: key) }

  /// Reads the file form, strictly.
  package init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "cadastre.json")
    _ = try fields.parsed("format", as: "'\(Self.format)'") { $0 == Self.format ? $0 : nil }
    name = try fields.string("name")
    `operator` = try fields.parsed("operator", as: "a did:key", DIDKey.init)
    origin = try fields.string("origin")
    try fields.finish()
  }

  /// The file form.
  package var json: JSON {
    [
      "format": .string(Self.format), "name": .string(name),
      "operator": .string(`operator`.text), "origin": .string(origin),
    ]
  }
}

/// Why a directory is not taken for a register.
package enum ConfigurationError: Error, Hashable, Sendable {
  case noRegister(String)
  case malformed(String, String)
}

extension ConfigurationError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noRegister(let path): "'\(path)' is no register: make one with 'cadastre init'"
    case .malformed(let path, let reason):
      "'\(path)' cannot be read: \(reason): restore it from a copy"
    }
  }
}
