"""A record for people who were not in the drill: everything that happened, nobody's name."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from simulator import acts
from simulator.errors import AccessDenied
from simulator.record.journal import Journal
from simulator.room.nameless import nameless
from simulator.room.room import Room
from simulator.room.store import OBSERVER
from tests.room.rooms import Wall, hosted, record_of, rooms, say, solo


def played(tmp_path: Path, *words: str, name: str = "Ana", **how: str) -> tuple[Room, Journal]:
    place = rooms(tmp_path / "a.db", Wall())
    room = place.create("toy", seed=7, **how).room  # type: ignore[arg-type]
    _, person = place.join(room, name, "commander")
    room.start(person)
    room.submit(acts.Declare(severity="SEV-1", title=f"{name} saw it first"), person)
    for one in words:
        room.submit(say(one), person)
    room.end(person)
    record = record_of(room)
    return room, record


def test_no_name_is_left_and_everything_else_is(tmp_path: Path) -> None:
    room, whole = played(tmp_path, "Ana has command; ask Ana-Lena or the banana team", "it's ANA's")
    found = room.record_for(None)
    assert found is not None
    text = "\n".join(found.lines())
    assert "Ana " not in text
    assert ":Ana" not in text
    assert "ANA" not in text
    assert "it's Commander's" in text
    assert "banana team" in text
    assert [(e.seq, e.at, e.body.kind) for e in found] == [(e.seq, e.at, e.body.kind) for e in whole]
    assert [e.body for e in found if e.body.kind == "alert_fired"] == [
        e.body for e in whole if e.body.kind == "alert_fired"
    ]
    assert any(e.by == "commander:Commander" for e in found)


def test_who_only_looked_on_is_not_named_either(tmp_path: Path) -> None:
    place = rooms(tmp_path / "a.db", Wall())
    room = place.create("toy", seed=7).room
    _, person = place.join(room, "Ana", "commander")
    place.join(room, "Oli Berg", OBSERVER)
    room.start(person)
    room.submit(say("ask Oli, or Berg"), person)
    room.end(person)
    found = room.record_for(None)
    assert found is not None
    text = "\n".join(found.lines())
    assert "ask somebody, or somebody" in text
    assert "Oli" not in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Ana Lind", "ana lind, ANA LIND, ask Lind or ana"),
        ("Ana-Lena Lind", "Lena's word, ana-lena's word"),
        ("Zoë", "Zoe\u0308 has it, ZOE\u0308 too"),
        ("Zoe\u0308", "Zoë has it"),
        ("Groß", "GROSS has it, groß too"),
        ("İpek", "ipek has it, İPEK too"),
        ("Ana (SRE)", "ana of the sre team"),
        ("Ana (you)", "you and ana"),
    ],
)
def test_a_name_is_found_however_it_is_written(tmp_path: Path, name: str, words: str) -> None:
    room, _ = played(tmp_path, words, name=name)
    found = room.record_for(None)
    assert found is not None
    (said,) = [e.body.text for e in found if isinstance(e.body, acts.PostMessage)]
    left = unicodedata.normalize("NFC", said).casefold()
    parts = {*re.findall(r"\w{3,}", unicodedata.normalize("NFC", name).casefold())} - {"you"}
    assert "commander" in left
    assert not any(re.search(rf"\b{part}\b", left) for part in parts), said
    assert ("you" in left) == ("you" in words)


def test_ordinary_words_of_a_name_stay(tmp_path: Path) -> None:
    room, _ = played(tmp_path, "the rerun is green for The Rock", name="The Rock")
    found = room.record_for(None)
    assert found is not None
    text = "\n".join(found.lines())
    assert "the rerun is green" in text
    assert "Rock" not in text


def test_a_word_that_two_names_share_is_nobodys_seat(tmp_path: Path) -> None:
    place = rooms(tmp_path / "a.db", Wall())
    room = place.create("toy", seed=7).room
    _, lind = place.join(room, "Ana Lind", "commander")
    _, berg = place.join(room, "Ana Berg", "mitigation")
    room.start(lind)
    room.submit(say("Ana said so, Berg said so"), berg)
    room.end(lind)
    found = room.record_for(None)
    assert found is not None
    (said,) = [e.body.text for e in found if isinstance(e.body, acts.PostMessage)]
    assert said == "somebody said so, Mitigation said so"


def test_a_title_longer_than_the_name_fits_where_the_name_did(tmp_path: Path) -> None:
    place = rooms(tmp_path / "a.db", Wall())
    room = place.create("toy", seed=7).room
    _, ana = place.join(room, "Ana", "commander")
    _, bo = place.join(room, "Bo", "mitigation")
    room.start(ana)
    text = ("Bo " * 70).strip()[:200].strip()
    assert room.submit(acts.AssignTask(text=text, to="comms", due_minutes=5), ana).refusal is None
    hardening = acts.AddHardeningTask(factor="f", text=text, owner="comms", due_days=7)
    assert room.submit(hardening, bo).refusal is None
    room.end(ana)
    found = room.record_for(None)
    assert found is not None
    told = [str(getattr(e.body, "text", "")) for e in found]
    assert any(one.startswith("Mitigation Mitigation") and len(one) > 200 for one in told)
    assert not any("Bo " in one for one in told)


def test_names_that_a_facilitator_uses_go_too(tmp_path: Path) -> None:
    place = rooms(tmp_path / "a.db", Wall())
    room, host = hosted(place, "Hal")
    place.join(room, "Ana", "commander")
    room.start(host)
    for command in (
        acts.SendAdHoc(persona="Ana's boss", text="Well, ana?"),
        acts.MarkObservation(objective="Ana hands over", text="Hal saw ANA do it"),
    ):
        assert room.submit(command, host).refusal is None
    room.end(host)
    whole, found = room.record(), room.record_for(None)
    assert whole is not None
    assert found is not None
    text = "\n".join(found.lines())
    assert not re.search(r"\b(ana|hal)\b", text, re.IGNORECASE)
    bodies = {e.body.kind: e.body for e in found}
    assert bodies["send_ad_hoc"].persona == "Commander's boss"
    assert [e.body.role for e in found if e.body.kind == "message_posted" and e.body.text.startswith("Well")] == [
        "Commander's boss"
    ]
    # What a seat or role is referred to by stays: it is scored.
    assert [getattr(e.body, "role", None) for e in whole if e.body.kind != "message_posted"] == [
        getattr(e.body, "role", None) for e in found if e.body.kind != "message_posted"
    ]


@pytest.mark.parametrize("name", ["triage", "You", "A", "in"])
def test_a_name_that_is_a_word_breaks_nothing(tmp_path: Path, name: str) -> None:
    room, whole = played(tmp_path, "You are in triage. A queue fills.", name=name)
    found = nameless(whole, {role.id: role.title for role in room.loaded.scenario.roles})
    assert [e.body.kind for e in found] == [e.body.kind for e in whole]
    assert all(name not in e.by.partition(":")[2].split() for e in found if e.by.startswith("commander:"))


def test_people_of_the_drill_read_all_of_it(tmp_path: Path) -> None:
    place = rooms(tmp_path / "a.db", Wall())
    room, ana = solo(place)
    assert room.record_for(ana) is None
    assert room.record_for(None) is None
    room.end(ana)
    found = room.record_for(ana)
    assert found is not None
    assert any(e.by == "commander:Ana" for e in found)
    _, bo = solo(place)
    with pytest.raises(AccessDenied, match="another drill"):
        room.record_for(bo)


def test_an_assessment_is_closed_to_everybody_else(tmp_path: Path) -> None:
    room, _ = played(tmp_path, mode="assessment")
    with pytest.raises(AccessDenied, match="ask the host"):
        room.record_for(None)
