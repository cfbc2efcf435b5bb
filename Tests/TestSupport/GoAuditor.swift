// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The reader and writer of logs in Go, over `golang.org/x/mod/sumdb` and no code of this project.
package enum GoAuditor {
  private static let packages = "/usr/share/gocode"
  private static let compiler = "/usr/bin/go"

  /// Whether Debian's Go and its `golang.org/x/mod` are here; says so once where they are not.
  package static let isAvailable: Bool = {
    let files = FileManager.default
    if files.isExecutableFile(atPath: compiler),
      files.fileExists(atPath: packages + "/src/golang.org/x/mod/sumdb/tlog")
    {
      return true
    }
    print(
      "NOTICE: audits of logs in Go: skipped (install golang-go and golang-golang-x-mod-dev)")
    return false
  }()

  /// The program, built on first use from `Tests/GoAuditor`, without any network.
  package static let program: Result<BuiltProgram, any Error> = Result {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "GoAuditor").path
    // The build directory, so that the compiler's cache outlives the tests.
    let directory = URL(filePath: BuiltProgram(named: "go-auditor").path)
    for folder in [".cache", ".path"] {
      try FileManager.default.createDirectory(
        atPath: directory.path + folder, withIntermediateDirectories: true)
    }
    let outcome = try BuiltProgram(path: compiler).run(
      ["build", "-o", directory.path, "."], in: sources,
      environment: [
        "GO111MODULE": "off", "GOFLAGS": "", "GOCACHE": directory.path + ".cache",
        "GOPATH": directory.path + ".path:" + packages,
      ])
    guard outcome.status == 0 else { throw BuildFailure(text: outcome.errors + outcome.output) }
    return BuiltProgram(path: directory.path)
  }

  /// Why the program could not be built.
  package struct BuildFailure: Error {
    let text: String
  }

  /// Runs the program.
  package static func run(_ arguments: [String]) throws -> BuiltProgram.Outcome {
    try program.get().run(arguments, in: "/")
  }
}
