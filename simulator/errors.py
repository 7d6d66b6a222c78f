"""Every error this project raises on purpose: one base, one line each, in the words of whoever must act."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

COMPARED = 200
"""Characters up to which names are compared: how long that takes grows with their square."""


class DrillError(Exception):
    """A mistake that a person can mend; shown as one line, never as a traceback."""


class ScenarioError(DrillError):
    """A scenario or playbook file that cannot be used as it is."""


class BrokenTemplate(ScenarioError):
    """A template that cannot be filled; `loaded.guard` says in which file and line it stands."""

    def __init__(self, template: str, why: str, near: str) -> None:
        super().__init__(template, why, near)  # all of them: SimPy makes what a process raises anew from its `args`
        self.template = template
        self.what = f"broken template ({why})"
        self.remedy = f"use what is there{near}"

    def __str__(self) -> str:
        template, why, _ = self.args
        return f"template {template[:60]!r}: {why}"


class NameTaken(DrillError):
    """Somebody in the drill goes by this name by now."""


class JournalError(DrillError):
    """A journal file that cannot be read; names file, line and remedy."""


class UnknownName(DrillError):
    """A name that nothing carries; offers the nearest one."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"unknown {what} {name!r}{nearest(name, known)}")


class ReplayDivergence(DrillError):
    """A rebuilt journal that differs from the recorded one; names the first entry that does."""


class StoreError(DrillError):
    """The database cannot be read or written; says what to do."""


class StaleWriter(StoreError):
    """Somebody else appended first; reload and try again."""


class UnreadableRow(DrillError):
    """Something stored that this program cannot read: a matter of that drill alone."""

    def __init__(self, drill: str, what: str, why: str) -> None:
        super().__init__(
            f"{what} cannot be read ({why}); "
            f"`drill export {drill}` gives what is stored, `drill verify {drill}` says whether it was changed"
        )
        self.drill = drill


class AccessDenied(DrillError):
    """A code, key or token that opens nothing, or a right the seat does not carry."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a did-you-mean suffix for `name`, or the list of what is known."""
    names = sorted(one for one in known if len(one) <= COMPARED)
    close = difflib.get_close_matches(name, names, n=1) if len(name) <= COMPARED else []
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(names[:12])}" if names else ""
