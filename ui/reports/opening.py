"""The first lines of a report: what a reader who stops there has to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from analytics.about import times as turning
from analytics.about import unmet
from analytics.criteria.common import in_command, stepped_in
from analytics.scorecard import counted, listed
from analytics.timeline import Span
from simulator.text import clock
from ui.reports.finished import Finished
from ui.reports.hurt import harmed_more, of_harm, out_still, stopped
from ui.reports.worth import TOLD, held_back, undone, unguarded, worth_doing

Row = Mapping[str, Any]
WORTH = "Worth most"
MOST = 3
"""Parts that were hit, the heaviest first, that are named."""
LATE = 5 * 60
"""Seconds up to which nothing is said of a page that lies, or of a stretch without command."""


def opening(drill: Finished, tree: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the short answers, each with its question, made of the parts of `tree`."""
    lines: dict[str, str] = {
        "What broke": _broke(tree["cause"]),
        "Who was hit": ". ".join(_hit(drill, tree)) or ("nobody" if drill.view.final else "not on record"),
        "Declared": _declared(drill),
        "First decision": _first(tree["decisions"]),
        "Recovered": recovered(
            turning(drill.view), tree["times"], tree["remains"]["outside"], stopped(drill),
            out_still(drill, turning(drill.view)["recovered"])),
        "Missed": "; ".join(_missed(drill, tree)) or "nothing that was called for",
        **worth_most(
            tree["score"], tree["loss"], of_harm(drill.playbook), worth_doing(drill), harmed_more(drill)),
        "Remains": "; ".join(_left(tree)),
    }
    return [{"title": title, "text": text} for title, text in lines.items()]


def _broke(cause: Row) -> str:
    """Return what broke since when, why, and when the team named that, or only a simulated teammate."""
    who = "the team" if cause["named_by"] == "people" else cause["named_by"]
    named = "never named by the team" if cause["named_at"] == "never" else f"named by {who} at {cause['named_at']}"
    why = f": {'; '.join(cause['true'])} ({named})" if cause["true"] else ""
    return f"{cause['fault']}, from {cause['since']}{why}"


def _hit(drill: Finished, tree: Mapping[str, Any]) -> Iterator[str]:
    """Yield who was hit at the worst, or which parts, and which harm since the first page weighs most."""
    who = ", ".join(f"{one['title']} {one['worst']} ({one['at']})" for one in tree["hit"][:2])
    parts = [one["title"] for one in tree["segments"]]
    more = f" and {len(parts) - MOST} more" if len(parts) > MOST else ""
    yield from [f"At the worst: {who}"] if who else [f"Parts: {', '.join(parts[:MOST])}{more}"] if parts else []
    harm = drill.view.final.body.harm if drill.view.final else {}
    weight = {one.id: harm.get(one.id, 0.0) / one.scale * one.weight for one in drill.scenario.harm}
    worst = sorted((one for one in tree["impact"] if one["any"]), key=lambda one: -weight[one["id"]])
    came = ", ".join(f"{one['title']} {one['value']}" for one in worst[:1 if who else 2])
    yield from [f"From T+00:00 to {tree['drill']['horizon']}: {came}"] if came else []


def _declared(drill: Finished) -> str:
    first = next(iter(drill.view.severities), None)
    return "never" if first is None else f"{clock(first.at)} as {first.body.severity}"


def _first(decisions: Sequence[Row]) -> str:
    if not decisions:
        return "none on record"
    one = decisions[0]
    return f"{one['at']}, {one['who']}: {one['actions'] or one['decision']}; reason given: {one['why']}"


def _missed(drill: Finished, tree: Row) -> Iterator[str]:
    """Yield what was missed, what weighs most first; details stand in the parts of the report."""
    yield from filter(None, [*unguarded(drill), held_back(drill), _unheard(drill), unled(drill)])
    # Which they are is told by what is worth most, and by what remains.
    vain = sum(tried is not None for _, tried in undone(drill))
    yield from [f"{counted(vain, 'step')} ordered and never carried out"] if vain else []
    verdicts = Counter(one["verdict"] for one in tree["injects"])
    late = [f"{verdicts[one]} {one}" for one in ("missed", "broken", "late") if verdicts[one]]
    yield from [f"responses: {', '.join(late)}"] if late else []
    false = len({(one["at"], one["who"], one["to"]) for one in tree["claims"] if one["to"] and not one["holds"]})
    yield from [f"{counted(false, 'word')} to others that did not hold"] if false else []
    alone = sum(one["reached"] == "nobody" and not one["moot"] for one in tree["knew"])
    yield from [f"cues that one seat alone knew: {alone}"] if alone else []


def _unheard(drill: Finished) -> str:
    """Return that a page lay, and for how long; empty where it was soon acknowledged or nothing had paged."""
    at = turning(drill.view)["acknowledged"]
    if at is None:
        return "the page was never acknowledged" if unmet(drill.view, "acknowledged") == "never" else ""
    return f"the page was acknowledged only at {clock(at)}" if at > LATE else ""


def leaderless(drill: Finished, but: Collection[Span] = ()) -> Iterator[tuple[int, int]]:
    """Yield from when until when nobody was in command, from T+00:00 until people left; stretches of `but` are none."""
    at, left = 0, drill.view.left
    for span in (one for one in drill.view.commanders if one not in but):
        if min(span.until, left) > max(0, span.since):
            if span.since > at:
                yield at, span.since
            at = max(at, min(span.until, left))
    if at < left:
        yield at, left


def unled(drill: Finished) -> str:
    """Return for how long nobody led and when, whoever that would have been; stretches that are soon over are none."""
    helped = [span for span in drill.view.commanders if stepped_in(drill.view, span)]
    gaps = [(since, until) for since, until in leaderless(drill, helped) if until - since > LATE]
    if not gaps:
        return ""
    minutes = round(sum(until - since for since, until in gaps) / 60)
    left = drill.view.left
    spans = listed(f"{clock(since)} to {'the end' if until == left else clock(until)}" for since, until in gaps)
    unasked = listed(f"{in_command(drill.view, one)} from {clock(one.since)}" for one in helped)
    return f"nobody led for {minutes} of {round(left / 60)} minutes ({spans})" + (f", but {unasked}" if helped else "")


def _left(tree: Row) -> Iterator[str]:
    """Yield what remains: what is not back, whose it is, what was told falsely, who watches."""
    remains = tree["remains"]
    if remains["sampled"]:
        yield f"not back: {', '.join(remains['outside'])}" if remains["outside"] else "all is back within tolerance"
    if remains["held"]:
        blocked = ", the way back is blocked" if remains["blocked"] else ""
        yield f"cause not mended: {listed(one.rpartition(' (')[0] for one in remains['held'])} must stay so{blocked}"
    nobodys = "; ".join(f"{one['what']}{' (overdue)' if one['due'] else ''}" for one in remains["nobodys"])
    yield from [f"nobody’s: {nobodys}"] if nobodys else []
    yield from (f"{one['what']} is in hand ({one['by'].partition(', ')[0]})" for one in remains["taken_up"])
    yield from (f"due {one.partition('; ')[0]}" for one in remains["deadlines"][:1])
    yield from ["nobody is in command"] if [one["who"] for one in tree["command"]][-1:] == ["nobody"] else []
    risks = len(remains["risks"]) + len(remains["unsaid"])
    yield from [f"{risks} residual risk{'' if risks == 1 else 's'}"] if risks else []
    yield from ["false words that nobody put right"] if remains["untrue"] else []
    parts, blind = len(tree["segments"]), len(remains["unwatched"])
    seen = f", on the own signal of {parts - blind or 'none'} of {parts} parts that were hit" if blind else ""
    yield f"{remains['watch'].partition(', rolls back')[0]}{seen}" if remains["watch"] else "nobody was named to watch"


def recovered(
    found: Mapping[str, int | None], times: Sequence[Row], outside: Sequence[str], grew: str = "", still: str = ""
) -> str:
    """Return when it was over and when that was verified: `found` in seconds, `times` in words, `outside` is not.

    `grew` is when what is not back grew last, empty where it grew to the end; `still` who was out yet as it was over.
    """
    at = {one["id"]: one["at"] for one in times}
    no_more = f" (no more were hit after {grew})" if grew else ""
    within = f", within tolerance; still out then: {still}" if still else ""
    back = f"not recovered: {', '.join(outside)}{no_more}" if outside else f"{at['recovered']}{within}"
    looked = found["verified"]
    return f"{back}; never verified" if looked is None else f"{back}; verified {clock(looked)}"


def worth_most(score: Row, loss: Row, of_harm: Collection[str], doing: str, more: str
               ) -> dict[str, str]:
    """Return what cost those who were hit most, and what cost the score most: two yardsticks, so each is named.

    Of the score that is the two strictest limits that held the total down, and the area with most points left. Of harm
    it is what is worth `doing`, and when most of it came; `more` says that acting did harm.
    """
    if not score["scored"]:
        return {WORTH: "not known: this drill has not been scored"}
    came = f"of the loss of {loss['total']} ({loss['nobody']} had nobody acted), {loss['most']}"
    if TOLD in doing:
        came = f"the loss was {loss['total']} ({loss['nobody']} had nobody acted)"
    hit = f"{doing}{'. ' * bool(doing)}{came[0].upper()}{came[1:]}." if loss["most"] else ""
    points = [f"{one['title']} (holds the total at {one['limit']})" for one in score["caps"][:2]
              if score["uncapped"] is not None and one["limit"] < score["uncapped"]]  # fmt: skip
    for one in score["areas"][:1]:
        # Where limits come first, why and how stand under areas.
        why = "" if points else _advised(one, of_harm, doing, more)
        points.append(f"{one['title']} ({one['points']} of {one['out_of']} points){why}")
    then = " Then ".join(one if one.endswith((".", "…")) else f"{one}." for one in points)
    said = {f"{WORTH} for those hit": hit, f"{WORTH} for the score": then}
    return {title: text for title, text in said.items() if text} or {WORTH: "nothing that is judged was left open"}


def _advised(one: Row, of_harm: Collection[str], doing: str, more: str) -> str:
    """Return the advice of an area, or why it lacks points; of harm, what is told of it already is not told again."""
    if one["id"] in of_harm and (more or doing):
        return f": {more}" if more else ""
    return f": {one['advice'] or one['why']}"
