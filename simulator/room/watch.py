"""What a facilitator has to look at now: a pure look at the drill as it is, with its truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from simulator import events as e
from simulator.engine import Engine
from simulator.record.entry import Entry
from simulator.record.facts import Facts
from simulator.record.journal import accepted
from simulator.responses import Responses
from simulator.scenario.conditions import holds
from simulator.scenario.parts import Inject
from simulator.text import clock
from simulator.values import COMMANDER

SILENT, IDLE, UNREAD, AWAY = 180, 300, 120, 60
"""Seconds without a word in the channel, without an act of somebody who sits, for which a question waits, and for which
somebody did not look, until it is said."""
Tone = Literal["bad", "warn"]
Answered = Literal["done", "late", "missed", "open", "kept", "broken", "none expected", ""]


@dataclass(frozen=True)
class Flag:
    """One thing that needs attention."""

    what: str
    """Its kind: silence, unread, overdue, unled, idle, away."""
    text: str
    tone: Tone
    seat: str = ""
    """Whose it is, empty where it is nobody's alone."""


def flags(engine: Engine) -> list[Flag]:
    """Return what needs attention in the drill, the worst first."""
    if engine.now < 0 or engine.ended:
        return []
    return worst_first([*_of_incident(engine), *_of_people(engine)])


def worst_first(found: Iterable[Flag]) -> list[Flag]:
    """Return flags in the order in which to look at them."""
    return sorted(found, key=lambda flag: flag.tone)


def absent(seat: str, who: str, seconds: float | None) -> Flag | None:
    """Return what is to be said of somebody who has not looked for so long, None where that is nothing."""
    if seconds is None or seconds <= AWAY:
        return None
    return Flag("away", f"{who} has not looked for {_minutes(seconds)}", "bad", seat)


def _of_incident(engine: Engine) -> Iterator[Flag]:
    now, incident = engine.now, engine.incident
    if incident.holder(COMMANDER) is None and now > UNREAD:
        yield Flag("unled", "Nobody leads: no commander has accepted the post", "bad")
    if incident.next_update_due is not None and now > incident.next_update_due:
        yield Flag("overdue", f"The stakeholder update was due at {clock(incident.next_update_due)}", "bad")
    if incident.next_checkpoint_due is not None and now > incident.next_checkpoint_due:
        yield Flag("overdue", f"A checkpoint was due at {clock(incident.next_checkpoint_due)}", "warn")
    for inject, since in incident.asks.items():
        if now - since > UNREAD:
            asks = engine.scenario.find("injects", inject)
            yield Flag("unread", f"{asks.persona} has waited for an answer for {_minutes(now - since)}", "warn")


def _of_people(engine: Engine) -> Iterator[Flag]:
    now, present = engine.now, engine.incident.present
    people = {seat: name for seat, name in engine.incident.seats.items() if present.get(seat, True)}
    acted = {seat: max((stay.since for stay in engine.incident.sat[seat]), default=0) for seat in people}
    said = max(acted.values(), default=0)
    for entry in engine.entries:
        if entry.is_act and entry.by.name and entry.role in people:
            acted[entry.role] = max(acted[entry.role], entry.at)
            said = max(said, entry.at)
    if people and now - said > SILENT:
        yield Flag("silence", f"Nobody has said or done anything for {_minutes(now - said)}", "bad")
        return
    for seat, last in acted.items():
        if now - last > IDLE and not engine.work.queued(seat):
            yield Flag("idle", f"{_who(engine, seat)}: nothing for {_minutes(now - last)}", "warn", seat)


def _who(engine: Engine, seat: str) -> str:
    return f"{engine.scenario.find('roles', seat).title} ({engine.incident.seats[seat]})"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


@dataclass(frozen=True)
class Planned:
    """One line of the MSEL as a facilitator sees it."""

    ident: str
    persona: str
    text: str
    to: tuple[str, ...]
    channel: str
    planned: int
    """As the scenario has it."""
    at: int
    """As it stands now."""
    came: int | None
    state: str
    own: bool
    """A facilitator's own words."""
    waits_for: tuple[tuple[str, bool], ...]
    """What it waits for, in words, and whether that holds now."""
    until: int | None
    expects: str
    answered: Answered
    """What came of the response it calls for; empty where it calls for none or has not come."""

    @property
    def not_so(self) -> str:
        """What of its condition does not hold now, in words; empty where all holds."""
        return "; ".join(words for words, so in self.waits_for if not so)


def planned(engine: Engine) -> list[Planned]:
    """Return the MSEL in the order in which its lines came or are to come."""
    facts = engine.facts()
    responses = Responses(accepted(engine.entries), engine.incident, engine.scenario)
    told = [(x.body.inject, x) for x in engine.entries if isinstance(x.body, e.InjectDelivered)]
    found = []
    for line in engine.msel.lines.values():
        inject = line.inject
        text = line.text if line.words_only or line.text != inject.text else engine.render(line.text)
        found.append(Planned(
            inject.id, inject.persona, text, inject.to, inject.channel, inject.at, line.at, line.came, line.state,
            line.words_only, tuple(_waits(inject, facts)), line.until,
            inject.expects.label if inject.expects else "",
            _answered(responses, inject, line.came, told, engine.now),
        ))  # fmt: skip
    return sorted(found, key=lambda line: (line.came if line.came is not None else line.at, line.ident))


def _waits(inject: Inject, facts: Facts) -> list[tuple[str, bool]]:
    return [(in_words(name, wanted), holds({name: wanted}, facts)) for name, wanted in inject.when.items()]


BOUNDS = {"above": "is above", "below": "is below", "not": "is not"}


def in_words(name: str, wanted: object) -> str:
    """Return one line of a condition as people read it."""
    thing = name.replace(".", " ").replace("_", " ")
    if isinstance(wanted, Mapping):
        return " and ".join(f"{thing} {BOUNDS.get(how, how)} {_value(limit)}" for how, limit in wanted.items())
    if isinstance(wanted, bool):
        return thing if wanted else f"not {thing}"
    return f"{thing} is {_value(wanted)}"


def _value(wanted: object) -> str:
    if isinstance(wanted, list | tuple):
        return " or ".join(_value(one) for one in wanted)
    return ("yes" if wanted else "no") if isinstance(wanted, bool) else str(wanted)


def _answered(
    responses: Responses, inject: Inject, came: int | None, told: Iterable[tuple[str, Entry]], now: int
) -> Answered:
    wanted = inject.expects
    if wanted is None or came is None:
        return ""
    entry = next((x for ident, x in told if ident == inject.id and x.at >= came), None)
    if entry is None:
        return "open"
    verdict = responses.to(inject, entry).verdict
    if verdict in ("missed", "kept") and now - came <= wanted.within:
        return "open"
    match verdict:
        case "on time" | "already done":
            return "done"
        case _:
            return verdict
