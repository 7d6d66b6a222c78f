"""What the script of a live console must not do again: each of these went wrong once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from scenarios.loader import load
from simulator import acts
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant, Store
from tests.e2e.console import every_form
from tests.e2e.server import PATIENCE, Server, eventually
from ui.session import COOKIE

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]


class Desk(NamedTuple):
    """A drill under way with a host and a commander, and a way to look at it."""

    rooms: Rooms
    room: Room
    host: Participant
    ana: Participant
    look: Callable[[Participant], Page]


@pytest.fixture(scope="module")
def desk(server: Server, browser: Browser) -> Iterator[Desk]:
    store = Store(server.database)
    rooms, contexts = Rooms(store, load), []
    opened = rooms.create("auth_token", seed=7, hosted=True)
    _, host = rooms.facilitate(opened.room, "Hana", opened.key)
    _, ana = rooms.join(opened.room, "Ana", "commander")
    opened.room.start(host)
    for _ in range(4):
        opened.room.skip_ahead(host)

    def look(person: Participant) -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        contexts.append(context)
        context.add_cookies([{"name": COOKIE, "value": rooms.token(person), "url": server.url}])
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(f"{server.url}/console?me={person.id}")
        expect(page.locator(".bar")).to_be_visible()
        return page

    yield Desk(rooms, opened.room, host, ana, look)
    for context in contexts:
        context.close()
    store.close()


def test_ticks_stay_with_their_evidence_when_a_result_comes(desk: Desk) -> None:
    page = desk.look(desk.ana)
    every_form(page).get_by_role("button", name="Evidence packet", exact=True).click()
    boxes = page.locator("#form form input[name=evidence]")
    expect(boxes.first).to_be_attached()
    last = boxes.last
    kept = last.get_attribute("value")
    page.locator("#form form label").filter(has=page.locator(f"input[value='{kept}']")).click()
    ticked = page.locator("#form form input[name=evidence]:checked")
    before, held = boxes.count(), {one.get_attribute("value") for one in ticked.all()}
    assert kept in held
    query = desk.room.briefing("commander").lines[0]
    assert desk.room.submit(acts.RunQuery(query=query.id), desk.ana).refusal is None
    eventually(lambda: desk.room.skip_ahead(desk.host) and desk.room.briefing("commander").latest_result(query.id))
    expect(page.locator("#channel")).to_contain_text(query.command[:30])
    expect(boxes).not_to_have_count(before)
    assert {one.get_attribute("value") for one in ticked.all()} == held


def test_no_button_becomes_another_and_what_is_looked_for_is_looked_for_among_what_comes(desk: Desk) -> None:
    page = desk.look(desk.ana)
    every = every_form(page)
    page.locator("#search-forms").fill("watch")
    shown = every.locator("button:visible")
    expect(shown.first).to_have_attribute("data-open", "set_watch")
    before = shown.all_inner_texts()
    first = page.locator("#all-forms > .group").first.locator("button").first
    was, node = first.get_attribute("data-open"), first.element_handle()
    assert was == "declare"
    declared = acts.Declare(severity="SEV-2", title="People are signed out")
    assert desk.room.submit(declared, desk.ana).refusal is None
    expect(first).not_to_have_attribute("data-open", was)
    assert node is not None
    assert node.get_attribute("data-open") == was, "whoever was about to press it would have pressed another"
    assert shown.all_inner_texts() == before


def test_a_form_that_was_open_before_a_reload_is_in_sight_after_it(desk: Desk) -> None:
    page = desk.look(desk.ana)
    every_form(page).get_by_role("button", name="Evidence packet", exact=True).click()
    expect(page.locator("#all-forms")).not_to_have_attribute("open", re.compile(""))
    page.reload()
    expect(page.locator("#form form")).to_be_visible()
    expect(page.locator("#all-forms")).not_to_have_attribute("open", re.compile(""))


FITS = """most => {
    const host = [...document.querySelectorAll("*")].find((one) => one.shadowRoot?.querySelector(".live"));
    const figures = [...host.shadowRoot.querySelectorAll(".figure")].filter((one) => one.offsetHeight);
    return figures.length && figures.every((one) => one.offsetHeight < most
        && Math.abs(one.offsetHeight - one.querySelector(".main-svg")?.getAttribute("height")) < 1);
}"""
"""Whether every panel is drawn as high as it is, and that is lower than so much."""


def test_panels_follow_their_height_and_on_a_phone_nothing_lies_over_what_one_writes_in(desk: Desk) -> None:
    desk.room.pause(desk.host)  # nothing new comes for which panels would be drawn anew
    try:
        page = desk.look(desk.ana)
        page.wait_for_function(FITS, arg=1000)
        before = page.locator(".figure").first.evaluate("one => one.offsetHeight")
        page.locator("#text-shell").fill("rollout undo")
        expect(page.locator("#line-shell .card")).to_contain_text("run by")
        page.wait_for_function(FITS, arg=before)
        page.set_viewport_size({"width": 390, "height": 844})
        page.get_by_role("tab", name="Channel").click()
        ends = page.locator("#text-channel").evaluate("one => one.getBoundingClientRect().bottom")
        assert ends <= page.locator(".shell").evaluate("one => one.getBoundingClientRect().top")
    finally:
        desk.room.resume(desk.host)  # the next tests of the module play on


def test_a_reconnect_does_not_empty_the_console(desk: Desk) -> None:
    page = desk.look(desk.ana)
    rows = page.locator("#channel > *")
    expect(rows.nth(5)).to_be_attached()
    page.evaluate("""() => {
        window.least = Infinity;
        const host = [...document.querySelectorAll("*")].find((one) => one.shadowRoot?.querySelector(".live"));
        const channel = () => host.shadowRoot.querySelector("#channel").children.length;
        const look = () => { window.least = Math.min(window.least, channel()); };
        new MutationObserver(look).observe(host.shadowRoot, { childList: true, subtree: true });
        look();
    }""")
    before = rows.count()
    page.context.set_offline(True)
    expect(page.locator("#line-state")).to_contain_text("Offline")
    assert desk.room.submit(acts.PostMessage(text="said meanwhile"), desk.ana).refusal is None
    page.context.set_offline(False)
    expect(page.locator("#channel")).to_contain_text("said meanwhile")
    assert rows.count() > before
    assert page.evaluate("window.least") >= before


def test_what_is_half_typed_stands_in_no_other_form_of_the_desk(desk: Desk) -> None:
    page = desk.look(desk.host)
    words = page.locator("#desk-say textarea[name=text]")
    words.fill("half a sentence")
    page.get_by_role("tab", name="Help", exact=True).click()
    hint = page.locator("#desk-help > form[data-act=give_hint] [name=text]")
    hint.fill("another half")
    page.get_by_role("tab", name="MSEL", exact=True).click()
    page.locator("#desk-msel tr.pending details > summary").first.click()
    assert desk.room.submit(acts.PostMessage(text="something new"), desk.ana).refusal is None
    expect(page.locator("#channel")).to_contain_text("something new")
    expect(words).to_have_value("half a sentence")
    expect(hint).to_have_value("another half")
    held = page.locator("#facilitator textarea, #facilitator input[type=text], #facilitator input:not([type])")
    found = [one.input_value() for one in held.all()]
    assert sum(value in ("half a sentence", "another half") for value in found) == 2


def test_a_verb_of_which_the_answer_was_lost_is_sent_again_and_done_once(desk: Desk) -> None:
    page = desk.look(desk.host)
    page.get_by_role("tab", name="Notes", exact=True).click()
    lost = []

    def lose(route: Route) -> None:
        """Let the first press through, and lose what was answered."""
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    page.route(re.compile("/live/act"), lose)
    form = page.locator("form[data-act='room.note']")
    form.locator("[name=text]").fill("only once")
    form.get_by_role("button", name="Note", exact=True).click()
    expect(form.locator("output")).to_contain_text("Kept at")
    assert lost == [200]
    assert [one.text for one in desk.room.notes(desk.host)].count("only once") == 1


def test_whoever_was_stood_up_and_is_given_another_seat_has_their_console_again(desk: Desk) -> None:
    _, bo = desk.rooms.join(desk.room, "Bo", "deputy")
    page = desk.look(bo)
    desk.room.seats.leave(desk.host, "deputy")
    expect(page.locator("#line-state")).to_contain_text("To the lobby")
    desk.room.seats.move(desk.host, bo, "comms")
    expect(page.locator("#mine > summary")).to_contain_text("Communications lead")
    expect(page.locator("#text-channel")).to_be_visible()


def test_letters_that_a_keyboard_writes_with_alt_are_typed_and_arrows_begin_at_the_newest_line(desk: Desk) -> None:
    page = desk.look(desk.ana)
    raised: list[str] = []
    page.on("pageerror", lambda error: raised.append(str(error)))
    box = page.locator("#text-channel")
    box.focus()
    taken = """(one, keys) => !one.dispatchEvent(new KeyboardEvent("keydown",
        { altKey: true, bubbles: true, cancelable: true, composed: true, ...keys }))"""
    assert not box.evaluate(taken, {"code": "KeyA", "key": "å"})
    assert not box.evaluate(taken, {"key": "a"})  # from a keyboard on the screen: no place of a key
    expect(box).to_be_focused()
    assert box.evaluate(taken, {"code": "KeyM", "key": "m"})
    channel = page.locator("#channel")
    expect(page.locator("#channel .pin").first).to_be_attached()
    channel.focus()
    channel.press("ArrowDown")
    expect(page.locator("#channel .pin:focus")).to_have_count(1)
    below = "(list) => [...list.querySelectorAll('.pin')].filter((one) => one.offsetParent).at(-1)"
    assert page.evaluate(f"""() => {{
        const host = [...document.querySelectorAll("*")].find((one) => one.shadowRoot?.querySelector(".live"));
        const root = host.shadowRoot;
        return root.activeElement === ({below})(root.querySelector("#channel"));
    }}""")
    assert raised == []


def test_what_has_to_be_picked_is_offered_again_and_a_sole_hit_is_an_enter_away(desk: Desk) -> None:
    page = desk.look(desk.ana)
    box, offers = page.locator("#text-shell"), page.locator("#offers-shell")
    box.fill("rollback")
    box.press("Enter")
    expect(page.locator("#line-shell output")).to_contain_text("pick what you mean from the list")
    expect(offers).to_be_visible()
    expect(offers.locator("[aria-selected=true]")).to_have_count(0)
    box.fill("rel-5512")
    box.press("Enter")
    expect(offers.locator("[aria-selected=true]")).to_have_count(1)
    only = str(offers.locator("li").get_attribute("data-text"))
    box.press("Enter")
    expect(box).to_have_value(only)
    box.fill("")


def test_a_half_typed_reply_stays_one_while_the_task_it_answers_has_news(desk: Desk) -> None:
    page = desk.look(desk.ana)
    taken = desk.room.submit(acts.AssignTask(to="triage", text="look at the ledger"), desk.ana)
    assert taken.refusal is None
    line = page.locator("#channel > :has(.row.thread)").filter(has_text="look at the ledger")
    first = line.get_attribute("id")
    line.hover()
    line.get_by_role("button", name="Reply", exact=True).click()
    words = page.locator("#reply input[name=text]")
    expect(words).to_be_focused()
    words.fill("half a thought")
    page.locator("#text-channel").focus()
    ref = next(one.id for one in desk.room.briefing("commander").incident.tasks.values() if "ledger" in one.text)
    assert desk.room.submit(acts.PostMessage(text="to the thread", thread=ref), desk.ana).refusal is None
    expect(line).to_contain_text("to the thread")
    assert line.get_attribute("id") != first
    expect(page.locator("[data-gone]")).to_have_count(0)
    page.reload()
    expect(words).to_have_value("half a thought")
    words.press("Enter")
    expect(page.locator("#reply > *")).to_have_count(0)
    expect(line).to_contain_text("half a thought")
    line.hover()
    line.get_by_role("button", name="Reply", exact=True).click()
    expect(words).to_have_value("")
    page.locator("#reply [data-close]").click()
    expect(page.locator("#text-channel")).to_be_focused()


def test_a_line_says_its_words_alone_and_arrows_step_from_its_buttons_alone(desk: Desk) -> None:
    page = desk.look(desk.ana)
    assert desk.room.submit(acts.PostMessage(text="said for all to hear"), desk.ana).refusal is None
    line = page.locator("#channel > *").filter(has_text="said for all to hear")
    expect(page.locator("#news")).to_contain_text("said for all to hear")
    assert "Reply" not in page.locator("#news").inner_text()
    page.locator("#search-channel").fill("reply")
    expect(line).to_be_hidden()
    page.locator("#search-channel").fill("")
    pin, wide = line.locator(".pin"), page.locator("#channel .row summary").last
    pin.focus()
    pin.press("ArrowLeft")
    expect(line.locator(".reply")).to_be_focused()
    wide.focus()
    wide.press("ArrowLeft")
    expect(wide).to_be_focused()
    wide.press("ArrowUp")
    focused = page.locator("#channel > :has(.pin:focus)")
    expect(focused).to_have_count(1)
    own = page.locator("#channel > :has(.row summary)").last.get_attribute("id")
    shown = page.locator("#channel > *").evaluate_all("all => all.map((one) => one.id)")
    assert shown.index(focused.get_attribute("id")) == shown.index(own) - 1


def test_what_says_that_somebody_is_not_there_goes_once_they_are(desk: Desk) -> None:
    page = desk.look(desk.ana)
    box, said = page.locator("#text-shell"), page.locator("#line-shell output")
    box.fill("ff set mobile.auth_kid_v2 off --env prod")
    expect(page.locator("#line-shell .card")).to_contain_text("(page first)")
    box.press("Enter")
    expect(said).to_contain_text("page them first: /page @mobile-oncall")
    assert desk.room.submit(acts.PageTeam(role="mobile"), desk.ana).refusal is None
    while not desk.room.briefing("commander").incident.present["mobile"]:
        desk.room.skip_ahead(desk.host, 30)
    expect(said).to_have_text("")
    expect(page.locator("#line-shell .card")).not_to_contain_text("(page first)")


def test_a_line_is_answered_where_it_was_said_and_nothing_to_send_is_left_at_the_end(desk: Desk) -> None:
    """The last of the module: it ends the drill that the others share."""
    page = desk.look(desk.ana)
    assert desk.room.submit(acts.PostMessage(channel="leadership", text="said to them alone"), desk.ana).refusal is None
    line = page.locator("#channel > *").filter(has_text="said to them alone").first
    line.hover()
    line.get_by_role("button", name="Reply in #leadership", exact=True).click()
    words = page.locator("#reply input[name=text]")
    words.fill("and answered there")
    page.locator("#reply").get_by_role("button", name="Reply in #leadership", exact=True).click()
    expect(line.locator(".replies")).to_contain_text("and answered there")
    said = [x.body for x in desk.room.briefing("commander").entries if isinstance(x.body, acts.PostMessage)]
    assert (said[-1].text, said[-1].channel) == ("and answered there", "leadership")
    eventually(lambda: desk.room.skip_ahead(desk.host) and desk.room.briefing("commander").incident.asks)
    asked = page.locator("#channel > *").filter(has=page.get_by_role("button", name="Answer", exact=True)).last
    asked.hover()
    asked.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator("#form-answer_asker")).to_be_visible()
    # What comes while somebody types a command is read at the end of the list like any other.
    page.locator("#channel").evaluate("one => { one.scrollTop = one.scrollHeight; }")
    page.locator("#text-shell").press_sequentially("sessctl impact --now")
    expect(page.locator("#line-shell [data-card] input").first).to_be_visible()
    assert desk.room.submit(acts.PostMessage(text="news while they type"), desk.ana).refusal is None
    expect(page.locator("#channel > *").last).to_contain_text("news while they type")
    expect(page.locator("[data-unread]")).to_be_hidden()
    line.hover()
    line.get_by_role("button", name="Reply in #leadership", exact=True).click()
    words.fill("too late")
    desk.room.end(desk.host)
    expect(page.locator("#over")).to_contain_text("This drill is over")
    for gone in (words, page.locator("#form-answer_asker"), page.locator("#text-shell"), page.locator("#text-channel")):
        expect(gone).to_be_hidden()


def test_what_stands_around_a_form_says_how_it_is_with_it_and_a_skip_leaves_the_clock_in_its_line(desk: Desk) -> None:
    room = desk.rooms.create("sign_in_link", seed=7, difficulty="novice").room
    _, you = desk.rooms.join(room, "You", "commander")
    room.speed(you, None)
    room.start(you)
    page, broke = desk.look(you), []
    page.on("pageerror", lambda error: broke.append(str(error)))
    page.set_viewport_size({"width": 1280, "height": 800})
    bar, reading = page.locator(".bar"), page.locator(".guide .reading")
    line = bar.evaluate("one => one.offsetHeight")
    for what in ("/ic me", "/deputy @second", "/declare SEV-1 Members cannot sign in by mail", "/freeze mail-svc"):
        page.locator("#text-shell").fill(what)
        page.locator("#text-shell").press("Enter")
        expect(page.locator("#line-shell output")).to_contain_text("done")
    page.locator("#clock").get_by_role("button", name="Skip ahead").click()
    expect(page.locator("#clock output")).to_contain_text("Skipped")
    assert bar.evaluate("one => one.offsetHeight") <= line + 8, "the clock stands below"

    opener = page.locator("#forms [data-open=update_stakeholders]").first
    opener.click()
    expect(reading).to_be_visible()
    expect(opener).to_have_attribute("aria-pressed", "true")
    page.locator("#form footer button").click()
    expect(page.locator("#form > output")).to_have_text("Stakeholder update · On the record")
    expect(page.locator("#form form")).to_have_count(0)
    expect(reading).to_be_hidden()
    expect(opener).to_have_attribute("aria-pressed", "false")

    pace = page.locator("#clock .paces button")
    expect(pace.filter(has_text="Waits")).to_have_attribute("aria-current", "true")
    pace.filter(has_text="2×").click()
    expect(pace.filter(has_text="2×")).to_have_attribute("aria-current", "true")
    expect(pace.filter(has_text="Waits")).not_to_have_attribute("aria-current", "true")

    page.set_viewport_size({"width": 390, "height": 844})
    pace.filter(has_text="Waits").click()
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    pace.filter(has_text="1×").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    room.end(you)
    assert broke == []
