"""Teams and many drills in the app: made, joined, claimed, left; every view of none, of samples and of a team's own."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode

import pytest
import streamlit as st

from analytics.report import cells, trend_charts, trends
from analytics.report.charts.spec import Charted
from analytics.report.sample import samples
from simulator.errors import StoreError
from simulator.record.result import DrillResult
from simulator.room import results
from simulator.room import schema as t
from simulator.room.results import SAMPLE, Wanted
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from simulator.room.teams import Member
from tests.room.rooms import Wall
from tests.room.rooms import rooms as served
from tests.room.test_teams import ended
from tests.room.test_teams import scored as card_of_toy
from tests.ui.asgi import Answered, ask
from tests.ui.browsing import Browser
from tests.ui.test_pages import texts
from ui import cli, session
from ui.app_pages.trends import COURSE, DRILLS, GAPS, PEOPLE, REAL, TEAMS, VIEW
from ui.parts.live import SERVER, Server
from ui.trend_parts.charted import rows

Open = Callable[..., Browser]
KEPT = "teams of this test"


@pytest.fixture(autouse=True)
def team_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "team_jar", lambda: st.session_state.get(KEPT, ""))


def enter(ticket: str, name: str = "", held: str = "") -> Answered:
    body = urlencode({"ticket": ticket, "name": name})
    return ask("/enter", "POST", body=body, cookie=f"{session.TEAMS}={held}")


def kept(answer: Answered) -> str:
    return SimpleCookie(answer.headers["set-cookie"])[session.TEAMS].value


def as_member(app: Browser, rooms: Rooms, *members: Member) -> Browser:
    app.session_state[KEPT] = session.COOKIE_JOIN.join(rooms.teams.token(one) for one in members)
    return app


@pytest.fixture
def ana(rooms: Rooms) -> Member:
    return rooms.teams.found("Pay *ments* <b>", "Ana <i>")


def scored(rooms: Rooms, team: str, number: int, seed: int = 20) -> None:
    made = samples(number, team, time.time(), stem="d", seed=seed)
    results.put(rooms.store, (replace(one, sample=False) for one in made))


def test_a_team_is_made_in_the_app_and_its_link_lets_others_in(open_app: Open, rooms: Rooms) -> None:
    app = open_app("team.py")
    app.text_input(key="team-name").set_value("Search")
    app.text_input(key="team-own-name").set_value("Ana")
    app._follow = lambda ticket: app  # type: ignore[method-assign]  # a team's cookie is followed below
    app.button[0].click().run()
    answer = enter(app.ticket())
    assert (answer.status, answer.headers["location"]) == (303, "./team")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    (team, own), *_ = session.memberships(kept(answer))
    assert (team.name, own.name) == ("Search", "Ana")
    invitation = rooms.teams.invitation(own) or ""
    asked = ask(f"/enter?{urlencode({'ticket': invitation})}")
    assert "The team Search" in asked.text
    assert len(rooms.teams.members(team.id)) == 1
    assert [one.name for _, one in session.memberships(kept(enter(invitation, "Ben")))] == ["Ben"]
    refused = enter(invitation, " ")
    assert (refused.status, "Say what you want to be called" in refused.text) == (403, True)
    again = enter(invitation, "Ana once more", held=kept(answer))
    assert [one.name for _, one in session.memberships(kept(again))] == ["Ana"]
    there = ask(f"/enter?{urlencode({'ticket': invitation})}", cookie=f"{session.TEAMS}={kept(answer)}")
    assert "in this team already" in there.text


def test_a_link_says_why_it_leads_nowhere_while_the_database_is_away(
    rooms: Rooms, ana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> bool:
        raise StoreError("the database is away")

    ticket = rooms.teams.link(ana)
    monkeypatch.setattr(rooms.teams, "leads", away)
    answer = enter(ticket)
    assert (answer.status, "database is away" in answer.text) == (403, True)


def test_a_taken_name_is_said_and_nothing_is_made(open_app: Open, rooms: Rooms, ana: Member) -> None:
    app = open_app("team.py")
    app.text_input(key="team-name").set_value("pay *MENTS* <b>")
    app.text_input(key="team-own-name").set_value("Eve")
    app.button[0].click().run()
    assert "there is a team called" in texts(app).casefold()
    assert not app.ticket()


def test_links_are_withdrawn_in_the_app(open_app: Open, rooms: Rooms, ana: Member) -> None:
    app = as_member(open_app(), rooms, ana).to("team.py")
    assert not app.exception
    old = rooms.teams.invitation(ana) or ""
    app.button(key=f"withdraw-{ana.team}").click().run()
    assert "link is withdrawn" in texts(app)
    assert "was withdrawn" in enter(old, "Ben").text
    assert "was withdrawn" in ask(f"/enter?ticket={old}").text
    app.button(key=f"renew-{ana.team}").click().run()
    assert rooms.teams.invitation(ana) != old
    link = rooms.teams.link(ana)
    assert link not in str([one.value for one in app.code])
    app.button(key=f"own-{ana.team}").click().run()
    assert any(link in str(one.value) for one in app.code)
    assert "works for whoever finds it" in texts(app)
    assert kept(enter(link))
    rooms.teams.renew_own(ana)
    assert enter(link).status == 403


def test_somebody_who_is_put_out_sees_nothing_of_the_team(open_app: Open, rooms: Rooms, ana: Member) -> None:
    scored(rooms, ana.team, 3)
    ben = rooms.teams.join(rooms.teams.invitation(ana) or "", "Ben")
    app, other = as_member(open_app(), rooms, ana).to("team.py"), as_member(open_app(), rooms, ben).to("trends.py")
    assert "Tokens refused" in texts(other) or "document" in texts(other) or "booked" in texts(other)
    app.button(key=f"sure-{ben.id}").click().run()
    assert "Ben is out of the team" in texts(app)
    assert "No drill of yours" in texts(other.run())
    app.button(key=f"sure-{ana.id}").click().run()
    assert "You left the team" in texts(app)
    assert "Make a team" in texts(app)


def test_a_drill_is_claimed_and_let_go_of(open_app: Open, rooms: Rooms, ana: Member, seat: Callable) -> None:
    here = seat("commander", 30)
    app = as_member(open_app("lobby.py", here), rooms, ana).to("team.py")
    app.button(key=f"claim-{here.person.id}-{ana.team}").click().run()
    assert "and reads its debrief" in texts(app)
    assert rooms.teams.owner(here.room.row.id) == rooms.teams.team(ana.team)
    app.button(key=f"release-{here.room.row.id}").click().run()
    assert rooms.teams.owner(here.room.row.id) is None


def test_an_assessment_is_the_teams_and_is_read_by_those_who_took_part(
    open_app: Open, rooms: Rooms, ana: Member, seat: Callable
) -> None:
    here = seat("commander", 30, "assessment")
    app = as_member(open_app("lobby.py", here), rooms, ana).to("team.py")
    app.button(key=f"claim-{here.person.id}-{ana.team}").click().run()
    assert "only those who took part read its debrief" in texts(app)
    own, other = app, as_member(open_app("team.py"), rooms, ana).run()
    assert f"me={here.person.id}" in [one.proto.query_string for one in own.get("page_link")]
    assert not [one for one in other.get("page_link") if f"{session.OF}=" in one.proto.query_string]
    assert any(":material/lock:" in one.value and "took part" in one.help for one in other.markdown)


@pytest.mark.slow
def test_a_member_opens_the_teams_debriefs_without_a_seat_in_them(
    open_app: Open, rooms: Rooms, ana: Member, seat: Callable
) -> None:
    here, tested = seat("commander", 30), seat("commander", 30, "assessment")
    for one in (here, tested):
        rooms.teams.claim(ana, one.room.row.id, one.person)
    of = {session.OF: here.room.row.id}
    assert "still running" in texts(as_member(open_app("debrief.py", **of), rooms, ana).run())
    for one in (here, tested):
        one.room.end(one.person)
    links = [one.proto.query_string for one in as_member(open_app("team.py"), rooms, ana).run().get("page_link")]
    assert f"of={here.room.row.id}" in links
    results.put(rooms.store, (replace(one, drill=row.room.row.id, sample=False, mode=row.room.row.header.mode)
                              for one, row in zip(samples(2, ana.team, time.time()), (here, tested), strict=True)))
    listed = texts(as_member(open_app("trends.py"), rooms, ana).run())
    assert f"./debrief?of={here.room.row.id}" in listed
    assert f"of={tested.room.row.id}" not in listed
    assert re.findall(r"<th[^>]*></th>", listed) == [], "each column says what it holds"
    read = as_member(open_app("debrief.py", **of), rooms, ana).run()
    assert not read.exception
    assert "You read this as one of Pay" in texts(read)
    assert here.person.name not in texts(read)
    stranger = rooms.teams.found("Search", "Eve")
    for member, drill in ((stranger, here), (ana, tested)):
        app = as_member(open_app("debrief.py", **{session.OF: drill.room.row.id}), rooms, member).run()
        assert "read by those who took part" in texts(app) or "no drill of a team" in texts(app)
    for drill in (here.room.row.id, "nonsense"):
        assert "no drill of a team" in texts(open_app("debrief.py", **{session.OF: drill}))
    rooms.teams.release(ana, here.room.row.id)
    assert "no drill of a team" in texts(as_member(open_app("debrief.py", **of), rooms, ana).run())


def test_a_host_opens_a_drill_for_the_team(open_app: Open, rooms: Rooms, ana: Member) -> None:
    app = as_member(open_app(), rooms, ana)
    app.run()
    app.button(key="host-auth_token").click().run()
    app.text_input(key="host-name").set_value("Flo")
    app.button(key="host-open").click().run()
    (row,) = rooms.store.drills()
    assert rooms.teams.owner(row.id) == rooms.teams.team(ana.team)


def test_from_nothing_the_page_leads_on_and_shows_samples_on_request(open_app: Open, rooms: Rooms) -> None:
    app = open_app("trends.py")
    assert "No drill of yours is known" in texts(app)
    app.button(key="sample-show").click().run()
    assert not app.exception
    assert "made up" in texts(app)
    for n in range(5):
        scored(rooms, rooms.teams.found(f"Team {n}", "Eve").team, 12, seed=n)
    app.session_state[VIEW] = TEAMS
    app.run()
    assert "Samples have no other teams" in texts(app)
    app.session_state[VIEW] = DRILLS
    app.run()
    assert results.count(rooms.store, Wanted(team=SAMPLE)) == 60
    app.button(key="sample-remove").click().run()
    assert "No drill of yours is known" in texts(app)
    assert results.count(rooms.store, Wanted(team=SAMPLE)) == 0


@pytest.mark.slow
def test_every_view_of_a_team(open_app: Open, rooms: Rooms, ana: Member) -> None:
    scored(rooms, ana.team, 30)
    app = as_member(open_app(), rooms, ana).to("trends.py")
    for view, words in (
        (DRILLS, "leaves most"), (COURSE, "minutes after the first page"), (PEOPLE, "who has yet to try"),
        (GAPS, "No action of these drills is on record"), (TEAMS, "from 5 other teams on"),
        (REAL, "collections of postmortems"),
    ):  # fmt: skip
        app.session_state[VIEW] = view
        app.run()
        assert not app.exception, view
        drawn = str([one.proto for one in app.get("plotly_chart")])
        assert words.casefold() in texts(app).casefold() + drawn, view
    for n in range(5):
        other = rooms.teams.found(f"Other {n}", f"Eve {n}")
        scored(rooms, other.team, 12, seed=n)
    app.session_state[VIEW] = TEAMS
    app.run()
    assert "Other" not in texts(app)
    assert "5 teams" in texts(app)


def test_who_is_in_a_team_is_asked_as_often_for_many_drills_as_for_one(
    open_app: Open, rooms: Rooms, ana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = as_member(open_app("trends.py"), rooms, ana)
    real, asked = rooms.teams.identify, []
    monkeypatch.setattr(rooms.teams, "identify", lambda token: asked.append(token) or real(token))
    often = []
    for number in (1, 12):
        scored(rooms, ana.team, number)
        asked.clear()
        assert not app.run().exception
        often.append(len(asked))
    assert often[0] == often[1] > 0


def test_a_person_sees_their_own_and_no_names_of_roles(open_app: Open, rooms: Rooms, seat: Callable) -> None:
    here = seat("commander", 30)
    scored(rooms, "somebody else", 5)
    app = open_app("trends.py", here)
    assert "nothing scored yet" in texts(app)
    (mine,) = samples(1, "x", time.time())
    results.put(rooms.store, [replace(mine, drill=here.room.row.id, team=None, sample=False)])
    app.session_state[VIEW] = PEOPLE
    app.run()
    assert not app.exception
    assert "told to a team alone" in texts(app)
    assert results.count(rooms.store, Wanted(drills=(here.room.row.id,))) == 1


def test_what_was_picked_of_ones_own_drills_stays_at_each_run(
    open_app: Open, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored(rooms, "x", 25)
    own = [SimpleNamespace(room=SimpleNamespace(row=SimpleNamespace(id=one.drill)), person=SimpleNamespace(id="p"))
           for one in results.every(rooms.store, Wanted(team="x"))]  # fmt: skip
    monkeypatch.setattr(session, "seats", lambda: iter(own))
    app = open_app("trends.py")
    app.selectbox(key="trends-period").set_value("the last year").run()
    (page,) = app.number_input
    page.set_value(2).run()
    assert app.run().number_input(key=page.key).value == 2
    app.session_state[VIEW] = COURSE
    app.run()
    kinds = next(one for one in app.selectbox if one.label.startswith("Compared"))
    second = kinds.select_index(1).run().selectbox(key=kinds.key).value
    assert app.run().selectbox(key=kinds.key).value == second
    assert not app.exception


def test_filters_leave_what_fits_and_say_when_nothing_does(open_app: Open, rooms: Rooms, ana: Member) -> None:
    scored(rooms, ana.team, 25)
    app = as_member(open_app(), rooms, ana).to("trends.py")
    before = app.selectbox(key="trends-scenario").options
    assert len(before) == 4
    app.selectbox(key="trends-scenario").set_value("auth_token").run()
    assert not app.exception
    table = next(one for one in app.get("html") if 'aria-label="Drills"' in one.proto.body)
    assert "Tokens refused" in table.proto.body
    assert "booked" not in table.proto.body
    every = list(results.every(rooms.store, Wanted(team=ana.team)))
    mine = next(one for one in every if one.scenario == "auth_token")
    results.put(rooms.store, [replace(mine, total=None, band=None, until=1800, times={"declared": 240})])
    app.run()
    assert "ended early at T+30:00, no total</span> <small>declared T+04:00</small>" in texts(app)
    results.put(rooms.store, [replace(one, ended=1e9) for one in every])
    app.selectbox(key="trends-period").set_value("the last 30 days").run()
    assert not app.exception
    assert "take another period" in texts(app)


def test_a_second_life_is_no_role_that_was_held(
    open_app: Open, rooms: Rooms, ana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list(samples(4, ana.team, time.time()))
    results.put(rooms.store, (replace(one, kind="again") if n else one for n, one in enumerate(made)))
    counted: list[str] = []
    real = trend_charts.coverage_map

    def drawn(shown: list[DrillResult]) -> Charted:
        counted.extend(one.kind for one in shown)
        return real(shown)

    monkeypatch.setattr(trend_charts, "coverage_map", drawn)
    app = as_member(open_app(), rooms, ana)
    app.session_state[VIEW] = PEOPLE
    app.to("trends.py")
    assert counted == [made[0].kind]


def test_what_was_scored_before_there_were_rows_comes_in_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wall, server = Wall(), Server()
    place = served(tmp_path / "old.db", wall, card_of_toy)
    drill, _ = ended(place, wall)

    def forget() -> None:
        with place.store.transaction(writes=True) as connection:
            connection.execute(t.results.delete())

    server.use(lambda: place)
    monkeypatch.setattr("ui.parts.live.TICK_SECONDS", 0)
    forget()
    asyncio.run(server.take_in())
    assert [one.drill for one in results.window(place.store, Wanted(), 10)] == [drill]
    assert server.untaken == 0
    forget()
    assert cli.main(["results", "--format", "csv", "--data", str(tmp_path / "old.db")]) == 0
    assert drill in capsys.readouterr().out


@pytest.mark.parametrize("options", [[], ["--rebuild"]])
def test_a_drill_whose_row_cannot_be_kept_is_told_and_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    wall = Wall()
    place = served(tmp_path / "old.db", wall, card_of_toy)
    first, second, newest = (ended(place, wall)[0] for _ in range(3))
    with place.store.transaction(writes=True) as connection:
        connection.execute(t.results.delete())
    keep = results.keep

    def kept(store: Store, drill: str, *what: Any) -> bool:
        if drill == newest:
            raise StoreError("value too long")
        return keep(store, drill, *what)

    monkeypatch.setattr(results, "keep", kept)
    assert cli.main(["results", "--format", "csv", "--data", str(tmp_path / "old.db"), *options]) == 0
    said = capsys.readouterr()
    assert [drill in said.out for drill in (first, second, newest)] == [True, True, False]
    assert f"1 scored drill ({newest}): value too long" in said.err


def test_a_drill_that_cannot_be_taken_in_holds_up_no_other_and_is_counted_as_left(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    left, tried, away = ["locked", "broken", "unread", "sound"], list[str](), [StoreError("the database is away")]

    def missing(_: object) -> list[str]:
        if away:
            raise away.pop()
        return list(left)

    def make(_: object, drill: str) -> bool:
        tried.append(drill)
        if drill == "broken":
            raise RuntimeError("never works")
        if drill == "locked" and tried.count(drill) == 1:
            raise StoreError("the database is locked")
        if drill == "unread":
            return False
        left.remove(drill)
        return True

    for name, put in {"missing": missing, "make": make, "TICK_SECONDS": 0, "AGAIN_SECONDS": 0}.items():
        monkeypatch.setattr(f"ui.parts.live.{name}", put)
    server = Server()
    server.use(lambda: cast("Rooms", SimpleNamespace(store=None)))
    asyncio.run(server.take_in())
    assert left == ["broken", "unread"]
    assert server.untaken == 2
    assert {drill: tried.count(drill) for drill in tried} == {"locked": 2, "broken": 3, "unread": 1, "sound": 1}
    assert [record.getMessage() for record in caplog.records] == [
        "earlier drills not taken in yet: the database is away",
        "drill locked not taken in yet: the database is locked",
        *["drill broken not taken in yet: never works"] * 3,
    ]  # fmt: skip


def test_while_earlier_drills_are_taken_in_the_page_says_so(
    open_app: Open, rooms: Rooms, ana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored(rooms, ana.team, 3)
    app = as_member(open_app("trends.py"), rooms, ana)
    for number, words in ((1200, "Not in here yet: 1,200 drills scored earlier."), (1, "1 drill scored earlier.")):
        monkeypatch.setattr(SERVER, "untaken", number)
        assert any(words in one.value for one in app.run().caption)


def test_cells_are_no_formulas_and_parquet_is_word_for_word() -> None:
    (one,) = samples(1, "a", 1e9)
    frame = trends.drills([replace(one, title='=HYPERLINK("x")', variant="  +1", patterns={"a": "@SUM"})])
    text = cells.csv(frame).decode("utf-8-sig")
    for cell in ("'=HYPERLINK", "'  +1", "'@SUM"):
        assert cell in text
    import io

    import pandas as pd

    assert pd.read_parquet(io.BytesIO(cells.parquet(frame)))["title"][0] == '=HYPERLINK("x")'


def test_a_figure_that_is_not_there_is_a_dash_in_a_table() -> None:
    import pandas as pd

    table = rows("Times", pd.DataFrame({"turn": ["closed"], "median": [float("nan")]}))
    assert "nan" not in table
    assert ">–<" in table
