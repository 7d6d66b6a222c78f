"""What a field of an act is worth: a played drill in which that field says something else, judged once more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from analytics.criteria import CAPS, CRITERIA
from analytics.playbook import load as book
from analytics.record import DrillRecord
from analytics.runs.counterfactual import make_references
from analytics.view import RecordView
from scenarios import load
from simulator.acts import Act
from simulator.errors import DrillError
from simulator.play import play_orders
from simulator.policy import Order
from simulator.record.entry import Body, Entry
from simulator.record.journal import Journal, accepted
from simulator.scenario.model import Scenario
from simulator.values import Check, Figure, Pick, Recommendation, marked
from tests import played

Verdict = Mapping[str, Any]
GROUPS = {"seats": "roles", "own_cues": "cues", "asks": "injects", "claims": "injects"}
"""Source of picks -> the scenario's list behind it, where that has another name."""
MOST = 12
"""Other values that are tried of one field."""


def verdict(record: DrillRecord) -> Verdict:
    """Return what every criterion and cap makes of a record: points, or the limit that is tripped."""
    playbook = book()
    view = RecordView(record, playbook)
    found: dict[str, Any] = {}
    for _, criterion in playbook.criteria():
        one = CRITERIA[criterion.id](view, criterion)
        found[criterion.id] = (one.points, one.out_of)
    for cap in playbook.caps:
        hit = CAPS[cap.id](view, cap)
        found[cap.id] = hit and hit.limit
    return found


def moved(before: Verdict, after: Verdict) -> set[str]:
    """Return the criteria and caps that judge otherwise."""
    return {ident for ident, was in before.items() if after[ident] != was}


# --- other things to say -----------------------------------------------------------------------------------


def others(act: Act, field: str, scenario: Scenario, refs: tuple[str, ...]) -> Iterator[Any]:
    """Yield other things that a field might have said."""
    info, value = type(act).model_fields[field], getattr(act, field)
    pick, many = marked(info, Pick), isinstance(value, tuple)
    if many:
        yield ()
    if pick is not None and not _of_models(value):
        known = [one.id for one in getattr(scenario, GROUPS.get(pick.source, pick.source), ())] or list(refs)
        yield from ((one,) if many else one for one in known if value not in (one, (one,)))
    else:
        yield from (choice for choice in _choices(info.annotation) if choice != value)
        yield from _numbers(value)
    if not info.is_required() and value is not None and not many:
        yield None


def _numbers(value: Any) -> Iterator[Any]:
    match value:
        case int() | float():
            yield from (value * 10 + 10, value / 10, 0.0, -value)
        case Check():
            turned = "above" if value.is_ == "below" else "below"
            changes = ({"is_": turned}, {"threshold": 1e9}, {"within_minutes": 0.01}, {"metric": "nonsense"})
            yield from (value.model_copy(update=change) for change in changes)
        case Figure():
            yield _wrong(value)
        case (Figure(), *_):
            yield tuple(_wrong(one) for one in value)
        case (Recommendation() as first, *_):
            yield (first, first)


def _wrong(figure: Figure) -> Figure:
    return figure.model_copy(update={"low": figure.low * 10 + 1000})


def _of_models(value: Any) -> bool:
    return isinstance(value, BaseModel) or (isinstance(value, tuple) and any(isinstance(v, BaseModel) for v in value))


def _choices(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
        return
    for inner in get_args(annotation):
        yield from _choices(inner)


# --- records in which it is said ---------------------------------------------------------------------------


def said_otherwise(record: DrillRecord, act: type[Act], field: str, pick: int) -> list[Body] | None:
    """Return the bodies of a record with the `pick`-th other value of a field; None where there are not so many."""
    refs = tuple(RecordView(record, book()).refs)
    bodies, changed = [], False
    for entry in record.journal.entries:
        body = entry.body
        if isinstance(body, act):
            options = list(others(body, field, record.scenario, refs))
            if pick < len(options):
                body, changed = body.model_copy(update={field: options[pick]}), True
        bodies.append(body)
    return bodies if changed else None


def recorded(record: DrillRecord, bodies: list[Body]) -> DrillRecord:
    """Return the record with these bodies; what came of them stays as it was."""
    pairs = zip(record.journal.entries, bodies, strict=True)
    entries = [Entry(entry.seq, entry.at, entry.by, body) for entry, body in pairs]
    return DrillRecord(Journal(record.journal.header, entries), record.scenario, record.references)


def replayed(record: DrillRecord, bodies: list[Body]) -> DrillRecord:
    """Return the record of the drill in which these were asked for."""
    header = record.journal.header
    loaded = load(header.scenario, header.variant)
    said = dict(zip((entry.seq for entry in record.journal.entries), bodies, strict=True))
    given = [
        Order(x.at, x.by, body)
        for x in accepted(record.journal.entries)
        if isinstance(body := said[x.seq], Act) and not x.by.simulated
    ]
    engine = play_orders(loaded, given, header.seed, name=header.policy or "again")
    references = make_references(loaded, engine.journal, book(), seeds=0)
    return DrillRecord(engine.journal, loaded.scenario, references)


def moves(drill: tuple[str, str], act: type[Act], field: str, *, again: bool = False, most: int = MOST) -> set[str]:
    """Return the criteria and caps that other values of a field move, in the record or in the drill played `again`."""
    record = played.record(drill[0], "base", drill[1], 7)
    before, found = verdict(record), set[str]()
    for pick in range(most):
        bodies = said_otherwise(record, act, field, pick)
        if bodies is None:
            break
        try:
            found |= moved(before, verdict((replayed if again else recorded)(record, bodies)))
        except (DrillError, KeyError, ValueError):
            continue  # nonsense that no drill could hold
        if again and found:
            break
    return found
