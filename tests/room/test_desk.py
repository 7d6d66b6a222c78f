"""What a facilitator sees of a drill: what needs attention, the list of what comes, and how evaluators agree."""

from __future__ import annotations

import pytest

from simulator import acts
from simulator.engine import Engine
from simulator.room.notes import Note, agreement, evaluators, first_ratings, ratings, weighted_kappa
from simulator.room.watch import absent, flags, in_words, planned, worst_first
from tests.simulator.toy import TOY, engine

HOST = "facilitator:Fo"


def team() -> Engine:
    one = engine()
    one.submit(acts.TakeSeat(seat="commander", name="Ana"), "commander:Ana")
    one.submit(acts.TakeSeat(seat="comms", name="Cy"), "comms:Cy")
    return one


def seen(one: Engine) -> set[tuple[str, str]]:
    return {(flag.what, flag.seat) for flag in flags(one)}


def test_before_the_page_nothing_needs_attention() -> None:
    assert flags(team()) == []


def test_what_needs_attention_is_said_and_no_longer_once_it_is_done() -> None:
    one = team()
    one.advance(200)
    assert seen(one) == {("unled", ""), ("silence", "")}
    one.submit(acts.AssignRole(role="commander", to="commander"), "commander:Ana")
    assert seen(one) == set()
    one.advance(390)
    assert seen(one) == {("silence", ""), ("unread", "")}
    one.submit(acts.PostMessage(text="hello"), "commander:Ana")
    assert seen(one) == {("idle", "comms"), ("unread", "")}
    one.submit(acts.PostMessage(text="here"), "comms:Cy")
    away = absent("comms", "Comms (Cy)", 75.0)
    assert away is not None
    assert [f.what for f in worst_first([*flags(one), away])] == ["away", "unread"]
    assert absent("comms", "Comms (Cy)", 5.0) is absent("comms", "Comms (Cy)", None) is None


def test_an_update_that_is_overdue_is_said() -> None:
    one = team()
    one.incident.next_update_due = 100
    one.advance(101)
    assert ("overdue", "") in seen(one)


def test_the_list_says_what_each_line_is_waiting_for_and_what_came_of_it() -> None:
    reply = {"command": "answer_asker", "fields": {"answer": "no"}, "within": 120, "label": "Refuse to promise"}
    injects = [{**one, "expects": reply} if one["id"] == "boss" else one for one in TOY["injects"]]
    one = engine(injects=injects)
    lines = {line.ident: line for line in planned(one)}
    assert list(lines) == ["boss", "secret", "late", "plane"]
    assert lines["late"].waits_for == (("flag on", True),)
    assert (lines["boss"].expects, lines["boss"].answered) == ("Refuse to promise", "")
    one.advance(200)
    assert {line.ident: line.answered for line in planned(one)}["boss"] == "open"
    one.submit(acts.EditInject(inject="late", at_minutes=9), HOST)
    moved = next(line for line in planned(one) if line.ident == "late")
    assert (moved.planned, moved.at, moved.state) == (300, 540, "pending")


@pytest.mark.parametrize(("answer", "at", "found"), [
    ("no", 240, "done"), ("ten", 240, "missed"), ("no", 320, "late"), (None, 0, "missed"),
])  # fmt: skip
def test_an_expected_response_is_ticked_by_what_was_done(answer: str | None, at: int, found: str) -> None:
    reply = {"command": "answer_asker", "fields": {"answer": "no"}, "within": 120, "label": "Refuse to promise"}
    injects = [{**one, "expects": reply} if one["id"] == "boss" else one for one in TOY["injects"]]
    one = engine(injects=injects)
    if answer is not None:
        one.advance(at)
        assert one.submit(acts.AnswerAsker(inject="boss", answer=answer), "commander:Ana").refusal is None
    one.advance(400)
    assert next(line.answered for line in planned(one) if line.ident == "boss") == found


@pytest.mark.parametrize("anyway", [True, False])
def test_nothing_is_expected_of_what_was_fired_though_its_condition_does_not_hold(anyway: bool) -> None:
    reply = {"command": "answer_asker", "fields": {"answer": "no"}, "within": 120, "label": "Refuse to promise"}
    one = engine(injects=[{**x, "expects": reply, "when": {"flag_on": False}} if x["id"] == "boss" else x
                          for x in TOY["injects"]])  # fmt: skip
    assert next(line.not_so for line in planned(one) if line.ident == "boss") == "not flag on"
    one.submit(acts.FireInject(inject="boss", anyway=anyway or None), HOST)
    one.advance(400)
    answered = next(line.answered for line in planned(one) if line.ident == "boss")
    assert answered == ("none expected" if anyway else "missed")


def test_a_line_whose_condition_holds_is_fired_as_any_other() -> None:
    one = engine(injects=[{**x, "when": {"flag_on": True}} if x["id"] == "boss" else x for x in TOY["injects"]])
    refusal = one.submit(acts.FireInject(inject="boss", anyway=True), HOST).refusal
    assert refusal is not None
    assert "its condition holds" in refusal.reason
    assert one.submit(acts.FireInject(inject="boss"), HOST).refusal is None


@pytest.mark.parametrize(("name", "wanted", "words"), [
    ("flag_on", True, "flag on"), ("flag_on", False, "not flag on"), ("told.executives", {"above": 15},
     "told executives is above 15"), ("action.pin", ["done", "running"], "action pin is done or running"),
])  # fmt: skip
def test_a_condition_reads_as_words(name: str, wanted: object, words: str) -> None:
    assert in_words(name, wanted) == words


# --- evaluators --------------------------------------------------------------------------------------------


def rated(*given: tuple[str, str, int]) -> list[Note]:
    notes = enumerate(given, 1)
    return [Note(n, 0.0, 0, who, "rating", criterion=what, rating=value) for n, (who, what, value) in notes]


def test_agreement_is_cohens_with_linear_weights() -> None:
    # Worked by hand: apart 0, 1, 0, 1; by chance 20 of 16 pairs apart, so 1 - 0.5 / 1.25.
    pairs = [(1, 1), (2, 3), (4, 4), (3, 4)]
    chance = sum(abs(a - b) for a, _ in pairs for _, b in pairs) / 16
    assert weighted_kappa(pairs) == pytest.approx(1 - 0.5 / chance)
    assert weighted_kappa([(2, 2), (2, 2)]) is None
    assert weighted_kappa([(1, 4), (4, 1)]) == pytest.approx(-1)


def test_the_last_rating_counts_and_an_evaluator_can_be_left_out_and_back() -> None:
    notes = rated(("Hana", "lead", 2), ("Ivo", "lead", 3), ("Hana", "lead", 3), ("Ivo", "tell", 1), ("Hana", "tell", 2),
                  ("Jo", "tell", 4))  # fmt: skip
    found = agreement(first_ratings(notes))
    assert found is not None
    assert ratings(notes)["lead"] == {"Hana": 3, "Ivo": 3}
    assert first_ratings(notes)["lead"] == {"Hana": 2, "Ivo": 3}  # before she saw what he gave
    assert (found.pairs, found.exact) == (4, 0.0)
    out = Note(9, 0.0, 0, "Hana", "left out", evaluator="Jo")
    assert evaluators([*notes, out]) == {"Hana": True, "Ivo": True, "Jo": False}
    without = agreement(first_ratings([*notes, out]))
    assert (without.pairs, without.exact, without.near) == (2, 0.0, 1.0)
    assert ratings([*notes, out, out])["tell"]["Jo"] == 4
    assert agreement(ratings(rated(("Hana", "lead", 2)))) is None
