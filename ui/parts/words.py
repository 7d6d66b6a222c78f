"""A journal entry in words people read: who said or did what. Plain text; whoever shows it escapes it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import replace

from simulator import acts
from simulator import events as e
from simulator.briefing import Briefing
from simulator.names import Names, Said, Voice
from simulator.record.entry import Entry
from simulator.record.journal import accepted
from simulator.values import Ref


class NamesThen:
    """Names as they were: a line goes on saying who it was about, whoever has taken that seat since."""

    def __init__(self, names: Names, entries: Iterable[Entry]) -> None:
        seats: dict[str, str] = {}
        self._names, self._made = names, dict[int, Names]()
        self._since, self._seats = [0], [dict(seats)]
        for entry in accepted(tuple(entries)):
            match entry.body:
                case acts.TakeSeat(seat=seat, name=name):
                    seats[seat] = name
                case acts.LeaveSeat(seat=seat):
                    seats.pop(seat, None)
                case _:
                    continue
            self._since.append(entry.seq)
            self._seats.append(dict(seats))

    def at(self, seq: int) -> Names:
        """Return the names that held when entry `seq` was written."""
        at = bisect_right(self._since, seq) - 1
        if at not in self._made:  # most are never asked for
            self._made[at] = replace(self._names, seats=self._seats[at])
        return self._made[at]


def names_of(briefing: Briefing) -> Names:
    """Return the names of the drill a briefing is about, with those in the seats who sit there now."""
    return Names(briefing.catalogue.called, dict(briefing.incident.seats), voices(briefing.entries))


def voices(entries: Iterable[Entry]) -> Mapping[str, Voice]:
    """Return inject -> who said it, what, and the answers on offer."""
    told_of = (entry.body for entry in entries if isinstance(entry.body, e.InjectDelivered))
    return {body.inject: Voice(body.persona, body.text, dict(body.answers)) for body in told_of}


def told(names: Names, entry: Entry) -> Said | None:
    """Return an entry as a line of the channel, None where it is bookkeeping that nobody reads."""
    match entry.body:
        case e.Event() as event:
            return event.in_words(names, entry)
        case acts.Act() as act if text := act.sentence(names):
            done = ("decision", "decides") if act.weighty else ("command", "does")
            tone, label = ("person", "says") if isinstance(act, acts.PostMessage) else done
            amended = act.replaces()
            again = f"{amended.kind.capitalize()} {amended.ident} now says: " if amended is not None else ""
            return Said(tone, label, names.person(entry.by), f"{again}{text}")
    return None


def evidence(ref: Ref, briefing: Briefing, names: Names) -> str:
    """Return a reference as a list of evidence calls it."""
    match ref.kind:
        case "alert":
            return f"Alert: {names.title('alerts', ref.ident)}"
        case "inject":
            voice = names.voices.get(ref.ident)
            return f"{voice.persona} said: {voice.text[:50]}" if voice else ref
        case "change":
            return f"Change: {briefing_text(briefing, ref)[:60]}"
        case "cue":
            return f"Shared: {briefing_text(briefing, ref)[:60]}"
        case "task":
            task = briefing.incident.tasks.get(ref)
            return f"Task {ref.ident}: {task.text[:50]}" if task else ref
    return briefing.title_of(ref)


def briefing_text(briefing: Briefing, ref: Ref) -> str:
    """Return the words of the entry behind a reference."""
    seq = briefing.incident.refs.get(ref)
    body = next((entry.body for entry in briefing.entries if entry.seq == seq), None)
    return str(getattr(body, "text", None) or getattr(body, "summary", None) or ref)
