"""Kill a server, a writer or the database at any moment: what was acknowledged is there, and the drill goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator import acts
from simulator.room.store import NewCommand
from tests.simulator.toy import toy
from tests.soak import kills

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def killed() -> dict[tuple[str, str], dict[str, Any]]:
    """Return the figures of a few kills, made by a process of their own: one that has no threads may be copied."""
    command = [sys.executable, "-m", "tests.soak", "kills", "--rounds", "4"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == any(one[fault] for one in found for fault in kills.FAULTS), done.stderr
    return {(one["database"], one["during"]): one for one in found}


WHERE = pytest.mark.parametrize("database", kills.DATABASES)


def figures(killed: Any, database: str, during: str, request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return those of one database, which may not be there."""
    if database == "postgres":
        request.getfixturevalue("postgres")
    found: dict[str, Any] = killed[database, during]
    assert sum(found["killed"].values()) == found["rounds"] == 4
    return found


@pytest.mark.slow
@WHERE
@pytest.mark.parametrize("during", ["play", "upgrade"])
def test_what_was_acknowledged_survives_kill_9(
    killed: Any, database: str, during: str, request: pytest.FixtureRequest
) -> None:
    found = figures(killed, database, during, request)
    assert [found["notes"], *(found[kind] for kind in kills.FAULTS)] == [[], 0, 0, 0, 0, 0]
    assert found["stored"] >= found["acknowledged"]
    assert bool(found["acknowledged"]) == (during == "play")


@pytest.mark.slow
@WHERE
def test_a_drill_that_was_killed_while_it_ended_is_over_or_goes_on(
    killed: Any, database: str, request: pytest.FixtureRequest
) -> None:
    assert figures(killed, database, "end", request)["notes"] == []


def played(path: Path) -> kills.Game:
    """Return a drill in which two commands and a pace were acknowledged."""
    game = kills.open_drill(str(path), toy())
    place = game.rooms()
    room, person = place.identify(game.tokens[1])
    for key in ("1a-1", "1a-2"):
        game.said[key] = room.submit(acts.PostMessage(text=key), person, key).entry.at
    room, host = place.identify(game.tokens[0])
    room.speed(host, 2.5)
    game.paces.add(2.5)
    return game


def faults(game: kills.Game) -> set[str]:
    """Return the kinds of faults that a look at a drill finds."""
    tally = kills.Tally()
    kills.look(game, tally)
    return {name for name in kills.FAULTS if getattr(tally, name)}


def test_what_is_lost_doubled_or_moved_is_found(path: Path) -> None:
    game = played(path)
    store = game.rooms().store
    assert faults(game) == set()
    game.said["1a-3"] = 0
    assert faults(game) == {"lost"}
    del game.said["1a-3"]
    game.paces.add(7.0)
    assert faults(game) == {"lost"}
    game.paces.remove(7.0)
    game.said["1a-1"] += 1
    assert faults(game) == {"disordered"}
    game.said["1a-1"] -= 1
    number = len(store.commands(game.drill)) + 1
    store.append(game.drill, number, [NewCommand(0, "commander:Ana", acts.PostMessage(text="1a-2"))], "1a-3")
    assert faults(game) == {"doubled"}
