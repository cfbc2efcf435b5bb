// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Ctrl-C: the first asks long work to stop where it can go on later, the second ends the program.
enum Interruption {
  private static let count = Atomic<Int>(0)

  /// Whether the user asked to stop.
  static var isRequested: Bool { count.load(ordering: .relaxed) > 0 }

  /// Catches SIGINT and SIGTERM from now on.
  static func catchSignals() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if Interruption.count.add(1, ordering: .relaxed).newValue > 1 { _exit(128 + number) }
      }
    }
  }
}
