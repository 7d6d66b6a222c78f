"""Simulated people in the seats nobody took, and the specialists who are paged.

They acknowledge, carry out what they are asked, report, answer questions about what they know, accept
roles and handoffs, and now and then bring a cue up by themselves. They know what their role knows. Each
reacts at a pace of their own, slower when their hands were full for long, and slips as people do.
"""

from __future__ import annotations

from collections.abc import Iterable

from simulator import events as e
from simulator.actions import STALL_POLL, lasting
from simulator.drill import Drill, Process
from simulator.people.slips import CORRECT, NOTICE, SHORTER, Slips
from simulator.people.work import Work, draw
from simulator.record.tracked import Task
from simulator.scenario.conditions import holds
from simulator.scenario.data import Duration
from simulator.scenario.parts import Action, FigureSpec, Query
from simulator.scenario.people import Cue, Role
from simulator.text import spoken
from simulator.values import ENGINE, Author, Ref

ACKNOWLEDGE = Duration(median=15, spread=0.4)
ANSWER = Duration(median=35, spread=0.4)
ACCEPT = Duration(median=20, spread=0.4)
READ_HANDOFF = Duration(median=60, spread=0.3)
LOOK = Duration(median=120, spread=0.3)
SIGN = Duration(median=60, spread=0.4)
WARN = Duration(median=45, spread=0.2)
"""Between warning of something and doing it all the same: long enough to be stopped."""
JOINED = Duration(median=240, spread=0.3)
"""From joining late until somebody brings up what they would have said long ago."""
LOOK_AGAIN = 30
"""Seconds after which a simulated signer who objected looks again."""
TIRED = 1.3
"""Strain at which somebody says that it takes them longer."""


class Teammates:
    """The simulated side of every conversation."""

    def __init__(self, drill: Drill, work: Work) -> None:
        self._drill = drill
        self._incident = drill.incident
        self._env = drill.env
        self._work = work
        self._roles = {role.id: role for role in drill.scenario.roles}
        self._slips = Slips(drill)
        self._at_it: dict[str, str] = {}
        """Task -> simulated role that is at it."""
        self._tired: dict[str, bool] = {}

    def _takes(self, role: str, what: str, duration: Duration) -> int:
        drawn = draw(duration, self._drill.stream(f"teammate/{self._drill.scenario.place(role)}/{what}"))
        return max(1, round(drawn * self._roles[role].pace * self._work.strain(role)))

    def say(self, role: str, text: str, about: Ref | None = None, channel: str | None = None) -> None:
        """Post as a simulated teammate into the channel where the role works, or another."""
        where = channel or self._drill.circle.channel(role)
        self._drill.emit(e.MessagePosted(role=role, channel=where, text=text, about=about), by=Author.teammate(role))

    def take_up(self, ident: Ref) -> None:
        """Let the owner of a task go to work on it, if they are simulated and not at it yet."""
        task = self._incident.tasks[ident]
        if task.reported is None and self._incident.simulated(task.owner) and self._at_it.get(ident) != task.owner:
            self._at_it[ident] = task.owner
            self._env.process(self._do(task, task.owner))

    def catch_up(self, role: str) -> None:
        """Take up what waits for a role that nobody was in, or whose person does nothing."""
        for task in list(self._incident.tasks.values()):
            if task.owner == role and not self._incident.begun(task):
                self.take_up(task.id)
        for name, seat in list(self._incident.offered.items()):
            if seat == role:
                self._env.process(self.accept_role(name, role))
        for offer in list(self._incident.handoffs.values()):
            if offer.receiver == role and offer.accepted is None:
                self._env.process(self.accept_handoff(offer.id, role))
        for action in self._drill.scenario.actions:
            if action.sign_offs and self._work.unsigned(action.id):
                self.ask_to_sign(action, only=role)

    def _do(self, task: Task, role: str) -> Process:
        yield self._env.timeout(self._takes(role, "acknowledge", ACKNOWLEDGE))
        if not self._still(task, role):
            self._put_down(task, role)
            return
        self._drill.emit(e.TaskAcknowledged(task=task.id, owner=role), by=Author.teammate(role))
        if task.query:
            report = yield from self._looked(self._drill.scenario.find("queries", task.query), task, role)
        elif task.action:
            report = yield from self._acted(self._drill.scenario.find("actions", task.action), task, role)
        else:
            yield self._env.timeout(self._takes(role, "look", LOOK))
            report = "Looked into it; nothing beyond what is in the channel. Name a query and I run it."
        self._put_down(task, role)
        if not self._still(task, role):
            return
        told = self._bring_up(role, self._topics(task))
        if told and not (task.query or task.action):
            report = "Looked into it; what I know of it is in the channel."
        self._drill.emit(e.TaskReported(task=task.id, owner=role, text=report), by=Author.teammate(role))

    def _put_down(self, task: Task, role: str) -> None:
        if self._at_it.get(task.id) == role:
            del self._at_it[task.id]

    def _still(self, task: Task, role: str) -> bool:
        """Tell whether a task is still this role's: it may have been taken back, or reported by a person."""
        return task.owner == role and task.reported is None

    def _topics(self, task: Task) -> tuple[str, ...]:
        """Return what a task is about: its own topic, that of its query, of its action, or of the action's check."""
        find = self._drill.scenario.find
        query = find("queries", task.query)
        action = find("actions", task.action)
        check = find("queries", action.precheck) if action else None
        about = (task.topic, query and query.topic, action and action.topic, check and check.topic)
        return tuple(topic for topic in about if topic)

    def look(self, query: Query, role: str) -> Process:
        """Run a query as a simulated person does: now and then in the wrong place first. Returns what it printed."""
        if self._slips.happens(role, "wrong_place", self._work.strain(role)):
            place = self._slips.place_for(query, role)
            if place is not None:
                takes = draw(query.takes, self._slips.stream(role, "misplaced"))
                run = yield from self._work.misplaced(place, query, role, max(1, round(SHORTER * takes)))
                self._slips.told(role, "wrong_place", run)
                yield self._env.timeout(draw(NOTICE, self._slips.stream(role, "notice")))
                self.say(role, place.said, run)
        finished = yield from self._work.query(query, role, self._roles[role].pace)
        tired = self._work.strain(role) >= TIRED
        if tired and not self._tired.get(role):
            self.say(role, "I have had no break for a while; it takes me longer. Somebody else may be quicker.")
        self._tired[role] = tired
        return finished

    def _looked(self, query: Query, task: Task, role: str) -> Process:
        """Carry out a task about a query; return the report, with the first figure as it was read."""
        finished: e.QueryFinished = yield from self.look(query, role)
        if not finished.ok:
            return f"{query.title}: it ran and says no. Output is in the channel."
        done = f"Done: {query.title}. Output is in the channel."
        name = next(iter(finished.figures), None)
        if name is None:
            return done
        value = finished.figures[name]
        spec = self._drill.scenario.find("figures", name)
        slipped = self._slips.happens(role, "misread", self._work.strain(role))
        wrong = self._slips.misread(value, role) if slipped else None
        if wrong is not None:
            self._slips.told(role, "misread", task.id, f"{name} {spoken(wrong)}, not {spoken(value)}")
            right = f"Correction on {task.id}, I misread it: {_read(spec, value)}. The output is right."
            self._env.process(self._take_back(role, right, task.id))
        return f"{done} I read: {_read(spec, value if wrong is None else wrong)}."

    def _acted(self, action: Action, task: Task, role: str) -> Process:
        """Carry out a task about an action; return the report, which may be hastier than the output."""
        in_hand = self._work.in_hand(action)
        if in_hand:  # somebody else was told the same, and was quicker
            return f"{action.title}: not begun, {in_hand.partition(';')[0]}."
        self.ask_to_sign(action)
        doing = self._env.process(self._work.action(action, role, self.warns(action, role)))
        run = None
        while doing.is_alive and (run is None or run.state != "stalled"):
            yield doing | self._env.timeout(STALL_POLL)
            run = self._incident.last_run("action", action.id)
        state = run.state if run else "not started"
        lasts = lasting(action)
        hasty = state in ("done", "stalled") and (state == "stalled" or lasts > 0)
        if hasty and self._slips.happens(role, "overstated", self._work.strain(role)):
            self._slips.told(role, "overstated", task.id, f"{action.id} was {state}, not in effect")
            if state == "stalled":
                right = f"Correction on {task.id}: I was too quick. It hangs; read the output."
                self._env.process(self._take_back(role, right, task.id))
            return f"{action.title}: done, looks good from here. I would call that fixed."
        return f"{action.title}: {_OUTCOMES.get(state, state)}" + (_NOT_YET if state == "done" and lasts else "")

    def warns(self, action: Action, role: str) -> Process:
        """Say what a role knows against an action or for it before touching anything, and wait to be stopped."""
        check = self._drill.scenario.find("queries", action.precheck)
        if self._bring_up(role, tuple(one.topic for one in (action, check) if one and one.topic)):
            self.say(role, f"Before I touch {action.title}: read that. I go on in a minute unless I am stopped.")
            yield self._env.timeout(self._takes(role, "warn", WARN))

    def _take_back(self, role: str, text: str, about: Ref) -> Process:
        yield self._env.timeout(draw(CORRECT, self._slips.stream(role, "correct")))
        if not self._incident.ended:
            self.say(role, text, about)

    def ask(self, role: str, topic: str) -> Process:
        """Answer a question: everything the role knows about the topic, or that it knows nothing."""
        yield self._env.timeout(self._takes(role, "answer", ANSWER))
        known = self._known(role, (topic,), moot=True)
        for cue in known:
            self.share(role, cue, "asked")
        if not known:
            self.say(role, f"Nothing from my side on {self._drill.scenario.find('topics', topic).title.lower()}.")

    def _known(self, role: str, topics: Iterable[str], moot: bool = False) -> list[Cue]:
        """Return the cues a role has by now on any of these topics; overtaken ones only with `moot`."""
        wanted = tuple(topics)
        return [
            cue
            for cue in self._roles[role].cues
            if cue.known_from <= self._drill.now
            and any(topic in cue.topics for topic in wanted)
            and (moot or not self._moot(cue))
        ]

    def _bring_up(self, role: str, topics: Iterable[str]) -> bool:
        """Share what a role knows on these topics and nobody has shared; tell whether there was anything."""
        fresh = [cue for cue in self._known(role, topics) if cue.id not in self._incident.cues]
        for cue in fresh:
            self.share(role, cue, "asked")
        return bool(fresh)

    def _moot(self, cue: Cue) -> bool:
        facts = self._drill.facts()
        return any(holds(condition, facts) for condition in cue.moot_when)

    def share(self, role: str, cue: Cue, how: str) -> None:
        """Bring a cue into the channel; a simulated holder says so where it is overtaken."""
        simulated = self._incident.simulated(role)
        text = cue.text
        if simulated and self._moot(cue):
            text = cue.moot_text or f"Overtaken by now, for the record: {cue.text}"
        event = e.CueShared.model_validate({"cue": cue.id, "role": role, "text": text, "how": how})
        self._drill.emit(event, by=Author.teammate(role) if simulated else ENGINE)

    def give_cues(self, role: Role) -> Process:
        """Tell a role what only it knows, when it comes to know it; a simulated holder may bring it up late."""
        for cue in sorted(role.cues, key=lambda cue: cue.known_from):
            if cue.known_from > self._drill.now:
                yield self._env.timeout(cue.known_from - self._drill.now)
            self._drill.emit(e.CueGiven(to=(role.id,), cue=cue.id, role=role.id, text=cue.text))
            if cue.volunteered_at is not None:
                self._env.process(self._volunteer(role.id, cue, cue.volunteered_at))

    def _volunteer(self, role: str, cue: Cue, at: int) -> Process:
        if at > self._drill.now:
            yield self._env.timeout(at - self._drill.now)
        free = self._incident.simulated(role) and self._incident.present[role] and not self._incident.ended
        if free and cue.id not in self._incident.cues and not self._moot(cue):
            self.share(role, cue, "late")

    def page(self, role: Role, about: str) -> Process:
        """Page a role; a specialist answers after a while, perhaps only at the second attempt."""
        drill, place = self._drill, self._drill.scenario.place(role.id)
        drill.emit(e.PageSent(role=role.id, about=about))
        if drill.incident.present[role.id]:
            return
        rng = drill.stream(f"page/{place}")
        yield self._env.timeout(draw(role.joins_after, rng))
        if rng.random() < role.unanswered:
            drill.emit(e.PageUnanswered(role=role.id))
            yield self._env.timeout(draw(role.joins_after, rng))
        drill.emit(e.RoleJoined(role=role.id))
        if self._incident.simulated(role.id):
            self.say(role.id, f"{role.handle} here, {role.title}. What do you need?")
        for cue in role.cues:
            if cue.volunteered_at is not None and cue.volunteered_at <= drill.now:
                after = draw(JOINED, drill.stream(f"teammate/{place}/joined"))
                self._env.process(self._volunteer(role.id, cue, drill.now + after))

    def accept_role(self, role: str, seat: str) -> Process:
        """Accept a post offered to a simulated seat."""
        yield self._env.timeout(self._takes(seat, "accept", ACCEPT))
        if self._drill.may(seat, "accept_role", role=role):
            self._drill.emit(e.RoleAccepted.model_validate({"role": role, "seat": seat}), by=Author.teammate(seat))

    def accept_handoff(self, handoff: Ref, receiver: str) -> Process:
        """Read a handoff and accept it."""
        yield self._env.timeout(self._takes(receiver, "handoff", READ_HANDOFF))
        offer = self._incident.handoffs[handoff]
        if offer.accepted is None and self._drill.may(receiver, "accept_hand_off", handoff=handoff):
            taken = e.HandOffAccepted(handoff=handoff, what=offer.what, receiver=receiver)
            self._drill.emit(taken, by=Author.teammate(receiver))

    def ask_to_sign(self, action: Action, only: str | None = None) -> None:
        """Ask the simulated ones among those who must sign an action; who holds a post signs for it."""
        for role in self._work.missing_sign_offs(action):
            seat = self._incident.voice(role)
            if self._work.signed_by(action, seat):
                continue
            if self._incident.simulated(seat) and self._incident.present.get(seat) and only in (None, seat):
                self._env.process(self._sign(action, role, seat))

    def _sign(self, action: Action, role: str, seat: str) -> Process:
        """Look, then sign, or say why not and look again while the action waits."""
        yield self._env.timeout(self._takes(seat, "sign", SIGN))
        look = self._drill.scenario.find("queries", action.precheck)
        if look and seat in look.executors and Ref.to("query", look.id) not in self._incident.refs:
            yield from self.look(look, seat)
        yield from self.warns(action, seat)
        objected = False
        while not holds(action.sign_when, self._drill.facts()):
            if not objected:
                words = action.sign_refusal or f"I do not sign that: {action.title}."
                self.say(seat, words, Ref.to("action", action.id))
                objected = True
            yield self._env.timeout(LOOK_AGAIN)
            if not self._work.unsigned(action.id):
                return
        # Meanwhile it may have been aborted or signed, and two signatures are two people's.
        wanted = self._work.unsigned(action.id) and role in self._work.missing_sign_offs(action)
        if wanted and not self._work.signed_by(action, seat) and self._drill.may(seat, "sign_off", action=action.id):
            self._work.sign_off(action.id, role, seat)
            self.say(seat, f"Signed off: {action.title}.", Ref.to("action", action.id))


def _read(spec: FigureSpec, value: float) -> str:
    return f"{spec.title}: {spoken(value)} {spec.unit}".strip()


_OUTCOMES = {
    "done": "done.",
    "stalled": "it hangs; see the output. Somebody must decide: abort it, or clear what it hangs on.",
    "failed": "it did not go through; see the output.",
    "aborted": "it was stopped.",
}
"""State of an action -> how an honest executor reports it."""
_NOT_YET = " It has not taken hold yet; I would look again before anybody calls it done."
