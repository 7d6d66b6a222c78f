"""What a document may draw on: one tree of plain data per drill, the same for our templates and for a team's own.

Every field is named and explained in docs/reports.md; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from analytics.about import TURNING, ending, times, unmet
from analytics.criteria.common import in_command
from analytics.report import story
from analytics.report.tables import each
from analytics.report.team import SITTING
from simulator import acts
from simulator import events as e
from simulator.names import Said
from simulator.record.entry import Body
from simulator.text import clock
from simulator.values import COMMANDER
from ui.parts.words import told
from ui.reports.afterwards import follow_through, survey
from ui.reports.asked import injects, missed
from ui.reports.claimed import claims
from ui.reports.claimed import told as told_to
from ui.reports.decided import alternatives, decisions, undecided
from ui.reports.finished import Finished
from ui.reports.hurt import hit, impact, looks, loss, segments
from ui.reports.judged import objectives, points
from ui.reports.known import checks, knew, prechecks, worsened
from ui.reports.opening import leaderless, opening
from ui.reports.remaining import remains

GROUPS = ("decision", "action", "effect", "inject", "alert", "fault", "tolerance", "change")
"""Groups of the timeline whose lines are turning points for a reader who was not there."""
UPDATES = (acts.UpdateStakeholders, acts.UpdateExecutives, acts.EscalateInternally, acts.CorrectUpdate)
TURNS = (
    *UPDATES, acts.AcknowledgePage, acts.Freeze, acts.LiftFreeze, acts.ChallengeClaim, e.PageUnanswered, e.RoleAccepted,
    e.RoleVacated, e.HandOffAccepted, e.VerificationMeasured, e.ClosureRefused, e.DrillEnded,
)  # fmt: skip
"""What else is one: who commands, what was held, shown and told."""


def context(drill: Finished) -> dict[str, Any]:
    """Return everything that a template may name."""
    tree = _parts(drill)
    return {"opening": opening(drill, tree), **tree}


def _parts(drill: Finished) -> dict[str, Any]:
    said, worse, score = list(claims(drill)), list(worsened(drill)), points(drill)
    return {
        "drill": _drill(drill),
        "people": list(_people(drill)),
        "objectives": list(objectives(drill)),
        "cause": _cause(drill),
        "command": list(_command(drill)),
        "passed": list(_passed(drill)),
        "handed": list(_handed(drill)),
        "times": list(_times(drill)),
        "impact": list(impact(drill)),
        "loss": loss(drill),
        "hit": list(hit(drill)),
        "segments": list(segments(drill)),
        "looks": list(looks(drill)),
        "timeline": list(_timeline(drill)),
        "decisions": list(decisions(drill)),
        "undecided": list(undecided(drill)),
        "alternatives": list(alternatives(drill)),
        "injects": list(injects(drill)),
        "updates": list(told_to(drill, said)),
        "claims": said,
        "score": score,
        "result": score["no_total"] or f"{score['total']} of 100, {score['band_title']}",
        "missed": list(missed(drill)),
        "knew": list(knew(drill)),
        "worsened": worse,
        "remains": remains(drill, said, worse),
        "checks": list(checks(drill)),
        "prechecks": list(prechecks(drill)),
        "leadership": list(_said(drill, acts.WriteLeadershipNote)),
        "closure": list(_said(drill, acts.PublishClosurePackage, acts.PublishDecisionNote)),
        "ratings": [
            {"what": _rated(drill, what), "given": [{"who": who, "rating": n} for who, n in given.items()]}
            for what, given in drill.rated.items()
        ],
        "follow_through": follow_through(drill),
        "survey": survey(drill),
        "limits": list(_limits(drill)),
    }  # fmt: skip


def day(instant: float) -> str:
    """Return a wall instant as a day in UTC, empty where there is none."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%d") if instant else ""


def _minute(instant: float) -> str:
    """Return a wall instant to the minute in UTC, empty where there is none."""
    return f"{datetime.fromtimestamp(instant, UTC):%Y-%m-%d %H:%M} UTC" if instant else ""


def _drill(drill: Finished) -> dict[str, Any]:
    head, s, end = drill.journal.header, drill.scenario, drill.view.first(e.DrillEnded)
    return {
        "title": s.title, "incident": s.incident, "company": s.company, "summary": s.summary, "scenario": head.scenario,
        "variant": head.variant, "difficulty": head.difficulty, "seed": head.seed, "mode": head.mode,
        "playbook": drill.playbook.title, "policy": head.policy or "", "engine": head.engine,
        "scenario_version": head.scenario_version, "begun": day(drill.created), "ended": day(drill.ended),
        "opened_at": _minute(drill.created), "over_at": _minute(drill.ended), "id": drill.ident,
        "record": drill.record, "facilitators": list(drill.facilitators),
        "ended_at": clock(end.at) if end else "", "how": _how(drill), "t0": f"{s.t0_utc[:10]}, {s.t0_utc[11:16]} UTC",
        "horizon": clock(drill.view.final.at if drill.view.final else drill.view.over),
        "minutes": round(drill.view.left / 60), "severity": drill.view.history.severity or "not declared",
        "severity_in_words": _severity(drill), "unnamed": drill.unnamed,
    }  # fmt: skip


def _how(drill: Finished) -> str:
    """Return how the drill ended and by whom."""
    end = drill.view.first(e.DrillEnded)
    if end is None:
        return "the record stops before"
    closed, asked = drill.view.closed, drill.view.all(acts.EndDrill)[-1:]
    by = [drill.names_then.at(m.seq).person(m.by) for m in drill.view.all(acts.RequestClosure)
          if closed and m.seq < closed.seq][-1:]  # fmt: skip
    called = " as resolved," if not closed and any(m.body.how == "resolved" for m in asked) else ""
    asked_for = "".join(f", which {who} asked for" for who in by)
    over = f" at {clock(closed.at)}{asked_for}" if closed else f"{called} with the incident open"
    return f"{ending(drill.view)}{over}"


def _severity(drill: Finished) -> str:
    played, severity = drill.journal.header.playbook, drill.view.history.severity
    return next((one.title for one in (played.levels if played else ()) if one.id == severity), "")


def _command(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield who was in command from when until when, to the end; nobody where it was nobody."""
    view = drill.view
    held = [(max(0, one.since), min(one.until, view.left), in_command(view, one)) for one in view.commanders]
    rows = [(since, until, who) for since, until, who in held if until > since]
    for since, until, who in sorted([*rows, *((*gap, "nobody") for gap in leaderless(drill))]):
        yield {"since": clock(since), "until": clock(until), "who": who}


def _handed(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what was handed over: who gave it when, and who took it when; `taken` is empty where nobody did."""
    taken = {m.body.handoff: m for m in drill.view.all(e.HandOffAccepted)}
    for m in drill.view.all(e.HandOffOffered):
        names, took = drill.names_then.at(m.seq), taken.get(m.body.handoff)
        yield {"at": clock(m.at), "what": "command" if m.body.what == COMMANDER else m.body.what,
               "gave": names.handle(m.body.giver), "took": names.handle(m.body.receiver),
               "taken": clock(took.at) if took is not None else ""}  # fmt: skip


def _passed(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield the roles other than command that another seat took over from the one that had them."""
    had: dict[str, str] = {}
    for m in drill.view.all(e.RoleAccepted):
        role, seat = m.body.role, m.body.seat
        if role != COMMANDER and had.get(role, seat) != seat:
            yield {"at": clock(m.at), "role": drill.view.title("roles", role), "who": drill.view.title("roles", seat)}
        had[role] = seat


def _times(drill: Finished) -> Iterator[dict[str, Any]]:
    for name, at in times(drill.view).items():
        yield {"id": name, "title": TURNING[name], "at": unmet(drill.view, name) if at is None else clock(at)}


def _people(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield who sat where and for how long; a seat that nobody took is not there."""
    left, names = drill.view.left, {}
    for entry in drill.journal:
        if isinstance(entry.body, acts.TakeSeat):
            names.setdefault(entry.body.seat, []).append(entry.body.name)
    for seat in drill.scenario.seats():
        stretches = drill.view.history.sat.get(seat.id, [])
        seconds = sum(max(0, min(left, left if x.until is None else x.until) - max(0, x.since)) for x in stretches)
        if stretches:
            # To sit down and to get up is no contribution.
            given = sum(x.is_act and x.role == seat.id and not x.by.simulated and not isinstance(x.body, SITTING)
                        for x in drill.view.entries)  # fmt: skip
            who = dict.fromkeys(names.get(seat.id, [seat.title]))
            led = sum(max(0, min(left, x.until) - max(0, x.since)) for x in drill.view.commanders if x.who == seat.id)
            yield {"seat": seat.title, "name": ", ".join(who), "minutes": round(seconds / 60), "acts": given,
                   "led": round(led / 60)}  # fmt: skip


def _cause(drill: Finished) -> dict[str, Any]:
    named = {m.body.cause: m for m in drill.view.all(acts.StateHypothesis)}
    true = [cause for cause in drill.scenario.causes if cause.true]
    planned = {m.body.factor for m in drill.view.all(acts.AddHardeningTask)}
    shown = drill.followed is None or drill.followed.key_open
    first = next((m for m in drill.view.all(acts.StateHypothesis) if m.body.cause in {c.id for c in true}), None)
    return {
        "fault": drill.scenario.fault, "since": _ago(drill.view.fault_at), "true": [cause.title for cause in true],
        "named_at": clock(first.at) if first else "never",
        "named_by": "people" if first is None or drill.view.by_people(first.seq) else "a simulated teammate",
        "stated": [{"title": drill.names.title("causes", cause), "at": clock(m.at), "sure": round(100 *
                    m.body.probability), "true": drill.view.is_true("causes", cause)} for cause, m in named.items()],
        "factors": [{"title": f.title, "layer": f.layer, "planned": f.id in planned}
                    for f in drill.scenario.factors if f.true and shown],
        "factors_shown": shown,
    }  # fmt: skip


def _ago(at: int) -> str:
    """Return a moment, and for one long before the drill how long before it in hours."""
    return f"{clock(at)} ({-at / 3600:.0f} h before T+00:00)" if at <= -2 * 3600 else clock(at)


def _timeline(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what the world did and what people decided, did and told, in drill time."""
    for row in each(story.timeline(drill.view)):
        entry = drill.view.entry(row.seq)
        said = _of_world(drill, entry.body, row.at) or told(drill.names_then.at(row.seq), entry)
        if said is None or row.at > drill.view.over:
            continue
        if not isinstance(entry.body, TURNS) and (row.minor or row.group not in GROUPS):
            continue
        more = "; ".join(line.removeprefix("- ") for line in said.detail.splitlines())
        # Whoever reads a document is not whom a message was sent to.
        kind = said.label.partition(", ")[0]
        yield {"at": clock(row.at), "second": row.at, "lane": row.lane, "kind": kind, "who": said.who,
               "what": f"{said.text} {more}" if said.text.endswith(":") else said.text}  # fmt: skip


def _of_world(drill: Finished, body: Body, at: int) -> Said | None:
    """Return what the world alone knew and a reader afterwards may: what went wrong, and what came back."""
    match body:
        case e.FaultStarted():
            return Said("change", "breaks", "", f"{drill.scenario.fault}{_since(drill)}")
        case e.ToleranceCrossed(segment=segment, within=within):
            title, early = drill.view.title("segments", segment), ", by the beginning of this record"
            first = drill.view.samples[0].at if drill.view.samples else 0
            begun = early if not within and _since(drill) and at <= first else ""
            return Said("change", "recovers" if within else "is hit", "", f"{title}{begun}")
    return None


def _since(drill: Finished) -> str:
    """Return since when it was broken, where that was before the record begins; else nothing."""
    begins = drill.journal.entries[0].at
    return f", since {_ago(drill.view.fault_at)}" if drill.view.fault_at < begins else ""


def _said(drill: Finished, *kinds: type[acts.Act]) -> Iterator[dict[str, Any]]:
    for m in drill.view.all(*kinds):
        names = drill.names_then.at(m.seq)
        yield {"at": clock(m.at), "kind": m.body.kind, "who": names.person(m.by), "text": m.body.sentence(names)}


def _rated(drill: Finished, what: str) -> str:
    titles = {**{one.id: one.title for _, one in drill.playbook.criteria()},
              **{f"objective:{one.id}": one.title for one in drill.scenario.objectives}}  # fmt: skip
    return titles.get(what, what)


def _limits(drill: Finished) -> Iterator[str]:
    """Yield what a reader has to know of how far a simulation can be trusted."""
    head = drill.journal.header
    yield "Figures are what a model came to, not what production would have done."
    if head.policy:
        yield f"A scripted responder (“{head.policy}”) sat in every seat; it says nothing of any team."
    empty = [s.title for s in drill.scenario.seats() if not drill.view.history.sat.get(s.id)]
    if empty and not head.policy:
        yield f"Held by simulated teammates throughout: {', '.join(empty)}."
    if drill.view.left < drill.view.over:
        yield f"Harm and waits count on to {clock(drill.view.over)}, after people left."
    if drill.skipped:
        yield f"The clock was not left to itself: {', '.join(drill.skipped)}. Compare times with drills paced alike."
    if hints := len(drill.view.all(acts.GiveHint)):
        yield f"The facilitator gave {hints} hint{'' if hints == 1 else 's'}."
    if forced := len(drill.view.all(acts.OverrideOutcome)):
        yield f"The facilitator forced or forbade {forced} outcome{'' if forced == 1 else 's'}."
    spread = (drill.card or {}).get("spread")
    if spread:
        low, high = spread["low"], spread["high"]
        wide = "" if low == high else f" to {high}, median {spread['median']}"
        yield f"The same commands on other seeds come to {low}{wide} points."
    if drill.corrections:
        yield f"{len(drill.corrections)} points were set by hand; they stand beside the record's own."
    if drill.unnamed:
        yield "People are called by their seats; names in free text are replaced as far as they are known."
