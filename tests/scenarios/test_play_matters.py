"""What people do must change what comes of it: sooner never hurts, and nothing that by_the_book does is idle.

Where that does not hold, it is data here, with the reason; a test fails where such a line is no longer so.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import scenarios
from analytics.playbook import load as book
from analytics.record import DrillRecord
from analytics.runs.counterfactual import make_references
from analytics.runs.library import CourseStep, library_of
from analytics.runs.walk import Walk
from analytics.score import score
from tests.scenarios.changes import LEAST, Bench, described, earlier, helpful, sooner, untouched
from tests.shipped import EVERY, SPELLED_OUT
from tests.tiers import HOW_MANY

pytestmark = pytest.mark.slow

MOST_MECHANISMS = 2
NOTICEABLE = 0.001
"""Difference in loss between two courses that nobody would notice: a tenth of what the debrief tells of."""
MOST_REASONS = 4


# --- sooner never hurts ------------------------------------------------------------------------------------


class Mechanism(NamedTuple):
    """Why one of these actions may do more harm a minute sooner, and a course in which the first of them does."""

    actions: tuple[str, ...]
    why: str
    course: tuple[tuple[str, float], ...]


STUCK = Mechanism(
    ("revoke",),
    "A pass signs out whoever is stuck at that moment; until the cause is contained more get stuck after it.",
    (("hotfix_fast", 6.5), ("revoke", 10)),
)
CLOSED = Mechanism(
    ("block_route",),
    "A closed route turns people away for as long as it stays closed, whether or not anybody uses the leak yet.",
    (("block_route", 2.5),),
)
MECHANISMS: dict[tuple[str, str], tuple[Mechanism, ...]] = {
    ("auth_token", "base"): (STUCK,),
    ("auth_token", "amber"): (
        STUCK._replace(course=(("revoke", 7), ("zone_a", 8.5))),
        Mechanism(
            ("zone_a",),
            "A cordoned zone takes its share of sign-ins along: whom a pass signs out after it waits longer.",
            (("flag_web", 4.5), ("zone_a", 8.5), ("revoke", 10)),
        ),
    ),
    ("billing_mismatch", "base"): (
        Mechanism(
            ("replay_selective",),
            "A replay mends what is missing at that moment; while writing goes wrong, what follows it stays missing.",
            (("rollback", 5), ("record_watermark", 12), ("replay_selective", 13)),
        ),
        Mechanism(
            ("resume", "pause"),
            "What waited is charged by the pods of that moment: the more has waited and the fewer pods are mended, the"
            " more goes wrong.",
            (("pause", 4), ("hotfix_fast", 4.5), ("record_watermark", 6.5), ("resume", 16)),
        ),
    ),
    ("billing_mismatch", "flint"): (
        Mechanism(
            ("recompute",),
            "Adding up anew mends what is wrong at that moment; what is counted twice after it stays.",
            (("agg_stop", 5), ("recompute", 10.5)),
        ),
        Mechanism(
            ("agg_rollback", "agg_stop", "pause"),
            "Stops and restarts have a price of their own: what waits costs by the minute, what restarts reads again.",
            (("recompute", 10.5), ("agg_rollback", 5.5)),
        ),
    ),
    ("billing_mismatch", "slate"): (
        Mechanism(
            ("replay_ledger", "replay_eventid"),
            "A replay mends what is missing at that moment, and before the index is finished it writes rows twice.",
            (("rollback", 5), ("index_concurrently", 6.5), ("replay_ledger", 14)),
        ),
        Mechanism(
            ("resume", "pause", "write_through", "ledger_rollback"),
            "What waited or is turned back is tried again, while rows are still lost and charges repeated.",
            (("pause", 4), ("record_watermark", 6.5), ("ledger_rollback", 9), ("replay_eventid", 12), ("resume", 11)),
        ),
    ),
    ("permission_leak", "base"): (
        Mechanism(
            ("purge",),
            "What is emptied before the last place is closed fills up again.",
            (("evidence_snapshot", 1.5), ("patch", 4), ("purge", 8)),
        ),
        CLOSED,
    ),
    ("permission_leak", "dunlin"): (
        Mechanism(
            ("purge_paths", "purge"),
            "What is emptied before the last place is closed fills up again.",
            (("patch", 4), ("purge", 5.75), ("purge_paths", 7.75)),
        ),
        CLOSED,
    ),
    ("permission_leak", "siskin"): (
        Mechanism(
            ("epoch_bump",),
            "What is taken back before the last place is closed is handed out again.",
            (("patch", 4), ("epoch_bump", 7.75)),
        ),
        Mechanism(
            ("resolver_off",),
            "Before the snapshot is complete it takes the trace along.",
            (("evidence_snapshot", 3), ("resolver_off", 6.5)),
        ),
    ),
}
TOO_EARLY = {
    "auth_token": {
        "flag_mobile": "is not in the room",
        "clock_sync": "is not in the room",
        "pin": "Nobody here knows such a setting",
    },
    "billing_mismatch": {},
    "permission_leak": {
        "unpin": "is not in the room",
        "resolver_off": "is not in the room",
        "epoch_sync": "Every place has the newest epoch",
    },
}
"""Helpful actions of by_the_book that cannot be had a minute sooner, and what whoever tries is told."""


def may_hurt(scenario: str, variant: str) -> frozenset[str]:
    return frozenset(action for one in MECHANISMS.get((scenario, variant), ()) for action in one.actions)


@cache
def walk(scenario: str, variant: str) -> Walk:
    return untouched(scenario, variant)


@pytest.mark.parametrize("every", HOW_MANY)
@pytest.mark.parametrize("scenario", SPELLED_OUT)
def test_a_helpful_action_a_minute_sooner_never_raises_harm(scenario: str, every: bool) -> None:
    refused: dict[str, str] = {}
    tried = 0
    for variant, seed, policy in drills_of(scenario, every):
        drill = Bench(scenario, variant, seed, policy)
        for index in helpful(drill):
            action = drill.orders[index].body.action
            more, refusal = earlier(drill, index)
            if refusal:
                refused[action] = refusal
                assert TOO_EARLY[scenario].get(action, "?") in refusal, (variant, seed, policy, action)
                continue
            tried += 1
            assert more <= LEAST or action in may_hurt(scenario, variant), (variant, seed, policy, action, more)
    assert tried >= (10 if every else 3)
    assert set(refused) == set(TOO_EARLY[scenario]) or not every


def drills_of(scenario: str, every: bool) -> Iterator[tuple[str, int, str]]:
    """Yield variant, seed and responder of the drills in which orders are moved: each of them once."""
    yield "base", 1, "by_the_book"
    if every:
        yield from (("base", 7, "silent"), ("base", 12, "slow"))
        yield from ((variant, 7, "by_the_book") for variant in scenarios.variants(scenario)[1:])


@pytest.mark.parametrize("every", HOW_MANY)
@pytest.mark.parametrize(("scenario", "variant"), EVERY)
def test_a_step_of_any_course_a_minute_sooner_never_raises_harm(scenario: str, variant: str, every: bool) -> None:
    groups = library_of(scenario, variant).search
    start = walk(scenario, variant)

    @settings(max_examples=60 if every else 4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.tuples(*(st.sampled_from(group) for group in groups)), st.integers(0, 7))
    def holds(chosen: tuple[tuple[CourseStep, ...], ...], place: int) -> None:
        steps = [step for group in chosen for step in group]
        assume(
            place < len(steps)
            and steps[place].action is not None
            and steps[place].action not in may_hurt(scenario, variant)
        )
        more = sooner(start, steps, place)
        assume(more is not None)
        assert more is not None
        assert more <= NOTICEABLE, (steps[place], steps)

    holds()


@pytest.mark.parametrize(("scenario", "variant"), MECHANISMS)
def test_exceptions_are_few_and_still_so(scenario: str, variant: str) -> None:
    assert len(MECHANISMS[scenario, variant]) <= MOST_MECHANISMS
    for one in MECHANISMS[scenario, variant]:
        steps = [CourseStep(action=action, at=at) for action, at in one.course]
        place = next(i for i, step in enumerate(steps) if step.action == one.actions[0])
        more = sooner(walk(scenario, variant), steps, place)
        assert more is not None, one.why
        assert more > NOTICEABLE, one.why


# --- one command less --------------------------------------------------------------------------------------


class Idle(NamedTuple):
    """Commands without which nothing that is scored is lower, and why."""

    why: str
    commands: tuple[str, ...]
    """How their description begins (`changes.described`)."""
    seen: Literal["nowhere", "debrief"] = "nowhere"
    """Whether the debrief tells less without each of them."""


COMMON = (
    Idle("It begins and ends a drill: whoever speaks for an empty seat sits down in it.", ("take_seat", "end_drill")),
    Idle("The playbook has no points for it; the debrief tells whether it came, and when.", ("acknowledge_page",
         "answer_asker", "challenge_claim", "ask_role", "share_cue", "state_hypothesis", "claim_recovery",
         "add_hardening_task", "update_executives", "update_stakeholders"), "debrief"),
    Idle("The playbook of incident command has the points for it, and the default one none.",
         ("assign_role role=scribe", "accept_role role=scribe", "note_timeline", "state_scope",
          "capture_evidence")),
    Idle("Whoever takes command over names another deputy; a pair that there was is enough for gate and playbook.",
         ("assign_role role=deputy to=triage", "accept_role role=deputy")),
)  # fmt: skip
IDLE: dict[str, tuple[Idle, ...]] = {
    "auth_token": (
        Idle("No points for when it was seen or said; the debrief tells.", ("page_team role=security",
             "assign_task query=stuck", "assign_task query=verify to=verification"), "debrief"),
        Idle("The figures of the closing note are read off it.", ("run_query query=impact",)),
    ),
    "billing_mismatch": (
        Idle("What is said of a cause, or of the other side's wish, is read off it; other outputs prove it too.",
             ("assign_task query=full_dry_run", "assign_task query=handler_diff")),
        Idle("A replay beside nothing that writes needs no mark where to stop; the debrief tells that there was one.",
             ("take_action action=record_watermark",), "debrief"),
    ),
    "permission_leak": (
        Idle("Another check says the same.", ("assign_task query=healthz",)),
        Idle("No points for when it was done or seen; the debrief tells.", ("take_action action=open_room",
             "take_action action=remove_post", "take_action action=create_probe", "page_team role=documents",
             "assign_task query=affected_list", "assign_task query=repro_pops"), "debrief"),
        Idle("What is stated, or what may be done next, is read off it; other outputs prove it too.",
             ("assign_task query=evidence_status", "assign_task query=pin_inventory", "assign_task query=key_diff",
             "assign_task query=waf_top", "assign_task query=audit_count", "run_query query=audit_count",
             "run_query query=affected_list")),
        Idle("Leadership hears before it asks; nothing is owed to whoever was promised nothing.",
             ("update_executives",)),
    ),
}  # fmt: skip


def pieces(drill: Bench) -> Iterator[tuple[int, ...]]:
    """Yield each piece of work once: a task with all that hangs on it, or a command by itself."""
    done: set[int] = set()
    for index in range(len(drill.orders)):
        if index not in done:
            piece = drill.piece_of_work(index)
            done |= {*piece}
            yield piece


def idle(drill: Bench, scenario: str) -> list[tuple[int, ...]]:
    """Return the pieces of work without which nothing scored is lower.

    What may be idle in every scenario is tried once for each kind, the rest piece by piece.
    """
    own = tuple(command for reason in IDLE[scenario] for command in reason.commands)
    common = tuple(command for reason in COMMON for command in reason.commands)
    found, tried = [], set()
    for piece in pieces(drill):
        body = drill.orders[piece[0]].body
        if not described(body).startswith(own):
            alike = next((command for command in common if described(body).startswith(command)), None)
            if alike is not None and alike in tried:
                continue
            tried.add(alike)
        if drill.idle(*piece) and (len(piece) == 1 or all(drill.idle(index) for index in piece)):
            found.append(piece)
    return found


@pytest.mark.long
@pytest.mark.parametrize("scenario", SPELLED_OUT)
def test_without_any_one_command_something_is_lower(scenario: str) -> None:
    drill = Bench(scenario)
    reasons = (*IDLE[scenario], *COMMON)
    found: dict[Idle, list[tuple[int, ...]]] = {reason: [] for reason in reasons}
    unlisted = []
    for piece in idle(drill, scenario):
        name = described(drill.orders[piece[0]].body)
        reason = next((one for one in reasons if name.startswith(one.commands)), None)
        if reason is None:
            unlisted.append(name)
        else:
            found[reason].append(piece)
    assert unlisted == []
    assert max(len(IDLE[scenario]), len(COMMON)) <= MOST_REASONS
    for reason, listed in found.items():
        check_reason(drill, reason, listed, every=reason in IDLE[scenario])


def check_reason(drill: Bench, reason: Idle, listed: list[tuple[int, ...]], every: bool) -> None:
    """Hold a line of the lists against what was found: nothing in it is out of date, and its reason holds."""
    names = [described(drill.orders[piece[0]].body) for piece in listed]
    assert names, reason.why
    stale = [command for command in reason.commands if not any(name.startswith(command) for name in names)]
    assert not (every and stale), (stale, reason.why)
    if reason.seen == "debrief":
        silent = [name for name, p in zip(names, listed, strict=True) if not drill.without(*p).untold(drill.base)]
        assert silent == [], reason.why


@pytest.mark.parametrize("scenario", SPELLED_OUT)
def test_shared_reference_runs_are_those_the_drill_would_be_given(scenario: str) -> None:
    drill = Bench(scenario)
    for index in range(10, len(drill.orders), 35):
        shared = drill.without(index)
        made = make_references(drill.loaded, shared.journal, book(), seeds=0)
        assert score(DrillRecord(shared.journal, drill.loaded.scenario, made), book()) == shared.card
