"""A scenario's book: what a team that knows its playbook does under each cause, and other scripts, as data.

A book has plans. Which one is followed is read off what has been seen; its steps are built once, when the book is
read, so that an act, a field or a value that does not exist is found before anybody plays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from scenarios.players.computed import Computed, NotYetError, computed, parsed, resolved
from scenarios.players.script import Book, Plan, Scripted, Step
from scenarios.players.when import Conditions, Queries, met
from scenarios.written import Written, label, schema_problems
from simulator.acts import ACTS, Act
from simulator.briefing import Briefing
from simulator.errors import ScenarioError, nearest
from simulator.scenario.document import Steps, read
from simulator.scenario.parts import Data, RoleId, Seconds
from simulator.values import Pick

Raw = dict[str, Any]
Values = Mapping[str, Any]
Answers = dict[Annotated[str, Pick("injects")], str]
"""Inject -> the answer given to whoever asks."""
Model = TypeVar("Model", bound=BaseModel)
BOOK = "book.yaml"
ROUTINE = Path(__file__).parent / "routine.yaml"
"""What the books of all scenarios have in common."""


class PlanData(Data):
    """What is done and said under one cause."""

    fits: Conditions = ()
    """When it is followed; of several that fit the first, and the last fits always."""
    extends: str = ""
    """A plan whose values, answers and steps it has unless it gives its own."""
    values: Raw = {}
    """What `{plan: NAME}` stands for in its steps."""
    answers: Answers = {}
    steps: tuple[Raw, ...] = ()


class ScriptData(Data):
    """A script without plans: somebody who does not know the playbook."""

    about: str = ""
    answers: Answers = {}
    steps: tuple[Raw, ...]


class Routines(Data):
    """Steps by name, and what is said unless a step says otherwise."""

    usual: dict[str, Raw] = {}
    """Act -> fields it has in the steps of plans unless they are given."""
    values: Raw = {}
    """Values of every plan."""
    routines: dict[str, tuple[Raw, ...]] = {}


class BookData(Routines):
    """A file `book.yaml`."""

    hero: RoleId
    """The place that does everything it can, if one does."""
    telling: Queries
    """Queries that settle the plan once all have been seen."""
    answers: Answers = {}
    first: tuple[Raw, ...]
    """What is done whatever the cause."""
    plans: dict[str, PlanData] = Field(min_length=1)
    scripts: dict[str, ScriptData] = {}


class UseData(Data):
    """A routine in the place of a step."""

    use: str
    from_: Seconds = Field(0, alias="from")
    """Added to the times of its steps."""
    with_: Raw = Field({}, alias="with")
    """Values it has besides those of the plan."""


class StepData(Data):
    """One thing that somebody means to do, once what a plan fills in is filled in."""

    at: Seconds
    """Not before this second."""
    seat: RoleId
    do: str
    """Kind of the act."""
    with_: Raw = Field({}, alias="with")
    """Its fields."""
    each: tuple[Raw, ...] = ({},)
    """A step for each of these, with its fields besides."""
    when: Conditions = ()
    until: Seconds = 1 << 30
    """Not after this second."""


@dataclass(frozen=True)
class Line:
    """One step as it was written: where, the act it comes to, and what it is made of."""

    source: Written
    path: Steps
    data: StepData
    act: Act
    """With samples in the place of what is computed."""
    made_of: tuple[Computed, ...]


class _SkipError(Exception):
    """A part that cannot be read; why is among the problems."""


@dataclass
class Reader:
    """Reads a book, and gathers what is wrong with it."""

    source: Written
    data: BookData
    shared: tuple[Written, Routines]
    problems: list[tuple[str, int, str, str, str]] = field(default_factory=list)
    """File, line, field, what is wrong, remedy."""
    lines: list[Line] = field(default_factory=list)

    def book(self) -> Book:
        """Return the book, as far as it can be read."""
        return Book(
            hero=self.data.hero,
            telling=self.data.telling,
            plans=tuple(self._plan(name) for name in self.data.plans),
            scripts={name: self._script(name, script) for name, script in self.data.scripts.items()},
        )

    def _plan(self, name: str) -> Plan:
        merged = self._merged(name)
        values = {**self.shared[1].values, **self.data.values, **merged.values}
        said = (self.shared[1].usual, self.data.usual)
        usual = {act: {**said[0].get(act, {}), **said[1].get(act, {})} for act in {**said[0], **said[1]}}
        owner = name
        while not self.data.plans[owner].steps and self.data.plans[owner].extends in self.data.plans:
            owner = self.data.plans[owner].extends
        return Plan(
            name=name,
            fits=met(merged.fits),
            first=tuple(self._steps(self.data.first, self.source, ("first",), values, usual)),
            steps=tuple(self._steps(merged.steps, self.source, ("plans", owner, "steps"), values, usual)),
            answers={**self.data.answers, **merged.answers},
        )

    def _merged(self, name: str, below: tuple[str, ...] = ()) -> PlanData:
        """Return a plan with what it takes from those it extends."""
        plan = self.data.plans[name]
        if not plan.extends:
            return plan
        if plan.extends not in self.data.plans or plan.extends in (name, *below):
            known = self.data.plans.keys() - {name, *below}
            self._find(self.source, ("plans", name, "extends"), f"no plan {plan.extends!r} to extend",
                f"name another{nearest(plan.extends, known)}")  # fmt: skip
            return plan
        base = self._merged(plan.extends, (name, *below))
        return PlanData(
            fits=plan.fits,
            values={**base.values, **plan.values},
            answers={**base.answers, **plan.answers},
            steps=plan.steps or base.steps,
        )

    def _script(self, name: str, script: ScriptData) -> Scripted:
        steps = self._steps(script.steps, self.source, ("scripts", name, "steps"), {}, {})
        return Scripted(tuple(steps), script.answers)

    def _steps(
        self,
        written: Sequence[Raw],
        source: Written,
        path: Steps,
        values: Values,
        usual: Mapping[str, Raw],
        later: int = 0,
        within: tuple[str, ...] = (),
    ) -> Iterator[Step]:
        for index, raw in enumerate(written):
            here = (*path, index)
            try:
                if "use" in raw:
                    use = self._valid(UseData, self._filled(raw, values, source, here), source, here)
                    routine, there = self._routine(use.use, source, here, within)
                    inner = ("routines", use.use)
                    yield from self._steps(
                        routine, there, inner, {**values, **use.with_}, usual, later + use.from_, (*within, use.use)
                    )
                    continue
                said = {**usual.get(raw.get("do", ""), {}), **raw.get("with", {})}
                filled = self._filled({**raw, "with": said}, values, source, here)
                step = self._valid(StepData, filled, source, here)
                for one in step.each:
                    yield self._step(step, {**step.with_, **one}, source, here, later)
            except _SkipError:
                continue

    def _routine(
        self, name: str, source: Written, path: Steps, within: tuple[str, ...]
    ) -> tuple[tuple[Raw, ...], Written]:
        for there, data in ((self.source, self.data), self.shared):
            if name in data.routines and name not in within:
                return data.routines[name], there
        known = {*self.data.routines, *self.shared[1].routines} - set(within)
        self._find(source, (*path, "use"), f"no routine {name!r}", f"use another{nearest(name, known)}")
        raise _SkipError

    def _step(self, step: StepData, said: Raw, source: Written, path: Steps, later: int) -> Step:
        kind = ACTS.get(step.do)
        if kind is None:
            self._find(source, (*path, "do"), f"no act {step.do!r}", f"use an act's kind{nearest(step.do, ACTS)}")
            raise _SkipError
        if step.do == "assign_task" and "text" not in said:
            said = {**said, "text": f"Please run: {said.get('query') or said.get('action')}"}
        within = (*path, "with")

        def make(form: type[Computed], data: Any, inner: Steps) -> Computed:
            return self._valid(form, data, source, (*within, *inner))

        fields = {name: parsed(one, make, (name,)) for name, one in said.items()}
        act = self._valid(kind, resolved(fields, None), source, within)
        made_of = tuple(computed(fields))
        self.lines.append(Line(source, path, step, act, made_of))
        return Step(
            step.at + later, step.seat, _maker(kind, fields) if made_of else _always(act), met(step.when), step.until
        )

    def _filled(self, data: Any, values: Values, source: Written, path: Steps) -> Any:
        """Return data with what the plan says in the place of every `{plan: NAME}`; in a list, an item for each."""
        if isinstance(data, dict):
            if _is_from_plan(data):
                return self._of_plan(data, values, source, path)
            return {name: self._filled(one, values, source, (*path, name)) for name, one in data.items()}
        if not isinstance(data, (list, tuple)):
            return data
        found: list[Any] = []
        for index, one in enumerate(data):
            value = self._filled(one, values, source, (*path, index))
            found += value if _is_from_plan(one) and isinstance(value, list) else [value]
        return found

    def _of_plan(self, data: Raw, values: Values, source: Written, path: Steps) -> Any:
        name = data["plan"]
        if name not in values:
            self._find(source, path, f"no value {name!r} in the plan", f"give it in `values`{nearest(name, values)}")
            raise _SkipError
        value = self._filled(values[name], {k: v for k, v in values.items() if k != name}, source, path)
        return value[: data["first"]] if "first" in data else value

    def _valid(self, model: type[Model], data: Any, source: Written, path: Steps) -> Model:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            self.problems += schema_problems(error, source, model, path)
            raise _SkipError from None

    def _find(self, source: Written, path: Steps, what: str, remedy: str) -> None:
        self.problems.append((*source.place(path), label(source.data, path), what, remedy))


def _is_from_plan(data: Any) -> bool:
    return isinstance(data, dict) and "plan" in data and data.keys() <= {"plan", "first"}


def _always(act: Act) -> Callable[[Briefing], Act]:
    return lambda b: act


def _maker(kind: type[Act], fields: Raw) -> Callable[[Briefing], Act | None]:
    def make(b: Briefing) -> Act | None:
        try:
            return kind.model_validate(resolved(fields, b))
        except NotYetError:
            return None

    return make


def reader(text: str, file: str) -> Reader:
    """Return what reads the book in `text`. Raises ScenarioError where it is none."""
    shared = _data(ROUTINE.read_text(encoding="utf-8"), f"scenarios/players/{ROUTINE.name}", Routines)
    return Reader(*_data(text, file, BookData), shared)


def _data(text: str, file: str, model: type[Model]) -> tuple[Written, Model]:
    document = read(text, file)
    source = Written(document.data, document)
    try:
        return source, model.model_validate(document.data)
    except ValidationError as error:
        raise _first(schema_problems(error, source, model)) from None


def _first(problems: Sequence[tuple[str, int, str, str, str]]) -> ScenarioError:
    file, line, name, what, remedy = problems[0]
    return ScenarioError(f"{file}:{line}: {name}: {what}; {remedy}")


@lru_cache(maxsize=16)
def read_book(text: str, file: str) -> Book:
    """Return the book in `text`. Raises ScenarioError for its first mistake, with line and remedy."""
    found = reader(text, file)
    book = found.book()
    if found.problems:
        raise _first(found.problems)
    return book
