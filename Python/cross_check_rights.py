# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Compares readings of sources' terms with other people's readers.

robots FILE   FILE holds [{file, crawler, url, allowed}]: protego must say the same of each.
fields FILE   FILE holds [{type, text, valid, members}]: http-sfv must say the same of each.
sign ASSERTION DIRECTORY
              signs ASSERTION (JSON of a label and data) into DIRECTORY/signed.png and signed.jpg,
              and its old C2PA form into signed-old.png, with c2pa, and reads them back.

Prints how many agree; exits 1 and prints the first differences where not all do.
"""

import datetime
import io
import json
import pathlib
import struct
import sys
import zlib


def report(differences, count, what):
    for difference in differences[:10]:
        print(difference)
    if differences:
        print(f"{len(differences)} of {count} differ")
        return 1
    print(f"{count} {what} agree")
    return 0


def robots(path):
    import protego

    cases = json.loads(pathlib.Path(path).read_text())
    differences = []
    for case in cases:
        theirs = protego.Protego.parse(case["file"]).can_fetch(case["url"], case["crawler"])
        if theirs != case["allowed"]:
            differences.append({**case, "theirs": theirs})
    return report(differences, len(cases), "answers on access")


def fields(path):
    import http_sfv

    def token(value):
        return [str(value)] if isinstance(value, http_sfv.Token) else None

    cases = json.loads(pathlib.Path(path).read_text())
    differences = []
    for case in cases:
        members = None
        try:
            dictionary = http_sfv.Dictionary()
            dictionary.parse(case["text"].encode())
            members = {
                name: token(item.value) if isinstance(item, http_sfv.Item) else None
                for name, item in dictionary.items()
            }
        except ValueError:
            pass
        if members != case["members"]:
            differences.append({**case, "theirs": members})
    return report(differences, len(cases), "dictionaries")


def certificate_chain():
    """A signing certificate under a root of its own, as the C2PA profile wants them."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    now = datetime.datetime.now(datetime.timezone.utc)

    def build(name, key, issuer, issuer_key, is_root):
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not is_root, content_commitment=False, key_encipherment=False,
                    data_encipherment=False, key_agreement=False, key_cert_sign=is_root,
                    crl_sign=is_root, encipher_only=False, decipher_only=False,
                ),
                critical=True,
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
                critical=False,
            )
        )
        if not is_root:
            builder = builder.add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
            )
        return builder.sign(issuer_key, hashes.SHA256())

    def name(text):
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Cadastre tests"),
                x509.NameAttribute(NameOID.COMMON_NAME, text),
            ]
        )

    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = build(name("root"), root_key, name("root"), root_key, True)
    leaf = build(name("signer"), key, name("root"), root_key, False)
    pem = serialization.Encoding.PEM
    chain = leaf.public_bytes(pem) + root.public_bytes(pem)
    secret = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return chain, secret


def png():
    """A picture of one pixel."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data
            + struct.pack(">I", zlib.crc32(kind + data))
        )

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00"))
        + chunk(b"IEND", b"")
    )


def jpeg():
    """A picture of eight by eight grey pixels, baseline, with the smallest tables there are."""

    def segment(marker, data):
        return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data

    one_code = bytes([1] + [0] * 15)
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
        + segment(0xDB, bytes([0] + [1] * 64))
        + segment(0xC0, bytes([8, 0, 8, 0, 8, 1, 1, 0x11, 0]))
        + segment(0xC4, b"\x00" + one_code + b"\x00")
        + segment(0xC4, b"\x10" + one_code + b"\x00")
        + segment(0xDA, bytes([1, 1, 0, 0, 63, 0]))
        + b"\x3f"
        + b"\xff\xd9"
    )


def sign(assertion_path, directory):
    import c2pa

    assertion = json.loads(pathlib.Path(assertion_path).read_text())
    old_entries = {
        name.replace("cawg.", "c2pa.", 1): entry
        for name, entry in assertion["data"]["entries"].items()
    }
    old = {"label": "c2pa.training-mining", "data": {"entries": old_entries}}
    # Every manifest has to say first where the picture came from.
    created = {
        "label": "c2pa.actions.v2",
        "data": {
            "actions": [
                {
                    "action": "c2pa.created",
                    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation",
                }
            ]
        },
    }
    chain, secret = certificate_chain()
    info = c2pa.C2paSignerInfo(b"es256", chain, secret, None)
    jobs = [
        ("signed.png", "image/png", png(), assertion),
        ("signed.jpg", "image/jpeg", jpeg(), assertion),
        ("signed-old.png", "image/png", png(), old),
    ]
    differences = []
    for file, kind, picture, signed in jobs:
        manifest = {
            "claim_generator_info": [{"name": "cadastre tests", "version": "1"}],
            "format": kind,
            "title": file,
            "assertions": [created, signed],
        }
        target = io.BytesIO()
        with c2pa.Signer.from_info(info) as signer, c2pa.Builder(manifest) as builder:
            builder.sign(signer, kind, io.BytesIO(picture), target)
        data = target.getvalue()
        (pathlib.Path(directory) / file).write_bytes(data)
        with c2pa.Reader(kind, io.BytesIO(data)) as reader:
            store = json.loads(reader.json())
        found = store["manifests"][store["active_manifest"]]["assertions"]
        if not any(
            each["label"].startswith(signed["label"])
            and each["data"]["entries"] == signed["data"]["entries"]
            for each in found
        ):
            differences.append({"file": file, "assertions": found})
    return report(differences, len(jobs), "signed assertions")


def main(arguments):
    commands = {"robots": robots, "fields": fields, "sign": sign}
    if not arguments or arguments[0] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    return commands[arguments[0]](*arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
