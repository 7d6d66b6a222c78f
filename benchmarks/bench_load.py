"""What loading and checking a scenario cost beside playing it once: processor seconds, each in a fresh process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BEGIN = """
import time
from pathlib import Path
from scenarios.lint import check_path
from scenarios.loader import load
from simulator.play import play
"""
RUN = {
    "load": "begun = time.process_time(); load('auth_token')",
    "play": "loaded = load('auth_token'); begun = time.process_time(); play(loaded, 'by_the_book', 7)",
    "check": "begun = time.process_time(); check_path(Path('scenarios/auth_token'))",
}
ROUNDS = 3


def seconds(what: str) -> float:
    """Return the processor seconds of the cheapest of a few fresh processes."""
    code = f"{BEGIN}{RUN[what]}\nprint(time.process_time() - begun)"
    command = [sys.executable, "-c", code]
    return min(
        float(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
        for _ in range(ROUNDS)
    )


def test_a_scenario_is_cheap_to_load_and_to_check() -> None:
    load, play, check = (seconds(what) for what in ("load", "play", "check"))
    print(
        f"\nauth_token: load {1000 * load:.0f} ms, {load / play:.2f} of a play ({1000 * play:.0f} ms);"
        f" check with its variants {1000 * check:.0f} ms, {check / play:.1f} plays"
    )
    assert load <= 0.5 * play
    assert check <= 5 * play
