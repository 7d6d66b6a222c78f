"""What every piece of a scenario or playbook is written in: times, ids, small languages, frozen models.

Times are drill seconds, T+0 is the first page; in YAML they may be written `90`, `"45s"`, `"3m"`, `"-1m30s"`.
A `Condition` is a mapping from fact to what must hold: a value, a list (any of), `{above: x}`, `{below: x}`
or `{not: value}`. There is no expression language; nothing in a scenario is evaluated as code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from simulator.values import Pick, Ref

_TIME = re.compile(r"^([+-]?)(?:(\d{1,9}(?:\.\d{1,9})?)m)?(?:(\d{1,9})s)?$")
DAY, YEAR = 86_400, 31_622_400
"""How long a drill may be, since each of its seconds is stepped; how far off anything in it, since dates end there."""


def _seconds(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = _TIME.match(value.strip())
    if not found or not (found[2] or found[3]):
        raise ValueError(f"{value!r} is not a time; write '45s', '3m', '1m30s' or a number of seconds")
    total = round(float(found[2] or 0) * 60) + int(found[3] or 0)
    return -total if found[1] == "-" else total


Seconds = Annotated[int, BeforeValidator(_seconds, json_schema_input_type=int | str), Field(ge=-YEAR, le=YEAR)]
Share = Annotated[float, Field(ge=0, le=1)]
Span = Annotated[Seconds, Field(ge=0)]
"""A stretch of time, which cannot be negative."""


@dataclass(frozen=True)
class Notation:
    """Marks what an author writes in a small language of its own: a `condition`, a `template`, a `key`, a
    `printed` key."""

    as_: str


Condition = Annotated[dict[str, Any], Notation("condition")]
Template = Annotated[str, Notation("template")]
ContextKey = Annotated[str, Notation("key")]
"""Where in the world's context a number stands, such as `figures.tickets`."""
PrintedKey = Annotated[str, Notation("printed")]
"""Where in what templates print a single value stands, such as `pops.1.gets`."""
ActionId = Annotated[str, Pick("actions")]
CapId = Annotated[str, Pick("caps")]
CauseId = Annotated[str, Pick("causes")]
Channel = Annotated[str, Pick("channels")]
Fact = Annotated[str, Pick("facts")]
FigureId = Annotated[str, Pick("figures")]
Knob = Annotated[str, Pick("knobs")]
MetricId = Annotated[str, Pick("metrics")]
QueryId = Annotated[str, Pick("queries")]
RoleId = Annotated[str, Pick("roles")]
SeatId = Annotated[str, Pick("seats")]
SegmentId = Annotated[str, Pick("segments")]
ServiceId = Annotated[str, Pick("services")]
Source = Annotated[str, Pick("sources")]
TopicId = Annotated[str, Pick("topics")]


class _Several(BeforeValidator):
    """One may stand for a list of one."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        listed = handler(schema)
        return {"anyOf": [listed, listed["items"]]}


SEVERAL = _Several(lambda value: (value,) if isinstance(value, str | Mapping) else value)


def in_a_word(field: str, **how: Any) -> BeforeValidator:
    """Let a part be written as text alone, which stands for one of its fields."""
    return BeforeValidator(lambda value: {field: value} if isinstance(value, str) else value, **how)


AnyOf = Annotated[tuple[Condition, ...], SEVERAL]
"""One condition, or several of which one is enough."""


class Data(BaseModel):
    """A frozen, closed piece of a scenario or playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Titled(Data):
    """Something with an id that people pick by its title."""

    id: str
    title: str


class Pickable(Titled):
    """Something people pick, as soon as they know that it is there."""

    known_by: tuple[Ref, ...] = ()
    """What shows that it is there; it is offered to whoever has seen any of it: `query:ID`, `alert:ID`, `cue:ID`,
    `inject:ID`, `action:ID`, or `duty:NAME` for the seats that know it from the start. Left out: everybody knows.

    It changes what is offered, never what is possible: who names it without being offered it gets it.
    """


class Duration(Data):
    """How long something takes: lognormal around `median` (seconds); `spread` is the sigma of the logarithm."""

    median: Span
    spread: Annotated[float, Field(ge=0, le=3)] = 0.2

    @classmethod
    def _read(cls, value: Any) -> Any:
        return {"median": value} if isinstance(value, (int, str)) else value


Took = Annotated[Duration, BeforeValidator(Duration._read)]
