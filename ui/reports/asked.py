"""What people were asked and what was passed over: what responses came to, and signals that nobody took up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analytics.follow_through.beside import beside
from analytics.report import story
from analytics.report.tables import each
from analytics.timeline import FOREVER
from simulator import acts
from simulator import events as e
from simulator.text import clock
from simulator.values import Ref
from ui.reports.decided import dropped
from ui.reports.finished import Finished
from ui.reports.hurt import at_work, printed, whole

ORDER = ("missed", "broken", "late", "on time", "already done", "kept", "none expected")
MEANS = {
    "record_contradiction": "people push for opposite steps: one record of both and of the choice",
}  # fmt: skip
"""Command that was called for -> what it is for."""
CLEARS = 300
"""Seconds after a step within which an alert that clears is told as cleared after it."""
SHORT = 110
"""Letters of what somebody asked, or of a look for them, where a line is room enough."""


def injects(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield each inject with the response that it called for, and when what was begun came out: begun is not done."""
    for row in sorted(each(story.injects(drill.view)), key=lambda row: ORDER.index(row.verdict)):
        through, came = _outcome(drill, row.reply)
        reply = drill.view.entry(row.reply).at if row.reply else row.at
        yield {"at": clock(row.at), "second": row.at, "who": row.persona, "text": row.text, "expected": row.expected,
               "minutes": round(max(0, reply - row.at) / 60),
               "short": whole(row.text, SHORT),
               "verdict": row.verdict,
               "proposed": _proposed(drill, row.inject, row.verdict), "means": _means(drill, row.inject),
               "answered": clock(reply) if row.reply else "",
               "through": through, "came": came}  # fmt: skip


def _outcome(drill: Finished, reply: int) -> tuple[str, str]:
    """Return when what a response began came out, in words, and what a look printed that is among no checks.

    A look before the last mitigation took hold shows what is wrong yet, and verifies nothing.
    """
    view = drill.view
    match view.entry(reply).body if reply else None:
        case acts.TakeAction(action=action):
            # Several orders may come to one run, which keeps the first: it is theirs as long as it is not over.
            asked = (view.entry(reply).at, reply)
            run = next((one for one in view.runs if one.ident == action and (
                one.under_way or one.finished is None or (one.finished, one.finish_seq) > asked)), None)  # fmt: skip
            if run is None:
                return "never carried out", ""
            return "no effect" if run.effect is None else f"in effect {clock(run.effect)}", ""
        case acts.RecordVerification():
            found = next((m for m in view.all(e.VerificationMeasured) if m.seq > reply), None)
            if found is None:
                return "never measured", ""
            return f"measured {clock(found.at)}: {'all' if found.body.green else 'not all'} within it", ""
        case acts.RunQuery(query=query):
            others = {m.body.run for m in view.all(e.QueryQueued, e.QueryStarted) if m.seq < reply}
            looked = next((m for m in view.all(e.QueryFinished) if m.seq > reply and m.body.query == query
                           and m.body.run not in others), None)  # fmt: skip
            if looked is None:
                return "no result", ""
            spec = view.spec_of(looked.body)
            if spec is not None and spec.verifies:
                return f"{'green' if looked.body.ok else 'red'} {clock(looked.at)}", ""
            last = FOREVER if view.last_effect is None or (spec and spec.requires) else view.last_effect
            shown = f"{drill.names.title('queries', query)}: {printed(looked.body.output, SHORT)}"
            return f"result {clock(looked.at)}", shown if last <= looked.at else ""
    return "", ""


def _means(drill: Finished, inject: str) -> str:
    """Return what a response comes to that its name does not tell whoever was not there, empty for the others."""
    expects = getattr(drill.scenario.find("injects", inject), "expects", None)
    return MEANS.get(expects.command, "") if expects is not None else ""


def _proposed(drill: Finished, inject: str, verdict: str) -> str:
    """Return what somebody wanted done and whether anybody did it, empty where nothing was proposed."""
    spec = drill.scenario.find("injects", inject)
    action = getattr(spec, "proposes", None)
    if spec is None or not action:
        return ""
    unsaid = "never answered so; " * (verdict == "missed" and spec.form == "ask")
    done = next((run for run in drill.view.started if run.spec.id == action), None)
    return f"{unsaid}{drill.names.title('actions', action)}: {f'begun {clock(done.begun)}' if done else 'not done'}"


def missed(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what was passed over, what never came before what came late: steps, alerts, requests without an answer."""
    yield from dropped(drill)
    yield from _new(drill)
    rows = [one for one in beside(drill.view, "signals") if one.share and one.note and not one.id.startswith("cue:")]
    for one in sorted(rows, key=lambda one: _weight(one.id, one.note)):
        yield {"what": one.title, "note": f"{one.note}{_cleared(drill, one.id)}", "first": one.share >= 1,
               "asked": one.id.startswith("inject:"), "ordered": False}  # fmt: skip


def _new(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield the alerts that fired after the last mitigation took effect and were on when people left."""
    view = drill.view
    states = {m.body.alert: m for m in view.all(e.AlertFired, e.AlertResolved) if m.at <= view.left}
    for alert, m in states.items():
        if isinstance(m.body, e.AlertFired) and view.last_effect is not None and m.at > view.last_effect:
            note = f"fired {clock(m.at)}, after the last mitigation ({clock(view.last_effect)}), on when people left"
            yield {"what": f"Alert: {view.title('alerts', alert)}", "note": note, "first": True, "asked": False,
                   "ordered": False}  # fmt: skip


def _cleared(drill: Finished, ident: str) -> str:
    """Return when an alert cleared last, and what was not back then."""
    view, about = drill.view, Ref(ident)
    found = view.all(e.AlertFired, e.AlertResolved) if about.kind == "alert" else ()
    states = [m for m in found if m.body.alert == about.ident and m.at <= view.left]
    if not states or isinstance(states[-1].body, e.AlertFired):
        return ""
    at = states[-1].at
    # What changes nothing cleared nothing, and what took hold long before seldom did.
    near = (run for run in view.started if not run.spec.looks and at - CLEARS <= run.landed <= at)
    done = max(near, key=lambda run: run.landed, default=None)
    after = f" after {done.spec.title} ({clock(done.landed)})" if done else ""
    # What was still at work may have done it as well.
    busy = {run.spec.title: clock(since) for run in reversed(view.started) if not run.spec.looks
            and (since := at_work(drill, run)) <= at < run.landed}  # fmt: skip
    for title, since in busy.items():
        after += f"{',' if after else ''} with {title} at work (from {since})"
    outside = view.outside(at)
    which = "nothing was back" if {*outside} >= {*view.affected} else f"{view.titles('segments', outside)} not back"
    return f", cleared {clock(at)}{after}{f', though {which}' if outside else ''}"


def _weight(ident: str, note: str) -> int:
    """Return the rank of something that was passed over: asked and never answered, paged, late."""
    return 0 if note.endswith("never came") else 1 if ident.startswith("alert:") else 2
