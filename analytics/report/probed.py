"""What people thought was going on when the drill was frozen, beside what the world said: never part of a score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from simulator.acts import AnswerProbe
from simulator.events import CommandRefused, ProbeAsked, ProbeKeyed
from simulator.record.entry import Entry


@dataclass(frozen=True)
class Probed:
    """One question that one person was asked, alone."""

    at: int
    probe: str
    seat: str
    question: str
    text: str
    said: str | None
    """What they answered, in words; None where they have not answered."""
    right: str
    """What the world said, in words."""
    points: float | None
    """1 for what was right, a half for what is next to it, 0 for the rest; None where they have not answered."""


def probed(entries: Iterable[Entry]) -> list[Probed]:
    """Return every question that was asked, in order, with its answer and its key."""
    entries = list(entries)
    void = {x.body.command for x in entries if isinstance(x.body, CommandRefused)}
    keys = {(x.body.probe, key.one): key for x in entries if isinstance(x.body, ProbeKeyed) for key in x.body.answers}
    given = {(x.body.probe, str(x.body.question)): x.body.choice for x in entries
             if isinstance(x.body, AnswerProbe) and x.seq not in void}  # fmt: skip
    found = []
    for x in entries:
        if not isinstance(x.body, ProbeAsked):
            continue
        for question in x.body.questions:
            key, said = keys[x.body.probe, question.one], given.get((x.body.probe, question.one))
            words = {choice.one: choice.label for choice in question.choices}
            points = None if said is None else 1.0 if said in key.right else 0.5 if said in key.near else 0.0
            right = " or ".join(words.get(one, one) for one in key.right)
            found.append(
                Probed(x.at, x.body.probe, x.body.seat, question.one, question.text,
                       None if said is None else words.get(said, said), right, points)
            )  # fmt: skip
    return found


def overlap(rows: Iterable[Probed]) -> float | None:
    """Return how far people hold the same picture: the share of pairs who answered one question alike.

    None where no two people have answered the same question.
    """
    said: dict[tuple[int, str], list[str]] = defaultdict(list)
    for row in rows:
        if row.said is not None:
            said[row.at, row.question].append(row.said)
    pairs = [one == other for answers in said.values() for one, other in combinations(answers, 2)]
    return sum(pairs) / len(pairs) if pairs else None
