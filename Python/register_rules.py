# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""The rules of a register's log, from Documentation/formats.md, for audit_log.py.

`Fold` takes the events in order, raises `Broken` where one breaks a rule, and answers which grant
lets a party use a work. It knows nothing of files and signatures.
"""

import hashlib
import re

from recompute_settlement import canonical, leaf_hash, tree_root

DID = re.compile(r"did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{40,50}")
DIGEST = re.compile(r"[0-9a-f]{64}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
MODEL = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
PERIOD = re.compile(r"\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?")
PURPOSES = {"train", "fine-tune", "distil", "ground", "index", "evaluate"}
EXACT = 2**53 - 1
LARGEST_MONEY = 10**15
CONTEXT = ["https://www.w3.org/ns/credentials/v2", {"@vocab": "urn:cadastre:terms:v1#"}]
TYPES = ["VerifiableCredential", "UseGrantCredential"]


class Broken(Exception):
    """A rule that an event breaks, in words."""


def require(holds, words):
    if not holds:
        raise Broken(words)


# --- Forms of values


def is_number(value, low=-EXACT, high=EXACT):
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def matches(pattern):
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


did, digest, moment = matches(DID), matches(DIGEST), matches(MOMENT)
model, period = matches(MODEL), matches(PERIOD)
text = lambda value: isinstance(value, str)
whole = lambda value: is_number(value, 0)
counted = lambda value: is_number(value, 1)
number = is_number
listed = lambda value: isinstance(value, list)
mapped = lambda value: isinstance(value, dict)


def form(value, words, required, optional=None):
    """Requires an object with exactly these members, each of its form."""
    optional = optional or {}
    require(isinstance(value, dict), f"{words} is no object")
    for name in required:
        require(name in value, f"{words} has no '{name}'")
    for name, member in value.items():
        check = required.get(name) or optional.get(name)
        require(check is not None, f"{words} has an unknown member '{name}'")
        require(check(member), f"'{name}' of {words} is malformed")
    return value


FORMS = {
    "party.registered": ({"role": text, "name": digest}, {"territory": digest, "address": text}),
    "work.registered": (
        {"work": digest, "bytes": counted, "title": digest, "fingerprint": digest},
        {"owners": listed, "quorum": counted, "generator": digest},
    ),
    "collection.declared": ({"root": digest, "count": counted, "first": whole, "works": listed}, {}),
    "grant.issued": ({"credential": mapped}, {}),
    "grant.revoked": ({"grant": digest}, {}),
    "grant.suspended": ({"grant": digest}, {}),
    "grant.resumed": ({"grant": digest}, {}),
    "signal.observed": (
        {"party": did, "work": text, "format": text, "version": text, "evidence": listed, "prohibited": listed},
        {"url": text},
    ),
    "admission.decided": (
        {
            "manifest": digest, "decisionsRoot": digest, "purpose": PURPOSES.__contains__,
            "grantee": did, "treeSize": whole, "admitted": whole, "refused": whole,
        },
        {"territory": text, "whitelist": digest},
    ),
    "run.started": (
        {
            "model": model, "manifest": digest, "seed": number, "software": text, "kernels": text,
            "library": text, "initialWeights": digest, "configuration": mapped, "targets": listed,
        },
        {"base": mapped, "tokenizer": digest},
    ),
    "run.checkpointed": (
        {"model": model, "segment": counted, "step": counted, "weights": digest, "books": digest, "state": digest},
        {},
    ),
    "run.finished": (
        {"model": model, "steps": counted, "weights": digest, "books": digest, "shares": digest, "balances": listed},
        {"survey": digest},
    ),
    "model.released": ({"model": model, "identifier": digest, "files": mapped, "parents": listed}, {}),
    "revenue.reported": (
        {
            "model": model, "minorUnits": lambda n: is_number(n, -LARGEST_MONEY, LARGEST_MONEY),
            "currency": text, "period": period,
        },
        {},
    ),
    "settlement.computed": ({"period": period, "number": counted, "statements": digest, "lines": listed}, {}),
    "opening.erased": ({"openings": listed}, {}),
}


class Grant:
    """A grant as it stands after some prefix of the log."""

    def __init__(self, credential, position):
        self.credential, self.position = credential, position
        self.identifier = hashlib.sha256(canonical(credential)).hexdigest()
        self.issuer = credential["issuer"]
        self.begin, self.end = credential["validFrom"], credential.get("validUntil")
        subject = credential["credentialSubject"]
        named = [name for name in ("work", "collection", "model") if name in subject]
        require(len(named) == 1, "a grant names a work, a collection or a model, and one of them")
        self.kind, value = named[0], subject[named[0]]
        if self.kind == "work" and value == "all-works-of-issuer":
            self.kind, self.subject = "all", self.issuer
        else:
            require(re.fullmatch(r"urn:sha256:[0-9a-f]{64}", value), "a grant's subject is malformed")
            self.subject = value[len("urn:sha256:") :]
        require(("id" in subject) != ("grantee" in subject), "a grant names one grantee")
        require(subject.get("grantee", "anyone") == "anyone", "a grant's grantee is unknown")
        require("id" not in subject or did(subject["id"]), "a grant's grantee is no did:key")
        self.grantee = subject.get("id")
        self.purposes = subject["purpose"]
        require(self.purposes and set(self.purposes) <= PURPOSES, "a grant's purpose is unknown")
        self.rate = subject["ratePartsPerMillion"]
        require(is_number(self.rate, 0, 10**6), "a grant's rate is none")
        self.territories = subject.get("territory", [])
        require(self.territories == sorted(set(self.territories)), "a grant's territories are out of order")
        self.price = (self.rate, canonical(subject.get("minimumFee")), subject["derivativesInherit"])
        known = {named[0], "id", "grantee", "purpose", "ratePartsPerMillion", "derivativesInherit", "minimumFee", "territory"}
        require(set(subject) <= known, "a grant's subject has an unknown member")
        self.revoked = self.suspended = None
        self.place = self.status(credential.get("credentialStatus"))

    @staticmethod
    def status(entries):
        """The list and the index of a grant's places in the two status lists, and their base."""
        if entries is None:
            return None
        places = set()
        require(isinstance(entries, list) and len(entries) == 2, "a grant has two places in status lists")
        for entry, purpose in zip(entries, ("revocation", "suspension")):
            address = entry["statusListCredential"]
            base, marker, number = address.rpartition(f"status/{purpose}/")
            require(marker and number.isdigit(), "a status list's address is malformed")
            expected = {
                "id": f"{address}#{entry['statusListIndex']}", "type": "BitstringStatusListEntry",
                "statusPurpose": purpose, "statusListIndex": entry["statusListIndex"],
                "statusListCredential": address,
            }
            require(entry == expected, "a place in a status list is malformed")
            places.add((base, int(number), int(entry["statusListIndex"])))
        require(len(places) == 1, "a grant's places in the two status lists differ")
        return places.pop()


class Fold:
    """What the events so far make of the register."""

    def __init__(self):
        self.size, self.operator, self.address = 0, None, None
        self.parties, self.works, self.grants, self.collections = {}, {}, {}, {}
        self.admissions, self.runs, self.models, self.signals = {}, {}, {}, []
        self.reports, self.settlements, self.places, self.erased = [], [], set(), {}

    def apply(self, event):
        kind, payload, signer = event["type"], event["payload"], event["by"]
        require(kind in FORMS, f"events of type '{kind}' are not known")
        form(payload, kind, *FORMS[kind])
        require(self.operator or kind == "party.registered", "the log does not begin with the operator")
        operators = ("admission.", "run.", "model.", "revenue.", "settlement.", "opening.")
        if kind.startswith(operators):
            require(signer == self.operator, "only the operator may sign this")
        getattr(self, kind.replace(".", "_"))(payload, signer, event["at"])
        self.size += 1

    # --- Parties, works, collections

    def party_registered(self, payload, signer, _):
        require(signer not in self.parties, "the party is registered already")
        require(payload["role"] in ("operator", "contributor"), "the role is unknown")
        if payload["role"] == "operator":
            require(self.operator is None, "there is an operator already")
            self.operator, self.address = signer, payload.get("address")
        else:
            require(self.operator is not None, "the log does not begin with the operator")
            require("address" not in payload, "only the operator has an address")
        self.parties[signer] = payload

    def work_registered(self, payload, signer, _):
        require(signer in self.parties, "the signer is not registered")
        require(payload["work"] not in self.works, "the work is registered already")
        owners, quorum = {signer: 1}, 1
        if "owners" in payload:
            rows = [form(row, "an owner", {"party": did, "weight": counted}) for row in payload["owners"]]
            names = [row["party"] for row in rows]
            require(2 <= len(rows) <= 64 and names == sorted(set(names)), "the owners are out of order")
            require(all(row["weight"] <= 10**6 for row in rows), "an owner's weight is too large")
            require(set(names) <= set(self.parties), "an owner is not registered")
            require(signer in names, "the signer is not among the owners")
            owners, quorum = {row["party"]: row["weight"] for row in rows}, payload["quorum"]
            require(quorum <= sum(owners.values()), "the quorum is more than all parts")
        else:
            require("quorum" not in payload, "a quorum belongs to several owners")
        self.works[payload["work"]] = {
            "owner": signer, "owners": owners, "quorum": quorum, "position": self.size, **payload,
            "collections": [],
        }

    def collection_declared(self, payload, signer, _):
        works, root = payload["works"], payload["root"]
        require(1 <= len(works) <= 900 and works == sorted(set(works)), "the works are out of order")
        for work in works:
            require(work in self.works, "a work of the collection is not registered")
            require(signer in self.works[work]["owners"], "the signer does not own a work of the collection")
        known = self.collections.setdefault(
            root, {"declarer": signer, "count": payload["count"], "works": [], "complete": False}
        )
        require(not known["complete"], "the collection is declared already")
        follows = not known["works"] or known["works"][-1] < works[0]
        require(
            known["declarer"] == signer and known["count"] == payload["count"] and follows
            and len(known["works"]) == payload["first"]
            and len(known["works"]) + len(works) <= payload["count"],
            "a part of the collection does not follow the one before",
        )
        known["works"] += works
        if len(known["works"]) == known["count"]:
            leaves = [leaf_hash(bytes.fromhex(work)) for work in known["works"]]
            require(tree_root(leaves).hex() == root, "the works do not make the collection's root")
            known["complete"] = True
            for work in known["works"]:
                self.works[work]["collections"].append(root)

    # --- Grants and signals

    def grant_issued(self, payload, signer, _):
        credential = form(
            payload["credential"], "a credential",
            {
                "@context": CONTEXT.__eq__, "type": TYPES.__eq__, "id": text, "issuer": did,
                "validFrom": moment, "credentialSubject": mapped, "proof": mapped,
            },
            {"validUntil": moment, "credentialStatus": listed},
        )
        grant = Grant(credential, self.size)
        require(signer in (grant.issuer, self.operator), "the signer did not issue the grant")
        require(grant.issuer in self.parties, "the issuer is not registered")
        require(grant.identifier not in self.grants, "the grant is in the log already")
        if grant.kind == "work":
            owners = self.works.get(grant.subject, {"owners": {}})["owners"]
            require(grant.issuer in owners, "the issuer does not own the work")
        elif grant.kind == "collection":
            require(self.collections.get(grant.subject, {}).get("complete"), "the collection is not there")
        elif grant.kind == "model":
            require(grant.subject in self.models and grant.issuer == self.operator, "the model is not the issuer's")
        if grant.place:
            base = self.address or f"urn:cadastre:{self.operator[len('did:key:'):]}:"
            require(grant.place[0] == base, "the grant names status lists of another register")
            require(grant.place not in self.places, "the grant's place in a status list is taken")
            self.places.add(grant.place)
        self.grants[grant.identifier] = grant

    def standing(self, payload, signer):
        grant = self.grants.get(payload["grant"])
        require(grant, "no such grant is in the log")
        require(grant.issuer == signer, "the signer did not issue the grant")
        require(grant.revoked is None, "the grant is revoked already")
        return grant

    def grant_revoked(self, payload, signer, _):
        self.standing(payload, signer).revoked = self.size

    def grant_suspended(self, payload, signer, _):
        grant = self.standing(payload, signer)
        require(grant.suspended is None, "the grant is suspended already")
        grant.suspended = self.size

    def grant_resumed(self, payload, signer, _):
        grant = self.standing(payload, signer)
        require(grant.suspended is not None, "the grant is not suspended")
        grant.suspended = None

    def signal_observed(self, payload, signer, _):
        require(signer in (self.operator, payload["party"]), "a signal is the operator's or the party's")
        require(payload["party"] in self.parties, "the party is not registered")
        if payload["work"] != "all-works-of-party":
            owners = self.works.get(payload["work"], {"owners": {}})["owners"]
            require(payload["party"] in owners, "the party does not own the work")
        require(payload["prohibited"] == sorted(set(payload["prohibited"])), "the purposes are out of order")
        require(set(payload["prohibited"]) <= PURPOSES, "a purpose is unknown")
        require(1 <= len(payload["evidence"]) <= 64, "a signal has 1 to 64 documents")
        subject = ("party", "work", "format", "url")
        same = [s for s in self.signals if all(s.get(n) == payload.get(n) for n in subject)]
        last = {n: v for n, v in same[-1].items() if n != "position"} if same else None
        require(last != payload, "the signal says what the last one says already")
        self.signals.append({**payload, "position": self.size})

    # --- Models and money

    def admission_decided(self, payload, _signer, _at):
        require(payload["treeSize"] == self.size, "the gate had read another state of the log")
        require(payload["manifest"] not in self.admissions, "the manifest was decided already")
        self.admissions[payload["manifest"]] = {**payload, "position": self.size}

    def run_started(self, payload, signer, _):
        require(payload["model"] not in self.runs, "the model's name is taken")
        admission = self.admissions.get(payload["manifest"])
        require(admission, "no admission decided the manifest")
        require(
            admission["purpose"] in ("train", "fine-tune") and admission["grantee"] == signer,
            "the manifest was not admitted for training by who trains",
        )
        names = [target["name"] for target in payload["targets"]]
        require(names and len(set(names)) == len(names), "the targets are none, or named twice")
        self.runs[payload["model"]] = {"start": payload, "checkpoints": [], "position": self.size}

    def open_run(self, payload):
        run = self.runs.get(payload["model"])
        require(run and "finish" not in run, "no such run is open")
        return run

    def run_checkpointed(self, payload, _signer, _at):
        run = self.open_run(payload)
        last = run["checkpoints"][-1] if run["checkpoints"] else {"segment": 0, "step": 0}
        require(
            payload["segment"] == last["segment"] + 1 and payload["step"] > last["step"],
            "a checkpoint does not follow the one before",
        )
        run["checkpoints"].append(payload)

    def run_finished(self, payload, _signer, _at):
        run = self.open_run(payload)
        require(
            run["checkpoints"] and run["checkpoints"][-1]["step"] == payload["steps"],
            "the run does not end at its last checkpoint",
        )
        members = {name: number for name in ("initialLoss", "finalLoss", "credited", "decay", "residual")}
        for line in payload["balances"]:
            form(line, "a line of balance", {"target": text, **members})
            require(
                line["initialLoss"] - line["finalLoss"] == line["credited"] + line["decay"] + line["residual"],
                "the books do not balance",
            )
        names = [target["name"] for target in run["start"]["targets"]]
        require([line["target"] for line in payload["balances"]] == names, "the targets differ")
        run["finish"] = payload

    def model_released(self, payload, _signer, _at):
        run = self.runs.get(payload["model"])
        require(run and "finish" in run and "files" not in run, "no such run waits for release")
        finish, files = run["finish"], payload["files"]
        bound = {"model.safetensors": "weights", "books/books.json": "books", "shares.json": "shares"}
        for path, name in bound.items():
            require(files.get(path) == finish[name], f"the release names another '{path}' than its run")
        require(
            files.get("tokenizer.json") == run["start"].get("tokenizer"),
            "the release names another tokenizer than its run",
        )
        named = {"files": files, "parents": payload["parents"]}
        require(
            hashlib.sha256(canonical(named)).hexdigest() == payload["identifier"],
            "the model's identifier is not that of its files",
        )
        run["files"] = files
        self.models.setdefault(payload["identifier"], payload["model"])

    def revenue_reported(self, payload, _signer, _at):
        require("files" in self.runs.get(payload["model"], {}), "no such model is released")
        total = payload["minorUnits"] + sum(
            report["minorUnits"]
            for report in self.reports
            if (report["model"], report["currency"]) == (payload["model"], payload["currency"])
        )
        require(0 <= total <= LARGEST_MONEY, "the revenue would be negative in sum, or too large")
        self.reports.append({**payload, "position": self.size})

    def settlement_computed(self, payload, _signer, _at):
        earlier = sum(settled["period"] == payload["period"] for settled in self.settlements)
        require(payload["number"] == earlier + 1, "the settlement is out of order")
        seen = set()
        for line in payload["lines"]:
            require("files" in self.runs.get(line["model"], {}), "no such model is released")
            key = (line["model"], line["currency"])
            require(
                key not in seen and line["owed"] + line["retained"] == line["revenue"],
                "the settlement does not add up",
            )
            seen.add(key)
        self.settlements.append({**payload, "position": self.size})

    def opening_erased(self, payload, _signer, _at):
        order = [row.get("commitment", "") for row in payload["openings"]]
        require(order and order == sorted(set(order)), "the erased openings are out of order")
        for row in payload["openings"]:
            form(row, "an erased opening", {"commitment": digest}, {"party": did, "work": digest})
            if "party" in row:
                require("work" not in row and row["party"] != self.operator, "the opening is not a party's")
                party = self.parties.get(row["party"], {})
                made = {party.get("name"), party.get("territory")}
            else:
                made = {self.works.get(row.get("work"), {}).get("title")}
            require(row["commitment"] in made, "no such commitment was made")
            require(row["commitment"] not in self.erased, "the opening was erased already")
            self.erased[row["commitment"]] = self.size

    # --- Which grant counts

    def covering(self, digest):
        """The grants whose subject takes in a work, in log order."""
        work = self.works[digest]
        return [
            grant for grant in self.grants.values()
            if grant.issuer in work["owners"] and (
                (grant.kind == "work" and grant.subject == digest)
                or (grant.kind == "collection" and grant.subject in work["collections"])
                or grant.kind == "all"
            )
        ]

    @staticmethod
    def chosen(candidates, use, quorum, weight):
        """The last grant that holds, of owners who agree on the price and reach the quorum."""
        purpose, grantee, at, territory = use
        standing = [
            grant for grant in candidates
            if purpose in grant.purposes and grant.grantee in (None, grantee)
            and (not grant.territories or territory in grant.territories)
            and grant.revoked is None and grant.suspended is None
            and grant.begin <= at and (grant.end is None or at < grant.end)
        ]
        for grant in reversed(standing):
            voices = {other.issuer for other in standing if other.price == grant.price}
            if sum(weight(issuer) for issuer in voices) >= quorum:
                return grant
        return None

    def permission(self, digest, use, heard=lambda grant: True):
        """The grant that lets a party use a work; nil where there is none."""
        if digest not in self.works:
            return None
        work = self.works[digest]
        grant = self.chosen(
            [grant for grant in self.covering(digest) if heard(grant)], use, work["quorum"],
            lambda issuer: work["owners"].get(issuer, 0),
        )
        if grant and "generator" in work and use[0] in ("train", "fine-tune", "distil"):
            licences = [
                other for other in self.grants.values()
                if other.kind == "model" and other.subject == work["generator"]
            ]
            if not self.chosen(licences, ("distil", *use[1:]), 1, lambda _: 1):
                return None
        return grant

    def contrary(self, grant, digest, purpose):
        """Whether a newer signal of the issuer stands against a grant."""
        return any(
            signal["position"] > grant.position and purpose in signal["prohibited"]
            and signal["party"] == grant.issuer and signal["work"] in (digest, "all-works-of-party")
            for signal in self.signals
        )

    def usable(self, digest, use):
        """The grant that a use may rest on after the issuers' later words; nil where there is none."""
        if not self.permission(digest, use):
            return None
        return self.permission(digest, use, lambda grant: not self.contrary(grant, digest, use[0]))
