// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
import Kernels
import Primitives
import Register
import Signing
import Storage

extension RegisterAudit {
  /// How many fingerprints one thread reads at a time.
  private static let worksAtOnce = 64

  /// Checks every fingerprint against the digest its registration names, on several threads.
  mutating func auditWorks() {
    let works = state.works.values.sorted { $0.position < $1.position }
    let layout = layout
    let starts = Array(stride(from: 0, to: works.count, by: Self.worksAtOnce))
    var next = starts.makeIterator()
    do {
      try OrderedWork.run(
        threads: options.threads, next: { next.next() },
        work: { start in
          works[start..<min(start + Self.worksAtOnce, works.count)].compactMap { work in
            Self.problem(of: work.registration, in: layout)
          }
        },
        give: { problems in
          for (path, problem) in problems { report.found(relative(path), problem) }
        })
    } catch {
      report.found(relative(layout.fingerprints), "\(error)")
    }
    report.checked("works", "fingerprints of registered works", works.count)
    auditStrays(
      in: layout.fingerprints, expected: Set(state.works.keys.map { "\($0.hex).grams" }))
    report.checked(
      "works", "files of the index, not bound: made again",
      GramIndexFolder(layout.index).fileCount)
  }

  /// What is wrong with the fingerprint of a work; nil where nothing is.
  private static func problem(
    of work: WorkRegistration, in layout: RegisterLayout
  ) -> (path: String, problem: String)? {
    let path = layout.fingerprint(work.work)
    do {
      let bytes = try FileSystem.readFile(path, limit: 1 << 34)
      guard SHA256.digest(bytes) == work.fingerprint else {
        return (path, "its bytes are not those that the log binds")
      }
      guard (try? Fingerprint(encoded: bytes)) != nil else {
        return (path, "this is no fingerprint file")
      }
      return nil
    } catch {
      return (path, "\(error)")
    }
  }
}
