# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Audits a register from its files without any code of Cadastre.

Usage: audit_log.py REGISTER

Checks the checkpoint's signature by name and key; every entry, tile and bundle under the signed root;
every entry's and every grant's proof; the rules and their order; every admission's decisions against
their Merkle root, and which grants they and the runs rest on; the files that the log binds; status
lists; openings; books, shares and settlements, computed again by recompute_settlement.py. Not checked
here: what follows from fingerprints (copies), what documents of signals mean, coalitions, the
projection. Needs Python 3.9 and PyNaCl. Prints one line a check; exits 1 where anything does not hold.
"""

import base64
import gzip
import hashlib
import json
import pathlib
import sqlite3
import sys

from nacl.bindings import crypto_core_ed25519_is_valid_point
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

import recompute_settlement as settlement
from recompute_settlement import BUNDLE, Report, canonical, leaf_hash, tree_root
from register_rules import EXACT, Broken, Fold, did, form, moment, require

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


# --- Values


def base58(text):
    """The bytes of a multibase base58btc text."""
    require(isinstance(text, str) and text[:1] == "z" and set(text[1:]) <= set(ALPHABET), "no base58 text")
    value = 0
    for character in text[1:]:
        value = value * 58 + ALPHABET.index(character)
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    return b"\0" * zeros + value.to_bytes((value.bit_length() + 7) // 8, "big")


def key_of(identifier):
    """The key that a did:key names."""
    require(did(identifier), f"{identifier} is no did:key of an Ed25519 key")
    data = base58(identifier[len("did:key:") :])
    require(len(data) == 34 and data[:2] == b"\xed\x01", f"{identifier} is no did:key of an Ed25519 key")
    require(crypto_core_ed25519_is_valid_point(data[2:]), f"{identifier} is no valid key")
    return VerifyKey(data[2:])


def verifies(key, signature, message):
    try:
        key.verify(message, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


def strict_json(data):
    """JSON without fractions, without numbers beyond 2^53 and without a name twice."""

    def members(pairs):
        require(len({name for name, _ in pairs}) == len(pairs), "a name stands twice in an object")
        require(all(name.isascii() for name, _ in pairs), "a name is not ASCII")
        return dict(pairs)

    def integer(text):
        require(abs(int(text)) <= EXACT, "a number is too large to be exact")
        return int(text)

    def fraction(text):
        raise Broken(f"{text} is no whole number")

    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=members, parse_int=integer, parse_float=fraction,
            parse_constant=fraction,
        )
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Broken(f"it is not JSON: {error}") from None


def pretty(value):
    """The form of files that people open."""
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def check_proof(document, signer):
    """Requires an eddsa-jcs-2022 proof of that signer."""
    require(isinstance(document.get("proof"), dict), "there is not one proof")
    options = dict(document["proof"])
    value = options.pop("proofValue", None)
    fixed = {
        "type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofPurpose": "assertionMethod",
        "verificationMethod": f"{signer}#{signer[len('did:key:'):]}",
    }
    for name, expected in fixed.items():
        require(options.get(name) == expected, f"the proof's '{name}' is not {expected}")
    require("expires" not in options and "previousProof" not in options, "the proof is of an unknown kind")
    require("created" not in options or moment(options["created"]), "the proof's 'created' is no moment")
    require(options.get("@context") == document.get("@context"), "the proof's context is another")
    signature = base58(value)
    unsecured = {name: member for name, member in document.items() if name != "proof"}
    message = hashlib.sha256(canonical(options)).digest() + hashlib.sha256(canonical(unsecured)).digest()
    require(len(signature) == 64 and verifies(key_of(signer), signature, message), "the proof does not verify")


# --- The log


def open_checkpoint(data, origin, key):
    """The size and root that the log's own name and key signed; other signatures are passed over."""
    text, _, signatures = data.decode("utf-8").rpartition("\n\n")
    text += "\n"
    lines = text.split("\n")
    require(len(lines) == 4 and lines[3] == "" and lines[0] == origin, "the signed text is no checkpoint of this log")
    require(signatures.endswith("\n"), "the checkpoint is cut short")
    identifier = hashlib.sha256(origin.encode() + b"\n\x01" + bytes(key)).digest()[:4]
    signed = False
    for line in signatures[:-1].split("\n"):
        dash, name, value = (line.split(" ") + ["", ""])[:3]
        require(dash == "\u2014" and line.count(" ") == 2, "a signature line is malformed")
        data = base64.b64decode(value, validate=True)
        require(base64.b64encode(data).decode() == value, "a signature line is malformed")
        if name == origin and data[:4] == identifier:
            require(verifies(key, data[4:], text.encode()), "the log's signature does not verify")
            signed = True
    require(signed, "the log itself has not signed its checkpoint")
    size, root = int(lines[1]), base64.b64decode(lines[2], validate=True)
    require(str(size) == lines[1] and len(root) == 32, "the checkpoint is malformed")
    require(base64.b64encode(root).decode() == lines[2], "the checkpoint is malformed")
    return size, root


def tile_path(kind, index, width):
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    path = f"tile/{kind}/" + "/".join(groups)
    return path if width == BUNDLE else f"{path}.p/{width}"


def check_log(root, report, configuration):
    """Hashes every entry and tile; gives the entries."""
    log = root / "log"
    key = key_of(configuration["operator"])
    size, signed = open_checkpoint((log / "checkpoint").read_bytes(), configuration["origin"], key)
    report.check(True, f"log: the checkpoint of {size} entries is signed by the log's name and key")
    entries = settlement.read_entries(log, size)
    leaves = [leaf_hash(entry) for entry in entries]
    if not report.check(tree_root(leaves) == signed, f"log: {size} entries give the signed root"):
        raise Broken("without the log's own entries nothing says what the rest should be")
    expected = {"checkpoint"} | {
        tile_path("entries", start // BUNDLE, min(BUNDLE, size - start)) for start in range(0, size, BUNDLE)
    }
    level, row, whole = 0, leaves, True
    while row:
        for start in range(0, len(row), BUNDLE):
            items = row[start : start + BUNDLE]
            path = tile_path(level, start // BUNDLE, len(items))
            expected.add(path)
            same = (log / path).is_file() and (log / path).read_bytes() == b"".join(items)
            whole = report.check(same, f"log/{path} is what the entries give") and whole
        full = len(row) // BUNDLE * BUNDLE
        row = [tree_root(row[start : start + BUNDLE]) for start in range(0, full, BUNDLE)]
        level += 1
    for path in files_below(log):
        partial = ".p/" in path and path.startswith("tile/")
        report.check(path in expected or partial, f"log/{path} belongs to the log")
    return entries


def files_below(folder):
    if not folder.is_dir():
        return []
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def read_event(entry):
    event = strict_json(entry)
    require(canonical(event) == entry, "the entry is not in its canonical spelling")
    text = lambda value: isinstance(value, str)
    mapped = lambda value: isinstance(value, dict)
    form(event, "the event", {"type": text, "at": moment, "by": did, "payload": mapped, "proof": mapped})
    check_proof(event, event["by"])
    if event["type"] == "grant.issued":
        credential = event["payload"].get("credential", {})
        check_proof(credential, credential.get("issuer", ""))
    return event


# --- Files that the log binds


class Files:
    """Compares files with the digests in the log, and names those that nothing accounts for."""

    def __init__(self, root, report):
        self.root, self.report, self.expected = root, report, {}

    def bound(self, path, digest):
        """The bytes of a file that must have that digest."""
        self.expected[path] = True
        file = self.root / path
        data = file.read_bytes() if file.is_file() else b""
        same = file.is_file() and hashlib.sha256(data).hexdigest() == digest
        self.report.check(same, f"{path} is the file that the log binds")
        return data if same else None

    def strays(self, folders):
        for folder in folders:
            for path in files_below(self.root / folder):
                name = f"{folder}/{path}"
                # The program's own notes and unfinished files begin with a dot.
                hidden = any(part.startswith(".") for part in name.split("/"))
                if name not in self.expected and not hidden:
                    self.report.check(False, f"{name}: nothing in the log accounts for this file")


def check_admission(files, report, fold, payload, at):
    """Derives which grants decisions rest on, the Merkle root over them, and the manifest."""
    folder = f"admissions/{payload['manifest']}"
    files.expected[f"{folder}/decisions.jsonl"] = files.expected[f"{folder}/manifest.json"] = True
    data = (files.root / folder / "decisions.jsonl").read_bytes()
    lines = data.split(b"\n")
    same = lines.pop() == b"" and tree_root([leaf_hash(line) for line in lines]).hex() == payload["decisionsRoot"]
    if not report.check(same, f"{folder}/decisions.jsonl: {len(lines)} decisions under the logged root"):
        return
    if "whitelist" in payload:
        files.bound(f"{folder}/whitelist.txt", payload["whitelist"])
    use = (payload["purpose"], payload["grantee"], at, payload.get("territory"))
    decisions, works, wrong = [strict_json(line) for line in lines], {}, []
    for decision in decisions:
        work, reason = decision.get("work"), decision["reason"]
        if decision["decision"] == "admit":
            grant = fold.usable(work, use)
            holds = grant and (grant.identifier, grant.rate) == (decision["grant"], decision["ratePartsPerMillion"])
            holds = holds and fold.works[work]["owner"] == decision["owner"]
            works.setdefault(work, decision)
        elif reason in ("no-grant", "revoked", "no-licence-to-distil"):
            holds = work is None or not fold.permission(work, use)
        elif reason == "contrary-signal":
            holds = fold.permission(work, use) and not fold.usable(work, use)
        else:
            holds = True
        wrong += [] if holds else [decision["path"]]
    report.check(not wrong, f"{folder}: {len(decisions)} decisions rest on the grants of the log {wrong[:3] or ''}")
    order = [(decision["path"].encode(), line) for decision, line in zip(decisions, lines)]
    report.check(order == sorted(order), f"{folder}: decisions are in the order of their paths")
    members = ("work", "owner", "grant", "ratePartsPerMillion", "bytes", "path")
    manifest = {
        "format": "cadastre-manifest/1", "purpose": payload["purpose"], "grantee": payload["grantee"],
        "treeSize": payload["treeSize"], "decisionsRoot": payload["decisionsRoot"],
        "works": [{name: works[work][name] for name in members} for work in sorted(works)],
    }
    if "territory" in payload:
        manifest["territory"] = payload["territory"]
    admitted = sum(decision["decision"] == "admit" for decision in decisions)
    report.check(
        hashlib.sha256(canonical(manifest)).hexdigest() == payload["manifest"]
        and (admitted, len(decisions) - admitted) == (payload["admitted"], payload["refused"]),
        f"{folder}: the manifest and the counts follow from the decisions",
    )
    file = files.root / folder / "manifest.json"
    report.check(
        file.is_file() and file.read_bytes() == pretty(manifest),
        f"{folder}/manifest.json is what the log binds",
    )


def check_run(files, report, fold, payload, at):
    """Every work of a run is granted at the moment when the run starts."""
    file = files.root / "admissions" / payload["manifest"] / "manifest.json"
    manifest = strict_json(file.read_bytes())
    use = (manifest["purpose"], manifest["grantee"], at, manifest.get("territory"))
    missing = [work["work"] for work in manifest["works"] if not fold.usable(work["work"], use)]
    report.check(not missing, f"{payload['model']}: {len(manifest['works'])} works are granted when the run starts")


def check_released(files, report, fold, payload, shares):
    run = fold.runs[payload["model"]]
    for path, digest in sorted(payload["files"].items()):
        files.bound(f"models/{payload['model']}/{path}", digest)
    started = pretty(run["start"])
    file = files.root / "models" / payload["model"] / "run.json"
    report.check(file.is_file() and file.read_bytes() == started, f"{payload['model']}: run.json is what the run began with")
    grants = {name: grant.credential for name, grant in fold.grants.items()}
    owners = {name: work["owners"] for name, work in fold.works.items()}
    shares[payload["model"]] = settlement.check_model(files.root, report, run)
    settlement.check_manifest(files.root, report, run, shares[payload["model"]], grants, owners)
    rows = shares[payload["model"]]["rows"]
    report.check(
        all(row["owner"] in fold.parties for row in rows), f"{payload['model']}: shares end in registered parties"
    )


def check_status_lists(files, report, fold):
    """Compares the bits of every published list with the grants."""
    lists = {(base, number) for base, number, _ in fold.places}
    for base, number in sorted(lists):
        for purpose, name in (("revocation", "revoked"), ("suspension", "suspended")):
            path = f"status/{purpose}/{number}"
            files.expected[path] = True
            data = (files.root / path).read_bytes()
            credential = strict_json(data)
            check_proof(credential, fold.operator)
            subject = credential["credentialSubject"]
            encoded = subject["encodedList"]
            bits = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
            wanted = bytearray(131_072 // 8)
            for grant in fold.grants.values():
                if grant.place and grant.place[:2] == (base, number) and getattr(grant, name) is not None:
                    wanted[grant.place[2] // 8] |= 0x80 >> grant.place[2] % 8
            report.check(
                data == pretty(credential) and credential["id"] == base + path and encoded[0] == "u"
                and subject["statusPurpose"] == purpose and bits == bytes(wanted)
                and credential["issuer"] == fold.operator,
                f"{path}: the bits are those of the log",
            )


def check_openings(root, report, fold):
    """Openings open what the log commits to, each salt stands once, and what was erased is gone."""
    path = root / "openings.sqlite"
    if not path.is_file():
        return None
    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    rows = database.execute("SELECT commitment, salt, value FROM opening").fetchall()
    database.close()
    opens = all(
        len(salt) == 32 and hashlib.sha256(salt + value.encode()).digest() == commitment
        for commitment, salt, value in rows
    )
    report.check(opens, f"openings.sqlite: {len(rows)} openings open their commitments")
    report.check(len({salt for _, salt, _ in rows}) == len(rows), "openings.sqlite: no salt stands twice")
    kept = {commitment.hex(): value for commitment, _, value in rows}
    report.check(not set(kept) & set(fold.erased), f"openings.sqlite: {len(fold.erased)} erased openings are gone")
    return kept


# --- The whole


def check_configuration(root, report):
    data = (root / "cadastre.json").read_bytes()
    configuration = strict_json(data)
    words = lambda value: isinstance(value, str)
    form(configuration, "cadastre.json", {"format": words, "name": words, "operator": did, "origin": words})
    name = "".join(c.lower() if c.isalpha() or c.isnumeric() else "-" for c in configuration["name"])
    report.check(
        data == pretty(configuration) and configuration["format"] == "cadastre-register/1"
        and configuration["origin"] == "cadastre/" + name,
        "cadastre.json is as a register's is written",
    )
    return configuration


def check_event(event, position, files, report, fold, shares):
    """What an event binds beside the log, against the state before it."""
    kind, payload = event["type"], event["payload"]
    if kind == "admission.decided":
        check_admission(files, report, fold, payload, event["at"])
    elif kind == "run.started":
        check_run(files, report, fold, payload, event["at"])
    elif kind == "settlement.computed":
        owners = {name: work["owners"] for name, work in fold.works.items()}
        earlier = [(settled["position"], settled["period"]) for settled in fold.settlements]
        files.expected[f"settlements/{payload['period']}-{payload['number']}.json"] = True
        settlement.check_settlement(
            files.root, report, {**payload, "position": position}, fold.reports, earlier, shares, owners
        )


def check_register(root, report):
    configuration = check_configuration(root, report)
    entries = check_log(root, report, configuration)
    fold, files, shares = Fold(), Files(root, report), {}
    for position, entry in enumerate(entries):
        try:
            event = read_event(entry)
            check_event(event, position, files, report, fold, shares)
            fold.apply(event)
            if event["type"] == "model.released":
                check_released(files, report, fold, event["payload"], shares)
        except Broken as error:
            report.check(False, f"entry {position}: {error}")
            return
    report.check(True, f"log: {len(entries)} proofs verify, and no entry breaks a rule")
    report.check(configuration["operator"] == fold.operator, "cadastre.json names the operator of the first entry")
    for work in fold.works.values():
        files.bound(f"fingerprints/{work['work']}.grams", work["fingerprint"])
    for signal in fold.signals:
        for evidence in signal["evidence"]:
            data = files.bound(f"signals/{evidence['digest']}", evidence["digest"])
            report.check(data is None or len(data) == evidence["bytes"], f"entry {signal['position']}: sizes")
    for name, run in fold.runs.items():
        for checkpoint in run["checkpoints"]:
            path = f"models/{name}/checkpoints/{checkpoint['segment']}.state"
            if (root / path).is_file():
                files.bound(path, checkpoint["state"])
        if "files" not in run:
            # What an unfinished run left half written is written again by the same command.
            files.expected.update({f"models/{name}/{path}": True for path in files_below(root / "models" / name)})
    check_status_lists(files, report, fold)
    kept = check_openings(root, report, fold)
    first = fold.parties[fold.operator]["name"]
    if kept is not None and first in kept:
        report.check(kept[first] == configuration["name"], "cadastre.json has the name of the first entry")
    files.strays(["fingerprints", "admissions", "models", "settlements", "signals", "status"])


def main():
    if len(sys.argv) != 2:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    report = Report()
    try:
        check_register(pathlib.Path(sys.argv[1]), report)
    except (
        Broken, OSError, EOFError, ValueError, KeyError, IndexError, TypeError, AttributeError,
        ZeroDivisionError, sqlite3.Error,
    ) as error:
        report.check(False, f"the register cannot be audited: {type(error).__name__}: {error}")
    print(f"{report.checks} checks, {report.differences} differences")
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
