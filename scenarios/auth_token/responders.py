"""Scripted responders of scenario A, and the simulated holders of its empty seats."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.auth_token.by_the_book import book
from scenarios.players.conditions import both, here, seen
from scenarios.players.derived import library
from scenarios.players.said import known, m, task
from scenarios.players.script import Script, Step, does, holders
from simulator import acts
from simulator.policy import Policy

# --- the one who cannot wait -----------------------------------------------------------------------------


def impatient(seats: Sequence[str]) -> Policy:
    """Roll back at once because it is the release; look at what it says afterwards."""
    return Script(
        [
            Step(20, "commander", does(acts.AcknowledgePage(alert="authn_reject_ratio_high"))),
            Step(30, "commander", does(acts.AssignRole(role="commander", to="commander"))),
            Step(45, "mitigation", does(acts.RunQuery(query="git_log"))),
            Step(120, "commander", does(acts.Declare(severity="SEV-2", title="auth-svc 4.18.0 is broken"))),
            Step(m(4), "mitigation", does(acts.TakeAction(action="rollback"))),
            Step(m(9), "comms", does(acts.UpdateStakeholders(audience="public", status="mitigating",
                 mitigation="rollback",
                 eta="point", next_update_minutes=30))),
            Step(m(12), "commander", does(acts.PageTeam(role="dba"))),
            Step(m(13), "mitigation", does(acts.RunQuery(query="compat_check"))),
            Step(m(14), "commander", does(task("dba", action="compat", due=10)),
                 both(here("dba"), seen("compat_check"))),
            Step(m(30), "mitigation", does(acts.RunQuery(query="revoke_dry_run"))),
            Step(m(32), "mitigation", does(acts.TakeAction(action="revoke")), seen("revoke_dry_run")),
            Step(m(42), "comms", does(acts.UpdateStakeholders(audience="public", status="recovered",
                 next_update_minutes=60))),
            # The commander has gone by then, without handing over.
            Step(m(45), "deputy", does(acts.RequestClosure(confidence="L3"))),
            Step(m(46), "deputy", does(acts.EndDrill(how="stopped"))),
        ],
        seats,
        {"meridian_eta": "quarter", "roll_back_now": "obey"},
    )  # fmt: skip


def wrong_cause(seats: Sequence[str]) -> Policy:
    """Believe the loudest story: an attack on the login page, then the provider with the yellow status page."""
    return Script(
        [
            Step(20, "commander", does(acts.AcknowledgePage(alert="authn_reject_ratio_high"))),
            Step(30, "commander", does(acts.AssignRole(role="commander", to="commander"))),
            Step(35, "commander", does(acts.AssignRole(role="deputy", to="deputy"))),
            Step(60, "commander", does(task("triage", "impact"))),
            Step(m(3), "commander", lambda b: acts.Declare(severity="SEV-1", title="Attack on the login page",
                 hypothesis="credential_stuffing", evidence=known(b, "impact")), seen("impact")),
            Step(m(4), "commander", does(acts.Freeze(scope=("edge-gw",)))),
            Step(m(4), "commander", does(acts.PageTeam(role="platform"))),
            Step(m(5), "triage", does(acts.StateHypothesis(cause="credential_stuffing", probability=0.9))),
            Step(m(6), "comms", does(acts.UpdateStakeholders(audience="public", status="investigating",
                 cause="credential_stuffing", next_update_minutes=20))),
            Step(m(8), "mitigation", does(acts.RecordOption(action="block_asn", coverage=("web", "mobile"),
                 minutes_to_effect=1, risk="no_effect_on_cause", reversal_minutes=1))),
            Step(m(9), "mitigation", does(acts.TakeAction(action="block_asn", executor="platform")), here("platform")),
            Step(m(14), "triage", does(acts.StateHypothesis(cause="idp_outage", probability=0.8))),
            Step(m(15), "mitigation", does(acts.TakeAction(action="idp_failover"))),
            Step(m(25), "comms", does(acts.UpdateStakeholders(audience="public", status="mitigating",
                 mitigation="idp_failover", next_update_minutes=30))),
            Step(m(26), "mitigation", does(acts.TakeAction(action="restart_pods"))),
            Step(m(52), "deputy", does(acts.EndDrill(how="stopped"))),
        ],
        seats,
        {"meridian_eta": "no_time", "roll_back_now": "facts", "compromised": "no_evidence"},
    )  # fmt: skip


RESPONDERS = library(book, hero="mitigation", impatient=impatient, wrong_cause=wrong_cause)
TEAMMATES = holders(book)
