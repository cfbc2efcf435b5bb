# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Has a document of 'cadastre export' checked by its format's own software.

    check_disclosure.py croissant|spdx|cyclonedx|model-card|dataset-card FILE

Prints what was checked and exits 0, or prints what does not hold and exits 1. Nothing is fetched.

spdx3-validate loads its context and shapes from spdx.org. Where SPDX_MODEL names a directory with both
files as published (spdx-context.jsonld, spdx-model.ttl) they are taken from there; else they are
made again from the bindings that the SPDX project generates from them (spdx-python-model). Its engine
checks the graph by them in either case, and the bindings themselves must read the document.
"""

import io
import json
import os
import sys


class Broken(Exception):
    """The document is not of its format."""


def croissant(path: str) -> str:
    import mlcroissant

    try:
        dataset = mlcroissant.Dataset(path)
        records = list(dataset.records("works"))
    except mlcroissant.ValidationError as error:
        raise Broken(str(error)) from error
    fields = {field.id: field for field in dataset.metadata.record_sets[0].fields}
    attributed = [
        name for name, field in fields.items()
        if any(str(uri).endswith("wasAttributedTo") for uri in field.equivalentProperty or [])
    ]
    if attributed != ["works/contributor"]:
        raise Broken(f"records are attributed by {attributed}")
    for record in records:
        if not str(record["works/contributor"]).startswith("did:key:"):
            raise Broken(f"a record without a contributor: {record}")
    return f"{len(records)} records with contributors"


def cyclonedx(path: str) -> str:
    from cyclonedx.model.bom import Bom
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    with open(path, encoding="utf-8") as file:
        text = file.read()
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if error:
        raise Broken(str(error.data))
    bom = Bom.from_json(json.loads(text))
    return f"valid by the schema of 1.6, and read: {bom.serial_number}"


def card(path: str, kind: str) -> str:
    import yaml
    from huggingface_hub import DatasetCard, ModelCard

    try:
        card = (ModelCard if kind == "model-card" else DatasetCard).load(path)
    except (ValueError, yaml.YAMLError) as error:
        raise Broken(str(error)) from error
    if kind == "model-card" and not card.data.eval_results:
        raise Broken("the card's model-index holds no results")
    if not card.data.license:
        raise Broken("the card names no licence")
    return f"licence {card.data.license}, {len(card.text)} characters"


def spdx(path: str) -> str:
    import rdflib
    from spdx3_validate.core import check_graph
    from spdx3_validate.spdx_versions import find_version
    from spdx_python_model import v3_0_1 as model

    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    version = find_version(data.get("@context"))
    if version is None or version.pretty != "3.0.1":
        raise Broken(f"the context is {data.get('@context')}")
    objects = model.SHACLObjectSet()
    try:
        model.JSONLDDeserializer().deserialize_data(data, objects)
        model.JSONLDSerializer().write(objects, io.BytesIO())
    except (ValueError, KeyError, TypeError) as error:
        raise Broken(f"the bindings refuse it: {error}") from error
    if objects.missing_ids:
        raise Broken(f"nothing has the identifiers {sorted(objects.missing_ids)}")
    published = os.environ.get("SPDX_MODEL")
    context, shapes = spdx_published(published) if published else spdx_generated(model)
    graph = rdflib.Graph()
    graph.parse(data=json.dumps({**data, "@context": context}), format="json-ld")
    errors = check_graph(graph, shapes, version, True)
    if errors:
        raise Broken("\n".join(errors))
    source = "as published" if published else "from the bindings"
    return f"{len(data['@graph'])} elements, {len(graph)} triples; {len(shapes)} of shapes {source}"


def spdx_published(directory: str):
    """The context and the shapes as spdx.org has them."""
    import rdflib

    with open(directory + "/spdx-context.jsonld", encoding="utf-8") as file:
        context = json.load(file)["@context"]
    return context, rdflib.Graph().parse(directory + "/spdx-model.ttl")


def spdx_generated(model):
    """The context and the shapes made again from the bindings."""
    return spdx_context(model), spdx_shapes(model)


def spdx_properties(model, kind):
    """The properties that a class adds to those of its parents."""
    inherited = {name for parent in kind.__bases__ for name in parent._OBJ_PY_PROPS}
    return [prop for name, prop in kind._OBJ_PY_PROPS.items() if name not in inherited]


def spdx_classes(model):
    return {kind._TYPE: kind for kind in model.SHACLObject.CLASSES.values() if kind._TYPE}


def spdx_element(prop, model):
    return (prop.prop, True) if isinstance(prop, model.ListProp) else (prop, False)


def spdx_context(model):
    """What the short names of a document stand for."""
    base = "http://www.w3.org/2001/XMLSchema#"
    datatypes = [
        (model.DateTimeStampProp, base + "dateTimeStamp"), (model.AnyURIProp, base + "anyURI"),
        (model.PositiveIntegerProp, base + "positiveInteger"),
        (model.NonNegativeIntegerProp, base + "nonNegativeInteger"),
    ]
    context = {"spdxId": "@id", "type": "@type"}
    for kind in spdx_classes(model).values():
        if kind._COMPACT_TYPE:
            context[kind._COMPACT_TYPE] = kind._TYPE
        for prop in spdx_properties(model, kind):
            element, _ = spdx_element(prop.prop or prop.reg(), model)
            entry = {"@id": prop.iri}
            if isinstance(element, model.EnumProp):
                values = {compact: iri for iri, compact in element.context}
                entry.update({"@type": "@vocab", "@context": values})
            elif isinstance(element, model.ObjectProp):
                values = {compact: iri for iri, compact in element.context}
                entry.update({"@type": "@vocab", "@context": values})
            else:
                for cls, datatype in datatypes:
                    if isinstance(element, cls):
                        entry["@type"] = datatype
                        break
            context[prop.compact or prop.pyname] = entry
    return context


def spdx_shapes(model):
    """A shape for each class: which properties, how many, of which kind or among which values."""
    from rdflib import OWL, RDF, RDFS, SH, BNode, Graph, Literal, URIRef
    from rdflib.collection import Collection

    shapes = Graph()

    def listed(values):
        head = BNode() if values else RDF.nil
        nodes = [value if isinstance(value, BNode) else URIRef(value) for value in values]
        if nodes:
            Collection(shapes, head, nodes)
        return head

    for kind in spdx_classes(model).values():
        shape = URIRef(kind._TYPE)
        shapes.add((shape, RDF.type, OWL.Class))
        shapes.add((shape, RDF.type, SH.NodeShape))
        for parent in kind.__bases__:
            if getattr(parent, "_TYPE", None):
                shapes.add((shape, RDFS.subClassOf, URIRef(parent._TYPE)))
        for prop in spdx_properties(model, kind):
            element, is_list = spdx_element(prop.prop or prop.reg(), model)
            node = BNode()
            shapes.add((shape, SH.property, node))
            shapes.add((node, SH.path, URIRef(prop.iri)))
            if prop.min_count is not None:
                shapes.add((node, SH.minCount, Literal(prop.min_count)))
            most = prop.max_count if is_list else 1
            if most is not None:
                shapes.add((node, SH.maxCount, Literal(most)))
            if isinstance(element, model.EnumProp):
                shapes.add((node, SH["in"], listed([iri for iri, _ in element.context])))
            elif isinstance(element, model.ObjectProp):
                kind_of_value, named = BNode(), BNode()
                shapes.add((kind_of_value, SH["class"], URIRef(element.cls._TYPE)))
                # Or an individual that a document may name without defining it.
                shapes.add((named, SH["in"], listed([iri for iri, _ in element.context])))
                shapes.add((node, SH["or"], listed([kind_of_value, named])))
            elif element.pattern:
                shapes.add((node, SH.pattern, Literal(element.pattern)))
    return shapes


def main() -> int:
    kind, path = sys.argv[1:]
    checks = {"croissant": croissant, "cyclonedx": cyclonedx, "spdx": spdx}
    try:
        print(kind + ": " + (checks[kind](path) if kind in checks else card(path, kind)))
        return 0
    except Broken as error:
        print(f"{kind}: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
