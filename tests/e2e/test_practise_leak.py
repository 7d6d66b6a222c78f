"""Practise scenario C alone in a browser: a restricted room, evidence first, and a reporter who wants an answer.

From the order to the closure a person does here what they do in scenario A, so the drill is ended before that.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console import Console
from tests.e2e.debrief import read_debrief
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]
TITLE = "A stranger's document"
ROOM = "room open --restricted --codename HERON"
EVIDENCE = "edgectl evidence snapshot --all --include trace,access-log --hold legal"
CASE = "leakcase run --pop fra --warm-as member --then-as foreign --link lnk_7Q"
REPLY = "mail reply --case INC-2077 --template thanks-contact-timeline"
ROLLBACK = "edgectl rollback v56"


def test_a_person_alone_keeps_a_leak_restricted_and_answers_the_reporter(
    server: Server, open_page: Callable[..., Page]
) -> None:
    me = Console.practise(open_page(server.url), server, "Ana", 7, TITLE)
    expect(me.page.get_by_placeholder("Write to the restricted channel")).to_be_visible()
    me.skip_while(lambda: me.now < 0)
    me.shot("leak-t0")
    _take_command(me)
    me.run(ROLLBACK)
    me.run(REPLY)
    me.skip_until("Roll the worker back to v56: done")
    _answer_the_reporter(me)
    me.shot("leak-t21")
    me.end()
    read_debrief(me, server, "leak-debrief", ["2 Who knew what"])


def _take_command(me: Console) -> None:
    me.type("/ic me")
    me.type("/deputy @duty-deputy")
    me.type("/declare SEV-1 HERON")
    me.type("/page @privacy-counsel")
    for line in (ROOM, EVIDENCE, CASE):
        me.run(line)
    me.skip_until("Snapshot of traces and logs, with hold: done")
    me.decide("rollback", "evidence is safe", "fra and lhr", 5)


def _answer_the_reporter(me: Console) -> None:
    """Wait until they offer to go on, and tell them not to."""
    me.skip_until("Shall I go on and try other routes")
    me.page.locator("#waits").get_by_role("button", name="Thank you, please do not").click()
    expect(me.channel).to_contain_text("Deleted. I wait for your word.")
