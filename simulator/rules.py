"""Who may ask for what, and what must hold first. A broken rule is a refusal with its reason, never an exception."""

from __future__ import annotations

from collections.abc import Callable

from simulator import acts
from simulator.need_to_know import Circle
from simulator.options import Picks
from simulator.people.work import Work
from simulator.record.incident import IncidentState
from simulator.scenario.model import Scenario

LEAD = ("commander", "deputy")
FACILITATOR = ("facilitator",)

RIGHTS: dict[type[acts.Command], tuple[str, ...]] = {
    acts.ClassifyDependency: (*LEAD, "triage"),
    acts.ChangeSeverity: (*LEAD, "triage"),
    acts.ChangeStatus: (*LEAD, "comms"),
    acts.ChangeStrategy: (*LEAD, "mitigation"),
    acts.AssignLane: LEAD,
    acts.NameMergeOwner: LEAD,
    acts.Freeze: (*LEAD, "mitigation"),
    acts.LiftFreeze: LEAD,
    acts.RecordContradiction: (*LEAD, "mitigation"),
    acts.RecordDecision: (*LEAD, "mitigation"),
    acts.RecordSnapshot: LEAD,
    acts.TakeAction: (*LEAD, "mitigation", "executor"),
    acts.AbortAction: (*LEAD, "mitigation"),
    acts.EscalateInternally: (*LEAD, "comms"),
    acts.UpdateStakeholders: (*LEAD, "comms"),
    acts.UpdateExecutives: (*LEAD, "comms"),
    acts.CorrectUpdate: (*LEAD, "comms"),
    acts.ClaimRecovery: (*LEAD, "verification", "comms"),
    acts.RecordResidualRisks: (*LEAD, "verification"),
    acts.AddHardeningTask: (*LEAD, "verification", "mitigation"),
    acts.SetWatch: LEAD,
    acts.PublishDecisionNote: (*LEAD, "comms"),
    acts.CommitCheckpoint: LEAD,
    acts.RequestClosure: LEAD,
    acts.PublishClosurePackage: (*LEAD, "comms"),
    acts.WriteLeadershipNote: (*LEAD, "comms"),
    acts.EndDrill: (*LEAD, *FACILITATOR),
    acts.FireInject: FACILITATOR,
    acts.HoldInject: FACILITATOR,
    acts.SkipInject: FACILITATOR,
    acts.EditInject: FACILITATOR,
    acts.SendAdHoc: FACILITATOR,
    acts.GiveHint: FACILITATOR,
    acts.OverrideOutcome: FACILITATOR,
    acts.MarkObservation: FACILITATOR,
    acts.RateTeam: FACILITATOR,
}
"""Kinds that not everybody may give. `executor` means: whoever would carry it out themselves."""


class Rules:
    """Checks one command against the drill as it stands."""

    def __init__(
        self,
        scenario: Scenario,
        incident: IncidentState,
        work: Work,
        seen_as: Callable[[str], IncidentState],
        sees: Callable[[str, str], bool],
    ) -> None:
        self._scenario = scenario
        self._incident = incident
        self._work = work
        self._roles = {role.id: role for role in scenario.roles}
        self._circle = Circle(scenario)
        self._picks = Picks(scenario, self._circle, seen_as, sees)

    def refusal(self, command: acts.Command, role: str) -> str | None:
        """Return why `role` cannot have `command` now, or None."""
        if self._incident.ended and not isinstance(command, (acts.MarkObservation, acts.RateTeam)):
            return "the drill is over; open its debrief"
        return self._wrong_role(command, role) or self._picks.problem(command, role) or self._unmet(command, role)

    def _wrong_role(self, command: acts.Command, role: str) -> str | None:
        if role == "facilitator":
            allowed = isinstance(command, (acts.TakeSeat, acts.LeaveSeat, *_FACILITATOR_KINDS))
            return None if allowed else "a facilitator does not play; take a seat to do that"
        if role not in self._roles:
            return f"there is no role {role!r} in this drill"
        allowed_roles = RIGHTS.get(type(command))
        if allowed_roles is None:
            return None
        held = self._incident.seats_of(role)
        if any(one in allowed_roles for one in held):
            return None
        if "executor" in allowed_roles and isinstance(command, acts.TakeAction):
            action = self._scenario.find("actions", command.action)
            if action and role in action.executors:
                return None
        if self._incident.handed_on(role) and role in allowed_roles:
            now = self._incident.holder("commander")
            who = f"ask {self._roles[now].handle}" if now else "nobody holds command; somebody else has to take it"
            return f"you have given command up and decide nothing any more; {who}"
        names = [self._roles[r].title if r in self._roles else r for r in allowed_roles if r != "executor"]
        return f"{self._roles[role].title} may not do that; ask {' or '.join(names)}"

    def _unmet(self, command: acts.Command, role: str) -> str | None:
        check = _CHECKS.get(type(command))
        return check(self, command, role) if check else None

    # --- one check per kind that has something to check -------------------------------------------------

    def _take_seat(self, command: acts.TakeSeat, role: str) -> str | None:
        holder = self._incident.person(command.seat)
        if holder and holder != command.name:
            return f"{self._roles[command.seat].title} is taken by {holder}; pick another seat"
        return None

    def _acknowledge(self, command: acts.AcknowledgePage, role: str) -> str | None:
        alert = self._incident.alerts.get(command.alert)
        if alert is None:
            return "that alert has not fired"
        return "already acknowledged" if alert.acknowledged is not None else None

    def _declare(self, command: acts.Declare, role: str) -> str | None:
        if self._incident.declared_at is not None:
            return "already declared; change the severity instead"
        return None

    def _declared(self, command: acts.Command, role: str) -> str | None:
        return None if self._incident.declared_at is not None else "declare the incident first"

    def _status(self, command: acts.ChangeStatus, role: str) -> str | None:
        if command.status == "resolved":
            return "an incident is resolved through the closure gate; request closure"
        return self._declared(command, role)

    def _assign_role(self, command: acts.AssignRole, role: str) -> str | None:
        if self._incident.gone.get(command.role) == command.to:
            return f"{self._roles[command.to].title} had to leave; pick another seat"
        if command.role == "deputy" and self._incident.holder("commander") == command.to:
            return f"{self._roles[command.to].handle} is in command; the deputy is somebody else, pick another seat"
        return None

    def _accept_role(self, command: acts.AcceptRole, role: str) -> str | None:
        if self._incident.offered.get(command.role) != role:
            return f"nobody offered you {command.role}"
        return None

    def _release_role(self, command: acts.ReleaseRole, role: str) -> str | None:
        return None if self._incident.holder(command.role) == role else f"you are not {command.role}"

    def _page(self, command: acts.PageTeam, role: str) -> str | None:
        if self._incident.present[command.role]:
            return f"{self._roles[command.role].handle} is already here"
        if command.role in self._incident.paged:
            return f"{self._roles[command.role].handle} has been paged; wait for the answer"
        return None

    def _here(self, role: str) -> str | None:
        if self._incident.present[role]:
            return None
        return f"{self._roles[role].handle} is not in the room; page them first"

    def _assign_task(self, command: acts.AssignTask, role: str) -> str | None:
        # A task about an action is an order for it: whoever may not give the one may not give the other.
        order = acts.TakeAction(action=command.action, executor=command.to) if command.action else None
        return (
            (self._wrong_role(order, role) if order else None)
            or self._here(command.to)
            or self._can_do(command.query, command.action, command.to)
        )

    def _can_do(self, query: str | None, action: str | None, role: str) -> str | None:
        for group, ident in (("queries", query), ("actions", action)):
            part = self._scenario.find(group, ident) if ident else None
            if part and role not in part.executors:
                who = " or ".join(self._roles[r].handle for r in part.executors)
                return f"{self._roles[role].handle} cannot do that; {who} can"
        return None

    def _own_task(self, command: acts.AcknowledgeTask | acts.ReportTask, role: str) -> str | None:
        task = self._incident.tasks.get(command.task)
        if task is None:
            return "that task is not yours"
        # Back from a simulated teammate only: what a person has in hand nobody takes from them.
        back = task.was == role and isinstance(command, acts.AcknowledgeTask) and self._incident.simulated(task.owner)
        if task.owner != role and not back:
            return "that task is not yours"
        if back and task.owner != role and task.reported is None:
            at_it = self._incident.begun(task)
            return f"{self._roles[task.owner].handle} is at it by now; wait for the report" if at_it else None
        if isinstance(command, acts.AcknowledgeTask) and task.acknowledged is not None:
            return "already acknowledged"
        return "already reported" if task.reported is not None else None

    def _ask(self, command: acts.AskRole, role: str) -> str | None:
        return self._here(command.role)

    def _answer(self, command: acts.AnswerAsker, role: str) -> str | None:
        inject = self._scenario.find("injects", command.inject)
        if command.answer not in [a.id for a in inject.answers]:
            return f"{command.answer!r} is no answer to that; pick one of those on offer"
        return None

    def executor(self, executors: tuple[str, ...], wanted: str | None, role: str) -> str | None:
        """Return who carries something out: the one named, oneself where one can, else the least busy in the room.

        Who leads delegates, unless nobody else can or they name themselves.
        """
        if wanted:
            return wanted
        if role in executors and role not in LEAD:
            return role
        here = [one for one in executors if self._incident.present.get(one)]
        hands = [one for one in here if one not in LEAD] or here
        return min(hands, key=self._busy, default=None)

    def _busy(self, role: str) -> int:
        tasks = sum(task.owner == role and task.reported is None for task in self._incident.tasks.values())
        return max(tasks, self._work.queued(role))

    def _run_query(self, command: acts.RunQuery, role: str) -> str | None:
        query = self._scenario.find("queries", command.query)
        who = self.executor(query.executors, command.executor, role)
        if who is None:
            return self._here(query.executors[0])
        return self._can_do(command.query, None, who) or self._here(who)

    def _take_action(self, command: acts.TakeAction, role: str) -> str | None:
        action = self._scenario.find("actions", command.action)
        who = self.executor(action.executors, command.executor, role)
        if who is None:
            return self._here(action.executors[0])
        return (
            self._can_do(None, command.action, who)
            or self._here(who)
            or self._work.in_hand(action)
            or self._work.obstacle(action)
        )

    def _capture(self, command: acts.CaptureEvidence, role: str) -> str | None:
        special = self._scenario.overlay.capture_action
        if not special:
            return self._here(command.executor) if command.executor else None
        order = acts.TakeAction(action=special, executor=command.executor)
        return self._wrong_role(order, role) or self._take_action(order, role)

    def _search(self, command: acts.SearchLogs, role: str) -> str | None:
        return None if self._circle.knows(role) else "the logs are for those who need to know; ask one of them"

    def _abort(self, command: acts.AbortAction, role: str) -> str | None:
        run = self._incident.runs[command.action]
        action = self._scenario.find("actions", run.ident)
        if action.abortable or run.state == "waiting":
            return None
        return f"{action.title} cannot be stopped once it has begun"

    def _sign_off(self, command: acts.SignOff, role: str) -> str | None:
        action = self._scenario.find("actions", command.action)
        mine = [one for one in self._incident.seats_of(role) if one in action.sign_offs]
        if not mine:
            return "that does not need your sign-off"
        if self._work.signed_by(action, role):
            return "you have signed that; each signature is somebody else's, so another seat has to give the next"
        missing = self._work.missing_sign_offs(action)
        return None if any(one in missing for one in mine) else "that has been signed; it waits for somebody else"

    def _verification(self, command: acts.RecordVerification, role: str) -> str | None:
        if command.baseline_to <= command.baseline_from:
            return "the baseline window ends before it begins; give minutes such as -55 to -25"
        if 60 * command.baseline_to > self._work.now:
            return "the baseline window ends in the future; give minutes that have passed, such as -55 to -25"
        return None if command.metrics else "pick at least one indicator"

    def _share(self, command: acts.ShareCue, role: str) -> str | None:
        return None if f"cue:{command.cue}" in self._incident.refs else "you do not know that yet"

    def _post(self, command: acts.PostMessage, role: str) -> str | None:
        if command.channel in self._scenario.restricted and not self._circle.knows(role):
            return f"you are not in #{command.channel}; it is for those who need to know"
        return None

    def _update(self, command: acts.UpdateStakeholders, role: str) -> str | None:
        if command.audience == "restricted" and not self._circle.knows(role):
            return "a restricted update comes from somebody who needs to know; you speak to the others"
        return None

    def _hand_off(self, command: acts.HandOff, role: str) -> str | None:
        holder = self._incident.holder("commander") if command.what == "commander" else None
        if command.what == "commander" and holder != role:
            return "only the commander hands command over"
        if command.to == role:
            return "hand it to somebody else"
        return None

    def _accept_handoff(self, command: acts.AcceptHandOff, role: str) -> str | None:
        offer = self._incident.handoffs.get(command.handoff)
        if offer is None or offer.receiver != role:
            return "that was not handed to you"
        if offer.what == "commander" and self._incident.holder("commander") != offer.giver:
            return "command has gone elsewhere since that was offered"
        return None

    def _inject_waits(
        self, command: acts.FireInject | acts.HoldInject | acts.SkipInject | acts.EditInject, role: str
    ) -> str | None:
        return "that inject has been delivered" if command.inject in self._incident.delivered else None


_FACILITATOR_KINDS = tuple(kind for kind, roles in RIGHTS.items() if "facilitator" in roles)

_CHECKS: dict[type[acts.Command], Callable[..., str | None]] = {
    acts.TakeSeat: Rules._take_seat,
    acts.AcknowledgePage: Rules._acknowledge,
    acts.Declare: Rules._declare,
    acts.ChangeSeverity: Rules._declared,
    acts.ChangeStatus: Rules._status,
    acts.AssignRole: Rules._assign_role,
    acts.AcceptRole: Rules._accept_role,
    acts.ReleaseRole: Rules._release_role,
    acts.PageTeam: Rules._page,
    acts.AssignTask: Rules._assign_task,
    acts.AcknowledgeTask: Rules._own_task,
    acts.ReportTask: Rules._own_task,
    acts.AskRole: Rules._ask,
    acts.AnswerAsker: Rules._answer,
    acts.RunQuery: Rules._run_query,
    acts.TakeAction: Rules._take_action,
    acts.CaptureEvidence: Rules._capture,
    acts.SearchLogs: Rules._search,
    acts.ShareCue: Rules._share,
    acts.AbortAction: Rules._abort,
    acts.SignOff: Rules._sign_off,
    acts.RecordVerification: Rules._verification,
    acts.PostMessage: Rules._post,
    acts.UpdateStakeholders: Rules._update,
    acts.HandOff: Rules._hand_off,
    acts.AcceptHandOff: Rules._accept_handoff,
    acts.RequestClosure: Rules._declared,
    acts.FireInject: Rules._inject_waits,
    acts.HoldInject: Rules._inject_waits,
    acts.SkipInject: Rules._inject_waits,
    acts.EditInject: Rules._inject_waits,
}
