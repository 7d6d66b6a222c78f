"""Changing the world and checking that it changed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulator import values as v
from simulator.acts.base import EXECUTES, Act, Asked, already, unmet
from simulator.answers import Refusal
from simulator.monitoring.verification import measure
from simulator.names import Names, clauses
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.text import Utc, clock

CAPTURE_SECONDS = 60


class _Deed(Act, tab="Act", hands_on=True, wordless=True, group="action"):
    """Something done to the world, or looked up in it with care."""


class TakeAction(
    _Deed, form="Take action", verb="Do it", may=EXECUTES, for_executors=True, about=("action",), minor=True,
):  # fmt: skip
    """Do something to the world, or have the executor do it."""

    action: v.Action
    executor: v.Role | None = None
    decision: Annotated[v.Ref, v.Pick("decisions")] | None = None

    def allowed(self, asked: Asked) -> bool:
        action = asked.scenario.find("actions", self.action)
        return super().allowed(asked) or (action is not None and asked.role in action.executors)

    def objection(self, asked: Asked) -> Refusal | None:
        refusal = asked.settle_executor("actions", self.action, self.executor)
        if refusal is not None:
            return refusal
        action = asked.scenario.find("actions", self.action)
        if begun := asked.drill.work.in_hand(action):
            return already(begun)
        obstacle = asked.drill.work.obstacle(action)
        return unmet(obstacle) if obstacle else None

    def carry_out(self, asked: Asked) -> None:
        drill, who = asked.drill, asked.executor
        action = asked.scenario.find("actions", self.action)
        if who != asked.role:
            asked.delegate(who, action.title, action=action.id, due_minutes=10)
            return
        drill.teammates.ask_to_sign(action)
        warns = drill.teammates.warns(action, who) if asked.incident.simulated(who) else None
        drill.env.process(drill.work.action(action, who, warns))

    def fold(self, history: History, entry: Entry) -> None:
        history.order(self.action, entry, self.decision)

    def essence(self) -> tuple[object, ...]:
        return ("do", self.action)


class AbortAction(_Deed, form="Abort action", verb="Abort", may=EXECUTES, opens_with="running", about=("action",)):
    """Stop an action that is still running."""

    action: Annotated[v.Ref, v.Pick("running")]

    def objection(self, asked: Asked) -> Refusal | None:
        run = asked.incident.runs[self.action]
        action = asked.scenario.find("actions", run.ident)
        if action.abortable or run.state == "waiting":
            return None
        return Refusal("irrevocable", f"{action.title} cannot be stopped once it has begun")

    def carry_out(self, asked: Asked) -> None:
        asked.drill.work.abort(self.action)

    def sentence(self, n: Names) -> str:
        return f"aborts {n.title('actions', self.action.ident)}"


class SignOff(
    _Deed, form="Sign off", verb="Sign off", opens_with="to_sign", about=("action",), minor=True, hands_on=False,
):  # fmt: skip
    """Give the sign-off that an action waits for."""

    action: v.Action

    def objection(self, asked: Asked) -> Refusal | None:
        action = asked.scenario.find("actions", self.action)
        mine = [one for one in asked.incident.stands_for(asked.role) if one in action.sign_offs]
        if not mine:
            return Refusal("rights", "that does not need your sign-off")
        if asked.drill.work.signed_by(action, asked.role):
            who = "another seat has to give the next"
            return already(f"you have signed that; each signature is somebody else's, so {who}")
        missing = asked.drill.work.missing_sign_offs(action)
        given = already("that has been signed; it waits for somebody else")
        return None if any(one in missing for one in mine) else given

    def carry_out(self, asked: Asked) -> None:
        missing = asked.drill.work.missing_sign_offs(asked.scenario.find("actions", self.action))
        signer = next(one for one in asked.incident.stands_for(asked.role) if one in missing)
        asked.drill.work.sign_off(self.action, signer, asked.role)

    def sentence(self, n: Names) -> str:
        return f"signs off: {n.title('actions', self.action)}"


class CaptureEvidence(_Deed, form="Capture evidence", verb="Capture", tab="Investigate", group="finding", minor=True):
    """Preserve logs and state before changing anything (audit capture, evidence snapshot)."""

    executor: v.Role | None = None

    def allowed(self, asked: Asked) -> bool:
        special = self._special(asked)
        return special.allowed(asked) if special else True

    def objection(self, asked: Asked) -> Refusal | None:
        special = self._special(asked)
        if special:
            return special.objection(asked)
        return asked.absent(self.executor) if self.executor else None

    def carry_out(self, asked: Asked) -> None:
        special = self._special(asked)
        if special:
            special.carry_out(asked)
            return
        drill = asked.drill

        def kept() -> str:
            at = Utc(drill.scenario.t0_utc, drill.now)()
            return f"audit capture taken {at}: logs, configuration, state, access"

        who = self.executor if self.executor and self.executor not in asked.incident.seats else asked.role
        drill.env.process(drill.work.lookup("capture", who, "audit capture", CAPTURE_SECONDS, kept, "physics"))

    def _special(self, asked: Asked) -> TakeAction | None:
        """Return the action that preserves evidence in this scenario, where it has one."""
        special = asked.scenario.overlay.capture_action
        return TakeAction(action=special, executor=self.executor) if special else None


class RecordVerification(
    _Deed, form="Verification", verb="Measure and compare", weighty=True, number="verification", group="decision",
    first=("metrics", "baseline_from", "baseline_to", "hold_minutes"), settled=("baseline_from", "baseline_to"),
):  # fmt: skip
    """Compare indicators with an explicit baseline window, by segment, after holding still for a while."""

    metrics: tuple[v.Metric, ...]
    baseline_from: v.Minute = Field(description="minutes relative to T+0, negative is before")
    baseline_to: v.Minute
    segments: tuple[v.Segment, ...] = ()
    hold_minutes: v.Minutes = 5
    evidence: v.Evidence = ()

    def objection(self, asked: Asked) -> Refusal | None:
        if self.baseline_to <= self.baseline_from:
            return unmet("the baseline window ends before it begins; give minutes such as -55 to -25")
        if 60 * self.baseline_to > asked.drill.now:
            return unmet("the baseline window ends in the future; give minutes that have passed, such as -55 to -25")
        return None if self.metrics else unmet("pick at least one indicator")

    def carry_out(self, asked: Asked) -> None:
        drill = asked.drill
        run = v.Ref.to(self.number, len(drill.incident.given(self.number)))
        baseline = (round(60 * self.baseline_from), round(60 * self.baseline_to))
        drill.env.process(measure(drill, run, self.metrics, baseline, round(60 * self.hold_minutes)))

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Verification of {n.titles('metrics', self.metrics)}",
            f"against {clock(round(60 * self.baseline_from))} to {clock(round(60 * self.baseline_to))}",
            f"holding still {self.hold_minutes:g} min",
        )  # fmt: skip
