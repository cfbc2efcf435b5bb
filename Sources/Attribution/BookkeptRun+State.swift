// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
internal import Primitives
internal import Transformer

/// Why a saved state cannot be continued.
package enum RunStateError: Error, Hashable {
  /// The bytes do not begin as a state of this version does.
  case notAState
  /// The bytes end in the middle of this part.
  case truncated(String)
  /// The state is of a run with another value of this.
  case mismatch(String)
  /// Bytes follow where the state should end.
  case trailingBytes
}

extension RunStateError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notAState: "this is no saved run of this version: start the run again"
    case .truncated(let part):
      "the saved run ends in the middle of its \(part): use the checkpoint before it"
    case .mismatch(let name):
      "the saved run has another \(name): continue it with the inputs it was begun with"
    case .trailingBytes: "bytes follow the saved run: use the checkpoint before it"
    }
  }
}

/// A run's state between two chords, as a stream of bytes.
///
/// Magic and version, the numbers that tie the state to its run, the counters, the sums of the books,
/// the time course, then weights, moments and each line's momentum as raw floats, and what the recorder
/// of displacements holds. All little-endian.
/// Continuing from it gives the same bits as not stopping. Integrity is the caller's: hash the stream.
extension BookkeptRun {
  private static var magic: [UInt8] { Array("CADASTRE RUN 3\n\0".utf8) }

  /// Writes the state piece by piece.
  ///
  /// `write`: receives all bytes in order; what it throws ends the writing.
  package func save(_ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    _ = closedBooks()
    var head = ByteWriter()
    head.write(Self.magic)
    for (_, value) in identity { head.writeLittleEndian(value) }
    let numbers: [Int] = [
      step, controller.length, course.spacing, course.chords, course.points.count,
    ]
    for number in numbers { head.writeLittleEndian(UInt64(number)) }
    for sums in sumPaths {
      for value in accumulator[keyPath: sums] { head.writeLittleEndian(value.bitPattern) }
    }
    for point in course.points {
      head.writeLittleEndian(UInt64(point.step))
      for value in point.losses + point.credit { head.writeLittleEndian(value.bitPattern) }
    }
    try head.bytes.withUnsafeBytes(write)
    try withFloats { _, floats in try write(UnsafeRawBufferPointer(floats)) }
    try recorder?.save(write)
  }

  /// Continues from a saved state, in place of this run's start.
  ///
  /// - Parameter read: fills as much of the buffer as it can and returns how much; 0 at the end.
  /// - Throws: `RunStateError`, or what `read` throws; the run must then not be used.
  package func restore(_ read: (UnsafeMutableRawBufferPointer) throws -> Int) throws {
    func fill(_ buffer: UnsafeMutableRawBufferPointer, _ part: String) throws {
      var done = 0
      while done < buffer.count {
        let count = try read(UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
        guard count > 0 else { throw RunStateError.truncated(part) }
        done += count
      }
    }
    func integers<Value: FixedWidthInteger>(
      _ count: Int, _ part: String, as type: Value.Type = Value.self
    ) throws -> [Value] {
      var values = [Value](repeating: 0, count: count)
      try values.withUnsafeMutableBytes { try fill($0, part) }
      return values.map { Value(littleEndian: $0) }
    }
    guard try integers(Self.magic.count, "magic", as: UInt8.self) == Self.magic else {
      throw RunStateError.notAState
    }
    for (name, value) in identity {
      guard try integers(1, "identity", as: UInt64.self) == [value] else {
        throw RunStateError.mismatch(name)
      }
    }
    let numbers = try integers(5, "counters", as: UInt64.self)
    guard numbers[0] <= UInt64(training.steps) else { throw RunStateError.mismatch("step") }
    guard (1...UInt64(controller.maximum)).contains(numbers[1]) else {
      throw RunStateError.mismatch("chord length")
    }
    guard (1...UInt64(1) << 40).contains(numbers[2]), numbers[3] <= UInt64(training.steps) + 1,
      numbers[4] <= UInt64(books.coursePoints)
    else { throw RunStateError.mismatch("time course") }
    accumulator.initialLoss = Array(repeating: 0, count: targetCount)
    accumulator.currentLoss = accumulator.initialLoss
    for sums in sumPaths {
      let patterns = try integers(accumulator[keyPath: sums].count, "sums", as: UInt64.self)
      accumulator[keyPath: sums] = patterns.map { Double(bitPattern: $0) }
    }
    course = TimeCourse()
    course.spacing = Int(numbers[2])
    course.chords = Int(numbers[3])
    for _ in 0..<numbers[4] {
      let step = Int(try integers(1, "time course", as: UInt64.self)[0])
      let losses = try integers(targetCount, "time course", as: UInt32.self)
      let credit = try integers(targetCount * lineCount, "time course", as: UInt32.self)
      course.points.append(
        TimeCourse.Point(
          step: step, losses: losses.map { Float(bitPattern: $0) },
          credit: credit.map { Float(bitPattern: $0) }))
    }
    try withFloats { part, floats in try fill(UnsafeMutableRawBufferPointer(floats), part) }
    try recorder?.restore { try fill($0, "displacements") }
    var extra: UInt8 = 0
    guard try withUnsafeMutableBytes(of: &extra, { try read($0) }) == 0 else {
      throw RunStateError.trailingBytes
    }
    trainer.step = Int(numbers[0])
    controller.length = Int(numbers[1])
    forgetLeft()
  }

  /// What must be the same for a state to belong to a run.
  private var identity: [(String, UInt64)] {
    [
      ("number of parameters", UInt64(model.layout.count)),
      ("number of lines", UInt64(lineCount)),
      ("number of targets", UInt64(targetCount)),
      ("number of windows", UInt64(trainer.windows.count)),
      ("number of steps", UInt64(training.steps)),
      ("batch size", UInt64(training.batchSize)),
      ("shard size", UInt64(training.shardWindows)),
      ("seed", training.seed),
      ("number of warm-up steps", UInt64(training.warmUpSteps)),
      ("peak rate", training.peakRate.bitPattern),
      ("final rate", training.finalRate.bitPattern),
      ("beta1", training.beta1.bitPattern),
      ("beta2", training.beta2.bitPattern),
      ("epsilon", training.epsilon.bitPattern),
      ("weight decay", training.weightDecay.bitPattern),
      ("clip norm", training.clipNorm.bitPattern),
      ("tolerance", books.tolerance.bitPattern),
      ("finest quadrature", UInt64(books.maximumLevel)),
      ("longest chord", UInt64(controller.maximum)),
      ("number of segments", UInt64(books.segments)),
      ("displacement budget", UInt64(books.displacementBudgetBytes)),
      ("numbers a line's momentum", UInt64(accounting.momenta.stride)),
    ]
  }

  private var sumPaths: [WritableKeyPath<BooksAccumulator, [Double]>] {
    [\.initialLoss, \.currentLoss, \.credit, \.decay, \.absoluteResidual, \.foldingError]
  }

  private func withFloats(
    _ body: (String, UnsafeMutableBufferPointer<Float>) throws -> Void
  ) throws {
    precondition(1.littleEndian == 1, "states are written as they lie in memory, little-endian")
    try body("weights", trainer.parameters.elements)
    try body("first moments", trainer.first.elements)
    try body("second moments", trainer.second.elements)
    try body("line momenta", accounting.momenta.values.elements)
    try body("exact momenta", accounting.momenta.exact.elements)
  }
}
