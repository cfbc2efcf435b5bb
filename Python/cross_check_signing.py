# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Checks canonical JSON and eddsa-jcs-2022 proofs with packages that share no code with Cadastre.

Usage: cross_check_signing.py DIRECTORY

DIRECTORY holds N.json with its canonical bytes N.jcs, and N.signed.json with a proof. Needs the
packages `rfc8785` and `cryptography`. Prints one line and exits 0 where everything agrees.
"""

import hashlib
import json
import pathlib
import sys

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(text: str) -> bytes:
    """The bytes of a base58btc multibase text."""
    assert text[0] == "z", text
    number = 0
    for character in text[1:]:
        number = number * 58 + ALPHABET.index(character)
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def check_proof(document: dict) -> None:
    """Raises where the document's proof does not verify."""
    proof = document.pop("proof")
    signature = base58(proof.pop("proofValue"))
    if "@context" in document:
        assert proof["@context"] == document["@context"]
    identifier, fragment = proof["verificationMethod"].split("#")
    assert identifier == "did:key:" + fragment, identifier
    key = base58(fragment)
    assert key[:2] == b"\xed\x01", key
    options_hash = hashlib.sha256(rfc8785.dumps(proof)).digest()
    document_hash = hashlib.sha256(rfc8785.dumps(document)).digest()
    Ed25519PublicKey.from_public_bytes(key[2:]).verify(signature, options_hash + document_hash)


def main() -> int:
    directory = pathlib.Path(sys.argv[1])
    forms = proofs = 0
    for path in sorted(directory.glob("*.jcs")):
        value = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if rfc8785.dumps(value) != path.read_bytes():
            print(f"{path.name}: rfc8785 gives other canonical bytes")
            return 1
        forms += 1
    for path in sorted(directory.glob("*.signed.json")):
        check_proof(json.loads(path.read_bytes()))
        proofs += 1
    print(f"{forms} canonical forms and {proofs} proofs agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
