// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The numbers of one AdamW step (Loshchilov and Hutter 2019) that all parameters share.
package struct AdamWStep: Sendable {
  /// Decay of the first and of the second moment.
  package var beta1: Float
  package var beta2: Float
  /// Added to the root of the second moment.
  package var epsilon: Float
  /// The factor the batch gradient is clipped by, 1 where it is not.
  package var clip: Float
  /// `1 / (1 - beta2^t)`.
  package var secondCorrection: Float
  /// `learning rate / (1 - beta1^t)`: how far the preconditioned moment moves the weights.
  package var stride: Float
  /// `learning rate · weight decay`, 0 for parameters that do not decay.
  package var decay: Float

  package init(
    beta1: Float, beta2: Float, epsilon: Float, clip: Float, secondCorrection: Float,
    stride: Float, decay: Float
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.clip = clip
    self.secondCorrection = secondCorrection
    self.stride = stride
    self.decay = decay
  }

  /// Updates `count` parameters, a multiple of 8, in place.
  ///
  /// `preconditioner`: receives `P = 1 / (sqrt(v · secondCorrection) + epsilon)`.
  /// `decayed`: receives, added, the displacement by weight decay.
  package func update(
    count: Int, parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>,
    preconditioner: UnsafeMutablePointer<Float>, decayed: UnsafeMutablePointer<Float>
  ) {
    let fresh1 = 1 - beta1
    let fresh2 = 1 - beta2
    for i in Swift.stride(from: 0, to: count, by: 8) {
      let g = gradient.lanes(i) * clip
      let m = (g * fresh1).addingProduct(first.lanes(i), beta1)
      let v = (g * g * fresh2).addingProduct(second.lanes(i), beta2)
      let root = (v * secondCorrection).squareRoot() + epsilon
      let p = Lanes(repeating: 1) / root
      let weight = parameters.lanes(i)
      let loss = weight * -decay
      first.store(m, i)
      second.store(v, i)
      preconditioner.store(p, i)
      decayed.store(decayed.lanes(i) + loss, i)
      parameters.store((weight + loss).addingProduct(p * m, -stride), i)
    }
  }
}
