"""Simulated people in the seats nobody took, and the specialists who are paged.

They acknowledge, carry out what they are asked, report, answer questions about what they know, accept
roles and handoffs, and now and then bring a cue up by themselves. They know what their role knows.
"""

from __future__ import annotations

from simulator import commands as c
from simulator import events as e
from simulator.circle import Circle
from simulator.conditions import holds
from simulator.scenario import Action, Cue, Duration, Role
from simulator.stage import Stage
from simulator.work import Process, Work, draw

ACKNOWLEDGE = Duration(median=15, spread=0.4)
ANSWER = Duration(median=35, spread=0.4)
ACCEPT = Duration(median=20, spread=0.4)
READ_HANDOFF = Duration(median=60, spread=0.3)
LOOK = Duration(median=120, spread=0.3)
SIGN = Duration(median=60, spread=0.4)
LOOK_AGAIN = 30
"""Seconds after which a simulated signer who objected looks again."""


class Teammates:
    """The simulated side of every conversation."""

    def __init__(self, stage: Stage, work: Work) -> None:
        self._stage = stage
        self._env = stage.env
        self._work = work
        self._roles = {role.id: role for role in stage.scenario.roles}
        self._circle = Circle(stage.scenario)
        self._tasks = 0

    def simulated(self, role: str) -> bool:
        """Tell whether nobody sits in the role."""
        return role not in self._stage.incident.seats

    def _takes(self, role: str, what: str, duration: Duration) -> int:
        return draw(duration, self._stage.stream(f"teammate/{role}/{what}"))

    def say(self, role: str, text: str, about: str | None = None) -> None:
        """Post as a simulated teammate into the channel where the role works."""
        said = e.MessagePosted(role=role, channel=self._circle.channel(role), text=text, about=about)
        self._stage.emit(said, by=f"teammate:{role}")

    # --- tasks -----------------------------------------------------------------------------------------

    def assign(self, task: c.AssignTask, by: str) -> None:
        """Give a task its id; a simulated owner goes to work on it."""
        self._tasks += 1
        ident = f"task:{self._tasks}"
        lane = task.lane or self._roles[task.to].lane
        due = self._stage.now + round(60 * task.due_minutes)
        self._stage.emit(
            e.TaskAssigned(
                task=ident, owner=task.to, assigned_by=by, text=task.text, lane=lane,
                query=task.query, action=task.action, due=due,
            )
        )  # fmt: skip
        if self.simulated(task.to):
            self._env.process(self._do(ident, task))

    def _do(self, ident: str, task: c.AssignTask) -> Process:
        role, stage = task.to, self._stage
        yield self._env.timeout(self._takes(role, "acknowledge", ACKNOWLEDGE))
        stage.emit(e.TaskAcknowledged(task=ident, owner=role), by=f"teammate:{role}")
        if task.query:
            query = stage.scenario.find("queries", task.query)
            yield self._env.process(self._work.query(query, role))
            report = f"Done: {query.title}. Output is in the channel."
        elif task.action:
            action = stage.scenario.find("actions", task.action)
            self.ask_to_sign(action)
            yield self._env.process(self._work.action(action, role))
            run = stage.incident.last_run("action", action.id)
            report = f"{action.title}: {run.state if run else 'not started'}."
        else:
            yield self._env.timeout(self._takes(role, "look", LOOK))
            report = "Looked into it; nothing beyond what is in the channel. Name a query and I run it."
        stage.emit(e.TaskReported(task=ident, owner=role, text=report), by=f"teammate:{role}")

    # --- questions -------------------------------------------------------------------------------------

    def ask(self, role: str, topic: str) -> Process:
        """Answer a question: everything the role knows about the topic, or that it knows nothing."""
        yield self._env.timeout(self._takes(role, "answer", ANSWER))
        known = [cue for cue in self._known(role) if topic in cue.topics]
        for cue in known:
            self.share(role, cue, "asked")
        if not known:
            self.say(role, f"Nothing from my side on {self._stage.scenario.find('topics', topic).title.lower()}.")

    def _known(self, role: str) -> list[Cue]:
        return [cue for cue in self._roles[role].cues if cue.known_from <= self._stage.now]

    def share(self, role: str, cue: Cue, how: str) -> None:
        """Bring a cue into the channel."""
        by = f"teammate:{role}" if self.simulated(role) else "engine"
        event = e.CueShared.model_validate({"cue": cue.id, "role": role, "text": cue.text, "how": how})
        self._stage.emit(event, by=by)

    def give_cues(self, role: Role) -> Process:
        """Tell a role what only it knows, when it comes to know it; a simulated holder may bring it up late."""
        for cue in sorted(role.cues, key=lambda cue: cue.known_from):
            if cue.known_from > self._stage.now:
                yield self._env.timeout(cue.known_from - self._stage.now)
            self._stage.emit(e.CueGiven(to=(role.id,), cue=cue.id, role=role.id, text=cue.text))
            if cue.volunteered_at is not None:
                self._env.process(self._volunteer(role.id, cue, cue.volunteered_at))

    def _volunteer(self, role: str, cue: Cue, at: int) -> Process:
        if at > self._stage.now:
            yield self._env.timeout(at - self._stage.now)
        incident = self._stage.incident
        if self.simulated(role) and incident.present[role] and cue.id not in incident.cues:
            self.share(role, cue, "late")

    # --- roles, pages, handoffs, sign-offs -------------------------------------------------------------

    def page(self, role: Role, about: str) -> Process:
        """Page a role; a specialist answers after a while, perhaps only at the second attempt."""
        stage = self._stage
        stage.emit(e.PageSent(role=role.id, about=about))
        if stage.incident.present[role.id]:
            return
        rng = stage.stream(f"page/{role.id}")
        yield self._env.timeout(draw(role.joins_after, rng))
        if rng.random() < role.unanswered:
            stage.emit(e.PageUnanswered(role=role.id))
            yield self._env.timeout(draw(role.joins_after, rng))
        stage.emit(e.RoleJoined(role=role.id))
        if self.simulated(role.id):
            self.say(role.id, f"{role.handle} here, {role.title}. What do you need?")

    def accept_role(self, role: str, seat: str) -> Process:
        """Accept an incident role offered to a simulated seat."""
        yield self._env.timeout(self._takes(seat, "accept", ACCEPT))
        if self._stage.incident.offered.get(role) == seat:
            self._stage.emit(e.RoleAccepted(role=role, seat=seat), by=f"teammate:{seat}")

    def accept_handoff(self, handoff: str, what: str, receiver: str) -> Process:
        """Read a handoff and accept it."""
        yield self._env.timeout(self._takes(receiver, "handoff", READ_HANDOFF))
        self._stage.emit(e.HandOffAccepted(handoff=handoff, what=what, receiver=receiver), by=f"teammate:{receiver}")

    def ask_to_sign(self, action: Action) -> None:
        """Ask the simulated ones among those who must sign an action; who holds an incident role signs for it."""
        for role in self._work.missing_sign_offs(action):
            seat = self._stage.incident.holder(role) or role
            if self.simulated(seat) and self._stage.incident.present.get(seat):
                self._env.process(self._sign(action, role, seat))

    def _sign(self, action: Action, role: str, seat: str) -> Process:
        """Look, then sign, or say why not and look again while the action waits."""
        yield self._env.timeout(self._takes(seat, "sign", SIGN))
        look = self._stage.scenario.find("queries", action.precheck) if action.precheck else None
        if look and seat in look.executors and f"query:{look.id}" not in self._stage.incident.refs:
            yield self._env.process(self._work.query(look, seat))
        objected = False
        while not holds(action.sign_when, self._stage.facts()):
            if not objected:
                self.say(seat, action.sign_refusal or f"I do not sign that: {action.title}.", f"action:{action.id}")
                objected = True
            yield self._env.timeout(LOOK_AGAIN)
            if not self._work.unsigned(action.id):
                return
        if not self._work.unsigned(action.id) or role not in self._work.missing_sign_offs(action):
            return  # it was aborted, or signed meanwhile
        self._work.sign_off(action.id, role, seat)
        self.say(seat, f"Signed off: {action.title}.", f"action:{action.id}")
