"""What is installed: every package to the exact version, under a licence that asks for nothing but its notice.

Reads the two lock files and what the installed packages say of themselves; nothing is asked of any network.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")
LINE = re.compile(r"#[^:]*|-r requirements\.txt|[A-Za-z0-9][\w.-]*==\d[\w.+!]*( ; [\w .\"'<>=!]+)?")
"""A comment without an address, the other lock, or a pin. No option, no address, no folder."""
FREE = {"0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-CMU", "PSF-2.0",
        "Zlib"}  # fmt: skip
UNCHANGED = {"MPL-2.0", "LGPL-3.0-only"}
"""Ask for their own source where it is changed; we change none. The second is the driver of PostgreSQL, an extra."""
SAME = {
    "3-Clause BSD License": "BSD-3-Clause", "BSD License": "BSD", "MIT License": "MIT", "ISC License": "ISC",
    "Apache 2.0": "Apache-2.0", "Apache License 2.0": "Apache-2.0", "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}  # fmt: skip
"""What packages write -> how SPDX calls it."""
UNSAID = {"axe-playwright-python": "MIT AND MPL-2.0"}
"""Package whose metadata names no licence -> what its own file and that of the script in it say."""


@cache
def pinned() -> Mapping[str, Requirement]:
    """Return name -> pin of all that is locked for this machine."""
    lines = (line for name in LOCKS for line in (ROOT / name).read_text(encoding="utf-8").splitlines())
    pins = [Requirement(line) for line in lines if line[0] not in "#-"]
    return {canonicalize_name(pin.name): pin for pin in pins if pin.marker is None or pin.marker.evaluate()}


def needs(requirements: list[str], extras: set[str]) -> Iterator[Requirement]:
    for one in map(Requirement, requirements):
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras or {""}):
            yield one


def needed() -> dict[str, list[Requirement]]:
    """Return name -> what is asked of it, from what the project names on and through all that this needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    left = list(needs([*project["dependencies"], *project["optional-dependencies"]["dev"]], set()))
    found: dict[str, list[Requirement]] = {}
    while left:
        one = left.pop()
        name = canonicalize_name(one.name)
        if str(one) not in map(str, found.setdefault(name, [])):
            found[name].append(one)
            if name in pinned():
                left += needs(metadata.requires(name) or [], one.extras)
    return found


def licences(about: metadata.PackageMetadata) -> list[str]:
    """Return the licences a package is under, as SPDX names them; of several to choose from, one that is free."""
    classifiers = about.get_all("Classifier") or []
    words = about.get("License-Expression") or about.get("License") or UNSAID.get(about["Name"], "")
    if not words or len(words) > 80:  # some give the whole text
        words = next((one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License")), "unknown")
    found = [SAME.get(one, one) for one in words.split(" AND ")]
    return [next((SAME.get(way, way) for way in one.split(" OR ") if way in FREE), one) for one in found]


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_a_pin(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []


@pytest.mark.parametrize("line", [
    "rich", "rich>=15", "rich==15.*", "rich==15 --hash=sha256:0", "--index" "-url https://x", "-e .", "./rich.whl", "",
    "rich @ https://x/rich.whl", "# from https://x", "git+https://x/rich",
])  # fmt: skip
def test_what_is_no_pin_is_seen(line: str) -> None:
    assert not LINE.fullmatch(line)


def test_what_is_pinned_is_what_is_installed() -> None:
    found = {name: metadata.version(name) for name in pinned()}
    assert {name: version for name, version in found.items() if not pinned()[name].specifier.contains(version)} == {}


def test_all_that_is_needed_is_pinned_and_nothing_else() -> None:
    asked = needed()
    assert sorted(asked.keys() - pinned().keys()) == []
    assert sorted(pinned().keys() - asked.keys()) == []
    wrong = [str(one) for name, ones in asked.items() for one in ones if not one.specifier.contains(
        next(iter(pinned()[name].specifier)).version, prereleases=True)]  # fmt: skip
    assert wrong == []


def test_every_licence_is_free() -> None:
    found = {name: licences(metadata.metadata(name)) for name in pinned()}
    assert {name: given for name, given in found.items() if not {*given} <= FREE | UNCHANGED} == {}


@pytest.mark.parametrize(("says", "free"), [
    ("GPL-3.0-or-later", False), ("MIT AND GPL-2.0-only", False), ("GPL-2.0-only OR MIT", True), ("", False),
    ("Apache 2.0", True), ("Proprietary", False), ("AGPL-3.0-only", False), ("0BSD AND MIT", True),
])  # fmt: skip
def test_a_licence_that_is_not_free_is_seen(says: str, free: bool) -> None:
    about = metadata.metadata("rich")
    for field in ("License-Expression", "License", "Classifier"):
        del about[field]  # type: ignore[attr-defined]
    about["License-Expression"] = says  # type: ignore[index]
    assert ({*licences(about)} <= FREE | UNCHANGED) == free
