"""What stretches over time in a record: action runs, who commanded, what was frozen, tasks, who sat where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator import acts
from simulator import events as e
from simulator.record.journal import role_of
from simulator.scenario.parts import Action

if TYPE_CHECKING:
    from analytics.view import Moment, RecordView

FOREVER = 10**9


@dataclass(frozen=True, slots=True)
class Span:
    """Something that held from `since` to `until`, and the entry that began it."""

    since: int
    until: int
    who: str
    seq: int


@dataclass(frozen=True, slots=True)
class Task:
    """A task from assignment to report (or the end)."""

    since: int
    until: int
    owner: str
    lane: str | None
    seq: int


@dataclass(frozen=True, slots=True)
class ActionRun:
    """One run of an action, from the order to its effect. Seconds are None where it did not get that far."""

    ref: str
    spec: Action
    executor: str
    ordered: int
    order_seq: int
    decision: str | None
    """Reference of the decision the order names."""
    by: str
    started: int | None = None
    start_seq: int = 0
    finished: int | None = None
    finish_seq: int = 0
    stalled: bool = False
    aborted: int | None = None
    effect: int | None = None
    effect_seq: int = 0

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def title(self) -> str:
        """Return its title in quotes, as it stands in a sentence."""
        return f"“{self.spec.title}”"

    @property
    def treats(self) -> bool:
        """Part of the mitigation: meant as one, and covering at least one segment."""
        return self.spec.mitigates and bool(self.spec.coverage)

    @property
    def begun(self) -> int:
        """Second it started; FOREVER where it never did."""
        return FOREVER if self.started is None else self.started

    @property
    def landed(self) -> int:
        """Second from which it was no longer in flight: in effect, aborted or failed."""
        ends = [t for t in (self.effect, self.aborted) if t is not None]
        if ends:
            return min(ends)
        return FOREVER if self.finished is None or self.stalled else self.finished

    @property
    def seqs(self) -> tuple[int, ...]:
        """Return the entries it left, in order."""
        return tuple(s for s in (self.order_seq, self.start_seq, self.finish_seq, self.effect_seq) if s)


def _by_run(view: RecordView) -> dict[str, list[Moment[e.Event]]]:
    kinds: tuple[type[e.Event], ...] = (
        e.ActionQueued, e.ActionStarted, e.ActionFinished, e.ActionAborted, e.MitigationTookEffect,
    )  # fmt: skip
    found: dict[str, list[Moment[e.Event]]] = {}
    for moment in sorted((m for kind in kinds for m in view.all(kind)), key=lambda m: m.seq):
        found.setdefault(moment.body.run, []).append(moment)  # type: ignore[attr-defined]
    return found


def action_runs(view: RecordView) -> tuple[ActionRun, ...]:
    """Return every run of an action, by the second it was ordered."""
    specs = {one.id: one for one in view.scenario.actions}
    orders: dict[str, list[Moment[acts.TakeAction] | Moment[e.TaskAssigned]]] = {}
    for order in view.all(acts.TakeAction):
        orders.setdefault(order.body.action, []).append(order)
    for task in view.all(e.TaskAssigned):
        if task.body.action:
            orders.setdefault(task.body.action, []).append(task)
    runs = []
    used: dict[str, int] = {}
    for ref, moments in sorted(_by_run(view).items(), key=lambda item: item[1][0].seq):
        first = moments[0]
        spec = specs.get(first.body.action)  # type: ignore[attr-defined]
        if spec is None:
            continue
        since = used.get(spec.id, 0)
        used[spec.id] = first.seq
        asked = sorted((o for o in orders.get(spec.id, ()) if since < o.seq < first.seq), key=lambda o: o.seq)
        runs.append(_assemble(ref, spec, moments, asked))
    return tuple(sorted(runs, key=lambda r: (r.ordered, r.order_seq)))


def _assemble(
    ref: str,
    spec: Action,
    moments: Sequence[Moment[e.Event]],
    asked: Sequence[Moment[acts.TakeAction] | Moment[e.TaskAssigned]],
) -> ActionRun:
    # A delegated action is asked for more than once: the commander's order, the task, the executor's own order.
    last: dict[type[e.Event], Moment[e.Event]] = {type(m.body): m for m in moments}
    started, effect = last.get(e.ActionStarted), last.get(e.MitigationTookEffect)
    finished, aborted = last.get(e.ActionFinished), last.get(e.ActionAborted)
    origin: Moment[acts.TakeAction] | Moment[e.TaskAssigned] | Moment[e.Event] = asked[0] if asked else moments[0]
    done = finished.body if finished else None
    decisions = [o.body.decision for o in asked if isinstance(o.body, acts.TakeAction) and o.body.decision]
    return ActionRun(
        ref=ref, spec=spec, ordered=origin.at, order_seq=origin.seq, by=origin.by,
        executor=next((m.body.executor for m in moments if hasattr(m.body, "executor")), ""),
        decision=decisions[0] if decisions else None,
        started=started.at if started else None, start_seq=started.seq if started else 0,
        finished=finished.at if finished else None, finish_seq=finished.seq if finished else 0,
        stalled=isinstance(done, e.ActionFinished) and done.stalled,
        aborted=aborted.at if aborted else None,
        effect=effect.at if effect else None, effect_seq=effect.seq if effect else 0,
    )  # fmt: skip


LEADS: dict[type[acts.Act], tuple[str, ...]] = {
    acts.AssignRole: (), acts.AssignLane: ("deputy",), acts.Freeze: ("deputy", "mitigation"),
    acts.LiftFreeze: ("deputy",),
    acts.RecordDecision: ("deputy", "mitigation"), acts.ChangeSeverity: ("deputy", "triage"), acts.TakeAction: (),
}  # fmt: skip
"""Orders of somebody in command, and the seats that may give them without it; a displaced one who goes on is two."""
ANYBODY = (acts.AssignRole, acts.TakeAction)
"""Orders that a seat other than the commander's may give without command: to offer a role, to do its own work."""


def holders(view: RecordView, role: str) -> tuple[Span, ...]:
    """Return who held an incident role and when; spans overlap where two acted as its holder at once.

    A role passes on by handoff or when its holder offers it. Who takes it from a holder displaces them; until
    the displaced one's last order there are two.
    """
    spans: list[Span] = []
    held: tuple[str, int, int] | None = None
    offered_by: dict[str, str] = {}

    def passes(to: str, at: int, seq: int, giver: str) -> None:
        nonlocal held
        if held and held[0] == to:
            return
        if held:
            until = at
            if giver != held[0]:
                orders = (
                    m.at
                    for kind, own in LEADS.items()
                    if held[0] == "commander" or (held[0] not in own and kind not in ANYBODY)
                    for m in view.all(kind)
                    if m.role == held[0] and m.at > at
                )
                until = max(orders, default=at)
            spans.append(Span(held[1], until, held[0], held[2]))
        held = (to, at, seq)

    for entry in view.entries:
        body = entry.body
        match body:
            case acts.AssignRole() if body.role == role:
                offered_by[body.to] = entry.role
            case e.RoleAccepted() if body.role == role:
                passes(body.seat, entry.at, entry.seq, offered_by.pop(body.seat, held[0] if held else ""))
            case e.HandOffAccepted() if role == "commander" and body.what == role:
                passes(body.receiver, entry.at, entry.seq, held[0] if held else "")
            case e.RoleVacated() if body.role == role and held:
                spans.append(Span(held[1], entry.at, held[0], held[2]))
                held = None
            case acts.ReleaseRole() if body.role == role and held and entry.role == held[0]:
                spans.append(Span(held[1], entry.at, held[0], held[2]))
                held = None
            case _:
                pass
    if held:
        spans.append(Span(held[1], FOREVER, held[0], held[2]))
    return tuple(sorted(spans, key=lambda s: (s.since, s.seq)))


def frozen(view: RecordView, scope: Iterable[str]) -> tuple[Span, ...]:
    """Return the spans in which every service of `scope` was frozen for merges."""
    wanted = frozenset(scope)
    held: set[str] = set()
    spans: list[Span] = []
    since: tuple[int, int] | None = None
    for entry in view.entries:
        body = entry.body
        if isinstance(body, acts.Freeze) and body.what in ("merges", "both"):
            held |= frozenset(body.scope)
        elif isinstance(body, acts.LiftFreeze):
            held -= frozenset(body.scope)
        else:
            continue
        full = bool(wanted) and wanted <= held
        if full and since is None:
            since = (entry.at, entry.seq)
        elif not full and since is not None:
            spans.append(Span(since[0], entry.at, "", since[1]))
            since = None
    if since is not None:
        spans.append(Span(since[0], FOREVER, "", since[1]))
    return tuple(spans)


def tasks(view: RecordView) -> tuple[Task, ...]:
    """Return every task; a task without a lane belongs to the lane of its owner's role."""
    reported: dict[str, int] = {}
    for m in view.all(e.TaskReported):
        reported.setdefault(m.body.task, m.at)
    lanes = {role.id: role.lane for role in view.scenario.roles}
    return tuple(
        Task(m.at, reported.get(m.body.task, view.over), m.body.owner, m.body.lane or lanes.get(m.body.owner), m.seq)
        for m in view.all(e.TaskAssigned)
    )


def seated(view: RecordView) -> dict[str, list[tuple[int, int]]]:
    """Return when people sat in each seat; a holder who spoke without sitting down has it throughout."""
    spans: dict[str, list[tuple[int, int]]] = {}
    since: dict[str, int] = {}
    for entry in view.entries:
        body = entry.body
        if isinstance(body, acts.TakeSeat):
            since.setdefault(body.seat, entry.at)
        elif isinstance(body, acts.LeaveSeat) and body.seat in since:
            spans.setdefault(body.seat, []).append((since.pop(body.seat), entry.at))
    for seat, start in since.items():
        spans.setdefault(seat, []).append((start, FOREVER))
    seats = frozenset(role.id for role in view.scenario.seats())
    for entry in view.entries:
        if entry.is_command and not entry.by.startswith(("teammate:", "facilitator")):
            seat = role_of(entry.by)
            if seat in seats and seat not in spans:
                spans[seat] = [(-FOREVER, FOREVER)]
    return spans
