"""What remains when people have left: what is still wrong, runs, is owed, was told falsely, and who watches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analytics.facts import tick_true
from analytics.scorecard import listed
from simulator import acts
from simulator import events as e
from simulator.acts.close import backlog
from simulator.scenario.conditions import holds
from simulator.scenario.declared.world import WAY_BACK
from simulator.scenario.parts import Action
from simulator.text import clock
from ui.reports.ahead import clocks, deadlines, unwatched, watched
from ui.reports.finished import Finished
from ui.reports.hurt import LOOK, printed, still_hit, whole
from ui.reports.known import COMPARED, owed, proofs
from ui.reports.worth import too_soon, undone

HOLDS = ("flag", "containment", "rollback")
"""Rungs that keep away what is wrong and mend nothing: what is undone brings it back."""
LONGEST = 140
"""Letters of a claim that is quoted again."""
Rows = Sequence[Mapping[str, Any]]


def remains(drill: Finished, claims: Rows, worsened: Rows) -> dict[str, Any]:
    """Return what is left: `claims` and what `worsened` are those of the same report."""
    history, names, debts = drill.view.history, drill.names, list(owed(drill))
    outside = drill.view.outside(drill.view.final.at) if drill.view.final else ()
    mended, holding = _holding(drill)
    nobodys = [*_undone(drill), *(one for one in debts if not one["by"])]
    blocked = any(holds({WAY_BACK: "blocked"}, facts) for facts in drill.view.facts(drill.view.left))
    return {
        "sampled": drill.view.final is not None,
        "outside": [names.title("segments", one) for one in outside],
        "off": [f"{names.title('segments', one)} ({off})" for one, off in still_hit(drill).items()],
        "red": list(_red(drill)), "nobodys": nobodys,
        "taken_up": [one for one in debts if one["by"]],
        "held": [] if mended else holding, "on": holding if mended else [],
        "blocked": blocked, "opens": _opens(drill) if blocked else "",
        "lasting": [one["lasts"] for one in worsened if one["lasts"]],
        "uncertain": [names.title("unknowns", one) for one in _unknown(drill)],
        "clocks": list(clocks(drill)),
        "answers": list(_answers(drill)),
        "untrue": list(_untrue(claims)),
        "risks": [names.title("residual_risks", one) for one in history.residual_risks], "unsaid": list(_unsaid(drill)),
        "backlog": list(_backlog(drill)),
        "hardening": [item.sentence(drill.names_then.at(x.seq)) for x, item in backlog(history)],
        "watch": watched(drill, blocked), "unwatched": unwatched(drill),
        "deadlines": list(deadlines(drill)) if outside or nobodys else [],
    }  # fmt: skip


def _backlog(drill: Finished) -> Iterator[str]:
    """Yield what was put on the backlog during the drill, against what, with its owner and when it is due."""
    for x, item in backlog(drill.view.history):
        names, days = drill.names_then.at(x.seq), f"{item.due_days:g} day{'' if item.due_days == 1 else 's'}"
        yield f"{names.title('factors', item.factor)}: {item.text} ({names.handle(item.owner)}, {days})"


def _undone(drill: Finished) -> Iterator[dict[str, str]]:
    """Yield the steps that would put right what is not back and that nobody carried out, with who may."""
    for step, tried in undone(drill):
        names = drill.names
        may = " or ".join(names.handle(one) for one in step.executors)
        refused = "never ordered"
        if tried is not None:
            refused = f"refused {clock(tried)}{_ready(drill, step, tried)}, never ordered again"
        may += f" may{_signed(drill, step)}"
        yield {"what": names.title("actions", step.id), "why": f"{refused}; {may}", "due": "", "by": ""}
    for run, before in too_soon(drill):
        may = " or ".join(drill.names.handle(one) for one in run.spec.executors)
        why = f"done {clock(run.landed)}, before {before.title}: to be done again after it; {may} may"
        yield {"what": f"{run.spec.title}, once more", "why": why, "due": "", "by": ""}


def _signed(drill: Finished, step: Action) -> str:
    """Return who has to sign a step that never took hold, or who had and when: only a start uses signatures up."""
    view, names = drill.view, drill.names
    begun = max((run.start_seq for run in view.started if run.ident == step.id), default=0)
    given = {m.body.role: m.at for m in view.all(e.SignedOff) if m.body.action == step.id and m.seq > begun}
    if step.sign_offs and given.keys() >= {*step.sign_offs}:
        hands = listed(f"{names.handle(one)} {clock(given[one])}" for one in step.sign_offs)
        return f", signed by {hands}"
    lacking = " and ".join(names.handle(one) for one in step.sign_offs if one not in given)
    return f", once {lacking} signed" if lacking else ""


def _opens(drill: Finished) -> str:
    """Return the step that people put on record as what opens the way back, and what became of it; empty for none."""
    view, ready = drill.view, drill.view.history.readiness
    body = ready.body if ready is not None else None
    if ready is None or not isinstance(body, acts.RecordReadiness) or body.plan is None:
        return ""
    begun = next((run.begun for run in view.started if run.ident == body.plan), None)
    spec, names = drill.scenario.find("actions", body.plan), drill.names
    may = f"; {' or '.join(names.handle(one) for one in spec.executors)} may" if spec is not None else ""
    came = f"begun {clock(begun)}" if begun is not None else f"never begun{may}"
    return f"{names.title('actions', body.plan)} (on record as the plan for it, {clock(ready.at)}; {came})"


def _ready(drill: Finished, step: Action, tried: int) -> str:
    """Return from when on a step could have been ordered that had been refused, empty where not later than that."""
    view, ready = drill.view, drill.view.grounds.feasible(step)
    wants = [one.when for one in step.preconditions]
    able = all(any(holds(one, facts) for facts in view.facts(view.left)) for one in wants)
    return f", ready from {clock(ready)}" if able and tried < ready < view.left else ""


def _holding(drill: Finished) -> tuple[bool, list[str]]:
    """Tell whether something mended the cause, and what keeps away what is wrong, or would.

    What was taken back again neither holds nor mends; nor does a rollback that would mend where anything has turned one
    of its levers since.
    """
    view = drill.view
    last = {run.spec.id: run.effect or 0 for run in view.started if run.effect is not None}
    stands = {m.body.knob: m.body.value for m in view.all(e.KnobTurned) if m.at <= view.left}
    runs = [run for run in {one.spec.id: one for one in view.in_effect}.values()
            if last.get(run.spec.reversible_by or "", -1) < last[run.spec.id] and not (
                run.spec.mends and any(stands.get(x.knob, x.value) != x.value for x in run.spec.effects))]  # fmt: skip
    mends = {run.spec.id for run in runs if run.spec.mends or run.spec.rung == "hotfix"}
    return bool(mends), [f"{run.spec.title} ({clock(last[run.spec.id])})" for run in runs
                         if run.spec.rung in HOLDS and run.spec.coverage and run.spec.id not in mends]  # fmt: skip


def _unsaid(drill: Finished) -> Iterator[str]:
    """Yield the risks that were so when people left and that nobody put on record as such, with where else they are.

    Many are what a mended incident leaves behind. Where nothing was mended, those alone are told that the world
    answers for and that a look or a cue shows.
    """
    view, ready = drill.view, drill.view.history.readiness
    mended = bool(view.in_effect) or not view.outside(view.left)
    back = ready.body.rollback if ready is not None and isinstance(ready.body, acts.RecordReadiness) else ""
    for one in drill.scenario.residual_risks if view.final is not None else ():
        if one.nothing or one.id in view.history.residual_risks or not (mended or (one.true_when and one.known_by)):
            continue
        if tick_true(view, "residual_risks", one.id, view.left):
            known = ready is not None and any(back == so.get(WAY_BACK) for so in one.true_when)
            yield f"{one.title}{f' (on record as readiness, {clock(ready.at)})' if known and ready else ''}"


def _unknown(drill: Finished) -> list[str]:
    """Return what people said last that they do not know, then what they said so before and is still open."""
    told = sorted(drill.view.all(acts.UpdateStakeholders, acts.UpdateExecutives, acts.WriteLeadershipNote),
                  key=lambda m: -m.seq)  # fmt: skip
    said = [getattr(m.body, "unknowns", ()) or getattr(m.body, "uncertain", ()) for m in told]
    before = [one for some in said[1:] for one in some if tick_true(drill.view, "unknowns", one, drill.view.left)]
    return list(dict.fromkeys([*(said[0] if said else ()), *before]))


def _red(drill: Finished) -> Iterator[str]:
    """Yield what was red when it was looked at last: each rerun by itself, comparisons by metric and segment."""
    last: dict[tuple[str | None, ...], tuple[str, str]] = {}
    for one in proofs(drill):
        body = drill.view.entry(one.seq).body
        if isinstance(body, e.VerificationMeasured):
            for row in body.rows:
                said = "" if row.within else row.sentence(drill.names)
                last[row.metric, row.segment] = f"{COMPARED}, {clock(one.at)}", said
        elif isinstance(body, e.QueryFinished):
            said = "" if one.green else printed(body.output, LOOK)
            last[(body.query,)] = f"{drill.names.title('queries', body.query)}, {clock(one.at)}", said
    red: dict[str, list[str]] = {}
    for check, said in last.values():
        if said:
            red.setdefault(check, []).append(said)
    yield from (f"{check}: {' / '.join(said)}" for check, said in red.items())


def _answers(drill: Finished) -> Iterator[dict[str, str]]:
    """Yield what those who asked were told last: they may hold people to it."""
    for m in {m.body.inject: m for m in drill.view.all(acts.AnswerAsker)}.values():
        names = drill.names_then.at(m.seq)
        asked = names.voices.get(m.body.inject)
        if asked is not None:
            text = " ".join(part for part in (names.answer(m.body.inject, m.body.answer), m.body.text) if part)
            yield {"at": clock(m.at), "who": names.person(m.by), "to": asked.persona,
                   "text": whole(text, LONGEST)}  # fmt: skip


def _untrue(claims: Rows) -> Iterator[str]:
    """Yield what others were told that was not so and that nobody put right, by audience."""
    wrong: dict[tuple[str, str], list[str]] = {}
    quoted = " “".join(one["said"] for one in claims if one["stands"])
    for one in claims:
        if one["stands"]:
            said = one["said"] if one["about"] == "figure" else f"{one['about']}: {one['said']}"
            wrong.setdefault((one["to"] or "the room", one["at"]), []).append(whole(said, LONGEST))
            if one["about"] == "steps" and (words := one["words"]) and f"“{words}”" not in quoted:
                wrong[one["to"] or "the room", one["at"]].append(f"“{whole(words, LONGEST)}”")
    yield from (f"{to}, {at}: {'; '.join(said)}" for (to, at), said in wrong.items())
