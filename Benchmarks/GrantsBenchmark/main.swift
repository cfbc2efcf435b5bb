// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

// Signs grants as credentials, reads and verifies each from its bytes, and puts the rates beside those of
// `openssl speed ed25519` in the same run:
//   swift run -c release grants-benchmark [count=1000000] [threads=2] [page=FILE]

import BenchmarkSupport
import Canonical
import Dispatch
import Glibc
import Money
import Primitives
import Register
import Signing

var count = 1_000_000
var threads = 2
var page: String?
for argument in CommandLine.arguments.dropFirst() {
  let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
  guard parts.count == 2 else { fail("\(argument) is no name=value") }
  switch (parts[0], Int(parts[1])) {
  case ("count", let value?) where value > 0: count = value
  case ("threads", let value?) where value > 0: threads = value
  case ("page", _): page = parts[1]
  default: fail("\(argument) is no option: count=N, threads=N or page=FILE")
  }
}

/// The last two numbers that `openssl speed` prints: signatures made and verified a second.
func openssl(_ threads: Int) -> (sign: Double, verify: Double) {
  guard let pipe = popen("openssl speed -seconds 5 -multi \(threads) ed25519 2>/dev/null", "r")
  else {
    fail("openssl cannot be run")
  }
  var text = ""
  var line = [CChar](repeating: 0, count: 4096)
  while fgets(&line, Int32(line.count), pipe) != nil {
    text += String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
  pclose(pipe)
  let numbers = text.split(whereSeparator: \.isWhitespace).suffix(2).compactMap { Double($0) }
  guard numbers.count == 2 else { fail("openssl speed printed something else: \(text)") }
  return (numbers[0], numbers[1])
}

/// The terms of one of a million grants: works, rates, places in status lists, all different.
func grant(_ number: Int, key: SecretKey) throws -> Grant {
  let work = SHA256.digest("work \(number)")
  guard let rate = Rate(partsPerMillion: Int64(number % 100_000)) else { fail("no such rate") }
  let start = Timestamp(secondsSinceEpoch: 1_795_219_200 + Int64(number % 1000))
  return try Grant(
    terms: GrantTerms(
      subject: .work(work), grantee: .anyone, purposes: [.train, .evaluate], rate: rate,
      validFrom: start),
    signedBy: key, uuid: Array(work.bytes.prefix(16)),
    status: StatusEntry(
      base: "https://register.example/", list: number / 65_536, index: number % 65_536))
}

/// Does something with every number of a range, a stretch a thread; how long it takes on the wall.
func spread(
  _ range: Range<Int>, over threads: Int, _ body: @escaping @Sendable (Range<Int>) -> Void
) -> Double {
  timed {
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      let cut = { (place: Int) in range.lowerBound + range.count * place / threads }
      body(cut(thread)..<cut(thread + 1))
    }
  }
}

/// Signs and verifies all, ten thousand at a time, so that memory does not count.
func run(_ count: Int, _ threads: Int) -> (sign: Double, verify: Double) {
  let keys = (0..<64).map { number -> SecretKey in
    guard let key = SecretKey(seed: [UInt8](repeating: UInt8(number + 1), count: 32)) else {
      fail("a seed has 32 bytes")
    }
    return key
  }
  var (signing, verifying) = (0.0, 0.0)
  for start in stride(from: 0, to: count, by: 10_000) {
    let range = start..<min(start + 10_000, count)
    nonisolated(unsafe) let signed = UnsafeMutablePointer<[UInt8]>.allocate(capacity: range.count)
    signed.initialize(repeating: [], count: range.count)
    defer {
      signed.deinitialize(count: range.count)
      signed.deallocate()
    }
    signing += spread(range, over: threads) { part in
      for number in part {
        guard let grant = try? grant(number, key: keys[number % keys.count]) else {
          fail("grant \(number) cannot be signed")
        }
        signed[number - start] = grant.credential.canonicalBytes
      }
    }
    verifying += spread(range, over: threads) { part in
      for number in part {
        guard let json = try? JSON.parse(signed[number - start]),
          let grant = try? Grant(credential: json), grant.status?.index == number % 65_536
        else { fail("grant \(number) does not verify") }
      }
    }
  }
  return (Double(count) / signing, Double(count) / verifying)
}

func whole(_ value: Double) -> String {
  var digits = String(Int(value.rounded()))
  var groups: [String] = []
  while digits.count > 3 {
    groups.insert(String(digits.suffix(3)), at: 0)
    digits.removeLast(3)
  }
  return ([digits] + groups).joined(separator: ",")
}

func ratio(_ value: Double) -> String {
  let hundredths = Int((value * 100).rounded())
  return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
}

var rows: [String] = []
for threads in Set([1, threads]).sorted() {
  // One thread alone needs no million to be measured.
  let some = threads == 1 ? max(1, count / 10) : count
  let ours = run(some, threads)
  let theirs = openssl(threads)
  rows.append(
    "| \(threads) | \(whole(Double(some))) | \(whole(ours.sign)) | \(whole(theirs.sign)) | \(ratio(ours.sign / theirs.sign))"
      + " | \(whole(ours.verify)) | \(whole(theirs.verify)) | \(ratio(ours.verify / theirs.verify)) |"
  )
}
let text = """
  # Grants issued and verified

  Written by `make bench-grants`: grants, each a credential of its own work, rate and place in the
  status lists, by 64 keys. Issued: terms to canonical JSON, two SHA-256, one Ed25519 signature, bytes. Verified: bytes
  parsed strictly, terms read, canonical form, two SHA-256, one Ed25519 verification. Beside them the bare
  signatures of `openssl speed ed25519` in the same run.

  | threads | grants | issued a second | openssl signs | ratio | verified a second | openssl verifies | ratio |
  |---|---|---|---|---|---|---|---|
  \(rows.joined(separator: "\n"))

  """
print(text)
if let page { writeFile(Array(text.utf8), to: page) }
