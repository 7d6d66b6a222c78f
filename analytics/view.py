"""A record as the criteria ask for it: moments by kind, references, what a role had seen, truth at a second."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from operator import attrgetter
from typing import Any, Generic, TypeVar

from analytics import timeline as tl
from analytics.amended import counted
from analytics.doers import Doer, Doers
from analytics.grounds import Grounds
from analytics.playbook import Criterion, Playbook
from analytics.record import DrillRecord, loss_of
from analytics.recovery import Certificate, Recovery
from analytics.sampled import Sampled
from analytics.scorecard import Owner, listed
from simulator import acts
from simulator import events as e
from simulator.changes import WorldChange, changes
from simulator.need_to_know import NeedToKnow
from simulator.record.entry import Body, Entry, sees
from simulator.record.facts import Facts, PastFacts
from simulator.record.history import History
from simulator.record.journal import accepted
from simulator.scenario.parts import Query
from simulator.values import COMMANDER, DEPUTY, HOST, Author, Duty, Ref, Scalar

MOST_LINKS = 8
COMMAND_COUNTS = 1800
"""Seconds over which it shows who commanded."""
STAKES = 0.1
"""Loss between doing nothing and the best course below which there is nothing to gain by acting: calm is right."""

NAMELESS = Ref("")

B = TypeVar("B", bound=Body)
B_co = TypeVar("B_co", bound=Body, covariant=True)


@dataclass(frozen=True, slots=True)
class Moment(Generic[B_co]):
    """One accepted entry whose body is of a known kind."""

    seq: int
    at: int
    by: Author
    body: B_co
    ref: Ref = NAMELESS
    """Reference under which it can be cited, if it has one."""

    @property
    def role(self) -> str:
        """Return the role behind it."""
        return self.by.role


class RecordView:
    """Questions about one finished record, each answered once. Refused commands are not in it."""

    def __init__(self, record: DrillRecord, playbook: Playbook) -> None:
        self.record = record
        self.playbook = playbook.in_words_of(record.scenario.conventions)
        self.scenario = record.scenario
        self.overlay = record.scenario.overlay
        self.references = record.references
        self.header = record.journal.header
        self._folded = History(self.scenario, with_truth=True), 0
        self._parts: dict[str, dict[str, Any]] = {}
        self._facts: dict[int, tuple[Facts, ...]] = {}
        self._asked: dict[tuple[type[Body], ...], tuple[Moment[Any], ...]] = {}

    # --- entries ---------------------------------------------------------------------------------------

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(accepted(self.record.journal.entries))

    @cached_property
    def history(self) -> History:
        """The incident at the end, folded with times and with the truth of what took effect."""
        return self._whole[0]

    @cached_property
    def _whole(self) -> tuple[History, tuple[tuple[Entry, tuple[Ref, ...]], ...]]:
        """The history at the end, and what it was folded from: entries, with what each is cited by."""
        whole = History(self.scenario, with_truth=True)
        moving = {kind for kind in {type(x.body) for x in self.entries} if History.moved_by(kind)}
        return whole, tuple([(x, whole.apply(x)) for x in self.entries if type(x.body) in moving])

    @cached_property
    def _names(self) -> dict[int, Ref]:
        found = {seq: Ref(ref) for ref, seq in reversed(self.history.refs.items())}
        amending = ((x.seq, x.body.replaces()) for x in self.entries if x.body.amendable)
        return found | {seq: ref for seq, ref in amending if ref is not None}

    @cached_property
    def _of_kind(self) -> dict[type[Body], list[Entry]]:
        """Kind of body -> its entries, as they count where they were amended."""
        found: dict[type[Body], list[Entry]] = defaultdict(list)
        amended = counted(self.entries, self.history.refs)
        for x in self.entries:
            found[type(x.body)].append(x)
        for kind in {type(self.entry(seq).body) for seq in amended}:
            found[kind] = [counts for x in found[kind] if (counts := amended.get(x.seq, x)) is not None]
        return found

    def all(self, *kinds: type[B]) -> tuple[Moment[B], ...]:
        """Return every accepted entry of these kinds, in order."""
        if kinds not in self._asked:
            entries, names = self._of_kind, self._names
            found = [
                Moment(x.seq, x.at, x.by, x.body, names.get(x.seq, NAMELESS))
                for kind in kinds
                for x in entries.get(kind, ())
            ]
            self._asked[kinds] = tuple(found if len(kinds) == 1 else sorted(found, key=attrgetter("seq")))
        return self._asked[kinds]

    def first(self, kind: type[B]) -> Moment[B] | None:
        """Return the first accepted entry of one kind."""
        return next(iter(self.all(kind)), None)

    def entry(self, seq: int) -> Entry:
        return self.record.journal.entries[seq - 1]

    # --- evidence --------------------------------------------------------------------------------------

    def find(self, ref: str) -> Entry | None:
        """Return the entry behind a reference."""
        seq = self.history.refs.get(ref)
        return None if seq is None else self.entry(seq)

    def cited(self, refs: Iterable[str], moment: Moment[B]) -> tuple[Entry, ...]:
        """Return the entries behind `refs` that existed before `moment` and that its author could see.

        Only the first `MOST_LINKS` count: who links everything points at nothing.
        """
        found = [self.find(ref) for ref in list(dict.fromkeys(refs))[:MOST_LINKS]]
        return tuple(x for x in found if x is not None and x.seq < moment.seq and sees(x, moment.role, self._circle))

    @cached_property
    def _circle(self) -> NeedToKnow:
        return NeedToKnow(self.scenario)

    @cached_property
    def queries(self) -> tuple[Moment[e.QueryFinished], ...]:
        """Finished runs of the scenario's queries whose output was not an error."""
        return tuple([m for m in self.all(e.QueryFinished) if m.body.ok])

    def ran(self, idents: Iterable[str], before: float = float("inf")) -> Moment[e.QueryFinished] | None:
        """Return the first good run of any of these queries that finished by `before`."""
        wanted = frozenset(idents)
        return next((m for m in self.queries if m.body.query in wanted and m.at <= before), None)

    def spec_of(self, run: e.QueryFinished) -> Query | None:
        """Return the scenario's query behind a run; None for log searches and captures."""
        spec: Query | None = self.part("queries", run.query or "")
        return spec

    def part(self, group: str, ident: str) -> Any:
        """Return the part of the scenario's `group` (such as `actions`) whose id is `ident`, or None."""
        if group not in self._parts:
            self._parts[group] = {part.id: part for part in getattr(self.scenario, group)}
        return self._parts[group].get(ident)

    def title(self, group: str, ident: str) -> str:
        """Return what people call a part of the scenario, its id where there is no such part."""
        return str(getattr(self.part(group, ident), "title", ident))

    def titles(self, group: str, idents: Iterable[str]) -> str:
        """Return the titles of some ids as a list in words."""
        return listed(self.title(group, ident) for ident in idents)

    def is_true(self, group: str, ident: str | None) -> bool:
        """Tell whether there is such a cause, factor or revision, and it is a true one."""
        return bool(getattr(self.part(group, ident or ""), "true", False))

    # --- truth -----------------------------------------------------------------------------------------

    @cached_property
    def samples(self) -> tuple[Moment[e.TruthSampled], ...]:
        return self.all(e.TruthSampled)

    @cached_property
    def _sampled(self) -> Sampled:
        crossings = ((m.at, m.body) for m in self.all(e.ToleranceCrossed))
        return Sampled(self.scenario, tuple((m.at, m.body) for m in self.samples), tuple(crossings))

    def figure(self, name: str, at: float) -> float | None:
        """Return the true value of a figure at a second, interpolated between samples."""
        return self._sampled.figure(name, at)

    def figure_range(self, name: str, at: float, back: int = 180) -> tuple[float, float] | None:
        """Return the lowest and highest true value over the `back` seconds before, because panels lag."""
        return self._sampled.figure_range(name, at, back)

    def samples_near(self, at: float) -> tuple[Mapping[str, Scalar], ...]:
        """Return the samples on both sides of a second: a change between two samples gets the benefit of the doubt."""
        return self._sampled.near(at)

    def outside(self, at: float) -> tuple[str, ...]:
        """Return the segments outside tolerance at a second, in the scenario's order."""
        return self._sampled.outside(at)

    @cached_property
    def affected(self) -> Mapping[str, float]:
        """Weight of every segment that was ever outside tolerance after T+0, made to add up to 1."""
        return self._sampled.affected()

    def history_at(self, at: int) -> History:
        """Return the incident as it stood at the end of a second; the next call may move it on."""
        whole, turning = self._whole
        if not turning or turning[-1][0].at <= at:
            return whole
        folded, index = self._folded
        if index and turning[index - 1][0].at > at:
            folded, index = History(self.scenario, with_truth=True), 0
        while turning[index][0].at <= at:
            folded.apply(*turning[index])
            index += 1
        self._folded = folded, index
        return folded

    def facts(self, at: int) -> tuple[Facts, ...]:
        """Return what conditions read at a second, with the world's samples on both sides of it."""
        if at not in self._facts:
            # Most conditions ask for the world alone; the incident is folded for those that ask for people's doings.
            history, scope = partial(self.history_at, at), self.overlay.freeze_scope
            self._facts[at] = tuple(PastFacts(history, world, at, scope) for world in self.samples_near(at) or ({},))
        return self._facts[at]

    @cached_property
    def final(self) -> Moment[e.TruthSampled] | None:
        """The last sample: harm to the horizon."""
        return self.samples[-1] if self.samples else None

    @cached_property
    def loss(self) -> float | None:
        """The team's scalar loss."""
        return loss_of(self.final.body.harm, self.scenario) if self.final else None

    @property
    def at_stake(self) -> float:
        """Return the loss that the best course avoids."""
        return self.references.null.loss - self.references.best.loss

    @property
    def by_itself(self) -> bool:
        """Tell whether the incident passes by itself: acting gains next to nothing."""
        return self.at_stake < STAKES

    @cached_property
    def avoided(self) -> float | None:
        """Share of the avoidable loss that the team avoided, between 0 and 1; None where next to none was avoidable."""
        if self.loss is None or self.by_itself:
            return None
        return min(1.0, max(0.0, (self.references.null.loss - self.loss) / self.at_stake))

    # --- time ------------------------------------------------------------------------------------------

    @cached_property
    def closed(self) -> Moment[e.IncidentClosed] | None:
        return self.first(e.IncidentClosed)

    @cached_property
    def left(self) -> int:
        """Second at which people stopped: closed or ended, whichever came first, or the last entry."""
        ended = self.first(e.DrillEnded)
        stops = [ended.at] if ended else [x.at for x in self.entries]
        return min(max(stops, default=0), self.closed.at if self.closed else tl.FOREVER)

    @cached_property
    def over(self) -> int:
        """Second from which nothing is owed any more: leaving does not end it, closing does, or the facilitator."""
        if self.closed or self.stopped_by_host:
            return self.left
        return max(self.left, self.final.at if self.final else self.left)

    @cached_property
    def stopped_by_host(self) -> bool:
        """Tell whether the facilitator ended the drill before its time: nothing can be said of the rest."""
        ended = next((m for m in self.all(acts.EndDrill)), None)
        stopped = ended is not None and ended.role == HOST and ended.body.how in ("stopped", "early")
        return stopped and self.closed is None and self.left < self.scenario.horizon - 60

    @cached_property
    def known_to(self) -> int:
        """Second up to which what came of the drill is known: the last sample's; the end, where that came too early."""
        return self.final.at if self.final and not self.stopped_by_host else self.over

    @cached_property
    def fault_at(self) -> int:
        started = self.first(e.FaultStarted)
        if started is None:
            return self.scenario.fault_at
        return started.at if started.body.since is None else started.body.since

    def window(self, criterion: Criterion) -> tuple[float, float] | None:
        """Return (t1, t2) in minutes, as the scenario's overlay moves them."""
        if criterion.t1 is None or criterion.t2 is None:
            return None
        return self.overlay.windows.get(criterion.id, (criterion.t1, criterion.t2))

    # --- recovery ----------------------------------------------------------------------------------------

    @cached_property
    def changes(self) -> tuple[WorldChange, ...]:
        """What changed the world while people were still at it, in order."""
        return tuple(one for one in changes(self.history, self.scenario) if one.at <= self.over)

    @cached_property
    def recovery(self) -> Recovery:
        """How far the incident had recovered at any second, and how well that is shown."""
        last = self.changes[-1].at if self.changes else 0
        certificates = tuple(self._certificates())
        return Recovery(self.affected, self.runs, self._sampled.outside, certificates, last, self.by_itself)

    def _certificates(self) -> Iterable[Certificate]:
        for run in self.all(e.QueryFinished):
            if (spec := self.spec_of(run.body)) is not None and spec.verifies:
                yield Certificate(run.seq, run.at, run.at, run.body.ok)
        for measured in self.all(e.VerificationMeasured):
            since = measured.at - measured.body.held
            yield Certificate(measured.seq, measured.at, since, measured.body.green)

    @cached_property
    def grounds(self) -> Grounds:
        """What the steps taken rest on, and since when steps were justified."""
        return Grounds(self.scenario, self.runs, self.first_seen, self.present, self.references.earliest)

    def first_seen(self, ref: Ref) -> int | None:
        """Return the second at which a reference could first be seen by anybody; a query's when it gave an output."""
        if ref.kind == "query":
            run = self.ran((ref.ident,))
            return run.at if run else None
        entry = self.find(ref)
        return entry.at if entry else None

    def present(self, role: str) -> int:
        """Return the second from which somebody in a role could act; FOREVER where they never came."""
        spec = self.part("roles", role)
        if spec is not None and spec.present:
            return 0
        return min((m.at for m in self.all(e.RoleJoined) if m.body.role == role), default=tl.FOREVER)

    # --- people and work -------------------------------------------------------------------------------

    @cached_property
    def runs(self) -> tuple[tl.Attempt, ...]:
        return tl.attempts(self.history, self.scenario)

    @cached_property
    def started(self) -> tuple[tl.Attempt, ...]:
        """Runs that began."""
        return tuple(r for r in self.runs if r.started is not None)

    @cached_property
    def mitigations(self) -> tuple[tl.Attempt, ...]:
        """Runs of mitigations that began."""
        return tuple(r for r in self.started if r.spec.treats)

    @cached_property
    def first_mitigation(self) -> tl.Attempt | None:
        return min(self.mitigations, key=lambda r: r.begun, default=None)

    @cached_property
    def in_effect(self) -> tuple[tl.Attempt, ...]:
        """Mitigations that took effect."""
        return tuple(r for r in self.mitigations if r.effect is not None)

    @cached_property
    def effects(self) -> tuple[int, ...]:
        """Seconds at which mitigations took effect, in order."""
        return tuple(sorted(r.effect for r in self.mitigations if r.effect is not None))

    @cached_property
    def last_effect(self) -> int | None:
        return max(self.effects, default=None)

    @cached_property
    def decisions(self) -> tuple[Moment[acts.RecordDecision], ...]:
        return self.all(acts.RecordDecision)

    @cached_property
    def severities(self) -> tuple[Moment[acts.Declare | acts.ChangeSeverity], ...]:
        """Every statement of severity, in order."""
        return self.all(acts.Declare, acts.ChangeSeverity)

    @cached_property
    def choices(self) -> tuple[Moment[acts.RecordDecision | acts.ChangeStrategy], ...]:
        """Every decision and change of strategy, in order."""
        return self.all(acts.RecordDecision, acts.ChangeStrategy)

    @cached_property
    def commanders(self) -> tuple[tl.Span, ...]:
        return tl.holders(self.history, self.scenario, self.entries, COMMANDER)

    @cached_property
    def deputies(self) -> tuple[tl.Span, ...]:
        return tl.holders(self.history, self.scenario, self.entries, DEPUTY)

    @cached_property
    def freezes(self) -> tuple[tl.Span, ...]:
        """Spans in which every service of the freeze scope was frozen for merges."""
        return tl.frozen(self.history, self.overlay.freeze_scope)

    @cached_property
    def _doers(self) -> Doers:
        return Doers(self.header, self.scenario, self.history, self.entries, self.commanders)

    @cached_property
    def commanded(self) -> bool:
        """Tell whether people commanded: for most of the first half hour, or until they left before."""
        until = max(60, min(COMMAND_COUNTS, self.left))
        minutes = range(0, until, 60)
        return 2 * sum(map(self.led, minutes)) > len(minutes)

    @cached_property
    def gave_orders(self) -> bool:
        """Tell whether people ordered or carried out an action."""
        return any(not run.by.simulated or self.by_people(run.start_seq) for run in self.started)

    def seats_with(self, owners: Iterable[Owner]) -> tuple[str, ...]:
        """Return the seats that are there for any of these duties, all of them for `all`."""
        wanted = frozenset(owners)
        return tuple([seat for seat, duties in self._seats if "all" in wanted or wanted & duties])

    @cached_property
    def _seats(self) -> tuple[tuple[str, frozenset[Duty]], ...]:
        return tuple((seat.id, frozenset(seat.duties)) for seat in self.scenario.seats())

    def held(self, owners: Iterable[Owner], since: float, until: float) -> bool:
        """Tell whether people held a seat with these duties for most of a stretch; a script holds them all."""
        return self._doers.held(self.seats_with(owners), since, until)

    def by_people(self, seq: int) -> bool:
        """Tell whether an entry is the doing of people, not of teammates who act unasked."""
        return self._doers.of(self.record.journal.entries[seq - 1]) == "people"

    def whose(self, seq: int) -> Doer:
        """Return whose doing an entry is."""
        return self._doers.of(self.entry(seq))

    def led(self, at: int) -> bool:
        """Tell whether command lay with a person, for whom no secondary stood in, at a second."""
        return self._doers.led(at)
