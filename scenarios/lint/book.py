"""What is wrong in a scenario's book: what cannot be read, and names that nothing in the scenario has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scenarios.lint.places import Place, groups, places
from scenarios.players.book import Reader, reader
from scenarios.players.computed import Computed
from scenarios.problem import Problem, of_error
from scenarios.written import Written
from simulator.acts import AnswerAsker
from simulator.errors import ScenarioError, nearest
from simulator.scenario.document import Steps
from simulator.scenario.model import Scenario
from simulator.values import Pick, Ref

KINDS = {"query": "queries", "alert": "alerts", "inject": "injects", "cue": "cues", "metric": "metrics"}
"""Kind of a reference -> the group its ident is of; the others are numbered."""
SAID = ("claims", "asks", "voices")
"""Sources that hold injects as they are delivered."""
Known = Mapping[str, Mapping[str, object]]


def check_book(text: str, file: str, scenarios: Sequence[Scenario]) -> list[Problem]:
    """Return the problems of a book that is played in a scenario and its variants: a name may be of any of these."""
    try:
        found = reader(text, file)
        found.book()
    except ScenarioError as error:
        return [of_error(error, file)]
    known = _known(scenarios)
    names = (_unknown(source, place, known) for source, place in _places(found))
    idle = (
        found.source.problem(("routines", name), "is never used", "use it, or take it out", "warning")
        for name in found.data.routines
        if name not in found.used
    )
    return [*found.problems, *(one for one in names if one), *_answers(found, scenarios), *idle]


def _known(scenarios: Sequence[Scenario]) -> Known:
    known: dict[str, dict[str, object]] = {}
    for s in scenarios:
        cues = [cue.id for role in s.roles for cue in role.cues]
        injects = [inject.id for inject in (*s.injects, *s.expert.injects)]
        findings = [f"{query.id}.{name}" for query in s.queries for name in query.findings]
        for group, ids in (
            *groups(s), ("cues", cues), ("own_cues", cues), ("channels", s.channels), ("findings", findings),
            *((source, injects) for source in ("injects", *SAID)), ("blast", [one.id for one in s.segments]),
        ):  # fmt: skip
            if group != "roles":
                known.setdefault(group, {}).update(dict.fromkeys(ids))
        # A book calls everybody by their place.
        known.setdefault("roles", {}).update(dict.fromkeys(s.cast()))
    return {**known, "seats": known["roles"]}


def _places(found: Reader) -> Iterator[tuple[Written, Place]]:
    """Yield every name in a book, with the file it stands in."""
    yield from ((found.source, place) for place in places(found.data, found.source.data))
    for line in found.built:
        act = line.act.model_dump(mode="json", by_alias=True)
        sampled = [name for form in line.computed.values() for name in _names(form)]
        stated = (place for place in places(line.act, act, (*line.path, "with")) if place.value not in sampled)
        parts = [places(line.data, {}, line.path), stated]
        parts += [places(form, form.model_dump(mode="json"), path) for path, form in line.computed.items()]
        yield from ((line.source, place) for part in parts for place in part)


def _names(form: Computed) -> list[str]:
    """Return the names in a sample of a computed value; they are looked up where that stands."""
    sample = form.sample()
    return sample if isinstance(sample, list) else [sample["name"]] if isinstance(sample, dict) else []


def _unknown(source: Written, place: Place, known: Known) -> Problem | None:
    if not isinstance(place.mark, Pick):
        return None
    value, group = str(place.value), place.mark.source
    if group == "evidence":
        value, group = Ref(value).ident, KINDS.get(Ref(value).kind, "")
    if group not in known or value in known[group]:
        return None
    return source.problem(place.path, f"unknown name {value!r}", f"use one of {group}{nearest(value, known[group])}")


def _answers(found: Reader, scenarios: Sequence[Scenario]) -> Iterator[Problem]:
    there: dict[str, set[str]] = {}
    for asks in (one for s in scenarios for one in (*s.injects, *s.expert.injects)):
        there.setdefault(asks.id, set()).update(answer.id for answer in asks.answers)
    given: list[tuple[Written, Steps, str, str]] = [
        (line.source, (*line.path, "with", "answer"), line.act.inject, line.act.answer)
        for line in found.built
        if isinstance(line.act, AnswerAsker)
    ]
    always: list[tuple[Steps, Mapping[str, str]]] = [(("answers",), found.data.answers)]
    always += [(("scripts", name, "answers"), script.answers) for name, script in found.data.scripts.items()]
    for path, answers in always:
        given += [(found.source, (*path, inject), inject, answer) for inject, answer in answers.items()]
    for source, path, inject, answer in given:
        if answer not in there.get(inject, {answer}):
            remedy = f"use one of its answers{nearest(answer, there[inject])}"
            yield source.problem(path, f"unknown answer {answer!r}", remedy)
