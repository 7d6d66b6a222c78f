"""Parts that a drill in one file and a company's file write alike, each spelled out as the part of a scenario it is."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Protocol

from scenarios.declared.drill import CauseData, PersonData, PlaceData, ServiceData
from scenarios.declared.seen import LogData, LookData
from scenarios.declared.spelling import Raw, Spelled
from scenarios.declared.stock import BRIEFS, DUTIES, LANES, TITLES
from simulator.scenario.conventions import Audience, Conventions, LevelName
from simulator.scenario.document import Steps

RENAMED: Mapping[str, Mapping[str, str]] = {
    "services": {"surfaces": "lanes"},
    "roles": {"cues": "knows", "joins_after": "page"},
    "queries": {
        "command": "cmd", "aliases": "also", "executors": "by", "evidence": "kind", "topic": "about",
        "discriminates": "tells", "supports": "for", "output": "shows", "requires": "rerun_when",
        "findings": "finds", "serves": "needed",
    },
}  # fmt: skip
"""Section -> field of a scenario -> what it is called where it was written."""
FROZEN = ("mitigation", "verification")
"""Lanes that touch what is frozen, unless its author says."""
NOTHING: Raw = {"id": "nothing", "title": "None", "true": False, "nothing": True}
"""What is picked where no risk is left."""
Parts = list[tuple[Steps, Raw]]
"""Parts of a scenario, each with where it was written."""


class ConventionsData(Protocol):
    """What a drill in one file and a company's file say alike of how things are called and done."""

    @property
    def levels(self) -> tuple[LevelName, ...]: ...

    @property
    def audiences(self) -> Mapping[Audience, str]: ...

    @property
    def postures(self) -> Mapping[str, str]: ...


def services_of(services: Mapping[str, ServiceData], frozen: Container[str] = ()) -> Parts:
    """Return components."""
    return [
        (("services", name), {
            "id": name, "title": one.title or name, "team": one.team,
            "surfaces": list(one.lanes if one.lanes is not None else FROZEN if name in frozen else ()),
        })
        for name, one in services.items()
    ]  # fmt: skip


def places_of(places: Mapping[str, PlaceData]) -> Parts:
    """Return places where a command ends up by mistake."""
    return [(("wrong_places", name), {"id": name, **one.model_dump()}) for name, one in places.items()]


def stories_of(causes: Mapping[str, CauseData]) -> Parts:
    """Return causes that are not the true one."""
    return [
        (("causes", name), {"id": name, "title": one.title, "plausible": one.plausible, "killed_by": one.killed_by,
                            "known_by": list(one.known_by or ())})
        for name, one in causes.items()
    ]  # fmt: skip


def decoys_of(texts: Mapping[str, str]) -> list[Raw]:
    """Return what can be picked and is not so."""
    return [{"id": name, "title": text, "true": False} for name, text in texts.items()]


def put_conventions(out: Spelled, said: ConventionsData) -> None:
    """Add what a company says and does in its own way, where it has one."""
    found = {name: getattr(said, name) for name in Conventions.model_fields}
    out.data["conventions"] = {name: part for name, part in found.items() if part}
    for name in found:
        out.at(("conventions", name), (name,))


def titled(texts: Mapping[str, str]) -> list[Raw]:
    """Return what can be picked, by id."""
    return [{"id": name, "title": text} for name, text in texts.items()]


def logs_of(logs: Mapping[str, LogData]) -> Parts:
    """Return kinds of log lines."""
    return [
        (("logs", name), {
            "id": name, "service": one.service, "level": one.level, "text": one.text, "most": one.most,
            "rate": f"log_{name}" if isinstance(one.rate, str) else one.rate,
            "fields": {key: list(values) for key, values in one.fields.items()}, "cause": one.cause,
        })
        for name, one in logs.items()
    ]  # fmt: skip


def put_people(out: Spelled, people: Mapping[str, PersonData]) -> None:
    """Add the seats and specialists to a scenario, and where each cue of theirs was written."""
    lanes: set[str] = set()
    roles: Parts = []
    for name, person in people.items():
        duties = person.duties or DUTIES.get(name, ())
        seat = person.page is None
        lane = next((LANES[duty] for duty in duties if duty in LANES and LANES[duty] not in lanes), None)
        lanes |= {lane} if seat and lane else set()
        part: Raw = {
            "id": name, "title": person.title or TITLES.get(name, name), "handle": f"@{person.handle.lstrip('@')}",
            "team": person.team, "brief": person.brief or BRIEFS.get(name, "You own what is yours."),
            "pace": person.pace, "slips": person.slips, "lane": lane if seat else None,
            "duties": list(duties) if seat else [],
            "cues": [
                {"id": cue, "text": one.says, "topics": list(one.about), "volunteered_at": one.at,
                 "moot_when": list(one.until), "matters_for": one.matters,
                 "owes": [debt.model_dump() for debt in one.owes]}
                for cue, one in person.knows.items()
            ],
        }  # fmt: skip
        if not seat:
            part |= {"seat": False, "present": False, "unanswered": person.unanswered,
                     "joins_after": {"median": person.page, "spread": person.spread}}  # fmt: skip
        roles.append((("people", name), part))
    out.put("roles", roles, RENAMED["roles"])
    for index, (name, person) in enumerate(people.items()):
        for number, cue in enumerate(person.knows):
            written = ("people", name, "knows", cue)
            out.at(("roles", index, "cues", number), written)
            for ours, theirs in (
                ("text", "says"), ("topics", "about"), ("volunteered_at", "at"), ("moot_when", "until"),
            ):  # fmt: skip
                out.at(("roles", index, "cues", number, ours), (*written, theirs))


def query_of(name: str, look: LookData, executors: Sequence[str]) -> Raw:
    """Return a query, as far as it depends on nothing else."""
    return {
        "id": name, "title": look.title, "command": look.cmd, "aliases": list(look.also), "executors": list(executors),
        "takes": look.takes, "evidence": look.kind, "topic": look.about, "group": look.about, "output": look.shows,
        "discriminates": list(look.tells), "serves": [name] if look.needed else [],
        "figures": {figure: f"figures.{figure}" for figure in look.figures}, "findings": dict(look.finds),
        "known_by": list(look.known_by),
    }  # fmt: skip
