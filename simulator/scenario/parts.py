"""What a scenario is made of: frozen pydantic models of the parts of `scenario.yaml`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from simulator.scenario.data import (
    ActionId,
    AnyOf,
    CapId,
    CauseId,
    Channel,
    Condition,
    ContextKey,
    Data,
    Duration,
    Fact,
    FigureId,
    Knob,
    MetricId,
    Pickable,
    PrintedKey,
    QueryId,
    RoleId,
    Seconds,
    SegmentId,
    ServiceId,
    Share,
    Source,
    Span,
    Template,
    Titled,
    Took,
    TopicId,
)
from simulator.values import BRANCHES, Dimension, Lane, Pick, Post, Ref, Strategy


class Service(Titled):
    """A component people name when they freeze, search logs or read changes."""

    team: str
    surfaces: tuple[Lane, ...] = ()
    """Lanes that touch it; two or more want a merge owner."""


class Segment(Pickable):
    """A part of those affected that recovers on its own terms; weights add up to 1."""

    weight: float
    tolerance: float = 0.01
    """Share of the segment that may still be affected and count as within tolerance."""


class HarmDimension(Titled):
    """One kind of harm: a counter that only grows, its unit, weight and scale in the scalar loss."""

    unit: str
    weight: float
    scale: float


class Metric(Pickable):
    """A series people can look at, through the measurement layer."""

    unit: str = ""
    source: Source
    """Key into `World.observe()`."""
    labels: dict[str, str] = {}
    noise: Share = 0.02
    """Relative standard deviation of one scrape."""
    floor: float = 0.0
    """Absolute noise, in the metric's unit."""
    lag: Seconds = 30
    """Query-window lag: a panel shows the world this many seconds late."""
    missing_from: Seconds | None = None
    """From then on the series gives no data."""
    panel: bool = False
    """On the console without being asked for."""
    good: Literal["low", "high", "flat"] = "low"
    normal: float | None = None
    """Pre-incident level, drawn as a line."""
    within: float = 0.25
    """Back to normal when within this share of the baseline (or `within_abs`)."""
    within_abs: float = 0.0
    segment: SegmentId | None = None
    felt: bool = False
    """What users get or suffer, not how a system is inside."""
    decimals: Annotated[int, Field(ge=0, le=9)] = 3


class AlertRule(Titled):
    """An alert: `metric` above or below a threshold, continuously for `hold` seconds."""

    metric: MetricId
    above: float | None = None
    below: float | None = None
    hold: Seconds = Field(180, alias="for")
    severity: Literal["critical", "warning", "info"] = "warning"
    page: RoleId | None = None
    """Role that is paged."""
    summary: Template
    """Template; `value` is what the rule saw."""
    runbook: str = ""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Change(Data):
    """A deploy, flag flip or configuration change before or during the drill."""

    id: str
    at: Seconds
    service: ServiceId
    summary: str
    actor: str
    detail: str = ""


class Effect(Data):
    """Turn `knob` to `value`, linearly over `over` seconds."""

    knob: Knob
    value: float
    over: Span = 0


class Merge(Data):
    """A queued change that lands at `at` unless its service is frozen by then."""

    id: str
    at: Seconds
    service: ServiceId
    frozen_by: tuple[Literal["merges", "deploys"], ...] = ("merges", "deploys")
    summary: str
    actor: str
    effects: tuple[Effect, ...] = ()
    harmful: bool = True


class LogStream(Data):
    """One kind of log line: how often it comes and what it says (a template over `fields`, `t`, `utc`, `hex`)."""

    id: str
    service: ServiceId
    level: Literal["INFO", "WARN", "ERROR"]
    text: Template
    rate: Source | float
    """Lines shown a minute: a number, or a key into `World.observe()` scaled to at most `most`."""
    scale: float = 1.0
    most: Annotated[float, Field(ge=0, le=600)] = 6.0
    since: Seconds = -3600
    until: Seconds = 36000
    fields: dict[str, tuple[str, ...]] = {}
    """Values drawn per line for the template."""
    cause: CauseId | None = None


class Query(Pickable):
    """A command a responder can run, as typed; what it prints is a template over the world at that moment."""

    command: str
    aliases: tuple[str, ...] = ()
    executors: tuple[RoleId, ...]
    """Roles that can run it; the first that is in the room is the default."""
    takes: Took = Duration(median=40)
    evidence: Literal["physics", "receipt", "artifact", "narrative"]
    output: Template
    requires: Condition = {}
    refusal: Template = ""
    """Output (an error) when `requires` does not hold."""
    topic: TopicId | None = None
    serves: tuple[Annotated[str, Pick("evidence_minimum")], ...] = ()
    """Ids of the evidence minimum it provides."""
    discriminates: tuple[CauseId, ...] = ()
    """Causes it can rule in or out: a test that could have failed."""
    supports: tuple[CauseId, ...] = ()
    """Causes its result speaks for."""
    precheck_of: tuple[ActionId, ...] = ()
    """Actions whose trap it reveals."""
    verifies: bool = False
    """A rerun of the failing path: green only when the world is."""
    group: str = "general"
    figures: dict[FigureId, ContextKey] = {}
    """Numbers it shows: figure name -> key into the world's context."""
    findings: dict[str, PrintedKey] = {}
    """What can be read off its output, for those who read no prose: name -> key into what templates print, such as
    `pops.1.gets` for a row of a table."""


class Precondition(Data):
    """What must hold for an action to be possible, and the message when it does not."""

    when: Condition
    message: Template


class Mishap(Data):
    """What goes wrong now and then with something done in haste, some time after it seemed to work."""

    chance: float = Field(gt=0, le=1)
    after: Took = Duration(median=240, spread=0.3)
    """From when it takes effect until it shows."""
    effects: tuple[Effect, ...]
    service: ServiceId
    says: Template
    """What the record of changes says then."""
    actor: str = "@platform-bot"


class Hold(Data):
    """That an action takes a service away instead of mending it: what it covers is held, not treated."""

    until: Seconds
    """Drill second up to which holding is worth something; the scenario's, never the team's own date."""
    right_first: bool = False
    """Holding is the right first step here, when the repair follows."""


class Action(Pickable):
    """Something people can do to the world."""

    command: str
    aliases: tuple[str, ...] = ()
    executors: tuple[RoleId, ...]
    rung: Literal["flag", "hotfix", "rollback", "containment", "capacity", "repair"]
    strategy: Strategy | None = None
    """Branch it belongs to, or `restore`: it brings data or state back; None: a supporting step."""
    mitigates: bool = True
    """Counts as (part of) the mitigation, not as support."""
    looks: bool = False
    """It only looks, captures, records or tells: no change that what was verified before could have missed."""
    preconditions: tuple[Precondition, ...] = ()
    takes: Took = Duration(median=20)
    propagation: Span = 0
    coverage: tuple[SegmentId, ...] = ()
    """Segments it treats, or holds."""
    hold: Hold | None = None
    justified_by: tuple[Ref, ...] = ()
    """What makes it a right step once any of it has been seen: `query:ID`, `alert:ID`, `cue:ID`, `inject:ID`.

    Written as an empty list, nothing ever does.
    """
    effects: tuple[Effect, ...] = ()
    """Applied when carried out (`takes` is over); `over` is the propagation of each."""
    starts_with: tuple[Effect, ...] = ()
    """Applied when it starts."""
    stalls_when: Condition = {}
    """It never finishes while this holds; `starts_with` is then the harm it does."""
    stall_output: Template = ""
    output: Template = ""
    side_effects: tuple[Annotated[str, Pick("blast")], ...] = ()
    """Ids in `blast` that are true of it."""
    topic: TopicId | None = None
    """What it is about; a task to carry it out brings up what its executor knows of that."""
    minutes_to_effect: float
    """Truth for option cards: minutes from start to effect when nothing is in its way."""
    reversal_minutes: float
    abortable: bool = True
    reversible_by: ActionId | None = None
    mends: bool = False
    """It removes the cause, which does not come back when it is undone; a hotfix does in any case."""
    abort_effects: tuple[Effect, ...] = ()
    irreversible: bool = False
    wide: bool = False
    """Touches far more than the affected; wants a precheck."""
    precheck: QueryId | None = None
    ready_when: Condition = {}
    """Prepared: started while this does not hold counts as unprepared."""
    sign_offs: tuple[RoleId, ...] = ()
    """Roles whose holders must sign each run before it starts; a signature serves one run."""
    sign_when: Condition = {}
    """A simulated signer signs only while this holds, and looks at the precheck first where they can."""
    sign_refusal: str = ""
    """What a simulated signer says who does not sign."""
    instead_of: ActionId | None = None
    """Action that it does without the signatures (an emergency switch)."""
    cap: CapId | None = None
    """Cap that carrying it out trips."""
    cap_when: Condition = {}
    """Trips it only where this holds when it starts."""
    needs_confidence: Literal["L1", "L2", "L3"] = "L1"
    repeatable: bool = True
    conflicts: tuple[ActionId, ...] = ()
    """Actions that contradict it when in flight at the same time; whichever comes second is held up by the first."""
    mishap: Mishap | None = None

    @property
    def treats(self) -> bool:
        """Tell whether a run of it counts as a mitigation: meant as one, and it treats at least one segment."""
        return self.mitigates and bool(self.coverage)

    @property
    def branch(self) -> Strategy | None:
        """Return the branch of the mitigation that it is a step of; restoring what was hit is none."""
        return self.strategy if self.strategy in BRANCHES else None


class AnswerChoice(Data):
    """One answer on offer to somebody who asks."""

    id: str
    label: str
    reply: Template = ""
    effects: tuple[Effect, ...] = ()
    """What giving it does to the world, such as letting something out."""


class Expected(Data):
    """The response an inject calls for: a command of `command` with these field values, within `within` seconds.

    With `never` the point is that it does not come. `field: [a, b]` means any of them.
    """

    command: str
    fields: dict[str, Any] = {}
    within: Span = 300
    never: bool = False
    label: str


class Inject(Data):
    """One line of the MSEL: timed (`at`) or contingent (`when` holds at or after `at`, until `until`)."""

    id: str
    at: Seconds
    when: Condition = {}
    hold: Span = 0
    """The condition must have held this long."""
    until: Seconds | None = None
    to: tuple[RoleId, ...] = ()
    channel: Channel = "incident"
    persona: str
    form: Literal["message", "ask", "claim", "order"] = "message"
    text: Template
    answers: tuple[AnswerChoice, ...] = ()
    claim: CauseId | None = None
    """Cause or statement id it claims; `disproved_by` are the queries that kill it."""
    wrong: bool = False
    disproved_by: tuple[QueryId, ...] = ()
    proposes: ActionId | None = None
    """Action it pushes for."""
    expects: Expected | None = None
    objective: Annotated[str, Pick("objectives")] = ""
    effects: tuple[Effect, ...] = ()
    leaves: Post | None = None
    """Incident role whose holder must leave; `grace` seconds later it is vacant unless handed over."""
    grace: Span = 180
    occupies: tuple[RoleId, ...] = ()
    """Roles whose hands it takes, for `occupies_for`: somebody rings who was told nothing."""
    occupies_for: Span = 180


class Cause(Pickable):
    """A story that could explain the signals."""

    true: bool = False
    plausible: str = ""
    killed_by: str = ""


class Tick(Pickable):
    """A pickable statement that is true or not (risk, residual risk, unknown, reason, need)."""

    true: bool = True
    true_when: AnyOf = ()
    """It is so only while one of these holds."""
    nothing: bool = False
    """It says that there is none, which is no answer to somebody who asks what is left."""


class Reach(Tick):
    """How far the impact reaches in one dimension, true or not."""

    dimension: Dimension
    shown_by: tuple[QueryId, ...] = ()
    """Queries that tell; before any of them nobody can know, and nobody is offered it."""


class Factor(Pickable):
    """A contributing factor; `layer` is technical, detection, rollout, ownership or organisation."""

    layer: Literal["technical", "detection", "rollout", "ownership", "organisation"]
    true: bool = True


class FigureSpec(Pickable):
    """A number people state: where the truth stands and its unit."""

    unit: str = ""
    hit: bool | None = None
    """Whether it counts who or what was hit; unless said, it does where harm is in the same unit."""
    at_most: Condition = {}
    """When it counts whoever might have been hit as well: an upper bound."""
    at_least: dict[QueryId, Annotated[int, Field(ge=1)]] = {}
    """Query -> which of the numbers that it prints, from 1, was seen for sure: a lower bound then."""


class EvidenceNeed(Titled):
    """One item of the scenario's evidence minimum."""

    supports: Annotated[str, Pick("evidence uses")] = ""
    """What it must precede: `mitigation`, `any decision`, or the first action of a rung (`rollback`, `repair`)."""


class SeverityFact(Data):
    """A world fact that severity rests on, and the minute from which it can be known."""

    fact: Fact
    known_from: Seconds = 0
    until: Seconds | None = None


class Objective(Titled):
    """What the drill trains, with a number."""

    target: str = ""
