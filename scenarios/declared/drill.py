"""What stands in a `drill.yaml`: a whole drill in one file, without code. What follows from the rest is not written."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from simulator.scenario.conventions import Audience, LevelName
from simulator.scenario.declared.spec import Formula, Word, WorldSpec
from simulator.scenario.parts import DAY, SEVERAL, Condition, Data, Seconds, Span, Template
from simulator.scenario.people import AnyOf
from simulator.values import Dimension, Duty, Lane, Post, Strategy

Texts = Annotated[tuple[str, ...], SEVERAL]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
LONGEST = 6 * 3600
"""Seconds of the longest drill in one file: it is walked many times before it can be played."""
SHORTEST = 12 * 60
"""Seconds of the shortest: the first decision and the closing have their minutes, and something has to be between."""
SEATS = ("commander", "deputy", "triage", "mitigation", "verification", "comms")
"""Seats whose duties and words are known by their ids."""


class Onset(Data):
    """The fault: when it begins, and what it is."""

    at: Seconds
    is_: str = Field(alias="is")


class ServiceData(Data):
    """A component, whose it is, and who touches it."""

    title: str = ""
    team: str
    lanes: tuple[Lane, ...] | None = None
    """Lanes that touch it; of what is frozen, mitigation and verification unless given."""

    @classmethod
    def read(cls, value: Any) -> Any:
        return {"team": value} if isinstance(value, str) else value


class AlarmData(Data):
    """An alert on a signal."""

    name: Id
    above: float | None = None
    below: float | None = None
    for_: Seconds = Field(180, alias="for")
    says: Template = ""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError("an alert fires either above or below something; give one of the two")
        return self


class SignalData(Data):
    """A series people can look at."""

    title: str
    is_: Formula = Field(alias="is")
    by_group: Formula | None = None
    """The same by group: a series each."""
    dark: Formula | None = None
    """While this holds nothing measures it; where it is by group, each group's, and the whole while all are."""
    unit: str = ""
    panel: bool = False
    good: Literal["low", "high", "flat"] = "low"
    felt: bool | None = None
    """What users get or suffer; so where there is one by group, unless given."""
    page: AlarmData | None = None
    """The alert that pages the commander, and opens the drill."""
    warn: AlarmData | None = None
    noise: Annotated[float, Field(ge=0, le=1)] = 0.02
    lag: Span = 30
    normal: float | None = None
    """What it is before the fault; read off the world unless given."""
    within: float | None = None
    """How far from normal still counts as normal; a share of what doing nothing does to it unless given."""
    decimals: Annotated[int, Field(ge=0, le=9)] = 3
    known_by: Texts = ()


class CueData(Data):
    """Something that one role knows."""

    says: str
    about: Texts
    at: Seconds | None = 1200
    """When a simulated holder says it unasked."""
    until: AnyOf = ()
    """What overtakes it."""
    matters: str = ""


class PersonData(Data):
    """A seat, or somebody who can be paged."""

    handle: str
    title: str = ""
    team: str = "Duty"
    brief: str = ""
    duties: tuple[Duty, ...] = ()
    """What the seat is there for; known by its id for the usual six."""
    page: Span | None = None
    """Of a specialist: how long they take to join."""
    spread: Annotated[float, Field(ge=0, le=3)] = 0.25
    """Sigma of the logarithm of that time."""
    unanswered: Annotated[float, Field(ge=0, le=1)] = 0.1
    pace: Annotated[float, Field(gt=0, le=5)] = 1.0
    slips: Annotated[float, Field(ge=0, le=1)] = 0.05
    knows: dict[Id, CueData] = {}


class LookData(Data):
    """A query: what it costs, what it tells, what it prints."""

    title: str
    cmd: str
    also: Texts = ()
    """Other words it is run by."""
    takes: Span = 40
    about: Id
    """Its topic."""
    by: Texts = ("triage", "verification", "mitigation", "deputy", "commander")
    kind: Literal["physics", "receipt", "artifact", "narrative"] = "physics"
    tells: Texts = ()
    """False causes that it can rule out."""
    for_: bool = Field(False, alias="for")
    """Its result speaks for the true cause."""
    needed: str = ""
    """What it must precede, as part of the evidence minimum: `any decision`, `mitigation`, a rung."""
    figures: Texts = ()
    finds: dict[Id, str] = {}
    """What can be read off it without reading prose: name -> what templates print."""
    shows: Template = ""
    table: dict[str, Formula] = {}
    """A row for each group: column -> formula."""
    rerun_when: Condition = {}
    """A rerun of the failing path: it passes while this holds."""
    readiness: bool = False
    """It shows whether the way back is open."""
    known_by: Texts = ()

    @model_validator(mode="after")
    def _prints(self) -> Self:
        if not (self.shows or self.table or self.rerun_when):
            raise ValueError("prints nothing; give it `shows`, a `table`, or `rerun_when`")
        return self


class MoveData(Data):
    """An action: which levers it turns, how long that takes, and what can be said of it."""

    title: str
    cmd: str
    also: Texts = ()
    set: dict[Word, float]
    by: Texts = ("mitigation", "triage", "deputy", "commander")
    takes: Span = 20
    spread: Annotated[float, Field(ge=0, le=3)] = 0.1
    over: Span = 0
    """Seconds over which the levers move."""
    for_: Span = Field(0, alias="for")
    """A pulse: the levers go back by themselves after so long."""
    rung: Literal["flag", "hotfix", "rollback", "containment", "capacity", "repair"]
    strategy: Strategy | None = None
    """Branch that it belongs to; follows from the rung unless given."""
    support: bool = False
    """A step that mends nothing by itself."""
    trap: bool = False
    """It costs more than looking first would have."""
    treats: Texts | None = None
    """Groups that it helps; read off the world unless given."""
    minutes: float | None = None
    """Until it shows, when nothing is in its way; read off the world unless given."""
    undo: str | None = None
    """Move that takes it back."""
    undo_minutes: float | None = None
    risk: Texts = ("It goes on meanwhile",)
    check: str | None = None
    """Look that shows what it would do."""
    safe_when: Condition = {}
    """Started while this does not hold it counts as unprepared."""
    needs: Condition = {}
    """It is refused while this does not hold."""
    refusal: Template = ""
    cap: str | None = None
    against: Texts = ()
    irreversible: bool = False
    wide: bool = False
    says: Template = ""
    right_when: Texts | None = None
    """What makes it a right step once it has been seen; the looks that speak for the true cause unless given."""
    known_by: Texts = ()


class CourseData(Data):
    """One good way through: what by_the_book does."""

    hold: Texts = ()
    """Moves that stop the harm first, each quickly undone."""
    ready: str | None = None
    """The move that makes the mend possible."""
    mend: Annotated[Texts, Field(max_length=6)]
    """What mends it; which of them come into a course is tried out for each set of them."""
    finish: Texts = ()
    """What is left to do once it is mended."""
    test: Texts
    """Looks that tell the true cause."""
    cause: str

    @property
    def moves(self) -> tuple[str, ...]:
        """Return every move of it, in order."""
        return (*self.hold, *((self.ready,) if self.ready else ()), *self.mend, *self.finish)


class SayData(Data):
    """A line of the MSEL: somebody says, asks, claims or pushes for something."""

    at: Seconds
    id: Id = ""
    who: str
    text: Template = ""
    asks: Template = ""
    claims: str | None = None
    killed_by: Texts = ()
    """Looks that show that it is not so: of a claim about the cause, or of any other that is wrong."""
    pushes: str | None = None
    leaves: Post | None = None
    """Who has to go when it is said: whoever holds this post, unless it was handed over or has just been taken."""
    when: Condition = {}
    until: Seconds | None = None
    wants: Annotated[dict[str, dict[str, Any]], Field(max_length=1)] = {}
    """Act that it calls for -> its fields."""
    within: Span = 480
    right: str = ""
    wrong: Texts = ()
    set: dict[Word, float] = {}
    """Levers that it turns when it comes."""


class CauseData(Data):
    """A story that could explain the signals."""

    title: str
    plausible: str = ""
    killed_by: str = ""
    known_by: Texts | None = None
    """What shows that it may be so, whether it is or not; of the true one, unless given, what speaks for it."""

    @classmethod
    def read(cls, value: Any) -> Any:
        return {"title": value} if isinstance(value, str) else value


class AfterData(Data):
    """What is left when it is over, and what is not."""

    risks: Texts = ("It may come back as long as its cause is there",)
    unknown: Texts = ("How many were hit who have not written",)
    false_risks: Texts = ("Documents were read by strangers",)
    false_unknown: Texts = ("Who broke in",)


class FactorsData(Data):
    """What contributed, by layer, and what did not."""

    technical: Texts = ("Nothing checks a change for what it did here",)
    detection: Texts = ("What was hit is not watched by itself",)
    rollout: Texts = ("The change reached everybody at once",)
    ownership: Texts = ()
    organisation: Texts = ()
    not_true: Texts = ("There are too few machines",)


class LogData(Data):
    """A kind of log line."""

    service: str
    text: Template
    level: Literal["INFO", "WARN", "ERROR"] = "INFO"
    rate: Formula = 1.0
    """Lines a minute: a number, or a formula."""
    most: float = 6.0
    fields: dict[str, tuple[str, ...]] = {}
    cause: str | None = None


class ReachData(Data):
    """How far it reaches in one dimension: lines that are true, lines that are not, and what shows them."""

    true: Texts = ()
    false: Texts = ()
    shown_by: Texts = ()


class PlaceData(Data):
    """Where a command ends up by mistake, and what it prints there."""

    starts: str
    """How the commands begin that can be misplaced."""
    typed: str
    """What stood there instead."""
    output: Template
    said: str
    """What whoever typed it says on noticing."""


class DecoysData(Data):
    """What can always be picked and is not so: by id, in words."""

    risks: dict[Id, str] = {}
    """What would not get worse."""
    left: dict[Id, str] = {}
    """Risks that are not left when it is over."""
    unknown: dict[Id, str] = {}
    """What is not unknown."""


class NoviceData(Data):
    """What makes it easier."""

    panels: Texts = ()


class ExpertData(Data):
    """What makes it harder."""

    missing: dict[str, Seconds] = {}
    """Signal -> from when on it gives nothing."""
    absent: Texts = ()
    """Specialists who do not answer their first page."""
    says: tuple[SayData, ...] = ()


class DrillData(Data):
    """A whole drill, as its author wrote it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)

    drill: Id
    """Its name, and that of its folder."""
    version: int = Field(1, ge=1)
    draft: bool = False
    title: str
    summary: str
    company: str
    source: str = ""
    briefing: str
    t0: str
    """Wall-clock label of T+0, ISO 8601."""
    incident: str = "INC-1"
    starts: Annotated[Seconds, Field(ge=-DAY, le=0)] = -7200
    horizon: Annotated[Seconds, Field(gt=0, le=LONGEST)] = 3600
    fault: Onset
    severity: dict[str, Formula] = {}
    """Severity fact -> formula while which it is so; `always`: as long as anybody is hit."""
    dependency: str
    services: Annotated[dict[Id, Annotated[ServiceData, BeforeValidator(ServiceData.read)]], Field(min_length=1)]
    freeze: Texts
    good: str
    """The revision to go back to."""
    other_revisions: Texts = ()
    trains: Texts = ()
    channels: Texts = ("incident",)
    """Where the team and others write, the team's own first."""
    levels: tuple[LevelName, ...] = ()
    """What the company calls levels of severity, the worst first, and how often stakeholders hear at each."""
    audiences: dict[Audience, str] = {}
    """What whom an update is for is called."""
    postures: dict[str, str] = {}
    """Class of dependencies -> how its failure is met unless there is a reason not to."""
    topics: dict[Id, str] = {}
    """Titles of topics that do not speak for themselves."""
    wrong_places: dict[Id, PlaceData] = {}
    world: WorldSpec
    signals: Annotated[dict[Word, SignalData], Field(min_length=1)]
    logs: dict[Id, LogData] = {}
    people: dict[Id, PersonData] = {}
    """Seats and specialists; the usual six seats where none is given."""
    looks: Annotated[dict[Word, LookData], Field(min_length=1)]
    moves: Annotated[dict[Word, MoveData], Field(min_length=1)]
    course: CourseData
    says: tuple[SayData, ...] = ()
    causes: Annotated[dict[Word, Annotated[CauseData, BeforeValidator(CauseData.read)]], Field(min_length=2)]
    after: AfterData = AfterData()
    factors: FactorsData = FactorsData()
    reaches: dict[Dimension, ReachData] = {}
    """What is not read off the world: whom, which part, what it hangs on, what had changed."""
    decoys: DecoysData = DecoysData()
    reasons: dict[Id, str] = {}
    """Reasons for a step that can be picked, beside the usual ones or in other words."""
    needs: dict[Id, str] = {}
    """What leadership can be asked for besides."""
    need: str = "Release train stopped until the review"
    """What leadership is asked for."""
    windows: dict[str, tuple[float, float]] = {}
    """Criterion -> its minutes, where they differ from the playbook's."""
    write_freeze: Texts = ()
    boundary: Texts = ()
    giveaways: Texts = ()
    """Words that tell what is behind it, which nothing offered at T+0 may have."""
    words: dict[str, Texts] = {}
    novice: NoviceData = NoviceData()
    expert: ExpertData = ExpertData()
    variants: dict[Id, dict[str, Any]] = {}
    """Variant -> what is otherwise in it."""
    variant_version: int = 0
    hint: str = ""

    @field_validator("horizon")
    @classmethod
    def _long_enough(cls, horizon: int) -> int:
        if horizon < SHORTEST:
            raise ValueError(f"less than {SHORTEST // 60} minutes are too few to find out, act and close; give it more")
        return horizon
