"""Who and what was hit, how much, and when the loss came about."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from analytics.about import times
from analytics.playbook import Playbook
from analytics.record import loss_of
from analytics.timeline import FOREVER, Attempt
from analytics.view import Moment
from simulator import events as e
from simulator.scenario.conditions import holds
from simulator.scenario.parts import FigureSpec, HarmDimension
from simulator.text import clock, of_things
from ui.reports.finished import Finished
from ui.reports.numbers import counted, hundredths

JUMP, STEADY = 0.2, 4
"""A figure jumps by more than this share of its worst, and this many times its step of the minutes before."""
SOON = 180
"""Seconds within which what a change does at once is seen."""
NEAR = 60
"""Seconds around a change within which what else took hold cannot be told from it: samples are a minute apart."""
NEARLY = 0.01
"""Two looks that differ by less than this share show the same."""
RARE = 0.05
"""Share of a harm that came early, and that came late."""
WHOLE = r"\b\d+(?:,\d{3})*\b"
"""A whole number as it is printed."""
LEAST = 0.01
"""Loss that is worth a line of its own."""
COMMAND, LOOK = 70, 160
"""Letters of a command, whose head says what its columns count, and of what it printed."""
LONGEST = 240
"""Letters of an output in a document."""


def impact(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield harm by dimension, beside what it came to had nobody acted, and in the best course found."""
    null, best = drill.view.references.null.harm, drill.view.references.best.harm
    done, whole = drill.view.final.body.harm if drill.view.final else {}, drill.view.loss or 0.0
    for one in drill.scenario.harm:
        share = one.weight * done.get(one.id, 0.0) / one.scale / whole if whole else 0.0
        # What may be a bound in this drill may be one had nobody acted, of which no more is known than the amount.
        most = "at most " * bool((shown := drill.scenario.find("figures", one.id)) and shown.at_most)
        yield {"id": one.id, "title": one.title, "unit": one.unit,
               "value": f"{bound(drill, one, drill.view.over)}{counted(done.get(one.id), one.unit)}",
               "any": done.get(one.id, 0.0) > 0, "nobody": f"{most}{counted(null.get(one.id), one.unit)}",
               "best": counted(best.get(one.id), one.unit), "share": f"{100 * share:.0f} %",
               "came": _came(drill, one.id)}  # fmt: skip


def _came(drill: Finished, ident: str) -> str:
    """Return from when to when nine tenths of a harm came, empty where there is none."""
    return " to ".join(clock(at) for at in _spent(drill, ident))


def _spent(drill: Finished, ident: str) -> tuple[int, int] | tuple[()]:
    given = [(m.at, m.body.harm.get(ident, 0.0)) for m in drill.view.samples if m.at >= 0]
    whole = given[-1][1] if given else 0.0
    if whole <= 0:
        return ()
    began = max((at for at, value in given if value <= RARE * whole), default=0)
    return began, next(at for at, value in given if value >= (1 - RARE) * whole)


def of_harm(playbook: Playbook) -> frozenset[str]:
    """Return the criteria that judge harm."""
    return frozenset(one.id for _, one in playbook.criteria() if one.kind == "harm_avoided")


def harmed_more(drill: Finished) -> str:
    """Return that all harm weighed together came to more than had nobody acted, empty where it did not."""
    loss, null = drill.view.loss or 0.0, drill.view.references.null
    # Without references nobody knows; what reads the same is no more.
    if not null.harm or round(loss, 2) <= round(null.loss, 2):
        return ""
    return f"It came to more than had nobody acted: a loss of {loss:.2f}, to {null.loss:.2f} then."


def exceeded(drill: Finished) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each harm that came to well more than had nobody acted, from when on, with the steps begun until then.

    What the best course found does as well is a price, and made nothing worse.
    """
    null, best = drill.view.references.null.harm, drill.view.references.best.harm
    for one in drill.scenario.harm:
        done = drill.view.final.body.harm.get(one.id, 0.0) if drill.view.final else 0.0
        spent, nobody = _spent(drill, one.id), null.get(one.id, math.inf)
        least = max(nobody, best.get(one.id, 0.0))
        if spent and done > (1 + JUMP) * least and one.weight * (done - least) / one.scale >= LEAST:
            began, ended = spent
            steps = {run.spec.title: clock(run.begun) for run in reversed(drill.view.started)
                     if not run.spec.looks and run.begun <= ended}  # fmt: skip
            begun = "; ".join(f"{title} ({at})" for title, at in reversed(steps.items()))
            yield began, {
                "at": _came(drill, one.id), "service": "", "loss": "", "harmed": True,
                "what": f"{one.title}: {counted(done, one.unit)}, had nobody acted {counted(nobody, one.unit)}",
                "jumped": [f"begun by {clock(ended)}: {begun}"] if begun else [], "lasts": False,
            }  # fmt: skip


def hit(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield who and what was hit in all, at the worst and as it stood when people left."""
    view, samples = drill.view, [m for m in drill.view.samples if m.at >= 0]
    for one in _hit(drill):
        given = [(m.body.figures[one.id], m.at) for m in samples if one.id in m.body.figures]
        if any(value for value, _ in given):
            worst, at = max(given, key=lambda pair: pair[0])
            left = next((value for value, when in reversed(given) if when <= view.left), given[0][0])
            yield {"id": one.id, "title": one.title, "unit": one.unit,
                   "worst": f"{bound(drill, one, at)}{counted(worst, one.unit)}{_shown(drill, one, given, at)}",
                   "at": clock(at), "left": f"{bound(drill, one, view.left)}{counted(left, one.unit)}",
                   "still": round(left, 1) > 0}  # fmt: skip


def bound(drill: Finished, one: FigureSpec | HarmDimension, at: int) -> str:
    """Return a word before a figure, or harm that a figure shows, which is an upper bound at a second."""
    shown = drill.scenario.find("figures", one.id)
    bound = shown.at_most if shown is not None else {}
    return "at most " if bound and any(holds(bound, facts) for facts in drill.view.facts(at)) else ""


def _shown(drill: Finished, one: FigureSpec, given: Sequence[tuple[float, int]], at: int) -> str:
    """Return the least that people saw for sure of an upper bound, else what it counted last before it was one."""
    if not bound(drill, one, at):
        return ""
    ran = [(m, place) for m in drill.view.queries if (place := one.at_least.get(m.body.query or "", 0))]
    seen = [(float(number.replace(",", "")), m.at) for m, place in ran if m.at <= drill.view.left
            for number in re.findall(WHOLE, m.body.output)[place - 1:place]]  # fmt: skip
    if seen:
        least, then = max(seen, key=lambda pair: pair[0])
        return f" ({_bare(least, one.unit)} of them for sure, seen {clock(then)})"
    sure = [(value, then) for value, then in given if then < at and not bound(drill, one, then)][-1:]
    return "".join(f" ({_bare(value, one.unit)} for sure at {clock(then)}, when that could last be shown)"
                   for value, then in sure)  # fmt: skip


def _bare(value: float, unit: str) -> str:
    """Return a number whose unit stands before it already."""
    return counted(value, unit).removesuffix(f" {unit}")


def out_still(drill: Finished, second: int | None) -> str:
    """Return who was hit at a second and came back only after it: within tolerance is not nobody."""
    view, found = drill.view, list[str]()
    for one in _hit(drill) if second is not None else ():
        given = [(m.at, m.body.figures[one.id]) for m in view.samples if one.id in m.body.figures]
        then = [value for at, value in given if at <= second][-1:]
        left = [value for at, value in given if at <= view.left][-1:]
        if then and left and then[0] - left[0] >= max(1, NEARLY * max(value for _, value in given)):
            found.append(f"{one.title} {counted(then[0], one.unit)}")
    return ", ".join(found)


def stopped(drill: Finished) -> str:
    """Return when the last of what stays hit came about, empty where there is none or that is not to be told.

    A figure that went down meanwhile counts who is hit now: while some are put right others may be hit anew.
    """
    view, last = drill.view, list[int]()
    for one in _hit(drill):
        given = [(m.at, m.body.figures[one.id]) for m in view.samples if 0 <= m.at <= view.left and one.id in
                 m.body.figures]  # fmt: skip
        if not given or given[-1][1] <= 0:
            continue
        if any(later < value for (_, value), (_, later) in pairwise(given)):
            return ""
        last.append(next(at for at, value in given if value >= (1 - NEARLY) * given[-1][1]))
    return clock(max(last)) if last and max(last) < view.left - SOON else ""


def _hit(drill: Finished) -> Iterator[FigureSpec]:
    """Yield the figures of who was hit.

    Unless the scenario says which, those are the figures that count what harm counts: users where harm is in users,
    logins or user-minutes. Others may be good, or say nothing of who was hit.
    """
    counts = {one.unit.removesuffix("-min").removesuffix("s") for one in drill.scenario.harm} - {"", "%", "min"}
    harm = {one.id for one in drill.scenario.harm}
    for one in drill.scenario.figures:
        if one.id not in harm and (one.unit.removesuffix("s") in counts if one.hit is None else one.hit):
            yield one


def segments(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield the parts that were hit, the heaviest first: their share of all that was, since when, and when back."""
    crossed, out = drill.view.all(e.ToleranceCrossed), still_hit(drill)
    for ident, share in sorted(drill.view.affected.items(), key=lambda pair: -pair[1]):
        turns = [m for m in crossed if m.body.segment == ident]
        since = next((m.at for m in turns if not m.body.within), None)
        first = drill.scenario.starts_at
        by = "by " if since is not None and drill.view.fault_at < first and since <= first + 60 else ""
        back = turns[-1].at if turns and turns[-1].body.within else None
        still, now = _share(drill.view.final.body.outside.get(ident, 0.0)) if drill.view.final else "", ident in out
        yield {"title": drill.names.title("segments", ident), "share": f"{100 * share:.0f} %",
               "since": "not on record" if since is None else f"{by}{clock(since)}",
               "back": "never" if back is None else clock(back), "still": still if now else ""}  # fmt: skip


def still_hit(drill: Finished) -> dict[str, str]:
    """Return each part that is not back at the end -> how far it is off, beside its worst and its tolerance."""
    view, found = drill.view, dict[str, str]()
    for ident in view.outside(view.final.at) if view.final else ():
        given = [m.body.outside.get(ident, 0.0) for m in view.samples if m.at >= 0]
        now, worst, spec = _share(given[-1]), _share(max(given)), drill.scenario.find("segments", ident)
        told = [f"{now} still hit", f"{worst} at worst" if worst != now else "",
                f"{_share(spec.tolerance)} tolerated" if spec else ""]  # fmt: skip
        found[ident] = ", ".join(one for one in told if one)
    return found


def _share(part: float) -> str:
    return f"{100 * part:.3g} %"


def looks(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what people looked at that showed most of who was hit, with what it printed, once each."""
    ran = [m for m in drill.view.queries if 0 <= m.at <= drill.view.left and m.body.ok]
    found: dict[str | None, Moment[e.QueryFinished]] = {}
    for one in _hit(drill):
        shown = [m for m in ran if m.body.figures.get(one.id)]
        most = max((m.body.figures[one.id] for m in shown), default=0.0)
        for m in shown:
            if m.body.figures[one.id] >= (1 - NEARLY) * most:
                found.setdefault(m.body.query, m)
    for m in sorted(found.values(), key=lambda m: m.at):
        yield {"at": clock(m.at), "what": drill.names.title("queries", m.body.query),
               "output": printed(m.body.output, LOOK),
               "command": printed(m.body.command_line, COMMAND) if alike(m.body.output) else ""}  # fmt: skip


def alike(output: str) -> bool:
    """Tell whether a table has two columns of one name, which its command alone tells apart."""
    heads = [one.strip() for one in output.strip().partition("\n")[0].split("|")]
    return len({*heads}) < len(heads)


def printed(output: str, longest: int = LONGEST) -> str:
    """Return what a command printed as one line; where it is cut the last line stays, which is where verdicts stand."""
    lines = [" ".join(line.split()) for line in output.splitlines() if not re.fullmatch(r"[\s+|=-]*", line)]
    said, last = " / ".join(lines), "".join(f" … / {line}" for line in lines[-1:])
    if len(said) <= longest or len(lines) < 2 or len(last) > longest / 2:
        return textwrap.shorten(said, longest, placeholder=" …")
    return textwrap.shorten(" / ".join(lines[:-1]), longest - len(last), placeholder="") + last


def whole(text: str, longest: int) -> str:
    """Return as many sentences as are short together, the first at least: one that is cut may lack what tells."""
    first, *rest = re.split(r"(?<=[.!?]) ", " ".join(text.split()))
    said = textwrap.shorten(first, 3 * longest, placeholder=" …")
    for one in rest:
        if said.endswith(" …") or len(said) + len(one) >= longest:
            return f"{said.removesuffix(' …')} …"
        said += f" {one}"
    return said


# --- what changed at once, and when the loss came ------------------------------------------------------------


def beside(drill: Finished, at: int) -> tuple[str, ...]:
    """Return the steps of people that took hold around a second: what they did cannot be told from what else did."""
    near = [run for m, run in _steps(drill) if m.at <= at + NEAR and max(m.at + m.body.over, run.landed) > at - NEAR]
    return tuple(dict.fromkeys(run.spec.title for run in near))


def _steps(drill: Finished) -> list[tuple[Moment[e.KnobTurned], Attempt]]:
    """Return what steps of people changed in the world, each with its run."""
    begun = {run.run: run for run in drill.view.started if not run.spec.looks}
    return [(m, begun[m.body.by]) for m in drill.view.all(e.KnobTurned) if m.body.by in begun]


def at_work(drill: Finished, run: Attempt) -> int:
    """Return the second from which a run changed the world; FOREVER where it changed nothing."""
    return min((m.at for m, one in _steps(drill) if one.run == run.run), default=FOREVER)


def gradual(drill: Finished, run: Attempt) -> bool:
    """Tell whether a run had its effect on the world before it was through, and not from then on."""
    ends = [m.at + m.body.over for m, one in _steps(drill) if one.run == run.run]
    return run.effect is not None and bool(ends) and max(ends) < run.effect


def jumps(drill: Finished, at: int) -> Iterator[str]:
    """Yield the figures that leapt within three minutes of a second, with what they were before and after.

    What people changed meanwhile ends it: from there on it may be theirs.
    """
    until = min((m.at for m, _ in _steps(drill) if m.at > at), default=at + SOON + 1)
    told = set[tuple[str, int]]()
    samples = [(m.at, {**m.body.harm, **m.body.figures}) for m in drill.view.samples]
    for one in {one.id: one for one in (*drill.scenario.figures, *drill.scenario.harm)}.values():
        given = [(then, values[one.id]) for then, values in samples if one.id in values]
        before = [pair for pair in given if pair[0] < at][-2:]
        after = [pair for pair in given if at < pair[0] <= at + SOON and pair[0] < until][-1:]
        if len(before) > 1 and after:
            (earlier, was), (then, value), (later, now) = *before, *after
            usual = abs(value - was) / (then - earlier) * (later - then)
            grown = one.unit, round(now - value)
            least = max(JUMP * max(number for _, number in given), STEADY * usual)
            if now - value > least and grown not in told:
                # Harm may count the same as a figure, from another moment on.
                told |= {grown} if of_things(one.unit) else set()
                expected = value + (value - was) / (then - earlier) * (later - then)
                grew = expected - value > RARE * (now - value)
                pace = f" ({counted(expected, one.unit)} at the pace before)" if grew else ""
                after_it = f"{bound(drill, one, later)}{counted(now, one.unit)}"
                yield f"{one.title}: {counted(value, one.unit)} before, {after_it} at {clock(later)}{pace}"


def at_once(drill: Finished, at: int) -> float:
    """Return the loss that came within a minute of a second beyond what came each minute before."""
    given = [(m.at, loss_of(m.body.harm, drill.scenario)) for m in drill.view.samples]
    before, after = [pair for pair in given if pair[0] < at][-2:], [pair for pair in given if pair[0] > at][:1]
    if len(before) < 2 or not after:
        return 0.0
    (earlier, was), (then, value), (later, now) = *before, *after
    return max(0.0, now - value - (value - was) / (then - earlier) * (later - then))


class Share(NamedTuple):
    """Part of the loss: when it came, how much it was, from which second on, and the queued change that brought it."""

    when: str
    amount: float
    since: int = 0
    merge: int | None = None


def shares(drill: Finished) -> list[Share]:
    """Return the loss by when it came: with queued changes at once, and else between turning points."""
    view, whole = drill.view, drill.view.loss or 0.0
    harmful = [m.at for m in view.all(e.MergeLanded) if m.body.harmful and not beside(drill, m.at)]
    merges = [(at, at_once(drill, at)) for at in harmful]
    sudden = [(at, amount) for at, amount in merges if amount > JUMP * whole]
    parts = [Share(f"with the queued change of {clock(at)}, which nothing held back", amount, at, at)
             for at, amount in sudden]  # fmt: skip
    if view.final is not None:
        found, since, reached = times(view), 0, 0.0
        over = found["recovered"] if not view.outside(view.final.at) else None
        turns = [("the first mitigation", found["first_mitigation"]), ("recovery", over), ("", view.final.at)]
        begin = ""
        for title, until in turns:
            if until is not None and until > since:
                now, end = _loss_at(drill, until), f"{title} ({clock(until)})" if title else clock(until)
                apart = [(at, amount) for at, amount in sudden if since < at <= until]
                when = f"between {begin} and {end}" if begin else f"before {end}"
                if apart:
                    when += f", apart from the queued change of {' and '.join(clock(at) for at, _ in apart)}"
                if found["first_mitigation"] is None and over is None:
                    when += ", and nothing was mitigated"
                parts.append(Share(when, max(0.0, now - reached - sum(amount for _, amount in apart)), since))
                since, reached, begin = until, now, end
    return parts


def loss(drill: Finished) -> dict[str, Any]:
    """Return the loss and when it came, in words."""
    parts, whole = shares(drill), drill.view.loss or 0.0
    shown = hundredths([one.amount for one in parts], whole)
    most = max(zip(shown, parts, strict=True), key=lambda pair: pair[1].amount, default=(0, Share("", 0.0)))
    amount = "all" if most[0] == sum(shown) else f"{most[0] / 100:.2f}"
    told = [{"when": one.when, "loss": f"{cents / 100:.2f}"}
            for cents, one in zip(shown, parts, strict=True) if cents]  # fmt: skip
    null = drill.view.references.null
    nobody = f"{null.loss:.2f}" if null.harm else ""
    return {"total": f"{whole:.2f}", "nobody": nobody, "parts": told, "worst": _worst(drill, whole),
            "most": f"{amount} came {most[1].when}" if most[0] else ""}  # fmt: skip


def _worst(drill: Finished, whole: float) -> str:
    """Return the harm that weighs most in the loss, with its share."""
    done = drill.view.final.body.harm if drill.view.final else {}
    weight = {one.title: one.weight * done.get(one.id, 0.0) / one.scale for one in drill.scenario.harm}
    title = max(weight, key=lambda one: weight[one], default="")
    return f"{100 * weight[title] / whole:.0f} % of the {whole:.2f} is {title}" if whole else ""


def _loss_at(drill: Finished, second: int) -> float:
    return max((loss_of(m.body.harm, drill.scenario) for m in drill.view.samples if m.at <= second), default=0.0)
