"""Seats are a scenario's own: other names play the same drill, fewer seats play it too, and players follow duties."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from analytics import playbook
from analytics.runs.counterfactual import add_references
from analytics.score import score
from analytics.scorecard import Scorecard
from scenarios import load
from scenarios.lint.places import places
from scenarios.players.script import team
from simulator import acts, values
from simulator.engine import Engine
from simulator.loaded import LoadedScenario
from simulator.play import play
from simulator.policy import recast
from simulator.scenario.data import Notation
from simulator.scenario.model import Scenario
from simulator.values import PLACES, Pick, picked_fields, retold
from tests import played
from tests.each import each
from tests.shipped import SPELLED_OUT

RENAMED = {
    "commander": "seat-one", "deputy": "seat-two", "triage": "seat-three", "mitigation": "seat-four",
    "verification": "seat-five", "comms": "seat-six",
}  # fmt: skip
THREE = {
    "commander": "lead", "deputy": "eyes", "triage": "hands", "mitigation": "hands", "verification": "eyes",
    "comms": "eyes",
}  # fmt: skip
"""A team of three: who commands, who looks and does, who checks and speaks. Nobody is there to deputise."""
FACTS = ("incident.commander", "incident.deputy")
"""Facts whose value is a role."""


def put(data: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        data = data[step]
    data[path[-1]] = value


def with_roles(data: dict[str, Any], called: Mapping[str, str]) -> dict[str, Any]:
    """Return a scenario's data with its roles called otherwise, wherever a role stands."""
    data = deepcopy(data)
    for place in list(places(Scenario.model_validate(data), data)):
        if isinstance(place.mark, Pick) and place.mark.source in ("roles", "seats"):
            put(data, place.path, called.get(place.value, place.value))
        elif isinstance(place.mark, Notation) and place.mark.as_ == "condition":
            put(data, place.path, _condition(place.value, called))
    for role in data["roles"]:
        role["id"] = called.get(role["id"], role["id"])
    kinds = {kind.model_fields["kind"].default: kind for kind in acts.ACTS.values()}
    for expects in filter(None, (inject["expects"] for inject in data["injects"])):
        roles = [name for name, source in picked_fields(kinds[expects["command"]]) if source in ("roles", "seats")]
        expects["fields"] = {
            name: _named(value, called) if name in roles else value for name, value in expects["fields"].items()
        }
    return data


def _condition(condition: Mapping[str, Any], called: Mapping[str, str]) -> dict[str, Any]:
    return {
        f"role.{called.get(fact[5:], fact[5:])}" if fact.startswith("role.") else fact:
        _named(wanted, called) if fact in FACTS else wanted
        for fact, wanted in condition.items()
    }  # fmt: skip


def _named(value: Any, called: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _named(one, called) for key, one in value.items()}
    if isinstance(value, list):
        return [_named(one, called) for one in value]
    return called.get(value, value) if isinstance(value, str) else value


def data_of(name: str) -> dict[str, Any]:
    return load(name).scenario.model_dump(mode="json", by_alias=True)


def renamed(name: str) -> LoadedScenario:
    return replace(load(name), scenario=Scenario.model_validate(with_roles(data_of(name), RENAMED)))


def cut_to_three(name: str) -> LoadedScenario:
    """Return a scenario whose seats are those of `THREE`, each with the duties and cues of all it stands for."""
    data = with_roles(data_of(name), THREE)
    merged: dict[str, dict[str, Any]] = {}
    for role in data["roles"]:
        first = merged.setdefault(role["id"], role)
        if first is not role:
            first["duties"] += role["duties"]
            first["cues"] += role["cues"]
    for role in merged.values():
        role["duties"] = [duty for duty in role["duties"] if duty != "deputises"]
    data["roles"] = list(merged.values())
    for part, field in (
        *((one, "executors") for one in (*data["queries"], *data["actions"])),
        *((one, "seats") for one in data["hints"]), (data["overlay"], "owner_chain"),
    ):  # fmt: skip
        part[field] = list(dict.fromkeys(part[field]))
    return replace(load(name), scenario=Scenario.model_validate(data))


def card(engine: Engine, loaded: LoadedScenario) -> Scorecard:
    book = playbook.load("recovery")
    return score(add_references(loaded, engine.journal, book, seeds=0), book)


def sentences(found: Scorecard) -> list[str]:
    """Return every reason that a scorecard gives."""
    judged = [finding for part in found.parts for finding in part.criteria]
    return [one.why for one in (*judged, *found.caps, *found.anti_patterns)] + list(found.remarks)


def lines(engine: Engine, called: Mapping[str, str]) -> list[str]:
    """Return a drill's entries with everybody called as they were."""
    found = [entry.to_json() for entry in engine.journal]
    for was, now in called.items():
        found = [line.replace(now, was) for line in found]
    return found


# --- whose place is whose --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_every_place_is_filled_by_a_role_and_every_role_fills_one(name: str) -> None:
    for loaded in (load(name), renamed(name), cut_to_three(name)):
        scenario = loaded.scenario
        cast = scenario.cast()
        assert set(PLACES.values()) <= set(cast)
        assert set(cast.values()) == {role.id for role in scenario.roles}
        for role in scenario.roles:
            assert scenario.places()[role.id][0] == scenario.place(role.id)
        assert sorted(team(scenario)) == sorted(p for p, r in cast.items() if scenario.find("roles", r).seat)


def test_a_place_nobody_is_there_for_is_filled_by_whoever_commands_or_speaks() -> None:
    cast = cut_to_three("auth_token").scenario.cast()
    assert {place: cast[place] for place in THREE} == THREE
    roles = tuple(role for role in renamed("auth_token").scenario.roles if role.id in ("seat-one", "mobile"))
    alone = load("auth_token").scenario.model_copy(update={"roles": roles})
    assert alone.cast() == {**dict.fromkeys(PLACES.values(), "seat-one"), "mobile": "mobile"}


# --- commands --------------------------------------------------------------------------------------------


def test_every_role_a_command_names_is_changed_and_nothing_else() -> None:
    blast = values.Recommendation(owner="triage", action="triage", reversal_minutes=1, blast_radius=("comms",))
    command = acts.RecordContradiction(
        recommendations=(blast, values.Recommendation(voice="comms", action="pin", reversal_minutes=1)),
        choice="mitigation", reassess_minutes=8, evidence=("query:triage",),
    )  # fmt: skip
    changed = retold(command, Pick, lambda pick, value: RENAMED[value] if pick.source in ("roles", "seats") else value)
    assert changed.recommendations[0].owner == "seat-three"
    own = blast.model_copy(update={"owner": "seat-three"})
    assert changed == command.model_copy(update={"recommendations": (own, command.recommendations[1])})
    assert retold(command, Pick, lambda pick, value: value) is command


@each(acts.ACTS.values())
def test_a_policy_names_the_roles_of_the_scenario_in_whatever_it_gives(kind: type[acts.Act]) -> None:
    picked = [name for name, source in picked_fields(kind) if source in ("roles", "seats") and "." not in name]
    command = kind.model_construct(**dict.fromkeys(picked, "triage"))
    policy = recast(lambda brief: [("triage", command)], RENAMED)
    [(seat, given)] = policy(lambda role: pytest.fail(f"{role} was briefed"))
    assert seat == "seat-three"
    assert [getattr(given, name) for name in picked] == ["seat-three"] * len(picked)


# --- drills ----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("name", "policy"), [
    *((name, "by_the_book") for name in SPELLED_OUT),
    *(("auth_token", policy) for policy in ("hero", "gamer", "impatient")),
])  # fmt: skip
def test_seats_by_any_other_name_play_and_score_the_same(name: str, policy: str) -> None:
    other = renamed(name)
    was, now = played.engine(name, "base", policy, 7), play(other, policy, 7)
    assert lines(now, RENAMED) == [entry.to_json() for entry in was.journal]
    found = card(now, other)
    assert found.total == played.card(name, "base", policy, 7).total
    assert not [why for why in sentences(found) if "seat-" in why], "people are told titles, never ids"


@pytest.mark.slow
def test_a_team_of_three_plays_by_the_book_to_closure() -> None:
    loaded = cut_to_three("auth_token")
    engine = play(loaded, "by_the_book", 7)
    assert engine.incident.ended == "resolved"
    assert (card(engine, loaded).total or 0) >= 60


def test_simulated_holders_are_there_for_every_seat() -> None:
    for loaded in (renamed("auth_token"), cut_to_three("auth_token")):
        assert list(loaded.teammates(loaded.scenario)) == [seat.id for seat in loaded.scenario.seats()]
