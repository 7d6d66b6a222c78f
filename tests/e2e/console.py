"""What a person does in a browser: comes in, looks, and types, clicks, skips and reads at the console."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from simulator.record.entry import Body
from simulator.room.store import Store
from tests.e2e.server import Server, eventually

ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
READY = "[data-testid='stApp'][data-test-script-state='notRunning']"
NOTICED_MS = 150
"""Milliseconds until a person could press again what they saw done: the page takes sooner ones for the same press."""
CLOCK = """least => {
    const hosts = [...document.querySelectorAll("*")].filter((one) => one.shadowRoot?.querySelector(".live"));
    const clock = hosts.at(-1)?.shadowRoot.querySelector(".clock b");
    const [, sign, minutes, seconds] = clock?.textContent.match(/T([+-])(\\d+):(\\d+)/) ?? [];
    return seconds !== undefined && Number(sign + "1") * (60 * Number(minutes) + Number(seconds)) >= least;
}"""
"""Whether the bar shows a drill second or a later one."""
FIRST = "Tokens refused after a release"
"""Title of the scenario that journeys play unless they name another."""
SHOTS = os.environ.get("DRILL_SHOTS", "")
"""Folder for screenshots; empty: none are taken."""


def drill_second(page: Page) -> int:
    """Return the drill second that the bar shows."""
    sign, minutes, seconds = re.match(r"T([+-])(\d+):(\d+)", page.locator(".clock b").last.inner_text()).groups()  # type: ignore[union-attr]
    return (1 if sign == "+" else -1) * (60 * int(minutes) + int(seconds))


def let_tick(page: Page, seconds: int) -> None:
    """Let the drill's clock go on for so many seconds on this page: what ticks beside it is drawn anew by then."""
    page.wait_for_function(CLOCK, arg=drill_second(page) + seconds)


def look_at(page: Page, tab: str) -> None:
    """Bring a tab of the right column to the front."""
    page.locator("#views").get_by_role("tab", name=tab).click()


def every_form(page: Page) -> Locator:
    """Open the list of all forms and return it."""
    for fold in ("#all-forms", "#more-forms"):
        if page.locator(fold).get_attribute("open") is None:
            page.locator(f"{fold} > summary").click()
    return page.locator("#every-form")


def begin(page: Page, way: str, scenario: str = FIRST) -> None:
    """Press a scenario's button in the lobby.

    By its title, never the first one there is: the page mounts its cards in any order while it loads.
    """
    way_in(page, way, scenario).click()


def way_in(page: Page, way: str, scenario: str = FIRST) -> Locator:
    """Return a button of a scenario's card in the lobby."""
    card = page.locator("[class*='st-key-scenario-']").filter(has_text=re.compile(scenario))
    return card.get_by_role("button", name=way)


def host(page: Page, scenario: str = FIRST) -> str:
    """Open a drill for a team as its host, from the lobby; return the join code."""
    begin(page, "Host for a team", scenario)
    page.locator(".st-key-host").get_by_role("textbox", name="Your name").fill("Hana")
    page.get_by_role("button", name="Open the drill").click()
    code = page.locator(".st-key-hosting .code").inner_text()
    page.get_by_role("button", name="I have saved it").click()
    expect(page.locator(".bar")).to_be_visible()
    return code


def join(page: Page, name: str, seat: str) -> None:
    """Sit down in a seat, on the page that a join code leads to."""
    page.get_by_role("textbox", name="Your name").fill(name)
    page.get_by_role("textbox", name="Your name").press("Tab")
    card = page.locator(".st-key-chairs [data-testid='stVerticalBlock']").filter(has_text=re.compile(f"^{seat}"))
    card.get_by_role("button", name="Sit here").last.click()
    expect(page.locator(".bar")).to_be_visible()


class Console:
    """A person at the console: types, clicks, skips, reads."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self._store = Store(server.database)

    @classmethod
    def practise(cls, page: Page, server: Server, name: str, seed: int, scenario: str = FIRST) -> Console:
        """Start practising alone as commander, from the lobby; `scenario` is a title."""
        begin(page, "Practise alone", scenario)
        page.get_by_text("More to choose").click()
        alone = page.locator(".st-key-alone")
        alone.get_by_role("textbox", name="Your name").fill(name)
        alone.get_by_role("textbox", name="Seed").fill(str(seed))
        alone.get_by_role("textbox", name="Seed").press("Tab")
        page.get_by_role("button", name="Start practising").click()
        page.get_by_role("button", name="Start the clock").click()
        expect(page.locator(".bar")).to_be_visible()
        return cls(page, server)

    @property
    def box(self) -> Locator:
        return self.page.locator("#text-shell")

    def type(self, line: str, answer: str | None = None) -> None:
        """Type a line into the shell and press Enter; wait until it says what came of it."""
        self.box.fill(line)
        self.box.press("Enter")
        expect(self.page.locator("#line-shell output")).to_contain_text(answer or f"{line}: done")
        expect(self.box).to_have_value("")

    def take_command(self, alert: str, title: str) -> None:
        """Acknowledge the page, take command, name a deputy and declare SEV-1, as every incident begins."""
        self.page.locator("#waits").get_by_role("button", name="Acknowledge").click()
        expect(self.channel).to_contain_text(f"acknowledges {alert}")
        self.type("/ic me")
        self.type("/deputy @duty-deputy")
        self.type(f"/declare SEV-1 {title}")
        expect(self.page.locator(".sev")).to_have_text("SEV-1")

    def run(self, line: str) -> None:
        """Run a whole catalogue command: the shell says that it is on the record."""
        self.type(line, f"$ {line}")

    def say(self, words: str) -> None:
        """Write to the channel."""
        line = self.page.locator("#text-channel")
        line.fill(words)
        line.press("Enter")
        expect(self.channel).to_contain_text(words)

    def form(self, title: str) -> None:
        """Bring a form to the front."""
        every_form(self.page).get_by_role("button", name=title, exact=True).click()
        expect(self._form.get_by_role("heading", name=title, exact=True)).to_be_visible()

    @property
    def _form(self) -> Locator:
        return self.page.locator("#form form")

    def press(self, *names: str) -> None:
        """Press choices of the form."""
        for name in names:
            self._form.locator("label").filter(has_text=re.compile(f"^{re.escape(name)}$")).first.click()

    def pick(self, label: str, title: str) -> None:
        """Pick in the form what has these words in its title, from a list of one or of several."""
        words = re.compile(f"^{re.escape(label)}")
        lists = self._form.locator("fieldset.picks").filter(has=self.page.locator("legend", has_text=words))
        if lists.count():
            lists.first.locator("label").filter(has_text=title).first.click()
            return
        box = self._form.get_by_label(words).first
        titles = box.locator("option").all_inner_texts()
        box.select_option(label=next(one for one in titles if title in one and one != "Pick one"))

    def number(self, label: str, value: float) -> None:
        """Fill a number of the form."""
        self._form.get_by_label(re.compile(f"^{re.escape(label)}")).first.fill(f"{value:g}")

    def fill(self, label: str, words: str) -> None:
        """Fill a text of the form."""
        self._form.get_by_label(re.compile(f"^{re.escape(label)}")).first.fill(words)

    def hand_in(self, title: str) -> None:
        """Hand the form in and wait until it is on the record, and put away."""
        self._form.locator("footer button").click()
        expect(self.page.locator("#form > output")).to_have_text(re.compile(" · On the record$"))
        assert title

    def hand_command_over(self) -> None:
        """Hand command to the deputy and go on from that seat, as everybody must by T+31.

        What is half written by then was the commander's: the deputy begins with empty fields.
        """
        self.form("Hand off")
        self.pick("To", "Deputy")
        self.hand_in("Hand off")
        onwards = self.page.locator("#onwards button")
        for _ in range(10):
            if onwards.count():
                break
            self.skip()
        self.form("Message")
        text = self.page.locator("#post_message-text")
        line = self.page.locator("#text-channel")
        for field in (text, line):
            field.fill("half a thought of the commander's")
        onwards.click()
        expect(self.page.locator("#mine > summary")).to_contain_text("Deputy")
        expect(onwards).to_have_count(0)
        self.form("Message")
        for field in (text, line):
            expect(field).to_have_value("")

    def skip(self) -> int:
        """Skip ahead; return the drill second."""
        before = self._skips()
        self.page.wait_for_timeout(NOTICED_MS)
        self.page.get_by_role("button", name="Skip ahead").click()
        # On the page, a skip of a second or two looks like time passing: whether it was one stands in the clock log.
        new = eventually(lambda: self._skips()[len(before) :], lambda: f"nothing was skipped at {self.now} s")
        self.page.wait_for_function(CLOCK, arg=new[0])
        return self.now

    def _skips(self) -> list[float]:
        """Return the drill seconds that this drill was skipped to."""
        row = self._store.drill_by_code(self.code)
        assert row is not None
        return [mark.value for mark in self._store.marks(row.id) if mark.what == "skip" and mark.value is not None]

    @property
    def code(self) -> str:
        return self._store.drill(self._drill).code

    @property
    def _drill(self) -> str:
        person = self._store.participant(self.page.evaluate("new URLSearchParams(location.search).get('me')"))
        assert person is not None
        return person.drill

    def stored(self) -> list[Body]:
        """Return what was asked for in this drill, in order, as it is stored."""
        return [entry.body for entry in self._store.commands(self._drill)]

    def skip_until(self, seen: str) -> None:
        """Skip ahead until the channel says `seen`."""
        try:
            self.skip_while(lambda: not self.says(seen))
        except AssertionError as error:
            raise AssertionError(f"the channel never said {seen!r}:\n{self.channel.inner_text()[-3000:]}") from error

    def reported(self, title: str) -> None:
        """Skip ahead until whoever was asked reports on this, and see that it went well: a tool may also say no."""
        told = self.page.locator(".steps i.done", has_text="reported")
        rows = self.channel.locator(".thread").filter(has_text=title).filter(has=told)
        self.skip_while(lambda: not rows.count())
        row = rows.last.inner_text()
        assert f"Done: {title}" in row, row

    def skip_while(self, waiting: Callable[[], bool], most: int = 60) -> None:
        """Skip ahead for as long as something is still to come."""
        for _ in range(most):
            if not waiting():
                return
            self.skip()
        raise AssertionError(f"still waiting after {most} skips, at {self.now} s")

    def decide(self, strategy: str, why: str, signal: str, below: float) -> None:
        """Record a checkpoint decision at L2 on what is filled in."""
        self.form("Decision")
        self._form.locator("details > summary").click()
        fields = self._form.locator("fieldset.open").filter(has=self.page.locator("legend", has_text="Strategy"))
        fields.locator("label").filter(has_text=strategy).click()
        self.pick("Why now", why)
        self.number("Minutes to undo", 1)
        self.pick("Signal", signal)
        self.number("Threshold", below)
        self.press("L2")
        self.hand_in("Decision")

    def let_pass(self, seconds: int) -> None:
        """Skip ahead until so much drill time has passed."""
        later = self.now + seconds
        while self.now < later:
            self.skip()

    def close(self, risk: str, signal: str, threshold: float) -> None:
        """Record what closing needs, publish the package, request closure at L2 and see the gate open."""
        self.form("Residual risks")
        self.pick("Risks", risk)
        self.hand_in("Residual risks")
        self.form("Hardening")
        self.pick("Factor", "")
        self.fill("Text", "A test that would have failed")
        self.pick("Owner", "Mitigation")
        self.hand_in("Hardening")
        self.form("24 h watch")
        self.pick("Signal", signal)
        self.number("Threshold", threshold)
        self.hand_in("24 h watch")
        self.form("Stakeholder update")
        self.press("recovered")
        self.hand_in("Stakeholder update")
        self.form("Closure package")
        self.hand_in("Closure package")
        self.form("Request closure")
        self.press("L2")
        self.hand_in("Request closure")
        expect(self.channel).to_contain_text("Every condition is met")
        expect(self.page.locator(".facts")).to_contain_text("resolved")

    def end(self) -> None:
        """End the drill: asked first, said what it means, then ended; go on to where it is said to be over."""
        self.page.locator("#menu > summary").click()
        self.page.locator("#menu-end > summary").click()
        expect(self.page.locator("#menu-end")).to_contain_text("The harm runs on")
        self.page.get_by_role("button", name="End it").click()
        expect(self.page.locator("#over")).to_contain_text("This drill is over")

    def over(self) -> None:
        """Go to the page that says how it ended, as somebody does who loads it anew."""
        self.page.reload()
        self.page.locator(READY).wait_for()

    def says(self, words: str) -> bool:
        return words in self.channel.inner_text()

    @property
    def channel(self) -> Locator:
        return self.page.locator("#channel")

    @property
    def now(self) -> int:
        """Return the drill second that the bar shows."""
        return drill_second(self.page)

    def shot(self, name: str) -> None:
        """Take a screenshot; nothing happens without a folder for it."""
        if SHOTS:
            self.page.screenshot(path=f"{SHOTS}/{name}.png")
