"""What all scenarios of one company have in common: a `company.yaml`, under what each of them says itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import ValidationError

import scenarios
from scenarios.declared.drill import CauseData, DecoysData, FactorsData, PersonData, PlaceData, ServiceData
from scenarios.declared.seen import Id, LogData, LookData, Texts
from scenarios.problem import Problem
from scenarios.written import Written, schema_problems
from simulator.errors import ScenarioError
from simulator.files import UnreadableFile, text_of
from simulator.scenario.conventions import Audience, LevelName
from simulator.scenario.data import Data, in_a_word
from simulator.scenario.declared.spec import Word
from simulator.scenario.document import LARGEST, Document, read

FILE = "company.yaml"
"""What the file of a company is called."""


class CompanyData(Data):
    """What stands in a `company.yaml`: sections that every scenario of the company begins with."""

    name: str
    """As scenarios have it in `company`; one of another name has nothing of it."""
    services: dict[Id, Annotated[ServiceData, in_a_word("team")]] = {}
    """Components, and whose they are."""
    people: dict[Id, PersonData] = {}
    """Seats and who is on call: handle, team, how long they take to join, how often a page goes unanswered."""
    channels: Texts = ()
    """Where people write, the team's own first."""
    levels: tuple[LevelName, ...] = ()
    """What levels of severity are called, the worst first, and how often stakeholders hear at each."""
    audiences: dict[Audience, str] = {}
    """What whom an update is for is called."""
    postures: dict[str, str] = {}
    """Class of dependencies -> how its failure is met unless there is a reason not to."""
    topics: dict[Id, str] = {}
    """Titles of topics that do not speak for themselves."""
    looks: dict[Word, LookData] = {}
    """What anybody looks at in any incident, whether it leads anywhere or not."""
    wrong_places: dict[Id, PlaceData] = {}
    """Where commands can end up by mistake."""
    logs: dict[Id, LogData] = {}
    """What its services write in any incident."""
    causes: dict[Word, Annotated[CauseData, in_a_word("title")]] = {}
    """Stories that come up in every incident, and are not true."""
    factors: FactorsData = FactorsData()
    """What contributed, for the review."""
    decoys: DecoysData = DecoysData()
    """What can be picked in every incident, and is not so."""
    reasons: dict[Id, str] = {}
    """Reasons for a step that can be picked, beside the usual ones or in other words."""
    needs: dict[Id, str] = {}
    """What leadership can be asked for."""
    words: dict[str, Texts] = {}
    """What people call queries and actions."""
    need: str = ""
    """What leadership is asked for, unless a drill asks for something else."""


class CompanyText(NamedTuple):
    """The file of a company as it was read."""

    text: str
    file: str


Companies = tuple[CompanyText, ...]
"""The files of companies that a scenario may be of one of, the nearest first."""


def companies_at(folder: Path | None = None, root: Path | None = None) -> Companies:
    """Return the companies' files in a scenario's folder, in the one that this lies in, and the one that ships.

    Raises ScenarioError for one that cannot be read, or that leads out of `root`.
    """
    beside = () if folder is None else (folder / FILE, folder.parent / FILE)
    found = [_text(file, _shown(file), root) for file in beside if file.is_file() and not _ships(file)]
    ours = (Path(folder) / FILE for folder in scenarios.__path__)
    return (*found, *(_text(file, f"scenarios/{FILE}") for file in ours if file.is_file()))


def _ships(file: Path) -> bool:
    return file.resolve() in (Path(ours).resolve() / FILE for ours in scenarios.__path__)


def _shown(file: Path) -> str:
    """Return what messages call a file: one that ships by where it lies in the package."""
    for ours in scenarios.__path__:
        if file.is_relative_to(ours):
            return f"scenarios/{file.relative_to(ours)}"
    return str(file)


def _text(file: Path, shown: str, root: Path | None = None) -> CompanyText:
    if root is not None and not file.resolve().is_relative_to(root.resolve()):
        raise ScenarioError(f"{shown}:1: leads out of {root}; copy what it points to")
    try:
        return CompanyText(text_of(file, "mend it", LARGEST), shown)
    except UnreadableFile as error:
        raise ScenarioError(f"{shown}:{error.line}: file: {error.what}; {error.remedy}") from None


def company_of(scenario: Mapping[str, Any], companies: Companies) -> CompanyText | None:
    """Return the nearest file of the company that a scenario says it is of.

    Raises ScenarioError where theirs cannot be read; another that cannot is nothing to them, and said in its own check.
    """
    named = scenario.get("company")
    for one in companies:
        try:
            if read(*one).data.get("name") == named:
                return one
        except ScenarioError:
            called = re.search(r"^name:[ \t]*['\"]?(.*?)['\"]?[ \t]*$", one.text, re.MULTILINE)
            if called is None or called[1] == named:
                raise
    return None


def document_of(company: CompanyText) -> Document:
    """Return what a company's file holds. Raises ScenarioError for the first mistake of its form."""
    document = read(*company)
    for problem in company_mistakes(document):
        raise problem.error()
    return document


def company_mistakes(document: Document) -> list[Problem]:
    """Return what is wrong with the form of a company's file."""
    try:
        CompanyData.model_validate(document.data)
    except ValidationError as error:
        return sorted(schema_problems(error, Written(document.data, document), CompanyData))
    return []


def check_company(text: str, file: str, beside: Sequence[Mapping[str, Any]] = ()) -> list[Problem]:
    """Return the problems of a company's file.

    Its form, who is owner of nothing, what nobody can be paged for, and what none of the scenarios `beside` takes.
    """
    document = read(text, file)
    problems = company_mistakes(document)
    if problems:
        return problems
    company, source = CompanyData.model_validate(document.data), Written(document.data, document)
    owners = {service.team for service in company.services.values()}
    paged = {name: person for name, person in company.people.items() if person.page is not None}
    for name, person in paged.items():
        if company.services and person.team not in owners:
            what = f"{person.team!r} is owner of nothing"
            problems.append(source.problem(("people", name), what, "give their team a service, or name it as there",
                                           "warning"))  # fmt: skip
    teams = {person.team for person in company.people.values()}
    for name, service in company.services.items():
        if teams and service.team not in teams:
            what = f"nobody of {service.team!r} is there or can be paged"
            problems.append(source.problem(("services", name), what, "add one of that team to people", "warning"))
    theirs = [one for one in beside if one.get("company") == company.name]
    if beside and not theirs:
        remedy = "name it as scenarios do in `company`"
        problems.append(source.problem(("name",), f"no scenario beside it is of {company.name!r}", remedy, "warning"))
    if theirs:
        problems += [
            source.problem(path, "every scenario of it takes it out", "take it out here", "warning")
            for path in _parts(document.data)
            if all(_taken_out(one, *path) for one in theirs)
        ]
    return sorted(problems)


def _parts(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield section and id of what a scenario can take out."""
    for section, parts in data.items():
        yield from ((section, name) for name in (parts if isinstance(parts, Mapping) else ()))


CALLED = {"people": "roles", "looks": "queries"}
"""Section -> what it is called in a scenario spelled out, where that is otherwise."""


def _taken_out(scenario: Mapping[str, Any], section: str, name: str) -> bool:
    removed, own = scenario.get("remove"), scenario.get(section)
    listed = removed.get(CALLED.get(section, section)) if isinstance(removed, Mapping) else None
    if isinstance(listed, list) and name in listed:
        return True
    return isinstance(own, Mapping) and name in own and own[name] is None


def shared(company: Document | None) -> dict[str, Any]:
    """Return the sections that a drill begins with."""
    return {key: part for key, part in company.data.items() if key != "name"} if company else {}
