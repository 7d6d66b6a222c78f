"""Somebody who is briefed: as much of a briefing as a book reads, with nothing in it but what is given."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from simulator import events as e


def run(ident: str, state: str = "done", finished: int | None = 300, signs: tuple[str, ...] = ()) -> SimpleNamespace:
    return SimpleNamespace(what="action", ident=ident, state=state, finished=finished, waits_to_be_signed=signs)


def output(query: str, ok: bool = True, **read: Any) -> SimpleNamespace:
    return SimpleNamespace(query=query, ok=ok, run=f"query:{query}#2", figures=read, findings=read)


def shown(
    now: int = 400,
    results: tuple[SimpleNamespace, ...] = (),
    runs: tuple[SimpleNamespace, ...] = (),
    panel: Mapping[str, float] | None = None,
    **known: Any,
) -> Any:
    """Return as much of a briefing as a book reads, with nothing in it but what is given."""
    nothing = {"refs": {}, "delivered": {}, "asks": {}, "present": {"mobile": False}, "declared_at": None,
               "measured": []}  # fmt: skip
    incident = SimpleNamespace(**{**nothing, **{name: known[name] for name in nothing if name in known}})
    incident.levels = known.get("levels", ())
    incident.given = lambda number: known.get(f"{number}s", ())
    incident.runs = dict(enumerate(runs))
    incident.last_run = lambda what, ident: next((one for one in reversed(runs) if one.ident == ident), None)
    incident.holder = lambda post: known.get("commander")
    return SimpleNamespace(
        now=now,
        incident=incident,
        entries=known.get("entries", ()),
        catalogue=SimpleNamespace(filling=lambda place: place, quiet=(-58, -48)),
        latest=(panel or {}).get,
        latest_result=lambda query: next((one for one in results if one.query == query), None),
    )


def decisions(*actions: str) -> list[SimpleNamespace]:
    return [SimpleNamespace(body=SimpleNamespace(actions=(one,))) for one in actions]


def finished(at: int, query: str) -> SimpleNamespace:
    return SimpleNamespace(at=at, body=e.QueryFinished.model_construct(query=query))


def measured(*within: bool) -> list[SimpleNamespace]:
    rows = tuple(SimpleNamespace(within=one) for one in within)
    return [SimpleNamespace(body=e.VerificationMeasured.model_construct(rows=rows))]
