"""What was decided, what came of it, and what was turned down, in words: said is not done."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analytics.facts import tick_true
from analytics.record import Fit
from analytics.report import story
from analytics.report.tables import each
from analytics.timeline import FOREVER, Attempt
from analytics.view import Moment
from simulator import acts
from simulator import events as e
from simulator.names import Names
from simulator.record.entry import Body, Entry
from simulator.record.journal import refused
from simulator.text import clock
from simulator.values import COMMANDER, Ref, Rejection, Rung
from ui.reports.finished import Finished
from ui.reports.hurt import gradual, printed, whole
from ui.reports.worth import undone

RUNGS: dict[Rung, str] = {
    "flag": "a flag", "hotfix": "a hotfix", "rollback": "going back", "restore": "bringing data back",
}  # fmt: skip
REASONS: dict[Rejection, str] = {
    "coverage": "covers too little", "readiness": "not ready", "time": "too slow",
    "side_effect": "does harm of its own", "uncertainty": "too uncertain",
}  # fmt: skip
BARE = {"unknown": "it named something that there was not"}
"""Kind of refusal -> why, where the answer at the console speaks of ids."""
ASKED = (acts.TakeAction, acts.RecordDecision, acts.HandOff, acts.AnswerAsker)
"""Acts that are told where they were refused."""
APART = 0.02
"""Loss by which a branch carried out in full and what was done differ."""
LONGEST = 120
"""Letters of a claim that stands in full among the injects."""
CONFIDENCE = {"L1": "incomplete evidence", "L2": "partial evidence", "L3": "consistent evidence"}


def decisions(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield each decision with what became of every step in it, and how much a better branch would have saved.

    The branch chosen is weighed as if all that has to follow it had followed: where what was done came to another
    loss, `full` is the branch's, and `best` that of the best course from there.
    """
    carried = _carried(drill)
    fits = {fit.ref: fit for fit in drill.view.references.fits}
    for m, row in zip(drill.view.decisions, each(story.decisions(drill.view)), strict=True):
        names, left = drill.names_then.at(m.seq), row.gap
        runs = _runs(drill, m, carried.get(m.seq, ()))
        yield {
            "number": m.ref.ident, "at": clock(m.at), "who": names.person(m.by), "decision": m.body.decision,
            "actions": row.actions, "why": row.why_now, "warned": _warned(drill, m), "confidence": m.body.confidence,
            "confidence_in_words": CONFIDENCE[m.body.confidence],
            "evidence": "; ".join(names.cited(ref) for ref in m.body.evidence),
            "executes": names.handle(m.body.execution_owner or ""),
            "verifies": names.handle(m.body.verification_owner) if m.body.verification_owner else "nobody",
            "begun": any(run is not None and run.started is not None for _, run in runs),
            "deeds": list(_deeds(drill, names, m, runs)), "steps": list(_deeds(drill, names, m, runs, outputs=False)),
            "rejected": ", ".join(f"{RUNGS[one.rung]} ({REASONS[one.reason]})" for one in m.body.rejected),
            "left": "" if math.isnan(left) else "nothing" if left < 0.005 else f"{100 * left:.0f} %",
            **_in_full(drill, m, fits.get(m.ref)),
        }  # fmt: skip


def _warned(drill: Finished, m: Moment[acts.RecordDecision]) -> str:
    """Return the warning in what a decision rests on where the reason that it gives was not so, else nothing."""
    view, why = drill.view, m.body.why_now
    if view.scenario.find("reasons", why) is None or tick_true(view, "reasons", why, m.at):
        return ""
    looks = [one for one in view.queries if one.seq < m.seq and f"query:{one.body.query}" in m.body.evidence]
    for one in reversed(looks):
        if warning := re.search(r"^\s*WARN\w*:?\s+(.+)$", one.body.output, re.MULTILINE):
            return f"{drill.names.title('queries', one.body.query)} had warned at {clock(one.at)}: {warning[1]}"
    return ""


def _in_full(drill: Finished, m: Moment[acts.RecordDecision], fit: Fit | None) -> dict[str, str]:
    """Return what a branch lacked, its loss with that, and the best from there where that is less."""
    view = drill.view
    held, own = {run.spec.id for run in view.in_effect}, {*m.body.actions}
    never = [one.id for one in view.grounds.helpful if one.id in own - held]
    lacks = {*never, *(one.id for one, _ in undone(drill))}
    lacked = [one.id for one in drill.scenario.actions if one.id in lacks]
    apart = fit is not None and bool(lacked) and abs((view.loss or 0.0) - fit.taken) >= APART
    full = f"{fit.taken:.2f}" if fit and apart else ""
    better = fit is not None and round(fit.best, 2) < round(fit.taken if full else view.loss or 0.0, 2)
    return {"full": full, "best": f"{fit.best:.2f}" if fit and better else "",
            "lacked": view.titles("actions", lacked) if full else ""}  # fmt: skip


def _carried(drill: Finished) -> Mapping[int | None, Sequence[Attempt]]:
    """Return decision (its entry) -> the runs that were ordered for it, by the second; None has those for none.

    A run is for the decision that it names, else for the last one before it that names its step.
    """
    found: dict[int | None, list[Attempt]] = defaultdict(list)
    for run in drill.view.runs:
        named = [m for m in drill.view.decisions if m.ref == run.decision]
        before = [m for m in drill.view.decisions if m.seq < run.order_seq and run.spec.id in m.body.actions]
        found[(named or before)[-1].seq if named or before else None].append(run)
    return found


def _runs(drill: Finished, m: Moment[acts.RecordDecision], mine: Sequence[Attempt]
          ) -> Sequence[tuple[str, Attempt | None]]:
    """Return each step of a decision with each run of it, and what else was ordered for it.

    A step without a run of its own was carried out for the next decision of it, or was under way: that confirms it.
    """
    found: list[tuple[str, Attempt | None]] = []
    for ident in m.body.actions:
        own = [run for run in mine if run.spec.id == ident]
        begun = [run for run in own if run.started is not None]
        others = [run for run in drill.view.runs if run.spec.id == ident and run not in mine]
        later = [run for run in others if run.order_seq > m.seq]
        before = [run for run in others if run.started is not None and run.order_seq < m.seq and run.begun <= m.at]
        found += [(ident, run) for run in begun or own[:1] or later[:1] or before[-1:] or [None]]
    rest = (run for run in mine if run.spec.id not in m.body.actions and run.started is not None)
    return [*found, *((run.spec.id, run) for run in rest if not run.spec.looks)]


def undecided(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield the steps that people began though no decision before them names them; `looks` change nothing."""
    for run in _carried(drill).get(None, ()):
        if run.started is not None:
            names = drill.names_then.at(run.order_seq)
            # What a look printed is beside the point where all that counts is that it was taken.
            what = _kept(run) if run.spec.looks else _done(drill, names, run)
            yield {"at": clock(run.begun), "what": what, "looks": run.spec.looks}


def _kept(run: Attempt) -> str:
    """Return from when to when something that changes nothing was done."""
    landed = run.effect if run.effect is not None else run.landed
    until = f"stopped {clock(run.aborted)}" if run.aborted is not None else (
        clock(landed) if landed < FOREVER and run.outcome == "done" else "not finished")  # fmt: skip
    return f"{run.spec.title} ({clock(run.begun)}, {until})"


def dropped(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield the steps that were ordered in vain, and which nobody had carried out after that."""
    turned = refused(drill.journal.entries)
    orders = {x.body.action: x for x in drill.journal if isinstance(x.body, acts.TakeAction) and x.seq in turned}
    begun = {run.spec.id: run.begun for run in drill.view.started}
    for action, x in orders.items():
        if begun.get(action, -math.inf) < x.at:
            title = drill.names_then.at(x.seq).title("actions", action)
            yield {"what": f"{title}: ordered and refused", "note": f"at {clock(x.at)}; not carried out after that",
                   "first": True, "asked": False, "ordered": True}  # fmt: skip


def _deeds(drill: Finished, names: Names, m: Moment[acts.RecordDecision],
           runs: Sequence[tuple[str, Attempt | None]], outputs: bool = True) -> Iterator[str]:
    """Yield what became of each step of a decision, run by run, with what it printed, and for which
    decision it was ordered, where `outputs` are asked for.
    """
    told: set[str] = set()
    for action, run in runs:
        if run is None or run.started is None:
            title = names.title("actions", action)
            refusals = (f"{title}: never begun, the order at {clock(x.at)} was refused" for x in drill.journal
                        if x.seq > m.seq and isinstance(x.body, acts.TakeAction) and x.body.action == action
                        and x.seq in refused(drill.journal.entries))  # fmt: skip
            ordered = "" if run is None else f", though ordered at {clock(run.ordered)}"
            yield next(refusals, f"{title}: never begun{ordered}")
        else:
            foreign = "" if action in m.body.actions or not outputs else _foreign(drill, run)
            yield _done(drill, names, run, action in told, foreign, outputs)
        told.add(action)


def _foreign(drill: Finished, run: Attempt) -> str:
    """Return that a step was ordered for a decision that does not name it, and what became of one that does."""
    turned = refused(drill.journal.entries)
    vain = [x.at for x in drill.journal if x.seq in turned and x.seq < run.order_seq
            and isinstance(x.body, acts.RecordDecision) and run.spec.id in x.body.actions]  # fmt: skip
    other = f"; the one of {clock(vain[-1])} that does was refused" if vain else ""
    return f" (ordered for this decision, which does not name it{other})"


def _done(drill: Finished, names: Names, run: Attempt, again: bool = False, foreign: str = "", outputs: bool = True
          ) -> str:
    """Return how far a step came that was begun, and what it printed."""
    title = f"{names.title('actions', run.spec.id)}{', once more' if again else ''}"
    body = drill.view.entry(run.finish_seq).body if run.finish_seq and outputs else None
    said = printed(body.output) if isinstance(body, e.ActionFinished) else ""
    more = f": {said}" if said and said != f"{run.spec.title}: done" else ""
    return f"{_far(drill, names, run, title)}{foreign}{more}"


def _far(drill: Finished, names: Names, run: Attempt, title: str) -> str:
    begun = f"{title}: begun {clock(run.begun)} ({names.handle(run.executor)})"
    if run.aborted is not None:
        return f"{begun}, stopped {clock(run.aborted)}"
    if run.effect is not None:
        return f"{begun}, {'done' if gradual(drill, run) else 'in effect'} {clock(run.effect)}"
    if run.outcome == "stalled":
        return f"{begun}, and hung"
    if run.outcome == "failed":
        return f"{begun}, failed"
    return f"{begun}, done {clock(run.landed)}" if run.landed < FOREVER else f"{begun}, not finished"


def alternatives(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what was turned down other than within a decision, in order.

    `how`: chosen against in a record of two recommendations; a claim that was contradicted; refused, of an order or
    decision; what nobody rejected nor did: not taken up, of what somebody pushed for; compared, of a card.
    """
    found: list[tuple[int, int, str, str, str]] = []
    view = drill.view
    begun = {run.spec.id: run.begun for run in reversed(view.started)}
    for m in view.all(acts.RecordContradiction):
        names = drill.names_then.at(m.seq)
        for one in m.body.recommendations:
            if one.action != m.body.choice:
                what = f"{names.title('actions', one.action)}, which {names.voice(one)} wanted"
                never = "" if m.body.choice in begun else ", never begun"
                instead = f"in favour of {names.title('actions', m.body.choice)}{never}"
                if one.action in begun:
                    instead += f"; {names.title('actions', one.action)} was begun at {clock(begun[one.action])}"
                found.append((m.at, m.seq, "chosen against", what, instead))
    for m in view.all(acts.ChallengeClaim):
        names = drill.names_then.at(m.seq)
        said = names.voices.get(m.body.inject)
        shown = "; ".join(names.cited(ref) for ref in m.body.evidence)
        if said is not None:
            what = f"{said.persona}: {whole(said.text, LONGEST)}"
            found.append((m.at, m.seq, "contradicted", what, f"by {shown}" if shown else ""))
    turned = {one.action for m in view.all(acts.RecordContradiction) for one in m.body.recommendations}
    # What was decided or ordered was taken up, though nothing came of it.
    taken_up = {action for x in drill.journal if isinstance(x.body, acts.RecordDecision) for action in x.body.actions}
    taken_up |= {x.body.action for x in drill.journal if isinstance(x.body, acts.TakeAction)}
    for row in each(story.injects(view)):
        spec = view.scenario.find("injects", row.inject)
        if row.verdict == "kept" and spec is not None and spec.proposes and (
                spec.proposes not in turned | taken_up - begun.keys()):
            what = f"{row.persona}: {drill.names.title('actions', spec.proposes)}"
            found.append((row.at, row.seq, "not taken up", what, "" if spec.proposes in begun else "never begun"))
    rejected = {one.rung for m in view.decisions for one in m.body.rejected}
    gone = turned | taken_up | begun.keys() | {one.id for one in view.scenario.actions if one.rung in rejected}
    compared = {m.body.action: m for m in view.all(acts.RecordOption) if m.body.action not in gone}
    found += [(m.at, m.seq, "compared", drill.names.title("actions", action), "not begun")
              for action, m in compared.items()]  # fmt: skip
    found += _refused(drill)
    yield from ({"at": clock(at), "how": how, "what": what, "why": why} for at, _, how, what, why in sorted(found))


def _refused(drill: Finished) -> Iterator[tuple[int, int, str, str, str]]:
    """Yield the orders of people that came to nothing because they were refused, with the reason.

    What somebody asked for again and again, for one reason in vain, is one.
    """
    why = {x.body.command: x.body for x in drill.journal if isinstance(x.body, e.CommandRefused)}
    asked = [x for x in drill.journal if isinstance(x.body, ASKED)]
    alike: dict[tuple[str, str, int | None], list[Entry]] = defaultdict(list)
    for x in asked:
        if x.seq in why:
            names = drill.names_then.at(x.seq)
            match x.body:
                case acts.TakeAction(action=action):
                    what = f"order: {names.title('actions', action)}"
                case acts.RecordDecision(actions=actions, decision=decision):
                    what = f"decision: {drill.view.titles('actions', actions) if actions else decision}"
                case acts.HandOff(what=post, to=to):
                    what = f"handing over {'command' if post == COMMANDER else post} to {names.handle(to)}"
                case acts.AnswerAsker(inject=inject):
                    what = f"answer to {names.voices[inject].persona}" if inject in names.voices else "an answer"
            absent = "; ".join(_absent(drill, names, x)) if why[x.seq].code == "unknown" else ""
            reason = (absent or BARE.get(why[x.seq].code, why[x.seq].reason)).rstrip(".")
            led = _led(drill, x, why[x.seq].code)
            if isinstance(x.body, acts.RecordDecision) and not led:
                reason = "only whoever is in command decides"
            who = f"{names.person(x.by)}{'' if led else ' (not in command by then)'}"
            granted = next((y.at for y in asked if y.seq > x.seq and y.seq not in why and _same(x, y)), None)
            alike[f"{who}, {what}", reason, granted].append(x)
    for (what, reason, granted), some in alike.items():
        before = math.inf if granted is None else granted
        again = [y.at for y in asked if y.seq > some[-1].seq and y.seq in why and y.at <= before and _same(some[0], y)]
        yield some[0].at, some[0].seq, "refused", what, f"{reason}; {_again(some, again, granted)}"


def _led(drill: Finished, x: Entry, code: str) -> bool:
    """Tell whether whoever was refused had command, as far as it took that: a seat is called so also when it passed on.
    """
    hands = isinstance(x.body, acts.HandOff) and x.body.what == COMMANDER
    decides = isinstance(x.body, acts.RecordDecision) and code == "rights"
    if not hands and not decides:
        return True
    return any(one.since <= x.at < one.until and one.who == x.role for one in drill.view.commanders)


def _absent(drill: Finished, names: Names, x: Entry) -> Iterator[str]:
    """Yield what an act names that was not there when it was given."""
    for ref in dict.fromkeys(_cites(x.body)):
        seq = drill.view.history.refs.get(ref)
        if seq is None or seq > x.seq:
            how, verb = ("names", "was recorded") if ref.kind == "decision" else ("rests on", "came")
            if meant := _meant(drill, x, ref):
                yield f"it names {names.cited(ref)}, a wrong number: {meant} is for it"
                continue
            never = "was never recorded" if ref.kind == "decision" else "never came"
            came = f"{verb} only at {clock(drill.view.entry(seq).at)}" if seq else never
            yield f"it {how} {names.cited(ref)}, which {came}"


def _meant(drill: Finished, x: Entry, ref: Ref) -> str:
    """Return the decision before an order that names its step, where the order names another that there was not."""
    if ref.kind != "decision" or not isinstance(x.body, acts.TakeAction):
        return ""
    before = [m for m in drill.view.decisions if m.seq < x.seq and x.body.action in m.body.actions]
    return "".join(f"decision {m.ref.ident} of {clock(m.at)}" for m in before[-1:])


def _cites(body: Body) -> Iterator[Ref]:
    for value in (getattr(body, name) for name in type(body).model_fields):
        yield from (one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, Ref))


def _same(one: Entry, other: Entry) -> bool:
    """Tell whether two orders ask for the same."""
    match one.body, other.body:
        case acts.TakeAction(action=mine), acts.TakeAction(action=theirs):
            return mine == theirs
        case acts.RecordDecision() as mine, acts.RecordDecision() as theirs:
            return bool({*mine.actions} & {*theirs.actions}) or (mine.actions, mine.decision) == ((), theirs.decision)
        case acts.HandOff(what=mine), acts.HandOff(what=theirs):
            return mine == theirs
        case acts.AnswerAsker(inject=mine), acts.AnswerAsker(inject=theirs):
            return mine == theirs
    return False


def _again(some: Sequence[Entry], again: Sequence[int], granted: int | None) -> str:
    """Return how often something was refused alike, when it was refused `again` otherwise, and when it was granted."""
    often = [f"{len(some)} times until {clock(some[-1].at)}"] if len(some) > 1 else []
    once_more = [f"asked for again at {clock(again[0])}, refused again"] if again else []
    if granted is not None:
        return ", ".join([*often, *once_more, f"{'' if again else 'asked for again and '}granted at {clock(granted)}"])
    if not often and not again:
        return "never asked for again"
    return ", ".join([*often, *once_more, "never granted"])
