"""A company's own words of severity, cadence, audiences and postures, where people read them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics import playbook
from scenarios.loader import forget, lent_by, load
from scenarios.roots import FOLDERS
from scenarios.templates import template
from simulator import acts
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from ui.live.board import _postures
from ui.live.forms import form_html
from ui.parts.live import SERVER
from ui.parts.prefill import cadence

COMPANY = """name: Pellworm
levels: [{title: Everything stops, update_minutes: 7}, {title: Some of it}, {title: A nuisance}, {title: Nothing yet}]
audiences: {public: Status page, internal: All <staff>}
postures: {queue: Throttle first}
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """Return a drill of that company, declared at the worst level."""
    folder = tmp_path / "drills" / "mine"
    folder.mkdir(parents=True)
    drill = template("queue").replace("drill: NAME", "drill: mine").replace("YOUR COMPANY", "Pellworm")
    (folder / "drill.yaml").write_text(drill, encoding="utf-8")
    (folder.parent / "company.yaml").write_text(COMPANY, encoding="utf-8")
    monkeypatch.setenv(FOLDERS, str(folder.parent))
    forget()
    store = Store(str(tmp_path / "drills.db"))
    rooms = Rooms(store, load, books=lambda name: playbook.load(name).played())
    SERVER.use(lambda: rooms)
    made = rooms.create("mine", seed=7).room
    _, person = rooms.join(made, "Ana", "commander")
    made.start(person)
    made.submit(acts.Declare(severity="SEV-1", title="x"), person)
    made.submit(acts.ClassifyDependency(dependency="queue"), person)
    yield made
    SERVER.use(None)
    store.close()
    forget()


def test_forms_board_and_lines_say_it_in_the_companys_words(room: Room) -> None:
    b = room.briefing("commander")
    assert b.incident.levels[0].title == "Everything stops"
    assert cadence(b) == 7
    form = form_html(b, "update_stakeholders")
    assert ">Status page<" in form
    assert "All &lt;staff&gt;" in form
    assert 'value="public"' in form  # what is on record stays the playbook's
    theirs = next(one for one in playbook.load("recovery").dependencies if one.id == "queue")
    assert (theirs.title, "Throttle first") in _postures(b)


def test_the_authors_page_can_name_the_companys_file(room: Room) -> None:
    assert lent_by("mine").endswith("company.yaml")
    assert lent_by("auth_token") == "scenarios/company.yaml"
    assert lent_by("parcel_lag") == "scenarios/parcel_lag/company.yaml"
