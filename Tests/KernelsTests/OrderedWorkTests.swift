// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Kernels

@Suite struct OrderedWorkTests {
  private struct Stop: Error, Equatable { var number: Int }

  @Test(arguments: [1, 2, 3, 8])
  func `Results come in the order of the pieces`(_ threads: Int) throws {
    for count in [0, 1, 2, 50] {
      var pieces = (0..<count).makeIterator()
      var results: [Int] = []
      try OrderedWork.run(
        threads: threads, next: { pieces.next() },
        work: { piece in
          // Every third piece takes its time.
          if piece % 3 == 0 { usleep(2000) }
          return piece * piece
        }, give: { results.append($0) })
      #expect(results == (0..<count).map { $0 * $0 })
    }
  }

  @Test(arguments: [1, 2, 4], ["next", "work", "give"])
  func `The first failure ends it, and nothing after it is given out`(
    _ threads: Int, _ place: String
  ) {
    var taken = 0
    var results: [Int] = []
    #expect(throws: Stop(number: 20)) {
      try OrderedWork.run(
        threads: threads,
        next: {
          if place == "next", taken == 20 { throw Stop(number: 20) }
          defer { taken += 1 }
          return taken < 1000 ? taken : nil
        },
        work: { piece in
          if place == "work", piece == 20 { throw Stop(number: 20) }
          return piece
        },
        give: { piece in
          if place == "give", piece == 20 { throw Stop(number: 20) }
          results.append(piece)
        })
    }
    #expect(results == Array(0..<results.count) && results.count <= 20)
    #expect(taken < 1000, "it does not go on to the end")
  }
}
