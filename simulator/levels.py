"""What a drill keeps of the playbook it is played with: its levels of severity, the worst first, and its classes."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.values import Id, Part


class Level(Part):
    """One level of severity, as far as a drill under way has to know it."""

    id: Id
    title: str = ""
    update_minutes: float | None = None
    """Stakeholders hear at least this often; None in a drill from before playbooks were written down in it."""


class DependencyClass(Part):
    """One class of dependency that something may depend on, and how its failure looks."""

    id: Id
    title: str = ""
    symptom: str = ""


class PlayedBook(Part):
    """The playbook that a drill was opened with."""

    id: str
    digest: str = ""
    """Tells one text of it from another."""
    levels: tuple[Level, ...]
    """The worst first."""
    dependencies: tuple[DependencyClass, ...] = ()
    """Classes of dependencies that it tells apart."""


STANDARD = PlayedBook(
    id="",
    levels=tuple(Level(id=f"SEV-{number}") for number in range(1, 5)),
    dependencies=tuple(DependencyClass(id=name) for name in ("auth", "billing", "queue", "observability")),
)
"""What a drill has that was opened with no playbook, as all were once."""


def place(levels: Sequence[Level], ident: str | None) -> int | None:
    """Return how many levels are worse than this one, None for what is no level."""
    return next((at for at, level in enumerate(levels) if level.id == ident), None)


def at_rank(levels: Sequence[Level], rank: int) -> str:
    """Return the level of a rank, 1 for the worst; below the mildest there is nothing."""
    return levels[max(0, min(rank, len(levels)) - 1)].id


def moved(at: int, of: int, to: int) -> int:
    """Return the place on a scale of `to` levels that is as far down as `at` is on one of `of`.

    What falls between two levels is taken for the graver one.
    """
    return at * (to - 1) // (of - 1) if of > 1 else 0
