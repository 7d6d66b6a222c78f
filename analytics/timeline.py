"""What stretches over time in a record: attempts at an action, who commanded, what was frozen, tasks, who sat where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import groupby

from simulator import acts
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.record.tracked import Run
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Action
from simulator.values import Duty

FOREVER = 10**9


@dataclass(frozen=True, slots=True)
class Span:
    """Something that held from `since` to `until`, and the entry that began it."""

    since: int
    until: int
    who: str
    seq: int


@dataclass(kw_only=True, slots=True)
class Attempt(Run):
    """One run of an action, from the order to its effect, with what the scenario says of the action."""

    spec: Action

    @property
    def title(self) -> str:
        """Return its title in quotes, as it stands in a sentence."""
        return f"“{self.spec.title}”"

    @property
    def done(self) -> int | None:
        """Return when it was carried out; what failed or hangs was not."""
        return self.carried if self.outcome == "done" else None

    @property
    def begun(self) -> int:
        """Second it started; FOREVER where it never did."""
        return FOREVER if self.started is None else self.started

    @property
    def landed(self) -> int:
        """Second from which it was no longer in flight: in effect, aborted or failed; what hangs is in flight."""
        over = None if self.outcome == "stalled" else self.carried
        ends = [at for at in (self.effect, self.aborted) if at is not None]
        return min(ends) if ends else FOREVER if over is None else over

    @property
    def seqs(self) -> tuple[int, ...]:
        """Return the entries it left, in order."""
        return tuple(s for s in (self.order_seq, self.start_seq, self.finish_seq, self.effect_seq) if s)


def attempts(history: History, scenario: Scenario) -> tuple[Attempt, ...]:
    """Return every run of an action, by the second it was ordered."""
    specs = {one.id: one for one in scenario.actions}
    tried = []
    for run in history.runs.values():
        if run.what == "action" and run.ident in specs:
            known = {one.name: getattr(run, one.name) for one in fields(Run)}
            tried.append(Attempt(**known, spec=specs[run.ident]))
    return tuple(sorted(tried, key=lambda a: (a.ordered, a.order_seq)))


ORDERS: tuple[type[acts.Act], ...] = (
    acts.AssignRole, acts.AssignLane, acts.Freeze, acts.LiftFreeze, acts.RecordDecision, acts.ChangeSeverity,
    acts.TakeAction,
)  # fmt: skip
"""Orders of somebody in command; a displaced one who goes on giving them is two in command."""
ANYBODY = (acts.AssignRole, acts.TakeAction)
"""Orders that any other seat may give without command: to offer a post, to do its own work."""


def holders(history: History, scenario: Scenario, entries: Sequence[Entry], post: str) -> tuple[Span, ...]:
    """Return who held a post and when; spans overlap where two acted as its holder at once.

    A post passes on by handoff or when its holder offers it. Who takes it from a holder displaces them; until
    the displaced one's last order there are two.
    """
    duties = {role.id: frozenset(role.duties) for role in scenario.roles}
    spans = []
    for held in history.posts[post].held:
        until = FOREVER if held.until is None else held.until
        if held.displaced:
            leads = held.who == history.lead
            given = [x for x in entries if isinstance(x.body, ORDERS) and x.role == held.who and x.at > until]
            led = (x.at for x in given if leads or not _ones_own(type(x.body), duties[held.who]))
            until = max(led, default=until)
        spans.append(Span(held.since, until, held.who, held.seq))
    return tuple(sorted(spans, key=lambda span: (span.since, span.seq)))


def _ones_own(order: type, duties: frozenset[Duty]) -> bool:
    """Tell whether a seat with these duties may give an order without being in command."""
    may = order.may if issubclass(order, acts.Act) else None
    return order in ANYBODY or may is None or bool(duties & (frozenset(may) - {"commands"}))


def frozen(history: History, scope: Iterable[str]) -> tuple[Span, ...]:
    """Return the spans in which every service of `scope` was frozen for merges."""
    wanted = frozenset(scope)
    changes = [(at, seq, bool(wanted) and wanted <= stopped) for at, seq, stopped in history.freezes]
    turns = [next(alike) for _, alike in groupby(changes, key=lambda change: change[2])]
    ends = [*(at for at, _, _ in turns[1:]), FOREVER]
    return tuple(Span(at, end, "", seq) for (at, seq, full), end in zip(turns, ends, strict=False) if full)


def assignments(history: History, over: int) -> tuple[Span, ...]:
    """Return which lane had each task, from when until its report; without its own it is that of its owner's role."""
    spans = []
    for task in history.tasks.values():
        lane = task.lane or history.lane_of(task.given_to) or ""
        spans.append(Span(task.begun_at, over if task.reported is None else task.reported, lane, task.seq))
    return tuple(spans)


def seated(history: History, scenario: Scenario, entries: Iterable[Entry]) -> dict[str, list[tuple[int, int]]]:
    """Return when people sat in each seat; a holder who spoke without sitting down has it throughout."""
    spans = {
        seat: [(one.since, FOREVER if one.until is None else one.until) for one in stays]
        for seat, stays in history.sat.items()
    }
    seats = frozenset(role.id for role in scenario.seats())
    for entry in entries:
        if entry.is_act and entry.by.name and entry.role in seats:
            spans.setdefault(entry.role, [(-FOREVER, FOREVER)])
    return spans
