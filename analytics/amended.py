"""Records that were filled in after they were made, as they count.

A record may start small: what, who, by when. What was left open in it and is filled in within `FILLED_IN` seconds
counts as said from the first. What was changed, or came later, counts from when it was said, as a record of its own:
nobody improves afterwards on what they decided.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulator import events as e
from simulator.record.entry import Entry
from simulator.values import Part

FILLED_IN = 300
"""Seconds after a record within which what it left open may be filled in."""
FORESEEN = ("actions", "check", "abort_if")
"""What is worth something only where it was said before anything was done."""


def counted(entries: Sequence[Entry], refs: Mapping[str, int]) -> Mapping[int, Entry | None]:
    """Return number of entry -> the entry as it counts, for all that were amended or amend others.

    None is for what counts with the record that it fills in. `refs`: what an entry is cited by -> its number.
    """
    later = [x for x in entries if x.body.amendable and x.body.replaces()]
    records = {x.seq: x for x in entries} if later else {}
    steps = [x.seq for x in entries if isinstance(x.body, e.ActionStarted)] if later else []
    found: dict[int, Entry | None] = {}
    for x in later:
        seq = refs.get(x.body.replaces() or "", 0)
        record = found.get(seq) or records.get(seq)
        if record is None:
            continue
        acted = any(record.seq < begun < x.seq for begun in steps)
        in_time = x.at - record.at <= FILLED_IN
        filled = _filled_in(record.body, x.body, FORESEEN if acted else ()) if in_time else record.body
        found[seq] = replace(record, body=filled)
        unchanged = filled.model_copy(update={"amends": x.body.replaces()}) == x.body
        found[x.seq] = None if unchanged else x
    return found


def _filled_in(said: Any, later: Any, but: Collection[str] = ()) -> Any:
    """Return what was said, with what it had left open as it is said later; `but` for these fields."""
    if isinstance(said, Part) and type(said) is type(later):
        kept = {"amends", *but}
        return said.model_copy(
            update={name: _filled_in(value, getattr(later, name)) for name, value in said if name not in kept}
        )
    if isinstance(said, tuple) and isinstance(later, tuple) and len(said) == len(later):
        return tuple(_filled_in(one, other) for one, other in zip(said, later, strict=True))
    return later if said is None or said in ((), "") else said
