"""What would have happened: the runs that a finished record is measured against.

The only module of scoring that runs anything. Worlds and engine come in through `LoadedScenario`; what comes
out is `References`, plain data that is embedded in the record, so that scoring itself never runs the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from analytics.playbook import Playbook
from analytics.record import Branch, Course, Delay, DrillRecord, Fit, References, Spread, loss_of
from analytics.runs.library import CourseStep, Library, library_for
from analytics.runs.walk import MINUTE, Turn, Walk, as_course, begin, course, loss_from, untouched_turns
from analytics.runs.what_if import last_harm, leverage
from analytics.score import score
from analytics.timeline import Attempt
from analytics.view import RecordView
from simulator import acts
from simulator import events as e
from simulator.engine import VERSION
from simulator.errors import JournalError
from simulator.loaded import LoadedScenario
from simulator.monitoring.onset import onset_shift
from simulator.record.journal import Journal
from simulator.record.replay import rerun
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Action
from simulator.values import HOST

ALONGSIDE = 600
"""Seconds after a decision within which what was started belongs to the branch taken."""
WAIT = 1800
SEEDS = 20

Progress = Callable[[int, int], None]


def make_references(
    loaded: LoadedScenario,
    journal: Journal,
    playbook: Playbook,
    *,
    seeds: int = SEEDS,
    progress: Progress = lambda done, of: None,
    what_if: bool = False,
) -> References:
    """Return the references of a finished journal; `seeds` other seeds make its spread (0: none).

    With `what_if` also the changes that would have mattered most, which takes some seconds more. Raises
    JournalError where the scenario has another version than the one that was played.
    """
    *_, made = references_in_turn(loaded, journal, playbook, seeds=seeds, progress=progress, what_if=what_if)
    return made


def references_in_turn(
    loaded: LoadedScenario, journal: Journal, playbook: Playbook, *, seeds: int, progress: Progress, what_if: bool
) -> Iterator[References]:
    """Yield what a score needs, then all there is: most of the time goes into what only stands beside it."""
    played = journal.header.scenario_version
    if played not in (None, loaded.version):
        raise JournalError(
            f"the drill was played on version {played} of scenario {journal.header.scenario!r}, this is version"
            f" {loaded.version}, so nothing can be run beside it; score it with the version it was played on"
        )
    # Another engine would answer the same commands differently; what the world alone would do it can still say.
    same = played is not None and journal.header.engine == VERSION
    seeds, what_if = (seeds, what_if) if same else (0, False)
    ends, seed = ends_of(loaded), journal.header.seed
    steps = seeds + 1 + what_if
    null, best = ends.of(seed)
    earliest = {one.action: round(MINUTE * one.minute) for one in ends.library.earliest}
    made = References(engine=VERSION, scenario_version=loaded.version, null=null, best=best, earliest=earliest)
    view = RecordView(DrillRecord(journal, loaded.scenario, made), playbook)
    if same and not view.commanded and view.gave_orders:
        made = made.model_copy(update={"without": _without(loaded, journal)})
    walk = ends.walk(seed)
    fits, waiting = decision_fits(view, walk, ends.library), risks_of_waiting(view, walk)
    made = made.model_copy(update={"fits": tuple(fits), "waiting": tuple(waiting)})
    progress(1, steps)
    yield made
    totals: list[int] = []
    harm: dict[int, dict[str, float]] = {}
    for index in range(1, seeds + 1):
        other = rerun(loaded, journal, seed + index)
        harm[seed + index] = last_harm(other)
        total = _elsewhere(loaded, other, playbook, made, ends)
        totals += [] if total is None else [total]
        progress(1 + index, steps)
    if totals:
        made = made.model_copy(update={"spread": Spread(totals=tuple(totals))})
    if what_if:
        made = made.model_copy(update={"what_if": leverage(view, loaded, null.loss, harm)})
        progress(steps, steps)
    yield made


def add_references(loaded: LoadedScenario, journal: Journal, playbook: Playbook, seeds: int = SEEDS) -> DrillRecord:
    """Return the record of a journal, making the references it lacks and embedding them in it."""
    if journal.references is None:
        journal.references = make_references(loaded, journal, playbook, seeds=seeds).model_dump(mode="json")
    return DrillRecord.of(journal, loaded.scenario)


class Ends:
    """Null and best runs by onset shift: seeds that share a shift share their world."""

    def __init__(self, loaded: LoadedScenario, library: Library) -> None:
        self._loaded = loaded
        self.library = library
        self._walks: dict[int, Walk] = {}
        self._runs: dict[int, tuple[Course, Course]] = {}

    def walk(self, seed: int) -> Walk:
        """Return the untouched world of a seed at T+0; fork it, do not walk it."""
        shift = onset_shift(self._loaded, seed)
        if shift not in self._walks:
            self._walks[shift] = begin(self._loaded.make_world, self._loaded.scenario, shift)
        return self._walks[shift]

    def of(self, seed: int) -> tuple[Course, Course]:
        """Return the run in which nobody does anything and the best of the finalists, the same where there are none."""
        shift = onset_shift(self._loaded, seed)
        if shift not in self._runs:
            walk = self.walk(seed)
            null = course(walk, "nobody does anything", untouched_turns(walk))
            self._runs[shift] = null, min(self._finalists(walk), key=lambda run: run.loss, default=null)
        return self._runs[shift]

    def _finalists(self, walk: Walk) -> Iterator[Course]:
        injects = [inject for inject in walk.scenario.injects if not inject.when]
        # Timed injects have their effect whatever anybody does.
        anyway = [Turn(inject.at, x.knob, x.value, x.over) for inject in injects for x in inject.effects]
        for finalist in self.library.finalists:
            turns, actions = as_course(finalist.steps, walk.scenario)
            yield course(walk, finalist.name, turns + anyway, actions)


@lru_cache(maxsize=16)
def ends_of(loaded: LoadedScenario) -> Ends:
    """Return the ends of a scenario with the library that comes with it; kept, since every drill of it needs them."""
    return Ends(loaded, library_for(loaded))


def _without(loaded: LoadedScenario, journal: Journal) -> float:
    """Return the loss of the same drill with nobody in the people's seats."""
    kept = [x for x in journal.entries if x.is_act and x.by.role == HOST]
    silent = rerun(loaded, Journal(journal.header, kept), journal.header.seed)
    return loss_of(last_harm(silent), loaded.scenario)


def _elsewhere(
    loaded: LoadedScenario, other: Journal, playbook: Playbook, made: References, ends: Ends
) -> int | None:
    """Return the total of the same commands on another seed, against that seed's own null and best run.

    Fits and risks are those of the recorded seed: the decisions are the same, and so is what they leave.
    """
    null, best = ends.of(other.header.seed)
    references = made.model_copy(update={"null": null, "best": best})
    return score(DrillRecord(other, loaded.scenario, references), playbook).total


# --- from a moment on --------------------------------------------------------------------------------------


def _turned(view: RecordView) -> list[tuple[Turn, str]]:
    """Return every knob turn on record with the reference of what turned it; what people did before T+0 stands then."""
    done = {run.run for run in view.runs}
    return [
        (Turn(max(0, m.at), m.body.knob, m.body.value, m.body.over), m.body.by)
        for m in view.all(e.KnobTurned)
        if m.at >= 0 or m.body.by in done
    ]


class Moments:
    """The recorded world, stopped at one moment after another; moments are asked for in order of time."""

    def __init__(self, view: RecordView, start: Walk) -> None:
        self._view = view
        self._turned = _turned(view)
        self._walk = start.fork()
        self._at = 0

    def at(self, second: int) -> Walk:
        """Return the world as it stood at a second; fork it, do not walk it."""
        grid = second - second % self._walk.world.step_seconds
        if grid > self._at:
            self._walk.go(grid, [turn for turn, _ in self._turned if self._at <= turn.at < grid])
            self._at = grid
        return self._walk

    def in_flight(self, second: int, seq: int) -> list[Turn]:
        """Return the turns that were bound to come at `second`: those of actions ordered before entry `seq`."""
        ordered = {run.run for run in self._view.runs if run.order_seq < seq}
        coming = [(turn, by) for turn, by in self._turned if turn.at >= self._at]
        return [turn for turn, by in coming if turn.at < second or by in ordered]

    def of_runs(self, second: int, refs: frozenset[str]) -> list[Turn]:
        """Return the turns from `second` on that these runs made."""
        return [turn for turn, by in self._turned if turn.at >= second and by in refs]


def decision_fits(view: RecordView, start: Walk, library: Library) -> list[Fit]:
    """Return, for each decision that was acted on and each branch nobody decided on, how well it fits."""
    moments = Moments(view, start)
    fits = []
    for ref, at, seq, runs in sorted(_branches_taken(view), key=lambda item: item[1]):
        walk = moments.at(at)
        flying = moments.in_flight(at, seq)
        done = done_by(view, at)
        taken_turns = [*flying, *moments.of_runs(at, frozenset(r.run for r in runs))]
        last = max((r.begun if r.carried is None else r.carried for r in runs), default=at)
        stuck = cleanup(library, view.scenario, last, frozenset(r.ident for r in runs))
        taken = loss_from(walk, taken_turns, stuck)
        branches = []
        for branch in library.branches:
            if branch.known and not any((x := view.find(k)) is not None and x.at <= at for k in branch.known):
                continue
            actions = as_possible(view, branch.steps, at, done)
            if not actions:
                continue
            end = max(t + action.takes.median for t, action in actions)
            after = cleanup(library, view.scenario, end, frozenset(action.id for _, action in actions))
            branches.append(Branch(name=branch.name, loss=loss_from(walk, flying, [*actions, *after])))
        branches.sort(key=lambda one: (one.loss, one.name))
        null = loss_from(walk, flying)
        fits.append(Fit(ref=ref, at=at, taken=taken, null=null, branches=tuple(branches)))
    return fits


def _branches_taken(view: RecordView) -> Iterable[tuple[str, int, int, list[Attempt]]]:
    """Yield (reference, second, entry, runs) of each decision acted on, then of each start that no decision covers."""
    covered: set[str] = set()
    started = view.mitigations
    for decision in view.decisions:
        after = [r for r in started if r.begun >= decision.at]
        meant = decision.body.actions
        own = [r for r in after if r.decision == decision.ref or (r.decision is None and r.ident in meant)]
        if not own:
            continue
        alongside = [r for r in after if r.begun <= decision.at + ALONGSIDE]
        runs = list({r.run: r for r in (*own, *alongside)}.values())
        covered |= {r.run for r in runs}
        # A decision written down after its order was taken with the order.
        order = min(own, key=lambda r: r.order_seq)
        at, seq = min((decision.at, decision.seq), (order.ordered, order.order_seq), key=lambda one: one[1])
        yield decision.ref, at, seq, runs
    left = sorted((r for r in started if r.run not in covered), key=lambda r: r.begun)
    while left:
        first = left[0]
        runs = [r for r in left if r.begun <= first.begun + ALONGSIDE]
        yield first.run, first.ordered, first.order_seq, runs
        left = [r for r in left if r not in runs]


def done_by(view: RecordView, at: int) -> frozenset[str]:
    once = (r for r in view.started if not r.spec.repeatable)
    return frozenset(r.ident for r in once if r.ordered < at and r.aborted is None)


def as_possible(
    view: RecordView, steps: Iterable[CourseStep], at: int, done: frozenset[str]
) -> list[tuple[int, Action]]:
    """Return a branch's actions, each once somebody who can do it is in the room; what is done is left out."""
    found = []
    for step in steps:
        action = view.scenario.find("actions", step.action) if step.action else None
        if action is None or action.id in done:
            continue
        ready = at + _until_present(view, action, at)
        found.append((max(ready, at + round(MINUTE * step.at)), action))
    return found


def _until_present(view: RecordView, action: Action, at: int) -> int:
    """Return the seconds until one of an action's executors is in the room, paged at once if need be."""
    waits = []
    for ident in action.executors:
        role = view.scenario.find("roles", ident)
        joined = next((m.at for m in view.all(e.RoleJoined) if m.body.role == ident), None)
        if role.present or (joined is not None and joined <= at):
            return 0
        paged = next((m.at for m in view.all(e.PageSent) if m.body.role == ident and m.at <= at), at)
        waits.append(max(0, paged + role.joins_after.median - at))
    return min(waits, default=0)


def cleanup(library: Library, scenario: Scenario, last: int, used: frozenset[str]) -> list[tuple[int, Action]]:
    """Return what every branch that lacks it is given afterwards: who stays stuck is a decision of its own."""
    steps = [step for step in library.cleanup if step.action not in used]
    return as_course(steps, scenario, last)[1]


def risks_of_waiting(view: RecordView, start: Walk) -> list[Delay]:
    """Return what doing nothing for 30 minutes from each snapshot would have come to."""
    moments = Moments(view, start)
    found = []
    for snapshot in view.all(acts.RecordSnapshot):
        walk = moments.at(snapshot.at)
        now = _rounded(walk.world.figures())
        later = walk.fork()
        later.go(walk.world.now + WAIT, moments.in_flight(snapshot.at, snapshot.seq))
        found.append(Delay(ref=snapshot.ref, at=snapshot.at, now=now, then=_rounded(later.world.figures())))
    return found


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures.items()}
