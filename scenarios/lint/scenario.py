"""What is wrong in one scenario that can be read: names, conditions, weights, templates, what is lacking."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from analytics.playbook import load as load_playbook
from analytics.playbook import names as playbooks
from scenarios.lint.house import meant
from scenarios.lint.offered import gated, given_away
from scenarios.lint.places import COMPARISONS, STATES, Place, groups, places
from scenarios.lint.responses import DUE, SUPPORTED, expected
from scenarios.lint.told import told
from scenarios.loader import MakeWorld
from scenarios.problem import Level, Problem, of_error
from scenarios.written import Written
from simulator.errors import BrokenTemplate, ScenarioError, nearest
from simulator.record.facts import INCIDENT_FACTS
from simulator.scenario.data import Notation
from simulator.scenario.document import Steps
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Action, Hold
from simulator.scenario.world import Remembers, World
from simulator.text import Utc, dig, render
from simulator.values import PLACES, Duty, Pick

CUE = "give it a cue: in a drill.yaml, `people: {SEAT: {knows: {NAME: {says: …, about: …}}}}`"
"""What to do for a seat that nobody has to ask."""
SEEN = {"query": "queries", "alert": "alerts", "cue": "cues", "inject": "injects"}
"""What can make an action a right step once it has been seen: kind of reference -> group of parts."""


@dataclass
class Inspection:
    """One scenario under the magnifying glass."""

    source: Written
    scenario: Scenario
    problems: list[Problem] = field(default_factory=list)
    known: dict[str, list[str]] = field(default_factory=dict)
    """What there is by group; a group that is missing cannot be checked."""
    _places: list[Place] = field(default_factory=list)

    def run(self, find_world: Callable[[], MakeWorld | None] | None) -> None:
        """Look at everything."""
        self._places = list(places(self.scenario, self.source.data))
        self._collect_ids()
        world = self._make_world(find_world) if find_world else None
        if world is not None:
            self._learn_from(world)
        self._references()
        self._conditions()
        self._expected()
        self._justified()
        self._weights()
        self._commands()
        self._completeness()
        for found in (
            *gated(self.scenario, self.known), *given_away(self.scenario), *told(self.scenario), *meant(self.scenario)
        ):
            self.find(*found)
        if world is not None:
            self._quiet_window(world)
            self._templates(world)

    def find(self, path: Steps, what: str, remedy: str, level: Level = "error") -> None:
        """Add a problem at `path`."""
        self.problems.append(self.source.problem(path, what, remedy, level))

    def _collect_ids(self) -> None:
        for group, ids in groups(self.scenario):
            self.known[group] = ids
            for index, ident in enumerate(ids):
                if ident in ids[:index]:
                    self.find((group, index), "a second one with this id", "give every part an id of its own")
        cues = [
            (("roles", at, "cues", index), cue.id)
            for at, role in enumerate(self.scenario.roles) for index, cue in enumerate(role.cues)
        ]  # fmt: skip
        self.known["cues"] = []
        for path, ident in cues:
            if ident in self.known["cues"]:
                self.find(path, "a second cue with this id", "give every cue an id of its own")
            self.known["cues"].append(ident)
        self.known["seats"] = [role.id for role in self.scenario.seats()]
        self.known["channels"] = list(self.scenario.channels)
        self.known["evidence uses"] = ["", *SUPPORTED, *dict.fromkeys(a.rung for a in self.scenario.actions)]
        books = [load_playbook(name) for name in playbooks()]
        criteria = [one for book in books for _, one in book.criteria()]
        self.known["criteria"] = sorted({*DUE, *(one.id for one in criteria)})
        self.known["timed criteria"] = [*DUE, *(one.id for one in criteria if one.t1 is not None)]
        self.known["caps"] = sorted({cap.id for book in books for cap in book.caps})

    def _make_world(self, find_world: Callable[[], MakeWorld | None]) -> World | None:
        try:
            make = find_world()
            if make is None:
                return None
            world = make(self.scenario.parameters)
        except ScenarioError as error:
            self.problems.append(of_error(error, self.source.base.file))
            return None
        except KeyError as error:
            if not any(name in str(error) for name in self.scenario.parameters):
                raise
            self.find(("parameters",), f"the world does not know them ({error.args[0]})", "remove or rename them")
            return None
        world.start(self.scenario.starts_at, self.scenario.fault_at)
        return world

    def _learn_from(self, world: World) -> None:
        self.known["knobs"] = list(world.knobs())
        self.known["sources"] = list(world.observe())
        named = {"action": "actions", "query": "queries", "cue": "cues", "inject": "injects", "role": "roles"}
        self.known["facts"] = [
            *world.facts(), *INCIDENT_FACTS, *(f"heard.{channel}" for channel in self.scenario.channels),
            *(f"{prefix}.{ident}" for prefix, group in named.items() for ident in self.known[group]),
        ]  # fmt: skip
        for group, there in (("segments", world.outside()), ("harm", world.harm()), ("figures", world.figures())):
            for index, ident in enumerate(self.known[group]):
                if ident not in there:
                    remedy = f"use what it does{nearest(ident, there)}"
                    self.find((group, index), "the world does not report it", remedy)

    def _references(self) -> None:
        for place in self._places:
            if isinstance(place.mark, Pick):
                self._known(place.path, place.value, place.mark.source)

    def _known(self, path: Steps, value: Any, group: str) -> None:
        if group in self.known and value not in self.known[group]:
            self.find(path, f"unknown name {value!r}", f"use one of {group}{nearest(str(value), self.known[group])}")

    def _conditions(self) -> None:
        for path, condition in self._written("condition"):
            for fact, wanted in condition.items():
                self._known((*path, fact), fact, "facts")
                if isinstance(wanted, Mapping):
                    for how in wanted:
                        if how not in COMPARISONS:
                            remedy = f"write above, below or not{nearest(str(how), COMPARISONS)}"
                            self.find((*path, fact), f"unknown comparison {how!r}", remedy)
                elif fact.startswith("action."):
                    for state in wanted if isinstance(wanted, list) else [wanted]:
                        if state not in STATES:
                            remedy = f"write one of {', '.join(STATES)}"
                            self.find((*path, fact), f"an action is never {state!r}", remedy)

    def _written(self, as_: str) -> Iterator[tuple[Steps, Any]]:
        """Yield path and value of all that is written in one of an author's small languages."""
        yield from ((place.path, place.value) for place in self._places if place.mark == Notation(as_))

    def _expected(self) -> None:
        s = self.scenario
        for group, injects in ((("injects",), s.injects), (("expert", "injects"), s.expert.injects)):
            for index, inject in enumerate(injects):
                path = (*group, index)
                if inject.expects is not None:
                    written = inject.expects.model_dump()
                    for inner, what, remedy in expected(written, self.known):
                        self.find((*path, "expects", *inner), what, remedy)
                elif inject.form == "ask":
                    remedy = "say in `expects` which command answers it, and within how long"
                    self.find(path, "asks, and nothing is expected", remedy, "warning")

    def _justified(self) -> None:
        """Look at what makes an action a right step, and at actions that only hold."""
        for index, action in enumerate(self.scenario.actions):
            path = ("actions", index)
            for number, reference in enumerate(action.justified_by):
                here = (*path, "justified_by", number)
                if reference.kind in SEEN:
                    self._known(here, reference.ident, SEEN[reference.kind])
                else:
                    remedy = f"write one of {', '.join(f'{one}:ID' for one in SEEN)}"
                    self.find(here, f"{reference!r} is nothing that can be seen", remedy)
            if action.treats and "justified_by" not in action.model_fields_set:
                remedy = "name what makes it right in `justified_by`, or write [] where nothing ever does"
                self.find(path, "treats something and does not say when that is right", remedy)
            if action.hold is not None:
                self._held(path, action, action.hold)

    def _held(self, path: Steps, action: Action, hold: Hold) -> None:
        if not 0 < hold.until < self.scenario.horizon:
            remedy = "write until when a repair can reasonably be in, after T+0 and before the horizon"
            self.find((*path, "hold", "until"), "is outside of the drill", remedy)
        if not action.coverage:
            self.find((*path, "hold"), "holds nothing", "name the segments it holds in `coverage`, or take `hold` out")
        if action.reversible_by is None:
            remedy = "name the action that gives the service back in `reversible_by`"
            self.find((*path, "hold"), "can never be let go", remedy)

    def _weights(self) -> None:
        for group in ("segments", "harm"):
            total = sum(part.weight for part in getattr(self.scenario, group))
            if abs(total - 1) > 1e-6:
                self.find((group,), f"weights add up to {total:g}", "make them add up to 1")
        for index, dimension in enumerate(self.scenario.harm):
            if dimension.scale <= 0:
                self.find(("harm", index, "scale"), "must be above 0", "give what doing nothing costs")

    def _commands(self) -> None:
        typed: dict[str, str] = {}
        for group in ("queries", "actions"):
            for index, part in enumerate(getattr(self.scenario, group)):
                for words in (part.command, *part.aliases):
                    key = " ".join(words.split()).casefold()
                    if key in typed:
                        where = (group, index, "command" if words == part.command else "aliases")
                        self.find(where, f"{words!r} also runs {typed[key]}", "give each its own words")
                    typed.setdefault(key, part.id)

    def _completeness(self) -> None:
        s = self.scenario
        if not any(cause.true for cause in s.causes):
            self.find(("causes",), "none is true", "mark the true one with `true: true`")
        if not s.starts_at < s.fault_at < s.horizon and (s.fault_at > s.starts_at or any(a.page for a in s.alerts)):
            # A fault older than the drill's history opens by a report; a page must be seen coming.
            self.find(("fault_at",), "is not between starts_at and horizon", "move it between them")
        for duty in PLACES:
            if s.seat_for(duty) is None:
                self.find(("roles",), f"no seat {duty}", f"give `duties: [{duty}]` to one", "warning")
        for name in s.overlay.windows:
            if name in self.known["criteria"] and name not in self.known["timed criteria"]:
                self.find(("overlay", "windows", name), "has no time that could be moved", "take it out", "warning")
        if s.restricted and not s.overlay.need_to_know:
            self.find(("restricted",), "nobody is let in", "name the roles in overlay.need_to_know")
        served = {item for query in s.queries for item in query.serves}
        for index, need in enumerate(s.evidence_minimum):
            if need.id not in served:
                self.find(("evidence_minimum", index), "no query provides it", "add it to a query's `serves`")
        tested = {cause for query in s.queries for cause in query.discriminates}
        for index, cause in enumerate(s.causes):
            if not cause.true and cause.id not in tested:
                remedy = "add a cheap test and name the cause in its `discriminates` (in a drill.yaml `tells`)"
                self.find(("causes", index), "no query can rule it out", remedy, "warning")
        if not s.overlay.freeze_scope:
            self.find(("overlay", "freeze_scope"), "names nothing to freeze", "name the affected services")
        for group in ("queries", "actions"):
            for index, part in enumerate(getattr(s, group)):
                if not part.executors:
                    self.find((group, index, "executors"), "nobody can carry it out", "name the roles that can")
        for index, action in enumerate(s.actions):
            if (action.irreversible or action.wide) and action.precheck is None and action.mitigates:
                remedy = "name the query that shows the danger in `precheck`"
                self.find(("actions", index), "is wide or irreversible and has no precheck", remedy, "warning")
        for index, role in enumerate(s.roles):
            if role.seat and not role.duties:
                remedy = f"give it one or more of {', '.join(get_args(Duty))}"
                self.find(("roles", index, "duties"), "a seat that is there for nothing", remedy, "warning")
            if not role.cues:
                self.find(("roles", index), "knows nothing of its own", CUE, "warning")
            for number, cue in enumerate(role.cues):
                if not cue.topics and cue.volunteered_at is None:
                    remedy = "give it a topic, or a time at which it is volunteered"
                    self.find(("roles", index, "cues", number), "nothing brings it out", remedy)
                if cue.moot_text and not cue.moot_when:
                    text = ("roles", index, "cues", number, "moot_text")
                    self.find(text, "is never said", "say in `moot_when` what overtakes the cue")
        for index, place in enumerate(s.wrong_places):
            if not any(query.command.startswith(place.starts) for query in s.queries):
                remedy = "give the beginning of one"
                self.find(("wrong_places", index, "starts"), "no query's command begins like that", remedy, "warning")
        for index, inject in enumerate(s.injects):
            if inject.at > s.horizon or (inject.until is not None and inject.until < inject.at):
                self.find(("injects", index), "can never be delivered", "move `at` or `until`")

    def _quiet_window(self, world: World) -> None:
        s, window, remembers = self.scenario, self.scenario.overlay.baseline, isinstance(world, Remembers)
        if s.fault_at <= s.starts_at and not remembers:
            return  # said elsewhere
        if 60 * window.to >= s.fault_at:
            self.find(("overlay", "baseline"), "overlaps the incident", "let it end before fault_at")
        elif 60 * window.from_ < s.starts_at and not remembers:
            self.find(("overlay", "baseline"), "begins before starts_at", "let it begin later")

    def _templates(self, world: World) -> None:
        calm = dict(world.context())
        self._shown_keys(calm)
        world.step(600 - self.scenario.starts_at)
        moments = ((self.scenario.starts_at, calm), (600, dict(world.context())))
        for path, template in self._written("template"):
            for now, context in moments:
                try:
                    render(template, self._scope(path, now, context))
                except BrokenTemplate as error:
                    self.find(path, error.what, error.remedy)
                    break

    def _scope(self, path: Steps, now: int, context: Mapping[str, Any]) -> dict[str, Any]:
        scope = {**self.scenario.context, "t": now, "utc": Utc(self.scenario.t0_utc, now)}
        if path[0] == "logs":
            drawn = {name: values[0] for name, values in self.scenario.logs[int(path[1])].fields.items()}
            return {**scope, **drawn, "hex": lambda digits=4: "0" * digits}
        return {**context, **scope, "value": 1.0} if "alerts" in path[:2] else {**context, **scope}

    def _shown_keys(self, context: Mapping[str, Any]) -> None:
        printed = {**self.scenario.context, **context}
        for notation, scope, kinds, missing in (
            ("key", context, (int, float), "the world's context has no number"),
            ("printed", printed, (bool, int, float, str), "templates can print no single value"),
        ):
            for path, key in self._written(notation):
                try:
                    value = dig(scope, str(key))
                except KeyError:
                    value = None
                if not isinstance(value, kinds):
                    self.find(path, f"{missing} {key!r}", f"use one{nearest(str(key), scope)}")
