"""Scripted responders of scenario C, and the simulated holders of its empty seats."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.permission_leak.by_the_book import book
from scenarios.players.conditions import here, seen
from scenarios.players.derived import library
from scenarios.players.said import known, m, task
from scenarios.players.script import Script, Step, does, holders
from simulator import acts, values
from simulator.policy import Policy

# --- the one who cannot wait -----------------------------------------------------------------------------


def impatient(seats: Sequence[str]) -> Policy:
    """Patch at once because it is three lines; tell leadership all about it meanwhile."""
    return Script(
        [
            Step(30, "commander", does(acts.AssignRole(role="commander", to="commander"))),
            Step(40, "mitigation", does(acts.RunQuery(query="key_diff"))),
            Step(45, "triage", does(acts.RunQuery(query="repro_warm"))),
            Step(120, "commander", does(acts.Declare(severity="SEV-2", title="Preview permissions")), seen("key_diff")),
            Step(m(4), "mitigation", does(acts.TakeAction(action="patch")), seen("key_diff")),
            Step(m(9), "commander", does(acts.UpdateExecutives(impact=values.Figure(name="reads_total", low=3),
                 cause="decision_key", mitigation="patch", eta="point", next_update_minutes=30))),
            Step(m(12), "commander", does(acts.PageTeam(role="platform"))),
            # Command is passed on in the door, without a word; what follows comes from whoever has it then.
            Step(m(27), "commander", does(acts.AssignRole(role="commander", to="deputy"))),
            Step(m(40), "mitigation", does(acts.TakeAction(action="purge")),
                 lambda b: (run := b.incident.last_run("action", "patch")) is not None and run.state == "done"),
            Step(m(44), "commander", does(acts.UpdateStakeholders(audience="internal", status="recovered",
                 next_update_minutes=60))),
            Step(m(45), "commander", does(acts.RequestClosure(confidence="L3"))),
            Step(m(46), "commander", does(acts.EndDrill(how="stopped"))),
        ],
        seats,
        {"leadership_asks": "explain", "ciso_asks": "no_comment", "call_it": "yes"},
    )  # fmt: skip


# --- the one who follows the red herring -----------------------------------------------------------------


def wrong_cause(seats: Sequence[str]) -> Policy:
    """Believe the loudest story: a crawler on the route, then roles that are cached too long."""
    return Script(
        [
            Step(30, "commander", does(acts.AssignRole(role="commander", to="commander"))),
            Step(35, "commander", does(acts.AssignRole(role="deputy", to="deputy"))),
            Step(50, "deputy", does(acts.TakeAction(action="open_room", executor="deputy"))),
            Step(60, "commander", does(task("triage", "repro_cold"))),
            Step(60, "commander", does(task("security", "waf_top"))),
            Step(m(3), "commander", lambda b: acts.Declare(severity="SEV-1", title="Attack on previews",
                 hypothesis="crawler", evidence=known(b, "repro_cold", "waf_top")), seen("repro_cold")),
            Step(m(4), "commander", does(acts.Freeze(scope=("share-svc",)))),
            Step(m(4), "commander", does(acts.PageTeam(role="platform"))),
            Step(m(5), "triage", does(acts.StateHypothesis(cause="crawler", probability=0.9))),
            Step(m(6), "deputy", does(acts.UpdateStakeholders(audience="restricted", status="investigating",
                 cause="crawler", next_update_minutes=20))),
            Step(m(8), "mitigation", does(acts.RecordOption(action="waf_rule", coverage=("europe",),
                 minutes_to_effect=1, risk="no_effect_on_cause", reversal_minutes=1))),
            Step(m(10), "mitigation", does(acts.TakeAction(action="waf_rule", executor="platform")), here("platform")),
            Step(m(14), "triage", does(acts.StateHypothesis(cause="role_cache", probability=0.8))),
            Step(m(15), "mitigation", does(acts.TakeAction(action="role_cache_flush"))),
            Step(m(18), "mitigation", does(acts.TakeAction(action="ui_flag"))),
            Step(m(25), "deputy", does(acts.UpdateStakeholders(audience="restricted", status="mitigating",
                 mitigation="role_cache_flush", next_update_minutes=30))),
            Step(m(26), "security", does(acts.TakeAction(action="sign_out"))),
            Step(m(52), "deputy", does(acts.EndDrill(how="stopped"))),
        ],
        seats,
        {"leadership_asks": "protected", "ciso_asks": "holding"},
    )  # fmt: skip


RESPONDERS = library(book, hero="mitigation", impatient=impatient, wrong_cause=wrong_cause)
TEAMMATES = holders(book)
