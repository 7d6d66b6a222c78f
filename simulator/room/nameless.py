"""A finished record without the names of the people in it, for whoever was not one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from unicodedata import normalize

from simulator import acts
from simulator import events as e
from simulator.finding import SMALL
from simulator.record.entry import Body, Entry
from simulator.record.journal import Journal
from simulator.values import Author, Personal, retold

SHORTEST, SHORTEST_PART = 2, 3
"""Letters a name, and one word of a longer name, must have to be looked for; shorter ones would hit ordinary words."""
UNNAMED = frozenset({"you", "facilitator"})
"""What somebody is called who has not given a name; ordinary words besides."""
SOMEBODY = "somebody"
"""Who is meant by a name that no seat goes with, or by a word that the names of several people have."""

Told = Callable[[str], str]


def nameless(journal: Journal, titles: Mapping[str, str], others: Iterable[str] = ()) -> Journal:
    """Return a record in which everybody goes by their seat; `titles` says what a seat is called.

    `others` are names of people who do not appear in it: they are somebody.

    A name is found as words of their own, whole or in part, in any case. Sequence numbers, times and everything that
    is scored stay, so score and evidence fit as before.
    """
    told = unnamer(journal, titles, others)
    return Journal(journal.header, [_entry(entry, titles, told) for entry in journal], journal.references)


def unnamer(journal: Journal, titles: Mapping[str, str], others: Iterable[str] = ()) -> Told:
    """Return what puts seats in the place of this drill's people in any other text about it, `others` named too."""
    return _teller({**{normalize("NFC", name): SOMEBODY for name in others if name}, **_people(journal, titles)})


KEPT = "kept by the facilitators"


def for_participants(journal: Journal) -> Journal:
    """Return a record as participants may read it.

    Why facilitators forced an outcome stays with them, and so do what each was asked alone, and the keys to it.
    """
    told = [replace(entry, body=_withheld(entry.body)) for entry in journal]
    return Journal(journal.header, told, journal.references)


def _withheld(body: Body) -> Body:
    match body:
        case acts.OverrideOutcome():
            return body.model_copy(update={"reason": KEPT})
        case acts.AnswerProbe():
            return body.model_copy(update={"choice": KEPT})
        case e.ProbeKeyed():
            return body.model_copy(update={"answers": ()})
    return body


def _people(journal: Journal, titles: Mapping[str, str]) -> dict[str, str]:
    """Return name -> the title of the seat held first; a scripted responder is nobody."""
    found: dict[str, str] = {}
    for entry in journal:
        if entry.by.name:
            found.setdefault(normalize("NFC", entry.by.name), titles.get(entry.role, entry.role))
        if isinstance(entry.body, acts.TakeSeat):
            found.setdefault(normalize("NFC", entry.body.name), titles.get(entry.body.seat, entry.body.seat))
    return {name: title for name, title in found.items() if name != journal.header.policy}


def _teller(people: Mapping[str, str]) -> Told:
    """Return what puts titles in the place of names; text without a name it leaves as it is."""
    seats: dict[str, str] = {}
    parts: dict[str, str] = {}
    forms: set[str] = set()
    for name, title in people.items():
        if len(name) >= SHORTEST and name.casefold() not in UNNAMED:
            seats[name.casefold()] = title
            forms |= _forms(name)
        for part in _parts(name):
            forms |= _forms(part)
            parts[part.casefold()] = title if parts.get(part.casefold(), title) == title else SOMEBODY
    meant = {**parts, **seats}
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)

    def told(words: str) -> str:
        clean, hits = pattern.subn(lambda hit: meant.get(hit.group().casefold(), SOMEBODY), normalize("NFC", words))
        return clean if hits else words

    return told if forms else lambda words: words


def _parts(name: str) -> Iterator[str]:
    """Yield the words of a name of several that are long enough to be known by."""
    for word in re.findall(r"[^\W_]+", name):
        if word != name and len(word) >= SHORTEST_PART and word.casefold() not in UNNAMED | SMALL:
            yield word


def _forms(name: str) -> set[str]:
    """Return how a name may be spelt where capitals are more than other letters: GROSS is Groß."""
    return {name, name.upper(), name.casefold()}


def _entry(entry: Entry, titles: Mapping[str, str], told: Told) -> Entry:
    by = entry.by
    if by.name:
        by = Author.person(by.role, titles.get(by.role, by.role))
    body = entry.body
    clean = retold(body, Personal, lambda _, words: told(words))
    if isinstance(body, acts.TakeSeat):
        clean = clean.model_copy(update={"name": titles.get(body.seat, body.seat)})
    if isinstance(body, e.MessagePosted) and body.role in titles:
        clean = clean.model_copy(update={"role": body.role})  # a role's own name is nobody's
    return Entry(entry.seq, entry.at, by, clean)
