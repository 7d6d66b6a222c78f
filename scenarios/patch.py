"""A variant as a patch: laid over a scenario part by part, remembering which file each part came from.

Parts (list entries with an `id`) are matched by id: the fields a patch gives replace those of the part with that
id, a new id is a new part, and `remove: {actions: [id, …]}` takes parts out; the same holds inside a part, such as
for a role's cues. `parameters`, `context`, `overlay`, `novice` and `expert` are replaced key by key.
Everything else is replaced whole. What a company lends lies under a scenario in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.errors import nearest
from simulator.scenario.document import Steps

BY_KEY = ("parameters", "context", "overlay", "novice", "expert")
"""Fields of a scenario that are replaced key by key."""
FIXED = (
    "format", "id", "variant", "title", "summary", "company", "briefing", "t0_utc", "incident", "channels",
    "restricted", "room", "conventions",
)  # fmt: skip
"""Fields that no variant may change: people see them before they know anything, so they would tell it from others."""

OWN = {"version": "variant_version"}
"""What a patch states of itself, and where that stands beside what the scenario states."""


@dataclass
class Patched:
    """A scenario's data with a patch over it."""

    data: dict[str, Any] = field(default_factory=dict)
    origins: dict[Steps, tuple[bool, Steps]] = field(default_factory=dict)
    """Path in `data` -> whether the patch gave it, and its path there or in the base; paths below go along."""
    else_own: bool = False
    """Whose is what `origins` says nothing of: the patch's, where what lies under it is only lent."""
    problems: list[tuple[Steps, str, str]] = field(default_factory=list)
    """What the patch cannot do: path in the patch, what is wrong, remedy."""

    def origin(self, path: Steps) -> tuple[bool, Steps]:
        """Return whether the patch gave what stands at `path`, and the path where it was written."""
        for length in range(len(path), 0, -1):
            found = self.origins.get(path[:length])
            if found is not None:
                return found[0], (*found[1], *path[length:])
        return self.else_own, path


def lay_over(base: Mapping[str, Any], patch: Mapping[str, Any]) -> Patched:
    """Return the data of `base` with `patch` laid over it; neither is changed."""
    made = Patched()
    for name in FIXED:
        if name in patch:
            made.problems.append(((name,), "a variant cannot change it: it would be told by it", "take it out"))
    made.data = _fields(made, base, {OWN.get(k, k): v for k, v in patch.items() if k not in FIXED}, (), (), ())
    made.origins.update({(ours,): (True, (theirs,)) for theirs, ours in OWN.items() if theirs in patch})
    return made


def lay_under(lent: Mapping[str, Any], own: Mapping[str, Any]) -> Patched:
    """Return the data of `own` with `lent` under it; neither is changed.

    Parts are matched by id as in a variant, and stand in the order that `own` has them in, with those that are only
    lent after them.
    """
    made = Patched(else_own=True)
    made.data = _under(made, lent, own, (), (), ())
    return made


def _under(
    made: Patched, lent: Mapping[str, Any], own: Mapping[str, Any], at: Steps, old: Steps, new: Steps
) -> dict[str, Any]:
    gone = _removed(made, own, ()) if not at else {}
    data = {key: value for key, value in own.items() if at or key != "remove"}
    for group, idents in gone.items():
        known = _ids(lent.get(group))
        for index, ident in enumerate(idents):
            if ident not in known:
                remedy = f"name one{nearest(ident, known)}"
                made.problems.append((("remove", group, index), f"the company has no {ident!r}", remedy))
    for key, value in lent.items():
        there = own.get(key)
        if _are_parts(value) and (_are_parts(there) or key not in own):
            where = ((*at, key), (*old, key), (*new, key))
            data[key] = _parts_under(made, value, there or [], gone.get(key, ()), where)
        elif not at and isinstance(value, Mapping) and isinstance(there, Mapping):
            data[key] = {**value, **there}
            made.origins.update({(key, name): (name in there, (key, name)) for name in data[key]})
        elif key not in own:
            data[key] = value
            made.origins[(*at, key)] = (False, (*old, key))
    return data


def _parts_under(made: Patched, lent: Any, own: Any, gone: Any, where: tuple[Steps, Steps, Steps]) -> list[Any]:
    at, old, new = where
    known = {part["id"]: (index, part) for index, part in enumerate(lent)}
    data: list[Any] = []
    for number, part in enumerate(own):
        here = (*at, number)
        made.origins[here] = (True, (*new, number))
        index, below = known.pop(part["id"], (0, {}))
        data.append(_under(made, below, part, here, (*old, index), (*new, number)))
    for ident, (index, below) in known.items():
        if ident not in gone:
            made.origins[(*at, len(data))] = (False, (*old, index))
            data.append(below)
    return data


def _fields(
    made: Patched, base: Mapping[str, Any], patch: Mapping[str, Any], at: Steps, old: Steps, new: Steps
) -> dict[str, Any]:
    data = dict(base)
    removed = _removed(made, patch, new)
    for group, idents in removed.items():
        known = _ids(base.get(group))
        for index, ident in enumerate(idents):
            if ident not in known:
                where = (*new, "remove", group, index)
                made.problems.append((where, f"there is no {ident!r} to remove", f"name one{nearest(ident, known)}"))
    for key, value in patch.items():
        if key == "remove":
            continue
        if _are_parts(value) and _are_parts(base.get(key)):
            continue
        if not at and key in BY_KEY and isinstance(value, Mapping) and isinstance(base.get(key), Mapping):
            data[key] = {**base[key], **value}
            made.origins[(key,)] = (True, (key,))
            made.origins.update({(key, name): (name in value, (key, name)) for name in data[key]})
        else:
            data[key] = value
            made.origins[(*at, key)] = (True, (*new, key))
    for key, parts in base.items():
        gone = removed.get(key, ())
        patched = patch.get(key)
        if _are_parts(parts) and (gone or _are_parts(patched)):
            changes = patched if _are_parts(patched) else []
            data[key] = _parts(made, parts, changes, gone, ((*at, key), (*old, key), (*new, key)))
    return data


def _parts(made: Patched, base: Any, patch: Any, gone: Any, where: tuple[Steps, Steps, Steps]) -> list[Any]:
    at, old, new = where
    changes = {part["id"]: (index, part) for index, part in enumerate(patch)}
    known = [part["id"] for part in base]
    data: list[Any] = []
    for index, part in enumerate(base):
        if part["id"] in gone:
            continue
        here = (*at, len(data))
        made.origins[here] = (False, (*old, index))
        number, change = changes.get(part["id"], (0, {}))
        data.append(_fields(made, part, change, here, (*old, index), (*new, number)))
    for number, part in enumerate(patch):
        if part["id"] not in known:
            made.origins[(*at, len(data))] = (True, (*new, number))
            data.append(part)
    return data


def _removed(made: Patched, patch: Mapping[str, Any], at: Steps) -> dict[str, list[str]]:
    """Return section -> ids that are taken out, noting what says neither."""
    removed = patch.get("remove")
    if removed is not None and not isinstance(removed, Mapping):
        made.problems.append(((*at, "remove"), "names no section", "write `remove: {services: [id, …]}`"))
    found = {}
    for group, idents in removed.items() if isinstance(removed, Mapping) else ():
        if isinstance(idents, list) and all(isinstance(one, str) for one in idents):
            found[group] = idents
        else:
            made.problems.append(((*at, "remove", group), "is no list of ids", f"write `{group}: [id, …]`"))
    return found


def _ids(parts: Any) -> list[str]:
    listed = parts if isinstance(parts, list) else ()
    return [part["id"] for part in listed if isinstance(part, Mapping) and isinstance(part.get("id"), str)]


def _are_parts(value: Any) -> bool:
    """Tell whether these are parts that are matched by id; any other list is replaced whole, and read as it stands."""
    return isinstance(value, list) and bool(value) and len(_ids(value)) == len(value)
