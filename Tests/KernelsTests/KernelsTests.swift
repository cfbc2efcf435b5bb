// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Kernels
import Primitives
import Testing

/// Fills a new buffer with numbers between -`range` and `range`.
private func randomBuffer(
  _ count: Int, _ random: inout Philox4x32, range: Float = 1
) -> FloatBuffer {
  let buffer = FloatBuffer(count: count)
  for i in 0..<count { buffer.base[i] = range * (Float(random.next32()) * 0x1p-31 - 1) }
  return buffer
}

/// Whether two numbers agree to `tolerance` of the larger, or of 1.
private func agree(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
  (a - b).magnitude <= tolerance * max(1, max(a.magnitude, b.magnitude))
}

@Suite struct ExactMathTests {
  @Test func `Own functions agree with the C library`() {
    var random = Philox4x32(key: 1, stream: 0)
    for _ in 0..<5000 {
      let x = Double(random.next32()) * 0x1p-32 * 1400 - 700
      #expect((ExactMath.exp(x) / exp(x) - 1).magnitude < 1e-13)
      let positive = exp(x / 2)
      #expect(agree(ExactMath.log(positive), log(positive), 1e-14))
      let turn = ExactMath.cosineAndSine(x)
      #expect((turn.cosine - cos(x)).magnitude < 1e-14)
      #expect((turn.sine - sin(x)).magnitude < 1e-14)
    }
    #expect(ExactMath.log(1) == 0)
    #expect(ExactMath.exp(0) == 1)
  }
}

@Suite struct RowKernelTests {
  private let blas: BLAS

  init() throws { blas = try BLAS.load() }

  @Test func `The library runs the family it was asked for, and no other afterwards`() throws {
    #expect(try BLAS.load(family: blas.family).family == blas.family)
    #expect(throws: BLASError.alreadyLoaded(blas.family)) { try BLAS.load(family: "Nehalem") }
  }

  /// Rows, columns and terms around the edges of tiles (14 × 32), bands (256) and parts (192).
  static let shapes = [
    (1, 1, 1), (13, 9, 21), (14, 32, 192), (15, 33, 193), (29, 65, 17), (43, 257, 400), (2, 300, 7),
  ]

  @Test(arguments: shapes, [(false, false), (false, true), (true, false), (true, true)])
  func `Products agree with three loops and touch nothing else`(
    shape: (rows: Int, columns: Int, inner: Int), turned: (a: Bool, b: Bool)
  ) {
    var random = Philox4x32(key: 2, stream: 0)
    let (m, n, k) = shape
    let aStride = (turned.a ? m : k) + 3
    let bStride = (turned.b ? k : n) + 5
    let a = randomBuffer((turned.a ? k : m) * aStride, &random)
    let b = randomBuffer((turned.b ? n : k) * bStride, &random)
    let c = randomBuffer(m * (n + 2), &random)
    let before = Array(c.elements)
    for keep: Float in [0, 1] {
      c.base.update(from: before, count: c.count)
      blas.multiply(
        rows: m, columns: n, inner: k, a.base, aStride, transposeA: turned.a, b.base, bStride,
        transposeB: turned.b, into: c.base, n + 2, scale: 0.5, keep: keep)
      for i in 0..<m {
        for j in 0..<n {
          let sum = (0..<k).reduce(0.0) {
            let left = a.base[turned.a ? $1 * aStride + i : i * aStride + $1]
            let right = b.base[turned.b ? j * bStride + $1 : $1 * bStride + j]
            return $0 + Double(left) * Double(right)
          }
          let expected = 0.5 * sum + Double(keep * before[i * (n + 2) + j])
          #expect(agree(Double(c.base[i * (n + 2) + j]), expected, 1e-5))
        }
        for j in n..<n + 2 { #expect(c.base[i * (n + 2) + j] == before[i * (n + 2) + j]) }
      }
    }
  }

  @Test(arguments: [(1, 3), (4, 8), (7, 21), (64, 128)])
  func `Matrix and vector agree with a plain sum`(outputs: Int, inputs: Int) {
    var random = Philox4x32(key: 12, stream: 0)
    let matrix = randomBuffer(outputs * inputs, &random)
    let x = randomBuffer(max(outputs, inputs), &random)
    let y = FloatBuffer(count: outputs)
    let mixed = FloatBuffer(count: inputs)
    for adding in [false, true] {
      MatrixVector.multiply(
        outputs: outputs, inputs: inputs, matrix.base, x.base, into: y.base, adding: adding)
    }
    MatrixVector.mix(
      rows: outputs, width: inputs, matrix.base, weights: x.base, into: mixed.base)
    for row in 0..<outputs {
      let sum = (0..<inputs).reduce(0.0) {
        $0 + Double(matrix.base[row * inputs + $1]) * Double(x.base[$1])
      }
      #expect(agree(Double(y.base[row]), 2 * sum, 1e-5))
    }
    for i in 0..<inputs {
      let sum = (0..<outputs).reduce(0.0) {
        $0 + Double(matrix.base[$1 * inputs + i]) * Double(x.base[$1])
      }
      #expect(agree(Double(mixed.base[i]), sum, 1e-5))
    }
  }

  @Test(arguments: [1, 7, 8, 256, 300])
  func `Softmax agrees with its definition at every length`(count: Int) {
    var random = Philox4x32(key: 13, stream: 0)
    let row = randomBuffer(Softmax.rowLength(count), &random, range: 30)
    let powers = (0..<count).map { exp(0.25 * Double(row.base[$0])) }
    Softmax.apply(count: count, scale: 0.25, row.base)
    let sum = powers.reduce(0, +)
    for i in 0..<row.count {
      #expect(agree(Double(row.base[i]), i < count ? powers[i] / sum : 0, 1e-6))
    }
  }

  @Test(arguments: [1, 7, 8, 15, 1023, 1024, 1025, 5000])
  func `Inner products agree with a plain sum at every length`(count: Int) {
    var random = Philox4x32(key: 3, stream: UInt64(count))
    let a = randomBuffer(count, &random)
    let b = randomBuffer(count, &random)
    let c = randomBuffer(count, &random)
    var plain = 0.0
    var along = 0.0
    for i in 0..<count {
      plain += Double(a.base[i]) * Double(b.base[i])
      along += Double(a.base[i]) * (Double(c.base[i]) - Double(b.base[i]))
    }
    #expect(agree(VectorOperations.dot(a.base, b.base, count: count), plain, 1e-5))
    #expect(
      agree(VectorOperations.dot(a.base, from: b.base, to: c.base, count: count), along, 1e-5))
  }

  @Test func `Norm and its gradients agree with their definition`() {
    var random = Philox4x32(key: 4, stream: 0)
    let (rows, width) = (3, 24)
    let x = randomBuffer(rows * width, &random)
    let gain = randomBuffer(width, &random)
    let dy = randomBuffer(rows * width, &random)
    let y = FloatBuffer(count: rows * width)
    let scales = FloatBuffer(count: rows)
    let dx = FloatBuffer(count: rows * width)
    let dgain = FloatBuffer(count: width)
    RootMeanSquareNorm.forward(
      rows: rows, width: width, epsilon: 1e-5, x.base, gain: gain.base, into: y.base,
      scales: scales.base)
    RootMeanSquareNorm.addInputGradient(
      rows: rows, width: width, dy.base, x.base, gain: gain.base, scales: scales.base, to: dx.base)
    RootMeanSquareNorm.gainGradient(
      rows: 1..<3, width: width, dy.base, x.base, scales: scales.base, into: dgain.base)
    func output(_ row: Int, _ i: Int, moved: Int = -1, by h: Double = 0) -> Double {
      let values = (0..<width).map { Double(x.base[row * width + $0]) + ($0 == moved ? h : 0) }
      let square = values.reduce(0) { $0 + $1 * $1 } / Double(width) + 1e-5
      return values[i] / square.squareRoot() * Double(gain.base[i])
    }
    for row in 0..<rows {
      for i in 0..<width {
        #expect(agree(Double(y.base[row * width + i]), output(row, i), 1e-5))
        let slope = (0..<width).reduce(0.0) { sum, j in
          let up = output(row, j, moved: i, by: 1e-5)
          let down = output(row, j, moved: i, by: -1e-5)
          return sum + Double(dy.base[row * width + j]) * (up - down) / 2e-5
        }
        #expect(agree(Double(dx.base[row * width + i]), slope, 1e-4))
      }
    }
    for i in 0..<width {
      let sum = (1..<3).reduce(0.0) {
        $0 + Double(dy.base[$1 * width + i]) * output($1, i) / Double(gain.base[i])
      }
      #expect(agree(Double(dgain.base[i]), sum, 1e-4))
    }
  }

  @Test func `The gated unit and its gradients agree with their definition`() {
    var random = Philox4x32(key: 5, stream: 0)
    let width = 16
    let x = randomBuffer(2 * width, &random, range: 12)
    let dy = randomBuffer(width, &random)
    let y = FloatBuffer(count: width)
    let dx = FloatBuffer(count: 2 * width)
    GatedUnit.forward(rows: 1, width: width, x.base, into: y.base)
    GatedUnit.backward(rows: 1, width: width, dy.base, x.base, into: dx.base)
    func unit(_ gate: Double, _ up: Double) -> Double { gate / (1 + exp(-gate)) * up }
    for i in 0..<width {
      let (gate, up) = (Double(x.base[i]), Double(x.base[width + i]))
      #expect(agree(Double(y.base[i]), unit(gate, up), 1e-5))
      let slope = (unit(gate + 1e-5, up) - unit(gate - 1e-5, up)) / 2e-5 * Double(dy.base[i])
      #expect(agree(Double(dx.base[i]), slope, 1e-5))
      #expect(agree(Double(dx.base[width + i]), unit(gate, 1) * Double(dy.base[i]), 1e-5))
    }
  }

  @Test(arguments: [256, 2, 8, 301])
  func `Cross entropy and its gradient agree with their definition`(classes: Int) {
    var random = Philox4x32(key: 6, stream: UInt64(classes))
    let rows = 5
    let length = CrossEntropy.rowLength(classes)
    let logits = randomBuffer(rows * length, &random, range: 20)
    let copy = FloatBuffer(count: rows * length)
    copy.base.update(from: logits.base, count: copy.count)
    let targets = (0..<rows).map { _ in Int32(random.below(UInt32(classes))) }
    let plain = CrossEntropy.loss(
      rows: rows, classes: classes, logits.base, targets: targets)
    let loss = CrossEntropy.lossAndGradient(
      rows: rows, classes: classes, logits.base, targets: targets, scale: 0.5)
    #expect(loss == plain)
    var expected = 0.0
    for row in 0..<rows {
      let line = (0..<classes).map { exp(Double(copy.base[row * length + $0])) }
      let sum = line.reduce(0, +)
      expected -= log(line[Int(targets[row])] / sum)
      for i in 0..<classes {
        let gradient = 0.5 * (line[i] / sum - (i == Int(targets[row]) ? 1 : 0))
        #expect(agree(Double(logits.base[row * length + i]), gradient, 1e-6))
      }
    }
    #expect(agree(loss, expected, 1e-6))
  }

  @Test(arguments: [1, 5, 8, 19, 70])
  func `Attention is causal and agrees with its definition`(length: Int) {
    var random = Philox4x32(key: 7, stream: UInt64(length))
    let head = 16
    let query = randomBuffer(length * head, &random, range: 3)
    let key = randomBuffer(length * head, &random, range: 3)
    let value = randomBuffer(length * head, &random)
    let weights = FloatBuffer(count: length * CausalAttention.rowLength(length))
    let output = FloatBuffer(count: length * head)
    CausalAttention(blas: blas, headSize: head).forward(
      length: length, query: query.base, key: key.base, value: value.base, stride: head,
      weights: weights.base, into: output.base, outputStride: head)
    for i in 0..<length {
      let scores = (0...i).map { j in
        exp(
          (0..<head).reduce(0.0) {
            $0 + Double(query.base[i * head + $1] * key.base[j * head + $1])
          } / 4)
      }
      let sum = scores.reduce(0, +)
      for d in 0..<head {
        let mixed = (0...i).reduce(0.0) {
          $0 + scores[$1] / sum * Double(value.base[$1 * head + d])
        }
        #expect(agree(Double(output.base[i * head + d]), mixed, 1e-5))
      }
      for j in i + 1..<max(i + 1, length) {
        #expect(weights.base[i * CausalAttention.rowLength(length) + j] == 0)
      }
    }
  }

  @Test func `A turn and its opposite cancel`() {
    var random = Philox4x32(key: 8, stream: 0)
    let rotary = RotaryEmbedding(headSize: 32, positions: 40, base: 10_000)
    let x = randomBuffer(40 * 64, &random)
    let copy = FloatBuffer(count: x.count)
    copy.base.update(from: x.base, count: x.count)
    rotary.rotate(rows: 40, heads: 2, x.base, stride: 64)
    let angle = 7 * pow(10_000, -6.0 / 32)
    let (a, b) = (Double(copy.base[7 * 64 + 3]), Double(copy.base[7 * 64 + 19]))
    #expect(agree(Double(x.base[7 * 64 + 3]), a * cos(angle) - b * sin(angle), 1e-5))
    rotary.rotate(rows: 40, heads: 2, x.base, stride: 64, backwards: true)
    for i in 0..<x.count { #expect(agree(Double(x.base[i]), Double(copy.base[i]), 1e-5)) }
  }

  @Test func `AdamW moves as its paper says`() {
    var random = Philox4x32(key: 9, stream: 0)
    let weights = randomBuffer(8, &random)
    let gradient = randomBuffer(8, &random)
    let first = randomBuffer(8, &random)
    let second = FloatBuffer(count: 8)
    let preconditioner = FloatBuffer(count: 8)
    let decayed = FloatBuffer(count: 8)
    let before = (0..<8).map { (Double(weights.base[$0]), Double(first.base[$0])) }
    let step = AdamWStep(
      beta1: 0.9, beta2: 0.99, epsilon: 1e-8, clip: 0.5, secondCorrection: 100, stride: 0.01,
      decay: 0.001)
    step.update(
      count: 8, parameters: weights.base, gradient: gradient.base, first: first.base,
      second: second.base, preconditioner: preconditioner.base, decayed: decayed.base)
    for (i, (weight, moment)) in before.enumerated() {
      let g = Double(gradient.base[i]) * 0.5
      let m = 0.9 * moment + 0.1 * g
      let p = 1 / ((0.01 * g * g * 100).squareRoot() + 1e-8)
      #expect(agree(Double(weights.base[i]), weight - 0.001 * weight - 0.01 * p * m, 1e-4))
      #expect(agree(Double(decayed.base[i]), -0.001 * weight, 1e-6))
    }
  }

  @Test func `Every piece of work is done once, whoever does it`() {
    for threads in [1, 2, 5] {
      let counts = FloatBuffer(count: 1000)
      Workers(count: threads).run(pieces: 1000) { piece, worker in
        counts.base[piece] += worker < threads ? 1 : 1000
      }
      #expect(counts.elements.allSatisfy { $0 == 1 })
    }
  }
}
