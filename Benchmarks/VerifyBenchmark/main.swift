// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

// Makes registers of signed events, audits them from their public files, and puts the rates beside
// libsodium's bare Ed25519 verification on the same threads in the same run:
//   verify-benchmark DIRECTORY [count=200000] [threads=CORES] [shapes=grants,works,revocations] [page=FILE]

import BenchmarkSupport
import Glibc
import Presentation

var count = 200_000
var threads = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
var shapes = [SyntheticLog.Shape.grants, .revocations, .works]
var page: String?
guard CommandLine.arguments.count > 1 else {
  fail("usage: verify-benchmark DIRECTORY [count=N] [threads=N] [shapes=A,B] [page=FILE]")
}
for argument in CommandLine.arguments.dropFirst(2) {
  let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
  guard parts.count == 2 else { fail("\(argument) is no name=value") }
  switch (parts[0], Int(parts[1])) {
  case ("count", let value?) where value > 0: count = value
  case ("threads", let value?) where (1...64).contains(value): threads = value
  case ("shapes", _):
    shapes = parts[1].split(separator: ",").map { name in
      guard let shape = SyntheticLog.Shape(rawValue: String(name)) else { fail("no shape \(name)") }
      return shape
    }
  case ("page", _): page = parts[1]
  default: fail("\(argument) is no option with its value")
  }
}

func ratio(_ value: Double) -> String {
  let hundredths = Int((value * 100).rounded())
  return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
}

/// The middle one of a few figures, and in brackets the lowest and the highest.
func middle(_ values: [Double]) -> String {
  let sorted = values.sorted()
  let (lowest, highest) = (ratio(sorted[0]), ratio(sorted[sorted.count - 1]))
  return "\(ratio(sorted[sorted.count / 2])) (\(lowest) to \(highest))"
}

func whole(_ value: Double) -> String { Human.integer(Int(value.rounded())) }

var rows: [String] = []
var stages: [String] = []
for shape in shapes {
  let directory = CommandLine.arguments[1] + "/\(shape.rawValue)-\(count)"
  let bench = try VerifyBench(directory: directory, shape: shape, count: count, threads: threads)
  let result = try bench.measure()
  let signatures = Double(result.signatures)
  let round = result.rounds.sorted { $0.verify < $1.verify }[result.rounds.count / 2]
  let ratios = result.rounds.map { signatures / $0.verify / $0.bare }
  let byProcessor = result.rounds.map { signatures / $0.verifyByProcessor / $0.bareByProcessor }
  rows.append(
    "| \(shape.rawValue) | \(Human.integer(result.entries)) | \(Human.integer(result.signatures))"
      + " | \(whole(Double(result.entries) / round.verify))"
      + " | \(whole(signatures / round.verify)) | \(whole(round.bare))"
      + " | \(middle(ratios)) | \(middle(byProcessor))"
      + " | \(whole(Double(result.entries) / result.again)) |")
  stages.append(
    "| \(shape.rawValue) | \(whole(result.fsck)) | \(whole(result.read)) | \(whole(result.parse))"
      + " | \(whole(result.verifyOne)) | \(whole(result.fold))"
      + " | \(whole(Double(result.entries) / result.snapshot)) | \(result.memory) |")
  print(rows[rows.count - 1])
  print(stages[stages.count - 1])
}
let text = """
  # Verifying a register

  Written by `make bench-verify`: whole audits of registers that consist of their public files, by as \
  many threads as the machine has cores (\(threads)), with no memory of an earlier audit. `grants`: \
  grants of all works of their issuer, each with the signature of its credential and that of its entry. \
  `revocations`: grants, each with its revocation, three signatures for two entries. `works`: \
  registrations with a fingerprint file each, one signature. 64 parties sign. Beside them stands \
  libsodium's bare `crypto_sign_ed25519_verify_detached` of 4,096 messages of 64 bytes under 64 keys on the same \
  threads, measured before and after each audit and averaged; the ratio is signatures verified a second by the whole \
  audit, over that, the middle one of \(VerifyBench.roundCount) rounds, with the lowest and the highest. By processor: the same ratio of the processor's time, which other work on the machine \
  does not lengthen. The last column is an audit again, with what the first one remembered: signatures are then \
  skipped, everything else is done.

  | entries | how many | signatures | entries/s | signatures/s | libsodium/s | ratio | by processor | entries/s again |
  |---|---|---|---|---|---|---|---|---|
  \(rows.joined(separator: "\n"))

  The stages, in entries a second. Files: every tile and bundle hashed again, one thread. Read: entries \
  read under the signed root, one thread. Parsed: strictly, without signatures, one thread. Verified: parsed \
  with all signatures, one thread. Folded: by the rules, one thread. Snapshot: what commands do that fold the \
  log from its start, all threads. Memory: the most that the process held, in MiB.

  | entries | files | read | parsed | verified | folded | snapshot | MiB |
  |---|---|---|---|---|---|---|---|
  \(stages.joined(separator: "\n"))

  """
print(text)
if let page { writeFile(Array(text.utf8), to: page) }
