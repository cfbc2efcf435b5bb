// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Foundation
import Primitives
import TestSupport
import Testing

/// The interpreter with Spark, where a Java machine is there to run it.
private let withSpark: BuiltProgram? = {
  guard ProcessInfo.processInfo.environment["CADASTRE_PYTHON"] != nil else { return nil }
  let java =
    ["/usr/bin/java"]
    + [ProcessInfo.processInfo.environment["JAVA_HOME"] ?? "/usr"].map {
      $0 + "/bin/java"
    }
  guard java.contains(where: FileManager.default.isExecutableFile) else {
    print("NOTICE: the Spark job: skipped, no Java (Scripts/bootstrap tests)")
    return nil
  }
  return interpreter(importing: "pyspark", for: "the Spark job")
}()

/// The gate on an engine that runs it on many machines.
@Suite struct SparkTests {
  @Test(.enabled(if: withSpark != nil), .timeLimit(.minutes(5)))
  func `Partitions of a Spark job join to the decisions of one process, or the job fails`() throws {
    let python = try #require(withSpark)
    let desk = try Sample.copy()
    try desk.place("Nobody has registered this text so far.", at: "corpus/new é.txt")
    try desk.place("…", at: "corpus/punctuation.txt")
    var lines: [UInt8] = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: desk.corpus) {
      guard path.hasSuffix(".txt") else { continue }
      let text = try String(contentsOfFile: desk.corpus + "/" + path, encoding: .utf8)
      lines += (["path": .string(path), "text": .string(text)] as JSON).canonicalBytes + [0x0a]
    }
    // By lines and columns a text goes as characters; a file that is none keeps its bytes.
    let broken: [(name: String, bytes: [UInt8])] = [
      ("latin.txt", [0x63, 0x61, 0x66, 0xe9]), ("bad.bin", [0xff, 0x00]),
    ]
    for (name, bytes) in broken {
      let path = desk.corpus + "/ben/" + name
      try Data(bytes).write(to: URL(filePath: path))
      let line: JSON = ["path": .string("ben/" + name), "base64": .string(Base64.encode(bytes))]
      lines += line.canonicalBytes + [0x0a]
    }
    let link = desk.corpus + "/ben/nowhere.txt"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "absent")
    lines += Array("{\"path\":\"ben/nowhere.txt\",\"text\":null}\n".utf8)
    try Data(lines).write(to: URL(filePath: desk.root + "/corpus.jsonl"))
    try desk.json("snapshot", "--out", "snapshot")
    try FileManager.default.createDirectory(
      atPath: desk.root + "/out", withIntermediateDirectories: false)
    let outcome = try python.run(
      [
        CrossCheckTests.scripts + "/cross_check_spark.py", Desk.program.path,
        desk.root + "/snapshot", desk.root + "/corpus.jsonl", desk.corpus, desk.root + "/out",
      ], in: desk.root, environment: ["SPARK_LOCAL_IP": "127.0.0.1"])
    try #require(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    let report = try JSON.parse(outcome.output.split(separator: "\n").last.map(String.init) ?? "")
    #expect(report["documents"] == 11 && report["unnoticed"] == [], "\(report)")
    let size = try desk.size()
    var roots: Set<String> = []
    for names in [["lines"], ["files"], ["columns", "bytes"]] {
      let parts = try names.flatMap { name in
        try FileManager.default.contentsOfDirectory(atPath: desk.root + "/out/" + name)
          .filter { $0.hasPrefix("part-") }.map { "out/\(name)/\($0)" }
      }
      #expect(parts.count > 1)
      // Each joined on the register as it was: one admission makes the snapshot old.
      let copy = try Desk(copying: desk)
      let joined = try copy.run(
        ["admit", "--snapshot", "snapshot", "--json", "--decisions"] + parts)
      roots.insert(joined.output)
      #expect(joined.status == 0, "\(joined.errors)")
      #expect(try copy.size() == size + 1)
    }
    roots.insert(try desk.run(["admit", "corpus", "--json"]).output)
    #expect(roots.count == 1)
  }
}
