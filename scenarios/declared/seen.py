"""What stands in a drill in one file about what people see: signals with their alerts, looks, log lines."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from simulator.scenario.data import SEVERAL, Condition, Data, Seconds, Span, Template
from simulator.scenario.declared.spec import Formula

Texts = Annotated[tuple[str, ...], SEVERAL]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]


class AlarmData(Data):
    """An alert on a signal."""

    name: Id
    """What the alert is called."""
    above: float | None = None
    """It fires above this, in the signal's unit; give this or `below`."""
    below: float | None = None
    """It fires below this, in the signal's unit."""
    for_: Seconds = Field(180, alias="for")
    """Seconds for which that must hold before it fires."""
    says: Template = ""
    """Its summary, a template."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError("an alert fires either above or below something; give one of the two")
        return self


class SignalData(Data):
    """A series people can look at."""

    title: str
    """What people call it."""
    is_: Formula = Field(alias="is")
    """Formula of the whole world, so what is by group needs `total` or `of`."""
    by_group: Formula | None = None
    """The same by group: a series each."""
    dark: Formula | None = None
    """While this holds nothing measures it; where it is by group, each group's, and the whole while all are."""
    unit: str = ""
    """Printed behind its values."""
    panel: bool = False
    """It has a panel on the console."""
    good: Literal["low", "high", "flat"] = "low"
    """Which way is better; `flat`: neither."""
    felt: bool | None = None
    """What users get or suffer; so where there is one by group, unless given."""
    page: AlarmData | None = None
    """The alert that pages the commander, and opens the drill."""
    warn: AlarmData | None = None
    """An alert that pages nobody."""
    noise: Annotated[float, Field(ge=0, le=1)] = 0.02
    """Relative noise of what is measured, 0 to 1."""
    lag: Span = 30
    """Seconds by which what is shown is old."""
    normal: float | None = None
    """What it is before the fault; read off the world unless given."""
    within: float | None = None
    """How far from normal still counts as normal; a share of what doing nothing does to it unless given."""
    decimals: Annotated[int, Field(ge=0, le=9)] = 3
    """Digits after the point, 0 to 9."""
    known_by: Texts = ()
    """Names of looks and people that show it besides."""


class LookData(Data):
    """A query: what it costs, what it tells, what it prints."""

    title: str
    """What people call it."""
    cmd: str
    """What is typed to run it."""
    also: Texts = ()
    """Other words it is run by."""
    takes: Span = 40
    """Seconds it takes, or {median, spread}."""
    about: Id
    """Its topic."""
    by: Texts = ("triage", "verification", "mitigation", "deputy", "commander")
    """Seats that can run it."""
    kind: Literal["physics", "receipt", "artifact", "narrative"] = "physics"
    """What kind of evidence it is."""
    tells: Texts = ()
    """False causes that it can rule out."""
    for_: bool = Field(False, alias="for")
    """Its result speaks for the true cause."""
    needed: str = ""
    """What it must precede, as part of the evidence minimum: `any decision`, `mitigation`, a rung."""
    figures: Texts = ()
    """Figures of the world that it counts."""
    finds: dict[Id, str] = {}
    """What can be read off it without reading prose: name -> what templates print."""
    shows: Template = ""
    """Template that it prints, over figures, facts, levers and `fault_at`."""
    table: dict[str, Formula] = {}
    """A row for each group: column -> formula."""
    rerun_when: Condition = {}
    """A rerun of the failing path: it passes while this holds."""
    readiness: bool = False
    """It shows whether the way back is open."""
    known_by: Texts = ()
    """What has to be seen before it is offered; everybody knows of it unless given."""

    @model_validator(mode="after")
    def _prints(self) -> Self:
        if not (self.shows or self.table or self.rerun_when):
            raise ValueError("prints nothing; give it `shows`, a `table`, or `rerun_when`")
        return self


class LogData(Data):
    """A kind of log line."""

    service: str
    """Service that writes it."""
    text: Template
    """Template of the line: its `fields`, and `hex(k)` for k digits."""
    level: Literal["INFO", "WARN", "ERROR"] = "INFO"
    """How it is marked."""
    rate: Formula = 1.0
    """Lines a minute: a number, or a formula."""
    most: float = 6.0
    """Lines a minute at most."""
    fields: dict[str, tuple[str, ...]] = {}
    """Name -> values, one of which is drawn for each line."""
    cause: str | None = None
    """Cause that it speaks for."""
