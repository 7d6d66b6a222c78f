"""Practise scenario B alone in a browser: stop the writing, repair with two signatures, hand over, close, debrief."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Console, Server
from tests.e2e.debrief import read_debrief

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
RECOMPUTE = "dash recompute revenue_today --from ledger"
REFUND = "refundctl batch --source paygrid --having 'count>1' --owner finance"
THREE_WAY = "reconctl three-way --window day --known-list refunds"


def test_a_person_alone_repairs_the_books_and_closes(server: Server, open_page: Callable[..., Page]) -> None:
    me = Console.practise(open_page(server.url), server, "Ana", 7, TITLE)
    me.skip_until("RevenueLedgerMismatchHigh")
    me.shot("billing-t0")
    _take_command(me)
    _stop_the_writing(me)
    me.shot("billing-t12")
    _repair(me)
    _prove(me)
    me.close("PayGrid is compared", "suspected as duplicates", 1)
    me.shot("billing-t40")
    me.end()
    read_debrief(me, server, "billing-debrief")


def _take_command(me: Console) -> None:
    me.page.locator(".st-key-needsbox").get_by_role("button", name="Acknowledge").click()
    me.type("/ic me")
    me.type("/deputy @duty-deputy")
    me.type("/freeze billing-worker ledger-svc")
    me.type("/declare SEV-1 Revenue, ledger and charges disagree")
    me.type("/page @finance-duty")
    me.run(TRACE, f"$ {TRACE}")
    me.skip_until("Done: One invoice through all three sources")
    me.decide("containment", "Every minute of waiting", "suspected as duplicates", 1)


def _stop_the_writing(me: Console) -> None:
    me.run(PAUSE, f"$ {PAUSE}")
    me.skip_until("billing.consumer.enabled: on → off")
    me.run(PLAN, f"$ {PLAN}")
    me.skip_until("message format compatible")
    me.run(ROLLBACK, f"$ {ROLLBACK}")
    me.skip_until("2.5.4 rolling to 18 pods")
    me.hand_command_over()
    me.let_pass(400)


def _repair(me: Console) -> None:
    me.run(WATERMARK, f"$ {WATERMARK}")
    me.run(CANARY, f"$ {CANARY}")
    me.skip_until("Done: Fifty invoices through the running version")
    _signed(me, RESUME, "Take invoices from the queue again: done")
    me.run(DRY_RUN, f"$ {DRY_RUN}")
    me.skip_until("Done: Dry run, dead letter queue, ledger only")
    _signed(me, REPLAY, "unique on invoice and charge: done")
    me.run(RECOMPUTE, f"$ {RECOMPUTE}")
    me.run(REFUND, f"$ {REFUND}")
    me.skip_until("Refund what PayGrid charged more than once: done")


def _prove(me: Console) -> None:
    """Look until the three sources agree."""
    for _ in range(6):
        before = _outcomes(me)
        me.run(THREE_WAY, f"$ {THREE_WAY}")
        me.skip_while(lambda before=before: _outcomes(me) == before)  # type: ignore[misc]
        if "processor   0.000 %   ok" in _all(me):
            break
        me.let_pass(120)
    me.form("Act", "Verification")
    for metric in ("suspected as duplicates", "handler retries", "dlq: messages"):
        me.pick("Metrics", metric)
    me.number("Baseline from", -89)
    me.number("Baseline to", -74)
    me.hand_in("Verification")
    me.skip_until("Verification measured: all within the baseline")


def _all(me: Console) -> str:
    """Return the channel with what is folded away in it."""
    return me.channel.text_content() or ""


def _outcomes(me: Console) -> int:
    return _all(me).count("SOURCE      OFF BY")


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
