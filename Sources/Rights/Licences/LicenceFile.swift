// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A licence document of RSL 1.0, as far as terms of use are concerned.
package struct LicenceFile: Sendable {
  /// What a list of tokens speaks of.
  package enum Dimension: String, Sendable {
    case usage
    case user
    case geo
  }

  /// One `<license>`.
  package struct Licence: Sendable {
    /// The tokens permitted, by dimension.
    package var permits: [Dimension: [String]] = [:]
    /// The tokens prohibited, by dimension.
    package var prohibits: [Dimension: [String]] = [:]
    /// Whether something must be paid.
    package var payment: String?
    /// Whether reports must be sent by a profile that is not this project's.
    package var foreignReporting = false
    /// Where the evidence of the licence lies: credentials, for us.
    package var proofs: [String] = []
    /// A dimension or an element that this version does not know stands in it.
    package var hasUnknownTerms = false
    /// The line.
    package var line = 0
  }

  /// One `<content>`: a path and the licences that hold there.
  package struct Content: Sendable {
    /// The path as it is written; nil where the place of the document fixes the scope.
    package var path: String?
    /// Whether a licence must be fetched from a server first.
    package var needsServer = false
    /// The licences, read together.
    package var licences: [Licence] = []
    /// The line.
    package var line = 0
  }

  /// All contents in order.
  package let contents: [Content]

  /// The namespace of RSL 1.0.
  package static let namespace = "https://rslstandard.org/rsl"
  /// The profile of reports of use that this project reads and asks for.
  package static let reportingProfile = "urn:cadastre:reporting:v1"

  /// Reads a document.
  package init(parsing bytes: [UInt8]) throws(ReadingError) {
    let root = try MarkupReader.read(bytes)
    guard root.name == "rsl", root.namespace == Self.namespace else {
      throw .otherRoot(root.name, expected: "rsl of \(Self.namespace)")
    }
    contents = root.children("content", in: Self.namespace).map { content in
      Content(
        path: content.attribute("url").flatMap { $0.isEmpty ? nil : $0 },
        needsServer: content.attribute("server") != nil
          || content.attribute("encrypted").map { $0 != "false" && $0 != "0" } ?? false,
        licences: content.children("license", in: Self.namespace).map {
          Self.licence($0, declared: root.declared.merging(content.declared) { $1 })
        }, line: content.line)
    }
  }

  private static func licence(
    _ element: MarkupElement, declared: [String: String]
  ) -> Licence {
    var licence = Licence(line: element.line)
    for child in element.children where child.namespace == namespace {
      let prefixes = declared.merging(element.declared) { $1 }.merging(child.declared) { $1 }
      switch child.name {
      case "permits", "prohibits":
        let tokens = child.words.map { token($0, prefixes) }
        guard let dimension = Dimension(rawValue: child.attribute("type") ?? "") else {
          licence.hasUnknownTerms = true
          continue
        }
        if child.name == "permits" {
          licence.permits[dimension, default: []] += tokens
        } else {
          licence.prohibits[dimension, default: []] += tokens
        }
      case "payment":
        let type = child.attribute("type") ?? "free"
        licence.payment = type == "free" ? licence.payment : type
      case "reporting":
        if child.attribute("profile") != reportingProfile { licence.foreignReporting = true }
      case "legal":
        if child.attribute("type") == "proof" { licence.proofs += child.words }
      default: break
      }
    }
    return licence
  }

  /// A token; one with a prefix for our namespace gets our prefix, whatever the document calls it.
  private static func token(_ text: String, _ prefixes: [String: String]) -> String {
    let parts = text.split(separator: ":", maxSplits: 1)
    guard parts.count == 2 else { return text }
    return prefixes[String(parts[0])] == Crosswalk.namespace
      ? Crosswalk.extensionPrefix + parts[1] : "foreign:" + text
  }
}
