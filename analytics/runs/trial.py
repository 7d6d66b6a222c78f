"""Whether a scenario can be played as it is meant to: by the book it goes well on any seed, and nobody does better."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from analytics.playbook import DEFAULT, load
from analytics.runs.calibrate import Row, rows
from analytics.runs.rehearse import Remark, Variant

BY_THE_BOOK, NOBODY = "by_the_book", "null"
SEEDS = (1, 2, 3)
"""Seeds on which the book is played; everybody else plays the first."""
LEAST, WIDEST = 85, 12
"""What the book must come to on each, and by how much these may lie apart."""
IDLE = 10
"""What doing nothing may come to at most."""
COURSE = ("teaching",)
"""Where a good way through stands: in a drill in one file, its course."""
Progress = Callable[[int, int], None]


def trial(variants: list[Variant], progress: Progress) -> list[Remark]:
    """Play every variant by the book, and the first one as everybody; return what is wrong with it."""
    found: list[Remark] = []
    for done, variant in enumerate(variants, start=1):
        who = tuple(variant.loaded.responders) if done == 1 else (BY_THE_BOOK,)
        played = {row.policy: row for row in _rows(variant, who, SEEDS[0])}
        elsewhere = [row for seed in (SEEDS[1:] if done == 1 else ()) for row in _rows(variant, (BY_THE_BOOK,), seed)]
        book = played.pop(BY_THE_BOOK)
        found += [*_book(variant, [book, *elsewhere]), *_others(variant, book, played)]
        progress(done, len(variants))
    return found


def _book(variant: Variant, played: list[Row]) -> Iterator[Remark]:
    totals = [row.total for row in played]
    low = min(played, key=lambda row: row.total)
    if low.total < LEAST:
        caps = f", capped by {' '.join(low.caps)}" if low.caps else ""
        what = f"{variant.name}: by the book it comes to {low.total} on seed {low.seed}{caps}; {LEAST} is wanted"
        way = "see where with `drill play --out` and `drill score`"
        stuck = f"let the course come to it ({'; '.join(low.refused)}), or {way}"
        yield variant.remark(COURSE, what, stuck if low.refused else way)
    elif max(totals) - low.total > WIDEST:
        what = f"{variant.name}: by the book it comes to {low.total} on one seed and {max(totals)} on another"
        yield variant.remark(COURSE, what, "let a step wait for what it rests on, with `needs` or `safe_when`")


def _others(variant: Variant, book: Row, played: Mapping[str, Row]) -> Iterator[Remark]:
    for name, row in played.items():
        if row.total > book.total:
            what = f"{name} comes to {row.total}, by the book to {book.total}"
            yield variant.remark(COURSE, what, "let what the book does help more, or what the other does cost more")
    if NOBODY in played and played[NOBODY].total > IDLE:
        what = f"doing nothing comes to {played[NOBODY].total}"
        yield variant.remark(COURSE, what, "let the harm go on where nobody does anything")


def _rows(variant: Variant, policies: tuple[str, ...], seed: int) -> list[Row]:
    return rows(variant.loaded, policies, seed, load(DEFAULT))
