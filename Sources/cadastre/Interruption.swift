// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Ctrl-C: the first asks long work to stop where it can go on later, the second ends the program.
enum Interruption {
  private static let count = Atomic<Int>(0)

  /// Whether the user asked to stop.
  static var isRequested: Bool { count.load(ordering: .relaxed) > 0 }

  /// Catches SIGINT and SIGTERM from now on, though whoever started the program blocked them.
  static func catchSignals() {
    var caught = sigset_t()
    sigemptyset(&caught)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&caught, number)
      signal(number) { number in
        if Interruption.count.add(1, ordering: .relaxed).newValue > 1 { _exit(128 + number) }
      }
    }
    pthread_sigmask(SIG_UNBLOCK, &caught, nil)
  }
}
