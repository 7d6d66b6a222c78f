"""What people bring into each scenario: two who disagree, a merge nobody froze, an assistant that looked at graphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from analytics import playbook
from analytics.facts import weight
from analytics.runs.counterfactual import add_references
from analytics.score import score
from analytics.scorecard import Scorecard
from analytics.view import RecordView
from scenarios import load, names
from simulator import acts, values
from simulator import events as e
from simulator.engine import Engine, new_header
from simulator.play import play
from simulator.policy import Derived, Order
from tests import played
from tests.shipped import EVERY, SPELLED_OUT

pytestmark = pytest.mark.slow

DISAGREE = [
    ("auth_token", "want_flag", "want_rollback"),
    ("billing_mismatch", "show_me_first", "replay_from_ten"),
    ("permission_leak", "back_push", "patch_push"),
]
"""Scenario, and the two messages that want different things; the first is the one that is easier to take back."""
VERIFIES = ("verify", "three_way", "recon_psp", "canary")


def untouched(name: str) -> Engine:
    return played.engine(name, "base", "null", 7)


def delivered(drill: Engine) -> dict[str, int]:
    return {x.body.inject: x.at for x in drill.journal if isinstance(x.body, e.InjectDelivered)}


# --- two who disagree --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "one", "other"), DISAGREE)
def test_two_personas_want_different_things_at_the_same_time(name: str, one: str, other: str) -> None:
    scenario = load(name).scenario
    sides = [scenario.find("injects", ident) for ident in (one, other)]
    actions = [scenario.find("actions", side.proposes) for side in sides]
    assert sides[0].persona != sides[1].persona
    assert actions[0].id != actions[1].id
    assert actions[0].reversal_minutes <= actions[1].reversal_minutes
    assert actions[1].side_effects
    at = delivered(untouched(name))
    assert abs(at[one] - at[other]) <= 60


@pytest.mark.parametrize(("name", "one", "other"), DISAGREE)
def test_the_record_can_name_the_two_who_disagree(name: str, one: str, other: str) -> None:
    loaded = load(name)
    drill = Engine(loaded, new_header(loaded, 7, automation=False))
    sides = []
    for ident in (one, other):
        action = loaded.scenario.find("actions", loaded.scenario.find("injects", ident).proposes)
        blast = (action.side_effects or tuple(s.id for s in loaded.scenario.segments))[:1]
        sides.append(values.Recommendation(
            voice=ident, action=action.id, reversal_minutes=action.reversal_minutes, blast_radius=blast))  # fmt: skip
    record = acts.RecordContradiction(
        recommendations=(sides[0], sides[1]), choice=sides[0].action, reassess_minutes=8
    )  # fmt: skip
    drill.submit(record, "commander:Bo")
    assert "nothing here is called" in refusals(drill)[-1]  # nobody has said it yet
    drill.advance(max(delivered(untouched(name))[ident] for ident in (one, other)) + 30)
    drill.submit(record, "commander:Bo")
    assert len(refusals(drill)) == 1
    drill.advance(drill.now + 240)
    drill.submit(replace_choice(record), "commander:Bo")
    drill.run_to_horizon()
    book = playbook.load("recovery")
    card = score(add_references(loaded, drill.journal, book, seeds=0), book)
    assert finding(card, "P5").status == "met"


def replace_choice(record: acts.RecordContradiction) -> acts.RecordContradiction:
    return record.model_copy(update={"reassess_minutes": 10.0})


def refusals(drill: Engine) -> list[str]:
    return [x.body.reason for x in drill.journal if isinstance(x.body, e.CommandRefused)]


def finding(card: Scorecard, ident: str) -> Any:
    return next(one for part in card.parts for one in part.criteria if one.id == ident)


def test_a_recommendation_is_somebodys() -> None:
    with pytest.raises(ValueError, match="name whose recommendation it is"):
        values.Recommendation.model_validate({"action": "x", "reversal_minutes": 1})
    old = values.Recommendation.model_validate({"owner": "dba", "action": "x", "reversal_minutes": 1})
    assert old.voice is None


# --- a merge nobody froze ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_an_unfrozen_merge_lands_and_does_harm(name: str) -> None:
    loaded = load(name)
    frozen = Engine(loaded, new_header(loaded, 7, automation=False))
    frozen.submit(acts.Freeze(scope=loaded.scenario.overlay.freeze_scope), "commander:Bo")
    frozen.run_to_horizon()
    free = untouched(name)
    landed = [[x.body for x in drill.journal if isinstance(x.body, e.MergeLanded)] for drill in (free, frozen)]
    assert [merge.harmful for merge in landed[0]] == [True]
    assert not landed[1]
    harm = [drill.world.harm() for drill in (free, frozen)]
    assert any(harm[0][kind] > harm[1][kind] for kind in harm[0])


# --- the assistant -------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_the_assistant_makes_a_claim_that_a_rerun_disproves(name: str, variant: str) -> None:
    scenario = load(name, variant).scenario
    said = [x for x in scenario.injects if x.persona == "@ops-assistant"]
    assert said
    for inject in said:
        assert (inject.form, inject.wrong) == ("claim", True)
        assert "looks stable" in inject.text
        tests = [scenario.find("queries", ident) for ident in inject.disproved_by]
        assert any(query.verifies for query in tests)


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_the_assistant_can_be_contradicted_and_is_no_evidence(name: str) -> None:
    loaded = load(name)
    drill = played.engine(name, "base", "by_the_book", 7)
    at = delivered(drill)
    said = next(x for x in loaded.scenario.injects if x.persona == "@ops-assistant" and x.id in at)
    again = Engine(loaded, new_header(loaded, 7))
    rerun = next(q for q in said.disproved_by if any(
        isinstance(x.body, e.QueryFinished) and x.body.query == q for x in drill.journal))  # fmt: skip
    for order in _orders(drill):
        again.advance(order.at)
        again.submit(order.body, order.by)
        if f"query:{rerun}" in again.incident.refs and said.id in again.incident.claims:
            break
    challenge = acts.ChallengeClaim(inject=said.id, evidence=(f"query:{rerun}",))
    again.submit(challenge, "verification:by_the_book")
    assert said.id not in again.incident.claims
    assert not refusals(again)
    view = RecordView(played.record(name, "base", "by_the_book", 7), playbook.load("recovery"))
    entry = view.find(f"inject:{said.id}")
    assert entry is not None
    assert weight(entry) == 0


def _orders(drill: Engine) -> list[Order]:
    from simulator.play import orders

    return orders(drill)


def believing(said: str, verifies: Sequence[str]) -> Any:
    """Return a change that reruns and measures nothing and takes the assistant's word for it."""

    def change(orders: Sequence[Order]) -> list[Order]:
        kept = []
        for order in orders:
            body = order.body
            if isinstance(body, acts.RecordVerification) or getattr(body, "query", None) in verifies:
                continue
            if isinstance(body, (acts.ClaimRecovery, acts.RequestClosure)):
                body = body.model_copy(update={"evidence": (f"inject:{said}",)})
            kept.append(Order(order.at, order.by, body))
        return kept

    return change


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_who_takes_the_assistants_word_pays_for_it(name: str) -> None:
    loaded, book = load(name), playbook.load("recovery")
    at = delivered(played.engine(name, "base", "by_the_book", 7))
    said = next(x.id for x in loaded.scenario.injects if x.persona == "@ops-assistant" and x.id in at)
    verifies = [q.id for q in loaded.scenario.queries if q.verifies]
    trusting = replace(
        loaded, responders={**loaded.responders, "trusting": Derived("by_the_book", believing(said, verifies))}
    )
    drill = play(trusting, "trusting", 7)
    card = score(add_references(loaded, drill.journal, book, seeds=0), book)
    good = played.card(name, "base", "by_the_book", 7)
    assert "C5" in [cap.id for cap in card.caps]
    assert card.total <= 70
    for ident in ("G3", "G4"):
        assert finding(card, ident).points < finding(good, ident).points


# --- cues ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_no_cue_is_overtaken_before_anybody_did_anything(name: str, variant: str) -> None:
    drill = Engine(load(name, variant), new_header(load(name, variant), 3, automation=False))
    drill.advance(60)
    stale = [cue.id for role in drill.scenario.roles for cue in role.cues if drill.teammates._moot(cue)]
    assert not stale


@pytest.mark.parametrize("name", names())
def test_most_cues_that_are_volunteered_can_be_overtaken(name: str) -> None:
    cues = [cue for role in load(name).scenario.roles for cue in role.cues if cue.volunteered_at is not None]
    assert sum(bool(cue.moot_when) for cue in cues) >= 0.75 * len(cues)
