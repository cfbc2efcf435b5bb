// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

extension TrustPolicy {
  /// The largest policy that is read, in bytes.
  package static let maximumByteCount = 256 << 10
  /// The most logs, witnesses and groups, each.
  package static let maximumItemCount = 256

  /// Reads the file form: lines of words between spaces and tabs, `#` for comments.
  ///
  /// - Throws: `PolicyError` with the line, counted from 1.
  package init(parsing bytes: [UInt8]) throws(PolicyError) {
    guard bytes.count <= Self.maximumByteCount else { throw PolicyError(line: 0, .tooLarge) }
    var reader = PolicyReader()
    for (index, line) in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated()
    {
      do throws(PolicyError.Reason) {
        try reader.read(line)
      } catch {
        throw PolicyError(line: index + 1, error)
      }
    }
    guard let quorum = reader.quorum else { throw PolicyError(line: 0, .noQuorum) }
    self.init(logs: reader.logs, witnesses: reader.witnesses, quorum: quorum)
  }
}

/// What was read of a policy so far.
private struct PolicyReader {
  private(set) var logs: [TrustPolicy.Log] = []
  private(set) var witnesses: [TrustPolicy.Witness] = []
  private(set) var quorum: TrustPolicy.Rule?
  /// Names are bytes: what looks the same need not be the same.
  private var rules: [[UInt8]: TrustPolicy.Rule] = [:]
  private var members: Set<[UInt8]> = []
  private var groupCount = 0

  private static let none = Array("none".utf8)

  mutating func read(_ line: ArraySlice<UInt8>) throws(PolicyError.Reason) {
    let words = line.split { $0 == 0x20 || $0 == 0x09 }.map { Array($0) }
    guard line.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }) else {
      throw .wrongCharacter
    }
    guard let first = words.first, first.first != UInt8(ascii: "#") else { return }
    let rest = Array(words.dropFirst())
    switch String(decoding: first, as: UTF8.self) {
    case "log": try readLog(rest)
    case "witness": try readWitness(rest)
    case "group": try readGroup(rest)
    case "quorum": try readQuorum(rest)
    case let word: throw .unknownWord(word)
    }
  }

  private func text(_ word: [UInt8]) -> String { String(decoding: word, as: UTF8.self) }

  private mutating func readLog(_ words: [[UInt8]]) throws(PolicyError.Reason) {
    guard (1...2).contains(words.count) else { throw .wrongForm("log VKEY [URL]") }
    guard let verifier = NoteVerifier(text(words[0])) else {
      throw .wrongKey(text(words[0]), "an Ed25519 key of a log (type 0x01)")
    }
    guard !logs.contains(where: { $0.verifier.publicKey == verifier.publicKey }) else {
      throw .sameKey(verifier.name)
    }
    guard logs.count < TrustPolicy.maximumItemCount else { throw .tooMany }
    logs.append(.init(verifier: verifier, url: words.count == 2 ? text(words[1]) : nil))
  }

  private mutating func readWitness(_ words: [[UInt8]]) throws(PolicyError.Reason) {
    guard (2...3).contains(words.count) else { throw .wrongForm("witness NAME VKEY [URL]") }
    guard let verifier = CosignatureVerifier(text(words[1])) else {
      throw .wrongKey(text(words[1]), "an Ed25519 key of a witness (type 0x04)")
    }
    guard !witnesses.contains(where: { $0.verifier.publicKey == verifier.publicKey }) else {
      throw .sameKey(text(words[0]))
    }
    guard witnesses.count < TrustPolicy.maximumItemCount else { throw .tooMany }
    try define(words[0], as: .witness(witnesses.count))
    witnesses.append(
      .init(
        name: text(words[0]), verifier: verifier, url: words.count == 3 ? text(words[2]) : nil))
  }

  private mutating func readGroup(_ words: [[UInt8]]) throws(PolicyError.Reason) {
    guard words.count >= 3 else { throw .wrongForm("group NAME K|any|all MEMBER…") }
    var parts: [TrustPolicy.Rule] = []
    for name in words[2...] {
      guard let rule = rules[name] else { throw .unknownName(text(name)) }
      guard members.insert(name).inserted else { throw .memberTwice(text(name)) }
      parts.append(rule)
    }
    let threshold: Int
    switch text(words[1]) {
    case "any": threshold = 1
    case "all": threshold = parts.count
    case let word:
      guard let number = Int(word), String(number) == word, (1...parts.count).contains(number)
      else { throw .wrongThreshold(word, memberCount: parts.count) }
      threshold = number
    }
    guard groupCount < TrustPolicy.maximumItemCount else { throw .tooMany }
    groupCount += 1
    try define(
      words[0], as: .group(name: text(words[0]), threshold: threshold, members: parts))
  }

  private mutating func readQuorum(_ words: [[UInt8]]) throws(PolicyError.Reason) {
    guard words.count == 1 else { throw .wrongForm("quorum NAME|none") }
    guard quorum == nil else { throw .secondQuorum }
    guard let rule = words[0] == Self.none ? .some(.none) : rules[words[0]] else {
      throw .unknownName(text(words[0]))
    }
    quorum = rule
  }

  private mutating func define(
    _ name: [UInt8], as rule: TrustPolicy.Rule
  ) throws(PolicyError.Reason) {
    guard name != Self.none, rules[name] == nil else { throw .sameName(text(name)) }
    rules[name] = rule
  }
}

/// Why a policy cannot be read.
package struct PolicyError: Error, Hashable, Sendable {
  /// What is wrong.
  package enum Reason: Error, Hashable, Sendable {
    /// A control character other than tab.
    case wrongCharacter
    /// No line begins with that word.
    case unknownWord(String)
    /// Too few or too many words for that form.
    case wrongForm(String)
    /// The key is not what it must be.
    case wrongKey(String, String)
    /// The same public key stands in another line: two voices of one would count twice.
    case sameKey(String)
    /// The name is taken, or is `none`.
    case sameName(String)
    /// No line before defines the name.
    case unknownName(String)
    /// The name is a member of a group already.
    case memberTwice(String)
    /// The threshold is no number from 1 to the number of members.
    case wrongThreshold(String, memberCount: Int)
    /// There is a quorum already.
    case secondQuorum
    /// There is no quorum line.
    case noQuorum
    /// More lines of a kind than are read.
    case tooMany
    /// More bytes than are read.
    case tooLarge
  }

  /// The line, counted from 1; 0 where the whole file is meant.
  package let line: Int
  /// What is wrong.
  package let reason: Reason

  init(line: Int, _ reason: Reason) {
    self.line = line
    self.reason = reason
  }
}

extension PolicyError: CustomStringConvertible {
  package var description: String {
    (line == 0 ? "the policy" : "line \(line) of the policy") + " "
      + {
        switch reason {
        case .wrongCharacter: "has a control character: use spaces, tabs and line feeds only"
        case .unknownWord(let word):
          "begins with '\(word)': write log, witness, group, quorum or #"
        case .wrongForm(let form): "must have the form '\(form)'"
        case .wrongKey(let key, let expected): "has the key '\(key)', which is not \(expected)"
        case .sameKey(let name): "gives '\(name)' a key that another line has: name each once"
        case .sameName(let name): "defines '\(name)', which is taken: choose another name"
        case .unknownName(let name):
          "names '\(name)', which no line before defines: define it first"
        case .memberTwice(let name):
          "names '\(name)', which is a member already: list each name in one group, once"
        case .wrongThreshold(let word, let count):
          "asks for '\(word)' of \(count): write any, all or a number from 1 to \(count)"
        case .secondQuorum: "is a second quorum: keep one"
        case .noQuorum: "has no quorum: add 'quorum NAME', or 'quorum none'"
        case .tooMany: "is one too many: at most \(TrustPolicy.maximumItemCount) of a kind are read"
        case .tooLarge: "has more than \(TrustPolicy.maximumByteCount) bytes: it is no policy"
        }
      }()
  }
}
