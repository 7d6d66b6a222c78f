"""Print what the score gives the judged traces beside what was expected, then truths over seeds: `make validity`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from analytics.runs.calibrate import executor
from simulator import acts
from simulator import events as e
from simulator.record.journal import accepted
from tests.validity import judged, sweep


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


def traces() -> bool:
    """Print the judged traces and what they add up to; tell whether each is as near as it has to be."""
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
    return not far


def seeds(count: int, workers: int, kept: Path | None) -> bool:
    """Print what every truth comes to over many seeds; tell whether all holds."""
    found: list[sweep.Swept] = []
    with executor(workers, None) as pool:
        for one in sweep.sweep(count, partial(pool.map, sweep.one_of_many), kept):
            found.append(one)
            sys.stderr.write(f"\r{len(found)} of {count * len(sweep.truths())}")
    sys.stderr.write("\n")
    sys.stdout.write("".join(f"{line}\n" for line in sweep.table(found)))
    broken = sum(len(one.broken) for one in found)
    sys.stdout.write(f"{count} seeds of {len(sweep.truths())} truths; {broken} times something does not hold\n")
    return not broken


def main() -> int:
    """Print both; 1 where a trace is farther off than it may be, or something does not hold on a seed."""
    wanted = argparse.ArgumentParser(prog="python -m tests.validity", description=main.__doc__)
    wanted.add_argument("--seeds", type=int, default=0, help="how many seeds of every truth to play (default: none)")
    wanted.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at once (default: all cores)")
    wanted.add_argument("--kept", type=Path, help="file that keeps what was found, to go on with later")
    args = wanted.parse_args()
    near = traces()
    holds = seeds(args.seeds, args.jobs, args.kept) if args.seeds else True
    return 0 if near and holds else 1


if __name__ == "__main__":
    sys.exit(main())
