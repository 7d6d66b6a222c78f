"""Where what is in a drill was written: in its own sections, or in those of the variant laid over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scenarios.declared.company import Companies, company_of, document_of, shared
from scenarios.problem import Problem
from scenarios.written import Written
from simulator.errors import ScenarioError, nearest
from simulator.scenario.document import Document, Steps, label

FIXED = (
    "drill", "title", "summary", "company", "briefing", "t0", "incident", "variants", "channels", "levels", "audiences",
    "postures",
)  # fmt: skip
"""What no variant may change: people see it before they know anything, so they would tell it from others."""


@dataclass(frozen=True)
class DrillSource(Written):
    """A drill with a variant laid over it, and, for what is spelled out of it, where each part stems from."""

    variant: str = ""
    over: Mapping[str, Any] = field(default_factory=dict)
    """The variant's own data."""
    origins: Mapping[Steps, Steps] = field(default_factory=dict)
    """Path in the scenario that was spelled out -> path in the drill; empty for the drill itself."""
    drill: Mapping[str, Any] = field(default_factory=dict)
    """The drill's data, for the scenario spelled out of it."""
    company: Document | None = None
    """The company's file, under what the drill says itself."""

    def written_at(self, path: Sequence[str | int]) -> Steps:
        """Return where in the drill something stems from."""
        steps = tuple(path)
        if not self.origins:
            return steps
        for length in range(len(steps), 0, -1):
            if steps[:length] in self.origins:
                return (*self.origins[steps[:length]], *steps[length:])
        return steps

    def place(self, path: Sequence[str | int]) -> tuple[str, int]:
        """Return file and line of what stands at `path`, or of the nearest part above it."""
        there = self.written_at(path)
        for length in range(len(there), 0, -1):
            if _inside(self.over, there[:length]):
                return self.base.file, self.base.line(("variants", self.variant, *there[:length]))
            if there[:length] in self.base.lines:
                return self.base.file, self.base.line(there[:length])
            if self.company is not None and there[:length] in self.company.lines:
                return self.company.file, self.company.line(there[:length])
        return self.base.file, 1

    def called(self, path: Steps) -> str:
        """Return what stands at `path`, in the words of the drill."""
        return label(self.drill or self.data, self.written_at(path))

    @property
    def patch_file(self) -> str:
        """Return the file of the variant, empty for the base."""
        return self.base.file if self.over else ""


def laid_over(document: Document, variant: str, companies: Companies = ()) -> DrillSource:
    """Return a drill's data over its company's, with one of its variants laid over it. Raises ScenarioError."""
    own = company_of(document.data, companies)
    company = document_of(own) if own else None
    data = merged(shared(company), document.data)
    if variant == "base":
        return DrillSource(data, document, company=company)
    known = data.get("variants")
    known = known if isinstance(known, dict) else {}
    over = known.get(variant)
    source = DrillSource(data, document, company=company)
    if not isinstance(over, dict):
        raise source.problem(("variants",), f"no variant {variant!r}", f"name one{nearest(variant, known)}").error()
    for name in FIXED:
        if name in over:
            where = ("variants", variant, name)
            raise source.problem(where, "a variant cannot change it: it would be told by it", "take it out").error()
    changes = {("variant_version" if name == "version" else name): value for name, value in over.items()}
    over_it = merged({name: part for name, part in data.items() if name != "variants"}, changes)
    return DrillSource(over_it, document, variant=variant, over=over, company=company)


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return data with a patch over it, key by key as deep as it goes; what is given as nothing is taken out."""
    data = dict(base)
    for name, value in over.items():
        if value is None:
            data.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(data.get(name), Mapping):
            data[name] = merged(data[name], value)
        else:
            data[name] = value
    return data


def variants_of(document: Document) -> tuple[str, ...]:
    """Return the variants that stand in a drill's file."""
    found = document.data.get("variants")
    return tuple(str(name) for name in found) if isinstance(found, dict) else ()


def refuse(problems: Sequence[Problem]) -> None:
    """Raise ScenarioError for the first error there is."""
    first = next((one for one in sorted(problems) if one.level == "error"), None)
    if first is not None:
        raise ScenarioError(str(first))


def _inside(data: Any, path: Sequence[str | int]) -> bool:
    for step in path:
        if not isinstance(data, Mapping) or step not in data:
            return False
        data = data[step]
    return True
