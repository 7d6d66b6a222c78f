"""What waits for a role, as cards whose buttons give the acts that settle it or open a form."""

from __future__ import annotations

from simulator.briefing import Briefing
from ui.live.html import press
from ui.live.piece import Piece
from ui.parts.needs import Button, Need, needs
from ui.parts.text import escape


def waits(b: Briefing) -> list[Piece]:
    """Return a card for each thing that waits, most urgent first."""
    found = needs(b)
    count = Piece("count-respond", f'{len(found)}<span class="sr-only"> waiting</span>' if found else "")
    if not found:
        return [count, Piece("waits-none", '<p class="quiet">Nothing waits for you.</p>', "waits")]
    return [count, *(Piece(f"need-{one.id}", _card(one), "waits") for one in found)]


def _card(need: Need) -> str:
    tone = "urgent" if need.urgent else need.label
    alarm = f' data-alarm="{escape(f"{need.label}: {need.text}"[:120])}"' if need.urgent else ""
    first = "primary" if need.urgent and len(need.buttons) < 3 else ""
    buttons = "".join(_button(one, "" if at else first) for at, one in enumerate(need.buttons))
    return (
        f'<div class="need {escape(tone)}"{alarm}><p><span class="tag">{escape(need.label)}</span>{escape(need.text)}'
        f'</p><div class="row-of">{buttons}</div></div>'
    )


def _button(button: Button, tone: str) -> str:
    if button.command is not None:
        return press(button.command, button.label, tone)
    about = f' data-about="{escape(button.about)}"' if button.about else ""
    return (
        f'<button type="button" class="{escape(tone)}" data-open="{escape(button.opens)}"{about}>'
        f"{escape(button.label)}</button>"
    )
