"""A scenario's book: what a team that knows its playbook does under each cause, and other scripts, as data.

A book has plans. Which one is followed is read off what has been seen; its steps are built once, when the book is
read, so that an act, a field or a value that does not exist is found before anybody plays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, ValidationError
from pydantic.json_schema import models_json_schema

from scenarios.players.computed import Computed, NotYetError, parsed, resolved
from scenarios.players.script import Book, Plan, Script, Step
from scenarios.players.when import Conditions, Queries, met
from scenarios.problem import Problem
from scenarios.written import Written, schema_problems
from simulator.acts import ACTS, Act, AssignTask
from simulator.briefing import Briefing
from simulator.described import Described
from simulator.errors import nearest
from simulator.scenario.data import Data, RoleId, Seconds
from simulator.scenario.document import Document, Steps, read
from simulator.values import Pick

Raw = dict[str, Any]
Answers = dict[Annotated[str, Pick("injects")], str]
"""Inject -> the answer given to whoever asks."""
Model = TypeVar("Model", bound=BaseModel)
BOOK = "book.yaml"
MOST_VALUES, DEEPEST = 100_000, 20
"""What a book may come to once all is filled in, some ten times the largest that ships; and how deep routines and
values may stand within others."""
ROUTINE = Path(__file__).parent / "routine.yaml"
"""What the books of all scenarios have in common."""


class PlanData(Data):
    """What is done and said under one cause."""

    fits: Conditions = ()
    """When it is followed; of several that fit the first, and the last fits always."""
    extends: str = ""
    """A plan whose values and steps it has unless it gives its own."""
    values: Raw = {}
    """What `{plan: NAME}` stands for in its steps."""
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


class FromPlan(Data):
    """A value of the plan, where it stands."""

    plan: str
    first: int | None = None
    """Of a list, only so many."""


class StepData(Data):
    """One thing that somebody means to do, once what a plan fills in is filled in."""

    at: Seconds
    """Not before this second."""
    seat: RoleId
    do: str
    """Kind of the act."""
    with_: Raw = Field({}, alias="with")
    """Its fields."""
    each: tuple[Raw, ...] = Field(default_factory=lambda: ({},), json_schema_extra={"default": [{}]})
    """A step for each of these, with its fields besides."""
    when: Conditions = ()
    until: Seconds = 1 << 30
    """Not after this second."""


@dataclass(frozen=True)
class BuiltStep:
    """One step as it was written: where, the act it comes to, and what it is made of."""

    source: Written
    path: Steps
    data: StepData
    act: Act
    """With samples in the place of what is computed."""
    computed: Mapping[Steps, Computed]
    """What is computed, by where it stands."""


@dataclass(frozen=True)
class Context:
    """What a list of steps is read with: its file, what is filled in, how much later, and what that is within."""

    source: Written
    values: Mapping[str, Any]
    usual: Mapping[str, Raw]
    later: int = 0
    within: tuple[str, ...] = ()


class _SkipError(Exception):
    """A part that cannot be read; why is among the problems."""


@dataclass
class Reader:
    """Reads a book, and gathers what is wrong with it."""

    source: Written
    data: BookData
    routine: Written
    shared: Routines
    problems: list[Problem] = field(default_factory=list)
    built: list[BuiltStep] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    """Routines that some plan or script uses."""
    filled: int = 0
    """Values filled in so far."""

    def book(self) -> Book:
        """Return the book, as far as it can be read."""
        for act in self.data.usual.keys() - ACTS.keys():
            self._find(self.source, ("usual", act), f"no act {act!r}", f"use an act's kind{nearest(act, ACTS)}")
        plans = tuple(self._plan(name) for name in self.data.plans)
        if not self.problems and len({len(plan.first) for plan in plans}) > 1:
            what = "comes to more steps under one plan than under another"
            self._find(self.source, ("first",), what, "give `each` of its steps the same items in every plan")
        return Book(
            hero=self.data.hero,
            telling=self.data.telling,
            answers=self.data.answers,
            plans=plans,
            scripts={name: self._script(name, script) for name, script in self.data.scripts.items()},
        )

    def _plan(self, name: str) -> Plan:
        chain = [(one, self.data.plans[one]) for one in self._chain(name)]
        owner, steps = next(((one, plan.steps) for one, plan in chain if plan.steps), (name, ()))
        values = {key: value for _, plan in reversed(chain) for key, value in plan.values.items()}
        usual = (self.shared.usual, self.data.usual)
        context = Context(
            self.source,
            {**self.shared.values, **self.data.values, **values},
            {act: {**usual[0].get(act, {}), **usual[1].get(act, {})} for act in {**usual[0], **usual[1]}},
        )
        return Plan(
            name=name,
            fits=met(self.data.plans[name].fits),
            first=tuple(self._steps(self.data.first, ("first",), context)),
            steps=tuple(self._steps(steps, ("plans", owner, "steps"), context)),
        )

    def _chain(self, name: str) -> list[str]:
        """Return a plan and those it extends, the nearest first."""
        chain = [name]
        while base := self.data.plans[chain[-1]].extends:
            known = self.data.plans.keys() - set(chain)
            if base not in known:
                path = ("plans", chain[-1], "extends")
                self._find(self.source, path, f"no plan {base!r} to extend", f"name another{nearest(base, known)}")
                break
            chain.append(base)
        return chain

    def _script(self, name: str, script: ScriptData) -> Callable[[Sequence[str]], Script]:
        steps = tuple(self._steps(script.steps, ("scripts", name, "steps"), Context(self.source, {}, {})))
        return lambda seats: Script(steps, seats, script.answers)

    def _steps(self, written: Sequence[Raw], path: Steps, context: Context) -> Iterator[Step]:
        for index, raw in enumerate(written):
            with suppress(_SkipError):
                if "use" in raw:
                    yield from self._used(raw, (*path, index), context)
                else:
                    yield from self._step(raw, (*path, index), context)

    def _used(self, raw: Raw, path: Steps, context: Context) -> Iterator[Step]:
        use = self._valid(UseData, self._filled(raw, context, path), context.source, path)
        for source, data in ((self.source, self.data), (self.routine, self.shared)):
            if use.use in data.routines and use.use not in context.within:
                self.used.add(use.use)
                inner = Context(
                    source,
                    {**context.values, **use.with_},
                    context.usual,
                    context.later + use.from_,
                    (*context.within, use.use),
                )
                yield from self._steps(data.routines[use.use], ("routines", use.use), inner)
                return
        known = {*self.data.routines, *self.shared.routines} - set(context.within)
        self._find(context.source, (*path, "use"), f"no routine {use.use!r}", f"use another{nearest(use.use, known)}")

    def _step(self, raw: Raw, path: Steps, context: Context) -> Iterator[Step]:
        given = raw.get("with", {})
        if isinstance(given, dict):
            given = {**context.usual.get(str(raw.get("do")), {}), **given}
        before = self.filled
        step = self._valid(StepData, self._filled({**raw, "with": given}, context, path), context.source, path)
        size = self.filled - before
        for one in step.each:
            self._count(size, context, path)
            yield self._made(step, {**step.with_, **one}, path, context)

    def _made(self, step: StepData, said: Raw, path: Steps, context: Context) -> Step:
        kind, source = ACTS.get(step.do), context.source
        if kind is None:
            self._find(source, (*path, "do"), f"no act {step.do!r}", f"use an act's kind{nearest(step.do, ACTS)}")
            raise _SkipError
        if kind is AssignTask and "text" not in said:
            said = {**said, "text": f"Please run: {said.get('query') or said.get('action')}"}
        computed: dict[Steps, Computed] = {}

        def make(form: type[Computed], data: Any, there: Steps) -> Computed:
            computed[there] = self._valid(form, data, source, there)
            return computed[there]

        within = (*path, "with")
        fields = {name: parsed(one, make, (*within, name)) for name, one in said.items()}
        act = self._valid(kind, resolved(fields, None), source, within)
        self.built.append(BuiltStep(source, path, step, act, computed))
        makes = _maker(kind, fields) if computed else lambda b: act
        return Step(step.at + context.later, step.seat, makes, met(step.when), step.until)

    def _filled(self, data: Any, context: Context, path: Steps) -> Any:
        """Return data with what the plan says in the place of every `{plan: NAME}`; in a list, an item for each."""
        self._count(1, context, path)
        if _is_from_plan(data):
            return self._from_plan(self._valid(FromPlan, data, context.source, path), context, path)
        if isinstance(data, dict):
            return self._each(data, context, path)
        if not isinstance(data, (list, tuple)):
            return data
        items: list[Any] = []
        for index, one in enumerate(data):
            item = self._filled(one, context, (*path, index))
            items += item if _is_from_plan(one) and isinstance(item, list) else [item]
        return items

    def _each(self, data: Raw, context: Context, path: Steps) -> Raw:
        # An act may have a field called `plan`.
        return {
            name: self._each(one, context, (*path, name))
            if name == "with" and isinstance(one, dict)
            else self._filled(one, context, (*path, name))
            for name, one in data.items()
        }

    def _from_plan(self, wanted: FromPlan, context: Context, path: Steps) -> Any:
        if wanted.plan not in context.values:
            remedy = f"give it in `values`{nearest(wanted.plan, context.values)}"
            self._find(context.source, path, f"the plan has no value {wanted.plan!r}", remedy)
            raise _SkipError
        # One may be made of others, never of itself.
        others = {name: value for name, value in context.values.items() if name != wanted.plan}
        within = (*context.within, f"value {wanted.plan}")
        value = self._filled(context.values[wanted.plan], replace(context, values=others, within=within), path)
        return value[: wanted.first] if isinstance(value, list) else value

    def _count(self, values: int, context: Context, path: Steps) -> None:
        self.filled += values
        if self.filled > MOST_VALUES or len(context.within) > DEEPEST:
            much = f"more than {MOST_VALUES:,} values" if self.filled > MOST_VALUES else f"more than {DEEPEST} levels"
            what = f"comes to {much} with all that `use` and `{{plan: …}}` put into each other"
            raise context.source.problem(path, what, "write it plainer").error()

    def _valid(self, model: type[Model], data: Any, source: Written, path: Steps) -> Model:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            self.problems += schema_problems(error, source, model, path)
            raise _SkipError from None

    def _find(self, source: Written, path: Steps, what: str, remedy: str) -> None:
        self.problems.append(source.problem(path, what, remedy))


def _is_from_plan(data: Any) -> bool:
    return isinstance(data, dict) and next(iter(data), None) == "plan"


def _maker(kind: type[Act], fields: Raw) -> Callable[[Briefing], Act | None]:
    def make(b: Briefing) -> Act | None:
        try:
            return kind.model_validate(resolved(fields, b))
        except NotYetError:
            return None

    return make


def reader(text: str, file: str) -> Reader:
    """Return what reads the book in `text`. Raises ScenarioError where it is none."""
    return _reader(read(text, file))


def reader_of(data: Raw, file: str) -> Reader:
    """Return what reads a book that was worked out for a drill in `file`."""
    return _reader(Document(file, data, {}))


def _reader(document: Document) -> Reader:
    shared = read(ROUTINE.read_text(encoding="utf-8"), f"scenarios/players/{ROUTINE.name}")
    return Reader(*_data(document, BookData), *_data(shared, Routines))


def _data(document: Document, model: type[Model]) -> tuple[Written, Model]:
    source = Written(document.data, document)
    try:
        return source, model.model_validate(document.data)
    except ValidationError as error:
        raise schema_problems(error, source, model)[0].error() from None


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a book."""
    found = models_json_schema([(model, "validation") for model in (BookData, StepData, UseData, FromPlan)],
                               schema_generator=Described)[1]  # fmt: skip
    parts, value = found["$defs"], {"$ref": "#/$defs/FromPlan"}
    for name in ("StepData", "UseData", "When"):
        named = parts[name]["properties"]
        for one, kind in named.items():
            named[one] = {"anyOf": [kind, value, {"type": "array", "contains": value}]}
    step = {"anyOf": [{"$ref": "#/$defs/StepData"}, {"$ref": "#/$defs/UseData"}]}
    for steps in (
        parts["BookData"]["properties"]["first"],
        parts["BookData"]["properties"]["routines"]["additionalProperties"],
        parts["PlanData"]["properties"]["steps"],
        parts["ScriptData"]["properties"]["steps"],
    ):
        steps["items"] = step
    return {**parts.pop("BookData"), **found}


@lru_cache(maxsize=16)
def read_book(text: str, file: str) -> Book:
    """Return the book in `text`. Raises ScenarioError for its first mistake, with line and remedy."""
    return _without_problems(reader(text, file))


def book_made_of(data: Raw, file: str) -> Book:
    """Return the book that was worked out for a drill in `file`. Raises ScenarioError where it cannot be."""
    return _without_problems(reader_of(data, file))


def _without_problems(found: Reader) -> Book:
    book = found.book()
    for problem in found.problems:
        raise problem.error()
    return book
