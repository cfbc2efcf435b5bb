# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Audits a C2SP log with other people's code for hashes and signatures: DIR LOG-VKEY WITNESS-VKEY.

Written from the specifications alone: signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles and
RFC 6962. Exit status 0 where every file is what the log signed and the witness cosigned.
"""

import base64
import hashlib
import pathlib
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def verifier(vkey: str, algorithm: int) -> tuple[str, bytes, Ed25519PublicKey]:
    name, key_id, encoded = vkey.split("+", 2)
    data = base64.b64decode(encoded, validate=True)
    assert data[0] == algorithm, "the key is of another type"
    expected = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    assert expected.hex() == key_id, "the key's identifier is not its own"
    return name, expected, Ed25519PublicKey.from_public_bytes(data[1:])


def signatures(note: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    text, _, tail = note.rpartition(b"\n\n")
    lines = []
    for line in tail.decode().splitlines():
        dash, name, encoded = line.split(" ")
        assert dash == "\N{EM DASH}"
        lines.append((name, base64.b64decode(encoded, validate=True)))
    return text + b"\n", lines


def own(lines: list[tuple[str, bytes]], name: str, key_id: bytes) -> list[bytes]:
    return [data[4:] for other, data in lines if other == name and data[:4] == key_id]


def leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_hash(hashes: list[bytes]) -> bytes:
    """The recursion of RFC 6962 section 2.1 over hashes of leaves."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node(tree_hash(hashes[:split]), tree_hash(hashes[split:]))


def path(kind: str, index: int, width: int) -> str:
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    return f"tile/{kind}/" + "/".join(groups) + ("" if width == 256 else f".p/{width}")


def entries(directory: pathlib.Path, size: int) -> list[bytes]:
    found = []
    for start in range(0, size, 256):
        width = min(256, size - start)
        data = (directory / path("entries", start // 256, width)).read_bytes()
        for _ in range(width):
            length = int.from_bytes(data[:2], "big")
            assert len(data) >= 2 + length
            found.append(data[2 : 2 + length])
            data = data[2 + length :]
        assert not data, "a bundle has bytes after its last entry"
    return found


def main() -> None:
    directory = pathlib.Path(sys.argv[1])
    text, lines = signatures((directory / "checkpoint").read_bytes())
    origin, size_line, root_line = text.decode().splitlines()
    name, key_id, key = verifier(sys.argv[2], 0x01)
    assert origin == name
    logs = own(lines, name, key_id)
    assert logs, "the log did not sign"
    for signature in logs:
        key.verify(signature, text)
    name, key_id, key = verifier(sys.argv[3], 0x04)
    witnesses = own(lines, name, key_id)
    assert witnesses, "the witness did not cosign"
    for signature in witnesses:
        time = int.from_bytes(signature[:8], "big")
        key.verify(signature[8:], b"cosignature/v1\n" + f"time {time}\n".encode() + text)
    size = int(size_line)
    row = [leaf(entry) for entry in entries(directory, size)]
    assert tree_hash(row) == base64.b64decode(root_line), "the root is not that of the entries"
    level = tiles = 0
    while row:
        for start in range(0, len(row), 256):
            part = row[start : start + 256]
            data = (directory / path(str(level), start // 256, len(part))).read_bytes()
            assert data == b"".join(part), "a tile is not that of the entries"
            tiles += 1
        row = [tree_hash(row[at : at + 256]) for at in range(0, len(row) // 256 * 256, 256)]
        level += 1
    print(f"{size} entries and {tiles} tiles are what was signed and cosigned")


main()
