"""What scripted responders are made of: steps, scripts, and the book that follows a plan.

A responder is given briefings and nothing else, so it knows what its roles know. It calls everybody by their place
(`simulator.values.PLACES`, a specialist's id), whatever a scenario calls its seats: see `simulator.policy.recast`.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import get_args

from simulator import acts
from simulator.briefing import Briefing
from simulator.loaded import Agent, Holders
from simulator.policy import Brief, Policy, recast
from simulator.scenario.model import Scenario
from simulator.values import Post

MOST_BEHIND = 6 * 60
"""Seconds by which a slower pace puts a step off at most: who is slow at each step still closes within the hour."""


AGAIN, TRIES = 60, 10
"""After how many seconds somebody orders again what could not be begun, and how often at most."""


@dataclass(frozen=True)
class Step:
    """One thing a responder means to do: not before `at`, once `when` holds, unless `until` has passed."""

    at: int
    seat: str
    """The place that does it."""
    make: Callable[[Briefing], acts.Act | None]
    """The command; None means not yet."""
    when: Callable[[Briefing], bool] = lambda briefing: True
    until: int = 1 << 30


@dataclass
class Script:
    """A policy made of steps, plus the manners of a good teammate (tasks, handoffs, questions)."""

    steps: Sequence[Step]
    seats: Sequence[str]
    answers: Mapping[str, str] = field(default_factory=dict)
    """Inject id -> the answer given to whoever asks."""
    manners: bool = True
    """Sees to its tasks, roles and handoffs; the engine does that for simulated holders."""
    pace: float = 1.0
    """Factor on every step's time."""
    persists: bool = True
    """Orders again what was refused."""
    begun: dict[str, bool] = field(default_factory=dict)
    _done: set[int] = field(init=False, default_factory=set)
    _open: list[tuple[int, Step]] = field(init=False)
    """Steps whose time has come, by their place among all."""
    _later: list[tuple[float, int, Step]] = field(init=False)
    """Steps whose time is still to come, the next one last, and when that is."""
    _ordered: list[tuple[int, int, Step, str]] = field(init=False, default_factory=list)
    """Orders of which it is not known yet whether they were taken: when, by which step, for which action."""
    _tried: Counter[int] = field(init=False, default_factory=Counter)
    """Step -> how often it was taken up again."""

    def __post_init__(self) -> None:
        self.follow(self.steps)

    def follow(self, steps: Sequence[Step]) -> None:
        """Go on with these steps; what was done of those before, by its place among them, is done of these."""
        self.steps = steps
        times = (min(self.pace * step.at, step.at + MOST_BEHIND) for step in steps)
        left = ((at, index, step) for index, (at, step) in enumerate(zip(times, steps, strict=True)))
        self._later = sorted((one for one in left if one[1] not in self._done), key=itemgetter(0, 1), reverse=True)
        self._open = []

    def __call__(self, brief: Brief) -> Iterator[tuple[str, acts.Act]]:
        """Give every command whose time has come."""
        if self.manners or self.answers:
            for seat in self.seats:
                b = brief(seat)
                if seat == b.place:  # who fills several places has manners once
                    for command in (*self._duties(b), *self._answers(b)):
                        yield seat, command
        now = brief(self.seats[0]).now
        self._take_up(brief(self.seats[0]))
        # Most steps are long done or far off: nobody is briefed for those.
        while self._later and self._later[-1][0] <= now:
            _, index, step = self._later.pop()
            insort(self._open, (index, step), key=itemgetter(0))
        for index, step in tuple(self._open):
            if now <= step.until:
                seat = self._speaker(step.seat, brief(step.seat))
                briefing = brief(seat)
                made = step.make(briefing) if step.when(briefing) else None
                if made is None:
                    continue
                self._end(index)
                if self.persists and isinstance(made, acts.TakeAction):
                    self._ordered.append((now, index, step, made.action))
                yield seat, made
            else:
                self._end(index)

    def _take_up(self, b: Briefing) -> None:
        """Open the steps again whose order was refused a while ago."""
        due = [one[1:] for one in self._ordered if b.now >= one[0] + AGAIN]
        self._ordered = [one for one in self._ordered if b.now < one[0] + AGAIN]
        for index, step, action in due:
            # What somebody did before, or does now, needs no second order.
            if b.incident.last_run("action", action) is None and self._tried[index] < TRIES:
                self._tried[index] += 1
                self._done.discard(index)
                insort(self._open, (index, step), key=itemgetter(0))

    def _end(self, index: int) -> None:
        """Take a step as done."""
        self._done.add(index)
        self._open = [one for one in self._open if one[0] != index]

    def _speaker(self, seat: str, b: Briefing) -> str:
        """Return who gives a step: what was meant for the commander is for whoever has taken command over."""
        command = b.incident.command
        if command.holder is None or not command.moved or b.catalogue.filling(seat) != command.home:
            return seat
        holder = b.catalogue.place_of(command.holder)
        return holder if holder in self.seats else seat

    def _duties(self, b: Briefing) -> Iterator[acts.Act]:
        if not self.manners:
            return
        for task in b.tasks():
            if task.acknowledged is None:
                yield acts.AcknowledgeTask(task=task.id)
            elif not self.begun.get(task.id):
                self.begun[task.id] = True
                if task.query:
                    yield acts.RunQuery(query=task.query, executor=b.place)
                elif task.action:
                    yield acts.TakeAction(action=task.action, executor=b.place)
            elif self._over(b, task.query, task.action, task.since, task.due):
                yield acts.ReportTask(task=task.id, text="Done.", evidence=self._shown(b, task.query))
        for offer in b.incident.handoffs.values():
            if offer.receiver == b.role and offer.accepted is None:
                yield acts.AcceptHandOff(handoff=offer.id)
        for role, seat in list(b.incident.offered.items()):
            if seat == b.role and role in get_args(Post):
                yield acts.AcceptRole.model_validate({"role": role})

    def _answers(self, b: Briefing) -> Iterator[acts.Act]:
        if b.incident.asks and b.place == self._speaker("commander", b):
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


HOLDERS_PACE = 1.4
"""Simulated holders are slower than the book, so that the person among them can keep up."""


@dataclass(frozen=True)
class Plan:
    """What by_the_book does under one cause."""

    name: str
    fits: Callable[[Briefing], bool]
    """Tells whether it is the one that what has been seen speaks for."""
    first: tuple[Step, ...]
    """What is done whatever the cause, with what this plan would have it say; as many in every plan."""
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Book:
    """What a team that knows its playbook does in a scenario, and the other scripts written for it."""

    hero: str
    telling: Sequence[str]
    """Queries whose outputs decide between the plans."""
    answers: Mapping[str, str]
    """Inject -> the answer given to whoever asks, whatever the cause."""
    plans: tuple[Plan, ...]
    scripts: Mapping[str, Callable[[Sequence[str]], Policy]]
    """Name -> what makes a policy of some places that follows no plan."""

    def plan_for(self, b: Briefing) -> Plan:
        """Return the plan that fits what a role has been shown: of several the first, else the last."""
        return next((plan for plan in self.plans[:-1] if plan.fits(b)), self.plans[-1])


@dataclass
class ByTheBook:
    """A book at work: what is done anyway, and the part of the plan that fits what has been seen so far."""

    book: Book
    seats: Sequence[str]
    manners: bool = True
    pace: float = 1.0
    persists: bool = True
    settled: Plan | None = None
    followed: Plan | None = None
    opening: Script = field(init=False)
    parts: dict[str, Script] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.opening = Script(
            (), self.seats, self.book.answers, manners=self.manners, pace=self.pace, persists=self.persists
        )

    def __call__(self, brief: Brief) -> Iterator[tuple[str, acts.Act]]:
        """Give every command whose time has come."""
        plan = self._plan(brief(self.seats[0]))
        if plan is not self.followed:
            self.followed = plan
            self.opening.follow(self._own(plan.first))
        yield from self.opening(brief)
        if plan.name not in self.parts:
            self.parts[plan.name] = Script(
                self._own(plan.steps), self.seats, manners=False, pace=self.pace, persists=self.persists
            )
        yield from self.parts[plan.name](brief)

    def _plan(self, b: Briefing) -> Plan:
        if self.settled is not None:
            return self.settled
        plan = self.book.plan_for(b)
        if all(b.latest_result(query) is not None for query in self.book.telling):
            self.settled = plan
        return plan

    def _own(self, steps: Sequence[Step]) -> list[Step]:
        return [step for step in steps if step.seat in self.seats]


def team(scenario: Scenario) -> tuple[str, ...]:
    """Return every place that a seat of a scenario fills, seat by seat."""
    places = scenario.places()
    return tuple(place for seat in scenario.seats() for place in places[seat.id])


def holders(book: Book) -> Holders:
    """Return makers of the simulated holders of empty seats: each plays by_the_book's part for its seat, slower."""

    def maker(places: Sequence[str], cast: Mapping[str, str]) -> Agent:
        # They are no commands on record: where people did it otherwise, they leave it at one order.
        part = recast(ByTheBook(book, places, manners=False, pace=HOLDERS_PACE, persists=False), cast)
        return lambda briefing: [command for _, command in part(lambda role: briefing)]

    def hold(scenario: Scenario) -> dict[str, Callable[[], Agent]]:
        places, cast = scenario.places(), scenario.cast()
        return {seat.id: partial(maker, places[seat.id], cast) for seat in scenario.seats()}

    return hold
