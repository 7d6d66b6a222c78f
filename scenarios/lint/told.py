"""What is wrong in teaching lines and hints: text that says one thing while its condition looks at another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.scenario.document import Steps
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Action, Query
from simulator.scenario.spoken import of_action, of_query

Found = tuple[Steps, str, str]
DEEDS: Mapping[str, tuple[str, ...]] = {
    "incident.acknowledged": ("acknowledg",), "incident.declared": ("declar",), "incident.deputy": ("deputy",),
    "incident.frozen": ("freez", "froz"), "incident.lanes": ("lane",), "incident.public_update": ("public",),
    "incident.executives_told": ("executive",), "incident.handed_over": ("hand",), "incident.commander": ("command",),
    "incident.commanded": ("command",), "incident.severity": ("severity",), "incident.status": ("status",),
    "incident.verifying": ("compar", "measur", "verif"), "incident.verified": ("compar", "measur", "verif"),
    "closed": ("clos",),
}  # fmt: skip
"""Fact about the incident -> how words begin that name it."""
NAMED_ALONE = ("incident.declared", "incident.deputy", "incident.frozen", "incident.executives_told")
"""Facts whose words mean nothing else: who writes one of them speaks of that fact."""
KINDS = ("action", "query", "role", "cue", "inject", "told")
WORD = re.compile(r"[a-z0-9]+")
EMPTY = frozenset({"and", "are", "for", "from", "has", "not", "that", "the", "them", "then", "was", "what", "with"})
"""Words that name nothing."""
SHORTEST, ALIKE = 3, 5
"""Letters of a word that counts; letters by which two words are alike, as `freeze` and `freezes` are."""


def told(s: Scenario) -> Iterator[Found]:
    """Yield every teaching line and hint that does not name what its condition looks at, and nothing else."""
    for index, point in enumerate(s.teaching):
        path = ("teaching", index)
        if not point.until:
            yield path, "nothing says when a drill got there", "say in `until` what it looks at, or take it out"
        yield from ((path, what, remedy) for what, remedy in _apart(s, point.text, point.until, point.until))
    for index, hint in enumerate(s.hints):
        path = ("hints", index)
        if not any(_is_deed(fact) for fact in hint.until):
            yield path, "no deed ends it", "name in `until` an action, a query or a fact of the incident"
            continue
        around = {**hint.when, **hint.until}
        yield from ((path, what, remedy) for what, remedy in _apart(s, hint.text, hint.until, around))


def _is_deed(fact: str) -> bool:
    return fact in DEEDS or fact.partition(".")[0] in KINDS


def _apart(s: Scenario, text: str, until: Mapping[str, Any], around: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    remedy = "let text and condition name the same thing"
    for fact in until:
        if not _names(s, text, fact, until):
            yield f"its condition looks at {fact}, and the text does not name that", remedy
    for fact in NAMED_ALONE:
        if fact not in around and _begins(text, DEEDS[fact]):
            yield f"the text speaks of {fact}, and the condition does not look at that", remedy
    if until and not any(_is_deed(fact) for fact in until):
        of_fact = [word for fact in until for word in _words(fact)]
        verbs = {_words(action.title)[0] for action in s.actions if _words(action.title)}
        acts = [word for word in _words(text) for verb in verbs if word.startswith(verb) and not _among(word, of_fact)]
        if acts:
            yield f"the text tells of a deed ({acts[0]!r}), and its condition looks at the world", remedy


def _names(s: Scenario, text: str, fact: str, until: Mapping[str, Any]) -> bool:
    """Tell whether a text names what a fact is about, and of queries and actions none better."""
    kind, _, ident = fact.partition(".")
    if fact in DEEDS:
        return _begins(text, DEEDS[fact])
    if kind in ("action", "query"):
        group: tuple[Action, ...] | tuple[Query, ...] = s.actions if kind == "action" else s.queries
        worth = {one.id: _shared(text, " ".join((one.title, *one.aliases))) for one in group}
        others = [value for other, value in worth.items() if f"{kind}.{other}" not in until]
        here = next((one for one in group if one.id == ident), None)
        if here is None:
            return True  # said elsewhere
        called = of_query(here, s) if isinstance(here, Query) else of_action(here, s)
        return worth[ident] >= max([0, *others]) and _shared(text, " ".join((here.title, *here.aliases, *called))) > 0
    if kind == "role":
        role = s.find("roles", ident)
        return role is None or _shared(text, f"{role.title} {role.handle} {role.team}") > 0
    if kind in ("cue", "inject"):
        return True
    return _shared(text, fact) > 0


def _begins(text: str, stems: tuple[str, ...]) -> bool:
    return any(word.startswith(stems) for word in _words(text))


def _shared(text: str, other: str) -> int:
    """Return how many different words of a text are alike one of another's."""
    there = _words(other)
    return len({word for word in _words(text) if _among(word, there)})


def _among(word: str, others: list[str]) -> bool:
    return any(one[:ALIKE] == word[:ALIKE] for one in others)


def _words(text: str) -> list[str]:
    return [word for word in WORD.findall(text.lower()) if len(word) >= SHORTEST and word not in EMPTY]
