"""What people ask for: frozen models with imperative names, one class an act.

An act carries its fields by type, who may ask for it, why it might be refused, what it sets in motion, what it changes
of the incident, how it reads and where its form stands. The same classes serve the browser's forms, the command line,
command files and scripted responders. To add one, write a class in the module it belongs to: nothing lists them by
hand. References to what is on record: `simulator.values.Ref`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from simulator.acts.base import *
from simulator.acts.checked import *
from simulator.acts.close import *
from simulator.acts.command import *
from simulator.acts.decide import *
from simulator.acts.do import *
from simulator.acts.host import *
from simulator.acts.keep import *
from simulator.acts.look import *
from simulator.acts.seats import *
from simulator.acts.tell import *
from simulator.record.entry import kinds_of, one_of

ACTS = kinds_of(Act)
"""Kind -> class of every act."""
if TYPE_CHECKING:
    AnyAct = Act
else:
    AnyAct = one_of(ACTS)
ACT: TypeAdapter[Act] = TypeAdapter(AnyAct)
