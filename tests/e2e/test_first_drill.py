"""A newcomer's first drill in a browser: what they try first does not help, the guide leads them on to the debrief."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.console import NOTICED_MS, Console
from tests.e2e.debrief import read_debrief
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]
TRIES = (
    "Close the door until it is clear", "Switch the new layout off", "Open the door again",
    "Send a new link to whoever is not in",
)  # fmt: skip
"""What they try, in this order: the first keeps everybody out."""
WORDS = "Some links fail"
MOST = 120
"""Things that somebody does until it is over, at most."""


class Beginner(Console):
    """Somebody who does what the guide says, and fills in what a form needs and nothing else."""

    def __init__(self, page: Page, server: Server) -> None:
        super().__init__(page, server)
        self._given: list[str] = []
        """Forms that they handed in."""
        self._typed = ""

    def go(self) -> list[str]:
        """Do what the guide says until it says that it is over; return what it said."""
        said: list[str] = []
        for _ in range(MOST):
            words = self.words
            if not said or said[-1] != words:
                said.append(words)
                self.shot(f"newcomer-{len(said):02}")
            if "That was a whole incident." in words:
                return said
            self._do(words)
        raise AssertionError("\n".join(said))

    @property
    def words(self) -> str:
        return self.page.locator("#guide p").first.inner_text()

    def _do(self, words: str) -> None:
        guide = self.page.locator("#guide p").first
        typed, opened = guide.locator("code").all_inner_texts(), guide.locator("[data-open]").all_inner_texts()
        if "Press Go on as" in words:
            self.page.locator("#onwards").get_by_role("button", name=re.compile("^Go on as")).click()
            expect(guide).not_to_have_text(words)
        elif "press Acknowledge" in words and self.now >= 0:
            self.page.locator("#waits").get_by_role("button", name="Acknowledge").first.click()
            expect(guide).not_to_have_text(words)
        elif typed and self._typed != words:
            self._typed = words
            for line in typed:
                self.box.fill(line)
                self.box.press("Enter")
                expect(self.box).to_have_value("")
                self.page.wait_for_timeout(NOTICED_MS)
        elif opened and not ("Have something done" in words and self._given.count("take_action") >= len(TRIES)):
            guide.get_by_role("button", name=opened[0], exact=True).click()
            if self._fill_in():
                expect(guide).not_to_have_text(words)
        else:
            self._typed = "" if typed else self._typed
            if "Skip ahead" in words:
                self.skip()
            else:
                expect(guide).not_to_have_text(words)  # it has not come yet what they did last

    def _fill_in(self) -> bool:
        """Fill in what a form needs and hand it in, of closing first what it says is missing: tell which it was."""
        form = self._form
        expect(form).to_be_visible()
        kind = str(form.get_attribute("data-act"))
        missing = form.locator("li [data-open]")
        if kind == "request_closure" and missing.count():
            missing.first.click()
            self._fill_in()
            return False
        needs = form.locator(":is(p.field, fieldset):has(> :is(label, legend) > .needed):visible")
        for at in range(needs.count()):
            self._answer(needs.nth(at), kind)
        if kind == "record_decision":
            form.locator("fieldset.picks label").filter(has_text=TRIES[0]).first.click()
        self.shot(f"newcomer-form-{len(self._given):02}-{kind}")
        form.locator("footer button").click()
        expect(self.page.locator("#form > output")).to_have_text(re.compile(" · On the record$"))
        self._given.append(kind)
        return True

    def _answer(self, field: Locator, kind: str) -> None:
        wanted = TRIES[min(self._given.count(kind), len(TRIES) - 1)]
        for choice in (field.locator("label:has(input[type=radio])"), field.locator("label:has(input[type=checkbox])")):
            if choice.count() and not choice.locator("input:checked").count():
                sure = choice.filter(has_text=re.compile("^L2$"))
                told = choice.filter(has_text=wanted)
                other = choice.nth(self._given.count(kind) % choice.count())  # asked for again, they pick another
                (sure.first if sure.count() else told.first if told.count() else other).click()
        for box in field.locator("select").all():
            titles = box.locator("option").all_inner_texts()
            if kind == "take_action" and wanted in titles and self._given.count(kind):
                box.select_option(label=wanted)
            elif not box.input_value():
                box.select_option(label=wanted if wanted in titles else titles[1])
        for box in field.locator("input:is([type=text], [type=number]), textarea").all():
            if not box.input_value():
                box.fill("5" if box.get_attribute("type") == "number" else WORDS)


def test_a_newcomer_who_makes_it_worse_first_is_led_to_closure_and_debrief(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(server.url)
    page.get_by_role("button", name="Start the first drill").click()
    page.get_by_role("button", name="Start the clock").click()
    expect(page.locator(".bar")).to_be_visible()
    me = Beginner(page, server)
    said = me.go()
    assert any("have something else done" in words for words in said)
    me.end()
    expect(page.locator("#guide")).to_contain_text("The way to the debrief is above")
    read_debrief(me, server, "newcomer-debrief", ())
