"""What commands are made of: picked fields, plain types, and the pieces several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.fields import FieldInfo


@dataclass(frozen=True)
class Pick:
    """Marks a field whose value is the id of something in `source`; editors and forms offer it as a list."""

    source: str

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> Any:
        schema = handler(core_schema)
        schema["x-pick"] = self.source
        return schema


Id = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
Line = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]
Text = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True)]
Minutes = Annotated[float, Field(ge=0, le=1440)]
Minute = Annotated[float, Field(ge=-10_000, le=10_000)]
"""A moment, in minutes relative to T+0."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)]

Action = Annotated[Id, Pick("actions")]
Alert = Annotated[Id, Pick("alerts")]
Cause = Annotated[Id, Pick("causes")]
Cue = Annotated[Id, Pick("cues")]
Inject = Annotated[Id, Pick("injects")]
Metric = Annotated[Id, Pick("metrics")]
Query = Annotated[Id, Pick("queries")]
Role = Annotated[Id, Pick("roles")]
Seat = Annotated[Id, Pick("seats")]
Segment = Annotated[Id, Pick("segments")]
Topic = Annotated[Id, Pick("topics")]
Service = Annotated[Id, Pick("services")]
Evidence = tuple[Annotated[Id, Pick("evidence")], ...]

Severity = Literal["SEV-1", "SEV-2", "SEV-3", "SEV-4"]
Confidence = Literal["L1", "L2", "L3"]
Dependency = Literal["auth", "billing", "queue", "observability"]
Lane = Literal["triage", "mitigation", "verification", "comms"]
Post = Literal["commander", "deputy"]
"""What somebody may be made during an incident, whatever their seat; it passes from one to another."""
COMMANDER: Final = "commander"
DEPUTY: Final = "deputy"
Duty = Literal["commands", "deputises", "investigates", "executes", "verifies", "speaks", "signs", "observes"]
"""What a seat is there for. Seats are the scenario's, under any name; rights, criteria and scripts ask for duties.
`signs` and `observes` are a specialist's and an onlooker's: neither gives a right by itself."""
PLACES: Final[Mapping[Duty, str]] = {
    "commands": COMMANDER, "deputises": DEPUTY,
    "investigates": "triage", "executes": "mitigation", "verifies": "verification", "speaks": "comms",
}  # fmt: skip
"""Duty -> the post or lane that goes with it."""
Strategy = Literal["hotfix", "rollback", "containment"]
Rung = Literal["flag", "hotfix", "rollback"]
Status = Literal["investigating", "identified", "mitigating", "monitoring", "resolved"]
Phase = Literal["detection", "containment", "recovery", "hardening"]
Rejection = Literal["coverage", "readiness", "time", "side_effect", "uncertainty"]


class Part(BaseModel):
    """A piece of a command: frozen and closed like the command itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Figure(Part):
    """A number somebody states: a point (`high` left out) or an honest interval."""

    name: Annotated[Id, Pick("figures")]
    low: float
    high: float | None = None


class Check(Part):
    """A signal that decides something: `metric` is `below` or `above` `threshold` within `within_minutes`."""

    metric: Metric
    is_: Literal["below", "above"] = Field("below", alias="is")
    threshold: float
    within_minutes: Minutes = 10

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class RejectedRung(Part):
    """One rung of the reversible ladder not taken, and why."""

    rung: Rung
    reason: Rejection


class Recommendation(Part):
    """One side of a contradiction: who wants what, how fast it can be undone, what it can hurt.

    Who wants it is a role (`owner`, specialists included) or whoever said so in a message (`voice`).
    """

    owner: Role | None = None
    voice: Annotated[Id, Pick("voices")] | None = None
    action: Action
    reversal_minutes: Minutes
    blast_radius: tuple[Annotated[Id, Pick("blast")], ...] = ()

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.owner is None and self.voice is None:
            raise ValueError("name whose recommendation it is: a role, or the message it came with")
        return self


@cache
def picked_fields(model: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """Return (field, source) for every field of a command that is picked, one level of nesting as `a.b`."""
    found: list[tuple[str, str]] = []
    for name, info in model.model_fields.items():
        source = _source_of(info)
        if source:
            found.append((name, source))
            continue
        for part in _models_in(info.annotation):
            found.extend((f"{name}.{inner}", source) for inner, source in picked_fields(part))
    return tuple(found)


def _source_in(annotation: Any) -> str | None:
    for pick in getattr(annotation, "__metadata__", ()):
        if isinstance(pick, Pick):
            return pick.source
    return next((s for arg in get_args(annotation) if (s := _source_in(arg))), None)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for arg in get_args(annotation):
        yield from _models_in(arg)


def _source_of(info: FieldInfo) -> str | None:
    return next((m.source for m in info.metadata if isinstance(m, Pick)), None) or _source_in(info.annotation)


Model = TypeVar("Model", bound=BaseModel)


def repicked(model: Model, change: Callable[[str, str], str]) -> Model:
    """Return a command, or a piece of one, with `change(source, value)` in the place of every picked value."""

    def changed(value: Any, source: str | None) -> Any:
        if isinstance(value, BaseModel):
            return repicked(value, change)
        if isinstance(value, tuple):
            return tuple(changed(one, source) for one in value)
        return change(source, value) if source and isinstance(value, str) else value

    fields = type(model).model_fields
    new = {name: changed(value, _source_of(fields[name])) for name, value in model}
    return model.model_copy(update=new) if new != dict(model) else model
