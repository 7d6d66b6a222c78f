"""What can be seen of scenario B's world: observable quantities and the data templates print.

Exact values; the measurement layer adds scrape, lag and noise.
"""

from __future__ import annotations

from typing import Any

from scenarios.billing_mismatch.books import BEFORE, Counts
from scenarios.billing_mismatch.facts import figures
from scenarios.billing_mismatch.faults import reporting
from scenarios.billing_mismatch.rates import EVENTS_EACH, LOCKED, LOST_EACH, PRICE, UNLOCKED, USUAL
from scenarios.billing_mismatch.sampling import between, sample
from scenarios.billing_mismatch.state import BillingState

REBALANCED, CAUGHT_UP = 120, 360
"""Drill seconds between which revenue-agg lags behind a rebalance."""
NOTHING: Counts = (0.0, 0.0, 0.0, 0.0)


def _locked(world: BillingState) -> bool:
    return LOCKED <= world.now - world.fault_at <= UNLOCKED or reporting(world.knob)


def commit_p99(world: BillingState) -> float:
    """Return the 99th percentile of a ledger commit in seconds; the faulty release cuts it off at its time-out."""
    if max(world.faulty_share * world.timing_out, world.dropping) > 0.01 and world.working > 0:
        return 2.0
    waits = 1.6 if _locked(world) else 0.0
    return float(0.6 * (world.arriving / USUAL) ** 0.3 + waits)


def agg_lag(world: BillingState) -> float:
    """Return the messages revenue-agg is behind."""
    if REBALANCED <= world.now < CAUGHT_UP:
        return 2400.0
    return (25.0 if world.knob["agg_restart"] else 10.0) + world.books.uncounted


def _cpu(world: BillingState) -> float:
    """Return the processor use of the ledger's database."""
    knob = world.knob
    usual = 0.31 + 0.12 * (world.arriving / USUAL - 1) + (0.3 if _locked(world) else 0.0)
    return usual + 0.05 * knob["worker_scale"] - 0.03 * knob["kill_reports"] + 0.04 * knob["write_through"]


def observe(world: BillingState) -> dict[str, float]:
    """Return every observable: ratios 0-1, rates a minute, seconds, counts, dollars."""
    books, knob = world.books, world.knob
    retried = world.retried()
    working = world.working
    lost = retried * LOST_EACH
    dropped = working * world.dropping
    again = world.counting * world.rereading
    events, rows, captures = world.writing
    keyed = working * world.faulty_share * (1.0 if knob["key_v2"] >= 0.5 else 0.0)
    return {
        "mismatch": abs(world.recon),
        "mismatch_psp": (books.captured - books.ledger) / books.ledger + 0.0001,
        "invoices": world.arriving,
        "processed": working,
        "retries": 0.4 + retried * EVENTS_EACH,
        "ahead": retried * EVENTS_EACH + lost + dropped,
        "dup_suspected": 0.1 + 1.13 * world.doubling() + (1200.0 if "replay_full" in books.under_way else 0.0),
        "dlq": 0.0 if books.unlisted else books.missing,
        "commit_p99": commit_p99(world),
        "lag_worker": 40.0 * world.arriving / USUAL + world.backlog,
        "lag_agg": agg_lag(world),
        "tickets": 0.3 + world.tickets,
        "captures": captures,
        "events": events,
        "ledger_rows": rows,
        "waiting": world.backlog,
        "revenue_shown": (books.events - world.adjusted) * PRICE,
        "revenue_booked": books.ledger * PRICE,
        "key_v2": 1.0 if knob["key_v2"] >= 0.5 else 0.0,
        "consuming": 0.0 if knob["pause"] >= 0.5 else 1.0,
        "pods_faulty": float(round(18 * world.faulty_share)),
        "lock_waits": 38.0 if _locked(world) or world.timing_out >= 0.2 else 0.3 + 1.1 * knob["role_timeout"],
        "ledger_cpu": _cpu(world),
        "refunds": 0.8 + world.refunding + world.refunding_wrong,
        "promo_clicks": 0.0 if world.now - world.fault_at < 52 * 60 else 310.0,
        "fraud_flags": 0.6 + 0.02 * (world.arriving / USUAL - 1) + 4.0 * knob["fraud_rule"],
        "dlq_heard": books.missing if knob["dlq_route"] and not books.unlisted else 0.0,
        "rounding": 0.00018,
        "lost_lines": lost,
        "agg_again": 0.2 + again,
        "ledger_dropped": dropped,
        "again_lines": again,
        "cancelled_lines": retried + dropped / (EVENTS_EACH + LOST_EACH),
        "retry_keyed": retried * knob["key_v2"],
        "retry_known": retried * (1 - knob["key_v2"]),
        "rebalance_lines": 3.0 if REBALANCED - 60 <= world.now < REBALANCED + 60 else 0.0,
        "paused_lines": 1.0 if knob["pause"] >= 0.5 else 0.0,
        "replay_lines": max(0.0, rows - working) if books.under_way else 0.0,
        "pods_old": float(18 - round(18 * world.faulty_share)),
        "calm_new": max(0.0, working * world.faulty_share - retried),
        "calm_old": working * (1 - world.faulty_share),
        "first_new": keyed,
        "first_old": max(0.0, working - keyed),
        "second_lines": world.doubling(),
    }


def _samples(world: BillingState) -> dict[str, Any]:
    books, at = world.books, world.now
    total = books.counts()
    large = sample(total, 1200, at + 30)
    recent = next((counts for noted, counts in books.marks if noted >= at - 1200), NOTHING)
    ends = [NOTHING, *books.strata, total]
    names = ("before 10:12", "10:12 to 10:37", "since 10:37")
    strata = [
        {"name": name, "invoices": round(until[0] - since[0]), **sample(between(since, until), 400, at + 45 * i)}
        for i, (name, since, until) in enumerate(zip(names, ends, ends[1:], strict=False))
    ]
    pooled = {
        kind: sum(s["invoices"] * s[kind]["share"] for s in strata) / max(1, sum(s["invoices"] for s in strata))
        for kind in ("dup", "double", "missing")
    }
    return {
        "random": sample(total, 200, at),
        "large": large,
        "recent": sample(between(recent, total), 200, at + 15),
        "strata": strata,
        "pooled": pooled,
        "estimate": {end: max(1.0, books.faulty) * large["double"][end] for end in ("low", "high")},
    }


def context(world: BillingState) -> dict[str, Any]:
    """Return what templates print: tables, counts and states as plain data."""
    books, knob = world.books, world.knob
    twice = books.charged_twice()
    patched = world.patched()
    bad_share = max(world.faulty_share * world.timing_out, world.dropping, world.rereading)
    producing = bad_share > 0.0001
    off = world.outside()
    known = world.faults.keys_known(knob, patched > 0)
    return {
        "recon": world.recon,
        "recon_at": world.recon_at,
        "mismatch": world.mismatch(),
        "mismatch_psp": round((books.captured - books.ledger) / books.ledger, 9) + 0.0,
        "shown": round(books.events - world.adjusted),
        "booked": round(books.ledger), "captured": round(books.captured),
        "faulty": round(books.faulty), "processed": round(books.processed),
        "duplicates": round(books.duplicates), "doubles": round(twice), "doubles_usd": twice * PRICE,
        "missing": round(books.without_row()), "given_up": round(books.missing),
        "phantom": round(books.phantom), "recharged": round(books.recharged),
        "listed": 0 if books.unlisted else round(books.missing),
        "refunded": round(books.refunded),
        "to_refund": round(max(0.0, twice - books.refunded)),
        "blind_hits": round(50 * min(1.0, twice / max(1.0, books.duplicates + books.recounted))),
        "refund_blind": round(max(0.0, books.duplicates + books.recounted - books.refunded)),
        "keys_known": round(books.processed * known), "would_charge": round(books.processed * (1 - known)),
        "rate": {
            "arriving": round(world.arriving), "working": round(world.working), "retried": world.retried(),
            "doubles": world.doubling(), "dups": world.retried() * EVENTS_EACH, "lost": world.retried() * LOST_EACH,
            "again": world.counting * world.rereading,
            "dropped": world.working * world.dropping,
        },
        "agg": {
            "stopped": knob["agg_stop"] >= 0.5, "share": knob["agg_rollback"], "waiting": round(books.uncounted),
            "version": "4.0.8" if knob["agg_rollback"] >= 1 else "4.1.0", "again": round(books.recounted),
            "taken": round(books.billed + books.duplicates - books.uncounted),
        },
        "ledger": {
            "version": "8.1.6" if knob["ledger_rollback"] >= 1 else "8.2.0", "share": knob["ledger_rollback"],
            "behind": "OFF" if knob["write_through"] >= 0.5 else "ON", "dropped": round(books.dropped),
            "acknowledged": round(books.billed - books.missing),
        },
        "backlog": round(world.backlog),
        "paused": knob["pause"] >= 0.5, "drained": world.drained(),
        "paused_seconds": 0 if world.paused_at is None else world.now - world.paused_at,
        "watermark": world.watermark_at is not None, "watermark_at": world.watermark_at or 0,
        "position": 86022 + round((books.billed - BEFORE) / 12),
        "offset": 86022 + round(books.faulty / 12), "lag": round(40 * world.arriving / USUAL / 12 + world.backlog / 12),
        "lag_agg": round(agg_lag(world)),
        "key_v2": "ON" if knob["key_v2"] >= 0.5 else "OFF",
        "rollback": knob["rollback"], "rolled_back": knob["rollback"] >= 1,
        "patched": patched,
        "pods": {"old": round(18 * knob["rollback"]), "new": 18 - round(18 * knob["rollback"])},
        "reporting": reporting(knob),
        "broke_glass": knob["break_glass"] > 0,
        "merged": knob["tighter"] > 0, "adjusted": world.adjusted != 0,
        "list_deleted": books.unlisted >= 1,
        "bad_now": world.wrong_now(), "producing": producing,
        "canary_bad": round(50 * (bad_share if world.faults.rereads or world.faults.drops else world.timing_out))
        if producing else 0,
        "commit_p99": commit_p99(world),
        "sources": {name: {"off": share, "ok": share <= world.tolerance[name]} for name, share in off.items()},
        "sample": _samples(world),
        "tickets": {"rate": 0.3 + world.tickets, "double": round(world.tickets_total)},
        "figures": figures(world),
    }  # fmt: skip
