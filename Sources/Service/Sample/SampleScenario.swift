// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Money
import Primitives
import Register
import Signing
import Storage

/// Who takes part in the sample job, and who agrees to what.
struct SampleScenario {
  /// A contributor and the book that is theirs.
  struct Contributor {
    let book: KingJames.Book
    let number: Int
    let key: SecretKey

    var path: String { (number < 10 ? "0" : "") + "\(number)-\(book.slug).txt" }
    var keyName: String { book.slug }
  }

  /// What a contributor does about its work.
  enum Consent {
    case grants, nothing, indexOnly, revokes
  }

  /// Royalty rates, taken in turn by the order of the books.
  static let rates = ["5%", "3%", "8%", "10%", "2.5%", "12.5%", "4%"]

  /// Books whose contributors do something else than grant training and evaluation.
  static let exceptions: [String: Consent] = [
    "Ruth": .nothing, "Ecclesiastes": .nothing, "Joel": .nothing, "Philemon": .nothing,
    "Song of Solomon": .indexOnly, "Esther": .revokes, "Jude": .revokes,
  ]

  /// The edited copy: of which book, by whose contributor, under which name.
  static let copy = (
    of: "Ruth", by: "Jonah", path: "67-a-gleaners-tale.txt", title: "A Gleaner's Tale"
  )

  /// The words that the copy replaces.
  static let edits = [
    ("saith", "says"), ("hath", "has"), ("doth", "does"), ("ye", "you"), ("thee", "you"),
    ("spake", "spoke"), ("damsel", "girl"), ("kinsman", "relative"),
  ]

  let contributors: [Contributor]

  /// Derives the contributors' keys from a seed, so that two runs give the same identifiers.
  init(seed: UInt64) {
    contributors = KingJames.books.enumerated().map { index, book in
      let digest = SHA256.digest("cadastre quickstart contributor \(seed) \(index)")
      guard let key = SecretKey(seed: digest.bytes) else {
        preconditionFailure("a digest is a seed")
      }
      return Contributor(book: book, number: index + 1, key: key)
    }
  }

  /// One target for each part of the text.
  static let targets = KingJames.Part.allCases.map { part in
    RunConfiguration.Target(
      name: part.rawValue,
      paths: KingJames.books.enumerated().filter { $0.element.part == part }.map { index, book in
        (index < 9 ? "0" : "") + "\(index + 1)-\(book.slug).txt"
      })
  }

  /// Writes the 66 books and the edited copy; returns how many files.
  func writeCorpus(to directory: String) throws -> Int {
    let texts = try KingJames.texts(from: try Self.output(of: KingJames.command))
    try FileSystem.createDirectory(directory)
    for (contributor, text) in zip(contributors, texts) {
      try DurableFile.write(text, to: directory + "/" + contributor.path)
      if contributor.book.title == Self.copy.of {
        try DurableFile.write(Self.edited(text), to: directory + "/" + Self.copy.path)
      }
    }
    return texts.count + 1
  }

  func registerContributors(in writer: RegisterWriter) throws {
    try RegisterContributor.run(
      contributors.map { .init(name: $0.keyName, key: $0.key) },
      displayNames: contributors.map(\.book.title), in: writer)
  }

  /// Registers the books first and the copy after them, as it came about.
  func registerWorks(below corpus: String, in writer: RegisterWriter) throws -> Int {
    let books = contributors.map {
      AddWorks.Submission(path: corpus + "/" + $0.path, title: $0.book.title, key: $0.key)
    }
    let copyist = contributor(of: Self.copy.by)
    let added = try AddWorks.run(books, in: writer)
    let copied = try AddWorks.run(
      [.init(path: corpus + "/" + Self.copy.path, title: Self.copy.title, key: copyist.key)],
      in: writer)
    return added.count + copied.count
  }

  /// Signs the grants, then the revocations.
  func issueGrants(in writer: RegisterWriter) throws -> String {
    var requests: [(terms: GrantTerms, key: SecretKey)] = []
    var revokers: [DIDKey: SecretKey] = [:]
    for (index, contributor) in contributors.enumerated() {
      let consent = Self.exceptions[contributor.book.title] ?? .grants
      guard consent != .nothing, let rate = Rate(Self.rates[index % Self.rates.count]) else {
        continue
      }
      let terms = GrantTerms(
        subject: .allWorks, grantee: .party(writer.configuration.operator),
        purposes: consent == .indexOnly ? [.index] : [.train, .evaluate], rate: rate,
        validFrom: writer.now)
      requests.append((terms, contributor.key))
      if consent == .revokes { revokers[DIDKey(contributor.key.publicKey)] = contributor.key }
    }
    let grants = try GrantUse.issue(requests, in: writer)
    let revocations = grants.compactMap { grant in
      revokers[grant.issuer].map { (grant.identifier, $0) }
    }
    try GrantUse.revoke(revocations, in: writer)
    return "\(grants.count) credentials signed, \(revocations.count) revoked;"
      + " \(contributors.count - grants.count) contributors granted nothing"
  }

  private func contributor(of title: String) -> Contributor {
    guard let contributor = contributors.first(where: { $0.book.title == title }) else {
      preconditionFailure("the scenario names books that exist")
    }
    return contributor
  }

  /// The text with some words replaced, as somebody would who hopes that it will pass.
  static func edited(_ text: [UInt8]) -> [UInt8] {
    let replacements = Dictionary(uniqueKeysWithValues: edits)
    let lines = String(decoding: text, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    let edited = lines.map { line in
      line.split(separator: " ", omittingEmptySubsequences: false)
        .map { replacements[String($0)] ?? String($0) }.joined(separator: " ")
    }
    return Array(edited.joined(separator: "\n").utf8)
  }

  /// What a command prints.
  private static func output(of command: String) throws -> [UInt8] {
    guard let stream = popen(command, "r") else { throw SampleError.noProgram }
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, stream)
      if count == 0 { break }
      output += chunk[..<count]
    }
    guard pclose(stream) == 0, !output.isEmpty else { throw SampleError.noProgram }
    return output
  }
}
