"""Practise scenario B alone in a browser: stop the writing, resume and repair with two signatures, see the score."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Console, Server

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
TITLE = "Revenue that was never booked"
TRACE = "billctl trace inv_9f21"
PAUSE = "ff set billing.consumer.enabled off --env prod"
PLAN = "cd rollback plan billing-worker --to 2.5.4"
ROLLBACK = "cd rollback billing-worker --to 2.5.4"
WATERMARK = "ledgerctl watermark set --group billing-worker --all-partitions"
CANARY = "billctl canary --invoices 50 --three-way"
RESUME = "ff set billing.consumer.enabled on --env prod --sign-off data,commander"
DRY_RUN = "ledgerctl replay --source dlq --mode ledger-only --dedup-on invoice_id,charge_seq --dry-run"
REPLAY = "ledgerctl replay --source dlq --mode ledger-only --dedup-on invoice_id,charge_seq --sign-off data,commander"


def test_a_person_alone_repairs_the_books_with_a_second_signature(
    server: Server, open_page: Callable[..., Page]
) -> None:
    me = Console.practise(open_page(server.url), "Ana", 7, TITLE)
    me.skip_until("RevenueLedgerMismatchHigh")
    needs = me.page.locator(".st-key-needsbox")
    needs.get_by_role("button", name="Acknowledge").click()
    me.type("/ic me")
    me.type("/deputy @duty-deputy")
    me.type("/freeze billing-worker ledger-svc")
    me.type("/declare SEV-1 Revenue, ledger and charges disagree")
    me.run(TRACE, f"$ {TRACE}")
    me.shot("billing-t0")
    me.run(PAUSE, f"$ {PAUSE}")
    me.skip_until("billing.consumer.enabled: on → off")
    me.run(PLAN, f"$ {PLAN}")
    me.skip_until("message format compatible")
    me.run(ROLLBACK, f"$ {ROLLBACK}")
    me.skip_until("2.5.4 rolling to 18 pods")
    me.hand_command_over()
    _let_pass(me, 400)
    me.run(WATERMARK, f"$ {WATERMARK}")
    me.run(CANARY, f"$ {CANARY}")
    me.skip_until("Done: Fifty invoices through the running version")
    _signed(me, RESUME, "Take invoices from the queue again: done")
    me.run(DRY_RUN, f"$ {DRY_RUN}")
    me.skip_until("Done: Dry run, dead letter queue, ledger only")
    _signed(me, REPLAY, "unique on invoice and charge: done")
    me.shot("billing-repaired")
    me.form("Close", "End the drill")
    me.page.get_by_role("button", name="End the drill for everybody").click()
    me.page.get_by_role("button", name="Open the debrief").click(timeout=60_000)
    expect(me.page).to_have_url(re.compile("/debrief"))
    expect(me.page.get_by_text(re.compile(r"Blueprint")).first).to_be_visible(timeout=30_000)
    me.shot("billing-debrief")


def _let_pass(me: Console, seconds: int) -> None:
    later = me.now + seconds
    while me.now < later:
        me.skip()


def _signed(me: Console, line: str, until: str) -> None:
    """Give an order that wants signatures, sign for the commander, and wait for the data owner."""
    me.run(line, f"$ {line}")
    sign = me.page.locator(".st-key-needsbox").get_by_role("button", name="Sign off")
    for _ in range(20):
        if sign.count():
            break
        me.skip()
    sign.first.click()
    me.skip_until(until)
