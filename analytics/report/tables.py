"""A finished drill as tables: functions that yield rows, under the columns of the DataFrame they come to.

Times are drill seconds in columns called `at` and drill minutes in columns called `minute`; `seq` is the journal
entry a row stands for. Empty tables have their columns too, so whoever draws them need not ask first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import update_wrapper
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Generic, ParamSpec

from pydantic import BaseModel

from analytics import facts
from analytics.criteria.common import in_command
from analytics.levels import fits
from analytics.playbook import Playbook
from analytics.record import Course, DrillRecord, References, loss_of
from analytics.view import Moment, RecordView
from simulator import acts, values
from simulator import events as e
from simulator.record.entry import Body
from simulator.record.journal import Journal
from simulator.scenario.model import Scenario

if TYPE_CHECKING:
    import pandas as pd

P = ParamSpec("P")

YOURS, NULL, BEST = "yours", "no action", "best found"
COURSES = (YOURS, NULL, BEST)
LOSS = "loss"
"""The dimension that stands for the scalar loss."""
PLAN = "blueprint"
"""The part of a playbook whose criteria have windows."""


class Table(Generic[P]):
    """A function that yields rows; called, it returns them as a table."""

    def __init__(self, rows: Callable[P, Iterator[Any]], columns: Mapping[str, str]) -> None:
        update_wrapper(self, rows)
        self._rows = rows
        self.columns = columns
        """Column -> dtype, in order."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> pd.DataFrame:
        return self.of(self._rows(*args, **kwargs))

    def of(self, rows: Iterable[Any]) -> pd.DataFrame:
        """Return rows, by name or in order, as a table of exactly these columns and types, empty or not."""
        import pandas as pd

        return pd.DataFrame.from_records(list(rows), columns=list(self.columns)).astype(dict(self.columns))


def table(**columns: str) -> Callable[[Callable[P, Iterator[Any]]], Table[P]]:
    """Make a function that yields rows a table of these columns."""
    return lambda rows: Table(rows, columns)


def each(table: pd.DataFrame) -> Iterator[Any]:
    """Yield a table's rows with their columns as attributes."""
    return iter(table.itertuples(index=False))


def record_of(journal: Journal, scenario: Scenario) -> DrillRecord:
    """Return a journal as a record; one whose references are not made yet has empty ones.

    Raises JournalError where it has references that cannot be read.
    """
    if journal.references is not None:
        return DrillRecord.of(journal, scenario)
    nothing = Course(name="", harm={}, loss=0.0, series={}, losses=())
    return DrillRecord(journal, scenario, References(null=nothing, best=nothing))


# --- the score -----------------------------------------------------------------------------------------

@table(part="str", title="str", points="float64", out_of="float64")
def parts(card: Mapping[str, Any], playbook: Playbook) -> Iterator[Any]:
    """Return a published scorecard's parts in its order."""
    named = {part.id: part.title for part in playbook.parts}
    for part in card["parts"]:
        yield part["id"], named.get(part["id"], part["id"]), part["points"], part["out_of"]


@table(
    part="str", part_title="str", id="str", title="str", status="str", points="float64", out_of="float64",
    gap="float64", why="str", advice="str", source="str", owners="object", evidence="object",
)  # fmt: skip
def findings(card: Mapping[str, Any], playbook: Playbook) -> Iterator[Any]:
    """Return a published scorecard's findings in its order, with titles and advice of the playbook.

    `gap` is what the criterion still had to give.
    """
    known = {one.id: one for _, one in playbook.criteria()}
    named = {part.id: part.title for part in playbook.parts}
    for part in card["parts"]:
        for one in part["criteria"]:
            criterion = known.get(one["id"])
            lost = one["status"] in ("partial", "missed", "not_observed")
            yield {
                **one, "part": part["id"], "part_title": named.get(part["id"], part["id"]),
                "title": criterion.title if criterion else one["id"], "gap": round(one["out_of"] - one["points"], 1),
                "advice": one.get("advice", criterion.advice if criterion and lost else ""),
                "owners": tuple(one.get("owner_roles", ())), "evidence": tuple(one["evidence"]),
            }  # fmt: skip


# --- harm ----------------------------------------------------------------------------------------------

@table(course="str", dimension="str", minute="float64", value="float64")
def harm(view: RecordView) -> Iterator[Any]:
    """Return harm since T+0 by dimension (and `loss`), of this drill and of the reference runs the record has."""
    scenario = view.scenario
    for m in view.samples:
        if m.at >= 0:
            yield from ((YOURS, one.id, m.at / 60, m.body.harm.get(one.id, 0.0)) for one in scenario.harm)
            yield YOURS, LOSS, m.at / 60, loss_of(m.body.harm, scenario)
    for course, run in ((NULL, view.references.null), (BEST, view.references.best)):
        for dimension, series in {**run.series, LOSS: run.losses}.items():
            yield from ((course, dimension, minute, value) for minute, value in enumerate(series))


@table(segment="str", title="str", minute="float64", share="float64")
def affected(view: RecordView) -> Iterator[Any]:
    """Return how much of each segment was outside tolerance, in percent, once a minute."""
    samples = [m for m in view.samples if m.at >= 0]
    for s in view.scenario.segments:
        yield from ((s.id, s.title, m.at / 60, 100 * m.body.outside.get(s.id, 0.0)) for m in samples)


@table(minute="float64", kind="str", label="str", seq="int64")
def marks(view: RecordView) -> Iterator[Any]:
    """Return what people decided and did, as points in time to mark on a chart of harm."""
    rows = [(m.at / 60, "decision", f"Declared {m.body.severity}", m.seq) for m in view.all(acts.Declare)]
    rows += [(m.at / 60, "decision", f"Decision {m.ref.ident}: {m.body.decision}", m.seq) for m in view.decisions]
    rows += [(m.at / 60, "decision", f"Claimed {m.body.claim}", m.seq) for m in view.all(acts.ClaimRecovery)]
    rows += [(run.begun / 60, "action", run.spec.title, run.start_seq) for run in view.started]
    effects = [(run.effect, run) for run in view.runs if run.effect is not None]
    rows += [(at / 60, "effect", f"In effect: {run.spec.title}", run.effect_seq) for at, run in effects]
    yield from sorted(rows, key=lambda row: (row[0], row[3]))


# --- plan and what happened ----------------------------------------------------------------------------

@table(id="str", title="str", full="float64", none="float64")
def windows(view: RecordView) -> Iterator[Any]:
    """Return the windows of the plan, as the scenario's overlay moves them.

    Full points until minute `full`, none from `none` on.
    """
    found = ((one, view.window(one)) for part, one in view.playbook.criteria() if part.id == PLAN)
    yield from ((one.id, one.title, *window) for one, window in found if window is not None)


@table(since="float64", until="float64")
def phases(view: RecordView) -> Iterator[Any]:
    """Return the phases of the plan: from one deadline to the next."""
    ends = {one.t1 for part, one in view.playbook.criteria() if part.id == PLAN and one.t1 is not None}
    yield from pairwise([0.0, *sorted(ends)])


@table(id="str", label="str", since="float64", until="float64", late="bool", seq="int64")
def happened(view: RecordView) -> Iterator[Any]:
    """Return what people did about each window of the plan, early and late: by criterion, in minutes.

    `until` is NaN for a moment. `late` is what nothing in time came before: a second rerun or a new commander after a
    handover is not late.
    """
    ends = {row.id: row.full for row in each(windows(view))}
    done: set[str] = set()
    for ident, label, since, until, seq in sorted(_deeds(view), key=lambda d: (d[0], d[2], d[4])):
        if ident in ends:
            if since / 60 <= ends[ident]:
                done.add(ident)
            end = float("nan") if until is None else min(until, view.left) / 60
            yield ident, label, since / 60, end, ident not in done, seq


Deed = tuple[str, str, int, int | None, int]
"""Criterion, what, since, until, seq."""


def _deeds(view: RecordView) -> Iterator[Deed]:
    for ident, label, m in (*_planned(view), *_carried_out(view)):
        yield ident, label, m.at, None, m.seq
    for span in view.freezes:
        yield "B1b", "Frozen", span.since, span.until, span.seq
    for post, spans in (("Commander", view.commanders), ("Deputy", view.deputies)):
        for span in spans:
            who = in_command(view, span) if spans is view.commanders else view.title("roles", span.who)
            yield "B1c", f"{post}: {who}", span.since, None, span.seq
    for run in view.mitigations:
        yield "B3a", run.spec.title, run.begun, run.landed, run.start_seq


def _planned(view: RecordView) -> Iterator[tuple[str, str, Moment[Any]]]:
    for declared in view.all(acts.Declare):
        yield "B1a", f"Declared {declared.body.severity}", declared
    for option in view.all(acts.RecordOption):
        yield "B2a", f"Option: {view.title('actions', option.body.action)}", option
    ready = view.ran(view.overlay.readiness_queries)
    if ready:
        yield "B2b", "Readiness check ran", ready
    for readiness in view.all(acts.RecordReadiness):
        yield "B2b", f"Rollback recorded as {readiness.body.rollback}", readiness


def _carried_out(view: RecordView) -> Iterator[tuple[str, str, Moment[Any]]]:
    for query in view.queries:
        spec, effect = view.spec_of(query.body), view.last_effect
        if spec is not None and spec.verifies and effect is not None and query.at >= effect:
            yield "B4a", f"Rerun: {spec.title}", query
    for measured in view.all(e.VerificationMeasured):
        held_still = "all within" if all(row.within for row in measured.body.rows) else "not all within"
        yield "B4b", f"Compared with the baseline: {held_still}", measured
    for note in view.all(acts.PublishDecisionNote):
        yield "B5a", "Decision note", note
    for committed in view.all(acts.CommitCheckpoint):
        yield "B5b", f"Checkpoint in {committed.body.in_hours:g} h", committed


# --- said against true ---------------------------------------------------------------------------------

@table(
    at="int64", seq="int64", by="str", where="str", figure="str", title="str", unit="str", low="float64",
    high="float64", true="float64", holds="boolean",
)  # fmt: skip
def figures(view: RecordView) -> Iterator[Any]:
    """Return every number people stated beside the world's at that second. Forecasts are compared where scored.

    `high` equals `low` for a point; `holds` is NA where nobody can tell.
    """
    specs = {one.id: one for one in view.scenario.figures}
    for entry in view.entries:
        for figure in _stated(entry.body) if isinstance(entry.body, acts.Act) else ():
            forecast = isinstance(entry.body, acts.RecordSnapshot)
            spec = specs.get(figure.name)
            true = None if forecast else view.figure(figure.name, entry.at)
            yield {
                "at": entry.at, "seq": entry.seq, "by": entry.by, "where": entry.body.kind,
                "figure": figure.name, "title": spec.title if spec else figure.name,
                "unit": spec.unit if spec else "", "low": figure.low,
                "high": figure.low if figure.high is None else figure.high,
                "true": float("nan") if true is None else true,
                "holds": None if forecast else facts.figure_true(view, figure, entry.at),
            }  # fmt: skip


def _stated(part: BaseModel) -> Iterator[values.Figure]:
    for value in (getattr(part, name) for name in type(part).model_fields):
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, values.Figure):
                yield one


@table(at="int64", seq="int64", by="str", about="str", said="str", true="str", holds="bool")
def claims(view: RecordView) -> Iterator[Any]:
    """Return what people claimed of severity, status, recovery and closure beside what was so at that second.

    `true` says in words what the world, or the gate, was.
    """
    for entry in view.entries:
        about = _claimed(view, entry.body, entry.at)
        if about is None and isinstance(entry.body, acts.RequestClosure):
            about = _gate(view, entry.seq)
        if about is not None:
            yield entry.at, entry.seq, entry.by, *about


def _claimed(view: RecordView, body: Body, at: int) -> tuple[str, str, str, bool] | None:
    match body:
        case acts.Declare() | acts.ChangeSeverity():
            true = facts.severity_truth(view, at)
            holds = fits(view, body.severity, true)
            above = ", and one level above is taken as true" if holds and body.severity != true else ""
            return "severity", body.severity, f"{true}{above}", holds
        case acts.UpdateStakeholders() | acts.CorrectUpdate():
            return "status", body.status, world_was(view, at), facts.status_true(view, body.status, at)
        case acts.ClaimRecovery(claim="recovered"):
            return "recovery", body.claim, world_was(view, at), not view.outside(at)
        case acts.ClaimRecovery():
            working = any(run.effect is not None and run.effect <= at for run in view.mitigations)
            return "recovery", body.claim, world_was(view, at), working
    return None


def _gate(view: RecordView, request: int) -> tuple[str, str, str, bool]:
    """Return what the closure gate said to a request: its answer is the next one on record."""
    answer = next((m for m in view.all(e.ClosureRefused) if m.seq > request), None)
    closed = view.closed
    if answer is None or (closed is not None and request < closed.seq < answer.seq):
        return "closure", "ready to close", "every condition met" if closed else "no answer", closed is not None
    missing = len(answer.body.missing)
    return "closure", "ready to close", f"{missing} condition{'' if missing == 1 else 's'} missing", False


def world_was(view: RecordView, at: int) -> str:
    """Return in words which segments were outside tolerance at a second."""
    outside = view.outside(at)
    if not outside:
        return "everything within tolerance"
    return f"outside tolerance: {view.titles('segments', outside)}"


@table(minute="float64", cause="str", title="str", probability="float64", true="bool")
def hypotheses(view: RecordView) -> Iterator[Any]:
    """Return the causes people stated and how sure they were, in percent."""
    for m in view.all(acts.StateHypothesis):
        cause = m.body.cause
        yield m.at / 60, cause, view.title("causes", cause), 100 * m.body.probability, view.is_true("causes", cause)


def sort_findings(table: pd.DataFrame) -> pd.DataFrame:
    """Return findings with the most improvable first."""
    return table.sort_values("gap", ascending=False, kind="stable")


def known(entries: Sequence[int], journal: Journal) -> tuple[int, ...]:
    """Return those sequence numbers that the journal has: a stored card may cite a longer record."""
    return tuple(seq for seq in entries if 1 <= seq <= len(journal.entries))
