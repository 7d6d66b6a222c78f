"""What a facilitator asks of people: questions of a freeze, each alone, whether they read, and to follow elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from simulator import acts
from simulator.briefing import Briefing
from simulator.events import CommandRefused, ProbeAsked
from simulator.probes import Ask
from simulator.record.entry import Entry
from simulator.room.store import DrillRow
from ui.live.html import press
from ui.live.piece import Piece
from ui.parts.text import escape


def follow(lives: tuple[DrillRow, ...]) -> Iterator[Piece]:
    """Return a card that leads to the newest drill that plays on from a moment of this one."""
    for row in lives[:1]:
        link = f'<a class="primary" href="./follow?drill={escape(row.id)}" target="_self">Follow</a>'
        yield Piece("follow", _card("plays on", f"{escape(row.title)} {link}"), "waits")


def asked(b: Briefing, hosted: bool) -> Iterator[Piece]:
    """Return a card for each question that this seat has not answered, and what else a host asks of it."""
    if b.ended:
        return
    void = {x.body.command for x in b.entries if isinstance(x.body, CommandRefused)}
    done = {(x.body.probe, str(x.body.question)) for x in b.entries
            if isinstance(x.body, acts.AnswerProbe) and x.seq not in void}  # fmt: skip
    for entry in b.entries:
        if isinstance(entry.body, ProbeAsked):
            for question in entry.body.questions:
                if (entry.body.probe, question.one) not in done:
                    ident = f"ask-{entry.body.probe.ident}-{question.one}"
                    yield Piece(ident, _question(entry, question.one), "waits")
    if hosted and b.now < 0 and _unconfirmed(b):
        button = press(acts.ConfirmReading(), "I read the channel", "primary")
        yield Piece("check", _card("check", f"Say that you read this channel. {button}"), "waits")


def _unconfirmed(b: Briefing) -> bool:
    return not any(isinstance(x.body, acts.ConfirmReading) and x.role == b.role for x in b.entries)


def _question(entry: Entry, ident: str) -> str:
    body = entry.body
    assert isinstance(body, ProbeAsked)
    question = next(one for one in body.questions if one.one == ident)
    ask: Ask = ident  # type: ignore[assignment]
    buttons = "".join(
        press(acts.AnswerProbe(probe=body.probe, question=ask, choice=choice.one), choice.label)
        for choice in question.choices
    )
    return _card("only you", f"<b>{escape(question.text)}</b><span class='row-of'>{buttons}</span>")


def _card(tag: str, inside: str) -> str:
    return f'<div class="need urgent"><span class="tag">{escape(tag)}</span> {inside}</div>'
