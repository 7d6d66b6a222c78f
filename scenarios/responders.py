"""What scripted responders are made of, and those that are derived from `by_the_book`.

A responder is given briefings and nothing else, so it knows what its roles know. `slow`, `hero`,
`silent`, `talker` and `null` are what `by_the_book` gives on the same seed, delayed, redirected or
filtered; the others are written per scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from simulator import acts
from simulator.briefing import Briefing
from simulator.loaded import Agent
from simulator.policy import Brief, Derived, Order, Policy, Responder, Scripted

SLOW_SECONDS = 13 * 60
MOST_BEHIND = 6 * 60
"""Seconds by which a slower pace puts a step off at most: who is slow at each step still closes within the hour."""


class Named(Protocol):
    """A plan a book can follow: its name tells it from the others."""

    @property
    def name(self) -> str: ...


Plan = TypeVar("Plan", bound=Named)


@dataclass(frozen=True)
class Step:
    """One thing a responder means to do: not before `at`, once `when` holds, unless `until` has passed."""

    at: int
    seat: str
    make: Callable[[Briefing], acts.Command | None]
    """The command; None means not yet."""
    when: Callable[[Briefing], bool] = lambda briefing: True
    until: int = 1 << 30


def does(command: acts.Command) -> Callable[[Briefing], acts.Command]:
    """Return a maker of always the same command."""
    return lambda briefing: command


@dataclass
class Script:
    """A policy made of steps, plus the manners of a good teammate (tasks, handoffs, questions)."""

    steps: Sequence[Step]
    seats: Sequence[str]
    answers: Mapping[str, str] = field(default_factory=dict)
    """Inject id -> the answer given to whoever asks."""
    answered_by: str = "commander"
    manners: bool = True
    """Sees to its tasks, roles and handoffs; the engine does that for simulated holders."""
    pace: float = 1.0
    """Factor on every step's time."""
    done: dict[int, bool] = field(default_factory=dict)
    begun: dict[str, bool] = field(default_factory=dict)

    def __call__(self, brief: Brief) -> Iterator[tuple[str, acts.Command]]:
        """Give every command whose time has come."""
        for seat in self.seats:
            for command in (*self._duties(brief(seat)), *self._answers(brief(seat))):
                yield seat, command
        now = brief(self.seats[0]).now
        for index, step in enumerate(self.steps):
            # Most steps are long done or far off: told by the clock alone, before anybody is briefed.
            if self.done.get(index) or now < min(self.pace * step.at, step.at + MOST_BEHIND):
                continue
            if now > step.until:
                self.done[index] = True
                continue
            seat = self._speaker(step.seat, brief(step.seat))
            briefing = brief(seat)
            made = step.make(briefing) if step.when(briefing) else None
            if made is not None:
                self.done[index] = True
                yield seat, made

    def _speaker(self, seat: str, b: Briefing) -> str:
        """Return who gives a step: what was meant for the commander is for whoever has taken command over."""
        holder = b.incident.holder("commander")
        return holder if holder and holder in self.seats and b.incident.handed_on(seat) else seat

    def _duties(self, b: Briefing) -> Iterator[acts.Command]:
        if not self.manners:
            return
        for task in b.tasks():
            if task.acknowledged is None:
                yield acts.AcknowledgeTask(task=task.id)
            elif not self.begun.get(task.id):
                self.begun[task.id] = True
                if task.query:
                    yield acts.RunQuery(query=task.query, executor=b.role)
                elif task.action:
                    yield acts.TakeAction(action=task.action, executor=b.role)
            elif self._over(b, task.query, task.action, task.since, task.due):
                yield acts.ReportTask(task=task.id, text="Done.", evidence=self._shown(b, task.query))
        for offer in b.incident.handoffs.values():
            if offer.receiver == b.role and offer.accepted is None:
                yield acts.AcceptHandOff(handoff=offer.id)
        for role, seat in list(b.incident.offered.items()):
            if seat == b.role and role in ("commander", "deputy"):
                yield acts.AcceptRole.model_validate({"role": role})

    def _answers(self, b: Briefing) -> Iterator[acts.Command]:
        if b.role == self._speaker(self.answered_by, b):
            for inject, since in list(b.incident.asks.items()):
                heard = inject in self.answers and inject in [option.id for option in b.options("asks")]
                if heard and b.now >= since + 30:
                    yield acts.AnswerAsker(inject=inject, answer=self.answers[inject])

    def _over(self, b: Briefing, query: str | None, action: str | None, since: int, due: int) -> bool:
        ident, what = (query, "query") if query else (action, "action")
        if ident is None:
            return b.now >= due - 60
        run = b.incident.last_run(what, ident)
        return run is not None and run.finished is not None and run.since >= since

    def _shown(self, b: Briefing, query: str | None) -> tuple[str, ...]:
        return (f"query:{query}",) if query and f"query:{query}" in b.incident.refs else ()


# --- by the book, and the simulated holders of seats it gives ---------------------------------------------

HOLDERS_PACE = 1.4
"""Simulated holders are slower than the book, so that the person among them can keep up."""


@dataclass
class Book(Generic[Plan]):
    """by_the_book at work: what it does anyway, and the part of the plan that fits what it has seen so far."""

    seats: Sequence[str]
    answers: Mapping[str, str]
    first: Callable[[], list[Step]]
    """What is done whatever the cause."""
    plan_of: Callable[[Briefing], Plan]
    """The plan that fits what a role has been shown; it is settled once all of `telling` has been seen."""
    steps_of: Callable[[Plan], list[Step]]
    telling: Sequence[str]
    """Queries whose outputs decide between the plans."""
    manners: bool = True
    pace: float = 1.0
    settled: Plan | None = None
    parts: dict[str, Script] = field(default_factory=dict)

    def __call__(self, brief: Brief) -> Iterator[tuple[str, acts.Command]]:
        """Give every command whose time has come."""
        yield from self._part("first", self.first, self.answers, self.manners)(brief)
        plan = self._plan(brief(self.seats[0]))
        yield from self._part(plan.name, lambda: self.steps_of(plan), {}, False)(brief)

    def _plan(self, b: Briefing) -> Plan:
        if self.settled is not None:
            return self.settled
        plan = self.plan_of(b)
        if all(b.latest_result(query) is not None for query in self.telling):
            self.settled = plan
        return plan

    def _part(self, name: str, steps: Callable[[], list[Step]], answers: Mapping[str, str], manners: bool) -> Script:
        if name not in self.parts:
            own = [step for step in steps() if step.seat in self.seats]
            self.parts[name] = Script(own, self.seats, answers, manners=manners, pace=self.pace)
        return self.parts[name]


class MakesBook(Protocol):
    """Return by_the_book for these seats."""

    def __call__(
        self, seats: Sequence[str], answers: Mapping[str, str], *, manners: bool = True, pace: float = 1.0
    ) -> Policy: ...


def holders(book: MakesBook, seats: Sequence[str], answers: Mapping[str, str]) -> dict[str, Callable[[], Agent]]:
    """Return makers of the simulated holders of empty seats: each plays by_the_book's part for its seat, slower."""

    def maker(seat: str) -> Callable[[], Agent]:
        def make() -> Agent:
            part = book((seat,), answers, manners=False, pace=HOLDERS_PACE)
            return lambda briefing: [command for _, command in part(lambda role: briefing)]

        return make

    return {seat: maker(seat) for seat in seats}


# --- derived ---------------------------------------------------------------------------------------------

SILENT = (
    acts.TakeSeat, acts.AcknowledgePage, acts.Freeze, acts.PageTeam, acts.AssignTask, acts.AcknowledgeTask,
    acts.ReportTask, acts.AskRole,
    acts.RunQuery, acts.SearchLogs, acts.PinMetric, acts.TakeAction, acts.AbortAction, acts.SignOff,
    acts.CaptureEvidence,
    acts.RecordVerification, acts.EndDrill,
)  # fmt: skip
"""What is left of by_the_book when it says and writes nothing."""
DEEDS = (
    acts.RunQuery, acts.SearchLogs, acts.PinMetric, acts.TakeAction, acts.AbortAction, acts.CaptureEvidence,
    acts.RecordVerification,
    acts.Freeze, acts.LiftFreeze,
)  # fmt: skip
"""What a talker leaves out."""


def delayed(seconds: int) -> Callable[[Sequence[Order]], list[Order]]:
    """Return a change that gives every order later, except sitting down."""

    def change(orders: Sequence[Order]) -> list[Order]:
        late = [o if isinstance(o.body, acts.TakeSeat) else Order(o.at + seconds, o.by, o.body) for o in orders]
        return sorted(late, key=lambda order: order.at)

    return change


def only(kinds: tuple[type[acts.Command], ...]) -> Callable[[Sequence[Order]], list[Order]]:
    """Return a change that keeps these kinds and drops references to what is gone."""

    def change(orders: Sequence[Order]) -> list[Order]:
        return [Order(o.at, o.by, _without_decision(o.body)) for o in orders if isinstance(o.body, kinds)]

    return change


def talks(orders: Sequence[Order]) -> list[Order]:
    """Drop every deed, every task about one, and the evidence they would have given."""
    kept = [
        o
        for o in orders
        if not isinstance(o.body, (*DEEDS, acts.AcknowledgeTask, acts.ReportTask))
        and not (isinstance(o.body, acts.AssignTask) and (o.body.query or o.body.action))
    ]
    return [Order(o.at, o.by, _without_results(o.body)) for o in kept]


def one_pair_of_hands(policy: Policy, hero: str) -> Policy:
    """Return a policy that lets one seat carry out everything it can, whoever was meant to."""

    def play(brief: Brief) -> Iterator[tuple[str, acts.Command]]:
        able = {line.id for line in brief(hero).catalogue.lines if hero in line.executors}
        for seat, command in policy(brief):
            yield _by_hero(seat, command, hero, able)

    return play


def _by_hero(seat: str, command: acts.Command, hero: str, able: set[str]) -> tuple[str, acts.Command]:
    if isinstance(command, acts.AssignTask) and (command.query or command.action) in {*able, None}:
        return seat, command.model_copy(update={"to": hero})
    what = getattr(command, "query", None) or getattr(command, "action", None)
    if isinstance(command, (acts.RunQuery, acts.TakeAction)) and what in able:
        return hero, command.model_copy(update={"executor": hero})
    return (hero, command) if isinstance(command, (acts.SearchLogs, acts.CaptureEvidence)) else (seat, command)


def _without_decision(body: acts.Command) -> acts.Command:
    return body.model_copy(update={"decision": None}) if isinstance(body, acts.TakeAction) else body


KEPT_EVIDENCE = ("alert:", "inject:", "change:", "cue:")


def _without_results(body: acts.Command) -> acts.Command:
    changes: dict[str, object] = {}
    for name in ("evidence", "verification"):
        refs = getattr(body, name, None)
        if isinstance(refs, tuple):
            changes[name] = tuple(ref for ref in refs if ref.startswith(KEPT_EVIDENCE))
    return body.model_copy(update=changes) if changes else body


def seats_only(orders: Sequence[Order]) -> list[Order]:
    """Sit down and do nothing."""
    return [order for order in orders if isinstance(order.body, acts.TakeSeat)]


def library(
    book: MakesBook, seats: Sequence[str], answers: Mapping[str, str], hero: str, **written: Callable[[], Policy]
) -> dict[str, Responder]:
    """Return a scenario's responders by name: by_the_book, the derived ones, and those written for it."""

    def by_the_book() -> Policy:
        return book(seats, answers)

    return {
        "by_the_book": Scripted(by_the_book),
        "slow": Derived("by_the_book", delayed(SLOW_SECONDS)),
        "hero": Scripted(lambda: one_pair_of_hands(by_the_book(), hero)),
        "silent": Derived("by_the_book", only(SILENT)),
        "talker": Derived("by_the_book", talks),
        "null": Derived("by_the_book", seats_only),
        **{name: Scripted(make) for name, make in written.items()},
    }
