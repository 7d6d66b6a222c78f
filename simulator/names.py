"""What the ids of a drill are called, and a line of its record in words people read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.text import of_things, quantity
from simulator.values import Author, Check, Figure, Recommendation, Ref

_GROUPS = {"query": "queries", "alert": "alerts", "metric": "metrics", "action": "actions"}


@dataclass(frozen=True)
class Called:
    """What the things of a drill are called, true and false ones alike."""

    titles: Mapping[str, Mapping[str, str]]
    """Group -> id -> title of all that can be named or picked."""
    units: Mapping[str, str]
    """Figure -> unit."""
    handles: Mapping[str, str]
    """Role -> handle of its simulated holder."""
    main_channel: str = "incident"
    """Channel that goes without saying."""
    signals: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Metric -> its unit and the decimals that its panel shows."""


class Said(NamedTuple):
    """One line of the channel."""

    tone: str
    """person, command, decision, inject, alert, output, action, change, system, refused, hint or cue."""
    label: str
    """What kind of line it is, in one word: colour is never the only sign."""
    who: str
    text: str
    detail: str = ""
    """Monospace output that may be folded away."""


class Voice(NamedTuple):
    """Who said something from outside, and the answers on offer."""

    persona: str
    text: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Names:
    """Ids of one drill as people call them."""

    called: Called
    seats: Mapping[str, str] = field(default_factory=dict)
    """Seat -> name of the person in it."""
    voices: Mapping[str, Voice] = field(default_factory=dict)
    """The injects that whoever reads was told."""
    by_seat: bool = False
    """Whoever writes is called by the seat alone: the name behind it is nobody's."""

    def handle(self, role: str) -> str:
        """Return how a role appears in the channel: the person in the seat, else its handle."""
        return self.seats.get(role, self.teammate(role))

    def handles(self, roles: Iterable[str]) -> str:
        """Return several roles as one phrase."""
        return ", ".join(self.handle(role) for role in roles)

    def voice(self, one: Recommendation) -> str:
        """Return whose recommendation it is: a role, or whoever said it in a message."""
        said = self.voices.get(one.voice) if one.voice else None
        return said.persona if said else self.handle(one.owner or "")

    def answer(self, inject: str, answer: str) -> str:
        """Return one of the answers on offer in words."""
        known = self.voices.get(inject)
        return known.answers.get(answer, answer) if known else answer

    def where(self, channel: str) -> str:
        """Return a channel as it stands before what is said there; nothing for the one that goes without saying."""
        return "" if channel == self.called.main_channel else f"#{channel}"

    def teammate(self, role: str) -> str:
        """Return the handle of a role's simulated holder, whoever sits there by now."""
        return self.called.handles.get(role, role)

    def role(self, role: str) -> str:
        """Return the title of a role."""
        return self.called.titles["roles"].get(role, role)

    def title(self, group: str, ident: str | None) -> str:
        """Return the title of `ident` in a group of the scenario (`actions`, `causes`, `metrics` …)."""
        return self.called.titles.get(group, {}).get(ident, ident) if ident else ""

    def titles(self, group: str, idents: Iterable[str]) -> str:
        """Return several titles as one phrase."""
        return ", ".join(self.title(group, ident) for ident in idents)

    def harms(self, idents: Iterable[str]) -> str:
        """Return what can get worse, whether it is a risk or a segment."""
        return ", ".join(
            self.title("segments" if ident in self.called.titles["segments"] else "blast", ident) for ident in idents
        )

    def figure(self, figure: Figure | None) -> str:
        """Return a stated number with its unit: `Users locked out now 12,000 to 14,000 users`."""
        if figure is None:
            return ""
        unit = self.called.units.get(figure.name, "")
        ends = [_told(end, of_things(unit)) for end in (figure.low, figure.high) if end is not None]
        number = " to ".join(dict.fromkeys(ends))
        return f"{self.title('figures', figure.name)} {number} {unit}".strip()

    def figures(self, figures: Iterable[Figure]) -> str:
        """Return several stated numbers as one phrase."""
        return "; ".join(self.figure(figure) for figure in figures)

    def cited(self, ref: Ref) -> str:
        """Return what a reference calls: a title where it has one, else its kind and number: `note 1`."""
        group = _GROUPS.get(ref.kind)
        return self.title(group, ref.ident) if group else f"{ref.kind} {ref.ident}"

    def check(self, check: Check | None) -> str:
        """Return a signal that decides something."""
        if check is None:
            return ""
        metric, (unit, _) = self.title("metrics", check.metric), self._shown(check.metric)
        threshold = quantity(check.threshold, unit)
        return f"{metric} {check.is_} {threshold} within {check.within_minutes:g} min"

    def reading(self, metric: str, value: float | None) -> str:
        """Return what a panel shows of a metric, with its unit."""
        return quantity(value, *self._shown(metric))

    def _shown(self, metric: str) -> tuple[str, int | None]:
        return self.called.signals.get(metric, ("", None))

    def speaker(self, by: Author) -> str:
        """Return who is behind an entry: a person's name, else the handle of the simulated teammate."""
        if by.simulated:
            return self.teammate(by.role)
        return "" if by.machine else by.name or by.role

    def person(self, by: Author) -> str:
        """Return the name with the role behind it: `Ana (Incident commander)`."""
        title = self.called.titles["roles"].get(by.role)
        if title is not None and by.name:
            # In a record without names people go by their seats.
            seat = title.partition(" (")[0]
            return seat if self.by_seat else by.name if by.name == title[:40] else f"{by.name} ({seat})"
        return self.speaker(by)


def _told(number: float, whole: bool) -> str:
    """Return a stated number as people say it: from a hundred on, and of things, nobody says tenths."""
    return f"{number:,.0f}" if abs(number) >= 100 or (whole and abs(number) >= 1) else f"{number:g}"


def clauses(*parts: str) -> str:
    """Join the parts that say something."""
    return " · ".join(part for part in parts if part)


def back_in(minutes: float | None) -> str:
    """Return how soon something can be undone; nothing where nobody said."""
    return "" if minutes is None else f"back in {minutes:g} min"


def due(minutes: float) -> str:
    """Return when somebody hears again."""
    return f"next in {minutes:g} min"
