// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

// Trains on the King James text without books, with them, and with stored displacements, for several
// seeds in turn; prints what each took and writes a page:
//   bible -f "Gen1:1-Rev22:21" > kjv.txt
//   books-benchmark kjv.txt [page=FILE] [seeds=3] [sizes=0] [name=value …]

import Attribution
import BenchmarkSupport
import Glibc
import Kernels
import Transformer

var setting = Setting()
var page: String?
var seeds = 3
var sizesAreMeasured = true
guard CommandLine.arguments.count > 1 else {
  fail("usage: books-benchmark FILE [page=FILE] [seeds=N] [sizes=0] [name=value …]")
}
for argument in CommandLine.arguments.dropFirst(2) {
  let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
  guard parts.count == 2 else { fail("\(argument) is no name=value") }
  if parts[0] == "page" {
    page = parts[1]
  } else if parts[0] == "seeds", let count = Int(parts[1]), count > 0 {
    seeds = count
  } else if parts[0] == "sizes" {
    sizesAreMeasured = parts[1] != "0"
  } else if !setting.set(parts[0], parts[1]) {
    fail("\(argument) is no option with its value")
  }
}
let corpus = Corpus(
  readFile(CommandLine.arguments[1]), windows: setting.windows,
  context: setting.model.contextLength)
let bench = try BooksBench(setting: setting, corpus: corpus, blas: BLAS.load())
var rows: [BooksBench.Row] = []
for seed in 1...UInt64(seeds) {
  let row = try bench.measure(seed: seed)
  rows.append(row)
  print(row.line)
  fflush(nil)
}
var sizes: [BooksBench.Row] = []
for accounts in [10, 100, 10_000] where sizesAreMeasured {
  let row = try bench.measure(seed: 1, accounts: accounts)
  sizes.append(row)
  print(row.line)
  fflush(nil)
}
let report = bench.report(rows, sizes: sizes)
print(report)
if let page {
  guard let file = fopen(page, "w") else { fail("cannot write \(page)") }
  defer { fclose(file) }
  let bytes = Array(report.utf8)
  guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { fail("cannot write \(page)") }
}
