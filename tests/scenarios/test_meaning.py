"""Changes of a good scenario that read well and mean something wrong: each is named, and where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.declared import sense
from scenarios.lint.files import check_text
from tests.scenarios.drills import changed, problems
from tests.shipped import text as shipped

DRILL: dict[str, tuple[tuple[str, str], str]] = {
    "an unknown lever": (("set: {guard: 1}", "set: {gard: 1}"), "moves.guard.set: unknown name 'gard'"),
    "an unknown check": (("check: purge_dry", "check: purge_dy"), "moves.purge.check: unknown name 'purge_dy'"),
    "an unknown claim": (("claims: retry_button", "claims: retry_buton"), "claims: unknown name 'retry_buton'"),
    "an unknown fact": (("when: {throttled: true}", "when: {throtled: true}"), "unknown name 'throtled'"),
    "an unknown rate": (("rate: 0.02 * total(twice)", "rate: 0.02 * total(twce)"), "unknown name 'twce'"),
    "an unknown way back": (("undo: unthrottle", "undo: unthrotle"), "moves.throttle.undo: unknown name 'unthrotle'"),
    "an unknown class": (("dependency: queue", "dependency: queu"), "no playbook has the class 'queu'"),
    "no unit of time": (("takes: 70s", "takes: 70 sec"), "'70 sec' is not a time"),
    "coverage": (("risk: Messages still come twice", "risk: Messages still come twice, treats: [mail]"),
                 "moves.guard.treats: says mail; the world says charge"),
    "minutes to effect": (("risk: Doubles stay in the books", "risk: Doubles stay in the books, minutes: 1"),
                          "moves.rollback.minutes: says 1; the world says"),
    "the scale of a harm": (("rate: lag, weight: 0.35}", "rate: lag, weight: 0.35, scale: 9000000}"),
                            "world.harm.late_minutes.scale: is 9e+06; doing nothing costs"),
    "no indicator of a group": (("by_group:", "lag: 30 #"), "nothing that people could measure shows it"),
    "an alert that never fires": (("above: 2500", "above: 250000"), "signals.lag.page: never pages"),
    "a severity fact nobody asks for": (("billing_at_risk:", "billing_at_rsk:"), "asks for 'billing_at_rsk'"),
    "a merge nothing holds": (("freeze: [consumer, checkout]", "freeze: [checkout]"), "is not in overlay.freeze_scope"),
    "nobody who speaks": (("  comms:\n    handle: comms-lead\n    team: Support\n",
                           "  comms:\n    handle: comms-lead\n    team: Support\n    page: 4m\n"), "no seat speaks"),
    "a seat by another name": (("  comms:\n    handle", "  liaison:\n    handle"), "no seat speaks"),
    "nobody who can do it": (("undo_minutes: 240,", "undo_minutes: 240, by: [],"), "by: nobody here can do it"),
    "a lever of a pulse that lasts": (("set: {purged: 1}, for: 3m", "set: {purged: 1, guard: 1}, for: 3m"),
                                      "moves.purge.for: turns 'guard' for 180 s, and 'guard' for another time"),
    "harm without bounds": (("rate: lag, weight: 0.35}", "rate: lag * 1e14 * 1e14, weight: 0.35}"),
                            "world.harm.late_minutes: grows beyond all bounds"),
    "more mends than can be tried": (("mend: [rollback]", f"mend: [{', '.join(['rollback'] * 7)}]"), "course.mend: "),
    "a week": (("dependency: queue", "dependency: queue\nhorizon: 168h"), "horizon: "),
    "a month before": (("dependency: queue", "dependency: queue\nstarts: -720h"), "starts: "),
    "a horizon of three hours": (("dependency: queue", "dependency: queue\nhorizon: 180m"), "180 minutes, and the"),
    "an ask without a right answer": (
        ('    right: "Counted from the ledger, as an interval, at the next update",\n', ""), "no answer is right"),
    "a time by hand": (('shows: "300, as every day', 'shows: "300 at 09:41, as every day'),
                       "has the time 09:41 by hand"),
    "a start without a zone": (("09:30:00Z", "09:30:00"), "has no zone"),
    "a trap that is cheap": (("scale: 12000", "scale: 12000000"), "moves.purge: is a trap and costs"),
    "a stock below zero": (("    doubled: twice\n", "    doubled: twice - 900\n"), "state.doubled: would fall"),
    "a false cause that takes long to kill": (("takes: 40s, about: impact,\n    kind: receipt, tells",
                                               "takes: 4m, about: impact,\n    kind: receipt, tells"), "takes 240 s"),
}  # fmt: skip
LONG: dict[str, tuple[tuple[str, str], str]] = {
    "a page to somebody absent": (("severity: critical, page: mitigation", "severity: critical, page: mobile"),
                                  "pages mobile, who is not there at T+0"),
    "a window that gives the fault away": (("baseline: {from: -58, to: -48}", "baseline: {from: -25, to: -15}"),
                                           "ends where the fault begins"),
    "no contract of fiction": (("This is a simulation. Commands", "Commands"), "does not speak of 'simulation'"),
}  # fmt: skip


@pytest.mark.parametrize("name", DRILL)
def test_a_change_of_a_drill_is_named(name: str) -> None:
    change, said = DRILL[name]
    found = [str(one) for one in problems(changed(change), Path("queue_twice/drill.yaml"))]
    assert any(said in one for one in found), found
    assert all(one.startswith("queue_twice/drill.yaml:") for one in found)


def test_a_step_that_is_too_coarse_is_named_with_one_that_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("COARSE", "MATTERS"):
        monkeypatch.setattr(sense, limit, 0.0)
    found = [str(one) for one in problems(changed(), Path("queue_twice/drill.yaml"))]
    assert any("world: 15 s is too coarse" in one and "write `step: 3s`" in one for one in found), found


@pytest.mark.parametrize("name", LONG)
def test_a_change_of_a_scenario_spelled_out_is_named(name: str) -> None:
    (old, new), said = LONG[name]
    assert old in shipped()
    found = [str(one) for one in check_text(shipped().replace(old, new), "scenario.yaml")]
    assert any(said in one for one in found), found
