"""What is so in scenario B's world: the facts that conditions and scoring read, and the figures people may state."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.billing_mismatch.rates import PRICE
from scenarios.billing_mismatch.state import BillingState

MANY, LONG_QUEUE, SHORT_QUEUE = 200, 3000, 100
"""Invoices wrong that count as widespread, and invoices waiting that count as a degradation and as worse than usual."""


def facts(world: BillingState) -> Mapping[str, bool | int | float | str]:
    """Return the facts that conditions, severity and scoring read."""
    k, books = world.knob, world.books
    outside = world.outside()
    off = {name: share > world.tolerance[name] for name, share in outside.items()}
    writing_wrong, counting_wrong = world.writing_wrong(), world.counting_wrong()
    spoiling = writing_wrong and world.paused_at is None
    active = spoiling or off["ledger"] or off["processor"]
    miscounted = counting_wrong or (bool(world.faults.rereads) and off["events"])
    known = figures(world)
    stopped = k["agg_stop"] >= 0.5
    # What was compared last stands on the dashboard until the job runs again.
    shown_wrong = abs(round(world.recon, 6)) >= 0.002
    # Customers charged twice and not paid back, and rows that lack or have no charge.
    hit = books.charged_twice() - books.refunded + known["missing_rows"] + known["phantom_rows"]
    return {
        "fault": world.now >= world.fault_at,
        "fallback": "ready",
        "faulty_running": writing_wrong,
        "wrong_now": world.wrong_now(),
        "charging_twice": round(world.doubling(), 2) > 0.2 or "replay_full" in books.under_way,
        "key_v2_on": k["key_v2"] >= 0.5,
        "paused": k["pause"] >= 0.5,
        "drained": world.drained(),
        "watermark": world.watermark_at is not None,
        "boundary_possible": world.drained() or world.gone(),
        "rolled_back": k["rollback"] >= 1,
        "patched": world.patched() >= 1,
        "agg_stopped": stopped,
        "agg_rolled_back": k["agg_rollback"] >= 1,
        "write_through": k["write_through"] >= 0.5,
        "ledger_rolled_back": k["ledger_rollback"] >= 1,
        "backlog": round(world.backlog),
        "replaying": bool(books.under_way),
        "recharged": books.recharged >= 1,
        "rows_missing": known["missing_rows"] >= 20,
        "rows_listed": books.missing - books.unlisted >= 20,
        "rows_phantom": known["phantom_rows"] >= 20,
        "replayed_eventid": k["replay_eventid"] > 0,
        "list_deleted": books.unlisted >= 1,
        "reconciled": not off["ledger"] and not world.wrong_now(),
        "three_way_clean": not (writing_wrong or counting_wrong or any(off.values()) or books.under_way),
        "refunds_begun": books.refunded + books.given_away >= 1,
        "refunded": not off["processor"],
        "adjusted": world.adjusted != 0,
        "merged": k["tighter"] > 0,
        "index_built": k["index"] >= 1,
        "recon_small": not shown_wrong,
        "billing_at_risk": active or (off["events"] and books.duplicates >= 1),
        "production_affected": active or counting_wrong or stopped or world.backlog > LONG_QUEUE,
        "data_at_risk": off["ledger"],
        "data_lost_or_security": off["ledger"],
        "correctness": any(off.values()) or world.adjusted != 0 or shown_wrong,
        "widespread": hit > MANY,
        "regression": active or miscounted or off["events"] or shown_wrong or world.backlog > SHORT_QUEUE,
        # One of the numbers is right and can be used meanwhile.
        "workaround": off["events"] and not (off["ledger"] or off["processor"] or spoiling),
        "auth_at_risk": False,
        "users_blocked": False,
        "mismatch_pct": known["mismatch_pct"],
    }


def figures(world: BillingState) -> Mapping[str, float]:
    """Return the true value of every figure people may state."""
    books = world.books
    twice, harm = books.charged_twice(), world.harm()
    return {
        "mismatch_pct": round(100 * world.recon, 4),
        "double_captures": round(twice, 1),
        "wrong_money_usd": round(twice * PRICE, 1),
        "doubles_per_minute": round(world.doubling(), 2),
        "duplicate_events": round(books.duplicates + books.recounted, 1),
        "missing_rows": round(books.without_row(), 1),
        "phantom_rows": round(books.phantom, 1),
        "invoices_affected": round(books.faulty, 1),
        "invoices_waiting": round(world.backlog, 1),
        **{name: round(harm[name], 1) for name in world.HARM},
    }
