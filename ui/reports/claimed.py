"""What people claimed and told, beside what was so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analytics.facts import tick_true
from analytics.report import tables as frames
from analytics.report.tables import each
from simulator import acts
from simulator import events as e
from simulator.names import clauses
from simulator.record.entry import Body
from simulator.text import clock
from simulator.values import Ref
from ui.reports.finished import Finished
from ui.reports.hurt import bound
from ui.reports.numbers import counted

TOLD = (
    acts.UpdateStakeholders, acts.UpdateExecutives, acts.EscalateInternally, acts.CorrectUpdate,
    acts.PublishDecisionNote, acts.WriteLeadershipNote, acts.PublishClosurePackage,
)  # fmt: skip
"""Acts that tell others how it stands."""
DOCUMENTS = (acts.PublishDecisionNote, acts.WriteLeadershipNote, acts.PublishClosurePackage)
"""Those of them that are told as documents of their own."""
GRAVE = ("closure", "in hand", "severity", "figure", "reason", "cause", "steps", "recovery", "status")
"""What a claim is about, by how much it weighs where it does not hold: that it is over, told outside, weighs most."""
CLAUSE = clauses("a", "b").strip("ab")
"""What stands between the parts of a sentence of the record."""


def told(drill: Finished, claims: Sequence[Mapping[str, Any]] = ()) -> Iterator[dict[str, Any]]:
    """Yield what was told to whom, in words.

    `untrue` is what of it was not so, by the `claims` of the same report.
    `anew` leaves out what the word before to the same people said as well, and the risks that are on record by then.
    `brief` is what people typed, with the status; where they typed nothing it is `anew`, empty for a document.
    """
    before: dict[str, list[str]] = {}
    wrong: dict[tuple[str, str, str], dict[str, None]] = {}
    for one in claims:
        if not one["holds"]:
            wrong.setdefault(_word(one), {})[one["about"]] = None
    for m in drill.view.all(*TOLD):
        names, to = drill.names_then.at(m.seq), _audience(drill, m.body)
        typed, without = _typed(m.body)
        head, *rest = without.sentence(names).split(CLAUSE)
        # What a package leaves open stands under what remains.
        left = "open: " if isinstance(m.body, acts.PublishClosurePackage) else None
        rest = [one for one in rest if left is None or not one.startswith(left)] + [typed] * bool(typed)
        anew = [one for one in rest if one not in before.get(to, ())]
        # To whom it goes stands beside it.
        head = head.partition(": ")[2] if head.startswith("Update (") else head
        before[to] = rest
        status, fresh = getattr(m.body, "status", ""), CLAUSE.join(one for one in (head, *anew) if one)
        quoted = f"{status} “{typed}”".strip() if typed else ""
        yield {"at": clock(m.at), "kind": m.body.kind, "who": names.person(m.by), "to": to,
               "untrue": ", ".join(wrong.get((clock(m.at), names.person(m.by), to), ())),
               "text": m.body.sentence(names), "status": status, "words": typed,
               "anew": fresh, "brief": quoted or ("" if isinstance(m.body, DOCUMENTS) else fresh)}  # fmt: skip


def _typed(body: Body) -> tuple[str, Body]:
    """Return what somebody typed, which is no list of clauses whatever stands in it, and the rest of what was told."""
    field = "summary" if isinstance(body, acts.PublishClosurePackage) else "text"
    return getattr(body, field), body.model_copy(update={field: ""})


def _audience(drill: Finished, body: Body) -> str:
    """Return whom an act tells something, empty where it is said within the incident."""
    match body:
        case acts.UpdateStakeholders(audience=audience):
            return drill.names.title("audience", audience)
        case acts.CorrectUpdate(update=update):
            corrected = drill.view.find(update)
            return _audience(drill, corrected.body) if corrected else ""
        case acts.UpdateExecutives():
            return "executives"
        case acts.WriteLeadershipNote():
            return "leadership"
        case acts.EscalateInternally():
            return "own organisation"
        case acts.PublishDecisionNote() | acts.PublishClosurePackage():
            return "all who read the record"
    return ""


def claims(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what people claimed beside what was so at that second, figures that they told others included.

    `known` is what the team itself had measured by then, where that was nearer to the truth than what was told. `grave`
    weighs what did not hold of one word: the more, the worse (0: all of it held). `stands` tells that nobody put it
    right: no later word of the same kind to the same people held, and what was told of steps did not come to be so.
    `also` are later words to others that said the same as falsely, which come by themselves as well, told as said
    `again`.
    """
    found = [*_statements(drill), *_told_figures(drill), *_told_steps(drill)]
    rows = [{"known": "", "words": "", **row} for _, row in sorted(found, key=lambda one: one[0])]
    grave, last = dict[tuple[str, str, str], int](), dict[tuple[str, str], dict[str, Any]]()
    for row in rows:
        weight = 0 if row["holds"] else 1 + GRAVE.index(row["about"])
        grave[_word(row)] = max(grave.get(_word(row), 0), weight)
        last[row["to"], _kind(row)] = row
    ends = {id(row) for row in last.values()}
    told: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        # A request to close is answered at once, and what was told too soon of steps may have come to be so.
        settled = row.pop("came", False) or row["about"] == "closure"
        row["stands"] = not row["holds"] and not settled and id(row) in ends
        same = tuple(str(row[name]) for name in ("about", "said", "true"))
        row["again"] = not row["holds"] and same in told
        if row["again"]:
            told[same].append(f"{row['at']} to {row['to'] or 'the room'}{' (stands)' if row['stands'] else ''}")
        # What is told again later is added to the first.
        row["also"] = [] if row["again"] or row["holds"] else told.setdefault(same, [])
        row["grave"] = grave[_word(row)]
    yield from rows


def _kind(row: Mapping[str, Any]) -> str:
    """Return what a later word has to be about to put a claim right: the same figure, steps or reason."""
    if row["about"] == "figure":
        return str(row["said"]).partition(": ")[0]
    return f"{row['about']}: {row['said']}" if row["about"] in ("steps", "in hand", "reason") else str(row["about"])


def _word(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what claims of one word have in common."""
    return row["at"], row["who"], row["to"]


def _told_figures(drill: Finished) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each figure of an update by its entry; where nobody can tell the truth it is left out."""
    import pandas as pd

    for row in each(frames.figures(drill.view)):
        entry = drill.view.entry(row.seq)
        if isinstance(entry.body, TOLD) and row.holds is not pd.NA:
            lowest, highest = drill.view.figure_range(row.figure, row.at) or (row.true, row.true)
            true = f"{_most(drill, row.figure, row.at)}{_span(lowest, highest, row.unit)}"
            who, said = drill.names_then.at(row.seq).person(entry.by), _span(row.low, row.high, row.unit)
            yield row.seq, {"at": clock(row.at), "who": who, "to": _audience(drill, entry.body), "about": "figure",
                            "said": f"{row.title}: {said}", "true": true,
                            "known": "" if row.holds else _measured(drill, row), "holds": bool(row.holds)}  # fmt: skip


def _measured(drill: Finished, row: Any) -> str:
    """Return the last measurement of a figure before it was told, where it came nearer to the truth than what was."""
    for m in reversed(drill.view.all(e.QueryFinished)):
        if m.seq < row.seq and row.figure in m.body.figures:
            value = m.body.figures[row.figure]
            nearer = abs(value - row.true) < min(abs(row.low - row.true), abs(row.high - row.true))
            return f"{_most(drill, row.figure, m.at)}{counted(value, row.unit)} at {clock(m.at)}" if nearer else ""
    return ""


def _most(drill: Finished, figure: str, at: int) -> str:
    spec = drill.scenario.find("figures", figure)
    return bound(drill, spec, at) if spec is not None else ""


def _told_steps(drill: Finished) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the cause and reason that others were told, and the steps, beside what was so.

    Of steps those alone that were not begun by then, where there are such.
    """
    view = drill.view
    for m in view.all(*TOLD):
        cause = getattr(m.body, "cause", None)
        row = {"at": clock(m.at), "who": drill.names_then.at(m.seq).person(m.by), "to": _audience(drill, m.body)}
        if cause:
            true = view.is_true("causes", cause)
            yield m.seq, {**row, "about": "cause", "said": view.title("causes", cause),
                          "true": "it was" if true else "it was not", "holds": true}  # fmt: skip
        if isinstance(m.body, acts.WriteLeadershipNote):
            true = tick_true(view, "reasons", m.body.why, m.at)
            yield m.seq, {**row, "about": "reason", "said": view.title("reasons", m.body.why),
                          "true": "it was so" if true else "it was not so", "holds": true}  # fmt: skip
        if isinstance(m.body, acts.EscalateInternally) and m.body.decision:
            yield m.seq, {**row, "about": "in hand", "said": view.title("actions", m.body.decision),
                          **_in_hand(drill, m.body.decision, m.seq)}  # fmt: skip
        ever, begun = {one.ident for one in view.started}, {one.ident for one in view.started if one.begun <= m.at}
        if steps := _steps(m.body):
            lacks = [step for step in steps if step not in begun]
            yield m.seq, {**row, "about": "steps", "words": getattr(m.body, "text", ""),
                          "said": view.titles("actions", lacks or steps), "holds": not lacks, "came": {*lacks} <= ever,
                          "true": "not begun by then" if lacks else "begun by then"}  # fmt: skip


def _in_hand(drill: Finished, action: str, seq: int) -> dict[str, Any]:
    """Return whether a step that was told to be in hand had been decided or ordered by then."""
    view = drill.view
    taken = sorted([m.seq for m in view.decisions if action in m.body.actions]
                   + [run.order_seq for run in view.runs if run.ident == action])  # fmt: skip
    later = f"decided only at {clock(view.entry(taken[0]).at)}" if taken else "never decided"
    held = bool(taken) and taken[0] < seq
    return {"true": "it was" if held else later, "holds": held, "came": bool(taken)}


def lacking(missing: Sequence[str]) -> str:
    """Return conditions of closure that were not met as a sentence; each comes as `what: what to do`."""
    parts = [one.partition(": ") for one in missing]
    return f"not met: {'; '.join(f'{what} ({do})' if do else what for what, _, do in parts)}"


def _steps(body: Body) -> tuple[str, ...]:
    """Return the steps that an act tells others of as taken."""
    match body:
        case acts.UpdateStakeholders(mitigation=str() as one) | acts.UpdateExecutives(mitigation=str() as one):
            return (one,)
        case acts.PublishDecisionNote(actions=several):
            return several
    return ()


def _span(low: float, high: float, unit: str) -> str:
    """Return a number, or from which to which, as people write it."""
    first, last = counted(low, unit), counted(high, unit)
    return first if first == last else f"{first.removesuffix(f' {unit}')} to {last}"


def _statements(drill: Finished) -> Iterator[tuple[int, dict[str, Any]]]:
    refusals = drill.view.all(e.ClosureRefused)
    for row in each(frames.claims(drill.view)):
        entry = drill.view.entry(row.seq)
        words = getattr(entry.body, "text", "")
        refusal = next((m for m in refusals if m.seq > row.seq), None) if row.about == "closure" else None
        true = f"refused; {lacking(refusal.body.missing)}" if refusal and not row.holds else row.true
        if isinstance(entry.body, acts.ClaimRecovery):
            true += _red(drill, entry.body.evidence)
        said = f"{row.said}: “{words}”" if words else row.said
        yield row.seq, {"at": clock(row.at), "who": drill.names_then.at(row.seq).person(entry.by), "about": row.about,
                        "to": _audience(drill, entry.body), "said": said, "true": true, "holds": row.holds}  # fmt: skip


def _red(drill: Finished, evidence: Sequence[Ref]) -> str:
    """Return which of the checks that a claim rests on were red."""
    seqs = {drill.view.history.refs.get(ref) for ref in evidence}
    red = [one for one in drill.view.recovery.certificates if one.seq in seqs and not one.green]
    return "".join(f"; the check that it rests on was red ({clock(one.at)})" for one in red[-1:])
