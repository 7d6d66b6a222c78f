"""What by_the_book makes of what it has seen in scenario B: which of the three sources is wrong, and what follows.

The plan is chosen by the sample of two hundred invoices, which reads all three sources itself: something twice means
that handlers are repeated, rows missing and nothing twice means that the ledger loses them, and nothing at all means
that no invoice is wrong and the sum is.
"""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.players import plan as plans
from scenarios.players.plan import Choice
from scenarios.players.said import below, finding
from simulator import values
from simulator.briefing import Briefing


@dataclass(frozen=True, kw_only=True)
class Plan(plans.Plan):
    """A plan of scenario B."""

    back_check: str
    """The query that shows what the rollback would do."""
    looks: tuple[tuple[str, str], ...] = ()
    """Who looks at what besides, once the plan is settled: role and query."""
    shown_by: tuple[str, ...]
    """Queries that the cause rests on."""
    against_lag: tuple[str, ...]
    """Queries that speak against a late consumer."""
    cards: tuple[tuple[str, tuple[str, ...], float, str, float], ...]
    """Option cards: action, coverage, minutes to effect, risk, minutes to undo."""
    stops: Choice
    """How it is stopped."""
    rolls_back: Choice
    """How the faulty release goes."""
    repaired_by: str
    """The repair that updates name once things get better."""
    repair: tuple[float, tuple[str, ...], str]
    """Minutes to undo that repair, what it touches, and the query that shows it beforehand."""
    replayed: str
    """What replaying everything would do instead."""
    verified_at: float
    """Minute of the drill from which on recovery is verified."""
    counted: tuple[str, str]
    """A count, and the query that gives it, by which the risk of waiting is put."""
    worse: float = 1.6
    """Factor on that count if nothing is done for half an hour."""
    left: float
    """Factor on that count once it is over: what was only counted stays, what was mended is gone."""
    told: tuple[str, str, str]
    """What the public hears while it is stopped, before it is over, and once it is."""
    told_up: tuple[str, str]
    """What executives hear once it is stopped, and once it is over."""
    watches: str
    """What triage watches until the checkpoint."""
    answers: tuple[tuple[str, str], ...]
    """What askers are told whose question has another answer under each cause."""
    stop_at: tuple[str, float] = ("mismatch", 0.02)
    ask: str = "finance_hands"
    need: str = "release_stop"
    next_owner: str = "data"

    def impact(self, b: Briefing) -> values.Figure:
        """Return events over ledger as the panel shows it now, in percent."""
        return values.Figure(name="mismatch_pct", low=round(100 * (b.latest("mismatch") or 0.0), 3))


DUAL = Plan(
    name="dual",
    cause="dual_write",
    affected=("events", "ledger", "processor"),
    lead="pause",
    back="rollback",
    back_check="rollback_check",
    good="rel-7702",
    repaired_by="replay_selective",
    settled_by=(("refund_list", 1, 270), ("recompute", 1, 0)),
    verified_at=35,
    metrics=("mismatch", "dlq", "dup_captures", "retries", "commit_p99"),
    watched=("retries", 5),
    counted=("duplicate_events", "by_attempt"),
    left=1.0,
    shown_by=("by_attempt", "handler_diff", "sample_200"),
    noted=(("double_captures", "paygrid_list"), ("wrong_money_usd", "paygrid_list")),
    done=("key_off", "pause", "rollback", "replay_selective", "recompute", "refund_list"),
    rejected=(("hotfix", "time"),),
    risks=("statements_late", "psp_nightly", "no_business_key", "dlq_unwatched", "reports_again"),
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
    against_lag=("by_attempt",),
    cards=(
        ("key_off", ("processor",), 1.5, "books_drift_on", 1.5),
        ("pause", ("events", "ledger", "processor"), 1, "invoices_wait", 1),
    ),
    stops=Choice(
        ("key_off", "pause"),
        "quickest_undo",
        ("by_attempt", "handler_diff", "sample_200"),
        1.5,
        ("invoices_wait", "books_drift_on", "known_twice_stay"),
        below("dup_captures", 1),
    ),
    rolls_back=Choice(
        ("rollback",),
        "covers_rest",
        ("rollback_check", "replay_bounds", "by_attempt", "handler_diff", "recon_psp"),
        6,
        ("replay_recharges", "known_debt"),
        below("retries", 2, 15),
    ),
    repair=(15, ("known_twice_stay",), "selective_dry_run"),
    replayed="charges_again",
    told_up=("Charging stopped; the faulty release is going.", "Books agree; refunds are out; watch on."),
    watches="Watch retries until the checkpoint",
    uncertain=("chargebacks_open", "tax_reports"),
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
    settled_by=(("replay_eventid", 1, 30),),
    verified_at=24,
    metrics=("mismatch", "ledger_dropped", "ahead", "dup_captures"),
    watched=("ledger_dropped", 1),
    counted=("missing_rows", "ledger_writes"),
    left=0.0,
    shown_by=("ledger_writes", "by_attempt", "sample_200"),
    noted=(("mismatch_pct", "recon_now"), ("invoices_affected", "replay_bounds")),
    done=("pause", "ledger_rollback", "replay_eventid"),
    rejected=(("flag", "side_effect"), ("hotfix", "time")),
    risks=("drops_again", "psp_nightly", "no_business_key", "latent_retry", "reports_again"),
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
    looks=(("triage", "ledger_writes"), ("mitigation", "ledger_plan")),
    against_lag=("by_attempt", "recon_psp"),
    cards=(
        ("pause", ("ledger",), 1, "invoices_wait", 1),
        ("write_through", ("ledger",), 1, "errors_return", 1),
    ),
    stops=Choice(
        ("pause",),
        "quickest_undo",
        ("ledger_writes", "by_attempt", "sample_200"),
        1.5,
        ("invoices_wait",),
        below("ledger_dropped", 1),
    ),
    rolls_back=Choice(
        ("ledger_rollback",),
        "covers_rest",
        ("ledger_plan", "replay_bounds", "ledger_writes", "handler_diff", "recon_psp"),
        4,
        ("rows_in_memory",),
        below("ledger_dropped", 2, 15),
    ),
    repair=(15, ("ledger",), "eventid_dry_run"),
    replayed="charges_again",
    told_up=("Charging stopped; the faulty release is going.", "All three sources agree; watch on."),
    watches="Watch retries until the checkpoint",
    uncertain=("other_consumers", "tax_reports"),
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
    settled_by=(("recompute", 1, 30), ("agg_start", 1, 60)),
    verified_at=22,
    metrics=("mismatch", "agg_again", "lag_agg", "ahead"),
    watched=("agg_again", 2),
    counted=("duplicate_events", "agg_reads"),
    left=1.0,
    shown_by=("agg_reads", "recon_psp", "by_attempt"),
    noted=(("duplicate_events", "agg_reads"), ("mismatch_pct", "recon_now")),
    done=("agg_stop", "agg_rollback", "recompute"),
    rejected=(("flag", "coverage"), ("hotfix", "time")),
    risks=("agg_again", "psp_nightly", "latent_retry", "reports_again"),
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
    looks=(("triage", "agg_reads"), ("mitigation", "agg_plan"), ("triage", "consumer_agg")),
    against_lag=("agg_reads", "consumer_agg"),
    cards=(
        ("agg_stop", ("events",), 1, "number_stands", 1),
        ("pause", ("events",), 1, "invoices_wait", 1),
    ),
    stops=Choice(
        ("agg_stop",),
        "quickest_undo",
        ("agg_reads", "recon_psp", "by_attempt", "sample_200", "one_invoice"),
        1,
        ("number_stands",),
        below("agg_again", 2),
        owner="data",
    ),
    rolls_back=Choice(
        ("agg_rollback",),
        "covers_rest",
        ("agg_plan", "agg_reads", "recon_psp"),
        4,
        ("reads_again",),
        below("agg_again", 2, 15),
    ),
    repair=(2, ("bakes_in",), "recon_psp"),
    replayed="books_worse",
    told_up=("The ledger is right; revenue-agg counted some of it twice.", "All three sources agree; watch on."),
    watches="Watch what is published until the checkpoint",
    uncertain=("other_consumers", "tax_reports"),
)
TELLING = ("sample_200", "by_attempt")
"""Queries whose outputs decide between the plans, and give the first of them something to rest on."""


def plan_of(b: Briefing) -> Plan:
    """Return the plan that fits what has been seen; until something speaks against it, that of a repeated handler."""
    twice, missing = (finding(b, "sample_200", row) for row in ("twice_or_more", "no_ledger_row"))
    if twice is None or missing is None or twice:
        return DUAL
    return BEHIND if missing else RECOUNT
