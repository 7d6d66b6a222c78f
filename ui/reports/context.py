"""What a document may draw on: one tree of plain data per drill, the same for our templates and for a team's own.

Every field is named and explained in docs/reports.md; a test holds the two together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from analytics.about import times
from analytics.follow_through.beside import TURNING, beside
from analytics.overrides import with_overrides
from analytics.report import story
from analytics.report import tables as frames
from analytics.report.tables import each
from simulator import acts
from simulator import events as e
from simulator.names import Names
from simulator.room.notes import HIGHEST, LOWEST
from simulator.text import clock
from simulator.values import Ref
from ui.parts.words import told
from ui.reports.afterwards import follow_through, survey
from ui.reports.finished import Finished

MOST_FINDINGS = 6
"""Strengths, and areas to improve, that a report names."""
GROUPS = ("decision", "action", "effect", "inject", "alert", "fault", "tolerance", "change")
"""Groups of the timeline whose lines are turning points for a reader who was not there."""
ENDED = {"resolved": "resolved", "time": "time was up", "stopped": "stopped by the facilitator"}


def context(drill: Finished) -> dict[str, Any]:
    """Return everything that a template may name."""
    return {
        "drill": _drill(drill),
        "people": list(_people(drill)),
        "objectives": list(_objectives(drill)),
        "cause": _cause(drill),
        "times": [{"id": name, "title": TURNING[name], "at": "never" if at is None else clock(at)}
                  for name, at in times(drill.view).items()],
        "impact": list(_impact(drill)),
        "timeline": list(_timeline(drill)),
        "decisions": list(_decisions(drill)),
        "injects": list(_injects(drill)),
        "updates": list(_said(drill, acts.UpdateStakeholders, acts.UpdateExecutives, acts.EscalateInternally)),
        "score": _score(drill),
        "missed": list(_missed(drill)),
        "remains": _remains(drill),
        "comparisons": list(_comparisons(drill)),
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


def _drill(drill: Finished) -> dict[str, Any]:
    head, s, end = drill.journal.header, drill.scenario, drill.view.first(e.DrillEnded)
    return {
        "title": s.title, "incident": s.incident, "company": s.company, "summary": s.summary, "scenario": head.scenario,
        "variant": head.variant, "difficulty": head.difficulty, "seed": head.seed, "mode": head.mode,
        "playbook": drill.playbook.title, "policy": head.policy or "", "engine": head.engine,
        "scenario_version": head.scenario_version, "begun": day(drill.created), "ended": day(drill.ended),
        "ended_at": clock(end.at) if end else "", "how": ENDED[end.body.how] if end else "the record stops before",
        "minutes": round(drill.view.left / 60), "severity": drill.view.history.severity or "not declared",
        "unnamed": drill.unnamed,
    }  # fmt: skip


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
            given = sum(x.is_act and x.role == seat.id and not x.by.simulated for x in drill.view.entries)
            who = dict.fromkeys(names.get(seat.id, [seat.title]))
            yield {"seat": seat.title, "name": ", ".join(who), "minutes": round(seconds / 60), "acts": given}


def _objectives(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what the drill was for, with how far the responses it called for came, and what evaluators gave it."""
    worth = {"on time": 1.0, "kept": 1.0, "late": 0.5, "missed": 0.0, "broken": 0.0}
    seen: dict[str, list[float]] = {}
    for row in each(story.injects(drill.view)):
        spec = drill.scenario.find("injects", row.inject)
        if row.verdict in worth and spec is not None and spec.objective:
            seen.setdefault(spec.objective, []).append(worth[row.verdict])
    for one in drill.scenario.objectives:
        found = seen.get(one.id, [])
        share = sum(found) / len(found) if found else None
        rated = [n for what in (one.id, f"objective:{one.id}") for n in drill.rated.get(what, {}).values()]
        yield {
            "id": one.id, "title": one.title, "target": one.target,
            "by_record": "not observed" if share is None else drill.playbook.band(math.floor(100 * share)),
            "shown": f"{sum(found):g} of {len(found)} responses that it called for" if found else "none",
            "by_evaluators": _letter(rated) if rated else "not rated",
        }  # fmt: skip


def _letter(rated: Sequence[int]) -> str:
    """Return the mean of ratings as the letter of objectives; a rating of no known level is of the nearest one."""
    return "PSMU"[HIGHEST - min(HIGHEST, max(LOWEST, round(sum(rated) / len(rated))))]


def _cause(drill: Finished) -> dict[str, Any]:
    named = {m.body.cause: m for m in drill.view.all(acts.StateHypothesis)}
    true = [cause for cause in drill.scenario.causes if cause.true]
    first = next((m for m in drill.view.all(acts.StateHypothesis) if m.body.cause in {c.id for c in true}), None)
    return {
        "fault": drill.scenario.fault, "since": clock(drill.view.fault_at), "true": [cause.title for cause in true],
        "named_at": clock(first.at) if first else "never",
        "stated": [{"title": drill.names.title("causes", cause), "at": clock(m.at), "sure": round(100 *
                    m.body.probability), "true": drill.view.is_true("causes", cause)} for cause, m in named.items()],
        "factors": [{"title": f.title, "layer": f.layer} for f in drill.scenario.factors if f.true],
    }  # fmt: skip


def _impact(drill: Finished) -> Iterator[dict[str, Any]]:
    null, best = drill.view.references.null.harm, drill.view.references.best.harm
    done = drill.view.final.body.harm if drill.view.final else {}
    for one in drill.scenario.harm:
        yield {"id": one.id, "title": one.title, "value": counted(done.get(one.id)),
               "nobody": counted(null.get(one.id)), "best": counted(best.get(one.id))}  # fmt: skip


def counted(value: float | None) -> str:
    """Return a count as people write it, `unknown` for none."""
    if value is None or math.isnan(value):
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.3g}"


def _timeline(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what the world did and what people decided, did and told, in drill time."""
    for row in each(story.timeline(drill.view)):
        entry = drill.view.entry(row.seq)
        said = told(drill.names_then.at(row.seq), entry)
        if said is None or row.minor or row.group not in GROUPS or row.at > drill.view.over:
            continue
        more = "; ".join(line.removeprefix("- ") for line in said.detail.splitlines())
        yield {"at": clock(row.at), "second": row.at, "lane": row.lane, "kind": said.label, "who": said.who,
               "what": f"{said.text} {more}" if said.text.endswith(":") else said.text}  # fmt: skip


def _decisions(drill: Finished) -> Iterator[dict[str, Any]]:
    for m, row in zip(drill.view.decisions, each(story.decisions(drill.view)), strict=True):
        names, left = drill.names_then.at(m.seq), row.gap
        yield {
            "number": m.ref.ident, "at": clock(m.at), "who": names.person(m.by), "decision": m.body.decision,
            "actions": names.titles("actions", m.body.actions) if m.body.actions else "",
            "why": names.title("reasons", m.body.why_now), "confidence": m.body.confidence,
            "evidence": "; ".join(_cited(names, ref) for ref in m.body.evidence),
            "executes": names.handle(m.body.execution_owner or ""),
            "verifies": names.handle(m.body.verification_owner or "") if m.body.verification_owner else "nobody",
            "rejected": ", ".join(f"{one.rung}: {one.reason.replace('_', ' ')}" for one in m.body.rejected),
            "left": "" if math.isnan(left) else f"{left:.0%} of the avoidable loss was left",
        }  # fmt: skip


_GROUPS = {"query": "queries", "alert": "alerts", "metric": "metrics", "action": "actions"}


def _cited(names: Names, ref: Ref) -> str:
    """Return a reference in words, as it is where it has none."""
    group = _GROUPS.get(ref.kind)
    return names.title(group, ref.ident) if group else ref


def _injects(drill: Finished) -> Iterator[dict[str, Any]]:
    for row in each(story.injects(drill.view)):
        yield {"at": clock(row.at), "who": row.persona, "text": row.text, "expected": row.expected,
               "verdict": row.verdict,
               "answered": "" if math.isnan(row.answered) else clock(round(60 * row.answered))}  # fmt: skip


def _said(drill: Finished, *kinds: type[acts.Act]) -> Iterator[dict[str, Any]]:
    for m in drill.view.all(*kinds):
        names = drill.names_then.at(m.seq)
        yield {"at": clock(m.at), "kind": m.body.kind, "who": names.person(m.by), "text": m.body.sentence(names)}


def _score(drill: Finished) -> dict[str, Any]:
    card = with_overrides(drill.card, drill.corrections) if drill.card is not None else None
    nothing: Mapping[str, Any] = {"parts": []}
    rows = [row for row in each(frames.findings(card or nothing, drill.playbook)) if row.status != "not_applicable"]
    good = sorted((r for r in rows if r.status == "met"), key=lambda r: -r.points)
    gaps = sorted((r for r in rows if r.gap > 0), key=lambda r: -r.gap)

    def shown(row: Any) -> dict[str, Any]:
        return {"id": row.id, "title": row.title, "points": row.points, "out_of": row.out_of, "why": row.why,
                "advice": row.advice, "source": row.source, "status": row.status.replace("_", " ")}  # fmt: skip

    limits = {one.id: one.title for one in (*drill.playbook.caps, *drill.playbook.anti_patterns)}
    bands = {band.id: band.title for band in drill.playbook.bands}
    band = str((card or {}).get("band") or "")
    return {
        "total": (card or {}).get("total"), "uncapped": (card or {}).get("uncapped"), "band": band,
        "band_title": bands.get(band, "no total"), "by_hand": (card or {}).get("total_by_hand"),
        "spread": (card or {}).get("spread"),
        "parts": [{"title": r.title, "points": r.points, "out_of": r.out_of}
                  for r in each(frames.parts(card or nothing, drill.playbook))],
        "caps": [{"id": one["id"], "title": limits.get(one["id"], one["id"]), "limit": one["limit"], "why": one["why"]}
                 for one in (*(card or {}).get("caps", ()), *(card or {}).get("anti_patterns", ()))],
        "findings": [shown(row) for row in rows], "strengths": [shown(row) for row in good[:MOST_FINDINGS]],
        "areas": [shown(row) for row in gaps[:MOST_FINDINGS]],
    }  # fmt: skip


def _missed(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what was passed over: signals that nobody took up in time, and requests that got no answer."""
    for one in beside(drill.view, "signals"):
        if one.share and one.note:
            yield {"what": one.title, "note": one.note, "first": one.share >= 1}


def _remains(drill: Finished) -> dict[str, Any]:
    history, names = drill.view.history, drill.names
    watch = history.watch.body if history.watch else None
    outside = drill.view.outside(drill.view.final.at) if drill.view.final else ()
    return {
        "outside": [names.title("segments", one) for one in outside],
        "risks": [names.title("residual_risks", one) for one in history.residual_risks],
        "hardening": [x.body.sentence(drill.names_then.at(x.seq)) for x in history.hardening
                      if isinstance(x.body, acts.AddHardeningTask)],
        "watch": watch.sentence(names) if isinstance(watch, acts.SetWatch) else "",
    }  # fmt: skip


def _comparisons(drill: Finished) -> Iterator[dict[str, Any]]:
    for m in drill.view.all(e.VerificationMeasured):
        rows = [row.sentence(drill.names) for row in m.body.rows]
        came = "all within the baseline" if m.body.green else "not back to the baseline"
        yield {"at": clock(m.at), "came": came, "rows": rows}


def _rated(drill: Finished, what: str) -> str:
    titles = {**{one.id: one.title for _, one in drill.playbook.criteria()},
              **{f"objective:{one.id}": one.title for one in drill.scenario.objectives}}  # fmt: skip
    return titles.get(what, what)


def _limits(drill: Finished) -> Iterator[str]:
    """Yield what a reader has to know of how far a simulation can be trusted."""
    head = drill.journal.header
    yield "A drill is a model: figures are what this model came to, not what production would have done."
    if head.policy:
        yield f"A scripted responder (“{head.policy}”) sat in every seat; it says nothing of any team."
    empty = [s.title for s in drill.scenario.seats() if not drill.view.history.sat.get(s.id)]
    if empty and not head.policy:
        yield f"Held by simulated teammates throughout: {', '.join(empty)}."
    if drill.skipped:
        yield f"The clock was not left to itself: {', '.join(drill.skipped)}. Compare times with drills paced alike."
    if hints := len(drill.view.all(acts.GiveHint)):
        yield f"The facilitator gave {hints} hint{'' if hints == 1 else 's'}."
    if forced := len(drill.view.all(acts.OverrideOutcome)):
        yield f"The facilitator forced or forbade {forced} outcome{'' if forced == 1 else 's'}."
    spread = (drill.card or {}).get("spread")
    if spread:
        yield f"The same commands on other seeds come to {spread['low']} to {spread['high']} points."
    if drill.corrections:
        yield f"{len(drill.corrections)} points were set by hand; they stand beside the record's own."
    if drill.unnamed:
        yield "People are called by their seats; names in free text are replaced as far as they are known."
