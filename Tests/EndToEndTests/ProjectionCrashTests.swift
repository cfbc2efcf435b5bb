// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import TestSupport
import Testing

/// Whether system calls can be made to fail here; prints one visible notice where they cannot.
private let canInject: Bool = {
  let strace = BuiltProgram(path: "/usr/bin/strace")
  if let tried = try? strace.run(["-qq", "-o", "/dev/null", "/bin/true"], in: "/"),
    tried.status == 0
  {
    return true
  }
  print("NOTICE: faults in the projection's system calls: skipped (strace is not usable here)")
  return false
}()

/// A register whose writer dies, or whose disk fails, while openings, log and projection are written.
@Suite struct ProjectionCrashTests {
  private let desk: Desk

  init() throws {
    desk = try Desk()
    try desk.json("init", desk.register, "--name", "Crash")
  }

  /// The projection is read at the log's state or refused; the next writer, here the same command
  /// again, brings it there.
  private func expectMended(after cause: String, again command: [String]) throws {
    let listed = try desk.run(["work", "list"])
    #expect(listed.status == 0 || listed.errors.contains("run 'cadastre rebuild'"), "\(cause)")
    let findings = try desk.run(["verify", "--json"]).json() as? [String: Any]
    let others = (findings?["findings"] as? [[String: String]])?.filter { finding in
      // Files that stand before the entry that would bind them: the same command binds them.
      finding["problem"]?.hasSuffix("run 'cadastre rebuild'") != true
        && finding["subject"]?.hasPrefix("fingerprints/") != true
    }
    #expect(others?.isEmpty == true, "\(cause): \(others ?? [])")
    let again = try desk.run(command)
    #expect(again.status == 0 || again.errors.contains("registered already"), "\(again.errors)")
    let verdict = try desk.run(["verify"])
    #expect(verdict.status == 0, "\(cause): \(verdict.output)")
    #expect(try desk.run(["work", "list"]).status == 0, "\(cause)")
  }

  @Test func `Twelve kills at random moments leave a projection that the next writer mends`()
    throws
  {
    var random = Philox4x32(key: 90, stream: 0)
    try desk.json("key", "new", "ada")
    var kills = 0
    for round in 0..<12 {
      for work in 0..<25 {
        try desk.place(
          "Text \(work) of round \(round), unlike others.", at: "w\(round)/\(work).txt")
      }
      let command = ["work", "add", "w\(round)", "--key", "ada", "--quiet"]
      let running = try desk.start(command)
      usleep(2_000 + random.below(90_000))
      running.send(SIGKILL)
      if try running.outcome().status != 0 { kills += 1 }
      try expectMended(after: "kill \(round)", again: command)
    }
    #expect(kills > 3, "most of these kills hit a writer at work")
  }

  @Test(
    .enabled(if: canInject),
    arguments: [
      "fdatasync:signal=KILL", "fdatasync:error=EIO", "pwrite64:signal=KILL",
      "pwrite64:error=ENOSPC", "unlink:signal=KILL", "unlink:error=EIO",
    ])
  func `A fault at any one call leaves a projection that the next writer mends`(
    fault: String
  ) throws {
    let strace = BuiltProgram(path: "/usr/bin/strace")
    var failures = 0
    for when in 1...7 {
      let outcome = try strace.run(
        [
          "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,pwrite64,unlink",
          "-e", "inject=\(fault):when=\(when)", Desk.program.path, "key", "new", "faulty\(when)",
        ], in: desk.root, environment: ["CADASTRE_REGISTER": desk.register])
      if outcome.status != 0 { failures += 1 }
      try expectMended(after: "\(fault) at \(when)", again: ["key", "new", "after\(when)"])
    }
    #expect(failures > 0, "\(fault)")
  }
}
