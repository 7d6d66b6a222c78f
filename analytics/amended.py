"""Records that were filled in after they were made, as they count.

A record may start small: what, who, by when. What was left open in it and is filled in within `FILLED_IN` seconds
counts as said from the first. What was changed, or came later, counts from when it was said, as a record of its own:
nobody improves afterwards on what they decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulator.record.entry import Entry
from simulator.values import Part

FILLED_IN = 300
"""Seconds after a record within which what it left open may be filled in."""


def counted(entries: Sequence[Entry], refs: Mapping[str, int]) -> Mapping[int, Entry | None]:
    """Return number of entry -> the entry as it counts, for all that were amended or amend others.

    None is for what counts with the record that it fills in. `refs`: what an entry is cited by -> its number.
    """
    later = [x for x in entries if x.body.amendable and x.body.replaces()]
    records = {x.seq: x for x in entries} if later else {}
    found: dict[int, Entry | None] = {}
    for x in later:
        seq = refs.get(x.body.replaces() or "", 0)
        record = found.get(seq) or records.get(seq)
        if record is None:
            continue
        filled = _filled_in(record.body, x.body) if x.at - record.at <= FILLED_IN else record.body
        found[seq] = replace(record, body=filled)
        unchanged = filled.model_copy(update={"amends": x.body.replaces()}) == x.body
        found[x.seq] = None if unchanged else x
    return found


def _filled_in(said: Any, later: Any) -> Any:
    """Return what was said, with what it had left open as it is said later."""
    if isinstance(said, Part) and type(said) is type(later):
        return said.model_copy(
            update={name: _filled_in(value, getattr(later, name)) for name, value in said if name != "amends"}
        )
    if isinstance(said, tuple) and isinstance(later, tuple) and len(said) == len(later):
        return tuple(_filled_in(one, other) for one, other in zip(said, later, strict=True))
    return later if said is None or said in ((), "") else said
