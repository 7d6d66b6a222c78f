"""A game day in eight browsers: facilitator, observer and six seats play together, and the record has what they did.

A laptop is closed and another opened, seats are moved and swapped, the clock stands in mid-action, and a real-world
stop ends it on every screen. Then the truth: what was pressed is on record once and in order, and plays again alike.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from scenarios.loader import load
from simulator.engine import Engine
from simulator.room.archive import verify
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from simulator.values import OBSERVER
from tests.e2e.console import SHOTS
from tests.e2e.desk import Stage
from tests.e2e.server import PATIENCE, Server, eventually
from ui.session import COOKIE

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]
GAMES = (("auth_token", 20), ("permission_leak", 10))
"""Scenario and the drill minutes that are played."""
WORD = "blue horse"


@dataclass
class Game(Stage):
    """A drill with six players, and what they say."""

    seats: dict[str, str] = field(default_factory=dict)
    said: dict[str, list[str]] = field(default_factory=dict)

    def sit(self, name: str, token: str, person: str) -> Page:
        """Open the console of somebody who sits there now, in a browser of their own."""
        context = self.browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": COOKIE, "value": token, "url": self.server.url}])
        if name != "Ana":
            # Eight browsers that draw panels on one machine do nothing else; one is enough to see them.
            context.route(re.compile("/live/plotly"), lambda route: route.abort())
        page = self.pages[name] = context.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(f"{self.server.url}/console?me={person}")
        expect(page.locator(".bar")).to_be_visible()
        return page

    def says(self, name: str, words: str) -> None:
        """Write to the channel, and go on at once."""
        line = self.pages[name].locator("#text-channel")
        expect(line).to_have_value("")  # what was written before is taken
        line.fill(words)
        line.press("Enter")
        self.said.setdefault(name, []).append(words)

    def reads(self, name: str, words: str) -> None:
        """See words in somebody's channel."""
        expect(self.pages[name].locator("#channel")).to_contain_text(words)

    def form(self, act: str, within: str = "") -> Locator:
        return self.host.locator(f"{within} form[data-act='{act}']").first

    def press(self, act: str, answer: str | re.Pattern[str] = "", within: str = "", **fields: str) -> None:
        """Fill a form of the desk in, press its button, and see that it was done."""
        form = self.form(act, within)
        for name, value in fields.items():
            control = form.locator(f"[name={name}]")
            if control.evaluate("one => one.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)
        form.get_by_role("button").last.click()
        if answer:
            expect(form.locator("output")).to_contain_text(answer)

    def clock(self, name: str, then: str) -> None:
        self.host.locator("#clock").get_by_role("button", name=name).first.click()
        expect(self.host.locator("#clock").get_by_role("button", name=then).first).to_be_visible()


@pytest.fixture
def game(server: Server, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Game]:
    store = Store(server.database)
    rooms = Rooms(store, load)
    opened = rooms.create(request.param, seed=7, hosted=True)
    made = Game(rooms, opened.room, opened.key, server, browser, {})
    token, host = rooms.facilitate(opened.room, "Hana", opened.key)
    made.sit("Hana", token, host.id)
    token, olga = rooms.join(opened.room, "Olga", OBSERVER)
    made.sit("Olga", token, olga.id)
    for name, seat in zip(("Ana", "Bo", "Cy", "Di", "Ed", "Fay"), opened.room.loaded.scenario.seats(), strict=False):
        made.seats[name] = seat.id
        token, person = rooms.join(opened.room, name, seat.id, WORD)
        made.sit(name, token, person.id)
    yield made
    for name, page in made.pages.items():
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/game-{request.param}-{name}.png")
        page.context.close()
    store.close()


@pytest.mark.parametrize(("game", "minutes"), GAMES, indirect=["game"])
def test_a_game_day(game: Game, minutes: int) -> None:
    players = list(game.seats)
    _before_the_start(game, players)
    game.clock("Start the drill", "Pause")
    game.reach(0)
    _all_write_at_once(game, players, "first")
    _thread(game)
    _events(game)
    _speaking(game)
    _helping_and_judging(game)
    _freeze(game, players)
    _seats(game)
    _laptop(game)
    _paused_in_mid_action(game)
    game.reach(60 * minutes)
    _all_write_at_once(game, [name for name in players if name != "Fay"], "last")
    _second_life(game)
    _stopped(game)
    _truth(game)


def _before_the_start(game: Game, players: list[str]) -> None:
    game.tab("Seats")
    game.press("room.check", "Asked")
    for name in players:
        game.pages[name].get_by_role("button", name="I read the channel").click()
    expect(game.host.locator("#desk-people")).to_contain_text("Everybody who sits has said that they read")
    picture = game.host.locator("img.qr")
    picture.scroll_into_view_if_needed()
    eventually(lambda: picture.evaluate("image => image.naturalWidth") > 50)


def _all_write_at_once(game: Game, players: list[str], what: str) -> None:
    for turn in range(3):
        for name in players:
            game.says(name, f"{what} {turn} of {name}")
    for name in players:
        expect(game.pages[name].locator("#channel")).to_contain_text(f"{what} 2 of {players[-1]}")


def _thread(game: Game) -> None:
    """Answer a line in its thread: it stands below that line, and as a line of its own that says what it answers."""
    game.says("Ana", "who restarts it?")
    asked = game.pages["Bo"].locator("#channel .row").filter(has_text="who restarts it?").first
    asked.hover()
    asked.get_by_role("button", name="Reply", exact=True).click()
    reply = game.pages["Bo"].locator("#reply").get_by_label(re.compile("^Reply to "))
    reply.fill("I do, after the dump")
    reply.press("Enter")
    game.said.setdefault("Bo", []).append("I do, after the dump")
    rows = game.pages["Ana"].locator("#channel .row")
    expect(rows.filter(has_text="who restarts it?").first.locator(".replies")).to_contain_text("I do, after the dump")
    own = rows.filter(has=game.pages["Ana"].locator("q"))
    expect(own).to_contain_text("I do, after the dump")
    expect(own).to_have_class(re.compile(r"\bmine\b"))


def _events(game: Game) -> None:
    """Use what the desk has for the list of events, each thing once."""
    coming = game.room.truth("coming", lambda engine: [
        one.inject.id for one in engine.msel.lines.values()
        if one.state == "pending" and not one.inject.when and one.at > engine.now + 240 and not one.inject.leaves
        and not one.words_only
    ])  # fmt: skip
    fired, held, skipped, changed, said_twice = coming[-5:]
    host = game.tab("MSEL")
    expect(host.locator(".msel")).to_contain_text("waits for:")
    for ident, button, state in ((fired, "Fire", "came"), (held, "Hold", "held"), (skipped, "Skip", "left out")):
        host.locator(f"#line-{ident}").get_by_role("button", name=re.compile(f"^{button} ")).first.click()
        expect(host.locator(f"#line-{ident}")).to_contain_text(state)
    for ident in (held, changed, said_twice):
        host.locator(f"#change-{ident} > summary").click()
    game.press("room.hold", "Held until", f"#line-{held}", at="55:00")
    game.press("room.edit", "Changed", f"#line-{changed}", text="Other <b>words</b>", at="54:30")
    expect(host.locator(f"#line-{changed}")).to_contain_text("Other <b>words</b>")
    expect(host.locator(f"#line-{changed}")).to_contain_text("planned")
    game.press("room.duplicate", "Once more", f"#line-{said_twice}", at="56:00")
    expect(host.locator(f"#line-{said_twice}-2")).to_contain_text("T+56:00")
    host.locator(f"#again-{fired} > summary").click()
    game.press("room.say", "Said", f"#line-{fired}", text="We meant the other one")
    before = game.room.version[1]
    game.press("room.step", re.compile("T\\+"))
    eventually(lambda: game.room.version[1] > before)


def _speaking(game: Game) -> None:
    """Speak as a persona, to all and to one alone."""
    game.host.locator("#attach > summary").click()
    game.press("room.say", "Said", "#desk-say", persona="A vendor", text="Our log", attached="line <b>1</b>")
    game.reads("Ana", "Our log [document: Document]")
    game.press("room.say", "Said", "#desk-say", persona="A customer", text="For you alone", to=game.seats["Bo"])
    game.reads("Bo", "For you alone")
    expect(game.pages["Ana"].locator("#channel")).not_to_contain_text("For you alone")


def _helping_and_judging(game: Game) -> None:
    """Hint, note, mark by one key, rate beside another evaluator, forbid an outcome, and look over a shoulder."""
    game.tab("Help")
    game.press("give_hint", "", "#desk-help >", to=game.seats["Ana"], step="nudge", text="Who else must hear of it?")
    game.reads("Ana", "Who else must hear of it?")
    host = game.tab("Notes")
    game.press("room.note", "Kept", text="Nobody leads yet")
    game.form("room.note").locator("[name=text]").fill("Asked who decides")
    game.tab("Truth").keyboard.press("Alt+u")
    expect(game.tab("Notes").locator(".notes")).to_contain_text("+Asked who decides")
    _ratings(game)
    game.tab("Truth")
    for words in ("What is broken", "Nobody does anything", "Best found", "To come by the clock"):
        expect(host.locator("#desk-truth")).to_contain_text(words)
    host.locator("#outcome > summary").click()
    game.press("override_outcome", "", outcome="forbid", reason="to see what they do without it")
    expect(host.locator("#desk-truth")).to_contain_text("is forbidden")
    expect(host.locator(".flags")).to_contain_text("Nobody leads")
    expect(host.locator("#desk-flags")).to_contain_text("to the planned end at")
    seat = game.tab("Seats").locator(f"#seat-{game.seats['Bo']}")
    expect(seat).to_contain_text(re.compile(r"\d+ of \d+ criteria met so far"))
    titles = {role.id: role.title for role in game.room.loaded.scenario.roles}
    for name in ("Bo", "Ana"):
        game.tab("Seats").locator(f"#seat-{game.seats[name]}").get_by_role("button", name="See its view").click()
        expect(host.locator("#mine > summary")).to_contain_text(titles[game.seats[name]])


def _ratings(game: Game) -> None:
    """Rate beside a second facilitator, who sees how far they agree, and leave them out."""
    host = game.tab("Ratings")
    token, ivo = game.rooms.facilitate(game.room, "Ivo", game.key)
    other = game.sit("Ivo", token, ivo.id)
    other.get_by_role("tab", name="Ratings", exact=True).click()
    for page, rating in ((host, "3"), (other, "2")):
        rate = page.locator("form[data-act='room.rate']").first
        rate.get_by_role("button", name=rating, exact=True).click()
        expect(rate.locator("output")).to_contain_text(rating)
    for page in (host, other):
        expect(page.locator("#desk-ratings")).to_contain_text("1 ratings compared")
    host.get_by_role("button", name="Leave out Ivo").click()
    expect(other.locator("#desk-ratings")).to_contain_text("Ivo (left out)")
    game.pages.pop("Ivo").context.close()


def _freeze(game: Game, players: list[str]) -> None:
    game.tab("Help")
    game.press("room.freeze", "Everybody is asked")
    for name in players:
        cards = game.pages[name].locator("#waits .need").filter(has_text="only you")
        expect(cards.first).to_be_visible()
        while (left := cards.count()):
            cards.first.get_by_role("button", name="I do not know").click()
            expect(cards).to_have_count(left - 1)
    game.clock("Resume", "Pause")


def _seats(game: Game) -> None:
    """Swap two, and give somebody's seat to another who then takes theirs."""
    host = game.tab("Seats")
    people = {one.name: one.id for one in game.rooms.store.participants(game.room.row.id)}
    game.press("room.swap_seats", "have changed seats", one=people["Di"], other=people["Ed"])
    game.seats["Di"], game.seats["Ed"] = game.seats["Ed"], game.seats["Di"]
    game.press("room.move_seat", "sits there now", person=people["Fay"], seat=game.seats["Ed"])
    expect(host.locator(f"#seat-{game.seats['Ed']}")).to_contain_text("Fay")
    free = game.seats["Fay"]
    game.seats["Fay"] = game.seats["Ed"]
    game.press("room.move_seat", "sits there now", person=people["Ed"], seat=free)
    game.seats["Ed"] = free
    titles = {role.id: role.title for role in game.room.loaded.scenario.roles}
    for name in ("Di", "Ed", "Fay"):
        expect(game.pages[name].locator("#mine > summary")).to_contain_text(titles[game.seats[name]])
        game.says(name, f"{name} sits here now")


def _laptop(game: Game) -> None:
    """Close a laptop and come back on another, by code, name and word."""
    game.pages["Cy"].context.close()
    context = game.browser.new_context(viewport={"width": 390, "height": 844})
    page = game.pages["Cy"] = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(f"{game.server.url}/?drill={game.room.row.code}")
    page.get_by_text("I was in this drill and lost my browser").click()
    page.get_by_role("textbox", name="Your name in this drill").fill("Cy")
    word = page.get_by_role("textbox", name="The word you chose when you joined")
    word.fill(WORD)
    word.press("Enter")
    expect(page.locator("#text-channel")).to_be_visible()
    game.says("Cy", "back on the telephone")
    expect(game.host.locator("#channel")).to_contain_text("back on the telephone")


def _paused_in_mid_action(game: Game) -> None:
    """Let somebody run something themselves, stop the world meanwhile, and see it end only once it goes on."""
    me, scenario = game.seats["Ana"], game.room.loaded.scenario
    mine = [one for one in game.room.briefing(me).lines if one.what == "query" and me in one.executors]
    line = max(mine, key=lambda one: scenario.find("queries", one.id).takes.median)
    page = game.pages["Ana"]
    shell = page.locator("#text-shell")
    shell.fill(line.command)
    page.locator(f"#line-shell [data-card] input[value={me}]").check()
    shell.press("Enter")
    expect(page.locator("#line-shell output")).to_contain_text("started")
    (run,) = eventually(lambda: game.room.briefing(me).running())  # it begins with the next drill second
    game.clock("Pause", "Resume")
    at = game.room.version[1]
    game.says("Bo", "while the clock stands")
    game.reads("Ana", "while the clock stands")
    assert game.room.version[1] == at
    game.clock("Resume", "Pause")
    game.reach(at + 300)
    assert game.room.briefing(me).incident.runs[run.run].outcome is not None


def _second_life(game: Game) -> None:
    """Print the run sheet, and rewind to a moment to play on from there as another drill, then go on with this one."""
    host = game.tab("Run")
    with host.expect_popup() as opened:
        host.get_by_role("link", name=re.compile("Run sheet")).click()
    expect(opened.value.locator("h1")).to_contain_text("Run sheet")
    opened.value.close()
    game.press("room.rewind", "Join code", at="0:30")
    expect(game.pages["Ana"].locator("#waits")).to_contain_text("second life from T+00:30")
    expect(game.pages["Ana"].get_by_role("link", name="Follow")).to_be_visible()
    game.clock("Resume", "Pause")  # it stands meanwhile


def _stopped(game: Game) -> None:
    host = game.tab("Run")
    host.locator("#real-world > summary").click()
    game.form("room.real_world").get_by_role("button").click()
    for page in game.pages.values():
        expect(page.locator(".real-world")).to_contain_text("Stopped for the real world")
        expect(page.locator(".columns")).to_be_hidden()


def _truth(game: Game) -> None:
    """Compare the record with what people did: all of it once, in order, unchanged, and the same played again."""
    store, ident = game.rooms.store, game.room.row.id
    record = game.room.record()
    assert record is not None
    for name, words in game.said.items():
        kept = [x.body.text for x in record.entries if x.body.kind == "post_message" and x.by.name == name]  # type: ignore[attr-defined]
        assert kept == words, name
    given = store.commands(ident)
    assert [one.seq for one in given] == list(range(1, len(given) + 1))
    counted = Counter(entry.body.kind for entry in given)
    once = ("fire_inject", "skip_inject", "edit_inject", "duplicate_inject", "give_hint", "override_outcome",
            "probe_team", "end_drill", "run_query")  # fmt: skip
    assert {kind: counted[kind] for kind in once} == dict.fromkeys(once, 1)
    assert counted["hold_inject"] == 2
    assert counted["send_ad_hoc"] == 4  # the check, an answer in a thread, to all, to one
    assert counted["confirm_reading"] == len(game.seats)
    assert verify(store, ident).changed == ()
    again = Engine(game.room.loaded, game.room.row.header)
    for entry in given:
        again.advance(entry.at)
        again.submit(entry.body, entry.by)  # type: ignore[arg-type]
    again.run_to_horizon()
    assert list(again.journal.lines()) == list(record.lines())[: len(list(again.journal.lines()))]
    seats = {one.name: one.seat for one in store.participants(ident) if not one.facilitator and not one.observes}
    assert seats == game.seats
