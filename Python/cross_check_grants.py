# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Reads what a register issues with two verifiers of verifiable credentials nobody here wrote.

Usage: cross_check_grants.py REGISTER GRANTS

REGISTER is a register whose status lists lie below `status/`, GRANTS what
`cadastre grants list --credentials --json` printed, or a list of `{grant, credential, revokedAt, suspendedAt}`.
`openvc-core` verifies every credential with its two status lists, each list's own signature too, and
must say of each whether it is revoked or suspended as the register does; `apsig` verifies the proof
alone. Then every credential is altered in every member, one at a time, and both must refuse each.
Prints one line and exits 0 where all of it is so.
"""

import copy
import json
import pathlib
import sys

from apsig import ProofVerifier
from openvc import OpenvcError, VerificationPolicy, verify_credential
from openvc.status import CredentialRevoked, CredentialSuspended


def resolver(root):
    """Reads a status list from the register's folder and verifies it like any credential."""

    def resolve(url):
        path = root / "status" / url.split("status/")[1]
        document = json.loads(path.read_bytes())
        if document["id"] != url:
            raise ValueError(f"{path} is the list {document['id']}")
        verify_credential(document, policy=VerificationPolicy(
            expected_types=["BitstringStatusListCredential"]))
        return document

    return resolve


def status(document, resolve):
    """What openvc-core says of a credential."""
    try:
        verify_credential(document, resolve_status_list=resolve)
    except CredentialRevoked:
        return "revoked"
    except CredentialSuspended:
        return "suspended"
    return "valid"


def accepts(document):
    """Whether apsig accepts the proof by the issuer's key."""
    key = document["issuer"].removeprefix("did:key:")
    return ProofVerifier(key).verify(copy.deepcopy(document)) is not None


def refused(check, document):
    """Whether a check refuses: by its answer or by an error about the document."""
    try:
        return not check(document)
    except (OpenvcError, ValueError, KeyError, TypeError, AttributeError):
        return True


def altered(value, path=""):
    """Every document that differs from this one in one leaf, and which."""
    if isinstance(value, dict):
        for key, member in value.items():
            for place, other in altered(member, f"{path}/{key}"):
                yield place, {**value, key: other}
    elif isinstance(value, list):
        for index, member in enumerate(value):
            for place, other in altered(member, f"{path}/{index}"):
                yield place, value[:index] + [other] + value[index + 1 :]
    elif isinstance(value, bool):
        yield path, not value
    elif isinstance(value, int):
        yield path, value + 1
    else:
        yield path, value[:-1] + ("1" if value[-1:] != "1" else "2")


def main(root, listing):
    resolve = resolver(root)
    grants = json.loads(listing.read_bytes())
    grants = grants.get("grants", grants) if isinstance(grants, dict) else grants
    counts = {"valid": 0, "revoked": 0, "suspended": 0}
    tampered = 0
    for grant in grants:
        document = grant["credential"]
        expected = (
            "revoked" if grant["revokedAt"] is not None
            else "suspended" if grant["suspendedAt"] is not None else "valid"
        )
        found = status(document, resolve)
        if found != expected or not accepts(document):
            print(f"{grant['grant']}: {found}, apsig {accepts(document)}; the register: {expected}")
            return 1
        counts[found] += 1
        for place, other in altered(document):
            tampered += 1
            policy = VerificationPolicy(require_status=False)
            # openvc-core 1.36.0 takes the proof's context from the document and looks at no other.
            ignored = place.startswith("/proof/@context")
            if not ignored and not refused(lambda one: verify_credential(one, policy=policy), other):
                print(f"openvc-core accepts another {place}")
                return 1
            if not refused(accepts, other):
                print(f"apsig accepts another {place}")
                return 1
    print(
        f"{len(grants)} grants: {counts['valid']} valid, {counts['revoked']} revoked,"
        f" {counts['suspended']} suspended; {tampered} altered ones refused"
    )
    return 0 if all(counts.values()) else 1


if __name__ == "__main__":
    sys.exit(main(*map(pathlib.Path, sys.argv[1:3])))
