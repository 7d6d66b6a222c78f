"""Players that are derived from `by_the_book`, and a scenario's players by name.

`slow`, `silent` and `talker` give what `by_the_book` gave on the same seed, delayed or filtered; `hero` is it with one
pair of hands. `null` and `gamer` know no scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from scenarios.players.gamer import Gamer
from scenarios.players.script import Book, ByTheBook, team
from simulator import acts
from simulator.policy import Brief, Derived, Order, Policy, Responder, Scripted, recast

SLOW_SECONDS = 13 * 60

SILENT = tuple(act for act in acts.ACTS.values() if act.wordless)
"""What is left of by_the_book when it says and writes nothing."""
DEEDS = tuple(act for act in acts.ACTS.values() if act.hands_on)
"""What a talker leaves out."""


def delayed(orders: Sequence[Order]) -> list[Order]:
    """Give every order later, except sitting down."""
    late = [o if isinstance(o.body, acts.TakeSeat) else Order(o.at + SLOW_SECONDS, o.by, o.body) for o in orders]
    return sorted(late, key=lambda order: order.at)


def silent(orders: Sequence[Order]) -> list[Order]:
    """Keep what says and writes nothing, and drop references to what is gone."""
    return [Order(o.at, o.by, _without_decision(o.body)) for o in orders if isinstance(o.body, SILENT)]


def talks(orders: Sequence[Order]) -> list[Order]:
    """Drop every deed, every task about one, and the evidence they would have given."""
    kept = [
        o
        for o in orders
        if not isinstance(o.body, (*DEEDS, acts.AcknowledgeTask, acts.ReportTask))
        and not (isinstance(o.body, acts.AssignTask) and (o.body.query or o.body.action))
    ]
    return [Order(o.at, o.by, _without_results(o.body)) for o in kept]


def one_pair_of_hands(policy: Policy, hero: str) -> Policy:
    """Return a policy that lets one seat carry out everything it can, whoever was meant to."""

    def play(brief: Brief) -> Iterator[tuple[str, acts.Act]]:
        b = brief(hero)
        able = {line.id for line in b.catalogue.lines if b.role in line.executors}
        for seat, command in policy(brief):
            yield _by_hero(seat, command, hero, able)

    return play


def _by_hero(seat: str, command: acts.Act, hero: str, able: set[str]) -> tuple[str, acts.Act]:
    if isinstance(command, acts.AssignTask) and (command.query or command.action) in {*able, None}:
        return seat, command.model_copy(update={"to": hero})
    what = getattr(command, "query", None) or getattr(command, "action", None)
    if isinstance(command, (acts.RunQuery, acts.TakeAction)) and what in able:
        return hero, command.model_copy(update={"executor": hero})
    return (hero, command) if isinstance(command, (acts.SearchLogs, acts.CaptureEvidence)) else (seat, command)


def _without_decision(body: acts.Act) -> acts.Act:
    return body.model_copy(update={"decision": None}) if isinstance(body, acts.TakeAction) else body


KEPT_EVIDENCE = ("alert:", "inject:", "change:", "cue:")


def _without_results(body: acts.Act) -> acts.Act:
    changes: dict[str, object] = {}
    for name in ("evidence", "verification"):
        refs = getattr(body, name, None)
        if isinstance(refs, tuple):
            changes[name] = tuple(ref for ref in refs if ref.startswith(KEPT_EVIDENCE))
    return body.model_copy(update=changes) if changes else body


def played(make: Callable[[Sequence[str]], Policy]) -> Scripted:
    """Return a responder in every seat, made for the places of a scenario's team."""
    return Scripted(lambda scenario: recast(make(team(scenario)), scenario.cast()))


def nothing(seats: Sequence[str]) -> Policy:
    """Return a policy that gives no command at all."""
    return lambda brief: ()


ANYBODY: dict[str, Responder] = {"null": played(nothing), "gamer": played(Gamer)}
"""Players that know no scenario and play any."""


def library(book: Book) -> dict[str, Responder]:
    """Return a scenario's players by name: by_the_book, the derived ones, and those written for it."""
    return {
        "by_the_book": played(partial(ByTheBook, book)),
        "slow": Derived("by_the_book", delayed),
        "hero": played(lambda seats: one_pair_of_hands(ByTheBook(book, seats), book.hero)),
        "silent": Derived("by_the_book", silent),
        "talker": Derived("by_the_book", talks),
        "null": ANYBODY["null"],
        **{name: played(script) for name, script in book.scripts.items()},
        "gamer": ANYBODY["gamer"],
    }
