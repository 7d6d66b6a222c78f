"""Drills that teams bring: checked apart, played by that team alone, kept with what was played of them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import select

from scenarios.uploaded import KEPT
from simulator.errors import AccessDenied, DrillError
from simulator.room import schema as t
from simulator.room import uploads
from simulator.room.archive import export, own_scenario, take_in
from simulator.room.companions import OWN_FILES, own_of
from simulator.room.rebuild import rebuild
from simulator.room.results import Wanted, editions, every
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from simulator.room.teams import Member
from simulator.room.tidy import delete
from simulator.room.uploads import LEASE_SECONDS, MOST_CHECKS, MOST_DRILLS, Brought, Uploads
from simulator.scenario.document import LARGEST
from tests.room.rooms import Wall, end_of
from tests.room.test_teams import scored
from tests.simulator.toy import toy

FAULT = {"level": "error", "file": "drill.yaml", "line": 3, "what": "it is wrong", "remedy": "mend it"}
REMARK = {**FAULT, "level": "warning"}


class Checked:
    """A check whose outcome a test says."""

    def __init__(self) -> None:
        self.finds: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def __call__(self, name: str, files: Mapping[str, str], report: Callable[[float], None]) -> Sequence[Any]:
        self.asked.append(files["drill.yaml"])
        report(0.5)
        self.meanwhile()
        return self.finds


def load(name: str, files: Mapping[str, str], variant: str, difficulty: str) -> Any:
    return toy()


def process(path: Path | str, wall: Wall, check: Checked) -> Rooms:
    store = Store(str(path))
    store.now = wall  # type: ignore[method-assign]
    uploads = Uploads(store, load, check, lambda: ("auth_token",))
    return wall.serves(Rooms(store, lambda *_: toy(), scored, steady=wall.elapsed, uploads=uploads))


@pytest.fixture
def check() -> Checked:
    return Checked()


@pytest.fixture
def place(path: Path | str, wall: Wall, check: Checked) -> Rooms:
    return process(path, wall, check)


@pytest.fixture
def ana(place: Rooms) -> Member:
    return place.teams.found("Payments", "Ana")


def bring(place: Rooms, member: Member, text: str = "one", name: str = "queue") -> str:
    found = place.uploads.bring(member, Brought(name, "The queue", {"drill.yaml": text}))
    place.uploads.wait(60)
    return found.id


def play(place: Rooms, wall: Wall, member: Member, upload: str) -> Any:
    room = place.create("queue", seed=7, upload=upload, member=member).room
    _, person = place.join(room, "Ana", "commander")
    room.start(person)
    wall.pass_(5)
    return room, person


def states(place: Rooms, member: Member) -> list[str]:
    return [one.state for one in place.uploads.of(member.team)]


def kept(place: Rooms) -> set[str]:
    with place.store.transaction(writes=False) as connection:
        return set(connection.scalars(select(t.uploads.c.id)))


def test_what_is_well_is_played_by_its_team_and_by_nobody_else(place: Rooms, ana: Member, check: Checked) -> None:
    check.finds = [REMARK]
    upload = bring(place, ana)
    [found] = place.uploads.of(ana.team)
    assert (found.id, found.state, found.by, found.findings) == (upload, "ready", "Ana", (REMARK,))
    other = place.teams.found("Storage", "Ben")
    assert place.uploads.of(other.team) == []
    for member in (other, None):
        with pytest.raises(AccessDenied):
            place.create("queue", upload=upload, member=member)
    with pytest.raises(AccessDenied):
        place.uploads.remove(other, upload)
    assert place.create("queue", upload=upload, member=ana).room.row.upload == upload
    gone = place.teams.renew_own(ana)
    with pytest.raises(AccessDenied):
        place.create("queue", upload=upload, member=ana)
    assert place.create("queue", upload=upload, member=gone)


def test_what_is_faulty_is_not_played_and_the_one_before_stays(place: Rooms, ana: Member, check: Checked) -> None:
    first = bring(place, ana)
    check.finds = [FAULT]
    faulty = bring(place, ana, "two")
    assert sorted(states(place, ana)) == ["faulty", "ready"]
    with pytest.raises(AccessDenied):
        place.create("queue", upload=faulty, member=ana)
    assert place.create("queue", upload=first, member=ana)
    bring(place, ana, "three")  # takes the place of the faulty one
    assert sorted(states(place, ana)) == ["faulty", "ready"]
    assert faulty not in kept(place)


def test_a_drill_goes_on_with_what_it_was_begun_with_and_keeps_it(
    place: Rooms, ana: Member, wall: Wall, path: Path | str, check: Checked
) -> None:
    first = bring(place, ana)
    room, person = play(place, wall, ana, first)
    second = bring(place, ana, "two")
    assert [one.id for one in place.uploads.of(ana.team)] == [second]
    assert kept(place) == {first, second}
    wall.pass_(5)
    assert room.problem is None
    end_of(room, person)
    place.uploads.remove(ana, second)
    assert kept(place) == {first}
    wall.kill(place)
    again = process(path, wall, check).open(room.row.id)
    assert again.problem is None
    assert again.scorecard()
    assert place.uploads.files(first)[1] == {"drill.yaml": "one"}
    delete(place.store, room.row.id)
    assert kept(place) == set()


def test_it_goes_with_the_team_but_for_what_was_played(place: Rooms, ana: Member, wall: Wall) -> None:
    played, other = bring(place, ana), bring(place, ana, name="other")
    room, _ = play(place, wall, ana, played)
    place.teams.leave(ana)
    assert kept(place) == {played}
    assert other not in kept(place)
    found = place.uploads.find(played)
    assert (found.team, found.by, found.state) == (None, "", "withdrawn")
    assert room.problem is None


def test_a_team_that_is_no_more_is_named_nowhere(path: Path | str, place: Rooms, wall: Wall) -> None:
    zoe = place.teams.found("Zwiebelkuchen", "Ottilie")
    room, person = play(place, wall, zoe, bring(place, zoe, "played"))  # seats hold a name of their own
    end_of(room, person)
    place.teams.claim(zoe, room.row.id, person)
    bring(place, zoe, "Kasperltheater", name="other")
    place.teams.leave(zoe)
    with place.store.transaction(writes=False) as connection:
        said = [str(row) for table in t.metadata.sorted_tables for row in connection.execute(select(table))]
    wanted = ("Zwiebelkuchen", "Ottilie", "Kasperltheater", zoe.team)
    assert [one for one in wanted if one in "".join(said)] == []
    if isinstance(path, Path):
        files = b"".join(one.read_bytes() for one in path.parent.iterdir())
        assert [one for one in wanted if one.encode() in files] == []


def test_names_numbers_and_a_second_check_at_once_are_bounded(place: Rooms, ana: Member, check: Checked) -> None:
    with pytest.raises(DrillError, match="there is a scenario 'auth_token' here already"):
        bring(place, ana, name="auth_token")

    def twice() -> None:
        with pytest.raises(DrillError, match="is being checked"):
            place.uploads.bring(ana, Brought("queue", "The queue", {}))

    check.meanwhile = twice
    bring(place, ana)
    check.meanwhile = lambda: None
    for n in range(MOST_DRILLS - 1):
        bring(place, ana, name=f"queue_{n}")
    with pytest.raises(DrillError, match=f"has {MOST_DRILLS} drills"):
        bring(place, ana, name="more")
    bring(place, ana, "two")  # a new version of one is none more
    ben = place.teams.found("Storage", "Ben")
    assert bring(place, ben)  # another team may call its own alike


def test_a_check_whose_process_is_gone_begins_anew_where_somebody_looks(
    place: Rooms, ana: Member, wall: Wall, check: Checked
) -> None:
    made = {"id": "a1", "team": ana.team, "name": "queue", "title": "The queue", "by": "Ana", "made": wall(),
            "state": "checking", "done": 0.4, "beat": wall(), "files": json.dumps({"drill.yaml": "one"}),
            "findings": "[]"}  # fmt: skip
    with place.store.transaction(writes=True) as connection:
        connection.execute(t.uploads.insert().values(made))
    assert states(place, ana) == ["checking"]
    assert check.asked == []
    wall.sleep(LEASE_SECONDS + 1)
    place.uploads.of(ana.team)
    place.uploads.wait(60)
    assert check.asked == ["one"]
    assert states(place, ana) == ["ready"]


FAILED = "the check itself failed (KeyError): nothing is said about the drill by that"


def test_a_check_that_goes_wrong_itself_is_a_finding(place: Rooms, ana: Member, check: Checked) -> None:
    check.meanwhile = lambda: {}["nothing"]
    bring(place, ana)
    [found] = place.uploads.of(ana.team)
    assert (found.state, found.findings[0]["what"]) == ("faulty", FAILED)
    assert found.findings[0]["remedy"] == uploads.OURS


@pytest.mark.parametrize("texts", [("one", "two"), ("one", "one")])
def test_drills_of_two_teams_are_not_compared(place: Rooms, ana: Member, wall: Wall, texts: Sequence[str]) -> None:
    ben = place.teams.found("Storage", "Ben")
    for member, said in zip((ana, ben), texts, strict=True):
        room, person = play(place, wall, member, bring(place, member, said))
        end_of(room, person)
    found = {one.scenario for one in every(place.store, Wanted())}
    assert len(found) == 2
    assert all(one.startswith("toy@") for one in found)


def series_of(place: Rooms, drill: str) -> str:
    return next(one.scenario for one in every(place.store, Wanted(drills=(drill,))))


def test_a_drill_is_of_the_series_of_the_team_that_it_belongs_to(place: Rooms, ana: Member, wall: Wall) -> None:
    ben = place.teams.found("Storage", "Ben")
    upload = bring(place, ana)
    first, person = play(place, wall, ana, upload)
    second, again = play(place, wall, ana, upload)
    for room, who in ((first, person), (second, again)):
        end_of(room, who)
    own = series_of(place, first.row.id)
    assert series_of(place, second.row.id) == own
    place.teams.claim(ana, first.row.id, person)
    assert series_of(place, first.row.id) == own
    place.teams.claim(ben, second.row.id, again)
    assert series_of(place, second.row.id) != own
    theirs = series_of(place, second.row.id)
    rebuild(place.store, lambda *_: None)
    assert (series_of(place, first.row.id), series_of(place, second.row.id)) == (own, theirs)
    place.teams.release(ben, second.row.id)
    assert series_of(place, second.row.id) == own
    place.teams.leave(ana)
    assert series_of(place, first.row.id) != own


def test_an_edit_goes_on_in_the_same_series_and_is_another_edition(place: Rooms, ana: Member, wall: Wall) -> None:
    drills = []
    for said in ("one", "one", "two"):
        room, person = play(place, wall, ana, bring(place, ana, said))
        end_of(room, person)
        drills.append(room.row.id)
    assert len({series_of(place, drill) for drill in drills}) == 1
    found = editions(place.store, drills)
    assert found[drills[0]] == found[drills[1]] != found[drills[2]]
    assert editions(place.store, ["nobody's"]) == {}


def test_its_record_carries_it_into_another_database(
    place: Rooms, ana: Member, wall: Wall, tmp_path: Path, check: Checked
) -> None:
    room, person = play(place, wall, ana, bring(place, ana))
    end_of(room, person)
    text = "".join(f"{line}\n" for line in export(place.store, room.row.id))
    assert own_scenario(text, "f") == ("queue", {"drill.yaml": "one"})
    other = process(tmp_path / "other.db", wall, check)
    arrived = take_in(other.store, text, "f").drill
    there = other.open(arrived)
    assert there.row.upload is not None
    assert other.uploads.files(there.row.upload) == ("queue", {"drill.yaml": "one"})
    assert "".join(f"{line}\n" for line in export(other.store, arrived)) == text
    delete(other.store, arrived)
    assert kept(other) == set()


@pytest.mark.parametrize("said", ["1", "{}", '{"name": 1, "files": "{}"}', '{"name": "q", "files": "{\\"a\\": 1}"}'])
def test_what_a_record_carries_and_cannot_be_read_is_one_line(said: str) -> None:
    with pytest.raises(DrillError, match=r"f: the drill in it that a team brought cannot be read"):
        own_scenario(f'{{}}\n{{"beside": {{"scenario": {said}}}}}\n', "f")


def test_its_team_alone_takes_it_away(place: Rooms, ana: Member, check: Checked) -> None:
    upload = bring(place, ana)
    assert place.uploads.taken(ana, upload) == ("queue", {"drill.yaml": "one"})
    ben = place.teams.found("Storage", "Ben")
    with pytest.raises(AccessDenied):
        place.uploads.taken(ben, upload)
    cleo = place.teams.join(place.teams.invitation(ana) or "", "Cleo")
    assert place.uploads.taken(cleo, upload)
    place.teams.leave(ana, cleo)
    with pytest.raises(AccessDenied):
        place.uploads.taken(cleo, upload)
    place.uploads.remove(ana, upload)
    with pytest.raises(DrillError):
        place.uploads.taken(ana, upload)


def test_a_drill_that_is_removed_while_somebody_opens_it_is_said_so(place: Rooms, ana: Member) -> None:
    upload = bring(place, ana)
    row = place.create("queue", upload=upload, member=ana).room.row
    delete(place.store, row.id)
    place.uploads.remove(ana, upload)
    with pytest.raises(DrillError, match="removed a moment ago"):
        place.store.add_drill(row)


def abandoned(place: Rooms, number: int) -> None:
    row = {"team": "gone", "title": "x", "by": "x", "made": 0.0, "state": "checking", "done": 0.5, "beat": 0.0,
           "findings": "[]", "files": json.dumps({"drill.yaml": "left"})}  # fmt: skip
    with place.store.transaction(writes=True) as connection:
        rows = [{**row, "id": f"left{index}", "name": f"left{index}"} for index in range(number)]
        connection.execute(t.uploads.insert(), rows)


def test_checks_that_nobody_is_at_take_nobodys_place_and_go_on(place: Rooms, ana: Member, check: Checked) -> None:
    abandoned(place, MOST_CHECKS)
    bring(place, ana)
    assert states(place, ana) == ["ready"]
    place.uploads.of(ana.team)
    place.uploads.wait(60)
    assert check.asked.count("left") == MOST_CHECKS


def test_a_team_has_two_places_and_can_give_one_up(place: Rooms, ana: Member, check: Checked) -> None:
    go = threading.Event()
    check.meanwhile = lambda: go.wait(60) and None
    brought = [place.uploads.bring(ana, Brought(name, name, {"drill.yaml": name})) for name in ("one", "two")]
    third = Brought("three", "three", {"drill.yaml": "three"})
    with pytest.raises(DrillError, match="2 drills of your team are being checked"):
        place.uploads.bring(ana, third)
    place.uploads.remove(ana, brought[1].id)
    place.uploads.bring(ana, third)
    go.set()
    place.uploads.wait(60)
    assert "two" not in check.asked


def test_a_check_that_says_nothing_is_begun_once(
    place: Rooms, ana: Member, wall: Wall, path: Path | str, check: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "BEAT_SECONDS", 0.01)
    go, other = threading.Event(), Checked()
    check.meanwhile = lambda: go.wait(60) and None
    place.uploads.bring(ana, Brought("queue", "Q", {"drill.yaml": "one"}))
    wall.pass_(2 * LEASE_SECONDS)
    time.sleep(0.3)
    there = process(path, wall, other)
    there.uploads.of(ana.team)
    there.uploads.wait(5)
    go.set()
    place.uploads.wait(60)
    assert (len(check.asked), other.asked) == (1, [])


class ByHand:
    """A thread that runs when a test says so, and is alive for ever: as one is that has just returned."""

    begun: ClassVar[list[ByHand]] = []

    def __init__(self, target: Callable[..., None], args: Sequence[Any] = (), name: str = "", daemon: bool = False):
        self.name, self.run = name, lambda: target(*args)

    def start(self) -> None:
        self.begun.append(self)

    def is_alive(self) -> bool:
        return True


def test_a_check_that_begins_as_the_last_one_ends_has_its_signs_of_life(
    place: Rooms, ana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ByHand, "begun", begun := list[ByHand]())
    monkeypatch.setattr(threading, "Thread", ByHand)
    place.uploads.bring(ana, Brought("one", "One", {"drill.yaml": "one"}))
    first, beating = begun
    first.run()
    beating.run()  # finds no check any more and returns, though its thread is not gone yet
    place.uploads.bring(ana, Brought("two", "Two", {"drill.yaml": "two"}))
    assert [one.name.partition("-")[0] for one in begun] == ["check", "checks", "check", "checks"]


@pytest.mark.parametrize("files", [
    {"other": "x"}, {}, {"drill.yaml": "x", "../x": "y"}, {"drill.yaml": "x" * (LARGEST + 1)},
])  # fmt: skip
def test_what_carries_no_drill_is_refused(files: Mapping[str, str]) -> None:
    found = {"scenario": {"name": "queue", "files": json.dumps(files)}}
    with pytest.raises(DrillError, match="cannot be read; restore the line"):
        own_of(found, "x.jsonl")


def test_what_an_own_drill_is_made_of_is_known_to_both() -> None:
    assert OWN_FILES == KEPT
