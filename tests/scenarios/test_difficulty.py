"""Difficulty: the same world, seen more or less clearly, with more or less help; standard is as it was written."""

from __future__ import annotations

import pytest

from analytics.runs.counterfactual import Ends
from analytics.runs.library import library_of
from scenarios import DIFFICULTIES, load
from scenarios.difficulty import at
from simulator import acts
from simulator import events as e
from simulator.engine import Engine, new_header
from simulator.errors import ReplayDivergence, UnknownName
from simulator.play import play
from simulator.record.journal import Journal
from simulator.record.replay import replay
from tests.shipped import EVERY

pytestmark = pytest.mark.slow


def drill(difficulty: str, *, mode: str = "training", seed: int = 1) -> Engine:
    loaded = load("auth_token", difficulty=difficulty)
    return Engine(loaded, new_header(loaded, seed, mode=mode, automation=False))


def test_standard_is_the_scenario_as_it_was_written() -> None:
    loaded = load("auth_token")
    assert at(loaded, "standard") is loaded
    assert loaded.difficulty == new_header(loaded, 1).difficulty == "standard"


def test_each_difficulty_has_a_scenario_and_a_header_of_its_own() -> None:
    made = [load("auth_token", difficulty=d) for d in DIFFICULTIES]
    assert len({loaded.scenario.model_dump_json() for loaded in made}) == 3
    assert [new_header(loaded, 1).difficulty for loaded in made] == list(DIFFICULTIES)
    with pytest.raises(UnknownName, match="unknown difficulty 'exprt'; did you mean 'expert'"):
        load("auth_token", difficulty="exprt")


def test_a_journal_replays_only_at_its_own_difficulty() -> None:
    journal = play(load("auth_token", difficulty="expert"), "null", 1).journal
    again = Journal(journal.header, list(journal.entries))
    replay(load("auth_token", difficulty="expert"), again)
    with pytest.raises(ReplayDivergence, match="recorded as base, expert, and this is base, standard"):
        replay(load("auth_token"), again)


@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_noise_cues_and_gaps_go_the_right_way(name: str, variant: str) -> None:
    novice, standard, expert = (load(name, variant, d).scenario for d in DIFFICULTIES)
    for easy, usual, hard in zip(novice.metrics, standard.metrics, expert.metrics, strict=True):
        assert easy.noise <= usual.noise <= hard.noise
        assert easy.missing_from is None
    hidden = {m.id for m in expert.metrics if m.missing_from is not None}
    assert hidden >= {m.id for m in standard.metrics if m.missing_from is not None} | set(standard.expert.missing)
    for easy, usual, hard in zip(novice.roles, standard.roles, expert.roles, strict=True):
        assert easy.unanswered == 0
        for a, b, d in zip(easy.cues, usual.cues, hard.cues, strict=True):
            assert a.volunteered_at is not None
            assert (b.volunteered_at is None) == (d.volunteered_at is None)
            if b.volunteered_at is not None and d.volunteered_at is not None:
                assert a.volunteered_at < b.volunteered_at < d.volunteered_at
    assert standard.hints
    assert not expert.hints


@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_the_first_page_lands_on_zero_at_every_difficulty(difficulty: str) -> None:
    for seed in (1, 2, 3):
        engine = drill(difficulty, seed=seed)
        engine.advance(30)
        pages = [x.at for x in engine.journal.entries if isinstance(x.body, e.AlertFired) and x.body.page]
        assert pages == [0]


def test_a_novice_gets_more_alerts_on_what_exists_and_hints_even_in_an_assessment() -> None:
    engine = drill("novice", mode="assessment")
    engine.submit(acts.TakeSeat(seat="commander", name="Ana"), "commander:Ana")
    engine.advance(300)
    alerts = [x.body.alert for x in engine.journal.entries if isinstance(x.body, e.AlertFired)]
    assert {"stuck_sessions_high", "mobile_rejects_high"} <= set(alerts)
    assert [x for x in engine.journal.entries if isinstance(x.body, e.HintGiven)]
    assert engine.telemetry.latest("mobile_verify_failures", 300) is not None
    panels = engine.catalogues["commander"].panels
    assert {"stuck_sessions", "reject_ratio_mobile"} <= {panel.id for panel in panels if panel.on_console}


def test_an_expert_misses_a_series_an_owner_and_hints_and_meets_a_second_fault() -> None:
    engine = drill("expert")
    engine.submit(acts.TakeSeat(seat="commander", name="Ana"), "commander:Ana")
    engine.advance(60)
    engine.submit(acts.PageTeam(role="mobile"), "commander:Ana")
    engine.advance(20 * 60)
    bodies = [x.body for x in engine.journal.entries]
    assert engine.telemetry.latest("invalid_grant", engine.now) is None
    assert not [b for b in bodies if isinstance(b, e.HintGiven)]
    assert [b.role for b in bodies if isinstance(b, e.PageUnanswered)] == ["mobile"]
    joined = next(x.at for x in engine.journal.entries if isinstance(x.body, e.RoleJoined) and x.body.role == "mobile")
    assert joined > 60 + 2 * 270
    assert "pods_evicted" in engine.incident.delivered
    assert engine.world.context()["replicas"] == 19


@pytest.mark.parametrize(
    ("name", "variant"), [("auth_token", "base"), *(one for one in EVERY if one[0] == "billing_mismatch")]
)
def test_the_second_fault_weighs_on_every_course(name: str, variant: str) -> None:
    library = library_of(name, variant)
    runs = {d: Ends(load(name, variant, d), library).of(1) for d in ("standard", "expert")}
    for usual, hard in zip(runs["standard"], runs["expert"], strict=True):
        assert hard.loss >= usual.loss
    assert runs["expert"][0].loss > 1.1 * runs["standard"][0].loss
