// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// What the programs that measure share: files, clocks, and how they fail.
package import Glibc

/// Ends a program with one line that begins with its name, and status 2.
package func fail(_ message: String) -> Never {
  let name = CommandLine.arguments.first?.split(separator: "/").last.map(String.init)
  print("\(name ?? "benchmark"): \(message)")
  exit(2)
}

/// The whole of a file; ends the program where it cannot be read.
package func readFile(_ path: String) -> [UInt8] {
  guard let file = fopen(path, "r") else { fail("cannot read '\(path)'") }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 20)
  while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
    bytes += chunk[..<count]
  }
  return bytes
}

/// Writes a file, or adds to it with mode `a`; ends the program where that fails.
package func writeFile(_ bytes: [UInt8], to path: String, mode: String = "w") {
  guard let file = fopen(path, mode), fwrite(bytes, 1, bytes.count, file) == bytes.count,
    fclose(file) == 0
  else { fail("cannot write '\(path)'") }
}

/// Makes a directory and those above it where they are missing.
package func makeDirectory(_ path: String) {
  var part = ""
  for component in path.split(separator: "/", omittingEmptySubsequences: false) {
    part += component + "/"
    mkdir(part, 0o755)
  }
}

/// Seconds of a clock: that on the wall, where no other is named.
package func seconds(_ clock: clockid_t = CLOCK_MONOTONIC) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// How long something takes, in seconds.
package func timed(_ body: () throws -> Void) rethrows -> Double {
  let began = seconds()
  try body()
  return seconds() - began
}
