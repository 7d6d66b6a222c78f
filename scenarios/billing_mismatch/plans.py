"""What by_the_book makes of what it has seen in scenario B: which of the three sources is wrong, and what follows.

The plan is chosen by the sample of two hundred invoices, which reads all three sources itself: something twice means
that handlers are repeated, rows missing and nothing twice means that the ledger loses them, and nothing at all means
that no invoice is wrong and the sum is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.views import Briefing


@dataclass(frozen=True)
class Plan:
    """A cause, what stops it, what puts the books right, and what is true under it."""

    name: str
    cause: str
    affected: tuple[str, ...]
    lead: str
    """What stops it first, named in escalations, snapshots and updates."""
    back: str
    """The rollback that makes the cause go."""
    back_check: str
    """The query that shows what that rollback would do."""
    good: str
    """The revision to go back to."""
    repaired_by: str
    """The repair that updates name once things get better."""
    settled_by: tuple[tuple[str, int], ...]
    """Actions, and the seconds after each, before anything is verified."""
    verified_at: float
    """Minute of the drill from which on recovery is verified."""
    metrics: tuple[str, ...]
    """Series that are compared with a clean window."""
    watched: tuple[str, float]
    """Series and threshold at which the watch acts at once."""
    counted: tuple[str, str]
    """A count, and the query that gives it, by which the risk of waiting is put."""
    worse: float
    """Factor on that count if nothing is done for half an hour."""
    left: float
    """Factor on that count once it is over: what was only counted stays, what was mended is gone."""
    shown_by: tuple[str, ...]
    """Queries that the cause rests on."""
    noted: tuple[tuple[str, str], ...]
    """Figures of the decision note, and the queries that give them."""
    done: tuple[str, ...]
    """Actions the decision note names."""
    rejected: tuple[tuple[str, str], ...]
    risks: tuple[str, ...]
    """Residual risks; the first three go into the closing notes."""
    unknowns: tuple[str, ...]
    hardening: tuple[tuple[str, str, str, str, int], ...]
    told: tuple[str, str, str]
    """What the public hears while it is stopped, before it is over, and once it is."""
    answers: tuple[tuple[str, str], ...]
    """What askers are told whose question has another answer under each cause."""


DUAL = Plan(
    name="dual",
    cause="dual_write",
    affected=("events", "ledger", "processor"),
    lead="pause",
    back="rollback",
    back_check="rollback_check",
    good="rel-7702",
    repaired_by="replay_selective",
    settled_by=(("refund_list", 270), ("recompute", 0)),
    verified_at=35,
    metrics=("mismatch", "dlq", "dup_captures", "retries", "commit_p99"),
    watched=("retries", 5),
    counted=("duplicate_events", "by_attempt"),
    worse=1.6,
    left=1.0,
    shown_by=("by_attempt", "handler_diff", "sample_200"),
    noted=(("double_captures", "paygrid_list"), ("wrong_money_usd", "paygrid_list")),
    done=("key_off", "pause", "rollback", "replay_selective", "recompute", "refund_list"),
    rejected=(("hotfix", "time"),),
    risks=("statements_late", "no_business_key", "psp_nightly", "dlq_unwatched", "reports_again"),
    unknowns=("chargebacks_open", "other_consumers"),
    hardening=(
        ("dual_write", "prevent", "Write event and row in one transaction, through an outbox", "triage", 21),
        ("no_business_key", "prevent", "Unique index on invoice and charge", "dba", 3),
        ("psp_nightly", "detect", "Compare ledger and PayGrid every five minutes", "data", 14),
        ("dlq_unrouted", "detect", "Route the dead letter alert to the pager", "platform", 1),
        ("no_replay_runbook", "mitigate", "Runbook for replays, with dry runs and signatures", "data", 10),
    ),
    told=(
        "Invoices wait while we mend billing.",
        "Nobody is charged twice any more. Refunds come without asking.",
        "Billing is right again; everybody charged twice is refunded.",
    ),
    answers=(("do_not_stop", "stated_cost"), ("charged_twice", "refund_coming")),
)
BEHIND = Plan(
    name="behind",
    cause="write_behind",
    affected=("ledger",),
    lead="pause",
    back="ledger_rollback",
    back_check="ledger_plan",
    good="rel-7694",
    repaired_by="replay_eventid",
    settled_by=(("replay_eventid", 30),),
    verified_at=24,
    metrics=("mismatch", "ledger_dropped", "ahead", "dup_captures"),
    watched=("ledger_dropped", 1),
    counted=("missing_rows", "ledger_writes"),
    worse=1.6,
    left=0.0,
    shown_by=("ledger_writes", "by_attempt", "sample_200"),
    noted=(("mismatch_pct", "recon_now"), ("invoices_affected", "replay_bounds")),
    done=("pause", "ledger_rollback", "replay_eventid"),
    rejected=(("flag", "side_effect"), ("hotfix", "time")),
    risks=("drops_again", "no_business_key", "psp_nightly", "latent_retry", "reports_again"),
    unknowns=("other_consumers", "tax_reports"),
    hardening=(
        ("ack_before_row", "prevent", "Acknowledge a row once it is written, and not before", "data", 14),
        ("given_up_unwatched", "detect", "Page when ledger-svc gives a batch up", "platform", 2),
        ("psp_nightly", "detect", "Compare ledger and PayGrid every five minutes", "data", 14),
        ("no_replay_runbook", "mitigate", "Runbook for replays, with dry runs and signatures", "data", 10),
    ),
    told=(
        "Invoices wait while we mend our records. Nobody is charged wrongly.",
        "Records are right again; nobody was charged wrongly.",
        "Records are right again; invoices that showed as unpaid are settled.",
    ),
    answers=(("do_not_stop", "stated_cost"), ("charged_twice", "none_found")),
)
RECOUNT = Plan(
    name="recount",
    cause="agg_rereads",
    affected=("events",),
    lead="agg_stop",
    back="agg_rollback",
    back_check="agg_plan",
    good="rel-7689",
    repaired_by="recompute",
    settled_by=(("recompute", 30), ("agg_start", 60)),
    verified_at=22,
    metrics=("mismatch", "agg_again", "lag_agg", "ahead"),
    watched=("agg_again", 2),
    counted=("duplicate_events", "agg_reads"),
    worse=1.6,
    left=1.0,
    shown_by=("agg_reads", "recon_psp", "by_attempt"),
    noted=(("duplicate_events", "agg_reads"), ("mismatch_pct", "recon_now")),
    done=("agg_stop", "agg_rollback", "recompute"),
    rejected=(("flag", "coverage"), ("hotfix", "time")),
    risks=("agg_again", "latent_retry", "psp_nightly", "reports_again"),
    unknowns=("other_consumers", "tax_reports"),
    hardening=(
        ("agg_at_least_once", "prevent", "Count each event once, whatever is read again", "data", 14),
        ("agg_unwatched", "detect", "Alert on messages that revenue-agg takes again", "platform", 5),
        ("two_derived", "detect", "Compare what was published with what was counted", "data", 14),
    ),
    told=(
        "A revenue figure of ours is too high. Nobody is charged wrongly.",
        "Our revenue figure is right again; nobody was charged wrongly.",
        "Our revenue figure is right again; no invoice was ever wrong.",
    ),
    answers=(("do_not_stop", "not_needed"), ("charged_twice", "none_found")),
)
TELLING = ("sample_200", "by_attempt")
"""Queries whose outputs decide between the plans, and give the first of them something to rest on."""


def plan_of(b: Briefing) -> Plan:
    """Return the plan that fits what has been seen; until something speaks against it, that of a repeated handler."""
    twice, missing = (_sampled(b, row) for row in ("events twice or more", "no ledger row"))
    if twice is None or missing is None or twice:
        return DUAL
    return BEHIND if missing else RECOUNT


def _sampled(b: Briefing, row: str) -> int | None:
    """Return how many of the sampled invoices a row of the sample counts; None while there is no sample."""
    result = b.latest_result("sample_200")
    found = re.search(rf"^{row} +(\d+)", result.output, re.MULTILINE) if result else None
    return int(found[1]) if found else None
