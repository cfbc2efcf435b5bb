// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A logarithm to the base two in 64.90 binary digits, from integers alone.
///
/// The bits are the same on every machine: there is no floating point and no libm. A logarithm is
/// at most 2⁻⁸⁹ below the true value; a power of two is within 2⁻¹⁰⁰ of its true value, relatively.
package struct BinaryLogarithm: Hashable, Sendable {
  /// The logarithm times 2⁹⁰.
  package let bits: Int128

  private static let fractionBits = 90
  /// ⌊ln 2 · 2¹²⁰⌋.
  private static let naturalOfTwo: UInt128 = 0x00B1_7217_F7D1_CF79_ABC9_E3B3_9803_F2F6

  /// The logarithm of one.
  package static let zero = BinaryLogarithm(bits: 0)

  private init(bits: Int128) { self.bits = bits }

  /// The logarithm of a ratio of positive integers.
  ///
  /// - Complexity: 90 products of 128 bits.
  package init(of numerator: UInt128, over denominator: UInt128) {
    precondition(numerator > 0 && denominator > 0, "only positive ratios have logarithms")
    let above = numerator << numerator.leadingZeroBitCount
    let below = denominator << denominator.leadingZeroBitCount
    var exponent = Int128(denominator.leadingZeroBitCount - numerator.leadingZeroBitCount)
    // The mantissa in 1..<2, times 2¹²⁶.
    var mantissa: UInt128
    if above >= below {
      mantissa = below.dividingFullWidth((above >> 2, above << 126)).quotient
    } else {
      exponent -= 1
      mantissa = below.dividingFullWidth((above >> 1, above << 127)).quotient
    }
    var fraction: Int128 = 0
    for _ in 0..<Self.fractionBits {
      let square = mantissa.multipliedFullWidth(by: mantissa)
      mantissa = square.high << 2 | square.low >> 126
      fraction <<= 1
      if mantissa >> 127 == 1 {
        fraction |= 1
        mantissa >>= 1
      }
    }
    bits = exponent << Int128(Self.fractionBits) + fraction
  }

  /// The logarithm nearest to a double; its magnitude must be below a thousand.
  package init(nearest value: Double) {
    precondition(value.magnitude < 1000, "a logarithm of this program is below a thousand")
    bits = Int128(value * 0x1p50) << 40
  }

  /// The logarithm times an exponent in parts per million; at most ten either way.
  package func scaled(partsPerMillion: Int64) -> BinaryLogarithm {
    precondition(partsPerMillion.magnitude <= 10_000_000, "an exponent is at most ten")
    return BinaryLogarithm(bits: bits * Int128(partsPerMillion) / 1_000_000)
  }

  package static func + (left: BinaryLogarithm, right: BinaryLogarithm) -> BinaryLogarithm {
    BinaryLogarithm(bits: left.bits + right.bits)
  }

  /// Two to this power, in units of 2⁻⁴⁰, rounded half up; `UInt64.max` from 2²⁰ on.
  package var power: UInt64 {
    let whole = bits >> Int128(Self.fractionBits)
    guard whole < 20 else { return .max }
    guard whole > -60 else { return 0 }
    let shift = UInt128(80 - whole)
    return UInt64((mantissaOfPower + 1 << (shift - 1)) >> shift)
  }

  /// Two to this power as a double, rounded down.
  package var powerAsDouble: Double {
    let whole = Int(bits >> Int128(Self.fractionBits))
    let significand = Double(mantissaOfPower >> 68) * 0x1p-52
    return Double(sign: .plus, exponent: whole, significand: significand)
  }

  /// The logarithm itself as a double.
  package var asDouble: Double {
    // 2⁻⁹⁰ is a power of two, so that the product rounds once.
    Double(bits) * 0x1p-90
  }

  /// Two to the fractional part, in 1..<2, times 2¹²⁰.
  private var mantissaOfPower: UInt128 {
    let fraction = UInt128(truncatingIfNeeded: bits) & (1 << UInt128(Self.fractionBits) - 1)
    let exponent = Self.product(fraction << 30, Self.naturalOfTwo)
    // e to the exponent by its series, until a term vanishes.
    var sum: UInt128 = 1 << 120
    var term = sum
    var index: UInt128 = 1
    while term > 0 {
      term = Self.product(term, exponent) / index
      sum += term
      index += 1
    }
    return sum
  }

  /// The product of two numbers of 120 binary places.
  private static func product(_ left: UInt128, _ right: UInt128) -> UInt128 {
    let product = left.multipliedFullWidth(by: right)
    return product.high << 8 | product.low >> 120
  }
}
