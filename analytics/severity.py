"""Severity as a playbook writes it: levels in its own words, and a matrix or a decision tree that gives one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from simulator.errors import nearest
from simulator.levels import Level
from simulator.scenario.conventions import Conventions
from simulator.scenario.data import Data
from simulator.scenario.document import Steps

Wrong = tuple[Steps, str, str]
"""Where under `severity`, what is wrong, and how to mend it."""


class SeverityLevel(Data):
    """One level: what it is called, how fast it is answered and how, and how often stakeholders hear."""

    id: Annotated[str, Field(min_length=1, max_length=40)]
    title: str
    response: str = ""
    """How soon somebody answers, in words: immediate, same day."""
    response_minutes: Annotated[float, Field(gt=0)] | None = None
    """The same as a figure."""
    posture: str = ""
    """How it is met unless there is a reason not to."""
    update_minutes: Annotated[float, Field(gt=0)]
    """Stakeholders hear at least this often."""


class AllOf(Data):
    """Holds while each of these does."""

    all: tuple[Condition, ...]


class AnyOf(Data):
    """Holds while one of these does."""

    any: tuple[Condition, ...]


class NotSo(Data):
    """Holds while this does not."""

    not_: Condition = Field(alias="not")


def _form(value: Any) -> str | None:
    if isinstance(value, str):
        return "fact"
    forms: dict[type, str] = {AllOf: "all", AnyOf: "any", NotSo: "not"}
    return str(next(iter(value), None)) if isinstance(value, Mapping) else forms.get(type(value))


Condition = Annotated[
    Annotated[str, Tag("fact")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[NotSo, Tag("not")],
    Discriminator(
        _form,
        custom_error_type="condition",
        custom_error_message="is no condition: write a fact's name, {all: [...]}, {any: [...]} or {not: ...}",
    ),
]
"""The name of a fact, or conditions joined."""


def met(condition: Condition, true: frozenset[str]) -> bool:
    """Tell whether a condition holds where these facts are true and no others."""
    match condition:
        case AllOf():
            return all(met(one, true) for one in condition.all)
        case AnyOf():
            return any(met(one, true) for one in condition.any)
        case NotSo():
            return not met(condition.not_, true)
    return condition in true


def named(condition: Condition, path: Steps = ()) -> Iterator[tuple[Steps, str]]:
    """Yield every fact of a condition and where it stands; an empty name where something should and does not."""
    match condition:
        case AllOf() | AnyOf():
            word = "all" if isinstance(condition, AllOf) else "any"
            inner = condition.all if isinstance(condition, AllOf) else condition.any
            if not inner:
                yield (*path, word), ""
            for at, one in enumerate(inner):
                yield from named(one, (*path, word, at))
        case NotSo():
            yield from named(condition.not_, (*path, "not"))
        case str():
            yield path, condition.strip()


class SeverityRow(Data):
    """One line of a matrix: this level while this holds."""

    level: str
    when: Condition


class Question(Data):
    """One question of a tree: where to go on, or at which level to end."""

    ask: str
    when: Condition
    yes: str
    no: str


class Severity(Data):
    """Levels, and what gives one of them for the facts that are true: rows, or a tree."""

    levels: tuple[SeverityLevel, ...]
    """The worst first."""
    rows: tuple[SeverityRow, ...] | None = None
    """A matrix: the first row that holds."""
    otherwise: str | None = None
    """The level where no row holds."""
    start: str | None = None
    """The tree's first question."""
    tree: dict[str, Question] | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple([level.id for level in self.levels])

    def level(self, true: frozenset[str]) -> str:
        """Return the level that these true facts give."""
        if self.tree is None:
            rows = (row.level for row in self.rows or () if met(row.when, true))
            return next(rows, self.otherwise or self.ids[-1])
        at = str(self.start)
        while at in self.tree:
            question = self.tree[at]
            at = question.yes if met(question.when, true) else question.no
        return at

    def place(self, level: str) -> int:
        """Return how many levels are worse. Raises ValueError for what is no level."""
        return self.ids.index(level)

    def cadence(self, level: str | None) -> float:
        """Return the longest silence towards stakeholders in minutes, the longest of all where nothing is stated."""
        own = next((one.update_minutes for one in self.levels if one.id == level), None)
        return own if own is not None else max(one.update_minutes for one in self.levels)

    def in_words_of(self, company: Conventions) -> Severity:
        """Return it with what a company calls its levels, and how often it tells stakeholders at each."""
        return self.model_copy(update={"levels": company.of(self.levels)})

    def played(self) -> tuple[Level, ...]:
        """Return the levels as a drill keeps them."""
        return tuple(Level(id=x.id, title=x.title, update_minutes=x.update_minutes) for x in self.levels)

    def facts(self) -> Iterator[tuple[Steps, str]]:
        """Yield every fact that is asked for, and where."""
        for at, row in enumerate(self.rows or ()):
            yield from named(row.when, ("rows", at, "when"))
        for name, question in (self.tree or {}).items():
            yield from named(question.when, ("tree", name, "when"))

    # --- what is wrong with it -----------------------------------------------------------------------------

    def wrong(self) -> Iterator[Wrong]:
        """Yield what keeps it from giving one level whatever the facts."""
        if not self.levels:
            yield ("levels",), "there is none", "name at least one level, the worst first"
        for at, ident in enumerate(self.ids):
            if ident in self.ids[:at]:
                yield ("levels", at, "id"), f"{ident} occurs twice", "give one of them another id"
        if self.rows is None and self.tree is None:
            yield (), "says nothing of which level it is", "give rows (a matrix) or a tree"
        elif self.rows is not None and self.tree is not None:
            yield ("tree",), "there are rows as well", "keep the rows or the tree"
        elif self.tree is None:
            yield from self._wrong_rows()
        else:
            yield from self._wrong_tree(self.tree)
        for steps, fact in self.facts():
            if not fact:
                yield steps, "the condition is empty", "name the facts it depends on"

    def _unknown(self, steps: Steps, level: str) -> Iterator[Wrong]:
        if level not in self.ids:
            yield steps, f"there is no level {level!r}", f"use a level{nearest(level, self.ids)}"

    def _wrong_rows(self) -> Iterator[Wrong]:
        for at, row in enumerate(self.rows or ()):
            yield from self._unknown(("rows", at, "level"), row.level)
        if self.start is not None:
            yield ("start",), "is where a tree begins, and there is none", "take it out"
        if self.otherwise is None:
            yield (), "`otherwise` is missing", "say which level it is where no row holds"
        else:
            yield from self._unknown(("otherwise",), self.otherwise)

    def _wrong_tree(self, tree: Mapping[str, Question]) -> Iterator[Wrong]:
        if self.otherwise is not None:
            yield ("otherwise",), "a tree always comes to a level", "take it out"
        for name in tree:
            if name in self.ids:
                yield ("tree", name), "is a level too", "give the question another name"
        if self.start is None:
            yield (), "`start` is missing", "name the question that the tree begins with"
            return
        if self.start not in tree:
            yield ("start",), f"there is no question {self.start!r}", f"name a question{nearest(self.start, tree)}"
            return
        for name, question in tree.items():
            for side, to in (("yes", question.yes), ("no", question.no)):
                if to not in tree and to not in self.ids:
                    what = f"there is no question and no level {to!r}"
                    yield ("tree", name, side), what, f"name one{nearest(to, (*tree, *self.ids))}"
        reached, round_ = self._walked(tree)
        for name in tree:
            if name not in reached:
                yield ("tree", name), "no answer leads to this question", "lead one to it, or take it out"
        if round_:
            name, side, to = round_
            yield ("tree", name, side), f"leads back to {to!r}", "lead it to a level, or to a question not asked yet"

    def _walked(self, tree: Mapping[str, Question]) -> tuple[set[str], tuple[str, str, str] | None]:
        """Return the questions that answers lead to, and the first answer that leads back: (question, side, to)."""
        reached: set[str] = set()
        round_: tuple[str, str, str] | None = None
        on_the_way: list[str] = []
        left: list[tuple[str, str]] = [("ask", str(self.start))]
        while left:
            what, name = left.pop()
            if what == "done":
                on_the_way.pop()
                continue
            if name in reached:
                continue
            reached.add(name)
            on_the_way.append(name)
            left.append(("done", name))
            for side, to in (("yes", tree[name].yes), ("no", tree[name].no)):
                if to in on_the_way:
                    round_ = round_ or (name, side, to)
                elif to in tree and to not in reached:
                    left.append(("ask", to))
        return reached, round_


AllOf.model_rebuild()
AnyOf.model_rebuild()
NotSo.model_rebuild()
