"""Sentences to say again: a person as the cause, human error as an end, an action that nobody can see done.

A warning is for the writer; how something is worded earns and takes nothing. Two things are no matter of wording: what
says nothing is no answer, and what nobody can see done is no action.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

SHORTEST = 3
"""Letters of a name that is looked for; shorter ones would hit ordinary words."""
_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;]?")
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
_ADMONISHES = (
    r"(?:be|been|being) (?:more )?(?:careful|cautious|vigilant|aware|mindful)|more (?:carefully|careful|attentive)|"
    r"pay(?:s|ing)? (?:more |closer |better )?attention|take (?:more|better|greater) care|try harder|raise awareness|"
    r"remind (?:everyone|everybody|people|the team)"
)
"""What asks people to be better than they are, wherever it is said."""
_ADMONISHING = re.compile(rf"\b(?:{_ADMONISHES})\b", re.IGNORECASE)
_ADMONITION = re.compile(
    r"\W*(?:(?:please|always|and|we|you|all|people|every(?:one|body)|(?:the |our )?(?:team|engineers?|on-call)|"
    rf"must|shall|should|will|(?:need|has|have|ought) to|try to) )*(?:{_ADMONISHES})\b",
    re.IGNORECASE,
)
"""How a part begins that is nothing but an admonition."""
_PART = re.compile(r"[.!?;\n:,(]+(?:\s|$)|[;\n(]|\s[-–—]+\s|—")
_LATER = re.compile(r"\b(?:as soon as possible|asap|going forward|from now on|next time|in future)\b", re.I)
"""What says only when: beside an admonition it is nothing that could be seen done."""
_VAGUE = re.compile(
    rf"\b(?:{_ADMONISHES}|(?:we|they|everyone|everybody|people) (?:\w+ )?try to|"
    r"(?:monitor|test|communicate|document|review|plan|check) (?:it |this |things )?(?:better|more)|"
    r"(?:better|more|improve[ds]?|improving) (?:the |our )?(?:monitoring|tests?|testing|communications?|documentation|"
    r"docs|reviews?|process(?:es)?|awareness)|"
    r"(?:look|think) (?:at|into|about) (?:it|this)|as soon as possible|asap|going forward)\b",
    re.IGNORECASE,
)  # fmt: skip
_SYSTEM = "Name what let it happen: a check that was not there, a default, a limit, what the screen showed"
_THERE = "Say what will be there that is not there now, and how it shows"


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


def says(text: str) -> bool:
    """Tell whether a text says anything at all: “no” does, one letter does not, however often it is typed."""
    said = {one for one in text.casefold() if one.isalnum()}
    return len(said) > 1 or any(one > "\u2e80" for one in said)  # of some scripts one character is a word


def admonitions(text: str) -> Iterator[Warned]:
    """Yield what an answer had better not say: that people be more careful, or nothing."""
    if text.strip() and not says(text):
        yield Warned(text.strip(), "it says nothing, and counts as not answered", "Answer in a word or a sentence")
    yield from _found(_ADMONISHING, text)


def vague(text: str) -> Iterator[Warned]:
    """Yield the sentences of an action that nobody could see done."""
    if text.strip() and not says(text):
        yield Warned(text.strip(), "nobody can see that done", _THERE)
    yield from _found(_VAGUE, text)


def seen_done(text: str) -> bool:
    """Tell whether an action says anything that could be seen done: one part of it that is no admonition is enough."""
    return any(_states(_LATER.sub(" ", part)) for part in _PART.split(text) if not _ADMONITION.match(part))


def _states(part: str) -> bool:
    """Tell whether a part of an action says more than one word."""
    return says(part) and (len(part.split()) > 1 or any(one > "\u2e80" for one in part))


def _found(what: re.Pattern[str], text: str) -> Iterator[Warned]:
    for found in _SENTENCE.finditer(text):
        if hit := what.search(found.group()):
            why = f"“{hit.group()}” can never be seen done"
            yield Warned(found.group().strip(), why, _THERE)
