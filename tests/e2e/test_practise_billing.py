"""Practise scenario B alone in a browser: what is repaired there wants two signatures.

From the order to the closure a person does here what they do in scenario A, so the drill is ended before that.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.console import Console
from tests.e2e.debrief import read_debrief
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]
TITLE = "Revenue that was never booked"
TRACE = "billctl trace inv_9f21"
PAUSE = "ff set billing.consumer.enabled off --env prod"
IN_FLIGHT = 120
"""Seconds after the pause until nothing is being handled any more: before that, there is no last message."""
BOUNDS = "ledgerctl bounds --processed-by 2.6 --per-partition"
DRY_RUN = "ledgerctl replay --source dlq --mode ledger-only --dedup-on invoice_id,charge_seq --dry-run"
REPLAY = "ledgerctl replay --source dlq --mode ledger-only --dedup-on invoice_id,charge_seq --sign-off data,commander"


def test_a_person_alone_signs_a_repair_of_the_books(server: Server, open_page: Callable[..., Page]) -> None:
    me = Console.practise(open_page(server.url), server, "Ana", 7, TITLE)
    me.skip_until("RevenueLedgerMismatchHigh")
    me.shot("billing-t0")
    _take_command(me)
    me.run(PAUSE)
    me.skip_until("billing.consumer.enabled: on → off")
    me.let_pass(IN_FLIGHT)
    me.run(BOUNDS)
    me.reported("First and last message of the release in question")
    me.run(DRY_RUN)
    me.reported("Dry run, dead letter queue, ledger only")
    _signed(me, REPLAY, "unique on invoice and charge: done")
    me.shot("billing-signed")
    me.end()
    read_debrief(me, server, "billing-debrief", ["3 What else"])


def _take_command(me: Console) -> None:
    me.page.locator("#waits").get_by_role("button", name="Acknowledge").click()
    me.type("/ic me")
    me.type("/deputy @duty-deputy")
    me.type("/freeze billing-worker ledger-svc")
    me.type("/declare SEV-1 Revenue, ledger and charges disagree")
    me.run(TRACE)
    me.reported("One invoice through all three sources")
    me.decide("containment", "Every minute of waiting", "suspected as duplicates", 1)


def _signed(me: Console, line: str, until: str) -> None:
    """Give an order that wants signatures, sign for the commander, and wait for the data owner."""
    me.run(line)
    sign = me.page.locator("#waits").get_by_role("button", name="Sign off")
    for _ in range(20):
        if sign.count():
            break
        me.skip()
    sign.first.click()
    me.skip_until(until)
