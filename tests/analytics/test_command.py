"""What the command playbook's predicates of roles, scope and mitigation find: met, partly, missed, not observed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analytics import builders as b
from tests.analytics.commanding import FIVE, Case, check, found, lane, scenario, scope

# --- roles and severity ----------------------------------------------------------------------------------------

NAMED = {"posts": ["commander", "scribe"], "lanes": ["mitigation", "comms"]}


def four(at: str = "03:00", scribe: str = "deputy") -> b.Lines:
    return [
        *b.in_command(at), *b.in_command(at, seat=scribe, role="scribe"),
        *lane(at, "mitigation", "mitigation"), *lane(at, "comms", "comms"),
    ]  # fmt: skip


@pytest.mark.parametrize("case", [
    Case(four, "met", 10, "deputy was scribe from T+03:00"),
    Case(lambda: four(scribe="commander"), "met", 10, "commander was scribe"),
    Case(lambda: four("15:00"), "partial", 5, "late"),
    Case(lambda: b.in_command("03:00"), "partial", 2.5, "Nobody was scribe"),
    Case(lambda: four("25:00"), "missed", 0, "too late"),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_four_roles_are_named(case: Case) -> None:
    check("roles_named", case, **NAMED)


def test_who_decides_next_is_a_role_too() -> None:
    without = found("roles_named", b.drill(four(), of=scenario()), decides=True, **NAMED)
    assert "who decides next" in without.why
    assert without.points == 8
    lines = [*four(), *b.query("02:00", "zones"), *b.packet("04:00")]
    assert found("roles_named", b.drill(lines, of=scenario()), decides=True, **NAMED).status == "met"


@pytest.mark.parametrize("case", [
    Case(lambda: [*b.query("02:00", "impact"), *b.declare("04:00", "SEV-3", ["query:impact"])], "met", 10),
    Case(lambda: [*b.query("02:00", "impact"), *b.declare("04:00", "SEV-2", ["query:impact"])], "partial", 7.3,
         "right for"),
    Case(lambda: b.declare("04:00", "SEV-3"), "partial", 6.7, "nothing linked"),
    Case(lambda: [*b.query("02:00", "impact"), *b.declare("04:00", "SEV-4", ["query:impact"])], "partial", 3.3),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_the_severity_is_right_and_stays_so(case: Case) -> None:
    """The fixture's only fact is a dependency at risk, which the command playbook calls medium."""
    check("severity_level", case)


# --- scope and impact --------------------------------------------------------------------------------------------


def shown(*, at: str = "03:00") -> b.Lines:
    return [*b.query(at, "impact"), *b.query(at, "zones"), *b.query(at, "git_log")]


ALL_TRUE = ("people", "part", "path", "release")


@pytest.mark.parametrize("case", [
    Case(lambda: [*shown(), *scope("05:00", *ALL_TRUE, unknown=("tenants",))], "met", 10),
    Case(lambda: [*shown(), *scope("05:00", *ALL_TRUE)], "partial", 8, "Tenants: not said"),
    Case(lambda: [*shown(), *scope("15:00", *ALL_TRUE, unknown=("tenants",))], "partial", 5, "late"),
    Case(lambda: [*shown(), *scope("05:00", *ALL_TRUE, unknown=("tenants",), evidence=())], "partial", 5),
    Case(lambda: [*shown(), *scope("05:00", *ALL_TRUE, "robots", "other", "one_customer")], "partial", 4, "not so"),
    Case(lambda: [*shown(at="12:00"), *scope("05:00", *ALL_TRUE)], "missed", 0),
    Case(lambda: [*b.query("03:00", "impact"), *scope("05:00", "people", "path", unknown=("fault_domain", "tenants"))],
         "partial", 7),
    Case(lambda: [*shown(), *scope("05:00", unknown=tuple(FIVE))], "partial", 2, "said to be unknown"),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_scope_is_bounded_by_what_was_seen_or_honestly_unknown(case: Case) -> None:
    check("scope_bounded", case, dimensions=FIVE)


def test_guessing_one_line_after_the_other_gains_nothing() -> None:
    lines = [*shown(), *scope("05:00", "robots"), *scope("06:00", "people")]
    assert found("scope_bounded", b.drill(lines, of=scenario()), dimensions=["users"]).points == 0


def test_an_honest_unknown_is_enough_for_the_check() -> None:
    lines = [*b.query("01:00", "hearsay"), *scope("05:00", unknown=tuple(FIVE), evidence=("query:hearsay",))]
    lines += [*b.query("02:00", "cpu"), *b.query("02:00", "asn")]
    again = [*lines, *scope("06:00", unknown=tuple(FIVE), evidence=("query:asn",))]
    assert found("scope_bounded", b.drill(again, of=scenario()), dimensions=FIVE, unknown=1).status == "met"


def test_a_scenario_that_says_nothing_of_its_scope_is_not_judged_by_it() -> None:
    assert found("scope_bounded", b.drill(scope("05:00", "x")), dimensions=FIVE).status == "not_applicable"


IMPACT = ["impact", "severity", "since", "state", "users"]


def told(**more: Any) -> b.Lines:
    data = {"impact": [b.figure()], "began_minutes": -10, "state": "investigating"} | more
    return [*shown(), *b.declare("04:00"), *scope("05:00", "people", **data)]


@pytest.mark.parametrize("case", [
    Case(told, "met", 10),
    Case(lambda: told(impact=[b.figure(5)]), "partial", 8, "not so"),
    Case(lambda: told(began_minutes=-40), "partial", 8, "Since when: said at T+05:00, and not so"),
    Case(lambda: told(state="recovered"), "partial", 8, "Where it stands: said"),
    Case(lambda: [*told(), *b.packet("06:00", b.figure(5))], "partial", 9, "1 of 2"),
    Case(lambda: b.declare("15:00"), "partial", 1),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_the_impact_is_stated_and_so(case: Case) -> None:
    check("impact_stated", case, says=IMPACT)


# --- mitigation ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [
    Case(lambda: [*b.query("04:00", "zones"), *b.act("06:00", "flag")], "met", 10, "2.0 minutes later"),
    Case(lambda: [*b.query("04:00", "zones"), *b.act("13:00", "flag")], "partial", 5),
    Case(lambda: [*b.query("04:00", "zones"), *b.act("25:00", "flag")], "missed", 0),
    Case(lambda: [*b.query("04:00", "zones"), *b.act("02:00", "flag")], "missed", 0, "before anything"),
    Case(lambda: b.act("02:00", "flag"), "missed", 0, "nothing seen"),
    Case(lambda: b.query("04:00", "zones"), "not_observed", 0),
])  # fmt: skip
def test_users_come_before_the_explanation(case: Case) -> None:
    check("mitigated_first", case, full=3, none=15)


def test_what_its_author_says_justifies_a_step_counts_before_anything_else() -> None:
    actions = [b._action("flag", justified_by=["query:keyring"])]
    of = b.scenario(actions=actions)
    lines = [*b.query("01:00", "zones"), *b.query("10:00", "keyring"), *b.act("12:00", "flag")]
    assert found("mitigated_first", b.drill(lines, of=of)).status == "met"


@pytest.mark.parametrize("case", [
    Case(lambda: [*b.decide("05:00", "flag"), *b.act("06:00", "flag", decision="decision:1")], "met", 10, "traceable"),
    Case(lambda: b.act("06:00", "flag"), "partial", 5, "no decision"),
    Case(lambda: b.act("06:00", "rollback"), "missed", 0, "without its check"),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_each_step_goes_the_ordinary_way(case: Case) -> None:
    check("ordinary_path", case)


def test_skipping_the_bake_is_a_short_cut() -> None:
    mishap = {"chance": 0.1, "effects": [], "service": "auth", "says": "failed"}
    of = b.scenario(actions=[b._action("flag", mishap=mishap)])
    lines = [*b.decide("05:00", "flag"), *b.act("06:00", "flag", decision="decision:1")]
    finding = found("ordinary_path", b.drill(lines, of=of))
    assert (finding.points, "short cut" in finding.why) == (5, True)


def stepping(*minutes: int) -> b.Lines:
    lines = [*b.decide("05:00", "flag"), *b.act("06:00", "flag", decision="decision:1")]
    for at in minutes:
        lines += b.decide(f"{at}:00", "flag")
    return lines


@pytest.mark.parametrize("case", [
    Case(lambda: stepping(20, 30, 40, 50), "met", 10, "went on moving"),
    Case(stepping, "partial", 5.3, "Stuck from T+10:00 to T+60:00"),
    Case(lambda: b.act("06:00", "flag"), "partial", 2, "0 of 1 steps"),
    Case(list, "not_observed", 0),
])  # fmt: skip
def test_a_stuck_response_goes_another_way(case: Case) -> None:
    check("strategy_changed", case, minutes=15, since=10)
