// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Keeps what was read lately, up to a number of values: full, it starts anew.
///
/// Many works have one owner and stand under one grant; reading a key takes a check that its point
/// lies on the curve, and costs more than the rest of a decision.
final class BoundedCache<Value: Sendable>: Sendable {
  private let values = Mutex<[Int: Value]>([:])
  private let limit: Int

  /// Keeps up to so many values.
  init(limit: Int) { self.limit = limit }

  /// The value of a number, read if it is not kept; nil where it cannot be read.
  func value(of number: Int, read: () -> Value?) -> Value? {
    if let known = values.withLock({ $0[number] }) { return known }
    guard let value = read() else { return nil }
    values.withLock { values in
      if values.count >= limit { values.removeAll(keepingCapacity: true) }
      values[number] = value
    }
    return value
  }

  /// How many values are kept.
  var count: Int { values.withLock { $0.count } }
}
