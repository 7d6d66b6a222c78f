"""One command less, or one order sooner: by_the_book played again with something different, and what that comes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analytics.playbook import load as book
from analytics.record import DrillRecord, References, loss_of
from analytics.report import story
from analytics.report import tables as frames
from analytics.runs.counterfactual import Ends, decision_fits, risks_of_waiting
from analytics.runs.library import CourseStep, library_of
from analytics.runs.walk import Walk, as_course, begin
from analytics.score import score
from analytics.scorecard import Scorecard
from analytics.view import RecordView
from scenarios import load
from simulator import acts
from simulator import events as e
from simulator.engine import Engine
from simulator.monitoring.onset import onset_shift
from simulator.play import orders, play_orders
from simulator.policy import Order
from simulator.record.journal import Journal, accepted
from simulator.responses import GOOD
from tests import played

LEAST = 1e-6
"""Difference in loss below which two drills did equally well."""
READ = (
    e.KnobTurned, e.TaskAssigned, e.ActionQueued, e.ActionStarted, e.ActionAborted, e.MitigationTookEffect,
    e.RoleJoined, e.PageSent, e.InjectDelivered, e.CueShared, e.MetricPinned, acts.TakeAction, acts.RecordSnapshot,
)  # fmt: skip
"""What reference runs of decisions read, beside decisions and outputs: where it is the same, so are they."""


BY_BRANCH = ("L2a", "P3")
"""Criteria that read a drill's own reference runs."""


@dataclass(frozen=True)
class Outcome:
    """A journal with its card; everything by which one drill can be worse than another."""

    journal: Journal
    card: Scorecard
    view: RecordView

    @cached_property
    def loss(self) -> float:
        """Scalar loss at the horizon."""
        return self.view.loss or 0.0

    @cached_property
    def points(self) -> dict[str, float]:
        """Points by criterion."""
        return {one.id: one.points for part in self.card.parts for one in part.criteria}

    @cached_property
    def told(self) -> dict[str, float]:
        """What the debrief tells beside the points, more is better: answers in time, shared cues, factors, teaching."""
        rows: dict[str, float] = {}
        for one in story.injects(self.view).itertuples():
            rows[f"inject {one.inject}"] = 2 if one.verdict in GOOD else int(one.verdict == "late")
        for one in story.cues(self.view).itertuples():
            rows[f"cue {one.cue}"] = -(one.shared if one.shared == one.shared else 1e6)
        for one in story.factors(self.view).itertuples():
            rows[f"factor {one.factor}"] = float(one.named)
        stated = frames.hypotheses(self.view)
        rows |= {f"hypothesis {cause}": float(count) for cause, count in stated["cause"].value_counts().items()}
        claims = frames.claims(self.view)
        rows |= {f"claim of {about}": float(count) for about, count in claims["about"].value_counts().items()}
        for one in story.teaching(self.view).itertuples():
            rows[f"teaching {one.text}"] = -(one.yours if one.yours == one.yours else 1e6)
        return rows

    def lost(self, before: Outcome) -> list[str]:
        """Return what is lower than `before`: criteria, the total, the outcome."""
        found = [ident for ident, points in self.points.items() if points < before.points[ident]]
        found += ["total"] if self.card.total < before.card.total else []
        return found + (["outcome"] if self.loss > before.loss + 1e-6 else [])

    def untold(self, before: Outcome) -> list[str]:
        """Return what the debrief tells less of than `before`."""
        return [name for name, value in before.told.items() if self.told.get(name, -1e9) < value]


class Bench:
    """by_the_book on one seed, to be played again with other orders; reference runs are shared where they can be."""

    def __init__(self, scenario: str, variant: str = "base", seed: int = 7, policy: str = "by_the_book") -> None:
        self.loaded = load(scenario, variant)
        self.seed = seed
        self._library = library_of(scenario, variant)
        self._ends = Ends(self.loaded, self._library)
        self._branches: dict[str, References] = {}
        self._outcomes: dict[frozenset[int], Outcome] = {}
        self.recorded = played.engine(scenario, variant, policy, seed)
        self.orders = orders(self.recorded)
        self.seats = frozenset(role.id for role in self.loaded.scenario.seats())

    @cached_property
    def base(self) -> Outcome:
        """by_the_book as it was played."""
        return self.outcome(self.orders)

    def play(self, given: Sequence[Order]) -> Engine:
        """Return the drill in which these orders are given."""
        return play_orders(self.loaded, given, self.seed)

    def outcome(self, given: Sequence[Order]) -> Outcome:
        """Return what these orders come to."""
        return self._judged(self.play(given).journal)

    @cached_property
    def loss(self) -> float:
        """Loss of these orders, each action resting on no decision."""
        return loss_after(self.play([_deed(order) for order in self.orders]))

    def _judged(self, journal: Journal, references: References | None = None) -> Outcome:
        record = DrillRecord(journal, self.loaded.scenario, references or self._references(journal))
        return Outcome(journal, score(record, book()), RecordView(record, book()))

    def _references(self, journal: Journal) -> References:
        key = _read_by_branches(journal)
        if key not in self._branches:
            null, best = self._ends.of(self.seed)
            earliest = {one.action: round(60 * one.minute) for one in self._library.earliest}
            made = References(scenario_version=self.loaded.version, null=null, best=best, earliest=earliest)
            view = RecordView(DrillRecord(journal, self.loaded.scenario, made), book())
            walk = self._ends.walk(self.seed)
            fits, waiting = decision_fits(view, walk, self._library), risks_of_waiting(view, walk)
            self._branches[key] = made.model_copy(update={"fits": tuple(fits), "waiting": tuple(waiting)})
        return self._branches[key]

    def idle(self, *gone: int) -> bool:
        """Tell whether nothing scored is lower without these orders."""
        journal = self.play(list(self._kept(frozenset(gone)))).journal
        # Most show without reference runs of their own, which are the costly part.
        quick = self._judged(journal, self.base.view.references)
        if {*quick.lost(self.base)} - {"total", *BY_BRANCH}:
            return False
        self._outcomes[frozenset(gone)] = judged = self._judged(journal)
        return not judged.lost(self.base)

    def without(self, *gone: int) -> Outcome:
        """Return what is left of the drill without these orders (by index); references mean what they meant."""
        left = frozenset(gone)
        if left not in self._outcomes:
            self._outcomes[left] = self.outcome(list(self._kept(left)))
        return self._outcomes[left]

    def _kept(self, gone: frozenset[int]) -> Iterator[Order]:
        counted: tuple[dict[str, int], dict[str, int]] = {}, {}
        now_called: dict[str, str | None] = {}
        for index, order in enumerate(self.orders):
            body = None if index in gone else _renamed(order.body, now_called)
            for family in self._names(index):
                was = _next(counted[0], family)
                now_called[was] = None if body is None else _next(counted[1], family)
            if body is not None:
                yield Order(order.at, order.by, body)

    def _names(self, index: int) -> Iterator[str]:
        """Yield the families of references in which an order creates the next one."""
        body = self.orders[index].body
        if body.number:
            yield body.number
        task = self._assigned.get(index)
        if task:
            yield "task"
        # A task for a person only asks; the person's own order is what runs.
        runs = body if isinstance(body, (acts.RunQuery, acts.TakeAction)) and not task else None
        if task and task.owner not in self.seats:
            runs = acts.AssignTask(to=task.owner, text="", query=task.query, action=task.action)
        query, action = _about(runs) if runs else (None, None)
        if query:
            yield f"query:{query}"
        if action:
            yield f"action:{action}"
        if isinstance(body, acts.HandOff):
            yield "handoff"
        if isinstance(body, acts.CaptureEvidence):
            yield "capture"

    @cached_property
    def _assigned(self) -> dict[int, e.TaskAssigned]:
        """Order -> the task it made, by its own words or because somebody else has to carry it out."""
        found: dict[int, e.TaskAssigned] = {}
        index = -1
        for entry in accepted(self.recorded.journal.entries):
            if isinstance(entry.body, acts.Act) and not entry.by.simulated:
                index += 1
            elif isinstance(entry.body, e.TaskAssigned):
                found[index] = entry.body
        return found

    def piece_of_work(self, index: int) -> tuple[int, ...]:
        """Return the orders of the piece of work that one belongs to: asked, taken on, carried out, reported."""
        return next((piece for piece in self._pieces if index in piece), (index,))

    @cached_property
    def _pieces(self) -> list[tuple[int, ...]]:
        pieces = []
        for start, task in self._assigned.items():
            own = [i for i, o in enumerate(self.orders) if getattr(o.body, "task", None) == task.task]
            done = [
                i for i, o in enumerate(self.orders)
                if i > start and o.by.role == task.owner and isinstance(o.body, (acts.RunQuery, acts.TakeAction))
                and _about(o.body) == (task.query, task.action)
            ][:1]  # fmt: skip
            pieces.append((start, *sorted({*own, *done})))
        return pieces


def _about(body: acts.Act) -> tuple[str | None, str | None]:
    return getattr(body, "query", None), getattr(body, "action", None)


def _next(counts: dict[str, int], family: str) -> str:
    """Return the next reference of a family: `decision:2`, or `query:verify`, then `query:verify#2`."""
    counts[family] = number = counts.get(family, 0) + 1
    if ":" in family:
        return family if number == 1 else f"{family}#{number}"
    return f"{family}:{number}"


def _renamed(body: acts.Act, now_called: dict[str, str | None]) -> acts.Act | None:
    """Return a command whose references mean what they meant; None where it was about what is gone."""
    changes: dict[str, Any] = {}
    for name in ("task", "handoff", "decision", "packet", "update"):
        ref = getattr(body, name, None)
        if isinstance(ref, str) and ref in now_called:
            if now_called[ref] is None and name in ("task", "handoff", "update"):
                return None
            changes[name] = now_called[ref]
    for name in ("evidence", "verification"):
        refs = getattr(body, name, None)
        if isinstance(refs, tuple):
            called = (now_called.get(ref, ref) for ref in refs)
            changes[name] = tuple(ref for ref in called if ref is not None)
    return body.model_copy(update=changes) if changes else body


def _read_by_branches(journal: Journal) -> str:
    """Return all of a journal that the reference runs of its decisions read."""
    lines = []
    for entry in accepted(journal.entries):
        match entry.body:
            case e.QueryFinished() | e.ActionFinished():
                lines.append(f"{entry.at} {entry.body.run} {entry.body.ok}")
            case acts.RecordDecision():
                lines.append(f"{entry.at} decided {entry.body.actions}")
            case body if isinstance(body, READ):
                lines.append(f"{entry.at} {entry.by} {body!r}")
    return "\n".join(lines)


def described(body: acts.Act) -> str:
    """Return a command in few words, as lists of exceptions name it."""
    fields = ("action", "query", "actions", "role", "to", "topic", "inject", "metric", "surface", "status")
    said = ((name, getattr(body, name, None)) for name in fields)
    words = (f"{name}={'+'.join(value) if isinstance(value, tuple) else value}" for name, value in said if value)
    return " ".join([body.kind, *words])


# --- an order sooner ---------------------------------------------------------------------------------------


def loss_after(engine: Engine) -> float:
    """Return the scalar loss a drill came to."""
    return loss_of(engine.world.harm(), engine.scenario)


def helpful(bench: Bench) -> list[int]:
    """Return the orders of actions without which there is more harm."""
    given = bench.orders
    base = loss_after(bench.recorded)
    return [
        index
        for index, order in enumerate(given)
        if isinstance(order.body, acts.TakeAction)
        and loss_after(bench.play([*given[:index], *given[index + 1 :]])) > base + LEAST
    ]


def earlier(bench: Bench, index: int, by: int = 60) -> tuple[float, str]:
    """Return what giving an order `by` seconds sooner adds to the loss, and why it cannot be had, if it cannot.

    Signatures under an action come along. What the order rests on may not be on record yet: it rests on nothing.
    """
    order = bench.orders[index]
    assert isinstance(order.body, acts.TakeAction)
    action = order.body.action

    def moves(i: int, other: Order) -> bool:
        signs = isinstance(other.body, acts.SignOff) and other.body.action == action
        return i == index or (i > index and signs)

    given = [_deed(Order(o.at - by, o.by, o.body) if moves(i, o) else o) for i, o in enumerate(bench.orders)]
    own = given[index]
    engine = bench.play(sorted(given, key=lambda o: o.at))
    for entry in engine.journal:
        body = entry.body
        if isinstance(body, e.CommandRefused) and engine.journal.entries[body.command - 1].body is own.body:
            return 0.0, body.reason
        if isinstance(body, e.ActionFinished) and body.action == action and not body.ok and not body.stalled:
            return 0.0, body.output
    return loss_after(engine) - bench.loss, ""


def _deed(order: Order) -> Order:
    """Return an order that rests on no decision: which one it was is of no matter to the world."""
    if not isinstance(order.body, acts.TakeAction):
        return order
    return Order(order.at, order.by, order.body.model_copy(update={"decision": None}))


# --- courses of the world alone ------------------------------------------------------------------------------


def untouched(scenario: str, variant: str = "base", seed: int = 7) -> Walk:
    """Return the untouched world of a seed at T+0; fork it, do not walk it."""
    loaded = load(scenario, variant)
    return begin(loaded.make_world, loaded.scenario, onset_shift(loaded, seed))


def walked(walk: Walk, steps: Iterable[CourseStep]) -> tuple[float, frozenset[str]]:
    """Return the loss at the horizon of a course, and the actions that could be carried out."""
    turns, actions = as_course(sorted(steps, key=lambda s: (s.at, s.action or "")), walk.scenario)
    forked = walk.fork()
    forked.go(walk.scenario.horizon, turns, actions)
    facts = forked.facts()
    done = frozenset(a.id for _, a in actions if facts[f"action.{a.id}"] == "done")
    return loss_of(forked.world.harm(), walk.scenario), done


def sooner(walk: Walk, steps: Sequence[CourseStep], index: int, by: float = 1.0) -> float | None:
    """Return what moving one step of a course forward adds to its loss; None where that says nothing.

    It says nothing where the step does not help where it stands, or could not be carried out that early.
    """
    rest, step = [*steps[:index], *steps[index + 1 :]], steps[index]
    loss, done = walked(walk, steps)
    if step.action not in done or walked(walk, rest)[0] <= loss + LEAST:
        return None
    moved, could = walked(walk, [*rest, step.model_copy(update={"at": step.at - by})])
    return moved - loss if done <= could else None
