// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Signing
import Testing

@Suite struct TrustPolicyTests {
  private let log: NoteSigner
  private let witnesses: [CosignatureSigner]
  private let note: SignedNote

  init() throws {
    let key = try #require(SecretKey(seed: [UInt8](repeating: 1, count: 32)))
    log = try #require(NoteSigner(name: "log.example/royalty", key: key))
    witnesses = try (0..<8).map { number in
      let key = try #require(SecretKey(seed: [UInt8](repeating: UInt8(10 + number), count: 32)))
      return try #require(CosignatureSigner(name: "witness.example/\(number)", key: key))
    }
    note = Checkpoint(origin: "log.example/royalty", size: 9, root: SHA256.digest("root"))
      .signed(by: log)
  }

  private func policy(_ lines: String...) throws -> TrustPolicy {
    try TrustPolicy(parsing: Array(lines.map { $0 + "\n" }.joined().utf8))
  }

  private func vkey(_ number: Int) -> String { witnesses[number].verifier.text }

  private func cosigned(by numbers: [Int]) -> SignedNote {
    var note = note
    for number in numbers {
      note.signatures.append(witnesses[number].sign(note.text, at: Int64(100 + number)))
    }
    return note
  }

  @Test func `The specification's example is read and its quorum evaluated`() throws {
    let policy = try policy(
      "# a comment", "log \(log.verifier.text) https://log.example", "",
      "witness X1 \(vkey(0))", "\twitness  X2\t\(vkey(1))  https://x2.example/ ",
      "witness X3 \(vkey(2))", "group X-witnesses 2 X1 X2 X3",
      "witness Y1 \(vkey(3))", "witness Y2 \(vkey(4))", "witness Y3 \(vkey(5))",
      "group Y-witnesses any Y1 Y2 Y3", "group X-and-Y all X-witnesses Y-witnesses",
      "quorum X-and-Y")
    #expect(policy.logs.map(\.url) == ["https://log.example"])
    #expect(policy.witnesses[1].url == "https://x2.example/")
    for set in 0..<64 {
      let present = Set((0..<6).filter { set >> $0 & 1 == 1 })
      let isEnough =
        present.intersection([0, 1, 2]).count >= 2 && !present.intersection([3, 4, 5]).isEmpty
      #expect(policy.quorum.isMet(by: present) == isEnough)
      let bytes = Array(cosigned(by: present.sorted()).encoded.utf8)
      #expect(((try? policy.accept(bytes, of: log.verifier)) != nil) == isEnough)
    }
  }

  @Test func `What is wrong is named with its line`() throws {
    let (a, b) = (vkey(0), vkey(1))
    let cases: [([String], PolicyError.Reason)] = [
      (["quorum none", "quorum none"], .secondQuorum),
      (["quorum none", "vitness W \(a)"], .unknownWord("vitness")),
      (["quorum none", "witness W"], .wrongForm("witness NAME VKEY [URL]")),
      (["quorum none", "log"], .wrongForm("log VKEY [URL]")),
      (["quorum none", "group G 1"], .wrongForm("group NAME K|any|all MEMBER…")),
      (["witness W \(a)", "witness W \(b)"], .sameName("W")),
      (["witness W \(a)", "group W any W"], .sameName("W")),
      (["quorum none", "witness none \(a)"], .sameName("none")),
      (["witness W \(a)", "witness V \(a)"], .sameKey("V")),
      (["log \(log.verifier.text)", "log \(log.verifier.text)"], .sameKey("log.example/royalty")),
      (["quorum none", "group G any W"], .unknownName("W")),
      (["quorum none", "group G any G"], .unknownName("G")),
      (["witness W \(a)", "group G any none"], .unknownName("none")),
      (["witness W \(a)", "quorum V"], .unknownName("V")),
      (["witness W \(a)", "group G 2 W W"], .memberTwice("W")),
      (["witness W \(a)", "group G 0 W"], .wrongThreshold("0", memberCount: 1)),
      (["witness W \(a)", "group G 2 W"], .wrongThreshold("2", memberCount: 1)),
      (["witness W \(a)", "group G 01 W"], .wrongThreshold("01", memberCount: 1)),
      (["witness W \(a)", "group G +1 W"], .wrongThreshold("+1", memberCount: 1)),
      (
        ["quorum none", "witness W \(log.verifier.text)"],
        .wrongKey(log.verifier.text, "an Ed25519 key of a witness (type 0x04)")
      ),
      (["quorum none", "log \(a)"], .wrongKey(a, "an Ed25519 key of a log (type 0x01)")),
      (["quorum none", "#\r"], .wrongCharacter),
    ]
    for (lines, reason) in cases {
      let error = #expect(throws: PolicyError.self) {
        try TrustPolicy(parsing: Array(lines.map { $0 + "\n" }.joined().utf8))
      }
      #expect(error?.line == 2)
      #expect(error?.reason == reason)
      #expect("\(error.map { "\($0)" } ?? "")".hasPrefix("line 2 of the policy "))
    }
    #expect(throws: PolicyError.self) { try policy("witness W \(a)") }
    #expect(throws: PolicyError.self) { try policy("") }
  }

  @Test func `One operator under two names counts once at most`() throws {
    // The same key under another name has another identifier, and is still the same voice.
    let key = try #require(SecretKey(seed: [UInt8](repeating: 10, count: 32)))
    let twin = try #require(CosignatureSigner(name: "other.example/twin", key: key))
    #expect(throws: PolicyError.self) {
      try policy(
        "witness A \(vkey(0))", "witness B \(twin.verifier.text)", "group G 2 A B", "quorum G")
    }
    // A member stands in one group only, so it cannot count in two.
    #expect(throws: PolicyError.self) {
      try policy(
        "witness A \(vkey(0))", "group G any A", "group H any A", "group Q 2 G H", "quorum Q")
    }
    // Two lines of one witness are one witness.
    let two = try policy(
      "witness A \(vkey(0))", "witness B \(vkey(1))", "group G 2 A B", "quorum G")
    var note = cosigned(by: [0])
    note.signatures.append(witnesses[0].sign(note.text, at: 500))
    #expect(throws: PolicyRefusal.quorumNotMet(size: 9, has: ["A"], lacks: ["B"])) {
      try two.accept(Array(note.encoded.utf8), of: log.verifier)
    }
  }

  @Test func `The log's own signature is needed by name and key, whoever else signed`() throws {
    let policy = try policy("witness A \(vkey(0))", "quorum A")
    let whole = cosigned(by: [0])
    _ = try policy.accept(Array(whole.encoded.utf8), of: log.verifier)
    var unsigned = whole
    unsigned.signatures.removeFirst()
    #expect(throws: PolicyRefusal.note(.notSigned(by: "log.example/royalty"))) {
      try policy.accept(Array(unsigned.encoded.utf8), of: log.verifier)
    }
    // A byte of the log's name flipped: its line is nobody's, and the witness's does not stand in.
    let renamed = whole.encoded.replacing(
      "\u{2014} log.example/royalty", with: "\u{2014} lof.example/royalty")
    #expect(throws: PolicyRefusal.note(.notSigned(by: "log.example/royalty"))) {
      try policy.accept(Array(renamed.utf8), of: log.verifier)
    }
    // The witness's name with the log's signature, and the other way round.
    var swapped = whole
    (swapped.signatures[0].bytes, swapped.signatures[1].bytes) = (
      swapped.signatures[1].bytes, swapped.signatures[0].bytes
    )
    #expect(throws: PolicyRefusal.self) {
      try policy.accept(Array(swapped.encoded.utf8), of: log.verifier)
    }
  }

  @Test func `A known witness's wrong line refuses the note, a stranger's is passed over`() throws {
    let policy = try policy("witness A \(vkey(0))", "witness B \(vkey(1))", "quorum A")
    var forged = cosigned(by: [0, 1])
    forged.signatures[2].bytes[30] ^= 1
    #expect(throws: PolicyRefusal.note(.wrongSignature(of: "witness.example/1"))) {
      try policy.accept(Array(forged.encoded.utf8), of: log.verifier)
    }
    var stranger = cosigned(by: [0, 7])
    stranger.signatures[2].bytes[30] ^= 1
    #expect(
      try policy.accept(Array(stranger.encoded.utf8), of: log.verifier).witnessings.count == 1)
  }

  /// The same rule, evaluated from its text by the words of the specification.
  private func isMet(_ name: String, _ groups: [String: (Int, [String])], _ present: Set<String>)
    -> Bool
  {
    guard let (threshold, members) = groups[name] else { return present.contains(name) }
    return members.filter { isMet($0, groups, present) }.count >= threshold
  }

  @Test func `Quorums of random groups agree with a naive evaluation`() throws {
    var random = Philox4x32(key: 11, stream: 0)
    for _ in 0..<200 {
      var lines = witnesses.indices.map { "witness w\($0) \(vkey($0))" }
      var free = witnesses.indices.map { "w\($0)" }
      var groups: [String: (Int, [String])] = [:]
      while free.count > 1 {
        let count = 1 + Int(random.below(UInt32(min(4, free.count))))
        var members: [String] = []
        for _ in 0..<count {
          members.append(free.remove(at: Int(random.below(UInt32(free.count)))))
        }
        let (name, threshold) = ("g\(groups.count)", 1 + Int(random.below(UInt32(count))))
        groups[name] = (threshold, members)
        lines.append("group \(name) \(threshold) \(members.joined(separator: " "))")
        free.append(name)
        if groups.count > 20 { break }
      }
      lines.append("quorum \(free[0])")
      let policy = try TrustPolicy(parsing: Array(lines.joined(separator: "\n").utf8))
      for _ in 0..<20 {
        let set = Int(random.below(256))
        let present = Set((0..<8).filter { set >> $0 & 1 == 1 })
        #expect(
          policy.quorum.isMet(by: present)
            == isMet(free[0], groups, Set(present.map { "w\($0)" })))
      }
    }
  }

  @Test func `Limits hold on both sides`() throws {
    func groups(_ count: Int) -> [UInt8] {
      var lines = ["witness w \(vkey(0))", "group g0 any w"]
      for number in 1..<count { lines.append("group g\(number) any g\(number - 1)") }
      return Array((lines + ["quorum g\(count - 1)"]).joined(separator: "\n").utf8)
    }
    let deepest = try TrustPolicy(parsing: groups(TrustPolicy.maximumItemCount))
    #expect(deepest.quorum.isMet(by: [0]))
    #expect(!deepest.quorum.isMet(by: []))
    #expect(throws: PolicyError.self) {
      try TrustPolicy(parsing: groups(TrustPolicy.maximumItemCount + 1))
    }
    let padding = [UInt8](repeating: 0x20, count: TrustPolicy.maximumByteCount - 11)
    #expect(!(try TrustPolicy(parsing: Array("quorum none".utf8) + padding)).needsWitnesses)
    #expect(throws: PolicyError.self) {
      try TrustPolicy(parsing: Array("quorum none".utf8) + padding + [0x20])
    }
  }
}
