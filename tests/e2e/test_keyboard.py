"""Scenario A from the lobby to closure by the keyboard alone: no mouse, and what has the focus always shows it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from simulator.acts import ACTS
from tests.e2e.console import NOTICED_MS, Console, way_in
from tests.e2e.server import Server, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]
MOST_TABS = 60
"""Presses of Tab after which somebody would have given up."""
FOCUSED = """() => {
    let one = document.activeElement;
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    return one;
}"""
HAS_FOCUS = f"(one) => ({FOCUSED})() === one"
SEEN = f"""() => {{
    const one = ({FOCUSED})();
    if (!one || one === document.body) return "";
    const ringed = one.matches("input:not([type=checkbox], [type=radio]), textarea")
      || [one, one.parentElement, one.parentElement?.parentElement].some((node) => {{
        const style = node && getComputedStyle(node);
        const outlined = style && parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none";
        return outlined || style && style.boxShadow !== "none";
    }});
    const box = one.getBoundingClientRect();
    return ringed && box.width && box.height ? "" : one.outerHTML.slice(0, 200);
}}"""
"""What has the focus and does not show it; empty where it does. In a field the caret stands."""


class Keys(Console):
    """Somebody without a mouse."""

    def tab_to(self, wanted: Locator, back: bool = False) -> None:
        """Press Tab until something has the focus."""
        for _ in range(MOST_TABS):
            if wanted.count() and wanted.first.evaluate(HAS_FOCUS):
                return
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            assert self.page.evaluate(SEEN) == "", "the focus is not seen"
        raise AssertionError(f"{wanted} is not reached: {self.page.evaluate(SEEN)}")

    def enter(self, wanted: Locator, key: str = "Enter") -> None:
        """Reach something and press it."""
        self.tab_to(wanted)
        self.page.keyboard.press(key)

    def command(self, line: str, answer: str | None = None) -> None:
        """Type into the command line."""
        self.page.keyboard.press("Alt+r")
        expect(self.box).to_be_focused()
        self.page.keyboard.type(line)
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#line-shell output")).to_contain_text(answer or f"{line}: done")
        expect(self.box).to_have_value("")
        expect(self.box).to_be_focused()

    def open(self, kind: str) -> None:
        """Open a form: one of the few that are wanted now, or one that is looked for among all."""
        self.page.keyboard.press("Alt+a")
        summary = self.page.locator("#all-forms > summary")
        expect(summary).to_be_focused()
        if self.page.locator("#all-forms").get_attribute("open") is None:
            self.page.keyboard.press("Enter")
        few = self.page.locator(f"#all-forms > .group [data-open={kind}]")
        if few.count():
            self.enter(few)
        else:
            self.tab_to(self.page.locator("#more-forms > summary"))
            if self.page.locator("#more-forms").get_attribute("open") is None:
                self.page.keyboard.press("Enter")
            self.tab_to(self.page.locator("#search-forms"))
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(ACTS[kind].form)
            self.enter(self.page.locator(f"#every-form [data-open={kind}]"))
        form = self.page.locator(f"#form-{kind}")
        expect(form).to_be_visible()
        eventually(lambda: form.evaluate(f"(one) => one.contains(({FOCUSED})())"), lambda: "the form has no focus")

    def choose(self, kind: str, path: str, value: str) -> None:
        """Tick a box, choose one of those that lie open, or pick from a list."""
        ident = f"{kind}-{path.replace('.', '-')}"
        box = self.page.locator(f'label[id="{ident}-{value}"] input')
        if box.count() and box.get_attribute("type") == "checkbox":
            return self.enter(box, "Space")
        if box.count():
            # Tab leads to the one that is chosen, arrows to the others.
            group = self.page.locator(f'#form-{kind} input[name="{path}"]')
            chosen = self.page.locator(f'#form-{kind} input[name="{path}"]:checked')
            self.tab_to(chosen if chosen.count() else group.first)
            for _ in range(group.count()):
                if box.is_checked():
                    return None
                self.page.keyboard.press("ArrowRight")
            assert box.is_checked()
            return None
        field = self.page.locator(f"#{ident}")
        self.tab_to(field)
        if field.evaluate("one => one.nodeName") != "SELECT":
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(value)
            return None
        for _ in range(field.locator("option").count()):
            if (picked := field.input_value()) and picked == (value or picked):
                return None
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{path} has no {value}")

    def send(self, kind: str) -> None:
        """Hand the open form in from within; it is put away, and the focus goes back to what can be done."""
        form = self.page.locator(f"#form-{kind}")
        self.tab_to(form.locator("footer button"))
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#form > output")).to_have_text(re.compile(" · On the record$"))
        assert self.page.locator("#all-forms > summary").evaluate(HAS_FOCUS)

    def record(self, kind: str, **fields: str | list[str]) -> None:
        """Open a form, fill it in and hand it in."""
        self.open(kind)
        for path, value in fields.items():
            for one in [value] if isinstance(value, str) else value:
                self.choose(kind, path.replace("__", "."), one)
        self.send(kind)

    def skip(self) -> int:
        before = self._skips()
        self.page.wait_for_timeout(NOTICED_MS)
        expect(self.page.locator("form[data-act='room.clock']:not([data-pending])")).to_have_count(1)
        self.page.keyboard.press("Alt+s")
        eventually(lambda: self._skips()[len(before) :], lambda: f"nothing was skipped at {self.now} s")
        return self.now


def begin(page: Page, server: Server) -> Keys:
    """Go from the lobby to the console."""
    keys = Keys(page, server)
    alone = way_in(page, "Practise alone")
    expect(alone).to_be_visible()
    keys.enter(alone)
    keys.tab_to(page.locator(".st-key-alone").get_by_role("textbox", name="Your name"))
    page.keyboard.press("Control+a")
    page.keyboard.type("Ana")
    keys.enter(page.get_by_role("button", name="Start practising"))
    expect(page.get_by_role("button", name="Start the clock")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".bar")).to_be_visible()
    return keys


def test_a_drill_from_the_lobby_to_closure(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(server.url)
    me = begin(page, server)
    me.skip_until("AuthnRejectRatioHigh")
    page.keyboard.press("Alt+w")
    me.enter(page.locator("#waits").get_by_role("button", name="Acknowledge"))
    expect(me.channel).to_contain_text("acknowledges AuthnRejectRatioHigh")
    me.command("/ic me")
    me.command("/deputy @duty-deputy")
    me.record("declare", severity="SEV-1")
    me.record("freeze", scope=["auth-svc", "edge-gw"])
    _walk_the_channel(me)
    me.command("/page @mobile-oncall")
    me.command("ff audit --env prod --since 24h", "$ ff")
    me.command("sessctl impact --now", "$ sessctl")
    me.command("sessctl stats --by kid,zone,client --since 13:56", "$ sessctl")
    me.reported("Flag changes of the last day")
    me.reported("Tokens signed and refused")
    me.record("record_option", action="flag_web", coverage=["web"], minutes_to_effect="1")
    me.record("record_decision", actions=["flag_web"], why_now="quickest_undo", confidence="L2")
    me.command("ff set auth.kid_v2_signing off --env prod", "$ ff")
    me.skip_until("@mobile-oncall here")
    me.command("ff set mobile.auth_kid_v2 off --env prod", "$ ff")
    me.skip_until("Switch mobile.auth_kid_v2 off: done")
    me.record("update_stakeholders", status="mitigating")
    me.command("sessctl revoke --kid k-2026-03b --verify-failed --since 13:56", "$ sessctl")
    me.skip_until("Sign out the sessions whose tokens fail: done")
    me.let_pass(240)
    me.command("authcheck run --mint 60 --per client --redeem-sample 2000", "$ authcheck")
    me.record("record_verification", metrics=["reject_ratio_web", "reject_ratio_mobile", "invalid_grant"])
    me.skip_until("Verification measured")
    _read_the_board(me)
    me.record("record_residual_risks", risks=["zone_still_standby"])
    me.record("add_hardening_task", text="A test that would have failed", owner="mitigation", factor="")
    me.record("set_watch", trigger__metric="fail_signature", trigger__threshold="50")
    me.record("update_stakeholders", status="recovered")
    me.record("publish_closure_package")
    me.record("request_closure", confidence="L2")
    expect(me.channel).to_contain_text("Every condition is met")


def _walk_the_channel(me: Keys) -> None:
    """Go from line to line, pin one, and see it among the pinned."""
    page = me.page
    page.keyboard.press("Alt+m")
    me.tab_to(page.locator("#channel"), back=True)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    row = page.locator("#channel > :has(.pin:focus)")
    expect(row).to_have_count(1)
    words = row.inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("#channel > [data-pinned]")).to_have_count(1)
    assert words in page.locator("#channel > [data-pinned]").inner_text()


def _read_the_board(me: Keys) -> None:
    """Open a record as a document, close it, and have the focus where one was."""
    page = me.page
    page.keyboard.press("Alt+a")
    me.tab_to(page.locator("#tab-acts"), back=True)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-board-tab")).to_be_focused()
    me.enter(page.locator("#board [data-open=document]").first)
    expect(page.locator("#paper")).to_contain_text(re.compile("Copy|Close"))
    me.enter(page.locator("#paper [data-close]"))
    expect(page.locator("#tab-board-tab")).to_be_focused()
