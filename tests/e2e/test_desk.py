"""Each verb of the facilitator's desk in a browser: one server, one browser, one drill with a host and two seats.

What a press did is read off the page where it shows, and off the drill itself where only its truth tells.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from scenarios.loader import load
from simulator.engine import Engine
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from tests.e2e.conftest import SHOTS, Server, eventually
from ui.session import COOKIE

LOOKS = itertools.count()
"""Every look is a new one."""
pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]


@dataclass
class Stage:
    """A drill on a server, and the browsers of those in it."""

    rooms: Rooms
    room: Room
    key: str
    server: Server
    browser: Browser
    pages: dict[str, Page]

    def enter(self, token: str, person: str, width: int = 1440, height: int = 900, scheme: str = "dark") -> Page:
        """Open the console of somebody in a browser of their own."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        context.add_cookies([{"name": COOKIE, "value": token, "url": self.server.url}])
        page = context.new_page()
        page.goto(f"{self.server.url}/console?me={person}")
        expect(page.locator(".bar")).to_be_visible()
        return page

    def tab(self, name: str) -> Page:
        """Bring a tab of the host's desk to the front."""
        self.host.get_by_role("tab", name=name, exact=True).click()
        return self.host

    @property
    def host(self) -> Page:
        return self.pages["Hana"]

    @property
    def ana(self) -> Page:
        return self.pages["Ana"]

    @property
    def cy(self) -> Page:
        return self.pages["Cy"]

    def look(self, what: Callable[[Engine], object]) -> object:
        """Return what is so in the drill itself."""
        return self.room.truth(f"look {next(LOOKS)}", what)

    def coming(self) -> str:
        """Return an inject that comes by the clock, in some time."""
        found = self.look(lambda engine: [
            one for one in engine.msel.lines.values()
            if one.state == "pending" and not one.inject.when and one.at > engine.now + 300 and not one.words_only
            and not one.inject.leaves
        ])  # fmt: skip
        return str(found[-1].inject.id)  # type: ignore[index]


@pytest.fixture(scope="module")
def stage(server: Server, browser: Browser) -> Iterator[Stage]:
    store = Store(server.database)
    rooms = Rooms(store, load)
    opened = rooms.create("auth_token", seed=7, hosted=True)
    made = Stage(rooms, opened.room, opened.key, server, browser, {})
    token, host = rooms.facilitate(opened.room, "Hana", opened.key)
    made.pages["Hana"] = made.enter(token, host.id)
    for name, seat in (("Ana", "commander"), ("Cy", "comms")):
        token, person = rooms.join(opened.room, name, seat, "blue horse")
        made.pages[name] = made.enter(token, person.id)
    yield made
    for page in made.pages.values():
        page.context.close()
    store.close()


@pytest.fixture(scope="module")
def running(stage: Stage) -> Stage:
    """Return the stage with its clock running, some minutes after the page."""
    if stage.room.clock.state == "waiting":
        stage.host.get_by_role("button", name="Start the drill").click()
        expect(stage.host.get_by_role("button", name="Pause")).to_be_visible()
        stage.host.get_by_role("button", name="Skip ahead").click()
        eventually(lambda: stage.room.version[1] >= 0)
    return stage


def said(form: Locator, words: str | re.Pattern[str]) -> None:
    expect(form.locator("output")).to_contain_text(words)


def form(page: Page, act: str, within: str = "") -> Locator:
    return page.locator(f"{within} form[data-act='{act}']").first


def row(page: Page, ident: str) -> Locator:
    return page.locator(f"#line-{ident}")


def unfold(summary: Locator) -> None:
    """Open what is folded, where it is not open yet."""
    if not summary.evaluate("one => one.parentElement.open"):
        summary.click()


def go_on(stage: Stage) -> None:
    if stage.host.get_by_role("button", name="Resume").is_visible():
        stage.host.get_by_role("button", name="Resume").click()
        expect(stage.host.get_by_role("button", name="Pause")).to_be_visible()


# --- before the start --------------------------------------------------------------------------------------


def test_everybody_says_before_the_start_that_they_read(stage: Stage) -> None:
    host = stage.tab("Seats")
    form(host, "room.check").get_by_role("button").click()
    expect(stage.ana.locator("#channel")).to_contain_text("Communications check")
    stage.ana.get_by_role("button", name="I read the channel").click()
    expect(host.locator("#seat-commander")).to_contain_text("reads")
    expect(host.locator("#desk-people")).to_contain_text("Not yet: Communications lead")


def test_a_code_leads_phones_into_the_drill(stage: Stage) -> None:
    picture = stage.tab("Seats").locator("img.qr")
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    eventually(lambda: picture.evaluate("image => image.naturalWidth") > 50)


# --- the list of events ------------------------------------------------------------------------------------


def test_what_one_person_needs_is_on_one_screen(running: Stage) -> None:
    host = running.tab("MSEL")
    for name in ("Step to the next inject", "Say it", "Pause"):
        expect(host.get_by_role("button", name=name)).to_be_in_viewport()
    expect(host.locator("#desk-next form[data-act='fire_inject'] button").first).to_be_in_viewport()
    expect(host.locator(".flags")).to_be_in_viewport()
    assert host.evaluate("document.documentElement.scrollHeight") <= 900


def test_the_list_has_times_addressees_expected_responses_and_what_is_waited_for(running: Stage) -> None:
    table = running.tab("MSEL").locator(".msel")
    for words in ("Expected: Page acknowledged within two minutes", "waits for:", "→ #incident", "T+01:00", "to come"):
        expect(table).to_contain_text(words)


def test_fire(running: Stage) -> None:
    ident = running.coming()
    persona = str(running.look(lambda engine: engine.msel.lines[ident].inject.persona))
    row(running.tab("MSEL"), ident).get_by_role("button", name="Fire").click()
    expect(row(running.host, ident)).to_contain_text("came")
    expect(running.ana.locator("#channel")).to_contain_text(persona)


def test_hold_and_hold_until(running: Stage) -> None:
    ident = running.coming()
    host = running.tab("MSEL")
    row(host, ident).get_by_role("button", name="Hold").first.click()
    expect(row(host, ident)).to_contain_text("held")
    unfold(row(host, ident).get_by_text("Change …"))
    hold = form(host, "room.hold", f"#line-{ident}")
    hold.locator("[name=at]").fill("58:00")
    hold.get_by_role("button").click()
    expect(row(host, ident)).to_contain_text("T+58:00")
    expect(row(host, ident)).to_contain_text("to come")
    hold.locator("[name=at]").fill("0:01")
    hold.get_by_role("button").click()
    said(hold, "is past")


def test_skip(running: Stage) -> None:
    ident = running.coming()
    row(running.tab("MSEL"), ident).get_by_role("button", name="Skip").click()
    expect(row(running.host, ident)).to_contain_text("left out")


def test_edit_and_reschedule_past_its_end(running: Stage) -> None:
    ident = running.coming()
    host = running.tab("MSEL")
    unfold(row(host, ident).get_by_text("Change …"))
    edit = form(host, "room.edit", f"#line-{ident}")
    edit.locator("[name=text]").fill("<b>Other</b> words")
    edit.locator("[name=at]").fill("57:30")
    edit.get_by_role("button").click()
    expect(row(host, ident)).to_contain_text("<b>Other</b> words")
    expect(row(host, ident)).to_contain_text("T+57:30")
    expect(row(host, ident)).to_contain_text("planned")


def test_duplicate(running: Stage) -> None:
    ident = running.coming()
    host = running.tab("MSEL")
    unfold(row(host, ident).get_by_text("Change …"))
    copy = form(host, "room.duplicate", f"#line-{ident}")
    copy.locator("[name=at]").fill("59:00")
    copy.get_by_role("button").click()
    expect(row(host, f"{ident}-2")).to_contain_text("T+59:00")


def test_step_to_the_next_inject(running: Stage) -> None:
    before = running.room.version[1]
    step = form(running.host, "room.step")
    step.get_by_role("button").click()
    said(step, re.compile(r"T\+\d\d:\d\d: .+"))
    # The room in this process looks at the database a few times a second.
    assert eventually(lambda: running.room.version[1] > before)


# --- speaking ----------------------------------------------------------------------------------------------


def test_speak_as_any_persona_to_all_and_to_one_and_to_nobody(running: Stage) -> None:
    host = running.host
    say = form(host, "room.say", "#desk-say")
    say.locator("[name=persona]").fill("A journalist")
    say.locator("[name=text]").fill("Is it true that nobody can sign in?")
    say.get_by_role("button", name="Say it").click()
    for page in (running.ana, running.cy):
        expect(page.locator("#channel")).to_contain_text("Is it true that nobody can sign in?")
    say.locator("[name=persona]").fill("A customer")
    say.locator("[name=text]").fill("For you alone")
    say.locator("[name=to]").select_option("comms")
    say.get_by_role("button", name="Say it").click()
    expect(running.cy.locator("#channel")).to_contain_text("For you alone")
    expect(running.ana.locator("#channel")).not_to_contain_text("For you alone")
    absent = str(running.look(lambda engine: next(r for r, here in engine.incident.present.items() if not here)))
    say.locator("[name=persona]").fill("A customer")
    say.locator("[name=text]").fill("Anybody?")
    say.locator("[name=to]").select_option(absent)
    say.get_by_role("button", name="Say it").click()
    said(say, "would read it")
    expect(say.locator("[name=text]")).to_have_value("Anybody?")


def test_answer_in_a_personas_thread(running: Stage) -> None:
    host = running.tab("MSEL")
    ident = str(running.look(lambda engine: next(i for i, one in engine.msel.lines.items() if one.came is not None)))
    unfold(row(host, ident).get_by_text("Answer, or again …"))
    answer = form(host, "room.say", f"#line-{ident}")
    answer.locator("[name=text]").fill("We meant the other one")
    answer.get_by_role("button").click()
    said(answer, "Said")
    about = running.look(lambda engine: [getattr(x.body, "about", None) for x in engine.entries
                                         if getattr(x.body, "text", "") == "We meant the other one"])  # fmt: skip
    assert f"inject:{ident}" in about  # type: ignore[operator]


# --- truth, help, judgement --------------------------------------------------------------------------------


def test_truth_stands_beside_any_seats_view(running: Stage) -> None:
    host = running.tab("Truth")
    for words in ("What is broken", "Nobody does anything", "Best found", "To come by the clock", "beyond"):
        expect(host.locator("#desk-truth")).to_contain_text(words)
    running.tab("Seats").locator("#seat-comms").get_by_role("button", name="See its view").click()
    expect(host.locator("#mine > summary")).to_contain_text("Communications lead")
    running.tab("Seats").locator("#seat-commander").get_by_role("button", name="See its view").click()
    expect(host.locator("#mine > summary")).to_contain_text("Incident commander")


def test_hints_in_three_steps_to_whom_one_chooses(running: Stage) -> None:
    host = running.tab("Help")
    for step in ("Nudge", "Pointer", "Answer"):
        expect(host.locator(".ladders").get_by_role("button", name=step).first).to_be_visible()
    hint = form(host, "give_hint", "#desk-help >")
    hint.locator("[name=to]").select_option("comms")
    hint.locator("[name=step]").select_option("pointer")
    hint.locator("[name=text]").fill("Who else has to hear of it?")
    hint.get_by_role("button").click()
    expect(running.cy.locator("#channel")).to_contain_text("Who else has to hear of it?")
    expect(running.cy.locator("#channel")).to_contain_text("hint, pointer")
    expect(running.ana.locator("#channel")).not_to_contain_text("Who else has to hear of it?")


def test_force_or_forbid_an_outcome(running: Stage) -> None:
    host = running.tab("Truth")
    unfold(host.locator("#outcome > summary"))
    override = form(host, "override_outcome")
    override.locator("[name=outcome]").select_option("forbid")
    override.locator("[name=reason]").fill("to see what they do without it")
    override.get_by_role("button").click()
    expect(host.locator("#desk-truth")).to_contain_text("is forbidden: to see what they do without it")
    for page in (running.ana, running.cy):
        assert "without it" not in page.content()


def test_freeze_and_ask_each_alone(running: Stage) -> None:
    host = running.tab("Help")
    form(host, "room.freeze").get_by_role("button").click()
    expect(host.get_by_role("button", name="Resume")).to_be_visible()
    card = running.ana.locator("#waits .need").filter(has_text="Who leads the incident?")
    card.get_by_role("button", name="I do not know").click()
    expect(card).to_have_count(0)
    expect(running.cy.locator("#waits")).to_contain_text("Who leads the incident?")
    expect(host.locator(".probes")).to_contain_text("I do not know")
    go_on(running)


def test_notes_and_marks_by_one_key(running: Stage) -> None:
    host = running.tab("Notes")
    note = form(host, "room.note")
    note.locator("[name=text]").fill("Nobody asked who decides")
    note.locator("[name=criterion]").select_option(index=1)
    note.get_by_role("button", name="Note").click()
    expect(host.locator(".notes")).to_contain_text("Nobody asked who decides")
    note.locator("[name=text]").fill("Said what was not known")
    running.tab("Truth")
    host.keyboard.press("Alt+u")
    expect(running.tab("Notes").locator(".notes")).to_contain_text("+Said what was not known")
    assert "Nobody asked who decides" not in running.ana.content()


def test_two_facilitators_rate_and_one_is_left_out(running: Stage) -> None:
    host = running.tab("Ratings")
    token, ivo = running.rooms.facilitate(running.room, "Ivo", running.key)
    other = running.enter(token, ivo.id)
    other.get_by_role("tab", name="Ratings", exact=True).click()
    for page, rating in ((host, "3"), (other, "2")):
        rate = form(page, "room.rate")
        rate.get_by_role("button", name=rating, exact=True).click()
        said(rate, f"Leadership: {rating}")
    expect(host.locator("#desk-ratings")).to_contain_text("1 ratings compared: 0% the same, 100% at most one apart")
    host.get_by_role("button", name="Leave out Ivo").click()
    expect(host.locator("#desk-ratings")).not_to_contain_text("ratings compared")
    expect(other.locator("#desk-ratings")).to_contain_text("Ivo (left out)")
    other.context.close()


def test_what_needs_attention_is_flagged_and_the_planned_end_said(running: Stage) -> None:
    expect(running.host.locator(".flags")).to_contain_text("Nobody leads")
    expect(running.host.locator("#desk-flags")).to_contain_text("to the planned end at T+60:00")


def test_progress_by_seat_against_the_playbook(running: Stage) -> None:
    seat = running.tab("Seats").locator("#seat-commander")
    expect(seat).to_contain_text(re.compile(r"\d+ of \d+ criteria met so far"))


# --- seats -------------------------------------------------------------------------------------------------


def test_move_swap_free_and_let_back(running: Stage) -> None:
    host = running.tab("Seats")
    swap = form(host, "room.swap_seats")
    swap.get_by_role("button").click()
    expect(host.locator("#seat-commander")).to_contain_text("Cy")
    expect(running.cy.locator("#mine > summary")).to_contain_text("Incident commander")
    swap.get_by_role("button").click()
    expect(host.locator("#seat-commander")).to_contain_text("Ana")
    move = form(host, "room.move_seat")
    move.locator("[name=person]").select_option(label="Cy (Communications lead)")
    move.locator("[name=seat]").select_option("deputy")
    move.get_by_role("button").click()
    expect(host.locator("#seat-deputy")).to_contain_text("Cy")
    expect(running.cy.locator("#mine > summary")).to_contain_text("Deputy")
    back = form(host, "room.let_back")
    back.locator("[name=person]").select_option(label="Cy (Deputy)")
    back.get_by_role("button").click()
    said(back, "/enter?ticket=")
    link = re.search(r"/enter\?\S+", back.locator("output").inner_text())
    assert link is not None
    lost = running.browser.new_context()
    page = lost.new_page()
    page.goto(running.server.url + link[0])
    page.get_by_role("button").first.click()
    expect(page.locator("#mine > summary")).to_contain_text("Deputy")
    running.cy.context.close()
    running.pages["Cy"] = page
    free = form(host, "room.free_seat")
    free.locator("[name=seat]").select_option("deputy")
    free.get_by_role("button").click()
    expect(host.locator("#seat-deputy")).to_contain_text("simulated")


def test_a_closed_laptop_is_rejoined_by_code_name_and_word(running: Stage) -> None:
    running.ana.context.close()
    page = running.browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{running.server.url}/?drill={running.room.row.code}")
    page.get_by_text("I was in this drill and lost my browser").click()
    page.get_by_role("textbox", name="Your name in this drill").fill("Ana")
    word = page.get_by_role("textbox", name="The word you chose when you joined")
    word.fill("blue horse")
    word.press("Enter")
    expect(page.locator("#mine > summary")).to_contain_text("Incident commander")
    running.pages["Ana"] = page


# --- run ---------------------------------------------------------------------------------------------------


def test_the_run_sheet_opens_to_be_printed_for_facilitators_alone(running: Stage) -> None:
    host = running.tab("Run")
    with host.expect_popup() as opened:
        host.get_by_role("link", name=re.compile("Run sheet")).click()
    sheet = opened.value
    expect(sheet.locator("h1")).to_contain_text("Run sheet")
    expect(sheet.locator("body")).to_contain_text("Notes of the scenario")
    running.ana.goto(sheet.url)
    expect(running.ana.locator("body")).to_contain_text("for the facilitators of its drill")
    running.ana.go_back()
    expect(running.ana.locator(".bar")).to_be_visible()
    sheet.close()


def test_rewind_and_play_on_as_a_second_life(running: Stage) -> None:
    host = running.tab("Run")
    rewind = form(host, "room.rewind")
    rewind.locator("[name=at]").fill("0:30")
    rewind.get_by_role("button").click()
    said(rewind, "Join code")
    expect(running.ana.locator("#waits")).to_contain_text("second life from T+00:30")
    running.ana.get_by_role("link", name="Follow").click()
    running.ana.get_by_role("button").first.click()
    expect(running.ana.locator(".clock b").last).to_have_text("T+00:30")
    running.ana.go_back()
    running.ana.go_back()
    go_on(running)


@pytest.mark.parametrize(("width", "height", "scheme"), [(1440, 900, "dark"), (1440, 900, "light"), (390, 844, "light"),
                                                         (390, 844, "dark")])  # fmt: skip
def test_every_tab_fits_its_screen(running: Stage, width: int, height: int, scheme: str) -> None:
    token, host = running.rooms.facilitate(running.room, f"Eve {width} {scheme}", running.key)
    page = running.enter(token, host.id, width, height, scheme)
    if width < 1000:
        page.get_by_role("tab", name="Desk", exact=True).first.click()
    for name in ("MSEL", "Seats", "Truth", "Help", "Notes", "Ratings", "Run"):
        page.get_by_role("tab", name=name, exact=True).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"desk-{name}-{width}-{scheme}.png", full_page=width < 1000)
    page.context.close()


def test_the_real_world_stop_blanks_every_console_and_says_why(running: Stage) -> None:
    host = running.tab("Run")
    unfold(host.locator("#real-world > summary"))
    form(host, "room.real_world").get_by_role("button").click()
    for page in (host, running.ana):
        expect(page.locator(".real-world")).to_contain_text("Stopped for the real world")
        expect(page.locator(".columns")).to_be_hidden()
        page.reload()
        expect(page.get_by_text("Stopped for the real world")).to_be_visible()
