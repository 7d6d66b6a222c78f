"""Work: queries, panels, actions and verifications, from waiting to what came of them."""

from __future__ import annotations

from typing import Literal

from simulator.events.base import Event, system
from simulator.names import Names, Said
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.text import clock
from simulator.values import Action, Metric, Part, Query, Ref, Role, Scalar, Seat, Segment, Words

Grade = Literal["physics", "receipt", "artifact", "narrative"]
"""What kind of evidence an output is: what the system did, what it answered, a panel, somebody's word."""


class _Executed(Event, doer="executor", closed_by=("executor",)):
    """Something that one role carries out: those who need to know keep their own work among themselves."""

    executor: Role
    run: Ref
    """Reference of this run: `query:ID`, `query:ID#2`, `action:ID`, `logs:N`, `capture:N`."""


class QueryQueued(_Executed, group="finding", minor=True):
    """A query waits because its executor's hands are full."""

    command_line: Words

    def fold(self, history: History, entry: Entry) -> None:
        history.queue_query(self.run, self.executor, self.command_line, entry)

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"{n.handle(self.executor)} has hands full; waiting: $ {self.command_line}")


class QueryStarted(_Executed, group="finding", minor=True):
    """An executor began; the output comes at about `expected`."""

    command_line: Words
    expected: int

    def fold(self, history: History, entry: Entry) -> None:
        history.queue_query(self.run, self.executor, self.command_line, entry, self.expected)

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"{n.handle(self.executor)} runs $ {self.command_line}")


class QueryFinished(_Executed, group="finding", news="a result is there", cited="run"):
    """The output as it stood at that moment. `figures` are the numbers it shows, `findings` what it says by name."""

    query: Query | None = None
    """Id of the scenario's query; None for a log search."""
    command_line: Words
    output: Words
    evidence: Grade
    figures: dict[str, float] = {}
    findings: dict[str, Scalar] = {}
    ok: bool = True
    """False where the output is an error message (wrong precondition, wrong place)."""

    def fold(self, history: History, entry: Entry) -> None:
        history.end_run(self.run, entry, self.ok)

    def in_words(self, n: Names, entry: Entry) -> Said:
        label = "output" if self.ok else "output failed"
        return Said("output", label, n.handle(self.executor), f"$ {self.command_line}", self.output)


class MetricPinned(Event, group="finding", cited="run", closed_by=()):
    """A panel was put into the record: value, window and extremes as the measurement layer showed them."""

    run: Ref
    metric: Metric
    last: float | None = None
    low: float | None = None
    high: float | None = None
    since: int

    def in_words(self, n: Names, entry: Entry) -> Said:
        last, low, high = (n.reading(self.metric, value) for value in (self.last, self.low, self.high))
        between = f", between {low} and {high} since {clock(self.since)}"
        return system(f"Panel pinned: {n.title('metrics', self.metric)}, now {last}{between}")


class ActionQueued(_Executed, group="action", minor=True, news="your signature is wanted"):
    """An action waits for its executor, or for signatures."""

    action: Action
    waits_for: tuple[Role, ...] = ()
    """Roles whose signature is missing."""

    def concerns(self, role: str) -> bool:
        return bool(self.waits_for)

    def fold(self, history: History, entry: Entry) -> None:
        history.queue_action(self.run, self.action, self.executor, self.waits_for, entry)

    def in_words(self, n: Names, entry: Entry) -> Said:
        for_whom = f"the sign-off of {n.handles(self.waits_for)}" if self.waits_for else n.handle(self.executor)
        return system(f"{n.title('actions', self.action)}: waits for {for_whom}")


class SignedOff(Event, group="action", doer="seat", closed_by=("seat",)):
    """Somebody signed an action; a signature serves one run."""

    action: Action
    role: Role
    """Role whose sign-off it is."""
    seat: Seat

    def fold(self, history: History, entry: Entry) -> None:
        run = history.last_run("action", self.action)
        if run is not None and run.waits_to_be_signed:
            run.waits_for = tuple(role for role in run.waits_for if role != self.role)

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"{n.handle(self.seat)} signed: {n.title('actions', self.action)}")


class ActionStarted(_Executed, group="action"):
    """The executor began to carry it out."""

    action: Action
    expected: int
    """Drill second at which it should be carried out."""

    def fold(self, history: History, entry: Entry) -> None:
        run = history.runs[self.run]
        run.state, run.expected, run.waits_for = "running", self.expected, ()
        run.started, run.start_seq = entry.at, entry.seq

    def in_words(self, n: Names, entry: Entry) -> Said:
        text = f"{n.title('actions', self.action)} · until about {clock(self.expected)}"
        return Said("action", "starts", n.handle(self.executor), text)


class ActionFinished(_Executed, group="action", news="something was carried out", cited="run"):
    """Carried out; the effect follows after its propagation. `output` is what the tool printed."""

    action: Action
    output: Words
    ok: bool = True
    """False where it failed, or hangs (`stalled`) until its obstacle is gone or it is aborted."""
    stalled: bool = False

    def fold(self, history: History, entry: Entry) -> None:
        history.end_run(self.run, entry, self.ok, self.stalled)
        if self.ok and history.strategy is None:
            history.strategy = history.strategies.get(self.action)

    def in_words(self, n: Names, entry: Entry) -> Said:
        how = "done" if self.ok else "hangs" if self.stalled else "failed"
        return Said("action", how, n.handle(self.executor), n.title("actions", self.action), self.output)


class ActionAborted(Event, group="action", news="something was aborted", closed_by=("run",)):
    """Stopped before it was carried out."""

    run: Ref
    action: Action

    def fold(self, history: History, entry: Entry) -> None:
        run = history.runs[self.run]
        run.state, run.finished, run.aborted = "aborted", entry.at, entry.at
        history.happened.append((entry.at, run.finish_seq, self.run))

    def in_words(self, n: Names, entry: Entry) -> Said:
        return Said("action", "aborted", "", n.title("actions", self.action))


class MeasuredRow(Part):
    """Baseline mean and current mean of one metric (and segment), and whether it is back within tolerance."""

    metric: Metric
    segment: Segment | None = None
    baseline: float | None = None
    current: float | None = None
    within: bool

    def sentence(self, n: Names) -> str:
        """Return it as a line."""
        now, before = n.reading(self.metric, self.current), n.reading(self.metric, self.baseline)
        stands = "within" if self.within else "OUTSIDE"
        return f"{stands}: {n.title('metrics', self.metric)} · now {now}, before {before}"


class VerificationMeasured(Event, group="finding", news="the verification is measured", closed_by=()):
    """What the measurement layer gave for a recorded verification, one row a metric and segment."""

    run: Ref
    """`verification:N`."""
    held: int
    """Seconds of holding still."""
    rows: tuple[MeasuredRow, ...]
    baseline_to: float | None = None
    """Drill minute at which the window it is compared with ends; None in records that do not say."""

    @property
    def green(self) -> bool:
        """Tell whether everything measured is back within tolerance."""
        return all(row.within for row in self.rows)

    def fold(self, history: History, entry: Entry) -> None:
        history.measured.append(entry)

    def in_words(self, n: Names, entry: Entry) -> Said:
        text = "all within the baseline" if self.green else "not back to the baseline"
        rows = "\n".join(row.sentence(n) for row in self.rows)
        return Said("output", "measured", "", f"Verification measured: {text}", rows)
