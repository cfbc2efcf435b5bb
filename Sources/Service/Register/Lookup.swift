// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Register
package import Signing
package import Storage

/// Finds what people name by the beginning of a digest.
package enum Lookup {
  /// The fewest digits that name something.
  package static let shortestPrefix = 4

  /// The one digest that begins so.
  ///
  /// - Throws: `ServiceError` where none does, or several do.
  package static func digest(
    _ prefix: String, among digests: some Sequence<Digest>, called what: String
  ) throws -> Digest {
    guard prefix.utf8.count >= shortestPrefix else {
      throw ServiceError.usage(
        "'\(prefix)' is too short to name a \(what): give at least \(shortestPrefix) digits")
    }
    let text = prefix.lowercased()
    let matches = digests.filter { $0.hex.hasPrefix(text) }
    guard let match = matches.first else {
      throw ServiceError.refused("no \(what) begins with '\(prefix)'")
    }
    guard matches.count == 1 else {
      throw ServiceError.refused(
        "\(matches.count) \(what)s begin with '\(prefix)': give more digits")
    }
    return match
  }

  /// The party of a did, or of a key kept in the register.
  package static func party(_ text: String, layout: RegisterLayout) throws -> DIDKey {
    if let did = DIDKey(text) { return did }
    if text.hasPrefix("did:") {
      throw ServiceError.usage("'\(text)' is no did:key of an Ed25519 key")
    }
    return DIDKey(try KeyStore(layout).load(text).publicKey)
  }

  /// The identifier of a model that generated something: a released one's by name, else in full.
  package static func generator(_ text: String, in state: RegisterState) throws -> Digest {
    if let name = ModelName(text), let release = state.runs[name]?.release {
      return release.identifier
    }
    guard let identifier = Digest(hex: text) else {
      throw ServiceError.refused(
        "no released model is named '\(text)': give its name, or its identifier of 64 digits")
    }
    return identifier
  }

  /// The released model of that name.
  package static func model(_ text: String, in state: RegisterState) throws -> ModelName {
    guard let name = ModelName(text), state.runs[name]?.release != nil else {
      let known = state.runs.values.filter { $0.release != nil }.map(\.start.model.text).sorted()
      throw ServiceError.refused(
        "no released model is named '\(text)'"
          + (known.isEmpty ? ": train one first" : ": there is " + known.joined(separator: ", ")))
    }
    return name
  }
}
