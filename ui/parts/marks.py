"""Which fields of a form count, and for whom: what the playbook's criteria and caps read of an act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from analytics import criteria
from analytics import playbook as books
from analytics.scorecard import Owner
from simulator.values import Duty

MINE, OTHER = "◆", "◇"
"""Marks of a field that counts for the reader's seat, and of one that counts for another."""
Owners = frozenset[Owner]
"""Duties of those whose score something is; `all` stands for every seat."""


def marks(kind: str, book: str = "") -> Mapping[str, Owners]:
    """Return field -> those for whom it counts under a playbook, for one kind of act."""
    return _reads(book or books.DEFAULT).get(kind, {})


def counts_for(owners: Owners, duties: Iterable[Duty]) -> bool:
    """Tell whether something counts for somebody with these duties, such as a deputy in command."""
    return not owners.isdisjoint({"all", *duties})


@cache
def _reads(book: str) -> Mapping[str, Mapping[str, Owners]]:
    # A drill that was opened with a file of its own is told what counts by the default.
    return criteria.reads(books.load(book if book in books.names() else books.DEFAULT))
