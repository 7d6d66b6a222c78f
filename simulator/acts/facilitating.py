"""What only a facilitator does; none of it is play."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from simulator.acts.base import Command
from simulator.values import Action, Id, Inject, Line, Minute, Name, Pick, Role, Text


class EndDrill(Command):
    """End the drill; the world runs on untouched to its horizon."""

    kind: Literal["end_drill"] = "end_drill"
    how: Literal["resolved", "time", "stopped"] = "stopped"


class FireInject(Command):
    """Deliver an inject now."""

    kind: Literal["fire_inject"] = "fire_inject"
    inject: Inject


class HoldInject(Command):
    """Keep an inject back until it is fired by hand."""

    kind: Literal["hold_inject"] = "hold_inject"
    inject: Inject


class SkipInject(Command):
    """Leave an inject out."""

    kind: Literal["skip_inject"] = "skip_inject"
    inject: Inject


class EditInject(Command):
    """Change the words or the time of an inject that has not been delivered."""

    kind: Literal["edit_inject"] = "edit_inject"
    inject: Inject
    text: Text | None = None
    at_minutes: Minute | None = None


class SendAdHoc(Command):
    """Say something as any persona, to one role or to all."""

    kind: Literal["send_ad_hoc"] = "send_ad_hoc"
    persona: Name
    text: Text
    to: Role | None = None
    channel: Annotated[Id, Pick("channels")] = "incident"


class GiveHint(Command):
    """Give a role a hint; it costs nothing and is on the record."""

    kind: Literal["give_hint"] = "give_hint"
    to: Role | None = None
    text: Text


class OverrideOutcome(Command):
    """Force or forbid an action's outcome; needs a reason and excludes the drill from automatic score."""

    kind: Literal["override_outcome"] = "override_outcome"
    action: Action
    outcome: Literal["force", "forbid"]
    reason: Annotated[str, StringConstraints(min_length=3, max_length=400, strip_whitespace=True)]


class MarkObservation(Command):
    """Stamp a moment with an observation."""

    kind: Literal["mark_observation"] = "mark_observation"
    objective: Line = ""
    tag: Literal["+", "-", "note"] = "note"
    text: Text


class RateTeam(Command):
    """An evaluator's own rating, shown beside the score and never mixed into it."""

    kind: Literal["rate_team"] = "rate_team"
    category: Literal["leadership", "communication", "situation awareness", "decision making", "global"]
    rating: int = Field(ge=1, le=4)
    text: Text = ""
