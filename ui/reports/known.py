"""What was known, by whom and how surely: cues, reruns and comparisons, and what made it worse meanwhile."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from analytics.recovery import Certificate
from analytics.report import story
from analytics.report.tables import each
from analytics.view import Moment
from simulator import acts
from simulator import events as e
from simulator.scenario.conditions import holds
from simulator.scenario.people import Debt
from simulator.text import clock
from simulator.values import Ref
from ui.reports.finished import Finished
from ui.reports.hurt import JUMP, at_once, beside, exceeded, jumps, printed, whole

COMPARED = "Comparison with a baseline"
KNOWN = 100
"""Letters of what somebody knew."""
HANDED = {"incident.handed_over": True}
"""Condition from which news of somebody who has to go matter no more."""
MINUTE = 60
"""Seconds between two samples of the world."""
RULE = 120
"""Letters of what somebody knew of a thing that is owed."""
WORD = 4
"""Words up to which a last line says no more than that it passed or failed."""
VERDICT = 140
"""Letters of the last two lines that a check printed."""
VERDICTS = ("PASS", "FAIL")
"""How the last line begins of what tells whether something worked."""
SHORT = 100
"""Letters of a look before a step, and of a line that stands in full among the injects."""


def knew(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what one seat alone knew, and when it reached the others: what never did comes first."""
    order = ("never", "late", "asked", "offered", "overtaken")
    rows = [row for row in each(story.cues(drill.view)) if not math.isnan(row.known)]
    said = _announced(drill)
    for row in sorted(rows, key=lambda row: (order.index(row.how), row.known)):
        moot = "nobody; it mattered no more" if row.how == "overtaken" else "nobody"
        heard = said.get(row.cue)
        owes = any(cue.owes for role in drill.scenario.roles for cue in role.cues if cue.id == row.cue)
        yield {"seat": row.title, "what": row.text, "matters_for": row.matters_for,
               "short": whole(row.text, KNOWN), "later": row.known > 0, "owes": owes,
               "elsewhere": f"{heard.body.persona} said so at {clock(heard.at)}" if heard else "",
               "late": not math.isnan(row.shared) and _overtaken(drill, row.cue, round(60 * row.shared)),
               "known": clock(round(60 * row.known)), "moot": row.how == "overtaken",
               "second": 0 if math.isnan(row.shared) else round(60 * row.shared),
               "reached": moot if math.isnan(row.shared) else clock(round(60 * row.shared))}  # fmt: skip


def _announced(drill: Finished) -> dict[str, Moment[e.InjectDelivered]]:
    """Return cue -> the inject that told everybody as well.

    A cue and an inject of one name are one piece of news, and so are a post's holder who has to go and a cue that
    matters until the post is handed over.
    """
    said = {m.body.inject: m for m in drill.view.all(e.InjectDelivered)}
    goes = next((m for m in said.values() if (spec := drill.scenario.find("injects", m.body.inject)) and spec.leaves),
                None)  # fmt: skip
    if goes is not None:
        handed = [cue.id for role in drill.scenario.roles for cue in role.cues if HANDED in cue.moot_when]
        said |= {cue: said.get(cue, goes) for cue in handed}
    return said


def _overtaken(drill: Finished, ident: str, shared: int) -> bool:
    """Tell whether a queued change that landed made a cue matter no more before everybody heard of it."""
    view = drill.view
    cue = next(one for role in drill.scenario.roles for one in role.cues if one.id == ident)
    for landed in (m.at for m in view.all(e.MergeLanded) if m.at < shared):
        before = [m.body.facts for m in view.samples if m.at < landed][-1:]
        after = [m.body.facts for m in view.samples if m.at > landed][:1]
        if any(holds(one, now) and not holds(one, was) for one in cue.moot_when
               for was in before for now in after):  # fmt: skip
            return True
    return False


def proofs(drill: Finished) -> list[Certificate]:
    """Return what showed whether something had worked, in order.

    Beside reruns of the failing path and comparisons with a baseline: looks that come out only where something holds
    and print whether it does, and those that a word of recovery or of closure rests on.
    """
    view = drill.view
    rested = {ref for m in view.all(acts.ClaimRecovery, acts.RequestClosure) for ref in m.body.evidence}
    rested |= {ref for m in view.all(acts.PublishClosurePackage) for ref in m.body.verification}
    seqs = {view.history.refs.get(ref) for ref in rested}
    known = {one.seq for one in view.recovery.certificates}
    found = [Certificate(m.seq, m.at, m.at, m.body.ok) for m in view.all(e.QueryFinished) if m.seq not in known and (
        m.seq in seqs or ((spec := view.spec_of(m.body)) is not None and spec.requires and _judges(m.body.output)))
        ]  # fmt: skip
    return sorted((*view.recovery.certificates, *found), key=lambda one: one.seq)


def checks(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what showed whether something had worked, with what it came to.

    `stale` tells of one that something was changed after it had begun, or that what it wants no longer held when people
    left.
    """
    view = drill.view
    for one in proofs(drill):
        body, rows, stale = view.entry(one.seq).body, list[str](), one.since < view.recovery.last_change
        spec = view.spec_of(body) if isinstance(body, e.QueryFinished) else None
        if isinstance(body, e.VerificationMeasured):
            rows = [row.sentence(drill.names) for row in body.rows]
            what, came = COMPARED, "all within it" if one.green else "not back to it"
        elif isinstance(body, e.QueryFinished) and spec is not None:
            rows, what, came = [printed(body.output)], spec.title, "green" if one.green else "red"
            if not spec.verifies:
                lines = _lines(body.output) or ["nothing printed"]
                last = _verdict(lines)
                rows = [printed("\n".join(lines[:-last]))] if lines[last:] else []
                came = printed("\n".join(lines[-last:]), VERDICT)
            if not spec.verifies and spec.requires:
                stale = not any(holds(spec.requires, facts) for facts in view.facts(view.left))
        else:
            continue
        yield {"at": clock(one.at), "second": one.at, "what": what, "came": came, "green": one.green, "stale": stale,
               "rows": rows, "before": ""}  # fmt: skip


def _lines(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.strip()]


def _judges(output: str) -> bool:
    """Tell whether an output ends with whether it passed."""
    return any(line.split()[0].startswith(VERDICTS) for line in _lines(output)[-1:])


def _verdict(lines: Sequence[str]) -> int:
    """Return how many of an output's last lines are its verdict: two, but no row of figures before a sentence.

    None of them is blank, and there is one at least.
    """
    return 1 if len(lines[-1].split()) > WORD and lines[-2:][0].split()[0].isdigit() else 2


def owed(drill: Finished) -> Iterator[dict[str, str]]:
    """Yield what somebody outside is owed, where one seat alone knew of it.

    `due` is when it was, where that is past, and `by` who took it up, if anybody did; `unquoted` is why without the
    words that the seat knew, for readers from whom they may be kept.
    """
    view = drill.view
    declared = next((m.at for m in view.severities), None)
    for row in each(story.cues(view)):
        cue = next(one for role in drill.scenario.roles for one in role.cues if one.id == row.cue)
        for debt in cue.owes if row.how == "never" and not math.isnan(row.known) else ():
            due = declared + debt.within if declared is not None and debt.within is not None else view.left
            late = clock(due) if due < view.left else ""
            said, overdue = f"{row.title} never shared it", f"; overdue since {late}" if late else ""
            yield {"what": debt.what, "why": f"{said}: “{whole(row.text, RULE)}”{overdue}", "unquoted": said + overdue,
                   "due": late, "by": _taken_up(drill, debt)}  # fmt: skip


def _taken_up(drill: Finished, debt: Debt) -> str:
    """Return who said that they see to what is owed, when, and what they said of it since; empty for nobody."""
    heard: list[Moment[e.InjectDelivered] | Moment[e.MessagePosted]] = []
    for m in drill.view.all(e.InjectDelivered, e.MessagePosted):
        about = Ref.to("inject", m.body.inject) if isinstance(m.body, e.InjectDelivered) else m.body.about
        if about in debt.taken_up_by:
            heard.append(m)
    if not any(isinstance(m.body, e.InjectDelivered) for m in heard):
        return ""
    said = "; ".join(f"{clock(m.at)} “{whole(m.body.text, KNOWN)}”" for m in (heard[0], *heard[1:][-1:]))
    return f"{heard[0].body.persona}, {said}" if isinstance(heard[0].body, e.InjectDelivered) else ""


def prechecks(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what was looked at before a step that wants a look first, once each, and the steps begun without one."""
    view, told = drill.view, set[tuple[str, int]]()
    for run in view.started:
        if run.spec.precheck is not None:
            ran = [m for m in view.queries if m.body.query == run.spec.precheck and m.at <= run.begun]
            what, step = drill.names.title("queries", run.spec.precheck), drill.names.title("actions", run.spec.id)
            if (key := (run.spec.id, ran[-1].seq if ran else 0)) not in told:
                yield {"at": clock(ran[-1].at) if ran else "", "second": ran[-1].at if ran else run.begun, "what": what,
                       "before": step, "begun": clock(run.begun),
                       "output": printed(ran[-1].body.output, SHORT) if ran else ""}  # fmt: skip
            told.add(key)


def worsened(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield queued changes that landed, lines from outside that changed the world, and harm that came of acting.

    `jumped` are the figures that leapt then, `loss` how much of the whole loss came with it at once; `harmed` tells
    that one of both shows harm: that a scenario means a change to do harm does not say that it did.
    """
    view, found = drill.view, list[tuple[int, dict[str, Any]]]()
    for m in view.all(e.MergeLanded):
        if m.body.harmful:
            merge, service = drill.scenario.find("merges", m.body.merge), drill.names.title("services", m.body.service)
            others, lost = beside(drill, m.at), view.loss or 0.0
            cost = 0.0 if others else at_once(drill, m.at)
            leapt = [] if others else list(jumps(drill, m.at))
            told = f"{cost:.2f} of the loss of {lost:.2f}" if cost > JUMP * lost else ""
            blurred = [f"What it did cannot be told from what this did: {', '.join(others)}"] if others else []
            found.append((m.at, {
                "at": clock(m.at), "service": service, "what": merge.summary if merge else m.body.merge,
                "jumped": [*(blurred or leapt), *_meanwhile(drill, m.at)], "loss": told, "harmed": bool(leapt or told),
                "lasts": "",
            }))  # fmt: skip
    turned, lasted = dict[Ref, list[str]](), set[str]()
    for m in view.all(e.KnobTurned):
        if m.body.by.kind == "inject":
            turned.setdefault(m.body.by, []).append(m.body.knob)
    for ref, knobs in turned.items():
        said = view.find(ref)
        if said is not None and isinstance(said.body, e.InjectDelivered):
            words = whole(said.body.text, SHORT)
            changed = ", ".join(knob.replace("_", " ") for knob in knobs)
            left = [m.body.facts for m in view.samples if m.at <= view.left][-1:]
            still = [knob for knob in knobs if knob not in lasted and any(facts.get(knob) is True for facts in left)]
            lasted.update(still)
            found.append((said.at, {
                "at": clock(said.at), "service": "", "what": f"{said.body.persona}: {words}", "loss": "",
                "jumped": [f"this changed the world: {changed}"], "harmed": False,
                "lasts": _lasting(drill, said, still, said.at),
            }))  # fmt: skip
    found += exceeded(drill)
    found += _called(drill)
    yield from (row for _, row in sorted(found, key=lambda one: one[0]))


def _meanwhile(drill: Finished, at: int) -> Iterator[str]:
    """Yield the looks before a step that were under way as a change landed: what they showed came too late for it."""
    checks, begun = {one.precheck for one in drill.scenario.actions} - {None}, drill.view.all(e.QueryStarted)
    for m in drill.view.queries:
        since = max((one.at for one in begun if one.body.run == m.body.run and one.seq < m.seq), default=m.at)
        if m.body.query in checks and since <= at < m.at <= at + MINUTE:
            first, title = m.body.output.strip().partition("\n")[0], drill.view.title("queries", m.body.query)
            yield f"{m.at - at} s later {title} came back: {' '.join(first.split())}"


def _called(drill: Finished) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield what was reported of a turn for the worse after T+00:00 that called for a mitigation, and how long it held.

    Such a line comes on a condition of the world that did not hold at T+00:00.
    """
    view = drill.view
    stops = {one.id for one in view.grounds.helpful if one.rung != "repair"}
    for m in view.all(e.InjectDelivered):
        spec = drill.scenario.find("injects", m.body.inject)
        if spec is None or spec.expects is None or spec.expects.command != "take_action":
            continue
        wanted = spec.expects.fields.get("action", ())
        new = {fact: value for fact, value in spec.when.items()
               if not any(holds({fact: value}, facts) for facts in view.facts(0))}  # fmt: skip
        if new and stops & ({wanted} if isinstance(wanted, str) else {*wanted}):
            so = [one.at for one in view.samples if one.at >= 0 and holds(new, view.facts(one.at)[0])]
            still = bool(so) and so[-1] > view.left - MINUTE
            until = "until people left" if still else f"to {clock(so[-1])}" if so else ""
            words = whole(m.body.text, SHORT)
            yield m.at, {"at": clock(m.at), "service": "", "what": f"{m.body.persona}: {words}", "loss": "",
                         "jumped": [f"so from {clock(so[0])} {until}"] if so else [], "harmed": False,
                         "lasts": _lasting(drill, m, list(new), so[0]) if still else ""}  # fmt: skip


def _lasting(drill: Finished, said: Moment[e.InjectDelivered], facts: Sequence[str], since: int) -> str:
    """Return the facts of the world that a line brought about or told, and what it called for and was done.

    The line itself may be gone: what lasts is the fact.
    """
    spec = drill.scenario.find("injects", said.body.inject)
    wanted = spec.expects.fields.get("action", ()) if spec is not None and spec.expects is not None else ()
    named = {wanted} if isinstance(wanted, str) else {*wanted}
    done = [f"; called for and done: {run.spec.title}, {clock(run.effect)}" for run in drill.view.started
            if run.spec.id in named and run.effect is not None][-1:]  # fmt: skip
    so = " and ".join(fact.replace("_", " ") for fact in facts)
    return f"{so}, since {clock(since)} ({said.body.persona}{''.join(done)})" if so else ""
