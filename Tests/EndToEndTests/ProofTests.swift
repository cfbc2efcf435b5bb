// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Signing
import TestSupport
import Testing

/// Proofs of single entries, written here and checked where there is no register.
@Suite struct ProofTests {
  private let desk: Desk
  private let elsewhere: TemporaryDirectory

  init() throws {
    desk = try Sample.copy()
    elsewhere = try TemporaryDirectory()
  }

  /// Writes the proof of an entry and gives its file, and what the command said.
  private func proof(_ entry: String) throws -> (file: String, said: [String: Any]) {
    let file = elsewhere.path + "/\(entry.prefix(12)).tlog-proof"
    let said = try desk.json("proof", entry, "--out", file)
    return (file, try #require(said as? [String: Any]))
  }

  private func check(_ file: String, _ options: String...) throws -> BuiltProgram.Outcome {
    try desk.elsewhere(["proof", "verify", file] + options, in: elsewhere.path)
  }

  private func key() throws -> String {
    try #require(try proof("0").said["log"] as? String)
  }

  @Test func `Every entry's proof verifies without the register, and says what was stated`() throws
  {
    let key = try key()
    var types: Set<String> = []
    for position in 0..<(try desk.size()) {
      let (file, said) = try proof("\(position)")
      let outcome = try check(file, "--log", key, "--json")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let verdict = try #require(try outcome.json() as? [String: Any])
      #expect(verdict["proven"] as? Bool == true)
      #expect(verdict["index"] as? Int == position)
      #expect(verdict["says"] as? String == said["says"] as? String)
      types.insert(try #require(verdict["type"] as? String))
      if GoAuditor.isAvailable {
        let other = try GoAuditor.run(["proof", file, key])
        #expect(other.status == 0, "\(other.errors)")
      }
    }
    #expect(types.count >= 10, "\(types)")
  }

  @Test func `Works, grants and leaves name their entries by the beginning of a digest`() throws {
    let page = try #require(try desk.json("work", "list") as? [String: Any])
    let works = try #require(page["works"] as? [[String: Any]])
    let work = try #require(works.first)
    let digest = try #require(work["work"] as? String)
    let (file, said) = try proof(String(digest.prefix(10)))
    #expect(said["position"] as? Int == work["position"] as? Int)
    let human = try check(file, "--log", try key())
    #expect(human.status == 0, "\(human.errors)")
    #expect(human.output.contains("registered the work \(digest)"))
    #expect(human.output.contains("nobody cosigned"))
    let grants = try #require(try desk.json("grants", "list") as? [String: Any])
    let grant = try #require((grants["grants"] as? [[String: Any]])?.first?["grant"] as? String)
    #expect(try proof(grant).said["type"] as? String == "grant.issued")
    // An entry's own name in the log is its leaf hash.
    let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
    let extra = try #require(text.split(separator: "\n").first { $0.hasPrefix("extra ") })
    let entry = try #require(Base64.decode(String(extra.dropFirst(6))))
    let leaf = SHA256Tree().leaf(entry).hex
    #expect(try proof(leaf).said["position"] as? Int == work["position"] as? Int)
    let printed = try desk.run(["proof", String(digest.prefix(10))])
    #expect(printed.output == text)
  }

  @Test func `An entry may travel beside its proof`() throws {
    let (file, _) = try proof("3")
    let lines = try String(contentsOf: URL(filePath: file), encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
    let entry = try #require(Base64.decode(String(lines[1].dropFirst(6))))
    try Data((lines[..<1] + lines[2...]).joined(separator: "\n").utf8).write(
      to: URL(filePath: file))
    let beside = elsewhere.path + "/entry.json"
    try Data(entry).write(to: URL(filePath: beside))
    let key = try key()
    #expect(try check(file, "--log", key, "--entry", beside).status == 0)
    let missing = try check(file, "--log", key)
    #expect(missing.status == 2 && missing.errors.contains("--entry"), "\(missing.errors)")
    try Data(entry.dropLast() + [0x20]).write(to: URL(filePath: beside))
    let altered = try check(file, "--log", key, "--entry", beside)
    #expect(altered.status == 1 && altered.errors.contains("not shown"), "\(altered.errors)")
  }

  @Test func `A checkpoint that met the quorum is preferred, and checked by a policy`() throws {
    let witness = try TestWitness()
    let own = try desk.bytes("log/checkpoint")
    let cosigned = try witness.cosigned(own)
    try desk.write(cosigned, to: "witnessed/checkpoint")
    try desk.write(Array(witness.policy().utf8), to: "policy")
    try desk.json("key", "new", "dora")
    let (file, said) = try proof("2")
    let size = try desk.size()
    #expect(said["size"] as? Int == size - 1, "the newest is not cosigned")
    #expect(said["witnesses"] as? [String] == [TestWitness.name])
    let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
    #expect(text.hasSuffix("\n" + String(decoding: cosigned, as: UTF8.self)))
    let key = try key()
    let uninformed = try check(file, "--log", key)
    #expect(uninformed.status == 0 && uninformed.output.contains("1 further signature, not"))
    let policy = elsewhere.path + "/policy"
    try Data(witness.policy(log: key).utf8).write(to: URL(filePath: policy))
    let checked = try check(file, "--policy", policy)
    #expect(checked.status == 0, "\(checked.errors)")
    #expect(checked.output.contains("cosigned by first at 2027-01-15T08:00:00Z"))
    // What the witness did not see rests on the newest alone, and the policy refuses that.
    let newest = try proof("\(size - 1)")
    #expect(newest.said["witnesses"] as? [String] == [])
    let refused = try check(newest.file, "--policy", policy)
    #expect(refused.status == 1 && refused.errors.contains("no quorum"), "\(refused.errors)")
    // Without its quorum, altered or of another log it is passed over.
    var altered = cosigned
    altered[altered.count - 10] ^= 1
    for note in [own, altered, Array(cosigned.dropFirst(3))] {
      try desk.write(note, to: "witnessed/checkpoint")
      #expect(try proof("2").said["witnesses"] as? [String] == [])
    }
  }

  @Test func `What is not shown is refused in one line`() throws {
    let (file, _) = try proof("4")
    let key = try key()
    func expect(_ outcome: BuiltProgram.Outcome, _ status: Int32, _ text: String) {
      #expect(outcome.status == status, "\(outcome.output)\(outcome.errors)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.split(separator: "\n").count == 1)
      #expect(outcome.errors.contains(text), "\(outcome.errors)")
    }
    expect(try check(file), 2, "--log")
    expect(try check(file, "--log", "nonsense"), 2, "NAME+ID+KEY")
    expect(try check(elsewhere.path + "/none", "--log", key), 1, "none")
    let stranger = try #require(
      NoteVerifier(
        name: String(key.prefix { $0 != "+" }), publicKey: SecretKey.generate().publicKey))
    expect(try check(file, "--log", stranger.text), 1, "no signature of")
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: file)))
    try Data(bytes.dropLast(30)).write(to: URL(filePath: file))
    expect(try check(file, "--log", key), 1, "not a signed note")
    try Data(bytes.dropFirst(3)).write(to: URL(filePath: file))
    expect(try check(file, "--log", key), 1, "line 1")
    expect(try desk.run(["proof", "999"]), 1, "there is no entry 999")
    expect(try desk.run(["proof", "1234567"]), 1, "1234567")
    expect(try desk.run(["proof", "abc"]), 2, "too short")
    expect(try desk.run(["proof", "zzzzzz"]), 1, "names no entry")
    let tile = try #require(try desk.files().first { $0.hasPrefix("log/tile/0/") })
    var altered = try desk.bytes(tile)
    altered[0] ^= 1
    try desk.write(altered, to: tile)
    expect(try desk.run(["proof", "4"]), 1, "cadastre verify")
  }
}
