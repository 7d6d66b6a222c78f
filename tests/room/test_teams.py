"""Teams: made, joined by a link, left; drills that are a team's; and rows of what was scored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analytics.report.sample import samples
from simulator.errors import AccessDenied, DrillError
from simulator.record.result import DrillResult
from simulator.room import results
from simulator.room import schema as t
from simulator.room.clock import ClockMark
from simulator.room.rebuild import UNREAD, make, missing, rebuild
from simulator.room.results import SAMPLE, Wanted
from simulator.room.rooms import Rooms
from simulator.room.teams import Member, Teams
from tests.room.rooms import Wall, rooms, solo
from ui.reports.finished import moved_on

CARD: dict[str, Any] = {
    "total": 61, "uncapped": 64, "band": "M", "spread": {"low": 58, "median": 60, "high": 66},
    "caps": [{"id": "C5", "limit": 70, "why": "."}], "remarks": [], "causes": [{"id": "bad", "title": "Bad"}],
    "anti_patterns": [{"id": "hero", "title": "Hero mode", "limit": 84, "why": ".", "evidence": []}],
    "drill": {"title": "Toy", "roles": [{"role": "commander", "title": "Incident commander", "minutes": 2.0}]},
    "times": {"acknowledged": 20, "closed": None},
    "parts": [{"id": "one", "points": 6.1, "out_of": 10.0, "criteria": [
        {"id": "B1", "status": "partial", "points": 6.1, "out_of": 10.0, "why": ".", "evidence": [], "source": "."}]}],
}  # fmt: skip


def scored(*_: object) -> Any:
    yield {}, CARD


@pytest.fixture
def place(path: Path | str, wall: Wall) -> Rooms:
    return rooms(path, wall, scored)


@pytest.fixture
def teams(place: Rooms) -> Teams:
    return place.teams


def invited(teams: Teams, ana: Member, name: str = "Ben") -> Member:
    return teams.join(teams.invitation(ana) or "", name)


def ended(place: Rooms, wall: Wall) -> tuple[str, Any]:
    room, person = solo(place)
    wall.pass_(5)
    room.end(person)
    room.finishing.wait(60)
    return room.row.id, person


def test_a_team_is_made_joined_and_left(teams: Teams) -> None:
    ana = teams.found("Payments  on-call", "Ana")
    assert teams.team(ana.team).name == "Payments on-call"
    ben, other = invited(teams, ana), invited(teams, ana)
    assert [one.name for one in teams.members(ana.team)] == ["Ana", "Ben", "Ben 2"]
    assert teams.identify(teams.token(ben)) == (teams.team(ana.team), ben)
    assert teams.linked(teams.link(other))[1] == other
    teams.leave(ben)
    for way in (teams.token, teams.link):
        with pytest.raises(AccessDenied):
            (teams.identify if way == teams.token else teams.linked)(way(ben))
    teams.leave(ana, other)
    assert [one.name for one in teams.members(ana.team)] == ["Ana"]


def test_a_name_that_is_taken_or_cannot_be_read_is_refused(teams: Teams) -> None:
    teams.found("Payments", "Ana")
    for name, words in (("PAYMENTS", "a team called"), ("Ｐayments", "a team called"), ("  ", "want to be called"),
                        ("a\u202eb", "cannot be seen")):  # fmt: skip
        with pytest.raises(DrillError, match=words):
            teams.found(name, "Ben")
    assert teams.found("<b>Pay</b>", "Ben").name == "Ben"


def test_what_was_withdrawn_lets_nobody_in(teams: Teams) -> None:
    ana = teams.found("Payments", "Ana")
    old = teams.invitation(ana) or ""
    teams.renew(ana)
    with pytest.raises(AccessDenied, match="withdrawn"):
        teams.join(old, "Ben")
    new = teams.invitation(ana) or ""
    assert teams.invited(new).name == "Payments"
    teams.renew(ana, open=False)
    assert teams.invitation(ana) is None
    with pytest.raises(AccessDenied, match="withdrawn"):
        teams.invited(new)
    token, link = teams.token(ana), teams.link(ana)
    again = teams.renew_own(ana)
    for read, was in ((teams.identify, token), (teams.linked, link)):
        with pytest.raises(AccessDenied, match="no longer"):
            read(was)
    assert teams.identify(teams.token(again))[1] == again
    with pytest.raises(AccessDenied):
        teams.renew(ana)


def test_a_token_of_one_purpose_is_none_of_another(place: Rooms, teams: Teams) -> None:
    ana = teams.found("Payments", "Ana")
    room, person = solo(place)
    tokens = {teams.token: teams.identify, teams.link: teams.linked}
    for one in (teams.token(ana), teams.link(ana), teams.invitation(ana) or "", place.token(person), "nonsense"):
        let_in = [way for way, read in tokens.items() if one == way(ana) and read(one)]
        for way, read in tokens.items():
            if way not in let_in:
                with pytest.raises(AccessDenied):
                    read(one)
        with pytest.raises(AccessDenied):
            place.exchange(one)
    assert room.row.id


def test_a_drill_is_claimed_by_who_may_and_by_one_team(place: Rooms, teams: Teams) -> None:
    ana = teams.found("Payments", "Ana")
    opened = place.create("toy", seed=7, hosted=True)
    _, player = place.join(opened.room, "Ben", "commander")
    with pytest.raises(AccessDenied, match="only its host"):
        teams.claim(ana, opened.room.row.id, player)
    _, host = place.facilitate(opened.room, "Flo", opened.key)
    teams.claim(ana, opened.room.row.id, host)
    teams.claim(ana, opened.room.row.id, host)
    assert teams.owner(opened.room.row.id) == teams.team(ana.team)
    other = teams.found("Search", "Eve")
    with pytest.raises(AccessDenied, match="another team"):
        teams.claim(other, opened.room.row.id, host)
    with pytest.raises(AccessDenied, match="not your team"):
        teams.release(other, opened.room.row.id)
    room, alone = solo(place)
    with pytest.raises(AccessDenied, match="not in this drill"):
        teams.claim(ana, room.row.id, host)
    teams.claim(other, room.row.id, alone)
    teams.release(ana, opened.room.row.id)
    assert teams.owner(opened.room.row.id) is None


def test_a_scored_drill_is_a_row_and_follows_its_claim(place: Rooms, teams: Teams, wall: Wall) -> None:
    drill, person = ended(place, wall)
    (row,) = results.window(place.store, Wanted(), 10)
    assert (row.drill, row.total, row.low, row.high, row.caps) == (drill, 61, 58, 66, ("C5",))
    assert (row.scenario, row.mode, row.pace, row.kind, row.people) == ("toy", "training", "1×", "alone", 1)
    assert [(one.name, one.title) for one in row.held] == [("Ana", "Incident commander")]
    assert row.times == {"acknowledged": 20, "closed": None}
    assert row.team is None
    ana = teams.found("Payments", "Ana")
    teams.claim(ana, drill, person)
    assert [one.drill for one in results.window(place.store, Wanted(team=ana.team), 10)] == [drill]
    teams.leave(ana)
    assert [one.team for one in results.window(place.store, Wanted(), 10)] == [None]
    with pytest.raises(AccessDenied, match="no more"):
        teams.team(ana.team)


def test_rows_are_made_again(place: Rooms, wall: Wall) -> None:
    drill, _ = ended(place, wall)
    before = results.window(place.store, Wanted(), 10)
    results.put(place.store, samples(3, SAMPLE, 1e6))
    with place.store.transaction(writes=True) as connection:
        connection.execute(t.results.update().where(t.results.c.drill == drill).values(body="{", total=1))
    assert [one.drill for one in results.window(place.store, Wanted(), 10) if not one.sample] == []
    steps = []
    assert rebuild(place.store, lambda done, of: steps.append((done, of))) == (1, {})
    assert steps == [(1, 1)]
    assert [one for one in results.window(place.store, Wanted(), 10) if not one.sample] == before
    assert results.count(place.store, Wanted(team=SAMPLE)) == 3
    results.remove_samples(place.store, SAMPLE)
    assert results.count(place.store, Wanted()) == 1


def test_a_card_of_another_form_stops_no_scoring(path: Path | str, wall: Wall) -> None:
    place = rooms(path, wall, lambda *_: iter([({}, {"total": 1})]))
    drill, _ = ended(place, wall)
    assert place.store.scorecard(drill, "recovery") == {"total": 1}
    assert results.count(place.store, Wanted()) == 0
    assert rebuild(place.store, lambda *_: None) == (0, {drill: UNREAD})


def test_the_rows_that_are_missing_are_made_and_no_others(place: Rooms, wall: Wall) -> None:
    drills = [ended(place, wall)[0] for _ in range(4)]
    before = results.window(place.store, Wanted(), 10)
    assert missing(place.store) == []
    with place.store.transaction(writes=True) as connection:
        connection.execute(t.results.delete().where(t.results.c.drill.in_(drills[:2])))
        connection.execute(t.results.update().where(t.results.c.drill == drills[2]).values(version=0))
        connection.execute(t.scorecards.update().where(t.scorecards.c.drill == drills[1]).values(body="{"))
    there = missing(place.store)
    assert there == drills[2::-1], "newest first"
    assert [make(place.store, drill) for drill in there] == [True, False, True]
    assert missing(place.store) == [drills[1]]
    assert results.window(place.store, Wanted(), 10) == [one for one in before if one.drill != drills[1]]
    assert not make(place.store, "gone")


@pytest.mark.parametrize(("marks", "pace"), [
    ([], "unknown"), ([("start", None)], "1×"), ([("start", None), ("speed", 2.0), ("speed", 1.0)], "2×"),
    ([("start", None), ("skip", 90.0), ("speed", 2.0)], "skipped"), ([("speed", 0.5), ("start", None)], "1×"),
])  # fmt: skip
def test_a_pace_is_the_fastest_there_was(marks: list[tuple[Any, float | None]], pace: str) -> None:
    assert results.pace_of(ClockMark(0.0, what, value) for what, value in marks) == pace


@pytest.mark.parametrize(("lines", "pace", "said"), [
    ("-60 0 speed; -60 0 start; -55 5 speed 1; 900 960 stop", "1×", ()),
    ("-60 0 speed; -60 0 start; 100 400 skip 300; 900 1000 stop", "waiting",
     ("skipped ahead 1 time", "stood while its people read")),
    ("-60 0 start; 500 560 speed; 500 900 speed 2; 900 1100 stop", "waiting",
     ("stood while its people read", "run at 2×")),
    ("-60 0 speed; -60 600 start; -50 610 pause; -50 900 resume; -48 902 stop", "1×", ()),
])  # fmt: skip
def test_a_clock_that_was_held_is_a_pace_of_its_own(lines: str, pace: str, said: tuple[str, ...]) -> None:
    marks = []
    for line in lines.split("; "):
        second, wall, what, *value = line.split()
        marks.append(ClockMark(float(second), what, *map(float, value), wall=float(wall)))  # type: ignore[arg-type]
    assert results.pace_of(marks) == pace
    assert moved_on(marks) == said


def test_many_are_asked_for_by_what_they_are(place: Rooms) -> None:
    made = list(samples(120, "a", 1e9, stem="s"))
    results.put(place.store, made)
    for name in ("scenario", "variant", "playbook", "mode", "pace", "difficulty", "team"):
        value = getattr(made[0], name)
        wanted = Wanted(**{name: value})
        assert results.count(place.store, wanted) == sum(getattr(one, name) == value for one in made)
    newest = sorted(made, key=lambda one: (-one.ended, one.drill))
    assert results.window(place.store, Wanted(), 20, 40) == newest[40:60]
    assert list(results.every(place.store, Wanted(since=made[60].ended))) == newest[:60]
    assert results.window(place.store, Wanted(drills=()), 20) == []
    groups = results.comparable(place.store, Wanted())
    assert sum(one.drills for one in groups) == 120
    assert [one.drills for one in groups] == sorted((one.drills for one in groups), reverse=True)


def test_of_each_team_its_newest_drill_that_is_no_sample(place: Rooms) -> None:
    made = [
        DrillResult(**{**one.__dict__, "team": f"t{n % 6}", "sample": n == 11, "scenario": "toy", "drill": f"d{n}"})
        for n, one in enumerate(samples(12, "a", 1e9))
    ]
    results.put(place.store, made)
    (group,) = results.comparable(place.store, Wanted(scenario="toy"))
    found = results.newest_of_teams(place.store, group)
    assert sorted(one.drill for one in found) == ["d10", "d5", "d6", "d7", "d8", "d9"]
    assert sorted(one.drill for one in results.newest_of_teams(place.store, group, {"t0"})) == [
        "d10", "d5", "d7", "d8", "d9",
    ]  # fmt: skip


def test_teams_that_share_a_member_count_once_and_ones_own_never(place: Rooms) -> None:
    teams = [place.teams.found(f"Team {n}", who).team for n, who in enumerate(("Eve", " eve", "Ivo", "Ana", "Bo"))]
    link = place.teams.invitation(place.teams.members(teams[2])[0])
    place.teams.join(str(link), "EVE")
    made = [DrillResult(**{**one.__dict__, "team": team, "sample": False, "scenario": "toy", "drill": f"d{n}"})
            for n, (one, team) in enumerate(zip(samples(5, "a", 1e9), teams, strict=True))]  # fmt: skip
    results.put(place.store, made)
    (group,) = results.comparable(place.store, Wanted(scenario="toy"))

    def shown(*own: str) -> list[str]:
        return sorted(one.drill for one in results.newest_of_teams(place.store, group, own))

    newest = max(made[:3], key=lambda one: one.ended).drill
    assert shown() == sorted([newest, "d3", "d4"])
    assert shown(teams[0]) == ["d3", "d4"], "nor does who shares a member with them"
    assert shown(*teams[2:4]) == ["d4"]
