// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Signing
import Testing

@Suite struct SigningTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  ])
  func `SHA-256 gives the digests of FIPS 180-4`(text: String, hex: String) {
    #expect(SHA256.digest(text).hex == hex)
  }

  @Test func `A digest does not depend on the pieces the bytes come in`() {
    var random = Philox4x32(key: 5, stream: 0)
    for _ in 0..<100 {
      let bytes = (0..<random.below(300)).map { _ in UInt8(truncatingIfNeeded: random.next32()) }
      let cut = Int(random.below(UInt32(bytes.count + 1)))
      var hasher = SHA256.Hasher()
      hasher.update(Array(bytes[..<cut]))
      bytes[cut...].withUnsafeBytes { hasher.update($0) }
      #expect(hasher.finish() == SHA256.digest(bytes))
      #expect(SHA256Tree().leaf(bytes) == SHA256.digest([0] + bytes))
    }
    let (left, right) = (SHA256.digest("l"), SHA256.digest("r"))
    #expect(SHA256Tree().node(left, right) == SHA256.digest([1] + left.bytes + right.bytes))
  }

  @Test func `Digests made on many threads at once are right`() async {
    let expected = (0..<64).map { SHA256.digest("\($0)") }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask { (0..<64).allSatisfy { SHA256.digest("\($0)") == expected[$0] } }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  /// RFC 8032 section 7.1, tests 1 to 3.
  @Test(arguments: [
    (
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    ),
    (
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    ),
    (
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    ),
  ])
  func `Ed25519 gives the signatures of RFC 8032`(
    seed: String, publicKey: String, message: String, signature: String
  ) throws {
    let key = try #require(SecretKey(seed: Hex.decode(seed) ?? []))
    let bytes = try #require(Hex.decode(message))
    #expect(Hex.encode(key.publicKey.bytes) == publicKey)
    #expect(Hex.encode(key.sign(bytes)) == signature)
    #expect(key.publicKey.verify(signature: key.sign(bytes), message: bytes))
    #expect(!key.publicKey.verify(signature: key.sign(bytes), message: bytes + [0]))
    #expect(!key.publicKey.verify(signature: Array(key.sign(bytes).dropLast()), message: bytes))
  }

  @Test(arguments: [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0200000000000000000000000000000000000000000000000000000000000000", "00",
  ])
  func `Keys of low order, not canonical, off the curve or too short are refused`(hex: String) {
    #expect(PublicKey(bytes: Hex.decode(hex) ?? []) == nil)
  }

  @Test func `Identifiers and multikeys read back, and one changed character is refused`() throws {
    var random = Philox4x32(key: 6, stream: 0)
    let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
    for _ in 0..<40 {
      let seed = (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next32()) }
      let key = try #require(SecretKey(seed: seed))
      let identifier = DIDKey(key.publicKey)
      #expect(identifier.text.hasPrefix("did:key:z6Mk"))
      #expect(DIDKey(identifier.text) == identifier)
      #expect(SecretKey(multikey: key.multikey)?.seed == seed)
      #expect(SecretKey(multikey: identifier.text.replacing("did:key:", with: "")) == nil)
      var text = Array(identifier.text)
      let place = 9 + Int(random.below(UInt32(text.count - 9)))
      text[place] = alphabet[Int(random.below(58))]
      let changed = String(text)
      let read = DIDKey(changed)
      #expect(read == nil || read?.text == changed)
      #expect(changed == identifier.text || read != identifier)
    }
    for wrong in ["", "did:key:", "did:key:z", "did:web:example.com", "did:key:u6Mk"] {
      #expect(DIDKey(wrong) == nil)
    }
    #expect(SecretKey(seed: [1, 2, 3]) == nil)
    #expect(SecretKey.generate().seed != SecretKey.generate().seed)
  }
}
