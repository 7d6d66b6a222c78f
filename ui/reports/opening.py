"""The first lines of a report: what a reader who stops there has to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simulator.text import clock
from ui.reports.finished import Finished

Row = Mapping[str, Any]


def opening(drill: Finished, tree: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return six short answers, each with its question, made of the parts of `tree`."""
    lines = {
        "What broke": f"{tree['cause']['fault']}, from {tree['cause']['since']}",
        "Who was hit, at the worst": "; ".join(_hit(tree["hit"], tree["impact"])) or "nobody",
        "Declared": _declared(drill),
        "First decision": _first(tree["decisions"]),
        "Recovered": _recovered(tree["times"], tree["remains"]["outside"]),
        "Worth most next time": _next(tree["score"]),
    }
    return [{"title": title, "text": text} for title, text in lines.items()]


def _hit(hit: Sequence[Row], impact: Sequence[Row]) -> Iterator[str]:
    """Yield the two largest harms, and what was hit in all where it is counted in people or things."""
    whole = [one for one in hit if "%" not in one["unit"] and "/" not in one["unit"]]
    yield from (f"{one['title']}: {one['worst']}" for one in whole[:3])
    yield from (f"{one['title']}: {one['value']}" for one in impact[:1])


def _declared(drill: Finished) -> str:
    first = next(iter(drill.view.severities), None)
    return "never" if first is None else f"{clock(first.at)} as {first.body.severity}"


def _first(decisions: Sequence[Row]) -> str:
    if not decisions:
        return "none on record"
    one = decisions[0]
    return f"{one['at']}, {one['who']}: {one['actions'] or one['decision']}; reason given: {one['why']}"


def _recovered(times: Sequence[Row], outside: Sequence[str]) -> str:
    at = {one["id"]: one["at"] for one in times}
    back = f"not recovered: {', '.join(outside)}" if outside else at["recovered"]
    return f"{back}; {'never verified' if at['verified'] == 'never' else 'verified ' + at['verified']}"


def _next(score: Row) -> str:
    """Return the strictest limit and the area with most points left, where the drill has been scored."""
    if not score["scored"]:
        return "not known: this drill has not been scored"
    first = [f"{one['title']} (holds the total at {one['limit']}): {one['why']}" for one in score["caps"][:1]]
    most = [f"{one['title']} ({one['points']} of {one['out_of']} points): {one['advice'] or one['why']}"
            for one in score["areas"][:1]]  # fmt: skip
    return " Then ".join([*first, *most]) or "nothing that is judged was left open"
