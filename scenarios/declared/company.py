"""What all drills of one company have in common: a `company.yaml` beside them, under what each of them says itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, ValidationError

from scenarios.declared.drill import CauseData, FactorsData, Id, LogData, LookData, PersonData, ServiceData, Texts
from scenarios.problem import Problem
from scenarios.written import Written, schema_problems
from simulator.errors import ScenarioError
from simulator.files import UnreadableFile, text_of
from simulator.scenario.declared.spec import Word
from simulator.scenario.document import LARGEST, Document, read
from simulator.scenario.parts import Data

FILE = "company.yaml"
"""What the file of a company is called."""


class CompanyData(Data):
    """What stands in a `company.yaml`: sections of a drill that every drill of the company begins with."""

    name: str
    """As drills have it in `company`; a drill of another name has nothing of it."""
    services: dict[Id, Annotated[ServiceData, BeforeValidator(ServiceData.read)]] = {}
    """Components, and whose they are."""
    people: dict[Id, PersonData] = {}
    """Seats and who is on call: handle, team, how long they take to join, how often a page goes unanswered."""
    topics: dict[Id, str] = {}
    looks: dict[Word, LookData] = {}
    """What anybody looks at in any incident, whether it leads anywhere or not."""
    logs: dict[Id, LogData] = {}
    causes: dict[Word, Annotated[CauseData, BeforeValidator(CauseData.read)]] = {}
    """Stories that come up in every incident, and are not true."""
    factors: FactorsData = FactorsData()
    words: dict[str, Texts] = {}
    """What people call queries and actions."""
    need: str = ""
    """What leadership is asked for, unless a drill asks for something else."""


class CompanyText(NamedTuple):
    """The file of a company as it was read."""

    text: str
    file: str


def company_beside(folder: Path, root: Path | None = None) -> CompanyText | None:
    """Return the company's file in a drill's folder, or else in the folder that this lies in; None without one.

    Raises ScenarioError for one that cannot be read, or that leads out of `root`.
    """
    for file in (folder / FILE, folder.parent / FILE):
        if not file.is_file():
            continue
        if root is not None and not file.resolve().is_relative_to(root.resolve()):
            raise ScenarioError(f"{file}:1: leads out of {root}; copy what it points to")
        try:
            return CompanyText(text_of(file, "mend it", LARGEST), str(file))
        except UnreadableFile as error:
            raise ScenarioError(f"{file}:{error.line}: file: {error.what}; {error.remedy}") from None
    return None


def company_of(drill: Mapping[str, Any], company: CompanyText | None) -> Document | None:
    """Return the company that a drill says it is of, where that is the one beside it. Raises ScenarioError."""
    document = read(*company) if company else None
    if document is None or document.data.get("name") != drill.get("company"):
        return None
    problems = company_mistakes(document)
    if problems:
        raise ScenarioError(str(problems[0]))
    return document


def company_mistakes(document: Document) -> list[Problem]:
    """Return what is wrong with the form of a company's file."""
    try:
        CompanyData.model_validate(document.data)
    except ValidationError as error:
        return sorted(schema_problems(error, Written(document.data, document), CompanyData))
    return []


def check_company(text: str, file: str) -> list[Problem]:
    """Return the problems of a company's file: its form, who is owner of nothing, and what nobody can be paged for."""
    document = read(text, file)
    problems = company_mistakes(document)
    if problems:
        return problems
    company, source = CompanyData.model_validate(document.data), Written(document.data, document)
    owners = {service.team for service in company.services.values()}
    paged = {name: person for name, person in company.people.items() if person.page is not None}
    for name, person in paged.items():
        if person.team not in owners:
            what = f"{person.team!r} is owner of nothing"
            problems.append(source.problem(("people", name), what, "give their team a service, or name it as there",
                                           "warning"))  # fmt: skip
    teams = {person.team for person in company.people.values()}
    for name, service in company.services.items():
        if teams and service.team not in teams:
            what = f"nobody of {service.team!r} is there or can be paged"
            problems.append(source.problem(("services", name), what, "add one of that team to people", "warning"))
    return sorted(problems)


def shared(company: Document | None) -> dict[str, Any]:
    """Return the sections that a drill begins with."""
    return {key: part for key, part in company.data.items() if key != "name"} if company else {}
