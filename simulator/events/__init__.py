"""What happened: frozen models with past-tense names, one class an event. Never a `simpy.Event`.

An event says itself what it changes of the incident, how it reads, whom it concerns and where a timeline shows it.
Those with `to` are for the named roles only; a `TruthEvent` is for facilitator and scoring only and never reaches a
role's briefing. In a protected drill all others are for those who need to know, but where a class says that it is
`open`, or by which of its fields it is `closed_by`. To add one, write a class in the module it belongs to: nothing
lists them by hand.
"""

from __future__ import annotations

from pydantic import TypeAdapter

from simulator.events.base import *
from simulator.events.drill import *
from simulator.events.people import *
from simulator.events.probes import *
from simulator.events.signals import *
from simulator.events.truth import *
from simulator.events.work import *
from simulator.record.entry import kinds_of, one_of

EVENTS = kinds_of(Event)
"""Kind -> class of every event."""
EVENT: TypeAdapter[Event] = TypeAdapter(one_of(EVENTS))
