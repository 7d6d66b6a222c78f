"""The follow-through's own hundred points: what is picked is held against the record, words are never scored."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics import playbook
from analytics.follow_through.actions import actions
from analytics.follow_through.beside import NOTHING, beside
from analytics.follow_through.score import KINDS, FollowScore, score_follow_through, wrong
from analytics.follow_through.view import FollowUpView
from analytics.follow_through.wording import admonitions, conclusions, seen_done, vague
from analytics.report.tables import record_of
from analytics.view import RecordView
from scenarios.loader import load
from simulator.errors import ScenarioError
from simulator.record.follow_up import FollowUp, FollowUpEntry
from simulator.record.journal import Journal, parse
from tests import recorded

ENDED = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
FULL = {
    "text": "A check refuses a release whose key no verifier has", "owner": "Identity", "due": "2026-03-20",
    "factor": "flag_half", "class": "prevent", "control": "automation", "signal": "change_refused",
    "shown_by": "the release of 4.18.0 is refused", "standard": "safe_change", "retest": "auth_token/base",
    "measure": "first_mitigation",
}  # fmt: skip
"""An action with all that is asked of one."""

Make = Callable[..., FollowScore]


@pytest.fixture(scope="module")
def journal() -> Journal:
    name = "auth_token-by_the_book-7"
    return parse("\n".join(recorded.journal_lines(recorded.read(name))), name)


@pytest.fixture(scope="module")
def views(journal: Journal) -> Callable[[str], RecordView]:
    record, made = record_of(journal, load("auth_token").scenario), {}

    def of(book: str) -> RecordView:
        if book not in made:
            made[book] = RecordView(record, playbook.load(book))
        return made[book]

    return of


@pytest.fixture(scope="module")
def scored(views: Callable[[str], RecordView]) -> Make:
    def make(book: str, *entries: tuple[str, dict[str, Any]], minutes: float = 5) -> FollowScore:
        there = FollowUp.of(
            FollowUpEntry(n=n, made=ENDED + 60 * minutes, author="Ana", item=item, changes=changes)
            for n, (item, changes) in enumerate(entries, 1)
        )
        view = views(book)
        assert view.playbook.follow_through is not None
        return score_follow_through(FollowUpView(view, view.playbook.follow_through, there, ENDED))

    return make


def points(score: FollowScore, ident: str) -> float:
    return next(one.points for one in score.findings if one.id == ident)


def true_factors(view: RecordView) -> tuple[str, ...]:
    return tuple(one.id for one in beside(view, "factors") if one.share)


@pytest.mark.parametrize("book", ["recovery", "protocol", "command", "ops"])
def test_every_playbook_asks_for_a_hundred_points_of_its_own_in_kinds_that_there_are(book: str) -> None:
    found = playbook.load(book)
    assert found.follow_through is not None
    assert list(wrong(found)) == []
    assert sum(stage.points for stage in found.follow_through.stages) == 100
    assert all(one.advice and one.source and one.title for _, one in found.follow_through.criteria())


def test_every_kind_is_used_by_a_playbook() -> None:
    rules = [playbook.load(name).follow_through for name in playbook.names()]
    assert {one.kind for found in rules if found for _, one in found.criteria()} == KINDS.keys()


@pytest.mark.parametrize("book", ["recovery", "protocol", "command", "ops"])
def test_nothing_written_earns_nothing(scored: Make, book: str) -> None:
    assert scored(book).total == 0


def test_where_nothing_is_owed_there_is_no_total(views: Callable[[str], RecordView]) -> None:
    view = views("recovery")
    rules = view.playbook.follow_through
    assert rules is not None
    light = rules.model_copy(update={"stages": tuple(
        stage.model_copy(update={"small_at": view.playbook.severity.ids, "questions": tuple(
            one.model_copy(update={"light": False}) for one in stage.questions)})
        for stage in rules.stages if stage.questions)})  # fmt: skip
    assert score_follow_through(FollowUpView(view, light, FollowUp(), ENDED)).total is None


def test_all_that_is_asked_earns_all_of_it(scored: Make, views: Callable[[str], RecordView]) -> None:
    view = views("recovery")
    first = next(one.id for one in beside(view, "signals") if one.share == 1)
    answers = ("first_signal", "slowest_checkpoint", "guardrail", "metric")
    assert scored(
        "recovery",
        ("review", {"first_signal": first, "slowest_checkpoint": "decision:1", "unclear_ownership": (NOTHING,),
                    "guardrail": "a check", "metric": "refusals by zone"}),
        ("retro", {"trigger_gap": "a flag", "slowed": "no owner", "sped_up": ("action:flag_web",),
                       "guardrail_change": "no"}),
        ("hardening", {"published": "the wiki", "factors": true_factors(view)}),
        *((f"action-{n}", {**FULL, "answers": answer, "control": "regression_test" if n == 7 else "automation"})
          for n, answer in enumerate(answers, 7)),
    ).total == 100  # fmt: skip


def test_what_comes_late_is_worth_half(scored: Make) -> None:
    answers = ("review", {"guardrail": "a check", "metric": "refusals"})
    assert points(scored("recovery", answers), "FR1") == 3.2
    assert points(scored("recovery", answers, minutes=31), "FR1") == 1.6


def test_an_answer_counts_for_what_the_record_shows(scored: Make, views: Callable[[str], RecordView]) -> None:
    taken_up = next(one.id for one in beside(views("recovery"), "signals") if not one.share and one.note)
    for said, earned in (({"slowest_checkpoint": "decision:1"}, 4.0), ({"slowest_checkpoint": "decision:2"}, 0.0),
                         ({"first_signal": taken_up}, 0.0), ({"first_signal": NOTHING}, 0.0),
                         ({"unclear_ownership": (NOTHING,)}, 4.0),
                         ({"unclear_ownership": ("lane:comms", NOTHING)}, 2.0)):  # fmt: skip
        assert points(scored("recovery", ("review", said)), "FR2") == earned, said


def test_factors_are_found_by_what_they_discriminate(scored: Make, views: Callable[[str], RecordView]) -> None:
    every = tuple(one.id for one in beside(views("command"), "factors"))
    true = true_factors(views("command"))
    for named, earned in (((), 0.0), (every, 0.0), (true, 14.0), (true[:6], 14.0), (true[:3], 7.0),
                          ((*true[:6], *(set(every) - set(true))), 0.0), (("no_such",), 0.0)):  # fmt: skip
        assert points(scored("command", ("causes", {"factors": tuple(named)})), "FC4") == earned, named
    why = next(one.why for one in scored("command", ("causes", {"factors": true[:3]})).findings if one.id == "FC4")
    assert "recall 21%" in why
    assert "precision 100%" in why


@pytest.mark.parametrize(("named", "earned"), [
    (("mount_standby",), 0.0), (("mount_standby", "poisoned_refresh", "hard_retries"), 8.0),
    (("mount_standby", "edge_only_alert"), 10.7), (("mount_standby", "edge_only_alert", "flag_half"), 16.0),
])  # fmt: skip
def test_no_single_root_cause(scored: Make, named: tuple[str, ...], earned: float) -> None:
    assert points(scored("command", ("causes", {"factors": named})), "FC3") == earned


def test_what_is_inferred_wants_an_action_that_finds_out(scored: Make) -> None:
    inferred = ("causes", {"candidates": ("quarter_end",)})
    learn = ("action-2", {**FULL, "factor": "quarter_end", "class": "learn"})
    assert points(scored("command", inferred), "FC5") == 0
    assert points(scored("command", inferred, learn), "FC5") == 6
    assert next(one.status for one in scored("command").findings if one.id == "FC5") == "not_applicable"


@pytest.mark.parametrize(("without", "earned"), [
    ((), 20.0), (("owner",), 15.0), (("due",), 15.0), (("class",), 15.0), (("shown_by",), 15.0), (("signal",), 15.0),
    (("owner", "due", "class", "signal"), 0.0),
])  # fmt: skip
def test_each_action_has_class_owner_date_and_signal(scored: Make, without: tuple[str, ...], earned: float) -> None:
    action = {name: value for name, value in FULL.items() if name not in without}
    assert points(scored("command", ("action-1", action)), "FC6") == earned


@pytest.mark.parametrize("due", ["2027-01-01", "soon", "2026-13-40"])
def test_a_date_is_one_and_within_ninety_days(scored: Make, due: str) -> None:
    assert points(scored("command", ("action-1", {**FULL, "due": due})), "FC6") == 15


def test_the_first_action_is_number_one(views: Callable[[str], RecordView]) -> None:
    written = [(3, "action-3", {"text": "one"}), (9, "action-9", {"text": "two"}), (10, "action-10", {"text": "three"}),
               (11, "action-9", {"dropped": "no"})]  # fmt: skip
    there = FollowUp.of(FollowUpEntry(n=n, made=ENDED, author="Ana", item=item, changes=said)
                        for n, item, said in written)  # fmt: skip
    assert [(one.number, one.text) for one in actions(there)] == [("1", "one"), ("3", "three")]


def test_one_action_per_factor_and_none_per_symptom(scored: Make) -> None:
    causes = ("causes", {"factors": ("flag_half", "mount_standby")})
    against = [("action-1", FULL), ("action-2", {**FULL, "factor": "mount_standby"})]
    symptom = ("action-3", {name: value for name, value in FULL.items() if name != "factor"})
    assert points(scored("command", causes, *against), "FC7") == 12
    assert points(scored("command", causes, against[0]), "FC7") == 6
    assert points(scored("command", causes, *against, symptom), "FC7") == 8
    assert points(scored("command", *against), "FC7") == 0


def test_a_small_incident_is_not_asked_for_what_only_a_large_one_owes(
    scored: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(one.out_of for one in scored("protocol").findings)
    monkeypatch.setattr("analytics.follow_through.view.severity_truth", lambda view, at: "SEV4")
    assert {one.status for one in scored("protocol").findings} == {"not_applicable"}
    monkeypatch.setattr("analytics.follow_through.view.severity_truth", lambda view, at: "low")
    light = scored("command", ("postmortem", {"impact": "no", "timeline": ("declared",)}))
    assert points(light, "FC1") == 10
    assert next(one.status for one in light.findings if one.id == "FC2") == "not_applicable"


def test_words_are_never_scored(scored: Make) -> None:
    plain = scored("command", ("action-1", FULL), ("postmortem", {"impact": "everybody on the web"}))
    blaming = scored("command", ("action-1", {**FULL, "text": f"{FULL['text']}; be more careful next time"}),
                     ("postmortem", {"impact": "human error"}))  # fmt: skip
    assert plain.total == blaming.total > 0


@pytest.mark.parametrize("text", ["Be more careful with releases", "Everybody must pay more attention.", "x", "xx X"])
def test_an_action_that_nobody_can_see_done_earns_nothing(scored: Make, text: str) -> None:
    causes = ("causes", {"factors": ("flag_half",)})
    vague, true = scored("command", causes, ("action-1", {**FULL, "text": text})), scored("command", causes)
    assert vague.total == true.total
    assert next(one.why for one in vague.findings if one.id == "FC6") == "1 action: 1 that nobody can see done."
    assert points(scored("recovery", ("action-1", {**FULL, "text": text})), "FH2") == 0


def test_an_answer_of_one_letter_is_none(scored: Make) -> None:
    said = {"impact": "x", "summary": "xx", "periods": "No", "recurrence": "無", "defences": "…"}
    score = scored("command", ("postmortem", said))
    assert points(score, "FC1") == 0
    assert points(score, "FC2") == 4
    letters = {**FULL, "owner": "x", "shown_by": "x"}
    why = next(one.why for one in scored("command", ("action-1", letters)).findings if one.id == "FC6")
    assert why == "1 action: 1 without an owner and 1 without which one exactly shows that it is done."
    assert points(scored("recovery", ("action-1", {**FULL, "answers": "guardrail"})), "FR3") == 0, "nothing is answered"


def test_what_the_record_contradicts_costs(scored: Make, views: Callable[[str], RecordView]) -> None:
    view = views("command")
    false = [one.id for one in beside(view, "factors") if not one.share]
    true = true_factors(view)
    picked = ("causes", {"factors": (*true[:4], *false[:4])})
    assert points(scored("command", picked), "FC3") == 8
    against = [(f"action-{n}", {**FULL, "factor": factor}) for n, factor in enumerate((*true[:4], *false[:4]), 1)]
    assert points(scored("command", picked, *against), "FC7") == 6
    timeline = ("postmortem", {"impact": "everybody", "timeline": ("declared", "not_on_record")})
    assert points(scored("command", timeline), "FC1") == 7.5


@pytest.mark.parametrize(("said", "warned"), [
    ("The retries doubled charges; be more careful next time", 1), ("Somebody must pay more attention.", 1),
    ("He should have been more careful", 1), ("x", 1), ("", 0), ("No", 0), ("Clients try to reconnect at once.", 0),
])  # fmt: skip
def test_an_answer_that_asks_for_better_people_or_says_nothing_is_marked(said: str, warned: int) -> None:
    assert len(list(admonitions(said))) == warned


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("kind: by_factor,", "kind: by_facto,", "by_facto"),
        ("{questions: [root]}", "{questions: [rot]}", "nobody asks 'rot'"),
        ("small_at: [SEV3, SEV4]", "small_at: [SEV3, SEV9]", "no level 'SEV9'"),
        ("{questions: [root]}", "{question: [root]}", "no such parameter"),
    ],
)
def test_a_follow_through_that_cannot_be_is_found(was: str, now: str, says: str) -> None:
    from tests.shipped import FOLDER

    text = (FOLDER / "playbooks" / "protocol.yaml").read_text(encoding="utf-8")
    assert was in text
    found = list(wrong(playbook.parse(text.replace(was, now), "own.yaml")))
    assert found
    assert says in " ".join(what for _, what, _ in found)


def test_points_that_do_not_add_up_are_refused() -> None:
    from tests.shipped import FOLDER

    text = (FOLDER / "playbooks" / "ops.yaml").read_text(encoding="utf-8")
    with pytest.raises(ScenarioError, match="add up to 95"):
        playbook.parse(text.replace("written, points: 30", "written, points: 25"), "own.yaml")


# --- words that are better said in another way -------------------------------------------------------------


@pytest.mark.parametrize(("said", "people", "warned"), [
    ("It was human error.", (), 1), ("Operator-error again", (), 1), ("John broke the deploy.", ("John",), 1),
    ("John's team owns the flag.", ("John",), 0), ("The script failed to check the key.", (), 0),
    ("The on-call failed to look.", (), 1),
    ("Nobody reviewed properly.", (), 1), ("Whose fault is this?", (), 1), ("They should have known.", (), 1),
    ("The deploy script did not verify the key.", (), 0), ("Why didn't someone catch this?", (), 1),
    ("The validation let it through. It was human error. A second one.", (), 1), ("", (), 0),
    ("Al broke it.", ("Al",), 0),
])  # fmt: skip
def test_a_conclusion_that_ends_at_a_person_is_marked(said: str, people: tuple[str, ...], warned: int) -> None:
    found = list(conclusions(said, people))
    assert len(found) == warned, found
    assert all(one.why and one.instead for one in found)


@pytest.mark.parametrize(("said", "warned"), [
    ("Be more careful", 1), ("be careful with flags", 1), ("Monitor better", 1), ("Improve tests", 1),
    ("Better communication", 1), ("Pay attention to the queue", 1), ("Raise awareness", 1), ("Document it better", 1),
    ("A test fails when a token is not verified", 0), ("Alert at 2 % refusals by zone", 0), ("Remind the team", 1),
])  # fmt: skip
def test_an_action_that_nobody_can_see_done_is_marked(said: str, warned: int) -> None:
    assert len(list(vague(said))) == warned


@pytest.mark.parametrize("said", [
    "Add an alert on reject rate that pages the commander within 2 minutes, as soon as possible",
    "Add better monitoring: alert on kid mismatch in auth-svc at 0.5 %", "Plan more capacity: 3 more workers",
    "Improve the documentation of rollback with a tested runbook page", "Pay attention - add a checklist",
    "Be more careful. A flag has two owners", "A banner makes people pay attention to refusals", "回滚",
])  # fmt: skip
def test_a_sound_action_counts_however_it_is_worded(said: str) -> None:
    assert seen_done(said)


@pytest.mark.parametrize("said", [
    "Be more careful; done", "Be more careful. ok", "Take more care", "B2", "Be more careful, as soon as possible",
    "We should all be more vigilant with flags", "Pay attention - asap", "", "…",
])  # fmt: skip
def test_an_admonition_that_is_padded_is_none(said: str) -> None:
    assert not seen_done(said)


def test_a_score_is_plain_data(scored: Make) -> None:
    assert json.loads(json.dumps(scored("ops").as_data()))["total"] == 0
