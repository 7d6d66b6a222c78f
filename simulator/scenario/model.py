"""A whole scenario, and what scoring needs to know of it. Its parts: `simulator.scenario.parts`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from simulator.scenario import data as d
from simulator.scenario import parts as p
from simulator.scenario.conventions import NONE_OF_ITS_OWN, Conventions
from simulator.scenario.people import Role, Strain, WrongPlace
from simulator.scenario.teaching import Hint, TeachingPoint
from simulator.values import PLACES, Duty, Pick, Rejection, Rung, Scalar


class Deadline(d.Data):
    """Something that must have happened `within` after the first good run of one of `after`, or `cap` is tripped."""

    cap: d.CapId
    after: tuple[d.QueryId, ...]
    within: d.Seconds
    paged: tuple[d.RoleId, ...] = ()
    done: tuple[d.ActionId, ...] = ()
    title: str
    """What is missing where it did not happen: “counsel was not paged”."""


class Window(d.Data):
    """A stretch of time, in minutes; negative is before T+0."""

    from_: float = Field(alias="from")
    to: float

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.to <= self.from_:
            raise ValueError("`to` must come after `from`")
        return self


class UpdateKnobs(d.Data):
    """Knobs of the world that telling people turns to 1."""

    public: d.Knob | None = None
    """Turned by every public update."""
    detail: d.Knob | None = None
    """Turned by what says outside need-to-know what only the circle may know."""


class Overlay(d.Data):
    """What scoring needs to know of this scenario beyond the playbook."""

    dependency: str
    """Class of what is hit, as playbooks name them: auth, billing, queue, observability …"""
    windows: dict[Annotated[str, Pick("criteria")], tuple[float, float]] = {}
    """Criterion id -> (t1, t2) minutes, where they differ from the playbook's."""
    freeze_scope: tuple[d.ServiceId, ...]
    readiness_queries: tuple[d.QueryId, ...]
    """Queries that show whether the fall-back can be executed."""
    readiness_fact: d.Fact
    """World fact that says `ready` or `blocked`."""
    baseline_queries: tuple[d.QueryId, ...] = ()
    """Failing command, logs, blast radius: the baseline evidence of the first minutes."""
    rejections: dict[Rung, tuple[Rejection, ...]] = {}
    """Rung -> reasons the world confirms for not taking it."""
    owner_chain: tuple[d.SeatId, ...] | None = None
    """Seats that hand work on, one to the next; None: whoever investigates, executes and verifies."""
    dual_sign_off: tuple[d.SeatId, ...] = ()
    """Roles that sign repairs; where there are any, their signatures are the owner chain."""
    write_freeze: tuple[d.ActionId, ...] = ()
    """Actions that stop what is being written wrongly: the first half of a billing posture."""
    boundary_queries: tuple[d.QueryId, ...] = ()
    """Queries that show up to where it was: the second half."""
    capture_before: tuple[d.ActionId, ...] = ()
    """Actions before the first of which evidence must be captured, because they take it along; where none are named,
    the first step that is no flag, and whatever cannot be undone."""
    baseline: Window = Window.model_validate({"from": -55, "to": -25})
    """The quiet window people usually compare with. Everybody is offered it from the start, so its place and width must
    not tell when the fault began: ten minutes near the oldest that panels show, or the same hour two days ago."""
    indicators: tuple[d.MetricId, ...] = ()
    """Metrics that count as indicators for baseline comparison and verification statements."""
    segment_indicators: dict[d.SegmentId, d.MetricId] = {}
    health_queries: tuple[d.QueryId, ...] = ()
    evidence_queries: dict[str, tuple[d.QueryId, ...]] = {}
    """Kind of evidence, in the words of playbooks that ask for it -> queries that give it."""
    need_to_know: tuple[d.RoleId, ...] = ()
    """Roles inside the circle of a protected incident; empty in an open one."""
    capture_action: d.ActionId | None = None
    """Action that preserves the evidence here; the generic capture carries it out."""
    update_knobs: UpdateKnobs = UpdateKnobs()
    cap_facts: dict[d.CapId, dict[d.Fact, str]] = {}
    """Cap -> world facts that trip it once they are true, each with what happened: “Evidence was wiped”."""
    deadlines: tuple[Deadline, ...] = ()
    reporter_action: d.ActionId | None = None
    """Action that answers whoever reported it; due by `windows.reporter`, (30, 45) if not given."""


class Easier(d.Data):
    """What `novice` adds: alerts (none of them pages) and panels on series that exist anyway."""

    alerts: tuple[p.AlertRule, ...] = ()
    panels: tuple[d.MetricId, ...] = ()
    """Metrics shown on the console without being asked for."""


class Harder(d.Data):
    """What `expert` adds to what it does everywhere (more noise, later cues, no hints)."""

    missing: dict[d.MetricId, d.Seconds] = {}
    """Metric id -> from when on it gives no data."""
    absent: tuple[d.RoleId, ...] = ()
    """Specialists whose first page goes unanswered, and whose secondary takes longer."""
    injects: tuple[p.Inject, ...] = ()
    """A second fault, as something that happens at a time (`effects`) and is heard of."""
    merges: tuple[p.Merge, ...] = ()


def _utc(value: str) -> str:
    try:
        year = datetime.fromisoformat(value).year
    except ValueError:
        raise ValueError(f"{value!r} is not a point in time; write it like 2026-03-12T14:02:00Z") from None
    if not 1000 < year < 9000:  # a year before and after it there must be dates still
        raise ValueError(f"{value!r} is too far off; take a year of your own time")
    return value


class Scenario(d.Data):
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
    digest: str = ""
    """Of a drill in one file: what it says, in short, so that its version is another as soon as that is."""
    hint: str = ""
    """Of a variant: what a host may be told of it that does not give it away."""
    t0_utc: Annotated[str, AfterValidator(_utc)]
    """Wall-clock label of T+0, ISO 8601."""
    incident: str
    """Identifier such as INC-2041."""
    starts_at: Annotated[d.Seconds, Field(ge=-d.DAY, le=0)]
    horizon: Annotated[d.Seconds, Field(gt=0, le=d.DAY)]
    fault_at: d.Seconds
    """Nominal onset; `simulator.monitoring.onset` moves history, per seed, so that the first page lands on 0."""
    fault: str
    severity_facts: tuple[p.SeverityFact, ...]
    trains: tuple[str, ...] = ()
    """What it trains, as the lobby says it: nothing that gives the cause away."""
    objectives: tuple[p.Objective, ...]
    services: tuple[p.Service, ...]
    roles: tuple[Role, ...]
    wrong_places: tuple[WrongPlace, ...] = ()
    """Where commands can end up by mistake; what simulated people's slips print."""
    strain: Strain = Strain()
    channels: tuple[str, ...] = ("incident",)
    room: d.Channel = "incident"
    """Channel in which the team works; in a protected incident a restricted one."""
    restricted: tuple[d.Channel, ...] = ()
    """Channels that only `overlay.need_to_know` can read."""
    segments: tuple[p.Segment, ...]
    harm: tuple[p.HarmDimension, ...]
    figures: tuple[p.FigureSpec, ...]
    metrics: tuple[p.Metric, ...]
    alerts: tuple[p.AlertRule, ...]
    changes: tuple[p.Change, ...]
    merges: tuple[p.Merge, ...] = ()
    logs: tuple[p.LogStream, ...]
    queries: tuple[p.Query, ...]
    actions: tuple[p.Action, ...]
    injects: tuple[p.Inject, ...]
    topics: tuple[d.Pickable, ...]
    causes: tuple[p.Cause, ...]
    blast: tuple[p.Tick, ...]
    """What can get worse: risks, side effects and segments that a statement may name."""
    residual_risks: tuple[p.Tick, ...]
    unknowns: tuple[p.Tick, ...]
    reasons: tuple[p.Tick, ...]
    needs: tuple[d.Pickable, ...]
    revisions: tuple[p.Tick, ...]
    """Revisions one could go back to; the true one is known-good."""
    factors: tuple[p.Factor, ...]
    reaches: tuple[p.Reach, ...] = ()
    """What may be said of how far the impact reaches: users, tenants, fault domain, dependency, recent change."""
    evidence_minimum: tuple[p.EvidenceNeed, ...]
    teaching: tuple[TeachingPoint, ...]
    hints: tuple[Hint, ...] = ()
    words: dict[str, tuple[str, ...]] = {}
    """What people call queries and actions, by `query:ID` and `action:ID`, where that does not follow from what each is
    there for: in a variant, which must not be told by it."""
    giveaways: tuple[str, ...] = ()
    """Words that tell what is behind it: nothing that is offered to a seat at T+0 may have them."""
    overlay: Overlay
    conventions: Conventions = NONE_OF_ITS_OWN
    """What its company says and does in its own way."""
    parameters: dict[str, float] = {}
    """Numbers handed to the world's constructor (variants change them)."""
    context: dict[str, Scalar] = {}
    """Constants for templates."""
    novice: Easier = Easier()
    expert: Harder = Harder()

    @property
    def whole_version(self) -> str:
        """Return the scenario's version, after a point the variant's own where it has one, and its digest if any."""
        own = f"{self.version}.{self.variant_version}" if self.variant_version else str(self.version)
        return f"{own}-{self.digest}" if self.digest else own

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

    def places(self) -> dict[str, tuple[str, ...]]:
        """Return role -> the places it fills, its own first."""
        found = {role.id: {self.place(role.id): True} for role in self.roles}
        for place, role in self.cast().items():
            found[role][place] = True
        return {role: tuple(places) for role, places in found.items()}
