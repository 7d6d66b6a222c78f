"""What a field of an act is worth: a played drill in which that field says something else, judged once more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from analytics.criteria import CAPS, CRITERIA
from analytics.playbook import load as book
from analytics.record import DrillRecord
from analytics.view import RecordView
from simulator.acts import Act
from simulator.errors import DrillError
from simulator.record.entry import Entry
from simulator.record.journal import Journal
from simulator.scenario.model import Scenario
from simulator.values import Check, Figure, Pick, Recommendation, marked

Verdict = Mapping[str, Any]


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


def others(act: Act, field: str, scenario: Scenario, refs: tuple[str, ...]) -> Iterator[Any]:
    """Yield other things that a field might have said."""
    info = type(act).model_fields[field]
    value = getattr(act, field)
    pick = marked(info, Pick)
    annotation = info.annotation
    many = isinstance(value, tuple)
    if many:
        yield ()
    if pick is not None and not _holds_models(value):
        known = [one.id for one in getattr(scenario, _group(pick.source), ())] or list(refs)
        for other in known:
            if other != value and not (many and value == (other,)):
                yield (other,) if many else other
        if not info.is_required():
            yield None if not many else ()
        return
    for choice in _choices(annotation):
        if choice != value:
            yield choice
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value * 10 + 10, value / 10, 0.0, -value)
    elif isinstance(value, Check):
        yield from (value.model_copy(update=change) for change in _of_check(value))
    elif isinstance(value, Figure):
        yield value.model_copy(update={"low": value.low * 10 + 1000})
    elif many and value and isinstance(value[0], Figure):
        yield tuple(one.model_copy(update={"low": one.low * 10 + 1000}) for one in value)
    elif many and value and isinstance(value[0], Recommendation):
        yield (value[0], value[0])
    if not info.is_required() and value is not None and not many:
        yield None


def _group(source: str) -> str:
    return {"seats": "roles", "own_cues": "cues", "asks": "injects", "claims": "injects"}.get(source, source)


def _holds_models(value: Any) -> bool:
    return isinstance(value, BaseModel) or (isinstance(value, tuple) and any(isinstance(v, BaseModel) for v in value))


def _of_check(value: Check) -> list[dict[str, Any]]:
    turned = "above" if value.is_ == "below" else "below"
    return [{"is_": turned}, {"threshold": 1e9}, {"within_minutes": 0.01}, {"metric": "nonsense"}]


def _choices(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
        return
    for inner in get_args(annotation):
        yield from _choices(inner)


def replaced(record: DrillRecord, act: type[Act], field: str, pick: int) -> Iterator[DrillRecord]:
    """Yield the record with the `pick`-th other value of a field in every act of a kind that has one."""
    refs = tuple(ref for ref, _ in RecordView(record, book()).refs.items())
    entries, changed = [], False
    for entry in record.journal.entries:
        body = entry.body
        if isinstance(body, act):
            options = list(others(body, field, record.scenario, refs))
            if pick < len(options):
                body, changed = body.model_copy(update={field: options[pick]}), True
        entries.append(Entry(entry.seq, entry.at, entry.by, body))
    if changed:
        yield DrillRecord(Journal(record.journal.header, entries), record.scenario, record.references)


def effects(record: DrillRecord, act: type[Act], field: str, most: int = 12) -> set[str]:
    """Return the criteria and caps that some other value of a field moves."""
    before, found = verdict(record), set[str]()
    for pick in range(most):
        for other in replaced(record, act, field, pick):
            try:
                found |= moved(before, verdict(other))
            except (DrillError, KeyError, ValueError):
                continue  # nonsense that no drill could hold
    return found
