"""Following a drill through as people meet it: answers beside the record, two at one answer, actions, survey."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from analytics.follow_through.actions import actions
from simulator import acts
from simulator.record.follow_up import FollowUp, FollowUpEntry
from simulator.room import afterwards, results, tidy
from simulator.room.archive import export, verify_file
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import OBSERVER, Participant
from simulator.room.uploads import Brought
from tests.room.rooms import Wall, rooms
from tests.ui.browsing import JAR, Browser
from tests.ui.debriefing import EVIL, html, opened, references
from ui import session
from ui.debrief_parts import keys as debrief_keys
from ui.follow_up_parts import fields, keys, papers
from ui.follow_up_parts import opened as opening
from ui.follow_up_parts.retests import between, is_tested_by, resolved, verdict
from ui.parts.live import SERVER
from ui.reports.finished import Finished, record_digest
from ui.reports.kept import of_store
from ui.reports.registry import REPORTS, Format, formats, report


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def place(tmp_path: Path, wall: Wall) -> Iterator[Rooms]:
    made = rooms(tmp_path / "drills.db", wall, references)
    SERVER.use(lambda: made)
    st.cache_resource.clear()
    yield made
    SERVER.use(None)
    made.store.close()


def play(place: Rooms, wall: Wall, *, declares: int = 90) -> tuple[Room, Participant, str, Participant, str]:
    """Play a short hosted drill to its end; return the room, the commander with token, the facilitator with token."""
    opened = place.create("toy", seed=7, hosted=True)
    room = opened.room
    flo_token, flo = place.facilitate(room, "Flo", opened.key)
    token, ana = place.join(room, "Ana", "commander")
    room.start(flo)
    wall.pass_(declares)
    room.submit(acts.Declare(severity="SEV-1", title=EVIL), ana)
    wall.pass_(200)
    room.end(flo)
    room.finishing.wait(30)
    return room, ana, token, flo, flo_token


page = partial(opened, "follow_through")


def key(room: Room, item: str, name: str) -> str:
    return f"fu-{room.row.id}-{item}-{name}"


def there(place: Rooms, room: Room) -> FollowUp:
    return FollowUp.of(afterwards.written(place.store, room.row.id))


def test_an_answer_is_saved_with_its_author_and_shows_to_others(place: Rooms, wall: Wall) -> None:
    room, _, token, _, host = play(place, wall)
    app = page(token, **{keys.VIEW: "retro"})
    box = key(room, "retro", "slowed")
    app.text_area(key=box).set_value(f"the flag {EVIL}").run()
    app.button(key=f"{box}-save").click().run()
    assert there(place, room).said("retro", "slowed").author == "Ana"
    other = page(host, **{keys.VIEW: "retro"})
    assert other.text_area(key=box).value == f"the flag {EVIL}"
    assert "Ana, " in html(other)
    assert "<img" not in html(other)


def test_two_at_one_answer_both_see_both(place: Rooms, wall: Wall) -> None:
    room, ana, _, flo, host = play(place, wall)
    app = page(host, **{keys.VIEW: "retro"})
    box = key(room, "retro", "slowed")
    app.text_area(key=box).set_value("Flo's words").run()
    afterwards.write(place.store, room, ana, "retro", {"slowed": "Ana's words"}, {})
    app.button(key=f"{box}-save").click().run()
    assert there(place, room).said("retro", "slowed").text == "Ana's words", "nothing is gone over unseen"
    assert "Ana changed this meanwhile" in html(app)
    assert app.text_area(key=box).value == "Flo's words"
    app.button(key=f"{box}-mine").click().run()
    assert "changed this meanwhile" not in html(app)
    assert [one.text for one in there(place, room).wordings("retro", "slowed")] == ["Ana's words", "Flo's words"]
    afterwards.write(place.store, room, ana, "retro", {"slowed": "third"}, {"slowed": 2})
    app.run()
    assert app.text_area(key=box).value == "third", "what nobody is changing follows"
    app.text_area(key=box).set_value("mine again").run()
    afterwards.write(place.store, room, ana, "retro", {"slowed": "fourth"}, {"slowed": 3})
    app.run()
    app.button(key=f"{box}-theirs").click().run()
    assert app.text_area(key=box).value == "fourth"
    assert flo.facilitator


def test_a_date_that_somebody_else_moved_follows_and_is_never_put_back(place: Rooms, wall: Wall) -> None:
    room, ana, _, flo, host = play(place, wall)
    one = afterwards.write(place.store, room, flo, "", {"text": "a check", "due": "2026-12-01"}, {})
    app = page(host, **{keys.VIEW: keys.ACTIONS})
    box = key(room, one.item, "due")
    two = afterwards.write(place.store, room, ana, one.item, {"due": "2027-01-15"}, {"due": one.n})
    app.run()
    assert app.date_input(key=f"{box}-date").value == date(2027, 1, 15)
    app.text_input(key=key(room, one.item, "owner")).set_value("Caching").run()
    app.button(key=f"fu-save-{one.item}").click().run()
    assert there(place, room).said(one.item, "due").text == "2027-01-15"
    app.date_input(key=f"{box}-date").set_value(date(2027, 2, 1)).run()
    afterwards.write(place.store, room, ana, one.item, {"due": "2027-03-01"}, {"due": two.n})
    app.run()
    assert app.date_input(key=f"{box}-date").value == date(2027, 2, 1), "what one picked stays until one says"
    app.button(key=f"{box}-theirs").click().run()
    assert app.date_input(key=f"{box}-date").value == date(2027, 3, 1)
    app.date_input(key=f"{box}-date").set_value(date(2027, 4, 1)).run()
    app.button(key=f"fu-save-{one.item}").click().run()
    assert there(place, room).said(one.item, "due").text == "2027-04-01"


def test_what_is_half_written_stays_while_one_looks_elsewhere(place: Rooms, wall: Wall) -> None:
    room, _, token, _, _ = play(place, wall)
    app = page(token, **{keys.VIEW: "retro"})
    box = key(room, "retro", "slowed")
    app.text_area(key=box).set_value("half a thought").run()
    app.session_state[keys.VIEW] = "review"
    app.run()
    app.session_state[keys.VIEW] = "retro"
    app.run()
    assert app.text_area(key=box).value == "half a thought"


def test_a_training_record_is_tied_to_its_drill(place: Rooms, wall: Wall) -> None:
    room, *_ = play(place, wall)
    drill = of_store(place.store, room.row.id, room.loaded.scenario)
    text = report(drill, "training", "md")
    exported = "\n".join(export(place.store, room.row.id)) + "\n"
    assert verify_file(exported, "x.jsonl").head == drill.record == record_digest(exported)
    for words in (room.row.id, drill.record, "| Facilitator | Flo |", "UTC, over ", "no total. The facilitator"):
        assert words in text
    row = report(drill, "training", "csv").splitlines()[1]
    assert row.startswith(f"{room.row.id},{drill.record},toy,7,")
    unnamed = report(drill.without_names(), "training", "md")
    assert "| Facilitator | facilitator 1 |" in unnamed
    assert "Flo" not in unnamed


def test_the_scenarios_factors_are_shown_once_the_team_has_named_its_own(place: Rooms, wall: Wall) -> None:
    room, ana, token, _, host = play(place, wall)

    def shown() -> tuple[bool, ...]:
        drill = of_store(place.store, room.row.id, room.loaded.scenario)
        pages = []
        for whose in (token, host):
            app = opened("debrief", whose, **{debrief_keys.VIEW: debrief_keys.HAPPENED})
            app.button(key="debrief_no_guess").click().run()
            pages.append("no task against it" in html(app))
        return "- **Technical:** F" in report(drill, "postmortem", "md"), *pages

    assert shown() == (False, False, True)
    afterwards.write(place.store, room, ana, "hardening", {"factors": ("f",)}, {})
    assert shown() == (True, True, True)


@pytest.mark.parametrize("item", ["retro", "actions"])
def test_what_is_not_saved_survives_a_reload_and_says_so(place: Rooms, wall: Wall, item: str) -> None:
    room, _, token, _, host = play(place, wall)
    view = {keys.VIEW: item}
    app = page(token, **view)
    box = key(room, "retro", "slowed") if item == "retro" else key(room, "new0", "text")
    field = "text_area" if item == "retro" else "text_input"
    getattr(app, field)(key=box).set_value("half a thought").run()
    assert "You have not saved yet" in html(app)
    other = page(host, **view)
    assert getattr(other, field)(key=box).value == "", "it is for nobody else"
    app = page(token, **view)
    assert getattr(app, field)(key=box).value == "half a thought"
    app.button(key=f"{box}-save" if item == "retro" else "fu-add-0").click().run()
    assert "You have not saved yet" not in html(app)
    if item == "retro":
        assert there(place, room).said("retro", "slowed").text == "half a thought"
        return
    assert [one.text for one in actions(there(place, room))] == ["half a thought"]
    assert page(token, **view).text_input(key=key(room, "new1", "text")).value == ""


def test_a_tab_in_which_nothing_is_typed_leaves_what_another_keeps(place: Rooms, wall: Wall) -> None:
    room, _, token, *_ = play(place, wall)
    box = key(room, "retro", "slowed")
    looking, writing = page(token, **{keys.VIEW: "retro"}), page(token, **{keys.VIEW: "retro"})
    assert not place.tidying.held, "who only looks takes no place"
    writing.text_area(key=box).set_value("half a thought").run()
    looking.run()
    looking.run()
    app = page(token, **{keys.VIEW: "retro"})
    assert app.text_area(key=box).value == "half a thought"
    app.text_area(key=box).set_value("").run()
    assert not page(token, **{keys.VIEW: "retro"}).text_area(key=box).value, "typed away in this tab, it is gone"


def test_half_written_words_go_with_their_drill_and_with_who_wrote_nothing_for_longest(
    place: Rooms, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, ana, token, flo, host = play(place, wall)
    box = key(room, "retro", "slowed")

    def write(token: str, words: str) -> None:
        page(token, **{keys.VIEW: "retro"}).text_area(key=box).set_value(words).run()

    monkeypatch.setattr(fields, "MOST_DRAFTS", 2)
    held = place.tidying.held
    write(token, "mine")
    write(host, "yours")
    write(token, "mine, more")
    assert [*held] == [flo.id, ana.id]
    monkeypatch.setattr(fields, "MOST_DRAFTS", 1)
    held.pop(flo.id)
    write(host, "yours")
    assert [*held] == [flo.id]
    tidy.delete(place.store, room.row.id)
    monkeypatch.setattr(tidy, "LOOK", 0.0)
    place.advance_running()
    assert not held


def test_a_draft_is_told_of_its_own_item(place: Rooms, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    room, ana, *_ = play(place, wall)
    monkeypatch.setattr(fields, "drafts", lambda: {key(room, "action-10", "text"): 1, key(room, "retro2", "slowed"): 1})
    here = opening.opened(room, ana)
    assert here is not None
    assert fields.unsaved(here, ["action", "action-1", "retro", "retro2"]) == ["action", "retro2"]


def test_a_clash_survives_a_reload(place: Rooms, wall: Wall) -> None:
    room, ana, _, _, host = play(place, wall)
    box = key(room, "retro", "slowed")
    page(host, **{keys.VIEW: "retro"}).text_area(key=box).set_value("Flo's words").run()
    afterwards.write(place.store, room, ana, "retro", {"slowed": "Ana's words"}, {})
    app = page(host, **{keys.VIEW: "retro"})
    assert "Ana changed this meanwhile" in html(app)
    assert app.text_area(key=box).value == "Flo's words"


def test_what_is_too_long_stays_and_is_told_with_its_length(place: Rooms, wall: Wall) -> None:
    room, ana, token, *_ = play(place, wall)
    app = page(token, **{keys.VIEW: "retro"})
    box = key(room, "retro", "slowed")
    app.text_area(key=box).set_value("y" * 4_001).run()
    assert "4,001 characters, and 4,000 at most" in app.error[0].value
    app.button(key=f"{box}-save").click().run()
    assert len(app.text_area(key=box).value) == 4_001
    assert not there(place, room).said("retro", "slowed").value
    app = page(token, **{keys.VIEW: keys.ACTIONS})
    app.text_input(key=key(room, "new0", "text")).set_value("y" * 401).run()
    app.button(key="fu-add-0").click().run()
    assert any("401 characters, and 400 at most" in one.value for one in app.error)
    assert not list(there(place, room).actions())
    app = page(token, **{keys.VIEW: keys.SURVEY})
    app.text_area(key=f"survey-{ana.id}-next").set_value("y" * 4_001).run()
    assert "4,001 characters" in app.error[0].value


def test_a_conclusion_that_ends_at_a_person_is_marked_beside_it(place: Rooms, wall: Wall) -> None:
    room, _, token, _, _ = play(place, wall)
    app = page(token, **{keys.VIEW: "retro"})
    app.text_area(key=key(room, "retro", "slowed")).set_value("Ana missed it. It was human error.").run()
    assert html(app).count("Say it again") == 2


def test_an_answer_becomes_an_action_with_all_that_is_asked_of_one(place: Rooms, wall: Wall) -> None:
    room, _, token, _, _ = play(place, wall)
    app = page(token, **{keys.VIEW: "review"})
    app.button(key=f"{key(room, 'review', 'guardrail')}-act").click().run()
    assert app.session_state[keys.VIEW] == keys.ACTIONS
    assert app.selectbox(key=key(room, "new0", "answers")).value == "guardrail"
    app.button(key="fu-add-0").click().run()
    assert "what will be there" in app.error[0].value.lower()
    app.text_input(key=key(room, "new0", "text")).set_value("Be more careful").run()
    assert "can never be seen done" in html(app)
    app.text_input(key=key(room, "new0", "text")).set_value("A check of the cache").run()
    app.text_input(key=key(room, "new0", "owner")).set_value("Caching").run()
    app.selectbox(key=key(room, "new0", "class")).set_value("prevent").run()
    app.button(key="fu-add-0").click().run()
    (item,) = there(place, room).actions()
    said = there(place, room).items[item]
    assert {name: wordings[-1].text for name, wordings in said.items()} == {
        "text": "A check of the cache", "owner": "Caching", "class": "prevent", "answers": "guardrail",
    }  # fmt: skip
    assert app.text_input(key=key(room, "new1", "text")).value == "", "the form for the next one is empty"
    app.text_input(key=key(room, item, "owner")).set_value("Platform").run()
    app.button(key=f"fu-save-{item}").click().run()
    assert there(place, room).said(item, "owner").text == "Platform"
    app.button(key=f"fu-drop-{item}").click().run()
    assert list(there(place, room).actions()) == []
    assert "taken off by Ana" in html(app)
    app.button(key=f"fu-back-{item}").click().run()
    assert list(there(place, room).actions()) == [item]
    assert app.text_input(key=key(room, item, "owner")).value == "Platform"


def test_what_is_written_to_an_action_that_is_off_the_list_is_refused(place: Rooms, wall: Wall) -> None:
    room, ana, _, flo, host = play(place, wall)
    one = afterwards.write(place.store, room, flo, "", {"text": "a check"}, {})
    app = page(host, **{keys.VIEW: keys.ACTIONS})
    app.text_input(key=key(room, one.item, "owner")).set_value("Caching").run()
    afterwards.write(place.store, room, ana, one.item, {"dropped": "taken off by Ana"}, {})
    app.button(key=f"fu-save-{one.item}").click().run()
    assert "Ana took this off the list; put it back first" in app.error[0].value
    app.button(key=f"fu-back-{one.item}").click().run()
    assert not app.error
    assert app.text_input(key=key(room, one.item, "owner")).value == "Caching", "what was half written is there"


def test_an_answer_that_the_record_has_no_more_is_seen_and_kept(place: Rooms, wall: Wall) -> None:
    room, ana, token, *_ = play(place, wall)
    afterwards.write(place.store, room, ana, "retro", {"sped_up": ("gone",)}, {})
    app = page(token, **{keys.VIEW: "retro"})
    box = app.multiselect(key=key(room, "retro", "sped_up"))
    assert box.value == ["gone"]
    assert box.options[-1] == "gone"


@pytest.mark.parametrize("seconds", [None, 10], ids=["unstarted", "before the first page"])
def test_a_drill_that_ended_at_once_is_followed_through_and_documented(
    place: Rooms, wall: Wall, seconds: int | None
) -> None:
    opened = place.create("toy", seed=7, hosted=True)
    room = opened.room
    token, flo = place.facilitate(room, "Flo", opened.key)
    if seconds is not None:
        room.start(flo)
        wall.pass_(seconds)
    room.end(flo)
    room.finishing.wait(30)
    app = page(token, **{keys.VIEW: keys.ACTIONS})
    assert not app.error
    drill = of_store(place.store, room.row.id, room.loaded.scenario)
    assert drill.view.left < 0
    for kind in REPORTS:
        for form in formats(kind):
            assert report(drill, kind, form)


def test_the_survey_is_answered_once_and_without_a_name(place: Rooms, wall: Wall) -> None:
    _, ana, token, _, host = play(place, wall)
    app = page(token, **{keys.VIEW: keys.SURVEY})
    app.button(key="survey-give").click().run()
    assert "nothing is answered" in app.error[0].value.lower()
    app.text_area(key=f"survey-{ana.id}-next").set_value(EVIL).run()
    app.button(key="survey-give").click().run()
    assert "Thank you" in html(app)
    shown = html(page(host, **{keys.VIEW: keys.SURVEY}))
    assert "without a name" in shown
    assert "<img" not in shown
    assert "Ana" not in shown


def test_documents_are_shown_and_ratings_stay_with_facilitators(place: Rooms, wall: Wall) -> None:
    room, ana, token, flo, host = play(place, wall)
    app = page(host, **{keys.VIEW: keys.DOCUMENTS})
    assert not app.error
    assert any("After-action report" in one.value for one in app.markdown)
    room.note(flo, "rating", criterion="B1a", rating=2)
    assert any("Flo: 2" in one.value for one in page(host, **{keys.VIEW: keys.DOCUMENTS}).markdown)
    other = room.seats.admit("Ivo", facilitator=True)
    room.note(other, "rating", criterion="B1b", rating=1)
    assert not any("Ivo: 1" in one.value for one in page(host, **{keys.VIEW: keys.DOCUMENTS}).markdown)
    room.note(flo, "rating", criterion="B1b", rating=3)
    assert any("Ivo: 1" in one.value for one in page(host, **{keys.VIEW: keys.DOCUMENTS}).markdown)
    theirs = page(token, **{keys.VIEW: keys.DOCUMENTS})
    assert not any("Flo: 2" in one.value for one in theirs.markdown)
    assert "paper-whole" not in str(theirs)
    assert ana.name == "Ana"


def test_a_document_is_made_once_until_something_in_it_changes(
    place: Rooms, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, ana, token, _, host = play(place, wall)
    made: list[tuple[str, str, bool]] = []

    def counted(drill: Finished, kind: str, form: Format, own: tuple[str, str] | None) -> str:
        made.append((kind, form, drill.unnamed))
        return report(drill, kind, form, own)

    monkeypatch.setattr(papers, "report", counted)
    app = page(host, **{keys.VIEW: keys.DOCUMENTS})
    app.run()
    page(host, **{keys.VIEW: keys.DOCUMENTS})
    assert made == [("report", "html", False), ("report", "md", False)]
    app.toggle(key=papers.NAMELESS).set_value(True).run()
    assert made[2:] == [("report", "html", True), ("report", "md", True)], "with names is not handed out without"
    assert len(made) == 4
    page(token, **{keys.VIEW: keys.DOCUMENTS})
    assert len(made) == 6, "who was no facilitator reads another record"
    afterwards.write(place.store, room, ana, "", {"text": "a check of keys"}, {})
    app.toggle(key=papers.NAMELESS).set_value(False).run()
    assert len(made) == 8
    assert any("a check of keys" in one.value for one in app.markdown)


@pytest.mark.parametrize("state", ["nobody", "running", "looks on"])
def test_who_may_not_write_is_told_why(place: Rooms, wall: Wall, state: str) -> None:
    if state == "nobody":
        assert "for those who took part" in page().warning[0].value
        return
    if state == "running":
        room = place.create("toy", seed=7).room
        token, _ = place.join(room, "Ana", "commander")
        assert "still running" in page(token).info[0].value
        return
    room, *_ = play(place, wall)
    token, _ = place.join(room, "Oli", OBSERVER)
    app = page(token, **{keys.VIEW: "retro"})
    assert app.text_area(key=key(room, "retro", "slowed")).disabled
    assert not [one for one in app.button if one.label == "Save"]


def test_a_later_drill_shows_what_it_tests_again(place: Rooms, wall: Wall) -> None:
    first, ana, token, *_ = play(place, wall, declares=150)
    afterwards.write(place.store, first, ana, "", {
        "text": "A page that says who declares", "owner": "Caching", "retest": "toy/base", "measure": "declared",
    }, {})  # fmt: skip
    wall.pass_(60)
    second, _, later, *_ = play(place, wall, declares=60)
    rows = [place.store.drill(one.row.id) for one in (first, second)]
    (one,) = between(rows[0], there(place, first), rows[1])
    assert verdict(one.action.measure, one.before, one.now).endswith("it came sooner.")
    assert list(between(rows[1], there(place, first), rows[0])) == []
    (told,) = resolved(results.window(place.store, results.Wanted(), 9))
    assert (told.what, told.owner, told.state) == ("A page that says who declares", "Caching", "open")
    assert told.retested is not None
    assert told.retested.endswith("it came sooner.")
    app = Browser().hold(later)
    app.session_state[JAR] = f"{later}{session.COOKIE_JOIN}{token}"
    app.switch_page("app_pages/follow_through.py").run()
    assert "it came sooner" in html(app)


@pytest.fixture
def tested(place: Rooms) -> Callable[..., bool]:
    """Return `tested(**later)`: whether a drill that is otherwise than a plain later one tests an action again."""
    row = place.create("toy", seed=7).room.row
    earlier = dataclasses.replace(row, ended=100.0)
    action = next(actions(FollowUp.of([FollowUpEntry(
        n=1, made=150.0, author="Ana", item="action-1", changes={"text": "x", "retest": "toy/base"},
    )])))  # fmt: skip

    def go(earlier_upload: str | None = None, **later: Any) -> bool:
        head = {name: later.pop(name) for name in ("variant", "scenario", "policy") if name in later}
        changed = dataclasses.replace(row, created=200.0, header=row.header.model_copy(update=head))
        return is_tested_by(action, dataclasses.replace(earlier, upload=earlier_upload),
                           dataclasses.replace(changed, **later))  # fmt: skip

    return go


@pytest.mark.parametrize(("later", "counts"), [
    ({}, True), ({"created": 150.0}, True), ({"created": 120.0}, False), ({"created": 90.0}, False),
    ({"variant": "other"}, False), ({"scenario": "toys"}, False), ({"policy": "by_the_book"}, False),
    ({"branch_of": "another"}, False),
])  # fmt: skip
def test_what_counts_as_tested_again(tested: Callable[..., bool], later: Mapping[str, Any], counts: bool) -> None:
    assert tested(**later) == counts


def test_another_teams_own_drill_of_that_name_tests_nothing(tested: Callable[..., bool], place: Rooms) -> None:
    mine, theirs = (
        place.uploads.bring(place.teams.found(team, "Ana"), Brought("toy", "Toy", {"drill.yaml": "one"})).id
        for team in ("A", "B")
    )
    assert tested(mine, upload=mine)
    assert not tested(mine, upload=theirs)
    assert not tested(None, upload=theirs)


def test_times_at_another_difficulty_are_not_compared() -> None:
    assert verdict("declared", 150, 60).endswith("it came sooner.")
    assert verdict("declared", 150, 60, alike=False).endswith("at another difficulty, so it is not compared.")
