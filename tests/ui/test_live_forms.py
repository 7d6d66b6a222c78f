"""The form of every act, for every seat of every scenario: whole HTML, a label for each field, and it can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.loader import load
from simulator import acts
from simulator.briefing import Briefing
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from tests.each import each
from tests.ui.live import Form
from ui.live.fields import Wrong, read
from ui.live.forms import form_html, picker
from ui.parts.live import SERVER
from ui.parts.prefill import prefilled
from ui.parts.shapes import shapes
from ui.parts.start import UNASKED, controls

KINDS = [kind for kind, act in acts.ACTS.items() if act.tab]


@pytest.fixture(scope="module")
def drills(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Room]]:
    store = Store(str(Path(tmp_path_factory.mktemp("forms")) / "drills.db"))
    made = Rooms(store, load)
    SERVER.use(lambda: made)
    found = {}
    for scenario in ("auth_token", "billing_mismatch", "permission_leak"):
        room = found[scenario] = made.create(scenario, seed=7).room
        _, person = made.join(room, "Ana", room.loaded.scenario.lead())
        room.start(person)
        room.submit(acts.Declare(severity="SEV-1", title="x"), person)
        while room.version[1] < 700:
            room.skip_ahead(person, 700 - room.version[1])
    yield found
    SERVER.use(None)
    store.close()


def briefings(drills: dict[str, Room], scenario: str) -> list[Briefing]:
    """Return what each seat sees."""
    room = drills[scenario]
    return [room.briefing(role.id) for role in room.loaded.scenario.seats()]


@pytest.mark.parametrize("scenario", ["auth_token", "billing_mismatch", "permission_leak"])
@each(KINDS)
def test_a_form_is_whole_has_a_label_for_each_field_and_asks_for_all_of_them(
    kind: str, scenario: str, drills: dict[str, Room]
) -> None:
    for b in briefings(drills, scenario):
        form = Form(form_html(b, kind))
        assert form.unlabelled == []
        assert len(form.ids) == len(set(form.ids))
        named = set(controls(shapes(acts.ACTS[kind]))) - set(UNASKED)
        parts = [part for shape in shapes(acts.ACTS[kind]) for row in shape.rows for part in row.values()]
        lists = ("choice", "pick", "picks")
        open_ones = {shape.path for shape in (*shapes(acts.ACTS[kind]), *parts) if shape.ask in lists}
        assert form.fields.keys() <= named
        assert named - form.fields.keys() <= open_ones, "only a list with nothing in it, or chosen, is no field"


@each(KINDS)
def test_what_a_form_begins_with_is_what_is_read_from_it(kind: str, drills: dict[str, Room]) -> None:
    (b, *_) = briefings(drills, "auth_token")
    found = read(acts.ACTS[kind], Form(form_html(b, kind)).fields)
    if isinstance(found, Wrong):
        assert found.words.startswith("Still needed"), found
        return
    for path, value in prefilled(kind, b).items():
        if "." not in path:
            held = getattr(found, path)
            assert list(held) == list(value) if isinstance(value, list) else held == value, path


def test_the_list_opens_every_form_that_is_of_use(drills: dict[str, Room]) -> None:
    for scenario in drills:
        for b in briefings(drills, scenario):
            html = picker(b)
            Form(html)
            assert 'data-open="post_message"' in html


def test_a_form_about_something_begins_with_it(drills: dict[str, Room]) -> None:
    (b, *_) = briefings(drills, "auth_token")
    assert Form(form_html(b, "page_team", "mobile")).fields["role"] == "mobile"
    assert Form(form_html(b, "page_team", "no such")).fields["role"] != "no such"


def test_what_a_form_lacks_is_called_what_its_field_is_called() -> None:
    found = read(acts.UpdateExecutives, {"impact.name": "out_now", "next_update_minutes": 15.0, "eta": "unknown"})
    assert isinstance(found, Wrong)
    assert found.words == "Still needed: Impact From"
    assert found.fields == {"impact.low": "still needed"}
    found = read(acts.SetWatch, {"owner": "triage", "hours": 24.0})
    assert isinstance(found, Wrong)
    assert found.fields == {"trigger.metric": "still needed"}
