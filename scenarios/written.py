"""What authors wrote, where each part of it stands, and what is wrong with it in their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from scenarios.patch import Patched
from scenarios.problem import Level, Problem
from simulator.errors import nearest
from simulator.scenario.document import Document, Steps, label
from simulator.values import models_in

KEY = "[key]"
"""What pydantic ends a path with where the name itself is wrong, not what stands under it."""
QUOTED = "; what has a comma in it, a formula say, stands in quotes within {…}"
"""What is said as well of a name that looks like the rest of something else."""


@dataclass(frozen=True)
class Lent:
    """A company's file under what a scenario says itself."""

    document: Document
    origins: Mapping[Steps, Steps]
    """Path in what it lends, as parts of a scenario -> path in the company's file."""
    patched: Patched
    """The scenario's own over that."""

    def written_at(self, path: Steps) -> Steps:
        """Return where in the company's file stands what it lends at `path`."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return (*self.origins[path[:length]], *path[length:])
        return path


@dataclass(frozen=True)
class Written:
    """A scenario's data and where each part of it was written: its own file, a patch over it, or its company's."""

    data: dict[str, Any]
    base: Document
    patched: Patched | None = None
    patch: Document | None = None
    lent: Lent | None = None

    @property
    def patch_file(self) -> str:
        """Return the file of the patch, empty where there is none."""
        return self.patch.file if self.patch else ""

    def place(self, path: Sequence[str | int]) -> tuple[str, int]:
        """Return file and line (from 1) of what stands at `path`, or of the nearest part above it."""
        document, there = self._origin(tuple(path))
        return document.file, document.line(there)

    def _origin(self, path: Steps) -> tuple[Document, Steps]:
        """Return the file in which something was written, and its path there."""
        if self.patched is not None and self.patch is not None:
            from_patch, path = self.patched.origin(path)
            if from_patch:
                return self.patch, path
        if self.lent is not None:
            own, path = self.lent.patched.origin(path)
            if not own:
                return self.lent.document, self.lent.written_at(path)
        return self.base, path

    def called(self, path: Steps) -> str:
        """Return what stands at `path`, as its author calls it."""
        document, there = self._origin(tuple(path))
        lent = self.lent is not None and document is self.lent.document
        return label(document.data, there) if lent else label(self.data, path)

    def problem(self, path: Steps, what: str, remedy: str, level: Level = "error") -> Problem:
        """Return what is wrong with what stands at `path`."""
        return Problem(*self.place(path), f"{self.called(path)}: {what}", remedy, level)

    def problem_with(self, value: str, what: str, remedy: str) -> Problem:
        """Return what is wrong with the first place where `value` stands."""
        return self.problem(_path_to(value, self.data) or (), what, remedy)


def _path_to(value: str, nodes: Any) -> Steps | None:
    if nodes == value:
        return ()
    inner = nodes.items() if isinstance(nodes, Mapping) else enumerate(nodes) if isinstance(nodes, list) else ()
    paths = ((step, _path_to(value, node)) for step, node in inner)
    return next(((step, *path) for step, path in paths if path is not None), None)


def schema_problems(
    error: ValidationError, source: Written, model: type[BaseModel], under: Steps = ()
) -> list[Problem]:
    """Return what a validation error of `model` finds; `under` is where in the source the model stands."""
    found = [(tuple(problem["loc"]), problem) for problem in error.errors(include_url=False)]
    misnamed = {path[:-1] for path, _ in found if path[-1:] == (KEY,)}
    return [
        source.problem((*under, *(one for one in path if one != KEY)), *_told(problem, path, model))
        for path, problem in found
        # What stands under a name that is none need not be right.
        if path[-1:] == (KEY,) or not any(path[: len(name)] == name for name in misnamed)
    ]


def _told(problem: Any, path: Steps, model: type[BaseModel]) -> tuple[str, str]:
    match problem["type"]:
        case "missing":
            return "is missing", "add it"
        case "extra_forbidden":
            comma = QUOTED if set(str(path[-1])) & set("()*/+") else ""
            return "no such field", f"remove or rename it{nearest(str(path[-1]), _fields_at(path[:-1], model))}{comma}"
        case "literal_error":
            return f"{problem['input']!r} is not possible", f"write {problem['ctx']['expected']}"
        case "tuple_type":
            what = "is no list" if problem["input"] is not None else "is empty"
            return what, "write [a, b], or a line `- a` for each"
        case "string_type" if isinstance(problem["input"], int | float):
            return f"{problem['input']} is a number, no text", f'put it in quotes: "{problem["input"]}"'
        case "string_pattern_mismatch" if path and path[-1] == KEY:
            name, remedy = problem["input"], "name it with small letters, digits and _"
            return f"{name!r} is no name", remedy + QUOTED * (not str(name).replace("_", "").isalnum())
        case "dict_type" | "model_type":
            return "is no mapping", "write {name: value}, or a line `name: value` for each"
    what = str(problem["msg"]).removeprefix("Value error, ")
    return what[:1].lower() + what[1:], "correct the value"


def _fields_at(path: Steps, model: type[BaseModel]) -> list[str]:
    """Return the fields a part of `model` has at `path`."""
    models: list[Any] = [model]
    for step in path:
        if isinstance(step, str):
            models = [m.model_fields[step].annotation for m in models if step in m.model_fields]
        models = [model for one in models for model in models_in(one)]
    return sorted({info.alias or name for model in models for name, info in model.model_fields.items()})
