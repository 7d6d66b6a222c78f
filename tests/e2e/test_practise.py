"""Practise scenario A alone, from the lobby to the score, as somebody at a browser does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console import Console, look_at
from tests.e2e.debrief import VIEWS, read_debrief
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
IMPACT = "sessctl impact --now"
STATS = "sessctl stats --by kid,zone,client --since 13:56"
AUDIT = "ff audit --env prod --since 24h"
STUCK = "sessctl sessions --group-by refresh-state,client"
FLAG = "ff get auth.kid_v2_signing --env prod"
RUN_AGAIN = "authcheck run --mint 60 --per client --redeem-sample 2000"
FLAG_WEB = "ff set auth.kid_v2_signing off --env prod"
FLAG_MOBILE = "ff set mobile.auth_kid_v2 off --env prod"
REVOKE = "sessctl revoke --kid k-2026-03b --verify-failed --since 13:56"


def test_a_person_alone_takes_the_incident_from_page_to_score(server: Server, open_page: Callable[..., Page]) -> None:
    me = Console.practise(open_page(server.url), server, "Ana", seed=7)
    me.skip_until("AuthnRejectRatioHigh")
    me.shot("console-t0")
    _take_command(me)
    _look(me)
    me.decide("containment", "quick", "browser clients", 5)
    _mitigate(me)
    me.hand_command_over()
    me.shot("console-deputy")
    _verify(me)
    me.close("zone", "reason signature", 50)
    me.shot("console-t40")
    me.end()
    me.over()
    expect(me.page.get_by_text("You closed the incident.")).to_be_visible()
    read_debrief(me, server, "debrief", VIEWS)


def _take_command(me: Console) -> None:
    me.take_command("AuthnRejectRatioHigh", "Customers are thrown out of their sessions")
    me.form("Freeze")
    for service in ("auth-svc", "edge-gw"):
        me.pick("Scope", service)
    me.hand_in("Freeze")
    expect(me.page.locator(".facts")).to_contain_text("auth-svc")
    me.type("/page @mobile-oncall")


def _look(me: Console) -> None:
    for line in (AUDIT, IMPACT, STATS, STUCK):
        me.run(line)
    me.reported("Flag changes of the last day")
    me.run(FLAG)
    me.reported("Tokens signed and refused")
    look_at(me.page, "Output")
    expect(me.page.locator(".outputs")).to_contain_text("sessctl")


def _mitigate(me: Console) -> None:
    me.run(FLAG_WEB)
    me.skip_until("@mobile-oncall here")
    me.run(FLAG_MOBILE)
    me.skip_until("Switch mobile.auth_kid_v2 off: done")
    me.shot("console-t12")
    me.form("Stakeholder update")
    me.press("mitigating")
    me.hand_in("Stakeholder update")
    me.let_pass(75)
    me.run(REVOKE)
    me.skip_until("Sign out the sessions whose tokens fail: done")


def _verify(me: Console) -> None:
    me.let_pass(240)
    me.run(RUN_AGAIN)
    me.form("Verification")
    for metric in ("browser clients", "mobile clients", "refused refresh token"):
        me.pick("Metrics", metric)
    me.hand_in("Verification")
    me.skip_until("Verification measured: all within the baseline")
