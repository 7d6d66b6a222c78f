"""What a declared world costs beside one that is written by hand: processor seconds of the same hour, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from scenarios.declared.made import made
from simulator.scenario.mechanics import Mechanics

FILE = Path(__file__).resolve().parents[1] / "docs" / "examples" / "queue_twice" / "drill.yaml"
ROUNDS = 5


class Group:
    """A group of consumers: what is constant of it, and its stocks."""

    def __init__(self, cap: float, paid: float) -> None:
        self.inflow, self.cap, self.paid = 300.0, cap, paid
        self.lag = self.doubled = self.dropped = 0.0


class QueueByHand(Mechanics):
    """The world of `queue_twice` as somebody would write it in Python, for its steps alone."""

    KNOBS = {"broken": 0.0, "throttle": 0.0, "guard": 0.0, "scale": 1.0, "purged": 0.0}
    HARM = ("charged_twice", "late_minutes", "lost")

    def __init__(self) -> None:
        super().__init__()
        self.groups = {"charge": Group(420, 1), "mail": Group(600, 0), "stock": Group(450, 0)}

    def integrate(self, dt: int) -> None:
        """Move every group on, and count the harm."""
        if self.now <= -960 < self.now + dt:
            self.knob["broken"] = 1.0
        k, minutes = self.knob, dt / 60
        for group in self.groups.values():
            comes = group.inflow * (1 - 0.6 * k["throttle"])
            again = k["broken"] * min(0.6, group.lag / (12 * group.inflow))
            work = min(group.cap * k["scale"] * (1 - 0.45 * k["broken"]), group.lag + comes)
            twice, dropped = work * again * (1 - k["guard"]), 2 * group.lag * k["purged"]
            if self.now >= 0:
                self._harm["charged_twice"] += twice * group.paid * minutes
                self._harm["late_minutes"] += group.lag * minutes
                self._harm["lost"] += (dropped + 0.05 * k["throttle"] * group.inflow * group.paid) * minutes
            group.lag = max(0.0, group.lag + (comes + work * again - work - dropped) * minutes)
            group.doubled = max(0.0, group.doubled + twice * minutes)
            group.dropped = max(0.0, group.dropped + dropped * minutes)


def hour(make: Callable[[], Mechanics]) -> tuple[float, float]:
    """Return the processor seconds of the cheapest of a few runs to T+60, and the loss by lateness."""
    best, late = 1e9, 0.0
    for _ in range(ROUNDS):
        world = make()
        world.start(-7200, -960)
        begun = time.process_time()
        while world.now < 3600:
            world.step(15)
        best, late = min(best, time.process_time() - begun), world.harm()["late_minutes"]
    return best, late


def test_a_declared_world_is_as_fast_as_one_written_by_hand() -> None:
    drill = made(FILE.read_text(encoding="utf-8"), str(FILE))
    (declared, late), (by_hand, same) = hour(drill.world), hour(QueueByHand)
    print(f"\nqueue_twice, three hours: declared {1000 * declared:.1f} ms, by hand {1000 * by_hand:.1f} ms")
    assert abs(late - same) <= 1e-6 * same
    assert declared <= 2 * by_hand
