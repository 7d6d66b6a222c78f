"""What a document may draw on: one tree of plain data per drill, the same for our templates and for a team's own.

Every field is named and explained in docs/reports.md; a test holds the two together.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, get_args

from analytics.about import ending, times, unmet
from analytics.follow_through.beside import TURNING, beside
from analytics.overrides import with_overrides
from analytics.report import story
from analytics.report import tables as frames
from analytics.report.tables import each
from simulator import acts
from simulator import events as e
from simulator.names import Said
from simulator.record.entry import Body
from simulator.responses import GOOD, Verdict
from simulator.room.notes import HIGHEST, LOWEST
from simulator.text import clock
from simulator.values import COMMANDER, Ref
from ui.parts.words import told
from ui.reports.afterwards import follow_through, survey
from ui.reports.claimed import claims
from ui.reports.claimed import told as told_to
from ui.reports.decided import alternatives, decisions, dropped, undecided
from ui.reports.finished import Finished
from ui.reports.hurt import at_work, harmed_more, hit, impact, looks, loss, of_harm, segments, whole
from ui.reports.known import checks, knew, prechecks, worsened
from ui.reports.opening import opening
from ui.reports.remaining import remains

MOST_FINDINGS = 5
"""Strengths, and areas to improve, that a report names."""
GROUPS = ("decision", "action", "effect", "inject", "alert", "fault", "tolerance", "change")
"""Groups of the timeline whose lines are turning points for a reader who was not there."""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
LATE = 0.25
"""What a late response is worth beside one in time: half would let an objective that was served late pass as solid."""
MEANS = {
    "record_contradiction": "people push for opposite steps: one record names both, what speaks for each, "
                            "which of them was taken and when that is looked at again",
}  # fmt: skip
"""Command that was called for -> what it is for."""
CLEARS = 300
"""Seconds after a step within which an alert that clears is told as cleared after it."""
SHORT = 110
"""Letters of what somebody asked, where a line is room enough."""
FEWEST = 3
"""Responses below which a letter says nothing."""
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
    said = list(claims(drill))
    return {
        "drill": _drill(drill),
        "people": list(_people(drill)),
        "objectives": list(_objectives(drill)),
        "cause": _cause(drill),
        "command": list(_command(drill)),
        "passed": list(_passed(drill)),
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
        "injects": list(_injects(drill)),
        "updates": list(told_to(drill)),
        "claims": said,
        "score": _score(drill),
        "missed": list(_missed(drill)),
        "knew": list(knew(drill)),
        "worsened": list(worsened(drill)),
        "remains": remains(drill, said),
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


def _drill(drill: Finished) -> dict[str, Any]:
    head, s, end = drill.journal.header, drill.scenario, drill.view.first(e.DrillEnded)
    return {
        "title": s.title, "incident": s.incident, "company": s.company, "summary": s.summary, "scenario": head.scenario,
        "variant": head.variant, "difficulty": head.difficulty, "seed": head.seed, "mode": head.mode,
        "playbook": drill.playbook.title, "policy": head.policy or "", "engine": head.engine,
        "scenario_version": head.scenario_version, "begun": day(drill.created), "ended": day(drill.ended),
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
    closed = drill.view.closed
    return f"{ending(drill.view)}{f' at {clock(closed.at)}' if closed else ' with the incident open'}"


def _severity(drill: Finished) -> str:
    played, severity = drill.journal.header.playbook, drill.view.history.severity
    return next((one.title for one in (played.levels if played else ()) if one.id == severity), "")


def _command(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield who was in command from when until when, to the end; nobody where it was nobody."""
    view, at = drill.view, 0
    for span in view.commanders:
        since, until = max(0, span.since), min(span.until, view.left)
        if until <= since:
            continue
        if since > at:
            yield {"since": clock(at), "until": clock(since), "who": "nobody"}
        yield {"since": clock(since), "until": clock(until), "who": view.title("roles", span.who)}
        at = max(at, until)
    if at < view.left:
        yield {"since": clock(at), "until": clock(view.left), "who": "nobody"}


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
            given = sum(x.is_act and x.role == seat.id and not x.by.simulated for x in drill.view.entries)
            who = dict.fromkeys(names.get(seat.id, [seat.title]))
            led = sum(max(0, min(left, x.until) - max(0, x.since)) for x in drill.view.commanders if x.who == seat.id)
            yield {"seat": seat.title, "name": ", ".join(who), "minutes": round(seconds / 60), "acts": given,
                   "led": round(led / 60)}  # fmt: skip


def _objectives(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what the drill was for, with how far the responses it called for came, and what evaluators gave it."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for row in each(story.injects(drill.view)):
        spec = drill.scenario.find("injects", row.inject)
        if row.verdict in VERDICTS and spec is not None and spec.objective:
            seen[spec.objective][row.verdict] += 1
    for one in drill.scenario.objectives:
        found = seen[one.id]
        share = (sum(found[v] for v in GOOD) + LATE * found["late"]) / found.total() if found else 0.0
        rated = [n for what in (one.id, f"objective:{one.id}") for n in drill.rated.get(what, {}).values()]
        yield {
            "id": one.id, "title": one.title, "target": one.target,
            "by_record": drill.playbook.band(math.floor(100 * share)) if found.total() >= FEWEST else
                         "too few to tell" if found else "not judged",
            "shown": ", ".join(f"{found[v]} {v}" for v in VERDICTS if found[v]) or
                     f"no response was called for{_unasked(drill, one.id)}",
            "by_evaluators": _letter(rated) if rated else "not rated",
        }  # fmt: skip


def _unasked(drill: Finished, objective: str) -> str:
    """Return the steps that were taken for an objective though nobody came to ask for anything.

    They are those that its requests would have called for, and those that want a look first which they call for.
    """
    wanted = {name for one in drill.scenario.injects if one.objective == objective and one.expects is not None
              and not one.expects.never for field in ("action", "query")
              for name in _picks(one.expects.fields.get(field, ()))}  # fmt: skip
    ran = [run for run in drill.view.started if {run.spec.id, run.spec.precheck} & wanted]
    first = {run.spec.title: clock(run.begun) for run in reversed(ran)}
    done = ", ".join(f"{title} from {at}" for title, at in reversed(first.items()))
    return f"; done unasked: {done}" if done else ""


def _picks(given: Any) -> Sequence[str]:
    return (given,) if isinstance(given, str) else tuple(given)


def _letter(rated: Sequence[int]) -> str:
    """Return the mean of ratings as the letter of objectives; a rating of no known level is of the nearest one."""
    return "PSMU"[HIGHEST - min(HIGHEST, max(LOWEST, round(sum(rated) / len(rated))))]


def _cause(drill: Finished) -> dict[str, Any]:
    named = {m.body.cause: m for m in drill.view.all(acts.StateHypothesis)}
    true = [cause for cause in drill.scenario.causes if cause.true]
    planned = {m.body.factor for m in drill.view.all(acts.AddHardeningTask)}
    first = next((m for m in drill.view.all(acts.StateHypothesis) if m.body.cause in {c.id for c in true}), None)
    return {
        "fault": drill.scenario.fault, "since": _ago(drill.view.fault_at), "true": [cause.title for cause in true],
        "named_at": clock(first.at) if first else "never",
        "stated": [{"title": drill.names.title("causes", cause), "at": clock(m.at), "sure": round(100 *
                    m.body.probability), "true": drill.view.is_true("causes", cause)} for cause, m in named.items()],
        "factors": [{"title": f.title, "layer": f.layer, "planned": f.id in planned}
                    for f in drill.scenario.factors if f.true],
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
        yield {"at": clock(row.at), "second": row.at, "lane": row.lane, "kind": said.label, "who": said.who,
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


def _injects(drill: Finished) -> Iterator[dict[str, Any]]:
    order = ("missed", "broken", "late", "on time", "already done", "kept", "none expected")
    for row in sorted(each(story.injects(drill.view)), key=lambda row: order.index(row.verdict)):
        yield {"at": clock(row.at), "who": row.persona, "text": row.text, "expected": row.expected,
               "short": whole(row.text, SHORT),
               "verdict": row.verdict,
               "proposed": ("no answer; " if row.verdict == "missed" else "") * bool(_proposed(drill, row.inject))
                           + _proposed(drill, row.inject), "means": _means(drill, row.inject),
               "answered": "" if math.isnan(row.answered) else clock(round(60 * row.answered))}  # fmt: skip


def _means(drill: Finished, inject: str) -> str:
    """Return what a response comes to that its name does not tell whoever was not there, empty for the others."""
    expects = getattr(drill.scenario.find("injects", inject), "expects", None)
    return MEANS.get(expects.command, "") if expects is not None else ""


def _proposed(drill: Finished, inject: str) -> str:
    """Return what somebody wanted done and whether anybody did it, empty where nothing was proposed."""
    action = getattr(drill.scenario.find("injects", inject), "proposes", None)
    if not action:
        return ""
    done = next((run for run in drill.view.started if run.spec.id == action), None)
    return f"{drill.names.title('actions', action)}: {f'begun {clock(done.begun)}' if done else 'not done'}"


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

    # Where acting did harm, to act earlier is no advice.
    unadvised = of_harm(drill.playbook) if harmed_more(drill) else frozenset()

    def shown(row: Any) -> dict[str, Any]:
        return {"id": row.id, "title": row.title, "points": row.points, "out_of": row.out_of, "why": row.why,
                "advice": "" if row.id in unadvised else row.advice,
                "source": row.source, "status": row.status.replace("_", " ")}  # fmt: skip

    titles = {one.id: one.title for one in (*drill.playbook.caps, *drill.playbook.anti_patterns)}
    limits = limited((*(card or {}).get("caps", ()), *(card or {}).get("anti_patterns", ())), titles)
    bands = {band.id: band.title for band in drill.playbook.bands}
    band = str((card or {}).get("band") or "")
    return {
        "scored": card is not None, "total": (card or {}).get("total"),
        "uncapped": (card or {}).get("uncapped"), "band": band,
        "band_title": bands.get(band, "no total"), "by_hand": (card or {}).get("total_by_hand"),
        "spread": (card or {}).get("spread"),
        "parts": [{"title": r.title, "points": r.points, "out_of": r.out_of}
                  for r in each(frames.parts(card or nothing, drill.playbook))],
        "caps": limits,
        "findings": [shown(row) for row in rows], "strengths": [shown(row) for row in good[:MOST_FINDINGS]],
        "areas": list(_once([shown(row) for row in gaps[:MOST_FINDINGS]], limits)),
    }  # fmt: skip


def _once(areas: Sequence[dict[str, Any]], limits: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield areas to improve, each with that of its reasons which neither a limit nor an area before it gave."""
    said = {sentence: one["title"] for one in reversed(limits) for sentence in _sentences(one["why"])}
    for one in areas:
        why = _sentences(one["why"])
        new, old = [s for s in why if s not in said], dict.fromkeys(said[s] for s in why if s in said)
        rest = f"{'For the rest see' if new else 'See'} {', '.join(f'“{title}”' for title in old)}." if old else ""
        yield {**one, "why": " ".join([*new, rest]).strip()}
        said = {**dict.fromkeys(why, one["title"]), **said}


def limited(given: Iterable[Mapping[str, Any]], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the limits, the strictest first; those of one kind, or for one reason, are one."""
    found: list[dict[str, Any]] = []
    for one in sorted(given, key=lambda one: one["limit"]):
        title, why = titles.get(one["id"], one["id"]), _sentences(one["why"])
        twin = next((other for other in found if other["title"] == title
                     or (why and {*why} <= {*_sentences(other["why"])})), None)  # fmt: skip
        if twin is None:
            found.append({"id": one["id"], "title": title, "limit": one["limit"], "why": one["why"]})
        else:
            twin["why"] = " ".join(dict.fromkeys([*_sentences(twin["why"]), *why]))
    return found


def _sentences(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=[.!?]) ", text) if one]


def _missed(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what was passed over, what never came before what came late: steps, alerts, requests without an answer."""
    yield from dropped(drill)
    rows = [one for one in beside(drill.view, "signals") if one.share and one.note and not one.id.startswith("cue:")]
    for one in sorted(rows, key=lambda one: _weight(one.id, one.note)):
        yield {"what": one.title, "note": f"{one.note}{_cleared(drill, one.id)}", "first": one.share >= 1,
               "asked": one.id.startswith("inject:")}  # fmt: skip


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
    return f", cleared {clock(at)}{after}{f', no proof: {which}' if outside else ''}"


def _weight(ident: str, note: str) -> int:
    """Return the rank of something that was passed over: asked and never answered, paged, late."""
    return 0 if note.endswith("never came") else 1 if ident.startswith("alert:") else 2


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
    if drill.view.left < drill.view.over:
        yield (f"People left at {clock(drill.view.left)} with the incident open: harm, and the wait for what was owed, "
               f"count on to {clock(drill.view.over)}.")  # fmt: skip
    if drill.skipped:
        yield f"The clock was not left to itself: {', '.join(drill.skipped)}. Compare times with drills paced alike."
    if hints := len(drill.view.all(acts.GiveHint)):
        yield f"The facilitator gave {hints} hint{'' if hints == 1 else 's'}."
    if forced := len(drill.view.all(acts.OverrideOutcome)):
        yield f"The facilitator forced or forbade {forced} outcome{'' if forced == 1 else 's'}."
    spread = (drill.card or {}).get("spread")
    if spread:
        low, high = spread["low"], spread["high"]
        yield f"The same commands on other seeds come to {low}{'' if low == high else f' to {high}'} points."
    if drill.corrections:
        yield f"{len(drill.corrections)} points were set by hand; they stand beside the record's own."
    if drill.unnamed:
        yield "People are called by their seats; names in free text are replaced as far as they are known."
