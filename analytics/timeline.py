"""What stretches over time in a record: attempts at an action, who commanded, what was frozen, tasks, who sat where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

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


@dataclass(frozen=True, slots=True)
class Assignment:
    """A task from assignment to report (or the end)."""

    since: int
    until: int
    owner: str
    lane: str | None
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
    def stalled(self) -> bool:
        """Tell whether it hung when it was last heard of."""
        return self.outcome == "stalled"

    @property
    def treats(self) -> bool:
        """Part of the mitigation: meant as one, and covering at least one segment."""
        return self.spec.mitigates and bool(self.spec.coverage)

    @property
    def begun(self) -> int:
        """Second it started; FOREVER where it never did."""
        return FOREVER if self.started is None else self.started

    @property
    def over(self) -> int | None:
        """Return when its tool was through with it, for good or ill; None while it hangs or runs."""
        return None if self.stalled else self.carried

    @property
    def landed(self) -> int:
        """Second from which it was no longer in flight: in effect, aborted or failed."""
        ends = [t for t in (self.effect, self.aborted) if t is not None]
        return min(ends) if ends else FOREVER if self.over is None else self.over

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


def holders(history: History, scenario: Scenario, entries: Iterable[Entry], post: str) -> tuple[Span, ...]:
    """Return who held a post and when; spans overlap where two acted as its holder at once.

    A post passes on by handoff or when its holder offers it. Who takes it from a holder displaces them; until
    the displaced one's last order there are two.
    """
    orders = [entry for entry in entries if isinstance(entry.body, ORDERS)]
    duties = {role.id: frozenset(role.duties) for role in scenario.roles}
    spans = []
    for held in history.held[post]:
        until = FOREVER if held.until is None else held.until
        if held.displaced:
            leads = held.who == history.lead
            given = (
                x.at for x in orders
                if x.role == held.who and x.at > until and (leads or not _ones_own(type(x.body), duties[held.who]))
            )  # fmt: skip
            until = max(given, default=until)
        spans.append(Span(held.since, until, held.who, held.seq))
    return tuple(sorted(spans, key=lambda span: (span.since, span.seq)))


def _ones_own(order: type, duties: frozenset[Duty]) -> bool:
    """Tell whether a seat with these duties may give an order without being in command."""
    may = order.may if issubclass(order, acts.Act) else None
    return order in ANYBODY or may is None or bool(duties & (frozenset(may) - {"commands"}))


def frozen(history: History, scope: Iterable[str]) -> tuple[Span, ...]:
    """Return the spans in which every service of `scope` was frozen for merges."""
    wanted = frozenset(scope)
    spans: list[Span] = []
    since: tuple[int, int] | None = None
    for at, seq, stopped in history.freezes:
        full = bool(wanted) and wanted <= stopped
        if full and since is None:
            since = (at, seq)
        elif not full and since is not None:
            spans.append(Span(since[0], at, "", since[1]))
            since = None
    if since is not None:
        spans.append(Span(since[0], FOREVER, "", since[1]))
    return tuple(spans)


def assignments(history: History, over: int) -> tuple[Assignment, ...]:
    """Return every task; a task without a lane belongs to the lane of its owner's role."""
    return tuple(
        Assignment(
            task.begun_at, over if task.reported is None else task.reported, task.given_to,
            task.lane or history.lane_of(task.given_to), task.seq,
        )
        for task in history.tasks.values()
    )  # fmt: skip


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
