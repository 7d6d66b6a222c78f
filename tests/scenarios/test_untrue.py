"""Texts that a variant leaves standing and that are untrue in it: each found with its line, and none in what ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.declared.source import laid_over
from scenarios.lint.untrue import untrue
from scenarios.spelled_out import written
from scenarios.templates import template
from simulator.scenario.document import read
from tests.shipped import FOLDER, IN_ONE_FILE, SPELLED_OUT, text, truths

VARIANT = """
variants:
  other:
    world:
      groups: {charge: {inflow: 330}}
      happens:
        - {at: -60m, service: shop, says: shop 5.3 rolled out}
        - {at: -17m, service: worker, says: worker 2.0.4 → 2.2.0, by: night-bot, set: {slow: 1}}
        - {at: 14m, service: worker, says: worker 2.2.1 merged, set: {slow: 1}, unless_frozen: true}
    fault: {at: -13m, is: worker 2.2.0 does each order more slowly}
    other_revisions: [worker 2.2.0]
    looks: {history: {shows: "2.0.4, 2.2.0; no migration"}}
    people: {spare: {knows: {room: {says: "There is room for 26,000 orders on four machines of 12 locations."}}}}
"""
PEOPLE = """
people:
  spare:
    handle: spare
    page: 4m
    knows:
      room: {about: impact, says: "There is room for 30,000 orders on four machines of 38 locations."}
"""


def found(more: str = "", *changes: tuple[str, str]) -> list[str]:
    """Return what is said of a template's variant, with lines added to its looks, as `line: what`."""
    drill = template("queue").replace("inflow: 300, cap: 500", "inflow: 200, cap: 500")
    drill = drill.replace("2.0.4 → 2.1.0, set", "2.0.4 → 2.1.0, by: day-bot, set")
    for old, new in changes:
        assert old in drill, old
        drill = drill.replace(old, new, 1)
    document = read(drill.replace("\nlooks:\n", f"\nlooks:\n{more}") + PEOPLE + VARIANT, "mine/drill.yaml")
    problems = untrue(laid_over(document, "base"), laid_over(document, "other"))
    return [f"{document.lines['looks', 'x'] - one.line if more else one.line}: {one.what}" for one in problems]


@pytest.mark.parametrize(
    ("shows", "named"),
    [
        ("since 2.1.0 each order takes longer", "2.1.0"),  # a version
        ("rolled out by day-bot, as ever", "day-bot"),  # who did it
        ("of 300 orders a minute half are late", "300"),  # a number of the world
        ("there is room for 30,000 orders", "30,000 orders"),  # how many, as people know it
        ("all of 38 locations ask", "38 locations"),
        ("deployed {{ utc(fault_at) }} and {{ utc(fault_at - 0) }}", None),  # the fault is where it was
    ],
)
def test_a_text_that_names_what_the_variant_replaced_is_found(shows: str, named: str | None) -> None:
    line = f'  x: {{title: X, cmd: x, about: impact, shows: "{shows}"}}\n'
    expected = [] if named is None else [f"0: looks.x.shows: names {named!r}, which this variant has replaced"]
    assert found(line) == expected


def test_a_time_at_which_nothing_happens_any_more_is_found() -> None:
    moved = ("{at: -13m, service: worker", "{at: -15m, service: worker")
    line = '  x: {title: X, cmd: x, about: impact, shows: "rolled out {{ utc(fault_at - 120) }}"}\n'
    (said,) = found(line, moved)
    assert said == "0: looks.x.shows: speaks of utc(fault_at - 120), when nothing happens in this variant"
    assert found(line.replace("120", "240"), moved) == []  # when it happens there, and nothing did before


def test_what_is_still_so_is_not_found() -> None:
    for shows in ("2.0.4 is known to be good", "shop 5.3 runs", "200 mails a minute", "four machines", "2.2.0"):
        assert found(f'  x: {{title: X, cmd: x, about: impact, shows: "{shows} there"}}\n') == []


def test_it_is_told_of_a_patch_where_the_text_stands() -> None:
    name = "auth_token"
    base = text(name)
    assert "auth-svc is good for 30,000 mints a minute. Beyond" in base
    inject = '  - {id: limit, at: 5m, persona: x, text: "Past 30,000 mints it fails."}'
    wrong = base.replace("\ninjects:\n", f"\ninjects:\n{inject}\n")
    patch = (FOLDER / name / "variants" / "amber.yaml").read_text("utf-8"), "amber.yaml"
    (one,) = untrue(written(wrong, "scenario.yaml"), written(wrong, "scenario.yaml", patch))
    line = wrong[: wrong.index("Past 30,000")].count("\n") + 1
    assert (one.file, one.line, one.level) == ("scenario.yaml", line, "warning")
    assert "names '30,000 mints', which this variant has replaced" in one.what


def test_nothing_is_found_in_what_ships() -> None:
    said = []
    for name, variant in truths():
        folder: Path = FOLDER / name
        if name in SPELLED_OUT and variant != "base":
            patch = (folder / "variants" / f"{variant}.yaml").read_text("utf-8"), f"{variant}.yaml"
            said += untrue(written(text(name), name), written(text(name), name, patch))
        elif name in IN_ONE_FILE and variant != "base":
            document = read((folder / "drill.yaml").read_text("utf-8"), name)
            said += untrue(laid_over(document, "base"), laid_over(document, variant))
    assert [str(one) for one in said] == []
