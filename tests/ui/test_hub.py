"""Screens of several drills: in which order they are drawn, and that what does not change is not made anew."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from simulator import acts
from ui.live import hub as module
from ui.live import screen
from ui.live.hub import Hub, Shown, Viewer
from ui.session import Here

LONG = 20.0
"""Seconds after which what a test waits for will not come any more."""


def shown(drill: str, viewers: int = 1) -> Shown:
    looks = cast("list[Viewer]", [SimpleNamespace(moved=False)] * viewers)
    return Shown(drill, cast("Any", None), viewers=looks, left=time.monotonic())


def looked_at(**viewers: int) -> Hub:
    """Return a hub with so many viewers at a screen of each of these drills."""
    hub = Hub()
    hub._shown = {(name, "plays", "commander", ""): shown(name, count) for name, count in viewers.items()}
    return hub


def test_screens_of_different_drills_are_drawn_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, hub = threading.Event(), looked_at(slow=1, quick=1)
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


def test_a_press_does_not_wait_for_another_drill_that_is_being_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, drawn, hub = threading.Event(), threading.Event(), looked_at(slow=1, quick=1)
    waited: list[bool] = []

    def draw(one: Shown) -> None:
        if one.drill == "slow":
            begun.set()
            waited.append(drawn.wait(LONG))
        else:
            drawn.set()

    monkeypatch.setattr(module, "_draw", draw)
    monkeypatch.setattr(module, "TOGETHER_SECONDS", 0)

    async def later() -> None:
        hub.soon("slow")
        await asyncio.to_thread(begun.wait, LONG)
        hub.soon("quick")
        await hub.idle()

    asyncio.run(later())
    assert waited == [True]


def test_a_drill_whose_drawer_was_called_off_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on, hub, drawn = threading.Event(), threading.Event(), looked_at(one=1), list[str]()

    def draw(one: Shown) -> None:
        begun.set()
        go_on.wait(LONG)
        drawn.append(one.drill)

    monkeypatch.setattr(module, "_draw", draw)
    monkeypatch.setattr(module, "TOGETHER_SECONDS", 0)

    async def called_off() -> None:
        hub.soon("one")
        await asyncio.to_thread(begun.wait, LONG)
        for task in hub._tasks:
            task.cancel()
        go_on.set()
        await hub.idle()
        hub.soon("one")
        await hub.idle()

    asyncio.run(called_off())
    assert drawn == ["one", "one"]


def test_what_somebody_pressed_is_drawn_first_once_and_only_where_somebody_looks(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, drawn = looked_at(one=1, two=1, left=0, pressed=1), list[str]()
    monkeypatch.setattr(module, "_draw", lambda one: drawn.append(one.drill))
    monkeypatch.setattr(module, "DRAWERS", 1)
    monkeypatch.setattr(module, "TOGETHER_SECONDS", 0)

    async def both() -> None:
        hub.soon("pressed")
        hub.soon("left")
        await asyncio.sleep(0)
        await hub.tick()
        await hub.idle()

    asyncio.run(both())
    assert drawn == ["pressed", "one", "two"]


def test_a_press_waits_no_longer_than_patience_lets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    hub, drawn = looked_at(quiet=1, pressed=1), list[str]()
    monkeypatch.setattr(module, "_draw", lambda one: drawn.append(one.drill))
    monkeypatch.setattr(module, "DRAWERS", 1)
    quiet, pressed = hub._shown.values()

    async def both() -> None:
        hub._want([quiet], 10.0)
        hub._want([pressed], 11.0)
        await hub.idle()

    asyncio.run(both())
    assert drawn == ["quiet", "pressed"], "what has waited for long is not passed again and again"


def test_what_people_say_changes_the_channel_alone(seat: Callable[..., Here], monkeypatch: pytest.MonkeyPatch) -> None:
    here, made = seat("commander", 60), list[set[str]]()
    monkeypatch.setattr(screen, "_looks", lambda _: 0)
    here.room.submit(acts.Declare(severity="SEV-1", title="People are out"), here.person)
    mine, make = screen.Screen(here), screen.Screen._made

    def counted(*given: Any) -> Any:
        found = make(*given)
        made.append({getattr(piece, "into", "") or piece.id for piece in found})
        return found

    before = mine.pieces(here.room)
    monkeypatch.setattr(screen.Screen, "_made", counted)
    assert mine.pieces(here.room) == before
    assert not made, "nothing happened"
    here.room.submit(acts.PostMessage(text="looking"), here.person)
    after = mine.pieces(here.room)
    assert made == [{"channel"}]
    made.clear()
    assert after == screen.Screen(here).pieces(here.room), "what is kept is what would be made anew"
    made.clear()
    here.room.submit(acts.Freeze(scope=("auth-svc",)), here.person)
    mine.pieces(here.room)
    assert {"bar", "channel", "board"} <= set().union(*made)
