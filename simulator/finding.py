"""Finding a tool by words: those of its title, its command, its aliases, or what playbooks call it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from simulator.briefing import Briefing
from simulator.catalogue import CommandLine

WORD = re.compile(r"\w[\w.\-]*")
SMALL = frozenset({
    "a", "an", "and", "as", "at", "by", "do", "for", "from", "how", "in", "is", "it", "its", "of", "on", "or", "that",
    "the", "they", "this", "to", "was", "what", "with",
})  # fmt: skip
"""Words that find nothing by themselves."""
WHOLE, BEGUN, INSIDE = 3, 2, 1
"""What it is worth that a word stands there, that one there begins with it, that it is a part of the command."""
MOST = 8


def find(b: Briefing, text: str, most: int = MOST) -> list[CommandLine]:
    """Return the offered queries and actions that hold every word of `text`, best first; else those that hold most.

    What begins a command or an alias comes first, then what stands in a command as it was typed.
    A word is looked for in title, command and aliases and among what playbooks call a tool, never in who runs it.
    """
    wanted = [word for word in _words([text]) if word not in SMALL]
    if not wanted:
        return []
    typed = " ".join(text.lower().split())
    ranked = []
    for at, line in enumerate(b.lines):
        worth = [_worth(line, word) for word in wanted]
        held = sum(1 for one in worth if one)
        if held:
            begins = any(name.lower().startswith(typed) for name in (line.command, *line.aliases))
            literal = re.search(rf"(?<!\w){re.escape(typed)}", line.command.lower())
            ranked.append((-held, not begins, literal is None, -sum(worth), len(line.command), at, line))
    best = min((row[0] for row in ranked), default=0)
    return [row[-1] for row in sorted(ranked) if row[0] == best][:most]


def _worth(line: CommandLine, word: str) -> int:
    there = _words([line.title, *line.aliases, *line.words, line.command])
    if word in there:
        return WHOLE
    if any(one.startswith(word) or (len(one) > 3 and word.startswith(one)) for one in there):
        return BEGUN
    return INSIDE if word in line.command.lower() else 0


def _words(texts: Iterable[str]) -> Sequence[str]:
    return [word for text in texts for word in WORD.findall(text.lower())]
