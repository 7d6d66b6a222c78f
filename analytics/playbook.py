"""A playbook as data: frozen pydantic models of `scenarios/playbooks/*.yaml`.

A playbook composes: each criterion, cap and anti-pattern names the predicate that judges it (`kind`, a function in
`analytics.criteria`) and what that is given (`with`), for how many points, by when and from which of its own sections.
No playbook needs Python. Weights that do not add up are refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from analytics.judged import Judged, Points
from analytics.scorecard import Owner
from analytics.severity import Severity, Wrong
from analytics.stages import FollowThrough
from simulator import files
from simulator.errors import ScenarioError, UnknownName
from simulator.levels import DependencyClass, PlayedBook
from simulator.record.journal import first_problem
from simulator.scenario import document
from simulator.scenario.conventions import NONE_OF_ITS_OWN, Conventions
from simulator.scenario.data import Data, in_a_word


class Criterion(Judged):
    """One thing that earns points."""

    points: Points
    owners: tuple[Owner, ...]
    """Duties of those it is about."""
    advice: str = ""
    """What earns it, in one sentence; shown where points were lost."""
    t1: float | None = None
    """Full points until this drill minute."""
    t2: float | None = None
    """No points from this drill minute on; linear in between."""

    @model_validator(mode="after")
    def _window(self) -> Self:
        if (self.t1 is None) != (self.t2 is None):
            raise ValueError(f"criterion {self.id}: give both t1 and t2, or neither")
        if self.t1 is not None and self.t2 is not None and self.t2 <= self.t1:
            raise ValueError(f"criterion {self.id}: t2 ({self.t2:g}) must come after t1 ({self.t1:g})")
        return self


class PlaybookPart(Data):
    """A group of criteria with its share of the total."""

    id: str
    title: str
    points: Points
    always: bool = False
    """Counts whoever held the roles."""
    criteria: tuple[Criterion, ...]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        found = sum(one.points for one in self.criteria)
        if abs(found - self.points) > 1e-6:
            raise ValueError(
                f"part {self.id}: its criteria add up to {found:g}, not to its {self.points:g} points; mend either"
            )
        return self


class Cap(Judged):
    """A limit on the total that a grave act sets, whatever else was done well."""

    limit: Annotated[int, Field(ge=0, le=100)]
    owners: tuple[Owner, ...] = ("all",)
    further: Annotated[int, Field(ge=0, le=100)] = 0
    """What each further act of this kind takes off the lowest limit."""
    within: float = 5.0
    """Minutes within which the team's own correction counts."""
    raise_by: int = 15
    """What a correction in time adds to the limit."""


class Ask(Data):
    """One thing that the posture of a dependency class asks for, by the name of what judges it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kind: str
    given: dict[str, Any] = Field({}, alias="with")
    """Its parameters."""
    owners: tuple[Owner, ...] = ("commands",)

    @property
    def id(self) -> str:
        return self.kind


class Dependency(Data):
    """A class of dependencies: how its failure looks, and how one meets it unless there is a reason not to."""

    id: Annotated[str, Field(min_length=1, max_length=40)]
    title: str
    symptom: str
    posture: str
    """In words."""
    asks: tuple[Annotated[Ask, in_a_word("kind")], ...] = ()
    """What of it a record can show: a name each, or `{kind: NAME, with: {…}}`."""


class Template(Data):
    """Something that people fill in, for the shelf: what it is called, its fields, where it comes from."""

    title: str
    fields: Annotated[tuple[str, ...], Field(min_length=1)]
    source: str


class Band(Data):
    """A name for totals from `at_least` up."""

    id: str
    title: str
    at_least: int


class AntiPattern(Judged):
    """A way of going wrong that the debrief names; a response that shows it is not better than its limit."""

    limit: Annotated[int, Field(ge=0, le=100)]
    owners: tuple[Owner, ...] = ("all",)
    """Duties of those it limits where they are scored as persons: nobody pays for what only another could do."""


class Later(Data):
    """A rule of the playbook's text that nothing in a drill can show: it holds after the drill."""

    rule: str
    source: str
    why: str
    """Why no criterion reads it."""


class Playbook(Data):
    """What a team is judged by."""

    format: Literal[1] = 1
    id: str
    title: str
    total: Points = 100
    bands: tuple[Band, ...]
    severity: Severity
    dependencies: tuple[Dependency, ...] = ()
    """Classes of what may be hit, each with its default posture."""
    parts: tuple[PlaybookPart, ...]
    caps: tuple[Cap, ...] = ()
    anti_patterns: tuple[AntiPattern, ...] = ()
    follow_through: FollowThrough | None = None
    """What it asks for once the drill is over, with points of its own."""
    templates: tuple[Template, ...] = ()
    later: tuple[Later, ...] = ()
    """So that no rule of the text is silently missing."""
    version: str = ""
    """The author's own; the record keeps a digest besides."""
    _digest: str = PrivateAttr("")
    """Of what it was before a company's words were put in."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        found = sum(part.points for part in self.parts)
        if abs(found - self.total) > 1e-6:
            raise ValueError(f"the parts add up to {found:g}, not to {self.total:g}; mend the parts or `total`")
        for what, ids in (
            ("criterion", [one.id for _, one in self.criteria()]),
            ("cap", [cap.id for cap in self.caps]),
            ("anti-pattern", [pattern.id for pattern in self.anti_patterns]),
            ("part", [part.id for part in self.parts]),
            ("dependency", [one.id for one in self.dependencies]),
            ("template", [template.title for template in self.templates]),
            ("rule for later", [one.rule for one in self.later]),
        ):
            twice = sorted({ident for ident in ids if ids.count(ident) > 1})
            if twice:
                raise ValueError(f"{what} {twice[0]} occurs twice; give one of them another name")
        if not any(band.at_least == 0 for band in self.bands):
            raise ValueError("no band begins at 0; add one so that every total has a name")
        return self

    def in_words_of(self, company: Conventions) -> Playbook:
        """Return it with a company's words and cadence of severity, and its postures; the digest stays its own."""
        if company == NONE_OF_ITS_OWN:
            return self
        found = self.model_copy(update={
            "severity": self.severity.in_words_of(company),
            "dependencies": tuple(
                one.model_copy(update={"posture": company.postures.get(one.id, one.posture)})
                for one in self.dependencies
            ),
        })  # fmt: skip
        found._digest = self.digest()
        return found

    def criteria(self) -> Iterator[tuple[PlaybookPart, Criterion]]:
        """Yield every criterion with its part, in order."""
        for part in self.parts:
            for criterion in part.criteria:
                yield part, criterion

    def digest(self) -> str:
        """Return what tells this playbook from one that judges otherwise; comments and order of keys change nothing."""
        if self._digest:
            return self._digest
        # Forms, and what holds after the drill, are no part of what judges the drill.
        afterwards = {"templates", "later", "follow_through"}
        judging = self.model_dump_json(by_alias=True, exclude_none=True, exclude=afterwards)
        return hashlib.sha256(judging.encode()).hexdigest()[:12]

    def played(self) -> PlayedBook:
        """Return what a drill that is opened with it keeps of it."""
        return PlayedBook(
            id=self.id, digest=self.digest(), levels=self.severity.played(),
            dependencies=tuple(DependencyClass(id=x.id, title=x.title, symptom=x.symptom) for x in self.dependencies),
        )  # fmt: skip

    def wrong(self) -> Iterator[Wrong]:
        """Yield what cannot be: where, what, and how to mend it."""
        for steps, what, remedy in self.severity.wrong():
            yield ("severity", *steps), what, remedy

    def band(self, total: int) -> str:
        """Return the id of the band that `total` falls into."""
        return max((b for b in self.bands if total >= b.at_least), key=lambda b: b.at_least).id


def parse(text: str, where: str) -> Playbook:
    """Return the playbook written in `text`. Raises ScenarioError naming `where`, the line and what is wrong."""
    written = document.read(text, where)
    try:
        found = Playbook.model_validate(written.data)
    except ValidationError as error:
        line = written.line(tuple(error.errors(include_url=False)[0]["loc"]))
        raise ScenarioError(f"{where}:{line}: {first_problem(error)}") from None
    for steps, what, remedy in found.wrong():
        line, label = written.line(steps), document.label(written.data, steps)
        raise ScenarioError(f"{where}:{line}: {label}: {what}; {remedy}")
    return found


def read(path: Path) -> Playbook:
    """Read a playbook file. Raises DrillError naming the file and what is wrong."""
    otherwise = "give the path of a playbook, or a name such as recovery"
    return parse(files.text_of(path, otherwise, document.LARGEST), str(path))


def names() -> tuple[str, ...]:
    """Return the names of the playbooks that come with the program."""
    folder = resources.files("scenarios") / "playbooks"
    return tuple(sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml")))


DEFAULT = "recovery"
"""What a drill is played and scored with unless somebody chooses."""


def load(name: str = DEFAULT) -> Playbook:
    """Return a playbook by its name or by the path of a YAML file. Raises DrillError."""
    if name.endswith((".yaml", ".yml")) or "/" in name:
        return read(Path(name))
    if name not in names():
        raise UnknownName("playbook", name, names())
    return _packaged(name)


@cache
def _packaged(name: str) -> Playbook:
    file = resources.files("scenarios") / "playbooks" / f"{name}.yaml"
    return parse(file.read_text(encoding="utf-8"), f"playbook {name}")
