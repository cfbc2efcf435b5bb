// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

// Writes the projection of a synthetic register and measures look-ups in it:
//   storage-benchmark DIRECTORY [works=10000000] [owners=100000] [grants=3000000] [page=FILE]

import BenchmarkSupport
import Glibc
import Presentation
import Storage

var numbers = ["works": 10_000_000, "owners": 100_000, "grants": 3_000_000]
var page: String?
guard CommandLine.arguments.count > 1 else {
  fail("usage: storage-benchmark DIRECTORY [works=N] [owners=N] [grants=N] [page=FILE]")
}
for argument in CommandLine.arguments.dropFirst(2) {
  let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
  guard parts.count == 2 else { fail("\(argument) is no name=value") }
  if parts[0] == "page" {
    page = parts[1]
  } else if numbers[parts[0]] != nil, let value = Int(parts[1]), value > 0 {
    numbers[parts[0]] = value
  } else {
    fail("\(argument) is no option with its value")
  }
}

/// A line of `/proc/self/status` in mebibytes.
func memory(_ name: String) -> Int {
  let status = String(decoding: readFile("/proc/self/status"), as: UTF8.self)
  let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
  let words = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }) ?? []
  return words.count > 1 ? (Int(words[1]) ?? 0) / 1024 : 0
}

var register = SyntheticRegister(
  works: numbers["works"] ?? 0, owners: numbers["owners"] ?? 0, grants: numbers["grants"] ?? 0)
var state = register.position
makeDirectory(CommandLine.arguments[1])
let path = CommandLine.arguments[1] + "/storage-benchmark.sqlite"
unlink(path)
defer { unlink(path) }
print("making \(register.owners) owners' keys …")
register.makeParties()
print("writing \(register.position.size) entries …")
let building = try timed {
  try register.write(to: path) {
    print("  \($0) works, \(memory("VmRSS")) MiB resident")
    fflush(nil)
  }
}
let built = memory("VmHWM")
let size = try FileSystem.fileSize(path)
let before = memory("VmRSS")
let bench = LookupBench(path: path, register: register)
let rows = try bench.measure(cold: 1000, warm: 10_000)
let after = memory("VmRSS")
var appends: [(count: Int, milliseconds: Double)] = []
for count in [1, 100, 1000] {
  var times: [Double] = []
  for _ in 0..<7 {
    times.append(try timed { state = try register.append(count, after: state, to: path) } * 1e3)
  }
  appends.append((count, times.sorted()[3]))
}

var report = """
  # Look-ups in a large register

  Written by `make bench-storage`: the projection of \(Human.integer(register.works)) works of \
  \(Human.integer(register.owners)) owners with \(Human.integer(register.grants)) grants, one in a \
  hundred revoked. The rows are made and inserted by the code that does it for a real log; nothing \
  is signed and there is no log, since the projection holds no signatures. Every question is about \
  another work, grant or owner, drawn at random; half of the works belong to a hundredth of the \
  owners. Cold: the system was asked to forget the file, so pages come from the disk the first time \
  (its own caches apart). Warm: after \(Human.integer(10_000)) other questions of the kind. Pages \
  have \(LookupBench.page) rows, and the time is that of all of them. The last column is the processor's \
  time of the same questions, which other work on the machine does not lengthen.

  | | |
  |---|---|
  | entries | \(Human.integer(register.position.size)) |
  | rows written, with all indices | \(Human.integer(Int(Double(register.position.size) / building))) entries/s, \(Human.fixed(building, decimals: 0)) s in all |
  | size of the file | \(Human.fixed(Double(size) / 1e9, decimals: 2)) GB, \(size / register.position.size) bytes an entry |
  | resident memory while building, at most | \(built) MiB |
  | resident memory before and after the look-ups | \(before) MiB, \(after) MiB |

  | question | | questions | median | 99 of 100 | 99 of 100, processor |
  |---|---|---|---|---|---|

  """
for row in rows {
  report +=
    "| \(row.name) | \(row.state) | \(Human.integer(row.count)) | "
    + [row.median, row.percentile99, row.processor99].map {
      Human.fixed($0 / 1000, decimals: 3) + " ms"
    }.joined(separator: " | ") + " |\n"
}
report += """

  | works in one append | durable transaction, median of seven |
  |---|---|

  """
for (count, milliseconds) in appends {
  report += "| \(Human.integer(count)) | \(Human.fixed(milliseconds, decimals: 1)) ms |\n"
}
print(report)
if let page { writeFile(Array(report.utf8), to: page) }
