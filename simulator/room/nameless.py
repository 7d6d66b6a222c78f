"""A finished record without the names of the people in it, for whoever was not one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from simulator import commands as c
from simulator.journal import Entry, Journal, dump, parse_body

WORDS = frozenset({"text", "note", "title", "summary", "because", "effect", "reason", "output", "command_line"})
"""Fields in which people write, or in which what they wrote comes back."""
SHORTEST = 2
"""Letters a name must have to be looked for in what was written; a shorter one would hit ordinary words."""
NOT_PEOPLE = ("engine", "world", "teammate")
UNNAMED = frozenset({"You", "Facilitator"})
"""What somebody is called who has not given a name; ordinary words besides."""


def nameless(journal: Journal, titles: Mapping[str, str]) -> Journal:
    """Return a record in which everybody goes by their seat; `titles` says what a seat is called.

    Sequence numbers, times and everything that is scored stay, so score and evidence fit as before.
    """
    people = _people(journal, titles)
    named = "|".join(re.escape(name) for name in sorted(people, key=len, reverse=True) if _findable(name))
    pattern = re.compile(rf"(?<!\w)(?:{named})(?!\w)") if named else None

    def told(words: str) -> str:
        return pattern.sub(lambda hit: people[hit.group()], words) if pattern else words

    return Journal(journal.header, [_entry(entry, titles, told) for entry in journal], journal.references)


def _people(journal: Journal, titles: Mapping[str, str]) -> dict[str, str]:
    """Return name -> the title of the seat held first."""
    found: dict[str, str] = {}
    for entry in journal:
        kind, _, name = entry.by.partition(":")
        if name and kind not in NOT_PEOPLE:
            found.setdefault(name, titles.get(kind, kind))
        if isinstance(entry.body, c.TakeSeat):
            found.setdefault(entry.body.name, titles.get(entry.body.seat, entry.body.seat))
    return found


def _findable(name: str) -> bool:
    return len(name) >= SHORTEST and name not in UNNAMED


def _entry(entry: Entry, titles: Mapping[str, str], told: Callable[[str], str]) -> Entry:
    kind, _, name = entry.by.partition(":")
    by = f"{kind}:{titles.get(kind, kind)}" if name and kind not in NOT_PEOPLE else entry.by
    if isinstance(entry.body, c.TakeSeat):
        title = titles.get(entry.body.seat, entry.body.seat)
        return Entry(entry.seq, entry.at, by, entry.body.model_copy(update={"name": title[:40]}))
    data = dump(entry.body)
    clean = {key: told(value) if key in WORDS and isinstance(value, str) else value for key, value in data.items()}
    return Entry(entry.seq, entry.at, by, parse_body(clean) if clean != data else entry.body)
