// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Glibc

/// Ends the program with one line on the error stream.
func fail(_ message: String) -> Never {
  print("evaluation: \(message)")
  exit(3)
}

func readFile(_ path: String) -> [UInt8] {
  guard let file = fopen(path, "r") else { fail("cannot read '\(path)'") }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 20)
  while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
    bytes += chunk[..<count]
  }
  return bytes
}

func writeFile(_ bytes: [UInt8], to path: String, mode: String = "w") {
  guard let file = fopen(path, mode), fwrite(bytes, 1, bytes.count, file) == bytes.count,
    fclose(file) == 0
  else { fail("cannot write '\(path)'") }
}

func makeDirectory(_ path: String) {
  var part = ""
  for component in path.split(separator: "/", omittingEmptySubsequences: false) {
    part += component + "/"
    mkdir(part, 0o755)
  }
}

func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

extension JSON {
  /// A number as shortest decimal; integers stay integers.
  static func number(_ value: Double) -> JSON { .double(value) }

  static func numbers(_ values: [Double]) -> JSON { .array(values.map { .double($0) }) }
}
