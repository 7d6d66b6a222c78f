"""What a scored drill comes to in one row: enough to compare it with others without opening its record.

It is made from the record and its published scorecard, never from the running engine, and can be made again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from simulator.acts import StateHypothesis, TakeSeat
from simulator.record.journal import Journal

VERSION = 2
"""Of what a row holds; one of another version is made again by whoever serves or reads the drills."""
PLAIN_PACE, SKIPPED_PACE, WAITING_PACE = "1×", "skipped", "waiting"
Kind = Literal["team", "alone", "again", "scripted"]
"""People with a host; one person; a second life of a drill; a scripted responder in every seat."""


@dataclass(frozen=True)
class PartResult:
    """What was earned of one part of the playbook."""

    id: str
    points: float
    out_of: float


@dataclass(frozen=True)
class CriterionResult:
    """How one criterion was met."""

    id: str
    part: str
    status: str
    points: float
    out_of: float


@dataclass(frozen=True)
class Held:
    """Who sat where: for the team alone."""

    name: str
    role: str
    title: str


@dataclass(frozen=True)
class Forecast:
    """How sure somebody said to be of a cause, last of all, and whether that cause was true."""

    probability: float
    true: bool


@dataclass(frozen=True)
class DrillResult:
    """One scored drill as a row of many."""

    drill: str
    ended: float
    """When it was over (seconds since the epoch)."""
    scenario: str
    title: str
    variant: str
    difficulty: str
    playbook: str
    mode: str
    pace: str
    """How drill time ran: `1×`, a faster pace such as `2×`, `skipped` where quiet stretches were left out,
    or `waiting` where the clock stood while people read."""
    kind: Kind
    people: int
    """People who sat in a seat."""
    total: int | None
    """None where too little of the playbook was these people's to do, and where it was ended early."""
    uncapped: int
    band: str | None
    low: int | None = None
    """Of the same commands on other seeds, as `high`."""
    high: int | None = None
    team: str | None = None
    """The team it belongs to, None while nobody has claimed it."""
    sample: bool = False
    """Made up, to show what many drills look like."""
    parts: tuple[PartResult, ...] = ()
    criteria: tuple[CriterionResult, ...] = ()
    times: Mapping[str, int | None] = field(default_factory=dict)
    """Drill second of each turning point, None for what never came; where it was ended early, of those that came."""
    caps: tuple[str, ...] = ()
    patterns: Mapping[str, str] = field(default_factory=dict)
    """Anti-patterns that showed, id -> title."""
    held: tuple[Held, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    until: int | None = None
    """Drill second at which the facilitator ended it before its time, None where it ran its course."""

    def body(self) -> str:
        """Return as JSON what has no column of its own."""
        return json.dumps({
            "parts": [[one.id, one.points, one.out_of] for one in self.parts],
            "criteria": [[one.id, one.part, one.status, one.points, one.out_of] for one in self.criteria],
            "times": dict(self.times),
            "caps": list(self.caps),
            "patterns": dict(self.patterns),
            "held": [[one.name, one.role, one.title] for one in self.held],
            "forecasts": [[one.probability, one.true] for one in self.forecasts],
            "until": self.until,
        }, ensure_ascii=False, separators=(",", ":"))  # fmt: skip


def with_body(text: str, **columns: Any) -> DrillResult:
    """Return the row that `body` and its columns were of. Raises ValueError, KeyError or TypeError for another text."""
    data = json.loads(text)
    return DrillResult(
        **columns,
        parts=tuple(PartResult(*one) for one in data["parts"]),
        criteria=tuple(CriterionResult(*one) for one in data["criteria"]),
        times=data["times"], caps=tuple(data["caps"]), patterns=data["patterns"],
        held=tuple(Held(*one) for one in data["held"]),
        forecasts=tuple(Forecast(*one) for one in data["forecasts"]), until=data.get("until"),
    )  # fmt: skip


def result_of(
    journal: Journal, card: Mapping[str, Any], *, drill: str, ended: float, kind: Kind, pace: str,
    team: str | None = None,
) -> DrillResult:  # fmt: skip
    """Return the row of a drill from its record and its published scorecard.

    Raises KeyError, TypeError, ValueError or AttributeError for a card of another form.
    """
    head, spread = journal.header, card.get("spread") or {}
    about = card.get("drill") or {}
    titles = {one["role"]: one["title"] for one in about.get("roles", ())}
    true = {one["id"] for one in card.get("causes", ())}
    held, until = _held(journal, titles), about.get("ended_early")
    times: Mapping[str, int | None] = card.get("times", {})
    return DrillResult(
        drill=drill, ended=ended, scenario=head.scenario, title=about.get("title", head.scenario), variant=head.variant,
        difficulty=head.difficulty, playbook=head.playbook.id if head.playbook else "recovery", mode=head.mode,
        pace=pace, kind="scripted" if head.policy else kind, people=len({one.name for one in held}),
        total=card["total"], uncapped=card["uncapped"], band=card["band"], low=spread.get("low"),
        high=spread.get("high"), team=team,
        parts=tuple(PartResult(one["id"], one["points"], one["out_of"]) for one in card["parts"]),
        criteria=tuple(
            CriterionResult(one["id"], part["id"], one["status"], one["points"], one["out_of"])
            for part in card["parts"] for one in part["criteria"]
        ),
        times={turn: at for turn, at in times.items() if until is None or (at is not None and at <= until)},
        until=until, caps=tuple(one["id"] for one in card["caps"]),
        patterns={one["id"]: one["title"] for one in card.get("anti_patterns", ())},
        held=held, forecasts=tuple(_forecasts(journal, true)) if true else (),
    )  # fmt: skip


def _held(journal: Journal, titles: Mapping[str, str]) -> tuple[Held, ...]:
    """Return everybody who sat down with each seat they took; scripted responders are nobody."""
    if journal.header.policy:
        return ()
    sat = {(entry.body.name, entry.body.seat): None for entry in journal if isinstance(entry.body, TakeSeat)}
    return tuple(Held(name, seat, titles.get(seat, seat)) for name, seat in sat)


def _forecasts(journal: Journal, true: Iterable[str]) -> Iterable[Forecast]:
    """Yield what was said last of each cause by people."""
    said = {
        entry.body.cause: entry.body.probability
        for entry in journal
        if isinstance(entry.body, StateHypothesis) and not entry.by.simulated
    }
    return (Forecast(probability, cause in true) for cause, probability in said.items())
