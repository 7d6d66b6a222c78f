"""Records are filled in afterwards: what is still open in one that counts, who asks for it, and the whole record again.

A record in a hurry says what, who and by when. The rest is asked for by the deputy or the scribe, one thing at a time,
as something that waits, and only while the record is the newest of its kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from simulator.acts import ACTS, Act
from simulator.acts.base import Record
from simulator.briefing import Briefing
from simulator.errors import DrillError
from simulator.record.entry import Entry
from simulator.values import DEPUTY, SCRIBE, Ref
from ui.parts import units
from ui.parts.labels import name_of
from ui.parts.marks import marks
from ui.parts.shapes import Shape, rows_of, shapes
from ui.parts.start import AMENDS, MOST, Split, asked, controls

ASKS_AFTER = 20
"""Seconds after a record before anybody asks for more: whoever wrote it may be at it."""
ASKS_FOR = 300
"""Seconds after a record for which one is asked: what is filled in later counts from then."""
KINDS: Mapping[str, type[Act]] = {act.number: act for act in ACTS.values() if issubclass(act, Record)}
"""What a record is cited by -> its class, for all that can be amended."""


class Open(NamedTuple):
    """One thing that a record leaves open and that counts."""

    record: Ref
    kind: str
    """The act by which it is filled in."""
    shape: Shape
    """The field."""
    asks: str
    """Seat of who asks for it; empty where nobody holds the post of deputy or scribe beside the author."""

    @property
    def question(self) -> str:
        """Return what is asked."""
        return f"{self.record.kind.capitalize()} {self.record.ident} leaves open: {name_of(self.shape.path)}"


def record(b: Briefing, ref: str) -> Entry | None:
    """Return a record as it stands by now, None where this role has not seen one of that name."""
    known, seq = Ref(ref), b.incident.refs.get(Ref(ref))
    return next((x for x in b.incident.given(known.kind) if x.seq == seq), None)


def spread(body: BaseModel) -> dict[str, Any]:
    """Return what an act says as the fields of its form: path -> value."""
    found: dict[str, Any] = {}
    for name, info in type(body).model_fields.items():
        found |= _spread(info.alias or name, getattr(body, name))
    return {path: value for path, value in found.items() if path not in ("kind", AMENDS)}


def _spread(path: str, value: Any) -> Iterator[tuple[str, Any]] | dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, BaseModel):
        return {f"{path}.{name}": inner for name, inner in spread(value).items()}
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        if hasattr(value[0], "rung"):
            return {f"{path}.{one.rung}": one.reason for one in value}
        rows = ((f"{path}.{at}", one) for at, one in enumerate(value))
        return {f"{row}.{name}": inner for row, one in rows for name, inner in spread(one).items()}
    return {path: list(value) if isinstance(value, tuple) else value}


def amending(b: Briefing, ref: str) -> dict[str, Any]:
    """Return the fields of the form that fills in a record: what it says by now, in the units of the panels."""
    entry = record(b, ref)
    if entry is None:
        return {}
    said = spread(entry.body)
    there = set(controls(shapes(type(entry.body), rows_of(said))))  # type: ignore[arg-type]
    return {**units.shown(b, {path: value for path, value in said.items() if path in there}), AMENDS: Ref(ref)}


def whole(b: Briefing, kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a form with what the record that it amends says where the form says nothing.

    A follow-up sends one field and which record it is for; two who answer at once do not undo each other.
    """
    ref = fields.get(AMENDS)
    if not isinstance(ref, str) or ACTS[kind].number != Ref(ref).kind:
        return dict(fields)
    return {**amending(b, ref), **fields}


def next_open(b: Briefing) -> Iterator[Open]:
    """Yield for each kind of record the first thing that the newest of this seat leaves open and that counts."""
    for number, act in KINDS.items():
        known = b.incident.given(number)
        if not known or known[-1].role != b.role or not ASKS_AFTER <= b.now - known[-1].at <= ASKS_FOR:
            continue
        ref = next((ref for ref, seq in b.incident.refs.items() if seq == known[-1].seq and ref.kind == number), None)
        left = next(iter(left_open(b, known[-1])), None)
        if ref is not None and left is not None:
            yield Open(ref, act.model_fields["kind"].default, left, _who_asks(b))


def left_open(b: Briefing, entry: Entry) -> list[Shape]:
    """Return the fields that a record leaves open and that count in the playbook played, those wanted most first."""
    act = type(entry.body)
    if not issubclass(act, Record):
        return []
    counting = marks(entry.body.kind, b.incident.playbook)
    said = {path.partition(".")[0] for path, value in spread(entry.body).items() if value not in ("", [])}
    return [
        shape for shape in shapes(act)
        if shape.path in counting and shape.path not in said and not _needless(shape.path, entry.body)
    ]  # fmt: skip


def to_fill_in(b: Briefing, ref: str) -> Split:
    """Return how the form that fills in a record is split: first what it leaves open that counts, as far as it fits."""
    entry = record(b, ref)
    if entry is None:
        raise DrillError(f"there is no {ref} that you may see")
    act: type[Act] = type(entry.body)  # type: ignore[assignment]
    rows = rows_of(spread(entry.body), spare=1)
    first: list[Shape] = []
    for shape in left_open(b, entry):
        if len(controls([*first, shape])) > MOST:
            break
        first.append(shape)
    if not first:
        return asked(act, rows=rows)
    fields = (shape for shape in shapes(act, rows) if shape.path != AMENDS)
    return Split(tuple(first), tuple(shape for shape in fields if shape not in first))


def _needless(path: str, body: Any) -> bool:
    """Tell whether a field has nothing to say in this record: a plan where the way back is ready, an end of nothing."""
    return (path == "plan" and body.rollback != "blocked") or (
        path == "contained_until_minutes" and body.strategy != "containment"
    )


def _who_asks(b: Briefing) -> str:
    posts = (b.incident.holder(post) for post in (DEPUTY, SCRIBE))
    return next((seat for seat in posts if seat and seat != b.role), "")

