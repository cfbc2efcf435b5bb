// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
package import Signing
package import Storage

/// The keys kept beside a register: one JSON file a key, mode 0600.
package struct KeyStore: Sendable {
  private let directory: String

  /// The operator's key's name.
  package static let operatorName = "operator"

  /// The keys of a register.
  package init(_ layout: RegisterLayout) { directory = layout.keys }

  /// A key's name: 1 to 64 letters, digits, dots, hyphens and underscores.
  package static func isName(_ name: String) -> Bool {
    let allowed = name.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains($0))
    }
    return allowed && (1...64).contains(name.utf8.count) && !name.hasPrefix(".")
  }

  /// Keeps a key under a new name.
  package func add(_ key: SecretKey, name: String) throws {
    guard Self.isName(name) else {
      throw ServiceError.usage(
        "'\(name)' cannot name a key: use letters, digits, dots, hyphens and underscores")
    }
    guard !FileSystem.fileExists(path(name)) else {
      throw ServiceError.refused("a key named '\(name)' exists: choose another name")
    }
    try Self.write(key, to: path(name))
  }

  /// Writes a key file, for its owner's eyes only; a file that is there is replaced.
  package static func write(_ key: SecretKey, to path: String) throws(StorageError) {
    let json: JSON = [
      "did": .string(DIDKey(key.publicKey).text), "secretKeyMultibase": .string(key.multikey),
    ]
    try DurableFile.write(Array(json.prettyText.utf8), to: path, mode: 0o600)
  }

  /// Reads a key by its name here, else by the path of its file.
  package func load(_ nameOrPath: String) throws -> SecretKey {
    let file =
      Self.isName(nameOrPath) && FileSystem.fileExists(path(nameOrPath))
      ? path(nameOrPath) : nameOrPath
    guard FileSystem.fileExists(file) else {
      throw ServiceError.refused(
        "no key '\(nameOrPath)': 'cadastre key list' shows the keys kept here")
    }
    do {
      let json = try JSON.parse(try FileSystem.readFile(file, limit: 4096))
      var fields = try JSONFields(json, of: "the key file")
      let did = try fields.parsed("did", as: "a did:key", DIDKey.init)
      let key = try fields.parsed(
        "secretKeyMultibase", as: "a secret multikey", SecretKey.init(multikey:))
      try fields.finish()
      guard DIDKey(key.publicKey) == did else {
        throw ServiceError.refused("the key file '\(file)' names a did that is not its key's")
      }
      return key
    } catch let error as JSONError {
      throw ServiceError.refused("the key file '\(file)' cannot be read: \(error)")
    } catch let error as JSONFieldError {
      throw ServiceError.refused("the key file '\(file)' cannot be read: \(error)")
    }
  }

  /// The names and identifiers of all keys, by name.
  package func list() throws -> [(name: String, did: DIDKey)] {
    try FileSystem.listDirectory(directory).filter { $0.hasSuffix(".json") }.sorted().map { file in
      let name = String(file.dropLast(5))
      return (name, DIDKey(try load(name).publicKey))
    }
  }

  /// Keeps a party's keys under the key's own identifier in place of the name that people gave it.
  ///
  /// The key itself stays: who holds it can still grant and revoke.
  func forgetName(of party: DIDKey) throws {
    let identifier = String(party.text.dropFirst("did:key:".count))
    for (name, did) in try list() where did == party && name != identifier {
      if !FileSystem.fileExists(path(identifier)) { try add(try load(name), name: identifier) }
      try FileSystem.removeFile(path(name))
    }
    try FileSystem.syncDirectory(directory)
  }

  private func path(_ name: String) -> String { directory + "/\(name).json" }
}
