"""Print what the score gives the judged traces beside what was expected: `make validity`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from simulator import acts
from simulator import events as e
from simulator.record.journal import accepted
from tests.validity import judged


def gate(name: str) -> Iterator[str]:
    """Yield what the closure gate answered at each request of a trace."""
    asked: int | None = None
    for entry in accepted(judged.record(name).journal.entries):
        match entry.body:
            case acts.RequestClosure():
                asked = entry.at
            case e.IncidentClosed() if asked is not None:
                yield f"T+{asked // 60:02d}:{asked % 60:02d} opened"
            case e.ClosureRefused(missing=missing) if asked is not None:
                yield f"T+{asked // 60:02d}:{asked % 60:02d} refused: {'; '.join(missing)}"


def lines(name: str) -> Iterator[str]:
    """Yield what there is to say of one trace."""
    wanted, card = judged.expectations()[name], judged.card(name)
    total = "  –" if card.total is None else f"{card.total:3}"
    off = "   " if card.total is None else f"{card.total - wanted['expected']:+3}"
    parts = " ".join(f"{part.id} {part.points:g}/{part.out_of:g}" for part in card.parts)
    verdict = "" if judged.as_expected(name) else "  FAR"
    yield f"{name:22} {wanted['expected']:3} ±{wanted['within']:<2} {total} ({card.uncapped:3}) {off}{verdict}  {parts}"
    if card.caps or card.anti_patterns:
        hits = [f"{one.id} {one.limit}" for one in (*card.caps, *card.anti_patterns)]
        yield f"{'':24}limits: {', '.join(hits)}"
    for answer in gate(name):
        yield f"{'':24}gate {answer}"


def main() -> int:
    """Print the table and what it adds up to; 1 where a trace is farther off than it may be."""
    names = list(judged.expectations())
    out = sys.stdout.write
    out(f"{'trace':22} exp ±with tot (uncapped) difference, points by part\n")
    for name in names:
        out("".join(f"{line}\n" for line in lines(name)))
    both = judged.with_totals()
    out(f"\nrank correlation {judged.rank_correlation(both):.3f} over {len(both)} traces with a total\n")
    out(f"mean absolute difference {judged.mean_difference(both):.1f}\n")
    for better, worse in judged.ORDERS:
        first, second = judged.card(better).total, judged.card(worse).total
        state = "inverted" if judged.inverted(better, worse) else "in order"
        out(f"{better} {first} before {worse} {second}: {state}\n")
    far = [name for name in names if not judged.as_expected(name)]
    out(f"{len(names) - len(far)} of {len(names)} as expected{': not ' if far else ''}{', '.join(far)}\n")
    return 1 if far else 0


if __name__ == "__main__":
    sys.exit(main())
