// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import CFaults
import Glibc
import Signing
import Storage
import TransparencyLog

// Appends to a log until it is stopped, and says which entries were acknowledged. What `faults.h`
// finds in the environment happens to its calls.
//   CrashWriter DIRECTORY one BATCHES WIDTH           one thread; 'acknowledged SIZE' after a batch
//   CrashWriter DIRECTORY many THREADS EACH ROUND     a sequencer; 'acknowledged INDEX THREAD NUMBER'
// BATCHES may be a list of widths. Exit status 3 for a failed append, 0 with 'done' at the end.

/// The text of the entry at an index; the tests compute it again.
func entry(_ index: UInt64) -> [UInt8] {
  Array("entry \(index) \(String(repeating: "x", count: Int(index % 97)))".utf8)
}

func say(_ text: String) {
  cfaults_mark(text)
  let bytes = Array((text + "\n").utf8)
  guard write(1, bytes, bytes.count) == bytes.count else { exit(4) }
}

func fail(_ error: any Error) -> Never {
  say("failed \(error)")
  say("hit \(cfaults_was_hit())")
  exit(3)
}

/// One thread that appends batches.
func runOne(_ log: LogWriter, widths: [UInt64]) throws {
  for width in widths {
    let size = log.size
    let range = try log.append((size..<size + width).map(entry))
    say("acknowledged \(range.upperBound)")
  }
}

/// What a thread of `runMany` does.
final class Submitter: Sendable {
  let sequencer: LogSequencer
  let number: Int
  let each: Int
  let round: String

  init(_ sequencer: LogSequencer, number: Int, each: Int, round: String) {
    (self.sequencer, self.number, self.each, self.round) = (sequencer, number, each, round)
  }

  func run() {
    do {
      for item in 0..<each {
        let text = "round \(round) thread \(number) item \(item)"
        let range = try sequencer.append([Array(text.utf8)])
        say("acknowledged \(range.lowerBound) \(text)")
      }
    } catch {
      fail(error)
    }
  }
}

/// Many threads that submit one entry after the other.
func runMany(_ log: sending LogWriter, threads: Int, each: Int, round: String) throws {
  let sequencer = try LogSequencer(log)
  let handles = (0..<threads).map { number in
    let submitter = Submitter(sequencer, number: number, each: each, round: round)
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Submitter>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(submitter).toOpaque())
    return thread
  }
  for handle in handles { pthread_join(handle, nil) }
  sequencer.close()
}

cfaults_begin()
let arguments = CommandLine.arguments
guard arguments.count >= 5, let key = SecretKey(seed: [UInt8](repeating: 1, count: 32)),
  let signer = NoteSigner(name: "log.example/crash", key: key)
else {
  say("usage: CrashWriter DIRECTORY one BATCHES WIDTH | many THREADS EACH ROUND")
  exit(2)
}
let method: SyncMethod? = getenv("CADASTRE_SYNC_EACH") == nil ? nil : .eachFile

do {
  let log = try LogWriter.open(path: arguments[1], signer: signer, syncing: method)
  say("opened \(log.size)")
  switch (arguments[2], Int(arguments[3])) {
  case ("one", let batches?):
    let widths = arguments[4].split(separator: ",").compactMap { UInt64($0) }
    try runOne(log, widths: (0..<batches).map { widths[$0 % widths.count] })
  case ("many", let threads?) where arguments.count == 6:
    try runMany(log, threads: threads, each: Int(arguments[4]) ?? 0, round: arguments[5])
  default: exit(2)
  }
  say("done")
  say("hit \(cfaults_was_hit())")
} catch {
  fail(error)
}
