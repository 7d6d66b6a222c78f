"""A short drill that is over, and its debrief as a page without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from analytics import playbook
from analytics.record import Course, DrillRecord, References
from analytics.score import score
from simulator import acts, values
from simulator.errors import DrillError
from simulator.loaded import LoadedScenario
from simulator.record.journal import Journal
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant
from tests.room.rooms import Wall
from tests.ui.browsing import Browser
from ui.debrief_parts import keys

MAIN = Path(__file__).resolve().parents[2] / "ui" / "main.py"
EVIL = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) **loud**"


def references(
    loaded: LoadedScenario, journal: Journal, report: Any
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Score a toy drill against made-up reference runs."""
    report(0.5)
    minutes = range(31)
    null, best = (
        Course(name=name, harm={"lost": 30 * k}, loss=30 * k / 1000, series={"lost": tuple(k * m for m in minutes)},
            losses=tuple(k * m / 1000 for m in minutes))
        for name, k in (("nothing", 900.0), ("flag at T+2", 10.0))
    )  # fmt: skip
    made = References(null=null, best=best).model_dump(mode="json")
    journal.references = made
    yield made, score(DrillRecord.of(journal, loaded.scenario), playbook.load()).as_data()


def broken(loaded: LoadedScenario, journal: Journal, report: Any) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    raise DrillError("the library of this scenario is missing")


def play(place: Rooms, wall: Wall) -> tuple[Room, Participant, str]:
    """Play a short drill in which something untrue and something nasty is said."""
    room = place.create("toy", seed=7).room
    token, person = place.join(room, "Ana <b>", "commander")
    room.start(person)
    wall.pass_(90)
    for command in (
        acts.AcknowledgePage(alert="Errors"),
        acts.Declare(severity="SEV-1", title=EVIL),
        acts.PostMessage(text=EVIL),
        acts.TakeAction(action="flag_off", executor="mitigation"),
        acts.UpdateStakeholders(audience="public", status="recovered", impact=values.Figure(name="backlog", low=1),
                             next_update_minutes=20),
        acts.LiftFreeze(scope=("nowhere",)),
    ):  # fmt: skip
        room.submit(command, person)
        wall.pass_(20)
    wall.pass_(300)
    room.end(person)
    room.finishing.wait(30)
    return room, person, token


def opened_truth(app: AppTest) -> AppTest:
    """Say that nobody wants to guess: what gives the answer away opens."""
    if [one for one in app.button if one.key == "debrief_no_guess"]:
        app.button(key="debrief_no_guess").click().run()
    return app


def opened(name: str, token: str = "", **state: Any) -> AppTest:
    """Open a page behind a token, with what its session holds, and let it run."""
    app = Browser()
    if token:
        app.hold(token)
    for key, value in state.items():
        app.session_state[key] = value
    app.switch_page(f"app_pages/{name}.py").run()
    assert not app.exception, app.exception[0].message
    return app


def debrief(token: str = "", **state: Any) -> AppTest:
    """Open the debrief, at the score unless something else is asked for."""
    return opened_truth(opened("debrief", token, **{keys.VIEW: keys.SCORE} | state))


def html(app: AppTest) -> str:
    """Return everything the page shows as HTML, without the style sheets."""
    return "\n".join(str(one.proto.body) for one in app.get("html") if "<style" not in str(one.proto.body))


def spec(chart: Any) -> dict[str, Any]:
    return json.loads(chart.proto.spec)  # type: ignore[no-any-return]
