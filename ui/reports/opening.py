"""The first lines of a report: what a reader who stops there has to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analytics.about import times as turning
from simulator.text import clock
from ui.reports.finished import Finished

Row = Mapping[str, Any]


def opening(drill: Finished, tree: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return six short answers, each with its question, made of the parts of `tree`."""
    lines = {
        "What broke": f"{tree['cause']['fault']}, from {tree['cause']['since']}",
        "Who was hit": "; ".join(_hit(drill, tree)) or "nobody",
        "Declared": _declared(drill),
        "First decision": _first(tree["decisions"]),
        "Recovered": recovered(turning(drill.view), tree["times"], tree["remains"]["outside"]),
        "Worth most next time": _next(tree["score"]),
    }
    return [{"title": title, "text": text} for title, text in lines.items()]


def _hit(drill: Finished, tree: Mapping[str, Any]) -> Iterator[str]:
    """Yield who was hit at the worst, and the two largest harms since the first page, by what they weigh."""
    yield from (f"{one['title']}: {one['worst']} ({one['at']})" for one in tree["hit"][:3])
    done = drill.view.final.body.harm if drill.view.final else {}
    weight = {one.id: done.get(one.id, 0.0) / one.scale * one.weight for one in drill.scenario.harm}
    worst = sorted((one for one in tree["impact"] if one["any"]), key=lambda one: -weight[one["id"]])
    span = f"from T+00:00 to {tree['drill']['horizon']}"
    # A share is weighed by the scenario, and no count of anything.
    whole = {"%": " of all of it, its parts weighed by the scenario"}
    yield from (f"{one['title']}, {span}: {one['value']}{whole.get(one['unit'], '')}" for one in worst[:2])


def _declared(drill: Finished) -> str:
    first = next(iter(drill.view.severities), None)
    return "never" if first is None else f"{clock(first.at)} as {first.body.severity}"


def _first(decisions: Sequence[Row]) -> str:
    if not decisions:
        return "none on record"
    one = decisions[0]
    return f"{one['at']}, {one['who']}: {one['actions'] or one['decision']}; reason given: {one['why']}"


def recovered(found: Mapping[str, int | None], times: Sequence[Row], outside: Sequence[str]) -> str:
    """Return when it was over and when that was verified: `found` in seconds, `times` in words, `outside` is not."""
    at = {one["id"]: one["at"] for one in times}
    back = f"not recovered: {', '.join(outside)}" if outside else at["recovered"]
    looked, since = found["verified"], found["recovered"]
    if looked is None:
        return f"{back}; never verified"
    early = ", before that" if since is not None and looked < since else ""
    return f"{back}; verified {clock(looked)}{early}"


def _next(score: Row) -> str:
    """Return the two strictest limits that held the total down, and the area with most points left, where scored."""
    if not score["scored"]:
        return "not known: this drill has not been scored"
    first = [f"{one['title']} (holds the total at {one['limit']}): {one['why']}" for one in score["caps"][:2]
             if score["uncapped"] is not None and one["limit"] < score["uncapped"]]  # fmt: skip
    most = [f"{one['title']} ({one['points']} of {one['out_of']} points): {one['advice'] or one['why']}"
            for one in score["areas"][:1]]  # fmt: skip
    return " Then ".join([*first, *most]) or "nothing that is judged was left open"
