"""Text by people, as pages show it: each character as what it is, nothing of it read as markup, links only text."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from simulator.text import visible

__all__ = ["escape", "markdown", "minutes", "plain", "sentence", "too_long", "unmarked", "visible"]

_MARKS = re.compile(r"([\\`*_{}\[\]()#+.!:$~|<>&-])")
_LINKS = re.compile(r"(https?:(?=//)|www(?=\.)|(?<=[\w.+-])@(?=[\w-]+\.))", re.IGNORECASE)
"""Where Markdown makes a link of text by itself, whatever is escaped in it."""
_INLINE = re.compile(r"([\\`*\[\]<>|~$&]|(?<!\w)_|_(?!\w))")
_OPENING = re.compile(r"^(\d+(?=[.)](?:\s|$))|(?=[#+=-]))")
"""What begins a heading, a list, a rule or a quotation where a line or an item of a list begins with it."""
_FILE = re.compile(r"\S[^:;\n]*\.\w{1,8}(?::\d+)?(?=: | is | holds | has )")
"""The name of a file with which an error begins, and its line."""
SHORT = 200
"""Up to so many characters what was escaped is remembered: a screen says the same names and titles again and again."""
JOINER = "\u2060"
"""Our own, seen by nobody: a word joiner, which ends what would become a link."""


def escape(text: object) -> str:
    """Return text, or a number, for HTML."""
    said = str(text)
    return _kept(said) if len(said) <= SHORT else _escaped(said)


def _escaped(said: str) -> str:
    return html.escape(visible(said))


_kept = lru_cache(maxsize=8192)(_escaped)


def plain(text: str) -> str:
    """Return text for a label or message without any of it being read as Markdown."""
    return _MARKS.sub(r"\\\1", _LINKS.sub(rf"\1{JOINER}", visible(text)))


def markdown(text: object) -> str:
    """Return text as one line of a Markdown document that people copy: nothing of it is read as markup.

    It escapes less than `plain`, so that the source stays readable; it may stand behind a label or a bullet.
    """
    line = " ".join(visible(str(text)).split())
    line = _LINKS.sub(rf"\1{JOINER}", _INLINE.sub(r"\\\1", line))
    return _OPENING.sub(r"\1\\", line)


def minutes(seconds: int) -> str:
    """Return a length of time as pages say it: `18 min`, whole ones."""
    return f"{seconds // 60} min"


def too_long(text: str, most: int) -> str:
    """Return how long a text is that is longer than it may be, and how long it may be; nothing where it is not."""
    if len(text) <= most:
        return ""
    return f"{len(text):,} characters, and {most:,} at most can be kept: shorten it to save it."


def unmarked(text: str) -> str:
    """Return what `markdown` was given, as far as one sees."""
    return re.sub(r"\\(.)", r"\1", text.replace(JOINER, ""))


def sentence(error: Exception | str) -> str:
    """Return an error as a sentence of its own; the name of a file that it begins with stays as it is written."""
    said, words = str(error), plain(str(error))
    first = words[:1] if _FILE.match(said) else words[:1].upper()
    return f"{first}{words[1:]}{'' if words.endswith('.') else '.'}"
