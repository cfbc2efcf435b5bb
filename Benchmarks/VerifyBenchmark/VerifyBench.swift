// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Audit
import BenchmarkSupport
import Dispatch
import Gate
import Glibc
import Primitives
import Register
import Service
import Signing
import Storage
import TransparencyLog

/// One register that is audited, and how long it takes.
struct VerifyBench {
  /// Seconds of whole audits and of a snapshot, and rates of stages in entries a second.
  struct Result {
    var entries = 0
    var signatures = 0
    /// Whole audits, each with libsodium measured before and after it.
    var rounds: [Round] = []
    var again = 0.0
    var snapshot = 0.0
    var fsck = 0.0
    var read = 0.0
    var parse = 0.0
    var verifyOne = 0.0
    var fold = 0.0
    /// The most memory that the process held, in MiB.
    var memory = 0
  }

  /// One audit beside libsodium.
  struct Round {
    /// libsodium's signatures a second on all threads.
    let bare: Double
    /// The same, a second of the processor's time on one thread.
    let bareByProcessor: Double
    /// Seconds that the whole audit took.
    let verify: Double
    /// Seconds of the processor that it took.
    let verifyByProcessor: Double
  }

  let layout: RegisterLayout
  let threads: Int

  /// How many rounds are made; the middle one counts.
  static let roundCount = 3

  /// How many entries the stages of one thread are measured on.
  private static let stageCount: UInt64 = 50_000

  /// Takes the register of that name, or makes it.
  init(directory: String, shape: SyntheticLog.Shape, count: Int, threads: Int) throws {
    layout = RegisterLayout(root: directory)
    self.threads = threads
    guard !FileSystem.fileExists(layout.configuration) else { return }
    print("signing \(count) entries of the kind \(shape.rawValue) …")
    let words = "one two three four five six seven eight nine ten eleven twelve"
    let log = SyntheticLog(layout: layout, shape: shape, count: count, threads: threads)
    try log.make(fingerprint: try Fingerprint(utf8: Array(words.utf8)).encoded)
  }

  /// Audits it, with and without memory, and measures the stages.
  func measure() throws -> Result {
    var result = Result()
    guard let verifier = try RegisterConfiguration.read(layout).verifier else { fail("no origin") }
    let state = layout.root + ".state.json"
    var options = RegisterAudit.Options()
    options.threads = threads
    options.memory = AuditMemory(file: state)
    for _ in 0..<Self.roundCount {
      try? FileSystem.removeFile(state)
      let before = bareRate()
      let began = seconds(CLOCK_PROCESS_CPUTIME_ID)
      let verify = audit(options)
      let processor = seconds(CLOCK_PROCESS_CPUTIME_ID) - began
      let after = bareRate()
      result.rounds.append(
        Round(
          bare: (before.wall + after.wall) / 2,
          bareByProcessor: (before.processor + after.processor) / 2, verify: verify,
          verifyByProcessor: processor))
    }
    result.again = audit(options)
    result.snapshot = try timed { result.entries = try RegisterSnapshot.read(layout).state.size }
    try measureStages(verifier, into: &result)
    result.memory = Self.peakMemory()
    return result
  }

  private func measureStages(_ verifier: NoteVerifier, into result: inout Result) throws {
    let reader = try LogReader(path: layout.log, verifier: verifier)
    result.fsck =
      Double(reader.size) / timed { _ = Fsck.check(path: layout.log, verifier: verifier) }
    var entries: [[UInt8]] = []
    let size = min(reader.size, Self.stageCount)
    result.read = Double(size) / (try timed { entries = try reader.entries(0..<size) })
    let parsing = try timed {
      for entry in entries { _ = try Event(parsing: entry, proofs: .verifiedBefore) }
    }
    result.parse = Double(size) / parsing
    var events: [Event] = []
    result.verifyOne =
      Double(size) / (try timed { events = try entries.map { try Event(parsing: $0) } })
    var state = RegisterState()
    result.fold = Double(size) / (try timed { for event in events { try state.apply(event) } })
    // Every entry has one signature, and a grant that of its credential besides.
    result.signatures = result.entries
    try reader.forEachEntry(in: 0..<reader.size) { _, bytes in
      if case .grantIssued = try Event(parsing: bytes, proofs: .verifiedBefore).body {
        result.signatures += 1
      }
    }
  }

  /// Seconds of a whole audit, which must find nothing.
  private func audit(_ options: RegisterAudit.Options) -> Double {
    timed {
      let report = RegisterAudit.run(layout, options: options)
      if let finding = report.findings.first { fail("\(finding.subject): \(finding.problem)") }
    }
  }

  /// How many signatures libsodium verifies a second on all threads together, and a second of the
  /// processor's time.
  ///
  /// Each signature of a set is another message under one of 64 keys, as in a log: the same one again
  /// and again would be faster, since the processor learns its branches.
  private func bareRate() -> (wall: Double, processor: Double) {
    let keys = (0..<64).map { _ in SecretKey.generate() }
    let signed = (0..<4096).map { number in
      let key = keys[number % keys.count]
      let message = (0..<64).map { UInt8(truncatingIfNeeded: number >> ($0 % 12)) }
      return (key.publicKey, message, key.sign(message))
    }
    let each = 30_000
    let began = seconds(CLOCK_PROCESS_CPUTIME_ID)
    let time = timed {
      DispatchQueue.concurrentPerform(iterations: threads) { thread in
        for number in 0..<each {
          let (key, message, signature) = signed[(number + 997 * thread) % signed.count]
          if !key.verify(signature: signature, message: message) {
            fail("a good signature does not verify")
          }
        }
      }
    }
    let count = Double(each * threads)
    return (count / time, count / (seconds(CLOCK_PROCESS_CPUTIME_ID) - began))
  }

  private static func peakMemory() -> Int {
    let status = String(decoding: readFile("/proc/self/status"), as: UTF8.self)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let words = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }) ?? []
    return words.count > 1 ? (Int(words[1]) ?? 0) / 1024 : 0
  }
}
