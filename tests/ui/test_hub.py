"""Screens of several drills: one that takes long to draw keeps no other waiting."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ui.live import hub as module
from ui.live.hub import Hub, Shown, Viewer

LONG = 20.0
"""Seconds after which what a test waits for will not come any more."""


def shown(drill: str) -> Shown:
    looks = cast("list[Viewer]", [SimpleNamespace(moved=False)])
    return Shown(drill, cast("Any", None), viewers=looks)


def test_screens_of_different_drills_are_drawn_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, hub = threading.Event(), Hub()
    hub._shown = {(name, "plays", "commander", ""): shown(name) for name in ("slow", "quick")}
    waited: list[bool] = []

    def draw(one: Shown) -> None:
        if one.drill == "slow":
            waited.append(drawn.wait(LONG))
        else:
            drawn.set()

    monkeypatch.setattr(module, "_draw", draw)
    async def tick() -> None:
        await hub.tick()
        await hub.idle()

    asyncio.run(tick())
    assert waited == [True]
