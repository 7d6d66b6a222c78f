"""Nothing prints the answer: all that a seat is offered at T+0, for every truth, and what it can read beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from scenarios import loader, names
from simulator import acts
from simulator.briefing import Briefing, briefing
from simulator.engine import Engine, new_header
from simulator.finding import find
from simulator.scenario.shown import GROUPS, shown_by
from simulator.values import Ref
from tests.shipped import EVERY as TRUTHS
from tests.ui.browsing import Browser
from tests.ui.test_pages import texts
from ui.parts import completion
from ui.parts.catalogue import offered
from ui.parts.labels import help_of
from ui.parts.prefill import prefilled
from ui.parts.shapes import shapes

TYPED = (
    "rerun", "probe", "rollback", "revert", "flag", "pin", "pause", "key", "token", "release", "queue", "charge",
    "replay", "cache", "edge", "kid", "zone", "clock", "a", "e", "i", "o",
)  # fmt: skip
"""What people type into the command line to see what there is."""


@cache
def giveaways(name: str) -> tuple[str, ...]:
    """Return the words that tell any of a scenario's truths."""
    words = (word for variant in loader.variants(name) for word in loader.load(name, variant).scenario.giveaways)
    return tuple(dict.fromkeys(word.casefold() for word in words))


@cache
def at_the_page(name: str, variant: str) -> Engine:
    loaded = loader.load(name, variant)
    engine = Engine(loaded, new_header(loaded, 7))
    engine.advance(0)
    return engine


def shown(b: Briefing) -> Iterator[tuple[str, str, str]]:
    """Yield (where, id, words) of all that the forms, the command line and the explorer offer."""
    for forms in offered(b).values():
        for form in forms:
            yield f"form {form.kind}", "", form.title
            for shape in shapes(form.act):
                options = b.options(shape.source) if shape.source else []
                yield from ((f"{form.kind}.{shape.path}", one.id, one.title) for one in options)
                yield f"help of {form.kind}.{shape.path}", "", help_of(shape, b) or ""
            begun = prefilled(form.kind, b)
            yield from ((f"{form.kind} starts with {path}", str(value), "") for path, value in begun.items())
    for line in b.lines:
        yield "command line", line.id, completion.label(line)
    for word in TYPED:
        yield from ((f"found by {word!r}", line.id, completion.label(line)) for line in find(b, word, 99))
        yield from ((f"offered for {word!r}", "", completion.unknown(b, word).nearest),)
    for panel in b.panels:
        yield "explorer", panel.id, f"{panel.title} {' '.join(dict(panel.labels).values())}"


def own(engine: Engine, role: str) -> set[str]:
    """Return the ids of what only this seat is offered, because a cue of its own speaks of it."""
    cues = [cue.id for cue in engine.scenario.find("roles", role).cues]
    refs = {Ref.to("cue", cue) for cue in cues}
    parts = (part for group in GROUPS for part in getattr(engine.scenario, group))
    return {*cues, *refs, *(part.id for part in parts if refs & set(shown_by(part)))}


def told(name: str, variant: str) -> list[tuple[str, str, str, str]]:
    """Return what a seat is offered at the first page that says a truth: seat, where, id, word."""
    engine = at_the_page(name, variant)
    return [
        (role.id, where, ident, word)
        for role in engine.scenario.seats()
        for where, ident, words in shown(briefing(engine, role.id))
        for word in giveaways(name)
        if word in words.casefold() and ident not in own(engine, role.id)
    ]


@pytest.mark.parametrize(("name", "variant"), TRUTHS)
def test_no_seat_is_offered_a_truth_at_the_first_page(name: str, variant: str) -> None:
    assert len(giveaways(name)) > 15
    assert told(name, variant) == []


@pytest.mark.parametrize(("name", "variant"), TRUTHS)
def test_the_true_cause_is_not_offered_before_anybody_looked(name: str, variant: str) -> None:
    engine = at_the_page(name, variant)
    true = {cause.id for cause in engine.scenario.causes if cause.true}
    for role in engine.scenario.seats():
        listed = {option.id for option in briefing(engine, role.id).options("causes")}
        assert not true & listed
        assert listed or role.id in engine.circle.outside


@pytest.mark.parametrize("name", names())
def test_what_is_offered_at_the_first_page_is_the_same_for_all_truths(name: str) -> None:
    """Or the list itself would tell which it is."""
    lists = {
        variant: {
            role.id: sorted((where, ident) for where, ident, _ in shown(briefing(engine, role.id)))
            for engine in [at_the_page(name, variant)] for role in engine.scenario.seats()
        }
        for variant in loader.variants(name)
    }  # fmt: skip
    base = lists.pop("base")
    assert {variant: one for variant, one in lists.items() if one != base} == {}


def test_the_library_and_the_lobby_give_nothing_away(open_app: Callable[..., Browser]) -> None:
    # In the library, the playbook and the glossary stand beside the scenarios and name none.
    for page in (open_app("library.py").tabs[0], open_app("lobby.py")):
        text = texts(page).casefold()
        assert len(text) > 200
        assert [word for name in loader.catalogue().offered for word in giveaways(name) if word in text] == []


def test_what_is_shown_is_offered_from_then_on_and_what_is_typed_in_full_may_be_run_before() -> None:
    loaded = loader.load("auth_token")
    engine = Engine(loaded, new_header(loaded, 7))
    engine.advance(0)
    pin = next(line for line in briefing(engine, "commander").catalogue.lines if line.id == "pin")

    def listed(role: str) -> list[bool]:
        b = briefing(engine, role)
        return ["pin" in [x.id for x in found] for found in (b.lines, b.options("actions"), find(b, "force_kid", 99))]

    assert listed("commander") == [False, False, False]
    assert completion.match(briefing(engine, "commander"), pin.command) == pin
    assert completion.match(briefing(engine, "commander"), "FORCE_KID") is None
    for act in (acts.TakeSeat(seat="mitigation", name="Ana"), acts.RunQuery(query="runbook")):
        assert engine.submit(act, "mitigation:Ana").refusal is None
    engine.advance(200)
    assert listed("commander") == listed("mitigation") == [True, True, True]
    found = find(briefing(engine, "commander"), "FORCE_KID")
    assert pin in found
    assert len(found) > 1, "what takes the pin away goes by it, too"
    assert completion.match(briefing(engine, "commander"), "FORCE_KID") is None


def test_a_cue_opens_what_it_speaks_of_to_its_holder_alone_until_it_is_shared() -> None:
    loaded = loader.load("auth_token")
    engine = Engine(loaded, new_header(loaded, 7))
    engine.advance(0)

    def knows(role: str) -> bool:
        return briefing(engine, role).knows("queries", "keyring")

    assert (knows("triage"), knows("deputy")) == (True, False)
    engine.submit(acts.TakeSeat(seat="triage", name="Ana"), "triage:Ana")
    assert engine.submit(acts.ShareCue(cue="startup_lines"), "triage:Ana").refusal is None
    assert knows("deputy")


def test_what_somebody_names_is_known_to_whoever_reads_it() -> None:
    loaded = loader.load("auth_token")
    engine = Engine(loaded, new_header(loaded, 7))
    engine.advance(0)
    assert not briefing(engine, "comms").knows("causes", "zone_key")
    engine.submit(acts.TakeSeat(seat="triage", name="Ana"), "triage:Ana")
    assert engine.submit(acts.StateHypothesis(cause="zone_key", probability=0.5), "triage:Ana").refusal is None
    assert briefing(engine, "comms").knows("causes", "zone_key")
