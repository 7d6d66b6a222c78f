"""Digests that say what was changed in the store, and where: a chain over a drill's commands, one of each record.

They find what changed by accident or by hand. Who can write to the database can write digests too: against that the
last digest of a chain helps (`drill verify` prints it), kept where that person cannot write.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

SHORT = 8
"""Hexadecimal digits of a line's own digest: enough to find the line that the long one says was changed."""


class Link(NamedTuple):
    """A command as its row holds it, whatever is in it."""

    seq: int
    at: int
    by: str
    body: str
    digest: str | None


def digest(*parts: Any) -> str:
    """Return the digest of these, in this order; text that is no UTF-8 has one too."""
    return hashlib.sha256(json.dumps(parts, default=repr).encode()).hexdigest()


def of_command(before: str, seq: int, at: int, by: str, body: str) -> str:
    """Return the digest of a command: it covers the one `before`, so none can be changed, moved or taken out alone."""
    return digest(before, seq, at, by, body)


def of_record(journal: str, head: str) -> dict[str, str]:
    """Return the digests of a record as it is frozen; `head` is that of the last command before it."""
    return {"record": digest(journal), "lines": "".join(map(_short, split(journal))), "head": head}


def with_references(digests: Mapping[str, str], references: str) -> dict[str, str]:
    """Return the digests of a record that has got its references."""
    return {**digests, "references": digest(references)}


def split(journal: str) -> list[str]:
    """Return the lines of a record."""
    return journal.removesuffix("\n").split("\n")


def changed_line(digests: Mapping[str, str], journal: str) -> int | None:
    """Return which line of a record was changed or taken out first, None where it is as it was frozen."""
    if digests.get("record") == digest(journal):
        return None
    lines, marks = split(journal), str(digests.get("lines", ""))
    for n, line in enumerate(lines):
        if marks[SHORT * n : SHORT * (n + 1)] != _short(line):
            return n + 1
    return len(lines) + 1


def read(text: str | None) -> dict[str, str]:
    """Return the digests of a record as they are stored; what cannot be read is none."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def changes(header: str, first: str | None, links: Iterable[Link]) -> Iterator[tuple[int, str]]:
    """Yield which rows of a chain were changed or are missing, 0 for the header, and what became of each."""
    if first != digest(header):
        yield 0, "changed"
    before, expected = first or "", 1
    for link in links:
        if link.seq != expected:
            yield expected, "missing"
        made = of_command(before, link.seq, link.at, link.by, link.body)
        if link.digest != made:
            yield link.seq, "changed"
        before, expected = link.digest or made, link.seq + 1


def _short(line: str) -> str:
    return digest(line)[:SHORT]
