"""What the score must hold up to on any seed: sums, the order of scripted responders, what delay and records are worth.

One seed of one truth is judged by `swept`: every truth over many seeds by `make validity`, a few by the suite.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from analytics import playbook
from analytics.runs.counterfactual import add_references
from analytics.score import limit, score
from analytics.scorecard import Scorecard
from analytics.view import RecordView
from scenarios import load
from simulator import acts
from simulator.play import orders, play_orders
from simulator.policy import Order
from simulator.record.journal import accepted
from tests import played
from tests.shipped import truths
from tests.validity import timely

MINUTE = 60
BEST, SOLID, MIXED = 90, 84, 69
"""What the course by the book is worth at least; the most that is solid, and the most that is mixed."""
LATER = {5: 4, 10: 9}
"""Minutes by which orders are late -> points that this costs at least."""
LATEST = (15, 20)
"""Minutes by which orders are so late that no more than mixed is left."""
WITHOUT_PAPER = 80

PAPER = (
    acts.RecordPacket, acts.RecordSnapshot, acts.AssignLane, acts.RecordOption, acts.ClassifyDependency,
    acts.RecordContradiction, acts.EscalateInternally, acts.PublishDecisionNote, acts.CommitCheckpoint,
    acts.PublishClosurePackage, acts.NameMergeOwner, acts.WriteLeadershipNote,
)  # fmt: skip
"""The records without which a response is not proficient."""
STAYS = (
    acts.TakeSeat, acts.AssignRole, acts.AcceptRole, acts.HandOff, acts.AcceptHandOff, acts.ReleaseRole,
    acts.UpdateStakeholders, acts.UpdateExecutives, acts.EscalateInternally, acts.AssignLane, acts.ShareCue,
    acts.AnswerAsker, acts.PageTeam, acts.NameMergeOwner,
)  # fmt: skip
"""What goes on at its time while the orders are late: command, lanes, word to those outside."""


Job = tuple[str, str, int]
"""A scenario, its variant and a seed."""


@dataclass(frozen=True)
class Swept:
    """One seed of one truth: what each course came to, what limited the one by the book, and what does not hold."""

    name: str
    variant: str
    seed: int
    totals: Mapping[str, int]
    """Course -> total; beside the responders `later N` and `no records`."""
    limits: tuple[str, ...]
    """Caps and anti-patterns of the course by the book."""
    broken: tuple[str, ...]


def swept(name: str, variant: str, seed: int) -> Swept:
    """Play the responders of a truth on one seed, and the course by the book late and without records."""
    cards = played.cards(name, variant, seed)
    book = cards["by_the_book"]
    bent = {"no records": _bent(name, variant, seed, without_records)}
    matters = bool(book.finding("O1").out_of) and book.finding("L2a").status != "not_applicable"
    for minutes in (*LATER, *LATEST) if matters else ():
        bent[f"later {minutes}"] = _bent(name, variant, seed, lambda given, by=minutes: later(given, by))
    totals = {course: card.total for course, card in (cards | bent).items() if card.total is not None}
    limits = tuple(f"{one.id} {one.limit}" for one in (*book.caps, *book.anti_patterns))
    wrong = (f"{who}: {what}" for who, card in cards.items() for what in unsound(name, variant, who, seed, card))
    late = timely.too_late(RecordView(played.record(name, variant, "by_the_book", seed), playbook.load()))
    return Swept(name, variant, seed, totals, limits, (*out_of_order(cards), *paid_alike(totals), *wrong, *late))


def unsound(name: str, variant: str, policy: str, seed: int, card: Scorecard) -> Iterator[str]:
    """Yield in words what is wrong with a scorecard, whoever played: its sums, its limits, its evidence."""
    known = {entry.seq for entry in accepted(played.engine(name, variant, policy, seed).journal.entries)}
    findings = [one for part in card.parts for one in part.criteria]
    for one in findings:
        if not 0 <= one.points <= one.out_of:
            yield f"{one.id} has {one.points} of {one.out_of}"
        if one.points and not one.evidence:
            yield f"{one.id} has points and no evidence"
    for hit in (*card.caps, *card.anti_patterns):
        if not hit.evidence:
            yield f"{hit.id} rests on nothing"
    for judged in (*findings, *card.caps, *card.anti_patterns):
        if not set(judged.evidence) <= known:
            yield f"{judged.id} rests on what is not on record"
    earned, out_of = (sum(round(10 * getattr(one, key)) for one in findings) for key in ("points", "out_of"))
    if card.uncapped != 100 * earned // out_of:
        yield f"{card.uncapped} before limits is not {earned} of {out_of}"
    if card.total != min([card.uncapped, limit(card.caps), *(one.limit for one in card.anti_patterns)]):
        yield f"{card.total} is not the lowest of points and limits"


def out_of_order(cards: Mapping[str, Scorecard]) -> Iterator[str]:
    """Yield in words where the responders of one drill do not come in the order they must come in."""
    total = {name: card.total for name, card in cards.items() if card.total is not None}
    for name in sorted(cards.keys() - total.keys()):
        yield f"{name} has no total"
    if total.keys() != cards.keys():
        return
    book = cards["by_the_book"]
    if total["by_the_book"] < BEST:
        yield f"by_the_book {total['by_the_book']} is below {BEST}"
    for hit in (*book.caps, *book.anti_patterns):
        yield f"by_the_book is limited by {hit.id}"
    falling = ("by_the_book", "slow", "impatient"), ("by_the_book", "hero", "impatient"), ("slow", "gamer")
    for better, worse in (pair for course in falling for pair in pairwise(course)):
        if total[better] <= total[worse]:
            yield f"{better} {total[better]} is not above {worse} {total[worse]}"
    # Where it passes by itself, deeds without a word come to less: there was no harm to avoid.
    least = 35 if cards["silent"].finding("O1").out_of else 20
    most = {"hero": SOLID, "silent": 60, "talker": 45, "wrong_cause": 45, "null": 5}
    for name, points in total.items():
        if name == "silent" and points < least:
            yield f"silent {points} is below {least}"
        if points > most.get(name, 100):
            yield f"{name} {points} is above {most[name]}"
        lowest = min((cap.limit for cap in cards[name].caps), default=100)
        if points > lowest:
            yield f"{name} {points} is above its cap of {lowest}"


def paid_alike(total: Mapping[str, int]) -> Iterator[str]:
    """Yield in words where delay or missing records cost too little."""
    book = total["by_the_book"]
    most = {f"later {minutes}": book - points for minutes, points in LATER.items()}
    most |= {f"later {minutes}": MIXED for minutes in LATEST} | {"no records": WITHOUT_PAPER}
    for course, highest in most.items():
        if course in total and total[course] > highest:
            yield f"{course} {total[course]} is above {highest}"


def _bent(name: str, variant: str, seed: int, bend: Callable[[Sequence[Order]], list[Order]]) -> Scorecard:
    loaded, book = load(name, variant), playbook.load()
    given = bend(orders(played.engine(name, variant, "by_the_book", seed)))
    engine = play_orders(loaded, given, seed, name="by_the_book")
    return score(add_references(loaded, engine.journal, book, seeds=0), book)


def without_records(given: Sequence[Order]) -> list[Order]:
    """Leave out the records that a response needs beside its deeds."""
    return [order for order in given if not isinstance(order.body, PAPER)]


def later(given: Sequence[Order], minutes: int) -> list[Order]:
    """Give the first decision, and what comes after it, so many minutes later."""
    first = min(o.at for o in given if isinstance(o.body, (acts.RecordDecision, acts.TakeAction)))
    moved = (
        Order(o.at + minutes * MINUTE, o.by, o.body) if o.at >= first and not isinstance(o.body, STAYS) else o
        for o in given
    )
    return sorted(moved, key=lambda o: o.at)


# --- over many seeds ---------------------------------------------------------------------------------------


def one_of_many(job: Job) -> Swept:
    """Judge one seed in a worker, which keeps nothing of it."""
    found = swept(*job)
    played.forget()
    return found


def sweep(seeds: int, judge: Callable[[Sequence[Job]], Iterable[Swept]], kept: Path | None = None) -> Iterator[Swept]:
    """Yield every truth on seeds 1 … `seeds` as `judge` has judged it.

    What the file `kept` holds already is taken from there, and what is judged is added to it: a long run may be
    stopped and taken up again.
    """
    found = {(one.name, one.variant, one.seed): one for one in _read(kept)}
    wanted = [(name, variant, seed) for seed in range(1, seeds + 1) for name, variant in truths()]
    yield from (found[job] for job in wanted if job in found)
    for one in judge([job for job in wanted if job not in found]):
        if kept is not None:
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(one)) + "\n")
        yield one


def _read(kept: Path | None) -> list[Swept]:
    if kept is None or not kept.exists():
        return []
    lines = map(json.loads, kept.read_text(encoding="utf-8").splitlines())
    return [Swept(**{**one, "limits": tuple(one["limits"]), "broken": tuple(one["broken"])}) for one in lines]


def table(found: Sequence[Swept]) -> Iterator[str]:
    """Yield, for each truth and course, the median of its totals and their ends; then what does not hold."""
    for name, variant in truths():
        ones = sorted((x for x in found if (x.name, x.variant) == (name, variant)), key=lambda one: one.seed)
        yield f"{name} {variant}, {len(ones)} seeds"
        for course in ones[0].totals:
            totals = [one.totals[course] for one in ones if course in one.totals]
            yield f"  {course:12} {statistics.median_low(totals):3} ({min(totals)}–{max(totals)})"
        lowest = min(ones, key=lambda one: one.totals.get("by_the_book", 0))
        limits = sorted({limit for one in ones for limit in one.limits})
        yield f"  by_the_book is lowest on seed {lowest.seed}; limits: {', '.join(limits) or 'none'}"
        for one in ones:
            for what in one.broken:
                yield f"  BROKEN on seed {one.seed}: {what}"
