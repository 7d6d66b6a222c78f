"""People who come, go and come back in the middle of a drill: nothing breaks, hangs, or is done twice."""

from __future__ import annotations

import pytest

from scenarios import load
from simulator import commands as c
from simulator import events as e
from simulator.engine import Engine, new_header
from tests.simulator.test_standins import bodies

BO = "commander:Bo"


def real(name: str, seed: int = 7, mode: str = "training") -> Engine:
    loaded = load(name)
    return Engine(loaded, new_header(loaded, seed, mode=mode))


def sits(drill: Engine, seat: str, name: str) -> None:
    drill.submit(c.TakeSeat(seat=seat, name=name), f"{seat}:{name}")


@pytest.mark.parametrize("owner", ["security", "deputy"])
def test_work_of_those_who_need_to_know_stays_among_them(owner: str) -> None:
    drill = real("permission_leak")
    sits(drill, owner, "Ana")
    sits(drill, "commander", "Bo")
    drill.advance(315)
    drill.submit(c.TakeAction(action="remove_post", executor=owner), BO)
    drill.submit(c.LeaveSeat(seat="commander"), BO)
    drill.advance(1200)
    moved = bodies(drill, e.TaskReassigned)
    assert moved
    assert all(drill.circle.knows(x.owner) for x in moved)
