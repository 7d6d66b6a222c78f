"""What stands in a `drill.yaml`: a whole drill in one file, without code. What follows from the rest is not written."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, field_validator

from scenarios.declared.moves import CourseData, MoveData
from scenarios.declared.seen import Id, LogData, LookData, SignalData, Texts
from simulator.scenario.conventions import Audience, LevelName
from simulator.scenario.data import DAY, AnyOf, Condition, Data, Seconds, Span, Template, in_a_word
from simulator.scenario.declared.spec import Formula, Word, WorldSpec
from simulator.scenario.people import Debts
from simulator.values import Dimension, Duty, Lane, Post

LONGEST = 6 * 3600
"""Seconds of the longest drill in one file: it is walked many times before it can be played."""
SHORTEST = 12 * 60
"""Seconds of the shortest: the first decision and the closing have their minutes, and something has to be between."""
SEATS = ("commander", "deputy", "triage", "mitigation", "verification", "comms")
"""Seats whose duties and words are known by their ids."""


class Onset(Data):
    """The fault: when it begins, and what it is."""

    at: Seconds
    """When it begins, in drill seconds; before T+0."""
    is_: str = Field(alias="is")
    """What it is, in words: told in the debrief."""


class ServiceData(Data):
    """A component, whose it is, and who touches it."""

    title: str = ""
    """What people call it; its id unless given."""
    team: str
    """Whose it is."""
    lanes: tuple[Lane, ...] | None = None
    """Lanes that touch it; of what is frozen, mitigation and verification unless given."""


class CueData(Data):
    """Something that one role knows."""

    says: str
    """What they say."""
    about: Texts
    """Topics that bring it up when somebody asks."""
    at: Seconds | None = 1200
    """When a simulated holder says it unasked."""
    until: AnyOf = ()
    """What overtakes it."""
    matters: str = ""
    """What it matters for, in words of the debrief."""
    owes: Debts = ()
    """What somebody outside is owed by it: words, or `what`, `within` and `taken_up_by`, one or several."""


class PersonData(Data):
    """A seat, or somebody who can be paged."""

    handle: str
    """What they are written to by, with or without @."""
    title: str = ""
    """What the role is called."""
    team: str = "Duty"
    """Team they are in."""
    brief: str = ""
    """What a briefing tells whoever takes the seat."""
    duties: tuple[Duty, ...] = ()
    """What the seat is there for; known by its id for the usual six."""
    page: Span | None = None
    """Of a specialist: how long they take to join."""
    spread: Annotated[float, Field(ge=0, le=3)] = 0.25
    """Sigma of the logarithm of that time."""
    unanswered: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Probability, 0 to 1, that the first page of a specialist goes unanswered."""
    pace: Annotated[float, Field(gt=0, le=5)] = 1.0
    """Factor on the time a simulated holder takes; below 1 is eager, above 1 careful."""
    slips: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Probability, 0 to 1, that a simulated holder slips where they can."""
    knows: dict[Id, CueData] = {}
    """What they alone know, by name."""


class SayData(Data):
    """A line of the MSEL: somebody says, asks, claims or pushes for something."""

    at: Seconds
    """Drill second at which it comes."""
    id: Id = ""
    """Its name; made from what it does unless given."""
    who: str
    """Handle of who says it."""
    text: Template = ""
    """Template of what they say."""
    asks: Template = ""
    """Template of what they want to know; `right` and `wrong` are the answers."""
    claims: str | None = None
    """False cause that they are sure of."""
    killed_by: Texts = ()
    """Looks that show that it is not so: of a claim about the cause, or of any other that is wrong."""
    pushes: str | None = None
    """Move that they want done at once."""
    leaves: Post | None = None
    """Who has to go when it is said: whoever holds this post, unless it was handed over or has just been taken."""
    when: Condition = {}
    """It comes only while this holds."""
    until: Seconds | None = None
    """Drill second after which it comes no more; where there is a `when`, 20 minutes later unless given."""
    wants: Annotated[dict[str, dict[str, Any]], Field(max_length=1)] = {}
    """Act that it calls for -> its fields."""
    within: Span = 480
    """Seconds in which it is to be met."""
    right: str = ""
    """The true answer to what they ask."""
    wrong: Texts = ()
    """Answers that are not true."""
    set: dict[Word, float] = {}
    """Levers that it turns when it comes."""


class CauseData(Data):
    """A story that could explain the signals."""

    title: str
    """The story in words, as people pick it."""
    plausible: str = ""
    """Why one may believe it."""
    killed_by: str = ""
    """What shows that it is not so, in words."""
    known_by: Texts | None = None
    """What shows that it may be so, whether it is or not; of the true one, unless given, what speaks for it."""


class AfterData(Data):
    """What is left when it is over, and what is not."""

    risks: Texts = ("It may come back as long as its cause is there",)
    """Risks that are left."""
    unknown: Texts = ("How many were hit who have not written",)
    """What nobody knows yet."""
    false_risks: Texts = ("Documents were read by strangers",)
    """Risks that can be picked and are not left."""
    false_unknown: Texts = ("Who broke in",)
    """What can be picked and is known."""


class FactorsData(Data):
    """What contributed, by layer, and what did not."""

    technical: Texts = ("Nothing checks a change for what it did here",)
    """What in the system contributed."""
    detection: Texts = ("What was hit is not watched by itself",)
    """Why it was not seen sooner."""
    rollout: Texts = ("The change reached everybody at once",)
    """How the change was made and rolled out."""
    ownership: Texts = ()
    """What nobody owned."""
    organisation: Texts = ()
    """What contributed beyond the team."""
    not_true: Texts = ("There are too few machines",)
    """What can be picked and did not contribute."""


class ReachData(Data):
    """How far it reaches in one dimension: lines that are true, lines that are not, and what shows them."""

    true: Texts = ()
    """Lines that are so."""
    false: Texts = ()
    """Lines that can be picked and are not so."""
    shown_by: Texts = ()
    """Looks that show it."""


class PlaceData(Data):
    """Where a command ends up by mistake, and what it prints there."""

    starts: str
    """How the commands begin that can be misplaced."""
    typed: str
    """What stood there instead."""
    output: Template
    """Template of what it prints there."""
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
    """Signals that have a panel besides."""


class ExpertData(Data):
    """What makes it harder."""

    missing: dict[str, Seconds] = {}
    """Signal -> from when on it gives nothing."""
    absent: Texts = ()
    """Specialists who do not answer their first page."""
    says: tuple[SayData, ...] = ()
    """Lines of the MSEL that come besides."""


class DrillData(Data):
    """A whole drill, as its author wrote it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)

    drill: Id
    """Its name, and that of its folder."""
    version: int = Field(1, ge=1)
    """To be raised when the same seed and commands would give another drill."""
    draft: bool = False
    """For its authors alone; the lobby leaves it out."""
    title: str
    """What the lobby calls it."""
    summary: str
    """What the lobby says of it, without giving it away."""
    company: str
    """Name of the company; of a `company.yaml` it has what stands there under its own."""
    source: str = ""
    """Where the incident comes from: an address, a report."""
    briefing: str
    """What everybody is told beforehand."""
    t0: str
    """Wall-clock label of T+0, ISO 8601."""
    incident: str = "INC-1"
    """Its number, as people write it."""
    starts: Annotated[Seconds, Field(ge=-DAY, le=0)] = -7200
    """Drill second at which history begins, up to a day before T+0."""
    horizon: Annotated[Seconds, Field(gt=0, le=LONGEST)] = 3600
    """Drill second at which the world stops, 12 minutes to 6 hours."""
    fault: Onset
    """What goes wrong, and when."""
    severity: dict[str, Formula] = {}
    """Severity fact -> formula while which it is so; `always`: as long as anybody is hit."""
    dependency: str
    """Class of what is hit in the playbook's dependency risk matrix: auth, billing, queue, observability."""
    services: Annotated[dict[Id, Annotated[ServiceData, in_a_word("team")]], Field(min_length=1)]
    """Components, and whose they are."""
    freeze: Texts
    """Services that have to be frozen."""
    good: str
    """The revision to go back to."""
    other_revisions: Texts = ()
    """Revisions that can be picked to go back to and are wrong."""
    trains: Texts = ()
    """What the lobby says that it trains."""
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
    """Where commands can end up by mistake."""
    world: WorldSpec
    """What misbehaves, and how it answers."""
    signals: Annotated[dict[Word, SignalData], Field(min_length=1)]
    """What is measured of it."""
    logs: dict[Id, LogData] = {}
    """What it writes."""
    people: dict[Id, PersonData] = {}
    """Seats and specialists; the usual six seats where none is given."""
    looks: Annotated[dict[Word, LookData], Field(min_length=1)]
    """What can be looked at: queries."""
    moves: Annotated[dict[Word, MoveData], Field(min_length=1)]
    """What can be done: actions."""
    course: CourseData
    """One good way through."""
    says: tuple[SayData, ...] = ()
    """What others say and ask, and when: the MSEL."""
    causes: Annotated[dict[Word, Annotated[CauseData, in_a_word("title")]], Field(min_length=2)]
    """Stories that could explain it; the true one is the course's."""
    after: AfterData = AfterData()
    """What is left when it is over."""
    factors: FactorsData = FactorsData()
    """What contributed, for the review."""
    reaches: dict[Dimension, ReachData] = {}
    """What is not read off the world: whom, which part, what it hangs on, what had changed."""
    decoys: DecoysData = DecoysData()
    """What can be picked and is not so."""
    reasons: dict[Id, str] = {}
    """Reasons for a step that can be picked, beside the usual ones or in other words."""
    needs: dict[Id, str] = {}
    """What leadership can be asked for besides."""
    need: str = "Release train stopped until the review"
    """What leadership is asked for."""
    windows: dict[str, tuple[float, float]] = {}
    """Criterion -> its minutes, where they differ from the playbook's."""
    write_freeze: Texts = ()
    """Moves that stop writes, where the class of dependency wants that."""
    boundary: Texts = ()
    """Looks that show which records are hit, where the class of dependency wants that."""
    giveaways: Texts = ()
    """Words that tell what is behind it, which nothing offered at T+0 may have."""
    words: dict[str, Texts] = {}
    """`query:NAME` or `action:NAME` -> what people call it."""
    novice: NoviceData = NoviceData()
    """What is otherwise for novices."""
    expert: ExpertData = ExpertData()
    """What is otherwise for experts."""
    variants: dict[Id, dict[str, Any]] = {}
    """Variant -> what is otherwise in it."""
    variant_version: int = 0
    """What stands under `version` in a variant."""
    hint: str = ""
    """Of a variant: what a host may be told that does not give it away."""

    @field_validator("horizon")
    @classmethod
    def _long_enough(cls, horizon: int) -> int:
        if horizon < SHORTEST:
            raise ValueError(f"less than {SHORTEST // 60} minutes are too few to find out, act and close; give it more")
        return horizon
