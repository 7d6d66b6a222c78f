"""What acts and events are made of: picks, references, authors, people's words, and the pieces several of them share.

A field says by its type what it holds. `Pick` takes the id of something the scenario or the drill has; `Ref` refers
to something on record; `Words` and what is made of them are what people wrote, which goes without names where a record
does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

M = TypeVar("M")


@dataclass(frozen=True)
class Pick:
    """Marks a field whose value is the id of something in `source`; editors and forms offer it as a list."""

    source: str

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> Any:
        schema = handler(core_schema)
        schema["x-pick"] = self.source
        return schema


@dataclass(frozen=True)
class Personal:
    """Marks a field in which people write, or in which what they wrote comes back."""


class Ref(str):
    """What something on record can be cited by: `query:ID`, `query:ID#2` (its second run), `alert:ID`, `decision:3`.

    Evidence is named so, not by sequence number: a recorded act means the same when it is played earlier, later or
    without its neighbours.
    """

    __slots__ = ()

    @classmethod
    def to(cls, kind: str, ident: str | int, run: int = 1) -> Ref:
        """Return the reference to the `run`-th time of something."""
        return cls(f"{kind}:{ident}" if run == 1 else f"{kind}:{ident}#{run}")

    @property
    def kind(self) -> str:
        """Return what it refers to: `query`, `alert`, `decision` …"""
        return self.partition(":")[0]

    @property
    def ident(self) -> str:
        """Return the id or number, without the run."""
        return self.partition(":")[2].partition("#")[0]

    @property
    def run(self) -> int:
        """Return which time it is, from 1."""
        return int(self.partition("#")[2] or 1)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        text = core_schema.str_schema(min_length=1, max_length=80, strip_whitespace=True)
        return core_schema.no_info_after_validator_function(cls, text)


class Author(str):
    """Who is behind an entry: `engine`, `world`, `teammate:<role>`, `facilitator:<name>` or `<role>:<name>`."""

    __slots__ = ()

    @classmethod
    def teammate(cls, role: str) -> Author:
        """Return the simulated holder of a role."""
        return cls(f"teammate:{role}")

    @classmethod
    def person(cls, role: str, name: str) -> Author:
        """Return the person in a seat; the facilitator's role is `facilitator`."""
        return cls(f"{role}:{name}")

    @property
    def role(self) -> str:
        """Return the role behind it (`commander` for both `commander:Ana` and `teammate:commander`)."""
        kind, _, rest = self.partition(":")
        return rest if kind == "teammate" else kind

    @property
    def name(self) -> str:
        """Return a person's name, empty for everybody who is simulated."""
        kind, _, rest = self.partition(":")
        return "" if kind in ("teammate", "engine", "world") else rest

    @property
    def simulated(self) -> bool:
        """Tell whether a simulated teammate is behind it."""
        return self.startswith("teammate:")

    @property
    def machine(self) -> bool:
        """Tell whether it is the engine or the world."""
        return self in (ENGINE, WORLD)


Scalar = bool | int | float | str
HOST: Final = "facilitator"
"""The role of whoever leads the drill and does not play."""
OBSERVER: Final = "#observer"
"""Where somebody sits who only looks on: no seat of any scenario, and nothing of it is in any record."""
ENGINE: Final = Author("engine")
WORLD: Final = Author("world")

Id = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
Words = Annotated[str, Personal()]
"""What a tool printed or the drill said, with what people wrote in it."""
Line = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), Personal()]
Text = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True), Personal()]
Reason = Annotated[str, StringConstraints(min_length=3, max_length=400, strip_whitespace=True), Personal()]
Name = Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True), Personal()]
Minutes = Annotated[float, Field(ge=0, le=1440)]
Minute = Annotated[float, Field(ge=-10_000, le=10_000)]
"""A moment, in minutes relative to T+0."""

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
Channel = Annotated[Id, Pick("channels")]
Unknown = Annotated[Id, Pick("unknowns")]
Risk = Annotated[Id, Pick("residual_risks")]
Harm = Annotated[Id, Pick("blast")]
"""What can get worse: a risk, a side effect, a segment."""
Why = Annotated[Id, Pick("reasons")]
Need = Annotated[Id, Pick("needs")]
Factor = Annotated[Id, Pick("factors")]
Revision = Annotated[Id, Pick("revisions")]
Evidence = tuple[Annotated[Ref, Pick("evidence")], ...]
Reach = Annotated[Id, Pick("reaches")]
"""How far the impact reaches in one dimension: whom, which part, what it hangs on, what had changed."""
Dimension = Literal["users", "tenants", "fault_domain", "dependency", "recent_change"]
"""Along what the scope of an incident is bounded."""
Kept = Literal["fact", "hypothesis", "decision", "command", "update", "responsibility"]
"""What a line of the live timeline is about."""
Progress = Literal["investigating", "mitigating", "recovered"]
"""How far a response is, as outsiders and whoever takes over are told."""
Fork = Literal["mitigate", "switch", "verify", "close"]
"""What has to be decided next: a first mitigation, another one, whether it holds, whether it is over."""

Severity = Annotated[Id, Pick("levels")]
"""A level of severity, in the words of the playbook that the drill is played with."""
Confidence = Literal["L1", "L2", "L3"]
MOST_DECIDED: Final = 8
"""Actions above which a decision decides nothing, since it lists nearly everything."""
Dependency = Annotated[Id, Pick("dependencies")]
"""A class of dependency, as the playbook that the drill is played with names them."""
Lane = Literal["triage", "mitigation", "verification", "comms"]
LANES: Final[Mapping[str, str]] = {
    "triage": "Triage", "mitigation": "Mitigation", "verification": "Verification", "comms": "Communications",
}  # fmt: skip
"""Lane -> what people call it."""
Post = Literal["commander", "deputy", "scribe"]
"""What somebody may be made during an incident, whatever their seat; it passes from one to another."""
COMMANDER: Final = "commander"
DEPUTY: Final = "deputy"
SCRIBE: Final = "scribe"
Duty = Literal[
    "commands", "deputises", "investigates", "executes", "verifies", "speaks", "scribes", "signs", "observes"
]
"""What a seat is there for. Seats are the scenario's, under any name; rights, criteria and scripts ask for duties.
`signs` and `observes` are a specialist's and an onlooker's: neither gives a right by itself, and whoever only observes
asks for nothing at all."""
PLACES: Final[Mapping[Duty, str]] = {
    "commands": COMMANDER, "deputises": DEPUTY,
    "investigates": "triage", "executes": "mitigation", "verifies": "verification", "speaks": "comms",
    "scribes": SCRIBE,
}  # fmt: skip
"""Duty -> the post or lane that goes with it."""
Strategy = Literal["hotfix", "rollback", "containment", "restore"]
"""How one goes about it. The first three are branches, of which one is chosen; data is restored beside them."""
BRANCHES: Final = ("hotfix", "rollback", "containment")
Rung = Literal["flag", "hotfix", "rollback", "restore"]
Status = Literal["investigating", "identified", "mitigating", "monitoring", "resolved"]
Phase = Literal["detection", "containment", "recovery", "hardening"]
Rejection = Literal["coverage", "readiness", "time", "side_effect", "uncertainty"]


def notes(annotation: Any) -> Iterator[Any]:
    """Yield everything that an annotation, and all within it, is marked with."""
    yield from getattr(annotation, "__metadata__", ())
    for inner in get_args(annotation):
        yield from notes(inner)


def marked(info: FieldInfo, mark: type[M]) -> M | None:
    """Return the mark of this kind on a field, on the field itself or anywhere within its type."""
    return next((note for note in (*info.metadata, *notes(info.annotation)) if isinstance(note, mark)), None)


class Part(BaseModel):
    """A piece of an act or event: frozen and closed like these themselves."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Figure(Part):
    """A number somebody states: a point (`high` left out) or an honest interval."""

    name: Annotated[Id, Pick("figures")]
    low: float
    high: float | None = None


class Attachment(Part):
    """A document that comes with a message, as text and as nothing else: it is read, and nothing in it is done."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True), Personal()]
    is_: Literal["document", "log", "figure"] = Field("document", alias="is")
    text: Annotated[str, StringConstraints(min_length=1, max_length=8000), Personal()]

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


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
    reversal_minutes: Minutes | None = None
    blast_radius: tuple[Harm, ...] = ()

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
        pick = marked(info, Pick)
        if pick:
            found.append((name, pick.source))
            continue
        for part in models_in(info.annotation):
            found.extend((f"{name}.{inner}", source) for inner, source in picked_fields(part))
    return tuple(found)


def picked(body: BaseModel) -> Iterator[tuple[str, str, str]]:
    """Yield (field, source, value) of everything that is picked in a command or event."""
    for path, source in picked_fields(type(body)):
        yield from ((path, source, value) for value in _values(body, path))


def _values(body: Any, path: str) -> Iterator[str]:
    head, _, rest = path.partition(".")
    value = getattr(body, head)
    for item in value if isinstance(value, tuple) else (value,):
        if item is None:
            continue
        if rest:
            yield from _values(item, rest)
        else:
            yield item


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that an annotation is about, itself or anywhere within it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for arg in get_args(annotation):
        yield from models_in(arg)


Model = TypeVar("Model", bound=BaseModel)


def retold(model: Model, mark: type[M], change: Callable[[M, str], str]) -> Model:
    """Return a model with `change(mark, value)` in the place of every text so marked, however deep it lies.

    Not validated again: the new text may be longer than the field allows.
    """

    def changed(value: Any, note: M | None) -> Any:
        if isinstance(value, BaseModel):
            return retold(value, mark, change)
        if isinstance(value, tuple):
            return tuple(changed(one, note) for one in value)
        if isinstance(value, dict):
            return {key: changed(one, note) for key, one in value.items()}
        return change(note, value) if note is not None and isinstance(value, str) else value

    kind: Any = mark  # hashable, as every class is
    marks = _marks(type(model), kind)
    new = {name: changed(value, marks[name]) for name, value in model}
    return model.model_copy(update=new) if new != dict(model) else model


@cache
def _marks(model: type[BaseModel], mark: Any) -> Mapping[str, Any]:
    return {name: marked(info, mark) for name, info in model.model_fields.items()}
