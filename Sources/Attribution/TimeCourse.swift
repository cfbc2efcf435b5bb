// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Points of the run for charts: losses and cumulative credits after a chord.
package struct TimeCourse: Hashable, Sendable {
  /// One moment of the run.
  package struct Point: Hashable, Sendable {
    /// Steps done.
    package var step: Int
    /// The loss of each target, nats per byte.
    package var losses: [Float]
    /// Credit so far, by line, then target, nats per byte.
    package var credit: [Float]
  }

  /// At most the capacity, in the order of steps; every k-th chord, k a power of two.
  package internal(set) var points: [Point] = []
  /// How many chords lie between points.
  var spacing = 1
  var chords = 0

  /// Adds the moment after a chord, thinning all points by two when there are too many.
  mutating func add(_ point: Point, capacity: Int) {
    defer { chords += 1 }
    guard chords % spacing == 0 else { return }
    if points.count >= capacity {
      points = points.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
      spacing *= 2
      guard chords % spacing == 0 else { return }
    }
    points.append(point)
  }
}
