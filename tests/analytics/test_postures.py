"""What the posture of a dependency class asks for, one thing after the other, and what restoring is to the ladders."""

from __future__ import annotations

import pytest

from analytics.criteria import POSTURES
from analytics.criteria.ladders import alternatives_rejected, branch_strategy, severity_and_dependency
from analytics.playbook import Ask, load, parse
from analytics.record import DrillRecord
from analytics.view import RecordView
from scenarios.lint.files import check_text
from simulator import acts, values
from simulator.errors import UnknownName
from simulator.scenario.model import Scenario
from tests.analytics import builders as b
from tests.analytics.test_severity import OWN

WATCH = values.Check.model_validate({"metric": "ratio", "is": "above", "threshold": 0.05, "within_minutes": 10})


def looked_at(rung: str, strategy: str | None = "containment") -> Scenario:
    """Return the fixture as an incident of data: a throttle, a repair with a dry run, and what shows the boundary."""
    data = b.SCENARIO.model_dump(by_alias=True)
    for action in data["actions"]:
        if action["id"] == "hotfix":
            action |= {"rung": rung, "strategy": strategy, "precheck": "dry_run"}
    data["overlay"] |= {"write_freeze": ["flag"], "boundary_queries": ["asn"]}
    data["metrics"] = [{**one, "normal": 0.01, "within_abs": 0.01} for one in data["metrics"]]
    return Scenario.model_validate(data)


def watch(clock: str, threshold: float = 0.05) -> b.Lines:
    trigger = WATCH.model_copy(update={"threshold": threshold})
    return b.say(clock, "verification", acts.SetWatch(owner="verification", trigger=trigger))


LEDGER = looked_at("repair")
CASES: list[tuple[str, str, DrillRecord, float]] = [
    ("rollback_readiness", "before the rollback", b.drill(b.query("07:00", "compat"), b.act("09:00", "rollback")), 1),
    ("rollback_readiness", "after it", b.drill(b.act("09:00", "rollback"), b.query("12:00", "compat")), 0),
    ("rollback_readiness", "at all, with flags only", b.drill(b.act("09:00", "flag"), b.query("12:00", "compat")), 1),
    ("audit_capture", "before the rollback", b.drill(b.capture("07:00"), b.act("09:00", "rollback")), 1),
    ("audit_capture", "after it", b.drill(b.act("09:00", "rollback"), b.capture("12:00")), 0),
    ("audit_capture", "after what cannot be undone", b.drill(b.act("09:00", "revoke"), b.capture("12:00")), 0),
    ("write_freeze", "before the repair", b.drill(b.act("07:00", "flag"), b.act("12:00", "hotfix"), of=LEDGER), 1),
    ("write_freeze", "after it", b.drill(b.act("07:00", "hotfix"), b.act("12:00", "flag"), of=LEDGER), 0),
    ("write_freeze", "no repair", b.drill(b.act("12:00", "flag"), of=LEDGER), 1),
    ("reconciliation_boundary", "known", b.drill(b.query("07:00", "asn"), b.act("12:00", "hotfix"), of=LEDGER), 1),
    ("reconciliation_boundary", "late", b.drill(b.act("07:00", "hotfix"), b.query("12:00", "asn"), of=LEDGER), 0),
    ("throttle", "held first", b.drill(b.act("07:00", "flag"), b.act("12:00", "hotfix"), of=LEDGER), 1),
    ("throttle", "repaired at full flow", b.drill(b.act("07:00", "hotfix"), b.act("12:00", "flag"), of=LEDGER), 0),
    ("replay_guard", "dry run first", b.drill(b.query("06:00", "dry_run"), b.act("07:00", "hotfix"), of=LEDGER), 1),
    ("replay_guard", "none", b.drill(b.act("07:00", "hotfix"), of=LEDGER), 0),
    ("replay_guard", "one of two", b.drill(
        b.act("07:00", "hotfix"), b.query("08:00", "dry_run"), b.act("09:00", "revoke"), of=LEDGER,
    ), 0.5),
    ("replay_guard", "nothing replayed", b.drill(b.query("12:00", "asn"), of=LEDGER), 1),
    ("conservative_threshold", "set first", b.drill(watch("06:00"), b.act("09:00", "flag"), of=LEDGER), 1),
    ("conservative_threshold", "set afterwards", b.drill(b.act("06:00", "flag"), watch("09:00"), of=LEDGER), 0),
    ("conservative_threshold", "far from normal", b.drill(watch("06:00", 0.5), b.act("09:00", "flag"), of=LEDGER), 0),
    ("conservative_threshold", "never", b.drill(b.act("09:00", "flag")), 0),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "what", "record", "share"), CASES, ids=[f"{one[0]}: {one[1]}" for one in CASES])
def test_one_thing_that_a_posture_asks_for(kind: str, what: str, record: DrillRecord, share: float) -> None:
    mark = POSTURES[kind](RecordView(record, load()), Ask(kind=kind))
    assert mark.share == share, mark.why
    assert bool(mark.evidence) == bool(share)


def test_every_class_of_the_default_playbook_asks_for_what_can_be_judged() -> None:
    asked = {one.id: [ask.kind for ask in one.asks] for one in load().dependencies}
    assert asked == {
        "auth": ["rollback_readiness", "audit_capture"],
        "billing": ["write_freeze", "reconciliation_boundary"],
        "queue": ["throttle", "replay_guard"],
        "observability": ["conservative_threshold"],
    }
    assert {kind for kinds in asked.values() for kind in kinds} == set(POSTURES)


def test_all_that_a_posture_asks_for_weighs_half_a_mark() -> None:
    classify = b.say("05:00", "commander", acts.ClassifyDependency(dependency="auth"))
    declared = [*b.query("03:00", "impact"), *b.declare(evidence=["query:impact"])]
    both, one = [*b.query("07:00", "compat"), *b.capture("07:30")], b.query("07:00", "compat")
    for kept, points in ((both, 5.0), (one, 4.8), ([], 4.5)):
        view = RecordView(b.drill(declared, classify, kept, b.act("10:00", "rollback")), load())
        assert severity_and_dependency(view, b.criterion("L1")).points == points


CLASSES = """dependencies:
  - {id: payments, title: Payments, symptom: double charges, posture: stop charging, asks: [write_freeze,
     {kind: conservative_threshold, with: {tolerances: 3}}]}
parts:"""


def test_a_playbook_names_its_own_classes_and_what_nothing_judges_is_refused() -> None:
    own = OWN.replace("parts:", CLASSES)
    assert not [one for one in check_text(own, "own.yaml") if one.level == "error"]
    playbook = parse(own, "own.yaml")
    assert [one.id for one in playbook.played().dependencies] == ["payments"]
    assert [(ask.kind, ask.given) for ask in playbook.dependencies[0].asks] == [
        ("write_freeze", {}), ("conservative_threshold", {"tolerances": 3}),
    ]  # fmt: skip
    wrong = own.replace("write_freeze,", "write_freese,")
    found = [str(one) for one in check_text(wrong, "own.yaml")]
    assert any("posture write_freese is of kind 'write_freese', which judges nothing" in one for one in found)
    assert any(one.startswith("own.yaml:14:") for one in found)
    from analytics.score import score

    with pytest.raises(UnknownName, match="did you mean 'write_freeze'"):
        score(b.drill(), parse(wrong, "own.yaml"))
    odd = own.replace("tolerances: 3", "tolerence: 3")
    assert any("no such parameter; there is tolerances" in str(one) for one in check_text(odd, "own.yaml"))


# --- restoring ---------------------------------------------------------------------------------------------

RESTORES = looked_at("repair", "restore")


def test_restoring_is_no_branch_but_a_rung_where_something_does() -> None:
    hotfix = RESTORES.find("actions", "hotfix")
    assert (hotfix.strategy, hotfix.branch) == ("restore", None)
    flag, repair = b.act("10:00", "flag", decision="decision:1"), b.act("20:00", "hotfix", decision="decision:2")
    first = b.decide("08:00", "flag", contained_until_minutes=60)
    after = b.decide("18:00", "hotfix", strategy="restore")
    view = RecordView(b.drill(first, flag, after, repair, of=RESTORES), load())
    assert branch_strategy(view, b.criterion("L4")).points == 2.0
    named = RecordView(b.drill(first, flag, b.decide("18:00", "hotfix"), repair, of=RESTORES), load())
    assert branch_strategy(named, b.criterion("L4")).points < 2.0


@pytest.mark.parametrize(("reason", "points"), [("coverage", 2.0), ("time", 1.3), (None, 1.3)])
def test_not_restoring_wants_its_reason_where_it_was_open(reason: str | None, points: float) -> None:
    data = RESTORES.model_dump(by_alias=True)
    data["overlay"]["rejections"]["restore"] = ["coverage"]
    scenario = Scenario.model_validate(data)
    rejected = [values.RejectedRung.model_validate({"rung": "hotfix", "reason": "time"})]
    rejected.append(values.RejectedRung.model_validate({"rung": "rollback", "reason": "readiness"}))
    if reason is not None:
        rejected.append(values.RejectedRung.model_validate({"rung": "restore", "reason": reason}))
    taken = [*b.act("10:00", "flag"), *b.act("15:00", "web_flag")]
    record = b.drill(b.decide("08:00", "flag", rejected=tuple(rejected)), taken, of=scenario)
    finding = alternatives_rejected(RecordView(record, load()), b.criterion("L2b"))
    assert "restore" in finding.why
    assert finding.points == points


def test_where_nothing_restores_nobody_is_asked_why_not() -> None:
    record = b.drill(b.decide("08:00", "flag"), b.act("10:00", "flag"))
    assert "restore" not in alternatives_rejected(RecordView(record, load()), b.criterion("L2b")).why
