"""What the world did beside what people knew, said and did, as tables in the manner of `analytics.report.tables`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analytics.facts import tick_true
from analytics.report.tables import claims, each, table
from analytics.scorecard import listed
from analytics.view import Moment, RecordView
from simulator import acts
from simulator import events as e
from simulator.responses import Responses
from simulator.scenario.conditions import holds

WORLD, TEAM = "world", "team"
STATE_EVERY = 600
"""Seconds between two lines that say how the world stood."""


@table(at="int64", seq="int64", lane="str", group="str", kind="str", minor="bool")
def timeline(view: RecordView) -> Iterator[Any]:
    """Return every entry of the record with its lane and group, in order. Refused commands show by their refusal."""
    for entry in view.entries:
        body = entry.body
        if body.group:
            minor = body.minor or (body.group == "state" and (entry.at < 0 or entry.at % STATE_EVERY != 0))
            lane = WORLD if isinstance(body, e.Event) and body.in_world else TEAM
            yield entry.at, entry.seq, lane, body.group, body.kind, minor


@table(at="int64", seq="int64", what="str")
def pivots(view: RecordView, most: int = 8) -> Iterator[Any]:
    """Return the moments worth stopping at when a team goes through its drill, in order."""
    found = [(weight, m.at, m.seq, what) for weight, m, what in _turns(view) if m]
    first = {row[2]: row for row in reversed(found)}
    kept = sorted(first.values(), key=lambda row: row[:2])[:most]
    yield from sorted(row[1:] for row in kept)


def _turns(view: RecordView) -> Iterator[tuple[int, Moment[Any] | None, str]]:
    """Yield (weight, moment, what); the smaller the weight, the surer it is shown."""
    yield 0, next((m for m in view.all(e.AlertFired) if m.body.page), None), "The first page"
    yield 1, view.first(acts.Declare), "The incident is declared"
    wrong = [row for row in each(claims(view)) if not row.holds and row.about != "severity"]
    for row in wrong[:1]:
        entry = view.entry(row.seq)
        yield 1, Moment(row.seq, row.at, row.by, entry.body), f"Said: {row.said}; the world: {row.true}"
    waited = [row for row in each(cues(view)) if row.waited > 5]  # NaN is not
    if waited:
        worst = max(waited, key=lambda row: row.waited)
        shared = next((m for m in view.all(e.CueShared) if m.body.cue == worst.cue), None)
        what = f"Known to {worst.title} for {worst.waited:.0f} min before anybody else heard of it"
        yield 1, shared, what
    for number, decision in enumerate(view.decisions):
        yield 2 + number, decision, f"Checkpoint decision: {decision.body.decision}"
    for merge in view.all(e.MergeLanded):
        yield 1, merge, "A queued change landed" + (" that nothing held back" if merge.body.harmful else "")
    effects = view.all(e.MitigationTookEffect)
    for moment in effects[:1]:
        yield 1, moment, f"The first step took effect: {view.title('actions', moment.body.action)}"
    for moment in effects[1:]:
        yield 4, moment, f"In effect: {view.title('actions', moment.body.action)}"
    backs = [m for m in view.all(e.ToleranceCrossed) if m.body.within and m.at > 0]
    if backs and not view.outside(backs[-1].at):
        yield 2, backs[-1], "The last segment is back within tolerance"
    yield 1, view.closed, "The incident is closed"


# --- what was known ------------------------------------------------------------------------------------

@table(
    role="str", title="str", cue="str", text="str", matters_for="str", known="float64", shared="float64", how="str",
    waited="float64", seq="int64",
)  # fmt: skip
def cues(view: RecordView) -> Iterator[Any]:
    """Return every cue that only one role had, the minutes at which it was known and at which it reached everybody.

    `how` is asked, offered, late, never or overtaken: nobody said it, and by the end it no longer mattered.
    """
    given = {m.body.cue: m for m in view.all(e.CueGiven)}
    end = view.facts(view.left)[0]
    for role in view.scenario.roles:
        for cue in role.cues:
            first, shared = given.get(cue.id), next((m for m in view.all(e.CueShared) if m.body.cue == cue.id), None)
            knew = None if first is None else max(0, first.at)
            moot = any(holds(condition, end) for condition in cue.moot_when)
            yield {
                "role": role.id, "title": role.title, "cue": cue.id, "text": cue.text,
                "matters_for": cue.matters_for, "known": float("nan") if knew is None else knew / 60,
                "shared": shared.at / 60 if shared else float("nan"),
                "how": shared.body.how if shared else "overtaken" if moot else "never",
                "waited": (shared.at - knew) / 60 if shared and knew is not None else float("nan"),
                "seq": shared.seq if shared else first.seq if first else 0,
            }  # fmt: skip


@table(
    at="int64", seq="int64", inject="str", persona="str", to="str", text="str", expected="str", answered="float64",
    reply="int64", verdict="str",
)  # fmt: skip
def injects(view: RecordView) -> Iterator[Any]:
    """Return every inject that was delivered, the response it called for, and whether that came.

    `to` names the seats that alone were told, and is empty where everybody was. `reply` is the entry that answered (0:
    none did), `answered` the minute from which it counts: what was under way as it came does from when it took effect
    or came out. `verdict`: on time, already done (before it was asked for), late, missed, kept (it was right to do
    nothing of the kind), broken, or none expected (of one fired though its condition did not hold, too).
    """
    responses = Responses(view.entries, view.history, view.scenario)
    for m in view.all(e.InjectDelivered):
        spec = view.scenario.find("injects", m.body.inject)
        reply, verdict, at = None, "none expected", None
        if spec is not None and spec.expects is not None:
            reply, verdict, at = responses.to(spec, view.entry(m.seq))
        yield {
            "at": m.at, "seq": m.seq, "inject": m.body.inject, "persona": m.body.persona,
            "to": _told(view, m.body.to), "text": m.body.text,
            "expected": spec.expects.label if spec and spec.expects and verdict != "none expected" else "",
            "answered": float("nan") if at is None else at / 60, "reply": reply.seq if reply else 0,
            "verdict": verdict,
        }  # fmt: skip


def _told(view: RecordView, to: tuple[str, ...]) -> str:
    """Return in words which seats alone were told something."""
    if to and {*to} >= {*view.scenario.overlay.need_to_know} != set():
        return "those who need to know"
    return listed([view.title("roles", role) for role in to]) if to else ""


# --- decisions -----------------------------------------------------------------------------------------

@table(
    at="int64", decision="str", strategy="str", actions="str", why_now="str", confidence="str", executes="str",
    verifies="str", evidence="object", gap="float64", best="str",
)  # fmt: skip
def decisions(view: RecordView) -> Iterator[Any]:
    """Return the checkpoint decisions with what they rested on and how well the branch fits.

    `gap` is the share of the avoidable loss that the branch taken left on the table, `best` one that leaves less.
    """
    fits = {fit.ref: fit for fit in view.references.fits}
    for m in view.decisions:
        fit = fits.get(m.ref)
        better = fit.branches[0].name if fit and fit.branches and fit.branches[0].loss < fit.taken else ""
        yield {
            "at": m.at, "decision": m.body.decision, "strategy": m.body.strategy or "no strategy named",
            "why_now": _reason(view, m),
            "actions": view.titles("actions", m.body.actions) if m.body.actions else "",
            "confidence": m.body.confidence, "executes": view.title("roles", m.body.execution_owner),
            "verifies": view.title("roles", m.body.verification_owner or "nobody"), "evidence": m.body.evidence,
            "gap": fit.gap if fit else float("nan"), "best": better,
        }  # fmt: skip


def _reason(view: RecordView, m: Moment[acts.RecordDecision]) -> str:
    """Return the reason that was given, with a word where the world says that it was not so."""
    said = view.title("reasons", m.body.why_now)
    known = view.scenario.find("reasons", m.body.why_now) is not None
    return said if not known or tick_true(view, "reasons", m.body.why_now, m.at) else f"{said} (which was not so)"


# --- what was behind it --------------------------------------------------------------------------------

@table(factor="str", title="str", layer="str", true="bool", named="bool")
def factors(view: RecordView) -> Iterator[Any]:
    """Return the scenario's contributing factors and whether the team put a hardening task against each."""
    named = {m.body.factor for m in view.all(acts.AddHardeningTask)}
    yield from ((f.id, f.title, f.layer, f.true, f.id in named) for f in view.scenario.factors)


@table(at="int64", text="str", yours="float64")
def teaching(view: RecordView) -> Iterator[Any]:
    """Return the scenario's teaching timeline beside when this drill got there.

    `yours` is the drill minute from which it was so in this drill; NaN where it never was or nothing says so.
    """
    open_points = [(i, p) for i, p in enumerate(view.scenario.teaching) if p.until]
    reached: dict[int, float] = {}
    for at in sorted({x.at for x in view.entries if 0 <= x.at <= view.over}):
        if len(reached) == len(open_points):
            break
        now = view.facts(at)[0]
        for index, point in open_points:
            if index not in reached and holds(point.until, now):
                reached[index] = at / 60
    for index, point in enumerate(view.scenario.teaching):
        yield point.at, point.text, reached.get(index, float("nan"))
