"""Drills in one file: short, made ready, played by the book, and right in all that is worked out for them."""

from __future__ import annotations

import copy
import hashlib
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.playbook import DEFAULT
from analytics.playbook import load as load_playbook
from analytics.runs.calibrate import rows
from analytics.runs.curves import curves
from scenarios import uploaded
from scenarios.declared.derive import TRIED_AT
from scenarios.declared.drill import SHORTEST
from scenarios.declared.expand import called_for
from scenarios.declared.made import EXPANSION, FILE, made, mistakes
from scenarios.declared.stock import ACTS, paced
from scenarios.loader import load_at
from simulator import acts
from simulator import events as e
from simulator.errors import ScenarioError
from simulator.monitoring.onset import onset_shift
from simulator.play import play
from simulator.record.replay import rerun
from tests.scenarios.drills import EXAMPLES, NAMES, changed, example, problems, text
from tests.shipped import FOLDER

LONGEST, WIDEST = 250, 100


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_short_and_nothing_is_wrong_with_it(name: str) -> None:
    lines = text(name).splitlines()
    assert len(lines) <= LONGEST
    assert max(map(len, lines)) <= WIDEST
    assert problems(text(name), EXAMPLES / name / "drill.yaml") == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_by_the_book_an_example_comes_to_what_its_table_says_and_the_others_to_less(name: str) -> None:
    loaded, book = load_at(str(EXAMPLES / name)), load_playbook(DEFAULT)
    played = {row.policy: row.total for row in rows(loaded, ("by_the_book", "silent", "impatient", "null"), 1, book)}
    assert played["by_the_book"] >= 90
    assert played["by_the_book"] > played["silent"] > played["impatient"] > played["null"] == 0


@pytest.mark.slow
def test_by_the_book_a_path_that_needs_longer_than_the_mend_is_tried_again_before_anybody_claims() -> None:
    drained = ("  facts: {doubling:", "  facts: {drained: minute > 22, doubling:")
    written = changed(drained, ("rerun_when: {all_back: true,", "rerun_when: {drained: true, all_back: true,"))
    entries = play(uploaded.load("queue_twice", {FILE: written}), "by_the_book", 1).journal.entries
    tried = [(x.at, x.body.ok) for x in entries if isinstance(x.body, e.QueryFinished) and x.body.query == "verify"]
    (claimed,) = (x.at for x in entries if isinstance(x.body, acts.ClaimRecovery))
    assert [ok for _, ok in tried[1:]] == [False, True]
    assert 22 * 60 < tried[-1][0] < claimed


def test_a_drill_replays_byte_for_byte() -> None:
    loaded = load_at(str(EXAMPLES / "queue_twice"))
    once = play(loaded, "impatient", 3).journal
    assert [x.body for x in rerun(loaded, once, 3).entries] == [x.body for x in once.entries]


def test_the_page_comes_at_t0_and_what_is_worked_out_beforehand_knows_when() -> None:
    for name in NAMES:
        shift = example(name).numbers.shift
        assert shift is not None
        assert abs(onset_shift(load_at(str(EXAMPLES / name)), 5) - shift) <= 45


def test_what_follows_from_the_world_is_not_written() -> None:
    drill = example()
    by_id = {action.id: action for action in drill.scenario.actions}
    assert by_id["rollback"].coverage == ("charge", "stock")
    assert by_id["guard"].coverage == ("charge",)
    assert by_id["scale"].coverage == ()  # a supporting step
    assert drill.numbers.hurts["purge"] == ("mail",)
    assert by_id["guard"].minutes_to_effect < 2 < by_id["rollback"].minutes_to_effect
    scale = {one.id: one.scale for one in drill.scenario.harm}
    assert scale["charged_twice"] == pytest.approx(drill.numbers.null.harm["charged_twice"], rel=0.02)
    assert scale["lost"] == 12000  # typed
    assert drill.library["finalists"][0]["loss"] < 0.1 < drill.numbers.loss["rollback"]
    assert [one.id for one in drill.scenario.reaches if one.true and one.dimension == "users"] == [
        "users_charges", "users_stock_bookings",
    ]  # fmt: skip


def test_what_tells_the_cause_is_offered_once_something_shows_it() -> None:
    s = example().scenario
    assert s.find("causes", "slow_ack").known_by
    assert s.find("factors", "the_acknowledgement_waits_for_a_slow_call").known_by
    assert not s.find("factors", "charging_is_not_idempotent").known_by


VARIANT = """variants:
  worse:
    version: 2
    hint: It is busier than on other days.
    world:
      groups: {charge: {inflow: 330}}
    says: []
    looks: {inflow: {shows: "330, a tenth more than usual"}}
expert:
  missing: {tickets: 5m}
  absent: [platform]
  says: [{at: 20m, who: shop-lead, text: Another shop has just opened.}]
novice: {panels: [redelivered]}
"""


def test_a_variant_is_what_is_otherwise_and_difficulty_as_well() -> None:
    given = changed(("giveaways:", VARIANT + "giveaways:"))
    base, worse = made(given, "x/drill.yaml"), made(given, "x/drill.yaml", "worse")
    assert worse.scenario.whole_version.startswith("1.2-")
    assert worse.numbers.null.harm["late_minutes"] > base.numbers.null.harm["late_minutes"]
    assert worse.drill.world.groups["charge"].numbers["cap"] == 420
    assert [one.id for one in worse.scenario.injects] == ["page"]
    assert worse.source.place(("segments", 0))[1] < worse.source.place(("queries", 8, "output"))[1]
    assert made(f"# Said twice\n{given}", "x/drill.yaml").scenario.whole_version == base.scenario.whole_version
    busier = given.replace("inflow: 330", "inflow: 331")
    assert made(busier, "x/drill.yaml").scenario.whole_version == base.scenario.whole_version
    assert made(busier, "x/drill.yaml", "worse").scenario.whole_version != worse.scenario.whole_version
    assert base.library["scenario_version"] == base.scenario.whole_version != example().scenario.whole_version
    assert base.scenario.expert.absent == ("platform",)
    assert base.scenario.expert.injects[0].id == "late_say_1"
    assert base.scenario.novice.panels == ("redelivered",)


@pytest.mark.parametrize("name", NAMES)
def test_what_an_inject_calls_for_names_what_is_done_and_to_what(name: str) -> None:
    for inject in example(name).scenario.injects:
        if inject.expects:
            assert inject.expects.label != inject.expects.command.replace("_", " ").capitalize(), inject.id


def test_moves_that_wait_for_each_other_are_named() -> None:
    given = changed(
        ("risk: Messages still", "needs: {throttled: true}, refusal: No, risk: Messages still"),
        ("undo: unthrottle,", "undo: unthrottle, safe_when: {guarded: true},"),
    )
    with pytest.raises(ScenarioError, match="throttle waits for guard, guard waits for throttle"):
        made(given, "x/drill.yaml")


def test_who_usually_can_do_something_need_not_all_be_there() -> None:
    second = "  second:\n    handle: duty-deputy\n    duties: [deputises]"
    given = changed(("  deputy:\n    handle: duty-deputy", second))
    scenario = made(given, "x/drill.yaml").scenario
    usual = [one for one in scenario.actions if "commander" in one.executors]
    assert usual
    assert not [one for one in (*scenario.actions, *scenario.queries) if "deputy" in one.executors]


@pytest.mark.parametrize(
    ("patch", "what"),
    [
        ("title: Another", "variants.worse.title: a variant cannot change it"),
        ("looks: {inflw: {shows: x}}", "looks.inflw.about: is missing"),
        ("world: {let: {twice: wrk}}", "world.let.twice: unknown name 'wrk'"),
    ],
)
def test_what_is_wrong_in_a_variant_is_told_where_that_stands(patch: str, what: str) -> None:
    given = changed(("giveaways:", f"variants:\n  worse:\n    {patch}\ngiveaways:"))
    line = given.splitlines().index(f"    {patch}") + 1
    with pytest.raises(ScenarioError) as raised:
        made(given, "x/drill.yaml", "worse")
    assert str(raised.value).startswith(f"x/drill.yaml:{line}: {what}")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("facts: {", "facts: {moved: of('fee', lag) > 1, ", "world.facts.lag) > 1: 'lag) > 1' is no name"),
        ("waiting: [Messages waiting, total(lag)]", "waiting: {title: Waiting, value: min(total(lag), 3)}",
         "world.figures.waiting.3): no such field; remove or rename it; what has a comma in it, a formula say, stands"),
        ("rate: 0.02 * total(twice)", "rate: 2 * throttled", "logs.expired.rate: 'throttled' is a fact, and formulas"),
        ("giveaways: [", "giveaways: [4711, ", "giveaways.0: 4711 is a number, no text; put it in quotes"),
        ("  levers: {", "\tlevers: {", "yaml: a tab stands in the indentation; indent with spaces"),
    ],
)
def test_slips_of_form_are_told_once_and_with_what_to_write(old: str, new: str, told: str) -> None:
    (found,) = mistakes(changed((old, new)), "x/drill.yaml")
    assert str(found).split(": ", 1)[1].startswith(told)


def test_curves_show_who_is_helped_and_hurt_and_what_a_move_needs() -> None:
    found = {one.move: one for one in curves(load_at(str(EXAMPLES / "tokens_short")))}
    assert found["restore"].helps == ("internal", "devices", "customers")
    assert found["restore_own"].helps == ("internal",)
    assert found["restore"].after == ("mount",)
    assert (found["flush"].after, found["flush"].late) == (("mount", "restore"), True)  # it hurts before that
    assert found["rotate"].hurts == ("devices", "customers")
    assert found[""].loss > found["rollback"].loss > 2 * found["restore"].loss
    assert len(found[""].drawn()) == 13


def test_a_move_that_needs_another_is_compared_with_that_other_begun_as_early(tmp_path: Path) -> None:
    lifted = "unthrottle: {title: Lift the throttle, "
    file = tmp_path / "queue_twice" / "drill.yaml"
    file.parent.mkdir()
    file.write_text(changed((lifted, f"{lifted}needs: {{throttled: true}}, ")), encoding="utf-8")
    found = {one.move: one for one in curves(load_at(str(file.parent)))}
    assert found["unthrottle"].without < found["throttle"].loss - 0.02  # throttled at T+0, and not at T+5


# --- what is not seen, what is hidden, what is short ------------------------------------------------------------


def test_a_signal_is_dark_by_group_and_as_a_whole_while_all_are() -> None:
    dark = "    is: total(lag)\n    by_group: lag\n    dark: lag > 0.5 * cap or minute > 50\n    panel: true"
    drill = made(changed(("    is: total(lag)\n    by_group: lag\n    panel: true", dark)), "queue_twice/drill.yaml")
    world = drill.bench.world()
    world.start(drill.drill.starts, drill.drill.fault.at)
    told: set[tuple[bool, ...]] = set()
    while world.now < 3600:
        world.step(60)
        seen = world.observe()
        parts = tuple(math.isnan(seen[f"lag_{group}"]) for group in drill.drill.world.groups)
        caps = {name: group.numbers["cap"] for name, group in drill.drill.world.groups.items()}
        hidden = tuple(world.value("lag", name) > 0.5 * cap or world.now > 3000 for name, cap in caps.items())
        assert parts == hidden
        assert math.isnan(seen["lag"]) is all(parts)
        told.add(parts)
    assert {(False, False, False), (True, True, True)} < told


@pytest.mark.parametrize(
    ("formula", "what"), [("lagg > 0", "unknown name 'lagg'"), ("lag >", "signals.lag.dark")],
)  # fmt: skip
def test_what_is_wrong_with_when_a_signal_is_dark_is_told_there(formula: str, what: str) -> None:
    panel = "    by_group: lag\n    panel: true"
    written = changed((panel, f"    dark: {formula}\n{panel}"))
    (found,) = problems(written)
    assert "signals.lag.dark" in str(found)
    assert what in str(found)


def test_a_cause_is_offered_by_what_its_author_says_whether_it_is_true_or_not() -> None:
    hidden = 'title: "The broker\'s patch", known_by: [query:revisions],'
    written = changed(("title: The broker's patch,", hidden))
    causes = {one.id: one.known_by for one in made(written, "queue_twice/drill.yaml").scenario.causes}
    assert causes["broker"] == ("query:revisions",)
    assert set(causes["slow_ack"]) == {"query:redelivery", "query:doubles", "query:timing"}
    assert causes["traffic"] == ()


def test_what_somebody_outside_is_owed_is_written_in_one_file_too() -> None:
    owed = "owes: {what: Word to the shops, within: 20m, taken_up_by: [inject:desk]}, about: impact, at: 10m,"
    written = changed(("{ledger_rule: {about: impact, at: 10m,", f"{{ledger_rule: {{{owed}"),
                      ("{at: 1m, who: support-desk,", "{at: 1m, id: desk, who: support-desk,"))
    cues = [one for role in made(written, "queue_twice/drill.yaml").scenario.roles for one in role.cues]
    (debt,) = next(one.owes for one in cues if one.owes)
    assert (debt.what, debt.within, debt.taken_up_by) == ("Word to the shops", 1200, ("inject:desk",))
    assert problems(written) == []
    wrong = written.replace("inject:desk", "inject:say_9")
    line = 1 + wrong.partition("say_9")[0].count("\n")
    (found,) = problems(wrong)
    assert f"drill.yaml:{line}: people.commander.knows.ledger_rule.owes: 'inject:say_9' is no inject" in str(found)
    (found,) = mistakes(written.replace("inject:desk", "inject:say_1").replace("id: desk, ", ""), "x/drill.yaml")
    assert str(found).endswith("knows.ledger_rule.owes: 'inject:say_1' is called after its place; give what "
                               "@support-desk says an `id: NAME` and write inject:NAME")  # fmt: skip
    for nothing in ("''", "{what: '  '}"):
        empty = changed(("{ledger_rule: {about:", f"{{ledger_rule: {{owes: {nothing}, about:"))
        (found,) = mistakes(empty, "x/drill.yaml")
        assert "knows.ledger_rule.owes" in str(found)


def test_a_rollback_mends_where_it_turns_back_what_broke_it_and_nothing_turns_that_on_again() -> None:
    def mends(*changes: tuple[str, str]) -> list[str]:
        return [one.id for one in made(changed(*changes), "queue_twice/drill.yaml").scenario.actions if one.mends]

    assert mends() == ["rollback"]
    assert mends(("rung: rollback,", "rung: containment,")) == []
    again = ("rung: rollback,", "rung: rollback, undo: forward,")
    for lever, so in (("broken: 1", []), ("throttle: 1", ["rollback"])):
        forward = f"  forward: {{title: Again, cmd: again, set: {{{lever}}}, rung: flag, support: true}}\n"
        assert mends(again, ("moves:\n", f"moves:\n{forward}")) == so


def test_a_claim_need_not_be_about_the_cause() -> None:
    said = '  - {at: 20m, who: bot, killed_by: [verify], text: "It looks stable."}\n  - {at: 50m, who: vp-eng'
    scenario = made(changed(("  - {at: 50m, who: vp-eng", said)), "queue_twice/drill.yaml").scenario
    claim = next(one for one in scenario.injects if one.persona == "@bot")
    assert (claim.form, claim.wrong, claim.claim, claim.disproved_by) == ("claim", True, None, ("verify",))


@given(horizon=st.integers(SHORTEST, 2 * 3600), at=st.lists(st.integers(0, 3300), min_size=2, max_size=2))
def test_in_a_short_drill_steps_keep_their_order_and_come_before_its_end(horizon: int, at: list[int]) -> None:
    first, second = sorted(at)
    assert paced(first, horizon) <= paced(second, horizon) < max(horizon, 3301)
    assert all(paced(one, horizon) <= one for one in at)  # nobody is slower for having less time
    if horizon >= 3600 or second <= ACTS:
        assert (paced(first, horizon), paced(second, horizon)) == (first, second)


def test_what_is_dark_before_the_fault_has_no_normal_unless_one_is_written() -> None:
    lag = "    is: total(lag)\n    by_group: lag\n"
    (problem,) = mistakes(changed((lag, f"{lag}    dark: minute < 90\n")), "x/drill.yaml")
    assert ": signals.lag.dark: holds before the fault, so nothing tells what is normal; have it" in str(problem)
    (problem,) = mistakes(changed((lag, f"{lag}    dark: lag < 0 or minute < 90\n")), "x/drill.yaml")
    assert ": signals.lag.dark: holds before" in str(problem)


def test_a_drill_too_short_to_close_is_refused() -> None:
    (problem,) = mistakes(changed(("\nt0:", "\nhorizon: 11m\nt0:")), "x/drill.yaml")
    assert str(problem).startswith("x/drill.yaml:12: horizon: less than 12 minutes are too few to find out, act and")
    assert mistakes(changed(("\nt0:", "\nhorizon: 12m\nt0:")), "x/drill.yaml") == []


@pytest.mark.parametrize(("name", "change", "most"), [
    ("queue_twice", (), 0.6), ("tokens_short", (), 0.7),
    ("queue_twice", ("comes + work", "comes + 0 * minute + work"), 1.0),  # what rests on the clock never stands
])  # fmt: skip
def test_what_stands_still_before_the_page_is_passed_over_and_comes_to_the_same(
    name: str, change: tuple[str, str], most: float
) -> None:
    drill = made(changed(*[change] if change else [], name=name), f"{name}/drill.yaml")
    levers = [*drill.program.spec.levers]

    def walked(world: Any) -> tuple[list[object], int]:
        taken, integrate = [], world.integrate
        world.integrate = lambda dt: (taken.append(dt), integrate(dt))
        world.start(drill.drill.starts, drill.drill.fault.at)
        shown = []
        for at in range(100):
            if at % 20 == 7 and name != "tokens_short":  # there something happens 45 minutes after the fault
                world.turn(levers[at // 20], 0.5, 90)
            if at % 20 == 11 and name != "tokens_short":
                world.turn(levers[at // 20], drill.program.spec.levers[levers[at // 20]], 0)
            world.step((15, 60, 300)[at % 3])
            shown.append((world.now, world.observe(), world.harm(), world.facts(), world.knobs()))
        return shown, len(taken)

    (found, fewer), plain = walked(drill.bench.world()), drill.bench.world()
    plain.calm = lambda dt: 0  # type: ignore[method-assign]
    whole, slices = walked(plain)
    assert str(found) == str(whole)
    assert fewer <= most * slices
    assert (fewer == slices) == (most == 1)


CLOCKED = "signals:\n  clocked: {title: Clock, is: minute + 100, page: {name: Clock, above: 50, for: 2m}}\n"


@pytest.mark.parametrize("change", [
    ("signals:\n", "signals:\n"),
    ("signals:\n", CLOCKED),  # it moves while no stock does, and pages long before the fault
    ("signals:\n", CLOCKED.replace("minute + 100", "60")),
    ("world:\n", "world:\n  step: 7s\n"),
])  # fmt: skip
def test_what_is_passed_over_or_shared_comes_to_what_each_step_comes_to(change: tuple[str, str]) -> None:
    bench = made(changed(change), "queue_twice/drill.yaml").bench
    plainly, world = copy.copy(bench), copy.deepcopy(bench.begun)
    plainly.world = lambda: _never_calm(bench.world())  # type: ignore[method-assign]
    assert bench.shift == plainly._shift() is not None
    world.step(240)
    figures = dict(world.figures())
    world.step(1800)
    assert bench.ahead(240, 1800) == {name: round(then / figures[name], 3) if figures[name] else 1.0
                                      for name, then in world.figures().items()}  # fmt: skip


def _never_calm(world: Any) -> Any:
    world.calm = lambda dt: 0
    return world


def test_what_is_made_of_a_file_changes_with_its_version_alone() -> None:
    """Hold what is made of an example of fifty minutes; a drill that runs must not go on by another one."""
    drill = made(changed(("\nt0:", "\nhorizon: 50m\nt0:")), "queue_twice/drill.yaml")
    parts = (drill.source.data, drill.book, drill.library)
    of_file = [{key: part for key, part in one.items() if key not in ("digest", "scenario_version")} for one in parts]
    found = hashlib.blake2s(json.dumps(of_file, default=str).encode(), digest_size=4).hexdigest()
    assert {EXPANSION: found} == {7: "5530d386"}, (
        "raise EXPANSION in scenarios/declared/made.py, or leave it where the example's own file changed; then write "
        "both here"
    )


@pytest.mark.parametrize(("command", "fields", "says"), [
    ("assign_task", {"to": "mitigation", "query": "look"}, "Give the task: mitigation, How many cannot get in"),
    ("assign_lane", {"lane": "triage", "owner": "triage"}, "Assign the lane: triage"),
    ("update_stakeholders", {"status": ["mitigating", "monitoring"]}, "Publish the update: mitigating or monitoring"),
])  # fmt: skip
def test_what_a_line_calls_for_is_said_field_by_field(command: str, fields: dict[str, Any], says: str) -> None:
    assert called_for(command, fields, {"look": "How many cannot get in"}) == says


@pytest.mark.parametrize("name", NAMES)
def test_courses_that_are_walked_together_come_to_what_each_comes_to_alone(name: str) -> None:
    drill, bench = example(name).drill, example(name).bench
    courses = [bench.turns(move, at) for move in drill.moves for at in (0, TRIED_AT)]
    for turns in courses:
        assert bench.run(turns, frozen=True) == bench.run(turns, frozen=True, step=drill.world.step)


def test_a_lever_that_is_turned_to_where_it_stands_is_not_walked_again() -> None:
    drill, bench = example().drill, example().bench
    merged = {lever for one in drill.world.happens if one.unless_frozen for lever in one.set}
    stands = {lever: at for lever, at in bench.begun.knobs().items() if lever not in merged}
    still = [(TRIED_AT, lever, at, 60) for lever, at in stands.items() if bench.begun.stays(lever, at)]
    assert still
    assert bench.run(still, frozen=True) is bench.run(frozen=True)
    world = copy.deepcopy(bench.begun)
    world.step(TRIED_AT)
    for _, lever, value, over in still:
        world.turn(lever, value, over)
    world.step(drill.horizon - TRIED_AT)
    assert world.harm() == bench.run(frozen=True).harm


def test_a_move_is_told_from_what_it_needs_which_begins_when_it_does_itself() -> None:
    found = made((FOLDER / "levels_unseen" / FILE).read_text(encoding="utf-8"), FILE).numbers
    assert found.coverage["rollback"]
    assert found.coverage["local_off"] == (), "it takes back what the rollback made needless, and mends nothing"
