// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import BenchmarkSupport
import Gate
import Primitives

guard CommandLine.arguments.count > 1 else { fail("a text file is needed") }
let text = readFile(CommandLine.arguments[1])
var documents: [[UInt8]] = []
var words = 0
var from = 0
for (i, b) in text.enumerated() where b == 32 || b == 10 {
  words += 1
  if words % 400 == 0 { documents.append(Array(text[from..<i])); from = i }
}
let bytes = documents.reduce(0) { $0 + $1.count }
@MainActor func rate(_ name: String, _ body: (borrowing [UInt8]) throws -> Int) throws {
  var sum = 0
  var best = Double.infinity
  for _ in 0..<7 { best = min(best, try timed { for d in documents { sum &+= try body(d) } }) }
  print(
    name, Int(Double(documents.count) / best), "docs/s", Int(Double(bytes) / best / 1e6), "MB/s",
    sum)
}
print(documents.count, bytes)
print("table", timed { _ = try? Fingerprint(utf8: Array("é".utf8)) })
try rate("words") { try WordSequence(utf8: $0).count }
try rate("print") { try Fingerprint(utf8: $0).gramsInOrder.count }
try rate("distinct") { try Fingerprint(utf8: $0).grams.count }
