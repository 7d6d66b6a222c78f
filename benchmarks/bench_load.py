"""What loading and checking scenarios cost beside playing them once: processor seconds, each in a fresh process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scenarios.loader import names

ROOT = Path(__file__).resolve().parents[1]
BEGIN = """
import sys, time
from pathlib import Path
from scenarios.lint import check_path
from scenarios.loader import load
from simulator.play import play

name = sys.argv[1]
"""
RUN = {
    "load": "begun = time.process_time(); load(name)",
    "play": "loaded = load(name); begun = time.process_time(); play(loaded, 'by_the_book', 7)",
    "check": "begun = time.process_time(); check_path(Path('scenarios', name))",
}
ROUNDS = 5
HALF = 0.5


def cheapest(name: str, *whats: str) -> list[float]:
    """Return the least processor seconds of each of these in fresh processes, taken in turn: a machine has moods."""
    least = [float("inf")] * len(whats)
    for _ in range(ROUNDS):
        for at, what in enumerate(whats):
            code = f"{BEGIN}{RUN[what]}\nprint(time.process_time() - begun)"
            command = [sys.executable, "-c", code, name]
            run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            least[at] = min(least[at], float(run.stdout))
    return least


def test_every_scenario_loads_in_about_half_a_play() -> None:
    dear = {}
    for name in names():
        load, play = cheapest(name, "load", "play")
        if load > HALF * play:
            dear[name] = load / play
        print(f"\n{name}: load {1000 * load:.0f} ms, {load / play:.2f} of a play ({1000 * play:.0f} ms)", end="")
    assert dear == {}


def test_a_scenario_is_cheap_to_check() -> None:
    check, play = cheapest("auth_token", "check", "play")
    print(f"\nauth_token: check with its variants {1000 * check:.0f} ms, {check / play:.1f} plays")
    assert check <= 5 * play
