"""A whole scenario, and what scoring needs to know of it. Its parts: `simulator.scenario.parts`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from simulator.scenario.parts import (
    Action,
    ActionId,
    AlertRule,
    CapId,
    Cause,
    Change,
    Channel,
    Data,
    EvidenceNeed,
    Fact,
    Factor,
    FigureSpec,
    HarmDimension,
    Inject,
    Knob,
    LogStream,
    Merge,
    Metric,
    MetricId,
    Objective,
    Query,
    QueryId,
    RoleId,
    SeatId,
    Seconds,
    Segment,
    SegmentId,
    Service,
    ServiceId,
    SeverityFact,
    TeachingPoint,
    Tick,
    Titled,
)
from simulator.scenario.people import Role, Strain, WrongPlace
from simulator.values import PLACES, Duty, Pick, Rejection, Rung, Scalar


class Deadline(Data):
    """Something that must have happened `within` after the first good run of one of `after`, or `cap` is tripped."""

    cap: CapId
    after: tuple[QueryId, ...]
    within: Seconds
    paged: tuple[RoleId, ...] = ()
    done: tuple[ActionId, ...] = ()
    title: str
    """What is missing where it did not happen: “counsel was not paged”."""


class Window(Data):
    """A stretch of time, in minutes; negative is before T+0."""

    from_: float = Field(alias="from")
    to: float

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.to <= self.from_:
            raise ValueError("`to` must come after `from`")
        return self


class UpdateKnobs(Data):
    """Knobs of the world that telling people turns to 1."""

    public: Knob | None = None
    """Turned by every public update."""
    detail: Knob | None = None
    """Turned by what says outside need-to-know what only the circle may know."""


class Overlay(Data):
    """What scoring needs to know of this scenario beyond the playbook."""

    dependency: str
    """Class of what is hit, as playbooks name them: auth, billing, queue, observability …"""
    windows: dict[Annotated[str, Pick("criteria")], tuple[float, float]] = {}
    """Criterion id -> (t1, t2) minutes, where they differ from the playbook's."""
    freeze_scope: tuple[ServiceId, ...]
    readiness_queries: tuple[QueryId, ...]
    """Queries that show whether the fall-back can be executed."""
    readiness_fact: Fact
    """World fact that says `ready` or `blocked`."""
    baseline_queries: tuple[QueryId, ...] = ()
    """Failing command, logs, blast radius: the baseline evidence of the first minutes."""
    rejections: dict[Rung, tuple[Rejection, ...]] = {}
    """Rung -> reasons the world confirms for not taking it."""
    owner_chain: tuple[SeatId, ...] | None = None
    """Seats that hand work on, one to the next; None: whoever investigates, executes and verifies."""
    dual_sign_off: tuple[SeatId, ...] = ()
    """Roles that sign repairs; where there are any, their signatures are the owner chain."""
    write_freeze: tuple[ActionId, ...] = ()
    """Actions that stop what is being written wrongly: the first half of a billing posture."""
    boundary_queries: tuple[QueryId, ...] = ()
    """Queries that show up to where it was: the second half."""
    capture_before: tuple[ActionId, ...] = ()
    """Actions before the first of which evidence must be captured, because they take it along; where none are named,
    the first step that is no flag, and whatever cannot be undone."""
    baseline: Window = Window.model_validate({"from": -55, "to": -25})
    """The quiet window people usually compare with. Everybody is offered it from the start, so its place and width must
    not tell when the fault began: ten minutes near the oldest that panels show, or the same hour two days ago."""
    indicators: tuple[MetricId, ...] = ()
    """Metrics that count as indicators for baseline comparison and verification statements."""
    segment_indicators: dict[SegmentId, MetricId] = {}
    health_queries: tuple[QueryId, ...] = ()
    need_to_know: tuple[RoleId, ...] = ()
    """Roles inside the circle of a protected incident; empty in an open one."""
    capture_action: ActionId | None = None
    """Action that preserves the evidence here; the generic capture carries it out."""
    update_knobs: UpdateKnobs = UpdateKnobs()
    cap_facts: dict[CapId, dict[Fact, str]] = {}
    """Cap -> world facts that trip it once they are true, each with what happened: “Evidence was wiped”."""
    deadlines: tuple[Deadline, ...] = ()
    reporter_action: ActionId | None = None
    """Action that answers whoever reported it; due by `windows.reporter`, (30, 45) if not given."""


class Easier(Data):
    """What `novice` adds: alerts (none of them pages) and panels on series that exist anyway."""

    alerts: tuple[AlertRule, ...] = ()
    panels: tuple[MetricId, ...] = ()
    """Metrics shown on the console without being asked for."""


class Harder(Data):
    """What `expert` adds to what it does everywhere (more noise, later cues, no hints)."""

    missing: dict[MetricId, Seconds] = {}
    """Metric id -> from when on it gives no data."""
    absent: tuple[RoleId, ...] = ()
    """Specialists whose first page goes unanswered, and whose secondary takes longer."""
    injects: tuple[Inject, ...] = ()
    """A second fault, as something that happens at a time (`effects`) and is heard of."""
    merges: tuple[Merge, ...] = ()


def _utc(value: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value!r} is not a point in time; write it like 2026-03-12T14:02:00Z") from None
    return value


class Scenario(Data):
    """A whole scenario, as its author wrote it."""

    format: Literal[1] = 1
    id: str
    title: str
    summary: str
    company: str
    briefing: str
    """What everybody is told before the drill: the fiction contract."""
    version: int = Field(1, ge=1)
    """Raised whenever the same seed and commands would give another journal, and whenever the world moves otherwise."""
    draft: bool = False
    """Not offered in the lobby yet; `drill check` and `drill play` take it."""
    variant: str = "base"
    variant_version: int = Field(0, ge=0)
    """Of the variant alone, on top of the scenario's: what its patch states as `version`."""
    hint: str = ""
    """Of a variant: what a host may be told of it that does not give it away."""
    t0_utc: Annotated[str, AfterValidator(_utc)]
    """Wall-clock label of T+0, ISO 8601."""
    incident: str
    """Identifier such as INC-2041."""
    starts_at: Seconds
    horizon: Seconds
    fault_at: Seconds
    """Nominal onset; `simulator.monitoring.onset` moves history, per seed, so that the first page lands on 0."""
    fault: str
    severity_facts: tuple[SeverityFact, ...]
    objectives: tuple[Objective, ...]
    services: tuple[Service, ...]
    roles: tuple[Role, ...]
    wrong_places: tuple[WrongPlace, ...] = ()
    """Where commands can end up by mistake; what simulated people's slips print."""
    strain: Strain = Strain()
    channels: tuple[str, ...] = ("incident",)
    room: Channel = "incident"
    """Channel in which the team works; in a protected incident a restricted one."""
    restricted: tuple[Channel, ...] = ()
    """Channels that only `overlay.need_to_know` can read."""
    segments: tuple[Segment, ...]
    harm: tuple[HarmDimension, ...]
    figures: tuple[FigureSpec, ...]
    metrics: tuple[Metric, ...]
    alerts: tuple[AlertRule, ...]
    changes: tuple[Change, ...]
    merges: tuple[Merge, ...] = ()
    logs: tuple[LogStream, ...]
    queries: tuple[Query, ...]
    actions: tuple[Action, ...]
    injects: tuple[Inject, ...]
    topics: tuple[Titled, ...]
    causes: tuple[Cause, ...]
    blast: tuple[Tick, ...]
    """What can get worse: risks, side effects and segments that a statement may name."""
    residual_risks: tuple[Tick, ...]
    unknowns: tuple[Tick, ...]
    reasons: tuple[Titled, ...]
    needs: tuple[Titled, ...]
    revisions: tuple[Tick, ...]
    """Revisions one could go back to; the true one is known-good."""
    factors: tuple[Factor, ...]
    evidence_minimum: tuple[EvidenceNeed, ...]
    teaching: tuple[TeachingPoint, ...]
    overlay: Overlay
    parameters: dict[str, float] = {}
    """Numbers handed to the world's constructor (variants change them)."""
    context: dict[str, Scalar] = {}
    """Constants for templates."""
    novice: Easier = Easier()
    expert: Harder = Harder()

    @property
    def whole_version(self) -> str:
        """Return the scenario's version, and after a point the variant's own where it has one."""
        return f"{self.version}.{self.variant_version}" if self.variant_version else str(self.version)

    def find(self, group: str, ident: str | None) -> Any:
        """Return the part of `group` (such as `actions`) whose id is `ident`, or None."""
        return next((part for part in getattr(self, group) if part.id == ident), None)

    def seats(self) -> tuple[Role, ...]:
        """Return the roles a person may take."""
        return tuple(role for role in self.roles if role.seat)

    def seat_for(self, duty: Duty) -> str | None:
        """Return the seat that is there for a duty: the one whose main duty it is, else the first that has it."""
        seats = self.seats()
        main = (seat.id for seat in seats if seat.duties[:1] == (duty,))
        return next(main, None) or next((seat.id for seat in seats if duty in seat.duties), None)

    def lead(self) -> str:
        """Return the seat that leads as long as nobody was made commander."""
        return self.seat_for("commands") or next((seat.id for seat in self.seats()), "")

    def place(self, role: str) -> str:
        """Return what a role is called whatever its id: the post or lane of its main duty, else its id.

        Two seats with one main duty are told apart by their ids. Streams of chance and scripts go by this name.
        """
        known = self.find("roles", role)
        duty: Duty | None = known.duties[0] if known is not None and known.duties else None
        if duty is not None and duty in PLACES and self.seat_for(duty) == role:
            return PLACES[duty]
        return role

    def cast(self) -> dict[str, str]:
        """Return place -> role that fills it: what scripts call people by, and whoever that is here.

        A seat with several duties fills several places. Where nobody is there for one, whoever commands fills it; a
        deputy's goes to who speaks, because two are in command.
        """
        there = {place: self.seat_for(duty) for duty, place in PLACES.items()}
        lead = there[PLACES["commands"]] or self.seats()[0].id
        there[PLACES["deputises"]] = there[PLACES["deputises"]] or there[PLACES["speaks"]]
        found = {place: role or lead for place, role in there.items()}
        for role in self.roles:
            found.setdefault(self.place(role.id), role.id)
        return found

    def places(self, role: str) -> tuple[str, ...]:
        """Return the places a role fills, its own first."""
        filled = (place for place, filled_by in self.cast().items() if filled_by == role)
        return tuple(dict.fromkeys((self.place(role), *filled)))
