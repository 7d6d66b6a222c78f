"""Practise scenario A alone, from the lobby to the score, as somebody at a browser does."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Console, Server

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
IMPACT = "sessctl impact --now"
STATS = "sessctl stats --by kid,zone,client --since 13:56"
FLAG = "ff get auth.kid_v2_signing --env prod"
RUN_AGAIN = "authcheck run --mint 60 --per client --redeem-sample 2000"
FLAG_WEB = "ff set auth.kid_v2_signing off --env prod"
FLAG_MOBILE = "ff set mobile.auth_kid_v2 off --env prod"
REVOKE = "sessctl revoke --kid k-2026-03b --verify-failed --since 13:56"


def test_a_person_alone_takes_the_incident_from_page_to_score(server: Server, open_page: Callable[..., Page]) -> None:
    me = Console.practise(open_page(server.url), "Ana", seed=7)
    me.skip_until("AuthnRejectRatioHigh")
    me.shot("console-t0")
    _take_command(me)
    _look(me)
    _decide(me)
    _mitigate(me)
    me.hand_command_over()
    me.shot("console-deputy")
    _verify(me)
    _close(me)
    _see_the_score(me)


def _take_command(me: Console) -> None:
    page = me.page
    page.locator(".st-key-needsbox").get_by_role("button", name="Acknowledge").click()
    expect(me.channel).to_contain_text("acknowledges AuthnRejectRatioHigh")
    me.type("/ic me")
    me.type("/deputy @duty-deputy")
    me.type("/declare SEV-1 Customers are thrown out of their sessions")
    expect(page.locator(".sev")).to_have_text("SEV-1")
    me.form("Command", "Freeze")
    for service in ("auth-svc", "edge-gw"):
        me.pick("Scope", service)
    me.hand_in("Freeze")
    expect(page.locator(".facts")).to_contain_text("auth-svc")
    me.type("/page @mobile-oncall")


def _look(me: Console) -> None:
    for line in (IMPACT, STATS, FLAG):
        me.run(line, f"$ {line}")
    me.skip_until("Done: Tokens signed and refused")
    me.page.get_by_role("tab", name="Output").click()
    expect(me.page.locator(".outputs")).to_contain_text("sessctl")
    me.page.get_by_role("tab", name="Panels").click()


def _decide(me: Console) -> None:
    me.form("Decide", "Decision")
    me.press("containment")
    me.pick("Why now", "quick")
    me.number("Minutes to undo", 1)
    me.pick("Signal", "browser clients")
    me.number("Threshold", 0.05)
    me.press("L2")
    me.hand_in("Decision")


def _mitigate(me: Console) -> None:
    me.run(FLAG_WEB, f"$ {FLAG_WEB}")
    me.skip_until("@mobile-oncall here")
    me.run(FLAG_MOBILE, f"$ {FLAG_MOBILE}")
    me.skip_until("Switch mobile.auth_kid_v2 off: done")
    me.shot("console-t12")
    me.form("Tell", "Stakeholder update")
    me.press("mitigating")
    me.hand_in("Stakeholder update")
    late = me.now + 75
    while me.now < late:
        me.skip()
    me.run(REVOKE, f"$ {REVOKE}")
    me.skip_until("Sign out the sessions whose tokens fail: done")


def _verify(me: Console) -> None:
    later = me.now + 240
    while me.now < later:
        me.skip()
    me.run(RUN_AGAIN, f"$ {RUN_AGAIN}")
    me.form("Act", "Verification")
    for metric in ("browser clients", "mobile clients", "refused refresh token"):
        me.pick("Metrics", metric)
    me.hand_in("Verification")
    me.skip_until("Verification measured: all within the baseline")


def _close(me: Console) -> None:
    me.form("Close", "Residual risks")
    me.pick("Risks", "zone")
    me.hand_in("Residual risks")
    me.form("Close", "Hardening")
    me.pick("Factor", "")
    me.page.locator(".st-key-col-right").get_by_label(re.compile("^Text")).fill("One flag for both token paths")
    me.pick("Owner", "Mitigation")
    me.hand_in("Hardening")
    me.form("Close", "24 h watch")
    me.pick("Signal", "reason signature")
    me.number("Threshold", 50)
    me.hand_in("24 h watch")
    me.form("Tell", "Stakeholder update")
    me.press("recovered")
    me.hand_in("Stakeholder update")
    me.shot("console-t40")
    me.form("Close", "Request closure")
    me.press("L2")
    me.hand_in("Request closure")
    expect(me.channel).to_contain_text("Every condition is met")
    expect(me.page.locator(".facts")).to_contain_text("resolved")
    me.form("Close", "End the drill")
    me.page.get_by_role("button", name="End the drill for everybody").click()


def _see_the_score(me: Console) -> None:
    page = me.page
    expect(page.get_by_text("You closed the incident.")).to_be_visible()
    page.get_by_role("button", name="Open the debrief").click(timeout=60_000)
    expect(page).to_have_url(re.compile("/debrief"))
    expect(page.get_by_text(re.compile(r"Blueprint")).first).to_be_visible(timeout=30_000)
    me.shot("debrief")
