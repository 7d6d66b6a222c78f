"""What facilitators keep to themselves: notes, marks and ratings, beside a drill and in none of its records.

Nothing of it is in the journal, in a briefing, in what a debrief shows to participants or in what can be downloaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from simulator.errors import StaleWriter
from simulator.room import rows
from simulator.room import schema as t
from simulator.room.store import Store

Kind = Literal["note", "mark", "rating", "left out"]
LOWEST, HIGHEST = 1, 4
"""Of a rating: what is missing, and what is as good as it can be."""
ATTEMPTS = 20


@dataclass(frozen=True)
class Note:
    """One thing a facilitator wrote down, at a drill second."""

    n: int
    made: float
    at: int
    author: str
    kind: Kind
    text: str = ""
    criterion: str = ""
    """The criterion or behaviour it is about, empty where it is about none."""
    tag: Literal["+", "-", ""] = ""
    """Of a mark: seen as it should be, or not."""
    rating: int | None = None
    evaluator: str = ""
    """Of `left out`: whose ratings do not count; said again, they count."""


def add(store: Store, drill: str, at: int, author: str, kind: Kind, **body: Any) -> Note:
    """Keep a note; nothing is ever replaced."""
    c = t.notes.c
    text = json.dumps({"kind": kind, **body}, ensure_ascii=False)
    for _ in range(ATTEMPTS):
        try:
            with store.transaction(writes=True) as connection:
                last = connection.scalar(select(func.coalesce(func.max(c.n), 0)).where(c.drill == drill)) or 0
                made = store.now()
                values = {"drill": drill, "n": last + 1, "made": made, "at": at, "author": author, "body": text}
                connection.execute(t.notes.insert().values(values))
                return Note(last + 1, made, at, author, kind, **body)
        except IntegrityError:
            continue
    raise StaleWriter("several people wrote notes at once; try again")


def kept(store: Store, drill: str) -> list[Note]:
    """Return the notes of a drill, in the order they were made."""
    c = t.notes.c
    query = select(c.n, c.made, c.at, c.author, c.body).where(c.drill == drill).order_by(c.n)
    with store.transaction(writes=False) as connection:
        found = connection.execute(query).all()
    return [Note(n, made, at, author, **rows.data(drill, f"note {n}", body)) for n, made, at, author, body in found]


@dataclass(frozen=True)
class Agreement:
    """How far evaluators agree, over what two of them have both rated, by the first that each gave."""

    pairs: int
    """Ratings compared, pair by pair of evaluators."""
    exact: float
    """Share of them that are the same."""
    near: float
    """Share of them that are at most one apart."""
    kappa: float | None
    """Cohen's kappa with linear weights (Cohen 1968), the mean over pairs of evaluators; None where chance leaves
    nothing to agree on, as where somebody rates everything alike."""


def evaluators(notes: Iterable[Note]) -> dict[str, bool]:
    """Return everybody who rated, and whether their ratings count."""
    notes = list(notes)
    counts = {note.author: True for note in notes if note.kind == "rating"}
    for note in notes:
        if note.kind == "left out" and note.evaluator in counts:
            counts[note.evaluator] = not counts[note.evaluator]
    return counts


def rated_by(notes: Iterable[Note], author: str) -> set[str]:
    """Return what somebody has rated."""
    return {note.criterion for note in notes if note.kind == "rating" and note.author == author}


def seen_by(notes: Iterable[Note], author: str) -> tuple[Note, ...]:
    """Return notes without what others gave for something that `author` may rate still, and has not."""
    notes = tuple(notes)
    own = rated_by(notes, author)
    return tuple(one for one in notes if one.kind != "rating" or one.criterion in own)


def ratings(notes: Iterable[Note]) -> dict[str, dict[str, int]]:
    """Return what is rated -> evaluator -> their last rating, those left out left out."""
    return {what: {who: given[-1] for who, given in each.items()} for what, each in _rated(notes).items()}


def first_ratings(notes: Iterable[Note]) -> dict[str, dict[str, int]]:
    """Return the same with their first ratings: those given before they saw what others gave."""
    return {what: {who: given[0] for who, given in each.items()} for what, each in _rated(notes).items()}


def _rated(notes: Iterable[Note]) -> dict[str, dict[str, list[int]]]:
    notes = list(notes)
    counts = evaluators(notes)
    found: dict[str, dict[str, list[int]]] = {}
    for note in notes:
        if note.kind == "rating" and note.rating is not None and counts[note.author]:
            found.setdefault(note.criterion, {}).setdefault(note.author, []).append(note.rating)
    return found


def agreement(rated: dict[str, dict[str, int]]) -> Agreement | None:
    """Return how far evaluators agree, None where no two have rated the same thing."""
    who = sorted({one for given in rated.values() for one in given})
    compared, kappas = [], []
    for one, other in combinations(who, 2):
        both = [(given[one], given[other]) for given in rated.values() if one in given and other in given]
        compared += both
        if (found := weighted_kappa(both)) is not None:
            kappas.append(found)
    if not compared:
        return None
    apart = [abs(a - b) for a, b in compared]
    return Agreement(
        len(apart), sum(d == 0 for d in apart) / len(apart), sum(d <= 1 for d in apart) / len(apart),
        sum(kappas) / len(kappas) if kappas else None,
    )  # fmt: skip


def weighted_kappa(pairs: list[tuple[int, int]]) -> float | None:
    """Return Cohen's kappa with linear weights of two evaluators' ratings (Cohen 1968, Psychological Bulletin 70)."""
    if not pairs:
        return None
    firsts, seconds = [a for a, _ in pairs], [b for _, b in pairs]
    seen = sum(abs(a - b) for a, b in pairs) / len(pairs)
    chance = sum(abs(a - b) for a in firsts for b in seconds) / len(pairs) ** 2
    return None if chance == 0 else 1 - seen / chance
