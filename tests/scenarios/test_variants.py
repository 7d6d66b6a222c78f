"""Variants: the same first alerts, another truth; drawn by the host, never by the seed; checked with file and line."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from analytics import playbook
from analytics.record import loss_of
from analytics.runs.counterfactual import add_references, ends_of
from analytics.runs.library import library_of
from analytics.runs.walk import as_course, begin, course
from analytics.score import score
from scenarios import draw, load, variants
from scenarios.lint import check_path, check_text
from scenarios.patch import lay_over
from simulator import acts
from simulator import events as e
from simulator.engine import Engine, new_header
from simulator.errors import ReplayDivergence, ScenarioError, UnknownName
from simulator.monitoring.onset import onset_shift
from simulator.play import orders, play_orders
from simulator.policy import Order
from simulator.record.replay import replay
from tests import played
from tests.scenarios.worlds import driven, printed
from tests.shipped import EVERY, FOLDER, SPELLED_OUT, text

pytestmark = pytest.mark.slow

OF_A = variants("auth_token")
SEEDS = (1, 2, 3)
drill = partial(played.drill, "auth_token")


def world(variant: str, minute: float):
    loaded = load("auth_token", variant)
    return driven(loaded.make_world(), loaded.scenario.starts_at, loaded.scenario.fault_at, (), minute, 5)


# --- loading and drawing ---------------------------------------------------------------------------------


def test_the_base_comes_first_and_every_variant_loads() -> None:
    assert OF_A == ("base", "amber", "birch", "cedar")
    for variant in OF_A:
        assert load("auth_token", variant).scenario.variant == variant


def test_an_unknown_variant_offers_the_nearest() -> None:
    with pytest.raises(UnknownName, match="variant of auth_token 'ambr'; did you mean 'amber'"):
        load("auth_token", "ambr")
    with pytest.raises(UnknownName, match="unknown scenario 'auth_tokn'"):
        variants("auth_tokn")


def test_every_variant_can_be_drawn_and_the_draw_follows_the_hosts_chance() -> None:
    rng = random.Random(3)
    loaded = load("auth_token")
    drawn = [draw(loaded, rng) for _ in range(60)]
    assert set(drawn) == set(OF_A)
    assert drawn[:5] == [draw(loaded, again) for again in [random.Random(3)] for _ in range(5)]


def test_a_seed_never_changes_the_variant() -> None:
    for variant in OF_A:
        loaded = load("auth_token", variant)
        assert {new_header(loaded, seed).variant for seed in range(40)} == {variant}


def test_a_journal_replays_only_on_the_variant_it_was_played_on() -> None:
    engine, _ = drill("birch", "null", 1)
    replay(load("auth_token", "birch"), engine.journal)
    with pytest.raises(ReplayDivergence, match="recorded as birch, standard, and this is base, standard"):
        replay(load("auth_token"), engine.journal)


# --- what people see, and what is true -------------------------------------------------------------------


@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_nothing_seen_beforehand_tells_a_variant(name: str, variant: str) -> None:
    same_beforehand(name, variant)


def same_beforehand(name: str, variant: str) -> None:
    """Hold a variant to having all that can be seen beforehand from the base."""
    base, other = load(name).scenario, load(name, variant).scenario
    for field in ("title", "summary", "briefing", "company", "incident", "t0_utc", "channels", "services"):
        assert getattr(base, field) == getattr(other, field)
    for group in ("roles", "metrics", "alerts", "queries", "actions", "topics", "causes", "blast", "residual_risks",
                  "unknowns", "factors", "reasons", "needs", "revisions"):  # fmt: skip
        assert [(x.id, x.title) for x in getattr(base, group)] == [(x.id, x.title) for x in getattr(other, group)]
    assert [(x.command, x.executors) for x in (*base.queries, *base.actions)] == [
        (x.command, x.executors) for x in (*other.queries, *other.actions)
    ]
    assert [role.brief for role in base.roles] == [role.brief for role in other.roles]


@pytest.mark.parametrize("variant", OF_A)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_first_alerts_at_the_same_time(variant: str, seed: int) -> None:
    loaded = load("auth_token", variant)
    engine = Engine(loaded, new_header(loaded, seed, mode="assessment", automation=False))
    engine.advance(300)
    fired = {x.body.alert: x.at for x in engine.journal.entries if isinstance(x.body, e.AlertFired)}
    assert fired["authn_reject_ratio_high"] == 0
    assert list(fired) == ["session_db_latency", "authn_reject_ratio_high", "node_clock_offset", "credential_stuffing"]
    assert abs(onset_shift(loaded, seed)) <= 30


def test_each_variant_has_a_truth_of_its_own() -> None:
    true = {v: [one.id for one in load("auth_token", v).scenario.causes if one.true] for v in OF_A}
    assert true == {"base": ["zone_key"], "amber": ["zone_key"], "birch": ["jwks_late"], "cedar": ["clock_skew"]}
    assert len({load("auth_token", v).scenario.fault for v in OF_A}) == len(OF_A)
    reasons = {v: world(v, 4).reason() for v in OF_A}
    assert reasons == {
        "base": "signature", "amber": "signature", "birch": "unknown_kid", "cedar": "not_yet_valid",
    }  # fmt: skip


def test_the_wrong_key_elsewhere_wants_other_levers() -> None:
    def after(variant: str, *turns: tuple[str, float]) -> bool:
        made = world(variant, 5)
        for knob, value in turns:
            made.turn(knob, value, 0)
        made.step(30)
        return bool(made.facts()["signing_bad"])

    flags = (("flag_web", 0.0), ("flag_mobile", 0.0))
    assert not after("base", *flags)
    assert after("amber", *flags)
    assert not after("amber", ("pin", 1.0))
    assert not after("amber", ("zone_a", 1.0))
    assert after("amber", ("zone_c", 1.0))
    assert world("amber", 1).facts()["fallback"] == "ready"
    assert world("base", 1).facts()["fallback"] == "blocked"


def test_a_late_key_set_fades_by_itself_within_ten_minutes_and_poisons_nobody() -> None:
    shares = [world("birch", minute).figures()["reject_ratio_pct"] for minute in (1.5, 4, 7, 11.5, 20)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 4
    assert not world("birch", 11.6).facts()["signing_bad"]
    assert world("birch", 14).facts()["reject_below_1pct"]
    assert world("birch", 20).figures()["poisoned_sessions"] == 0


def test_a_clock_that_is_ahead_follows_no_flag() -> None:
    made = world("cedar", 5)
    for knob, value in (("flag_web", 0.0), ("flag_mobile", 0.0), ("pin", 1.0), ("hotfix_share", 1.0)):
        made.turn(knob, value, 0)
    made.step(60)
    assert made.facts()["signing_bad"]
    made.turn("clock_sync", 1.0, 0)
    made.step(30)
    assert not made.facts()["signing_bad"]
    assert world("cedar", 20).figures()["poisoned_sessions"] == 0


TURNS = ((), (("rollback", 1),), (("zone_a", 1), ("throttle", 1)), (("hotfix_share", 1), ("pin", 1)),
         (("revoke_all", 1),), (("clock_sync", 1), ("publish_key", 1)))  # fmt: skip


@pytest.mark.parametrize("variant", OF_A)
@pytest.mark.parametrize("turns", TURNS)
def test_every_text_can_be_printed_in_every_variant(variant: str, turns: tuple[tuple[str, float], ...]) -> None:
    scenario, made = load("auth_token", variant).scenario, world(variant, 5)
    for knob, value in turns:
        made.turn(knob, value, 0)
    made.step(300)
    texts = printed(scenario, made).values()
    if load("auth_token", variant).make_world().reason() != "signature":
        assert not [text for text in texts if "reason=signature" in text or "(standby)" in text]


# --- responders ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", OF_A[1:])
def test_by_the_book_reads_what_it_sees(variant: str) -> None:
    engine, card = drill(variant, "by_the_book", 1)
    assert card.total >= 85
    assert not card.caps
    started = {x.body.action for x in engine.journal if isinstance(x.body, e.ActionStarted)}
    assert {"amber": "pin", "birch": "flag_web", "cedar": "clock_sync"}[variant] in started
    assert ("revoke" in started) == (variant == "amber")
    assert drill(variant, "null", 1)[1].total <= 5


def _waiting(given: list[Order]) -> list[Order]:
    """Return by_the_book's orders with its flags left alone: it holds, watches and tells."""
    kept = []
    for order in given:
        body, changes = order.body, {}
        if isinstance(body, acts.TakeAction):
            if body.action == "flag_mobile":
                continue
            changes = {"action": "hold", "executor": None} if body.action == "flag_web" else {}
        elif isinstance(body, acts.RecordOption) and body.action == "flag_mobile":
            changes = {"action": "hold", "coverage": ("web", "mobile"), "minutes_to_effect": 10, "risk": "harm_goes_on"}
        elif isinstance(body, acts.RecordDecision):
            changes = {"actions": ("hold",), "blast_radius": ("harm_goes_on",)}
        elif isinstance(body, acts.PublishDecisionNote):
            changes = {"actions": ("hold",)}
        elif isinstance(body, acts.HandOff):
            changes = {"in_flight": ()}
        elif getattr(body, "mitigation", None):
            changes = {"mitigation": "hold"}
        by = "verification:waits" if changes.get("action") == "hold" and isinstance(body, acts.TakeAction) else order.by
        kept.append(replace(order, by=by, body=body.model_copy(update=changes)))
    return kept


def test_waiting_is_a_fair_answer_to_what_fades_by_itself() -> None:
    loaded, book = load("auth_token", "birch"), playbook.load("recovery")
    engine = play_orders(loaded, _waiting(orders(drill("birch", "by_the_book", 1)[0])), 1)
    card = score(add_references(loaded, engine.journal, book, seeds=0), book)
    assert card.total >= 70
    assert not card.caps


# --- courses ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_committed_courses_belong_to_the_world_they_were_searched_with(name: str, variant: str) -> None:
    loaded, library = load(name, variant), library_of(name, variant)
    assert len(library.finalists) in (9, 10)
    assert library.scenario_version == loaded.version, "run `make finalists`"
    walk = begin(loaded.make_world, loaded.scenario, 0)
    for finalist in library.finalists:
        turns, actions = as_course(finalist.steps, loaded.scenario)
        assert course(walk, finalist.name, turns, actions).loss == pytest.approx(finalist.loss, rel=0.02)


LEFT = {"auth_token": 1.0, "billing_mismatch": 0.25, "permission_leak": 0.2}
"""Share of the loss of doing nothing that by_the_book stays under; in birch most of it goes by itself."""


@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_the_best_course_is_about_as_good_as_by_the_book(name: str, variant: str) -> None:
    loaded = load(name, variant)
    null, best = ends_of(loaded).of(1)
    ours = loss_of(played.engine(name, variant, "by_the_book", 1).world.harm(), loaded.scenario)
    assert best.loss <= 1.1 * ours < LEFT[name] * null.loss


# --- patches, and what is wrong with them ----------------------------------------------------------------


def test_a_patch_is_laid_over_part_by_part() -> None:
    base = {
        "parameters": {"a": 1, "b": 2}, "teaching": [{"at": 1}], "x": {"deep": 1},
        "roles": [{"id": "r", "cues": [{"id": "c", "text": "old", "topics": ["t"]}, {"id": "d"}]}, {"id": "s"}],
    }  # fmt: skip
    made = lay_over(base, {
        "parameters": {"b": 3}, "teaching": [{"at": 2}], "x": {"other": 2}, "remove": {"roles": ["s"]},
        "roles": [{"id": "r", "remove": {"cues": ["d"]}, "cues": [{"id": "c", "text": "new"}]}, {"id": "u"}],
    })  # fmt: skip
    assert made.data == {
        "parameters": {"a": 1, "b": 3}, "teaching": [{"at": 2}], "x": {"other": 2},
        "roles": [{"id": "r", "cues": [{"id": "c", "text": "new", "topics": ["t"]}]}, {"id": "u"}],
    }  # fmt: skip
    assert made.origin(("roles", 0, "cues", 0, "text")) == (True, ("roles", 0, "cues", 0, "text"))
    assert made.origin(("roles", 0, "cues", 0, "topics", 0)) == (False, ("roles", 0, "cues", 0, "topics", 0))
    assert made.origin(("roles", 1, "title")) == (True, ("roles", 1, "title"))
    assert base["roles"][0]["cues"][0]["text"] == "old"  # type: ignore[index]


def findings(patch: str) -> list[str]:
    from scenarios.auth_token.world import AuthTokenWorld

    found = check_text(text(), "scenario.yaml", lambda: AuthTokenWorld, (patch, "mine.yaml"))
    return [str(one) for one in found]


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ("title: Late keys\n", "mine.yaml:1: title: a variant cannot change it: it would be told by it; take it out"),
        ("remove:\n  queries: [git_lag]\n",
         "mine.yaml:2: remove.queries.0: there is no 'git_lag' to remove; name one; did you mean 'git_log'?"),
        ("hint: x\nactions:\n  - {id: pin, coverage: [desktop]}\n",
         "mine.yaml:3: actions.pin.coverage.0: unknown name 'desktop'; use one of segments"),
        ("actions:\n  - id: pin\n    effects: [{knob: pinn, value: 1}]\n",
         "mine.yaml:3: actions.pin.effects.0.knob: unknown name 'pinn'; use one of knobs; did you mean 'pin'?"),
        ("actions:\n  - id: revoke\n    precheck: revoke_dryrun\n",
         "mine.yaml:3: actions.revoke.precheck: unknown name 'revoke_dryrun'; use one of queries; did you mean"),
        ("hint: x\nqueries:\n  - {id: git_log, executors: [triage, dbaa]}\n",
         "mine.yaml:3: queries.git_log.executors.1: unknown name 'dbaa'; use one of roles; did you mean 'dba'?"),
        ("overlay:\n  windows: {B3: [4, 5]}\n", "mine.yaml:2: overlay.windows.B3: unknown name 'B3'; use one of"),
        ("parameters: {colour: 1}\n", "mine.yaml:1: parameters: the world does not know them"),
        ("actions:\n  - {id: pinn, rung: flag}\n", "mine.yaml:2: actions.pinn.command: is missing; add it"),
        ("actions:\n  - {id: pin, runk: flag}\n",
         "mine.yaml:2: actions.pin.runk: no such field; remove or rename it; did you mean 'rung'?"),
        ("injects:\n  - id: page\n    text: \"{{ replika }}\"\n",
         "mine.yaml:3: injects.page.text: broken template ('replika' is undefined)"),
        ("parameters: {a: 1\n", "mine.yaml:2: yaml: "),
    ],
)  # fmt: skip
def test_a_mistake_in_a_patch_is_found_where_it_was_made(patch: str, expected: str) -> None:
    assert findings(patch)[0].startswith(expected)


def test_what_a_patch_breaks_elsewhere_is_found_there() -> None:
    (found,) = findings("remove:\n  metrics: [session_db_p95]\n")
    line = text()[: text().index("  - {id: session_db_latency")].count("\n") + 1
    assert found.startswith(f"scenario.yaml:{line}: alerts.session_db_latency.metric: unknown name 'session_db_p95'")


def test_loading_a_broken_patch_says_where() -> None:
    from scenarios.loader import parse

    with pytest.raises(ScenarioError, match=r"mine\.yaml:2: actions\.pin\.runk: no such field"):
        parse(text(), "scenario.yaml", ("actions:\n  - {id: pin, runk: flag}\n", "mine.yaml"))
    with pytest.raises(ScenarioError, match=r"mine\.yaml:1: id: a variant cannot change it"):
        parse(text(), "scenario.yaml", ("id: other\n", "mine.yaml"))


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_a_folders_variants_are_checked_with_it(name: str) -> None:
    assert check_path(FOLDER / name) == []


def test_courses_of_another_world_are_a_warning(tmp_path: Path) -> None:
    folder = tmp_path / "auth_token"
    (folder / "variants").mkdir(parents=True)
    (folder / "scenario.yaml").write_text(text(), encoding="utf-8")
    (folder / "world.py").write_text("from scenarios.auth_token.world import WORLD\n", encoding="utf-8")
    (folder / "variants" / "mine.yaml").write_text("version: 2\nparameters: {capacity: 20000}\n", encoding="utf-8")
    library = "scenario: auth_token\nscenario_version: '1'\n"
    (folder / "variants" / "mine.library.yaml").write_text(library, encoding="utf-8")
    (found,) = check_path(folder, run=True)
    assert (Path(found.file).name, found.line, found.level) == ("mine.library.yaml", 2, "warning")
    assert f"with version 1, this is version {load('auth_token').version}.2" in found.what
