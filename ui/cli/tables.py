"""Tables that the command line prints for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ui.cli.shared import visible

if TYPE_CHECKING:
    from analytics.runs.curves import Curve
    from analytics.scorecard import Scorecard

WIDE = 120
"""Columns to use where the output is not a terminal."""


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDE)


def text(words: str) -> None:
    """Print what is asked for as text, as it stands."""
    Console(highlight=False, soft_wrap=True).print(_text(words, "\n"), end="")


def _text(words: str, but: str = "") -> Text:
    """Return what somebody wrote, for which no word or bracket has a meaning."""
    return Text(visible(words, but))


def score(card: Scorecard) -> None:
    """Print a scorecard for people."""
    from analytics.scorecard import counted

    out = _console()
    of = card.spread
    spread = f"; on {counted(len(of.totals), 'other seed')} {of.low} to {of.high}, median {of.median}" if of else ""
    total = f"{card.total} of 100, band {card.band} (uncapped {card.uncapped}{spread})"
    lines = [
        "no total" if card.total is None else total,
        *_about(card),
        *(f"cap {cap.id} at {cap.limit}: {cap.why}" for cap in card.caps),
        *(f"anti-pattern {named.id} at {named.limit}: {named.why}" for named in card.anti_patterns),
        *card.remarks,
    ]
    for line in lines:
        out.print(_text(line))
    table = Table("", "criterion", "status", "points", "why", box=None, pad_edge=False)
    for part in card.parts:
        table.add_row(_text(part.id), "", "", f"{part.points:g}/{part.out_of:g}", "", style="bold")
        for found in part.criteria:
            points = f"{found.points:g}/{found.out_of:g}" if found.status != "not_applicable" else "-"
            table.add_row("", _text(found.id), found.status.replace("_", " "), points, _text(found.why))
    out.print(table)


def curves(found: Sequence[Curve]) -> None:
    """Print what comes of nobody and of each move, one line each."""
    from analytics.runs.curves import TRIED_AT

    table = Table(box=None, pad_edge=False)
    for column in ("action", "hit, every 5 min", "loss", "helps", "hurts"):
        table.add_column(column, no_wrap=column in ("hit, every 5 min", "loss"))
    for one in found:
        table.add_row(
            _text(_way(one)), one.drawn(), f"{one.loss:.2f}", _text(", ".join(one.helps) or "-"),
            _text(", ".join(one.hurts) or "-"),
        )  # fmt: skip
    _console().print(table)
    if any(one.after for one in found):
        at = _minutes(TRIED_AT)
        _console().print(f"Each begins at {at} unless it says when; the first of what it comes after, at T+00:00.")


def _way(one: Curve) -> str:
    """Return what is done in a curve: a move, after which other, and when where that is later."""
    after = f" after {', '.join(one.after)}" if one.after else ""
    return f"{one.move}{after}{f' at {_minutes(one.at)}' if one.late else ''}" if one.move else "(nobody)"


def _about(card: Scorecard) -> Iterator[str]:
    """Yield what a scorecard is of, and when the turning points of its drill came."""
    if not card.about:
        return
    drill, times = card.about["drill"], card.about["times"]
    played = (drill["playbook"] or {}).get("id")
    other = f", played with {played}" if played and played != card.playbook else ""
    how = f"{drill['variant']}, {drill['difficulty']}, seed {drill['seed']}, {drill['mode']}"
    yield f"{drill['scenario']} ({how}), playbook {card.playbook}{other}"
    yield ", ".join(f"{name.replace('_', ' ')} {_minutes(at)}" for name, at in times.items())


def _minutes(at: int | None) -> str:
    return "never" if at is None else f"T{'−' if at < 0 else '+'}{abs(at) // 60:02d}:{abs(at) % 60:02d}"


def calibration(lines: Sequence[dict[str, Any]]) -> None:
    """Print a calibration for people."""
    table = Table(box=None, pad_edge=False)
    several = len({line["playbook"] for line in lines}) > 1
    heads = ("policy", "drills", "total (low-high)", "uncapped", "loss (low-high)", "caps")
    for column in ("playbook", *heads) if several else heads:
        table.add_column(column, no_wrap=True)
    for line in lines:
        total, loss = line["total"], line["loss"]
        table.add_row(
            *([_text(line["playbook"])] if several else []), _text(line["policy"]), str(line["drills"]),
            f"{total['median']:g} ({total['low']:g}-{total['high']:g})",
            f"{line['uncapped']['median']:g}", f"{loss['median']:.3f} ({loss['low']:.3f}-{loss['high']:.3f})",
            _text(" ".join(f"{cap}x{count}" for cap, count in line["caps"].items())),
        )  # fmt: skip
    _console().print(table)
