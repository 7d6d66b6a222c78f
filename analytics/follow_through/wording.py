"""Sentences to say again: a person as the cause, human error as an end, an action that nobody can see done.

A warning is for the writer. It takes no points: words are never scored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

SHORTEST = 3
"""Letters of a name that is looked for; shorter ones would hit ordinary words."""
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_ERROR = re.compile(
    r"\b(?:human|operator|user|pilot|engineer(?:'s)?)[ -](?:error|mistake|failure|fault)s?\b", re.IGNORECASE
)
_FAULT = re.compile(
    r"\b(?:whose fault|who (?:made|caused|broke)|why (?:didn.t|did not) (?:some|any)one|nobody (?:checked|reviewed|"
    r"noticed|bothered)|should have (?:known|noticed|checked|been)|careless(?:ly|ness)?|negligen(?:t|ce)|"
    r"(?:forgot|neglected) to|(?:I|we|he|she|they|you|who|some(?:one|body)|nobody|operators?|engineers?|developers?|"
    r"commander|on-call|team) failed to|incompetent|(?:was|is) to blame|blame(?:d)?)\b",
    re.IGNORECASE,
)  # fmt: skip
_DID = re.compile(
    r"\b(?:broke|caused|forgot|failed|missed|ignored|deleted|crashed|should|neglected|fault|mistake|wrong(?:ly)?|error|"
    r"didn.t|did not|overlooked|misread|mistyped)\b",
    re.IGNORECASE,
)  # fmt: skip
_VAGUE = re.compile(
    r"\b(?:(?:be|being) (?:more )?(?:careful|cautious|vigilant|aware|mindful)|more carefully|pay (?:more )?attention|"
    r"try (?:harder|to)|(?:monitor|test|communicate|document|review|plan|check) (?:it |this |things )?(?:better|more)|"
    r"(?:better|more|improve[ds]?|improving) (?:the |our )?(?:monitoring|tests?|testing|communications?|documentation|"
    r"docs|reviews?|process(?:es)?|awareness)|raise awareness|remind (?:everyone|people|the team)|"
    r"(?:look|think) (?:at|into|about) (?:it|this)|as soon as possible|asap|going forward)\b",
    re.IGNORECASE,
)  # fmt: skip
_SYSTEM = "Name what let it happen: a check that was not there, a default, a limit, what the screen showed"


class Warned(NamedTuple):
    """One sentence that is better said in another way."""

    sentence: str
    why: str
    instead: str


def conclusions(text: str, people: Iterable[str] = ()) -> Iterator[Warned]:
    """Yield the sentences of a conclusion that end at a person: human error, fault, a name that did something wrong."""
    names = [re.escape(name) for name in people if len(name) >= SHORTEST]
    named = re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)", re.IGNORECASE) if names else None
    for found in _SENTENCE.finditer(text):
        sentence = found.group().strip()
        if hit := _ERROR.search(sentence):
            why = f"“{hit.group()}” explains nothing: anybody would have done it in that place"
            yield Warned(sentence, why, _SYSTEM)
        elif named is not None and (who := named.search(sentence)) and _DID.search(sentence):
            yield Warned(sentence, f"it makes {who.group()} the cause", _SYSTEM)
        elif hit := _FAULT.search(sentence):
            yield Warned(sentence, f"“{hit.group()}” asks whose fault it was", _SYSTEM)


def vague(text: str) -> Iterator[Warned]:
    """Yield the sentences of an action that nobody could see done."""
    for found in _SENTENCE.finditer(text):
        if hit := _VAGUE.search(found.group()):
            why = f"“{hit.group()}” can never be seen done"
            yield Warned(found.group().strip(), why, "Say what will be there that is not there now, and how it shows")
