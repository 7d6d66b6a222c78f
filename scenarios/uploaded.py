"""A drill in one file as the texts that it is made of: as a browser sends it, or as workers elsewhere are given it.

It is read within bounds and never put on disk here. Nothing of it runs: a pack with Python is refused, formulas are
arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

from scenarios.declared.company import FILE as COMPANY
from scenarios.declared.company import Companies, CompanyText, companies_at, company_of
from scenarios.declared.made import FILE, made
from scenarios.declared.source import variants_of
from scenarios.difficulty import at
from scenarios.loader import BASE, load_at, made_of
from scenarios.pack import NAME, pack_of, unpacked
from scenarios.roots import place_at
from scenarios.written import Written
from simulator.errors import DrillError, ScenarioError, UnknownName
from simulator.files import decoded, text_of
from simulator.loaded import Load, LoadedScenario
from simulator.scenario.document import LARGEST, read

LONGEST_TITLE = 120
"""Characters of a title that are shown before the drill was checked."""
ZIP = b"PK\x03\x04"
KEPT = (FILE, COMPANY, "README.md", "LICENSE")
"""What a drill in one file is made of, and what its author says about it."""


def received(raw: bytes, file: str) -> tuple[str, str, dict[str, str]]:
    """Return name, title and files of a drill that somebody sent as `file`: no more than its form is looked at.

    Raises DrillError, with what to do instead.
    """
    files = _of_pack(raw, file) if raw.startswith(ZIP) else {FILE: _text(raw, file)}
    data = read(files[FILE], FILE).data
    name, title = data.get("drill"), data.get("title")
    if not isinstance(name, str) or not re.fullmatch(NAME, name):
        shown = ascii(name)[:60]
        raise ScenarioError(f"{FILE}:1: drill: {shown} is no name; use small letters, digits and underscores")
    if isinstance(title, str) and re.search("[\x00-\x1f\x7f\ud800-\udfff]", title.strip()):
        raise ScenarioError(f"{FILE}:1: title: holds what is no character to be read; take it out")
    return name, (title if isinstance(title, str) and title.strip() else name)[:LONGEST_TITLE], files


def _text(raw: bytes, file: str) -> str:
    if len(raw) > LARGEST:
        raise DrillError(f"{file}: more than {LARGEST:,} bytes; give a drill.yaml or what `drill pack` wrote")
    return decoded(raw, Path(file))


def _of_pack(raw: bytes, file: str) -> dict[str, str]:
    pack = unpacked(raw, file)
    if pack.python:
        what = f"{file}: holds Python ({', '.join(pack.python)}), which no upload brings along"
        raise DrillError(f"{what}; give it to whoever runs this server, who can `drill add` it and trust it")
    if FILE not in pack.files:
        raise DrillError(f"{file}: holds no {FILE}; only a drill in one file can be uploaded")
    return {name: decoded(pack.files[name], Path(name)) for name in KEPT if name in pack.files}


def load(name: str, files: Mapping[str, str], variant: str = BASE, difficulty: str = "standard") -> LoadedScenario:
    """Return a drill that somebody sent, ready to run. Raises UnknownName or ScenarioError."""
    if FILE not in files:
        raise ScenarioError(f"{name}: comes without {FILE}; bring it again")
    return _loaded(name, files[FILE], files.get(COMPANY), variant, difficulty)


@lru_cache(maxsize=64)
def _loaded(name: str, text: str, company: str | None, variant: str, difficulty: str) -> LoadedScenario:
    known = (BASE, *variants_of(read(text, FILE)))
    if variant not in known:
        raise UnknownName(f"variant of {name}", variant, known)
    return at(replace(made_of(text, FILE, companies(company), variant), variants=known), difficulty)


def companies(company: str | None) -> Companies:
    """Return the companies' files for a drill that somebody sent with one of its own, or without."""
    return (*((CompanyText(company, COMPANY),) if company is not None else ()), *companies_at())


def variants(name: str, files: Mapping[str, str]) -> Iterator[tuple[LoadedScenario, Written]]:
    """Yield a drill that somebody sent in each variant, and where each part of it was written. Raises ScenarioError."""
    for variant in load(name, files).variants:
        yield load(name, files, variant), made(files[FILE], FILE, variant, companies(files.get(COMPANY))).source


def carried(where: str) -> tuple[Load, str]:
    """Return what loads a scenario elsewhere too, and what to call it there: for workers on other machines.

    A drill in one file goes along as text. What ships is there already; Python of a folder has to lie at the same path.
    Raises DrillError.
    """
    place = place_at(where)
    if place.ours:
        return load_at, place.name
    if not place.declared:
        return load_at, str(place.folder.resolve())
    files = {FILE: text_of(place.file, "mend it", LARGEST)}
    company = company_of(read(files[FILE], FILE).data, companies_at(place.folder, place.root))
    if company is not None:
        files[COMPANY], _ = company
    load_at(where)  # what is wrong in it is said here, with the file's own name
    return partial(_carried, files), place.name


def _carried(files: Mapping[str, str], name: str, variant: str, difficulty: str) -> LoadedScenario:
    return load(name, files, variant, difficulty)


def packed_again(name: str, files: Mapping[str, str]) -> bytes:
    """Return a drill that somebody sent as the pack that `drill pack` makes of it. Raises DrillError."""
    return pack_of(name, {one: text.encode() for one, text in files.items()}).content()
