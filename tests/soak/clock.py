"""Random sequences of what people do and what befalls two servers: walls that jump, kills, gaps, outages.

What must hold is in `tests/soak/trial.py`; a short version of this is in the suite.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback

from simulator.room.store import Store
from tests.soak.trial import MODES, STEPS, Trial

LIKELY = {"pass": 6, "say": 3, "start": 2, "resume": 3, "inject": 3, "race": 3}
"""How much likelier than the others some steps are: a drill that stands teaches little."""
WEIGHTS = tuple(LIKELY.get(name, 1) for name in STEPS)
MOST = 24
"""Steps of a sequence at most, after the first, which starts the drill."""
KEEP = 500
"""Drills that one database is used for."""
SHOWN = 5
"""Faults that are shown in full."""


def add(parser: argparse.ArgumentParser) -> None:
    """Name the options."""
    parser.add_argument("--sequences", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1, help="another one, other sequences")
    parser.add_argument("--only", type=int, help="number of the one sequence to play, as a fault tells it")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so long")


def sequence(seed: int, number: int) -> list[tuple[str, int]]:
    """Return the steps of one sequence."""
    chance = random.Random(f"{seed}/{number}")
    names = chance.choices(STEPS, WEIGHTS, k=chance.randint(1, MOST))
    first = [("start", 0)] if chance.random() < 0.95 else []
    return [*first, *((name, chance.randrange(10_000)) for name in names)]


def run(args: argparse.Namespace) -> int:
    """Play the sequences, tell how many steps there were, and return how many went wrong."""
    numbers = range(args.sequences) if args.only is None else [args.only]
    begun, done, steps, faults, store = time.monotonic(), 0, 0, 0, None
    for number in numbers:
        if time.monotonic() - begun > 60 * args.minutes:
            break
        if number % KEEP == 0 or store is None:
            store = Store("sqlite://")
        given = sequence(args.seed, number)
        try:
            Trial(store, MODES[number % 2]).run(given)
        except Exception:
            faults += 1
            if faults <= SHOWN:
                print(f"sequence {number} of seed {args.seed}: {given}\n{traceback.format_exc()}", file=sys.stderr)
        done, steps = done + 1, steps + len(given)
        if done % 100 == 0:
            print(f"{done} sequences, {steps} steps, {faults} faults", file=sys.stderr, flush=True)
    print(f"clock: {done} sequences, {steps} steps, {faults} faults, {time.process_time():.0f} s of processor time")
    return faults
