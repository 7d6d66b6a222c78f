"""Scripted responders of scenario B, and the simulated holders of its empty seats.

The derived ones (slow, hero, silent, talker, null) come from `scenarios.players.derived.library`.
"""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.billing_mismatch.by_the_book import book
from scenarios.players.conditions import done, here, seen
from scenarios.players.derived import library
from scenarios.players.said import known, m, task
from scenarios.players.script import Script, Step, does, holders
from simulator import acts
from simulator.policy import Policy

# --- the one who cannot wait -----------------------------------------------------------------------------


def impatient(seats: Sequence[str]) -> Policy:
    """Roll back because it is the release, replay everything because that is what queues are for."""
    return Script(
        [
            Step(20, "commander", does(acts.AcknowledgePage(alert="revenue_ledger_mismatch"))),
            Step(30, "commander", does(acts.AssignRole(role="commander", to="commander"))),
            Step(45, "mitigation", does(acts.RunQuery(query="git_log"))),
            Step(120, "commander", does(acts.Declare(severity="SEV-2", title="billing-worker 2.6.0 is broken"))),
            Step(m(4), "mitigation", does(acts.TakeAction(action="rollback"))),
            Step(m(9), "comms", does(acts.UpdateStakeholders(audience="public", status="mitigating",
                 mitigation="rollback",
                 eta="point", next_update_minutes=30))),
            Step(m(12), "mitigation", does(acts.TakeAction(action="replay_full_now")), done("rollback")),
            Step(m(26), "data", does(acts.RunQuery(query="recon_now"))),
            Step(m(32), "commander", does(acts.AssignRole(role="commander", to="deputy"))),
            Step(m(36), "comms", does(acts.UpdateStakeholders(audience="public", status="recovered",
                 next_update_minutes=60))),
            Step(m(40), "deputy", does(acts.RequestClosure(confidence="L3"))),
            Step(m(42), "deputy", does(acts.EndDrill(how="stopped"))),
        ],
        seats,
        {"which_number": "ledger", "do_not_stop": "obey", "fix_dashboard": "do_it"},
    )  # fmt: skip


# --- the one who believes the first story ----------------------------------------------------------------


def wrong_cause(seats: Sequence[str]) -> Policy:
    """Believe the late consumer: wait for it, restart it, then blame the report and the volume."""
    return Script(
        [
            Step(20, "commander", does(acts.AcknowledgePage(alert="revenue_ledger_mismatch"))),
            Step(30, "commander", does(acts.AssignRole(role="commander", to="commander"))),
            Step(35, "commander", does(acts.AssignRole(role="deputy", to="deputy"))),
            Step(60, "commander", does(task("triage", "consumer_agg"))),
            Step(m(3), "commander", lambda b: acts.Declare(severity="SEV-2", title="revenue-agg lags behind",
                 hypothesis="consumer_lag", evidence=known(b, "consumer_agg")), seen("consumer_agg")),
            Step(m(4), "commander", does(acts.PageTeam(role="platform"))),
            Step(m(5), "triage", does(acts.StateHypothesis(cause="consumer_lag", probability=0.9))),
            Step(m(6), "comms", does(acts.UpdateStakeholders(audience="public", status="investigating",
                 cause="consumer_lag", next_update_minutes=20))),
            Step(m(12), "mitigation", does(acts.RecordOption(action="agg_restart", coverage=("events",),
                 minutes_to_effect=1, risk="no_effect_on_cause", reversal_minutes=1))),
            Step(m(13), "mitigation", does(acts.TakeAction(action="agg_restart", executor="platform")),
                 here("platform")),
            Step(m(20), "triage", does(acts.StateHypothesis(cause="report_lock", probability=0.8))),
            Step(m(20), "commander", does(acts.PageTeam(role="dba"))),
            Step(m(26), "mitigation", does(acts.TakeAction(action="worker_scale"))),
            Step(m(27), "comms", does(acts.UpdateStakeholders(audience="public", status="mitigating",
                 mitigation="worker_scale", next_update_minutes=30))),
            Step(m(34), "deputy", does(acts.AssignRole(role="commander", to="deputy"))),
            Step(m(52), "deputy", does(acts.EndDrill(how="stopped"))),
        ],
        seats,
        {"which_number": "neither_yet", "do_not_stop": "obey", "fix_dashboard": "refuse"},
    )  # fmt: skip


RESPONDERS = library(book, hero="mitigation", impatient=impatient, wrong_cause=wrong_cause)
TEAMMATES = holders(book)
