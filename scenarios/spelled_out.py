"""A scenario spelled out, over what its company lends it, with a variant laid over both."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from scenarios.declared.company import Companies, CompanyData, CompanyText, companies_at, company_of, document_of
from scenarios.declared.parts import (
    NOTHING,
    RENAMED,
    decoys_of,
    logs_of,
    places_of,
    put_conventions,
    put_people,
    query_of,
    services_of,
    stories_of,
    titled,
)
from scenarios.declared.spelling import Raw, Spelled, ident
from scenarios.patch import lay_over, lay_under
from scenarios.written import Lent, Written
from simulator.described import Described
from simulator.scenario.document import read
from simulator.scenario.model import Scenario


def written(
    text: str, file: str, patch: tuple[str, str] | None = None, companies: Companies | None = None
) -> Written:
    """Return what stands in `text`, over its company's file, with the (text, file) of a patch laid over it.

    Without `companies` the one that ships is looked at. Raises ScenarioError.
    """
    base = read(text, file)
    lent = _lent_to(base.data, companies_at() if companies is None else companies)
    for problem in lent.patched.problems if lent else ():
        raise Written(base.data, base).problem(*problem).error()
    own = lent.patched.data if lent else base.data
    if patch is None:
        return Written(own, base, lent=lent)
    over = read(*patch)
    patched = lay_over(own, over.data)
    for problem in patched.problems:
        raise Written(over.data, over).problem(*problem).error()
    return Written(patched.data, base, patched, over, lent)


def _lent_to(scenario: Mapping[str, Any], companies: Companies) -> Lent | None:
    """Return what a scenario's company lends it, with what it says itself over that; None without a company."""
    company = company_of(scenario, companies)
    if company is None:
        return None
    parts = _parts_of(company, frozenset(_ids(scenario.get("roles"))))
    return Lent(document_of(company), parts.origins, lay_under(parts.data, scenario))


def _ids(parts: Any) -> Iterable[str]:
    listed = parts if isinstance(parts, list) else ()
    return (str(part["id"]) for part in listed if isinstance(part, Mapping) and "id" in part)


@lru_cache(maxsize=16)
def _parts_of(company: CompanyText, seats: Collection[str]) -> Spelled:
    """Return a company's sections as parts of a scenario in which `seats` are there besides."""
    document, out = document_of(company), Spelled()
    c = CompanyData.model_validate(document.data)
    out.put("services", services_of(c.services), RENAMED["services"])
    put_people(out, c.people)
    there = {*seats, *c.people}
    out.put("queries", [
        (("looks", name), query_of(name, look, [x for x in look.by if x in there or "by" in look.model_fields_set]))
        for name, look in c.looks.items()
    ], RENAMED["queries"])  # fmt: skip
    out.put("evidence_minimum", [
        (("looks", name), {"id": name, "title": look.title, "supports": look.needed})
        for name, look in c.looks.items() if look.needed
    ], {"supports": "needed"})  # fmt: skip
    out.put("wrong_places", places_of(c.wrong_places))
    out.put("logs", logs_of(c.logs))
    out.put("causes", stories_of(c.causes))
    asked = c.needs | ({ident(c.need): c.need} if c.need else {})
    lists: dict[tuple[str, ...], list[Raw]] = {
        ("topics",): titled(c.topics), ("reasons",): titled(c.reasons), ("needs",): titled(asked),
        ("decoys", "risks"): decoys_of(c.decoys.risks), ("decoys", "unknown"): decoys_of(c.decoys.unknown),
        ("decoys", "left"): [*decoys_of(c.decoys.left), *([NOTHING] if c.decoys.left else ())],
    }
    for path, parts in lists.items():
        out.put(LISTED.get(path, path[0]), [((*path, part["id"]), part) for part in parts])
    out.put("factors", [
        (("factors", layer), {"id": ident(text), "title": text, "true": layer != "not_true",
                              "layer": "technical" if layer == "not_true" else layer})
        for layer, texts in dict(c.factors).items() if layer in c.factors.model_fields_set for text in texts
    ])  # fmt: skip
    put_conventions(out, c)
    if c.channels:
        out.data["channels"] = list(c.channels)
    if c.words:
        out.data["words"] = {name: list(words) for name, words in c.words.items()}
    out.data = {section: parts for section, parts in out.data.items() if parts}
    return out


LISTED: dict[tuple[str, ...], str] = {
    ("decoys", "risks"): "blast", ("decoys", "unknown"): "unknowns", ("decoys", "left"): "residual_risks",
}  # fmt: skip
"""Section of a company's file -> the list of a scenario that it is part of."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a `scenario.yaml`, in which what its company lends may be left out."""
    found = Scenario.model_json_schema(schema_generator=Described)
    for model in found["$defs"].values():
        if "id" in model.get("properties", {}):
            model["required"] = ["id"]
    listed = {"type": "array", "items": {"type": "string"}}
    found["properties"]["remove"] = {
        "description": "Section -> ids of what the company lends and this scenario has not.",
        "type": "object", "additionalProperties": listed,
    }  # fmt: skip
    found["required"] = [name for name in found["required"] if name not in LENT_WHOLE]
    return found


LENT_WHOLE = ("services", "roles", "queries", "logs", "causes", "topics", "reasons", "needs", "factors")
"""Sections that a company may give a scenario that says nothing of them."""
