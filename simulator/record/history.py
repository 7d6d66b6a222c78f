"""The incident as people have made it: one fold over accepted acts and events, with the times at which it changed.

Rules, briefings, conditions, scoring, debrief and reference runs read this and nothing beside it. Each act and event
says itself what it changes (`Body.fold`). It holds nothing of the world's truth unless it is made `with_truth`, so a
role's page may read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from simulator.levels import STANDARD, PlayedBook
from simulator.record.entry import Body, Entry
from simulator.record.tracked import ActionOrder, AlertState, Offer, Run, Stretch, Task, Tenure
from simulator.scenario.model import Scenario
from simulator.values import COMMANDER, DEPUTY, SCRIBE, Duty, Ref

POST_DUTIES: Mapping[str, Duty] = {COMMANDER: "commands", DEPUTY: "deputises", SCRIBE: "scribes"}
"""Post -> what who holds it is there for."""
UPDATE_GRACE = 60
"""Seconds by which an update may miss its time."""


class History:
    """Who holds what, what is frozen, what runs, what is due; and since when."""

    def __init__(self, scenario: Scenario, book: PlayedBook = STANDARD, *, with_truth: bool = False) -> None:
        # Not the scenario itself: a role's page reads this, and must find no answers in it.
        self.with_truth = with_truth
        self.playbook = book.id
        """Name of the playbook it is played with, empty where none was kept."""
        self.levels = book.levels
        """The levels of severity there are, the worst first."""
        self.dependencies = book.dependencies
        """The classes of dependencies there are."""
        self.lead = scenario.lead()
        """The seat that leads as long as nobody was made commander."""
        homes = {COMMANDER: self.lead, DEPUTY: scenario.seat_for("deputises"), SCRIBE: None}
        self.posts = {post: Tenure(home) for post, home in homes.items()}
        """Post -> who is there for it and who held it when."""
        self._duties = {role.id: frozenset(role.duties) for role in scenario.roles}
        self._lanes = {role.id: role.lane for role in scenario.roles}
        self.commands = {action.id: action.command for action in scenario.actions}
        """Action -> its command line."""
        self.strategies = {action.id: action.strategy for action in scenario.actions if action.strategy}

        self.severity: str | None = None
        self.title = ""
        self.status = "triage"
        self.declared_at: int | None = None
        self.dependency: str | None = None
        self.strategy: str | None = None
        self.seats: dict[str, str] = {}
        """Seat -> name of the person in it."""
        self.sat: dict[str, list[Stretch]] = {}
        """Seat -> when people sat in it."""
        self.gatherings: list[Stretch] = []
        """When several people sat in it."""
        self.stand_ins: dict[str, int] = {}
        """Seat whose work a simulated secondary does while the person in it does nothing -> since when."""
        self.stood_in: dict[str, list[Stretch]] = {}
        self.present = {role.id: role.present for role in scenario.roles}
        self.paged: dict[str, int] = {}
        """Role -> when it was paged last."""
        self.offered: dict[str, str] = {}
        self.offered_by: dict[tuple[str, str], str] = {}
        """(Post, seat it is offered to) -> role that offered it."""
        self.paired = False
        """Whether commander and deputy were ever two seats; it stays so when the deputy takes command over."""
        self.lanes: dict[str, tuple[str, str]] = {}
        """Lane -> owner and next owner."""
        self.merge_owners: dict[str, str] = {}
        self.frozen: dict[str, tuple[str, ...]] = {}
        """Service -> what is stopped on it: merges, deploys."""
        self.freezes: list[tuple[int, int, frozenset[str]]] = []
        """Each time a freeze changed: second, entry, and the services whose merges are stopped from then on."""
        self.alerts: dict[str, AlertState] = {}
        self.tasks: dict[str, Task] = {}
        self.runs: dict[str, Run] = {}
        self.orders: dict[str, list[ActionOrder]] = {}
        """Action -> what asked for it since its last run began to wait."""
        self.asks: dict[str, int] = {}
        """Open asks: inject id -> delivered at."""
        self.claims: dict[str, int] = {}
        self.delivered: dict[str, int] = {}
        """Inject id -> sequence number."""
        self.happened: list[tuple[int, int, Ref]] = []
        """What may have changed the world, as it came: second, entry, and the run that is over, inject or merge."""
        self.handoffs: dict[str, Offer] = {}
        self.refs: dict[str, int] = {}
        """Reference -> sequence number of the entry behind it."""
        self.said: dict[str, int] = {}
        """The same of what people said: it can be answered, and is no evidence."""
        self.cues: dict[str, int] = {}
        """Cues in the channel: id -> when."""
        self.told: dict[str, int] = {}
        """Audience -> when it last heard something."""
        self.came_in: dict[str, str] = {}
        """Inject id -> channel."""
        self.heard: dict[str, int] = {}
        """Channel -> when somebody of the response last wrote or answered there."""
        self.measured: list[Entry] = []
        self.scope: Entry | None = None
        """How far the impact was said to reach, last."""
        self.readiness: Entry | None = None
        self.watch: Entry | None = None
        self.residual_risks: tuple[str, ...] = ()
        self.hardening: list[Entry] = []
        self.package: Entry | None = None
        self.closed = False
        self.ended: str | None = None
        self.next_update_due: int | None = None
        self.next_checkpoint_due: int | None = None
        self.numbered: dict[str, tuple[Entry, ...]] = {}
        """Prefix -> what is cited by it and a number, in order."""

    @classmethod
    def of(cls, scenario: Scenario, entries: Iterable[Entry], *, with_truth: bool = False) -> History:
        """Return the history that accepted entries add up to."""
        history = cls(scenario, with_truth=with_truth)
        for entry in entries:
            history.apply(entry)
        return history

    def line(self, ref: str) -> int | None:
        """Return the number of the entry that an answer in a thread refers to."""
        return self.said.get(ref, self.refs.get(ref))

    @property
    def command(self) -> Tenure:
        """Return who held command when, and whether it was lost or left."""
        return self.posts[COMMANDER]

    def holder(self, post: str) -> str | None:
        """Return the seat that holds a post."""
        return self.posts[post].holder

    def home(self, post: str) -> str | None:
        """Return the seat that is there for a post, whoever holds it."""
        return self.posts[post].home

    def commander(self) -> str:
        """Return the seat in command, or the one that leads while nobody was made commander."""
        return self.command.holder or self.lead

    def voice(self, role: str) -> str:
        """Return the seat that speaks for a role: whoever holds the post it is there for, else the role itself."""
        return next((post.holder for post in self.posts.values() if post.home == role and post.holder), role)

    def person(self, seat: str) -> str | None:
        """Return the name of the person in a seat, None where a simulated teammate holds it."""
        return self.seats.get(seat)

    @property
    def together(self) -> bool:
        """Tell whether several people sit in it."""
        return len(self.seats) > 1

    def count_seated(self, entry: Entry) -> None:
        """Take note whether several people sit in it from an entry on.

        Who sits elsewhere, or gives their seat away, does both within one second: nothing turns by that.
        """
        last = next(reversed(self.gatherings), None)
        goes_on = last is not None and last.until is None
        if last is not None and goes_on and not self.together:
            if last.since == entry.at:
                self.gatherings.pop()
            else:
                last.end(entry)
        elif last is not None and self.together and last.until == entry.at:
            last.until = None
        elif self.together and not goes_on:
            self.gatherings.append(Stretch("", entry.at, entry.seq))

    def simulated(self, role: str) -> bool:
        """Tell whether nobody sits in a role, or a secondary stands in for a person who does nothing."""
        return role not in self.seats or role in self.stand_ins

    def stands_for(self, seat: str) -> tuple[str, ...]:
        """Return the roles that a seat answers for: its own and those whose posts it holds, as it took them."""
        posts = [post for post in self.posts.values() if post.holder == seat]
        held = [(post.held[-1].seq, post.home) for post in posts if post.home is not None]
        others = tuple(role for _, role in sorted(held) if role != seat)
        return others if self._gave_up(seat) and not self._beside_command(seat) else (seat, *others)

    def duties(self, seat: str) -> frozenset[Duty]:
        """Return what a seat is there for now: its own duties and those of the posts it holds."""
        own = self._beside_command(seat) if self._gave_up(seat) else self._duties.get(seat, frozenset())
        return own.union(duty for post, duty in POST_DUTIES.items() if self.posts[post].holder == seat)

    def has_duty(self, seat: str, *wanted: Duty) -> bool:
        """Tell whether a seat has any of these duties."""
        return not self.duties(seat).isdisjoint(wanted)

    def _beside_command(self, seat: str) -> frozenset[Duty]:
        return self._duties.get(seat, frozenset()) - {"commands"}

    def _gave_up(self, seat: str) -> bool:
        return seat == self.lead and self.command.moved

    def led_by_person(self) -> bool:
        """Tell whether command lies with a person: whoever holds it, else who sits in the seat that leads and may."""
        return not self.command.vacant and not self.simulated(self.commander())

    def overdue(self, now: int) -> bool:
        """Tell whether a promised update has not come by drill second `now`, its grace included."""
        return self.next_update_due is not None and now > self.next_update_due + UPDATE_GRACE

    def begun(self, task: Task) -> bool:
        """Tell whether the owner of a task has begun what it asks for."""
        return any(
            run.executor == task.owner and run.ident in (task.query, task.action) and run.since >= task.since
            for run in self.runs.values()
        )

    def is_frozen(self, scope: tuple[str, ...], kind: str | None = None) -> bool:
        """Tell whether every service of `scope` is frozen (for merges or deploys, where `kind` says so)."""
        return bool(scope) and all(
            service in self.frozen and (kind is None or kind in self.frozen[service]) for service in scope
        )

    def given(self, number: str) -> tuple[Entry, ...]:
        """Return what is cited as `number:n` (`decision`, `packet`, `option` …), in order."""
        return self.numbered.get(number, ())

    def last_run(self, what: str, ident: str) -> Run | None:
        """Return the latest run of a query or action."""
        return next((r for r in reversed(self.runs.values()) if r.what == what and r.ident == ident), None)

    @staticmethod
    def moved_by(kind: type[Body]) -> bool:
        """Tell whether folding in an entry of this kind can change anything."""
        return kind.fold is not Body.fold or bool(kind.number or kind.cited) or kind.amendable

    def apply(self, entry: Entry, names: tuple[Ref, ...] | None = None) -> tuple[Ref, ...]:
        """Fold one accepted entry in; return its references.

        A role that sees only part of the entries has a history of its own; its references are those of the whole, its
        `names`. They are given, too, where an entry is folded in once more.
        """
        body = entry.body
        if body.amendable and (amended := body.replaces()) is not None:
            self._amend(amended, entry)
            return ()
        if body.number and not body.talk:
            self.numbered[body.number] = (*self.given(body.number), entry)
        if names is None:
            names = self._names(body)
        kept = self.said if body.talk else self.refs
        for name in names:
            if name not in kept or body.stands_from_now:
                kept[name] = entry.seq
        if self.with_truth or not body.is_truth:
            body.fold(self, entry)
        return names

    def _names(self, body: Body) -> tuple[Ref, ...]:
        if body.talk:
            return (Ref.to(body.number, len(self.said) + 1),)
        return (Ref.to(body.number, len(self.given(body.number))),) if body.number else body.refs

    def _amend(self, ref: Ref, entry: Entry) -> None:
        """Let a record say from now on what `entry` says; it stays whose it was, and when it was made."""
        known, seq = self.given(ref.kind), self.refs.get(ref)
        at = next((n for n, x in enumerate(known) if x.seq == seq), None)
        if at is None:  # a record that this role has not seen
            return
        standing = replace(known[at], body=entry.body)
        self.numbered[ref.kind] = (*known[:at], standing, *known[at + 1 :])
        if at == len(known) - 1:  # what came after it has the last word
            entry.body.fold(self, standing)

    def take_post(self, post: str, seat: str, entry: Entry, giver: str | None) -> None:
        """Let a seat hold a post from this entry on; `giver` is who passed it on."""
        self.posts[post].take(seat, entry, giver)
        self.paired = self.paired or len({self.holder(COMMANDER), self.holder(DEPUTY)} - {None}) == 2

    def freeze(self, scope: Iterable[str], kinds: Iterable[str], entry: Entry) -> None:
        """Stop these kinds of changes on these services."""
        for service in scope:
            self.frozen[service] = tuple(sorted({*self.frozen.get(service, ()), *kinds}))
        self._note_freeze(entry)

    def thaw(self, scope: Iterable[str], entry: Entry) -> None:
        """Let changes flow again on these services."""
        for service in scope:
            self.frozen.pop(service, None)
        self._note_freeze(entry)

    def _note_freeze(self, entry: Entry) -> None:
        stopped = frozenset(service for service, kinds in self.frozen.items() if "merges" in kinds)
        self.freezes.append((entry.at, entry.seq, stopped))

    def order(self, action: str, entry: Entry, decision: Ref | None = None) -> None:
        """Take note that an action was asked for."""
        self.orders.setdefault(action, []).append(ActionOrder(entry.at, entry.seq, entry.by, decision))

    def queue_action(self, run: Ref, action: str, executor: str, waits_for: tuple[str, ...], entry: Entry) -> None:
        """Begin to keep track of a run of an action."""
        # A delegated action is asked for more than once: the commander's order, the task, the executor's own order.
        asked = self.orders.pop(action, [])
        first = asked[0] if asked else ActionOrder(entry.at, entry.seq, entry.by, None)
        decision = next((order.decision for order in asked if order.decision), None)
        self.runs[run] = Run(
            run, "action", action, executor, self.commands.get(action, action), entry.at, "waiting",
            waits_for=waits_for, ordered=first.at, order_seq=first.seq, by=first.by, decision=decision,
        )  # fmt: skip

    def queue_query(self, run: Ref, executor: str, line: str, entry: Entry, expected: int | None = None) -> None:
        """Begin to keep track of a query: it waits, or runs where `expected` says until when."""
        self.runs[run] = Run(
            run, "query", run.ident, executor, line, entry.at, "waiting" if expected is None else "running", expected,
            ordered=entry.at, order_seq=entry.seq, by=entry.by,
        )  # fmt: skip

    def end_run(self, run: Ref, entry: Entry, ok: bool, stalled: bool = False) -> None:
        """Take note of how a run came out."""
        known = self.runs.get(run)
        if known is None:  # a record that somebody cut
            return
        known.state = known.outcome = "done" if ok else "stalled" if stalled else "failed"
        known.finished, known.carried, known.finish_seq = entry.at, entry.at, entry.seq
        if ok and known.what == "action":
            self.happened.append((entry.at, entry.seq, run))

    def lane_of(self, role: str) -> str | None:
        """Return the lane of a role."""
        return self._lanes.get(role)
