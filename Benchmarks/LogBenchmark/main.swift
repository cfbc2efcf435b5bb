// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

// Appends to logs and measures what durability costs, beside the disk's own rate of syncs:
//   log-benchmark DIRECTORY [page=FILE] [seconds=3]

import BenchmarkSupport
import Glibc
import Presentation
import TransparencyLog

var page: String?
var duration = 3.0
guard CommandLine.arguments.count > 1 else {
  fail("usage: log-benchmark DIRECTORY [page=FILE] [seconds=N]")
}
for argument in CommandLine.arguments.dropFirst(2) {
  let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
  if parts.count == 2, parts[0] == "page" {
    page = parts[1]
  } else if parts.count == 2, parts[0] == "seconds", let value = Double(parts[1]), value > 0 {
    duration = value
  } else {
    fail("\(argument) is no option with its value")
  }
}
let directory = CommandLine.arguments[1] + "/log-benchmark-\(getpid())"
makeDirectory(directory)
var bench = LogBench(directory: directory)

func milliseconds(_ value: Double) -> String { Human.fixed(value * 1000, decimals: 3) + " ms" }
func rate(_ value: Double) -> String { Human.integer(Int(value)) + "/s" }
func row(_ cells: String...) -> String { "| " + cells.joined(separator: " | ") + " |\n" }

/// The machine's own account of how much else it does: the load of the last minute.
func load() -> String {
  let text = String(decoding: readFile("/proc/loadavg"), as: UTF8.self)
  return String(text.prefix { $0 != " " })
}

let loadBefore = load()
print("the disk alone …")
var disk = (append: bench.appendSync(300), inPlace: bench.inPlaceSync(300))
print("one entry at a time …")
var single = try bench.append(batches: 600, of: 1)
var report = """
  # Durable appends

  Written by `make bench-log`: entries of \(LogBench.entryByteCount) bytes, each append durable and in \
  a signed checkpoint before it is answered; two syncs an append whatever its length. One thread writes, on \
  a file system that other work shares. The disk's own figures come from the same run, before and after: \
  what a sync costs at all decides what an append can cost.


  """
var batches = ""
for (width, count) in [(1, 600), (16, 400), (64, 300), (256, 200), (1024, 100), (4096, 40)] {
  print("batches of \(width) …")
  let times = try bench.append(batches: count, of: width)
  batches += row(
    Human.integer(width), rate(Double(width) / times.median), rate(Double(width) / times.mean),
    milliseconds(times.median), milliseconds(times.quantile(0.99)))
}
var loads = ""
for (underWay, readers) in [(1, 0), (16, 0), (256, 0), (1024, 0), (4096, 0), (4096, 2)] {
  print("\(underWay) under way …")
  var runs: [LogBench.Load] = []
  for _ in 0..<3 {
    runs.append(try bench.load(underWay: underWay, readers: readers, seconds: duration))
  }
  let middle = runs.sorted { $0.rate < $1.rate }[1]
  loads += row(
    Human.integer(underWay), readers == 0 ? "none" : "\(readers): \(middle.reads) states read",
    rate(middle.rate), Human.fixed(middle.batch, decimals: 1), milliseconds(middle.wait.median),
    milliseconds(middle.wait.quantile(0.99)))
}
print("large entries …")
var large = ""
for byteCount in [1024, 16_384, 65_535] {
  let times = try bench.append(count: 100, byteCount: byteCount)
  large += row(
    Human.integer(byteCount), milliseconds(times.median), milliseconds(times.quantile(0.99)))
}
disk.append.values += bench.appendSync(300).values
disk.inPlace.values += bench.inPlaceSync(300).values
report += """
  | the disk alone, 600 tries | median | 99 of 100 | a second, by the mean |
  |---|---|---|---|

  """
report += row(
  "4 KiB at the end of a file, `fsync`", milliseconds(disk.append.median),
  milliseconds(disk.append.quantile(0.99)), rate(1 / disk.append.mean))
report += row(
  "600 bytes in place, `fdatasync`", milliseconds(disk.inPlace.median),
  milliseconds(disk.inPlace.quantile(0.99)), rate(1 / disk.inPlace.mean))
report += """

  One entry at a time takes \(milliseconds(single.median)) at the median, \
  \(Human.fixed(single.median / disk.append.median, decimals: 1)) of the `fsync`s above. \
  The load of the machine was \(loadBefore) at the beginning and \(load()) at the end; it has \
  \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) cores.

  ## Batches, one after the other

  | entries a batch | entries a second, by the median | by the mean | an append, median | 99 of 100 |
  |---|---|---|---|---|

  """
report += batches
report += """

  ## Submissions of one entry each, through `LogSequencer`

  As many as the first column says are under way at any moment; each that is answered is followed by another. \
  \(Human.fixed(duration, decimals: 0)) s each, the middle one of three runs. A reader opens the newest state, verifies its edge and \
  proves an entry, 500 times a second at most.

  | under way | readers | entries a second | entries a batch | a submission waits, median | 99 of 100 |
  |---|---|---|---|---|---|

  """
report += loads
report += """

  ## Large entries, one at a time

  | bytes | an append, median | 99 of 100 |
  |---|---|---|

  """
report += large
print(report)
if let page { writeFile(Array(report.utf8), to: page) }
