"""What a score is: findings with their reason and evidence, parts, caps, and one total."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from analytics.record import Spread
from simulator.values import Duty

Owner = Literal[Duty, "all"]
"""Whose something is: the seats with this duty, or every seat."""
Status = Literal["met", "partial", "missed", "not_observed", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing a criterion looks at: a share earned, what it weighs, why, and the entries that show it."""

    share: float
    weight: float
    why: str
    evidence: tuple[int, ...] = ()
    owners: tuple[Owner, ...] = ()
    """Whose it is where it is not every owner's of the criterion."""


@dataclass(frozen=True, slots=True)
class Finding:
    """How one criterion was met. Points are in tenths; a criterion that does not apply counts for nothing."""

    id: str
    title: str
    status: Status
    points: float
    out_of: float
    why: str
    """What was and was not seen, with the minutes."""
    evidence: tuple[int, ...]
    """Sequence numbers of journal entries; never empty where points were earned."""
    source: str
    owner_roles: tuple[str, ...]
    advice: str = ""
    """What would have earned the rest."""
    marks: tuple[Mark, ...] = field(default=(), compare=False, repr=False)
    """What it was settled from, to tell whose doing which part of it was."""


@dataclass(frozen=True, slots=True)
class PartScore:
    """One part of the playbook with its findings."""

    id: str
    title: str
    criteria: tuple[Finding, ...]

    @property
    def points(self) -> float:
        return tenths(f.points for f in self.criteria) / 10

    @property
    def out_of(self) -> float:
        return tenths(f.out_of for f in self.criteria) / 10


@dataclass(frozen=True, slots=True)
class CapHit:
    """A cap that was tripped."""

    id: str
    title: str
    limit: int
    why: str
    evidence: tuple[int, ...]
    source: str
    self_corrected: bool = False
    """The team reversed it in time, which raised the limit."""
    act: int = 0
    """The act that tripped it, so that one act counts once whatever it trips."""
    further: int = 0
    """What it takes off the lowest limit where that is another act's."""


@dataclass(frozen=True, slots=True)
class PatternHit:
    """An anti-pattern that showed, with its moments."""

    id: str
    title: str
    why: str
    evidence: tuple[int, ...]
    source: str
    limit: int


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The result of scoring one record against one playbook."""

    playbook: str
    total: int | None
    """None where too little of the playbook was these people's to do: the findings stand without a number."""
    uncapped: int
    band: str | None
    spread: Spread | None
    caps: tuple[CapHit, ...]
    parts: tuple[PartScore, ...]
    anti_patterns: tuple[PatternHit, ...] = ()
    remarks: tuple[str, ...] = ()
    """What limits the comparison: a forced outcome, a record that ends before its horizon."""
    about: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """What it is of: drill, playbook, roles, times, true causes (`analytics.about`)."""

    def finding(self, ident: str) -> Finding:
        """Return the finding of one criterion. Raises KeyError if the playbook has no such criterion."""
        return {finding.id: finding for part in self.parts for finding in part.criteria}[ident]

    def as_data(self) -> dict[str, Any]:
        """Return the published form: plain data that other tools read."""
        return {
            **self.about,
            **_only(self, "total", "uncapped", "band"),
            "spread": _only(self.spread, "low", "median", "high") if self.spread else None,
            "caps": [_only(cap, "id", "limit", "why") for cap in self.caps],
            "anti_patterns": [
                {**_only(one, "id", "title", "limit", "why"), "evidence": list(one.evidence)}
                for one in self.anti_patterns
            ],
            "remarks": list(self.remarks),
            "parts": [
                {**_only(part, "id", "points", "out_of"), "criteria": [_published(one) for one in part.criteria]}
                for part in self.parts
            ],
        }

    def to_json(self) -> str:
        """Return the published form as JSON."""
        return json.dumps(self.as_data(), ensure_ascii=False, indent=2)


def _published(finding: Finding) -> dict[str, Any]:
    found = _only(finding, "id", "status", "points", "out_of", "why", "evidence", "source")
    return {**found, "evidence": list(finding.evidence)}


def _only(one: object, *names: str) -> dict[str, Any]:
    """Return these fields of something as plain data."""
    return {name: getattr(one, name) for name in names}


def tenths(points: Iterable[float]) -> int:
    """Return a sum of points in whole tenths, so that sums are exact."""
    return sum(round(10 * value) for value in points)


def percent(parts: Sequence[PartScore]) -> int:
    """Return the total before caps: floor of 100 x earned / attainable, 0 where nothing was attainable."""
    earned = sum(tenths(f.points for f in part.criteria) for part in parts)
    attainable = sum(tenths(f.out_of for f in part.criteria) for part in parts)
    return 100 * earned // attainable if attainable else 0


def clock(at: float) -> str:
    """Return a drill second as people say it: `T+06:30`, `T−00:45`."""
    seconds = abs(round(at))
    return f"T{'−' if at < 0 else '+'}{seconds // 60:02d}:{seconds % 60:02d}"


def listed(items: Iterable[str]) -> str:
    """Return `a, b and c`."""
    words = list(items)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else "nothing"


def counted(number: int, noun: str) -> str:
    """Return `1 figure`, `2 figures`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
