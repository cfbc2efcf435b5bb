// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
internal import Primitives

/// Random numbers of a run: each purpose has its own stream of the seed's generator.
enum RandomStream {
  static let parameters: UInt64 = 1
  /// The order of epoch `e` is drawn from stream `dataOrder + e`.
  static let dataOrder: UInt64 = 2 << 32
}

extension ParameterLayout {
  /// Fills `parameters` with the seeded start: gains 1, embedding and output normal with deviation 0.02 and
  /// matrices with `0.6 / sqrt(columns)`, those that write to the residual stream smaller by
  /// `sqrt(2 · layers)`.
  ///
  /// Normal numbers by Box and Muller (1958) in `Double`, in the order of the tensors.
  package func initialize(_ parameters: UnsafeMutablePointer<Float>, seed: UInt64) {
    var random = Philox4x32(key: seed, stream: RandomStream.parameters)
    func uniform() -> Double { (Double(random.next32()) + 0.5) / 4_294_967_296 }
    let residual = 1 / Double(2 * layers.count).squareRoot()
    for tensor in tensors {
      let target = parameters + tensor.offset
      guard tensor.decays else {
        target.update(repeating: 1, count: tensor.count)
        continue
      }
      var deviation = 0.6 / Double(tensor.shape[1]).squareRoot()
      if tensor.offset == 0 || tensor.offset == output { deviation = 0.02 }
      if tensor.name.hasSuffix("o_proj.weight") || tensor.name.hasSuffix("down_proj.weight") {
        deviation *= residual
      }
      for index in stride(from: 0, to: tensor.count, by: 2) {
        let radius = (-2 * ExactMath.log(uniform())).squareRoot() * deviation
        let turn = ExactMath.cosineAndSine(6.283_185_307_179_586 * uniform())
        target[index] = Float(radius * turn.cosine)
        target[index + 1] = Float(radius * turn.sine)
      }
    }
  }
}
