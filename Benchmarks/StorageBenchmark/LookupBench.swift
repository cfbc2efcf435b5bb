// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import BenchmarkSupport
import Glibc
import Primitives
import Register
import Storage

/// Asks a projection the same questions again and again, each time about something else.
struct LookupBench {
  /// How long one kind of question took, in microseconds.
  struct Row {
    let name: String
    let state: String
    let count: Int
    let median: Double
    let percentile99: Double
    /// The processor's time alone: what the machine's other work does not lengthen.
    let processor99: Double
  }

  let path: String
  let register: SyntheticRegister

  /// The rows of a page.
  static let page = 50

  /// One question about the thing of an index; the answer is how many rows it has.
  typealias Question = (ProjectionReader, Int) throws -> Int

  private func work(_ index: Int) -> Int { index % register.works }

  /// All questions, by what they are called.
  var questions: [(name: String, ask: Question)] {
    let now = SyntheticRegister.now
    let register = register
    return [
      ("work by content (digest)", { try $0.work(register.work(work($1))) == nil ? 0 : 1 }),
      (
        "work by the first 12 digits",
        { reader, index in
          let prefix = DigestPrefix(register.work(work(index)).short)
          return try prefix.map { try reader.works(beginning: $0).count } ?? 0
        }
      ),
      (
        "grant by identifier", { try $0.grant(register.grant($1 % register.grants)) == nil ? 0 : 1 }
      ),
      (
        "works of an owner, first page",
        { reader, index in
          let filter = WorkFilter(owner: register.owner(ofWork: work(index)))
          return try reader.works(filter, limit: Self.page, at: now).items.count
        }
      ),
      (
        "how many works an owner has",
        { try $0.count(WorkFilter(owner: register.owner(ofWork: work($1))), at: now) ?? 1 }
      ),
      (
        "grants that cover a work",
        { reader, index in
          let filter = GrantFilter(
            work: register.work(register.work(ofGrant: index % register.grants / 10 * 10 + 1)))
          return try reader.grants(filter, limit: Self.page, at: now).items.count
        }
      ),
      (
        "grants of an issuer, first page",
        { reader, index in
          let issuer = register.issuer(ofGrant: index % register.grants)
          return try reader.grants(GrantFilter(issuer: issuer), limit: Self.page, at: now).items
            .count
        }
      ),
      (
        "grants for a purpose, a page in the middle",
        { reader, index in
          let after = register.position.size - 1 - index % register.grants
          return try reader.grants(
            GrantFilter(purpose: .train), limit: Self.page, after: after, at: now
          ).items.count + 1
        }
      ),
      (
        "works by size, a page in the middle",
        { reader, index in
          let after = register.owners + work(index)
          return try reader.works(by: .bytes, limit: Self.page, after: after, at: now).items.count
        }
      ),
    ]
  }

  /// Measures every question, first with nothing of the file in memory, then with much of it.
  func measure(cold: Int, warm: Int) throws -> [Row] {
    var rows: [Row] = []
    for (name, ask) in questions {
      try forget()
      let reader = try ProjectionReader(path: path, at: register.position)
      rows.append(try measure(name, "cold", count: cold, offset: 0, reader, ask))
      _ = try measure(name, "", count: warm, offset: cold, reader, ask)
      rows.append(try measure(name, "warm", count: warm, offset: cold + warm, reader, ask))
    }
    return rows
  }

  private func measure(
    _ name: String, _ state: String, count: Int, offset: Int, _ reader: ProjectionReader,
    _ ask: Question
  ) throws -> Row {
    var times: [Double] = []
    var processor: [Double] = []
    for number in 0..<count {
      let index = Int(SyntheticRegister.number(99, offset + number) >> 2)
      let began = (seconds(), seconds(CLOCK_THREAD_CPUTIME_ID))
      let answers = try ask(reader, index)
      processor.append((seconds(CLOCK_THREAD_CPUTIME_ID) - began.1) * 1e6)
      times.append((seconds() - began.0) * 1e6)
      guard answers > 0 else { fail("'\(name)' has no answer for \(index)") }
    }
    times.sort()
    processor.sort()
    if !state.isEmpty {
      print("  \(name), \(state): \(Int(times[count / 2])), \(Int(times[count * 99 / 100])) µs")
      fflush(nil)
    }
    return Row(
      name: name, state: state, count: count, median: times[count / 2],
      percentile99: times[count * 99 / 100], processor99: processor[count * 99 / 100])
  }

  /// Asks the system to drop what it keeps of the file in memory.
  private func forget() throws {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { fail("cannot open '\(path)'") }
    defer { close(descriptor) }
    fsync(descriptor)
    guard posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) == 0 else {
      fail("the system does not forget '\(path)'")
    }
  }
}
