"""Recorded drills under tests/golden, a folder each, laid out so that a person can review what changed.

`people.jsonl` holds what people did and were told; `world.jsonl` what the world did, a line a minute with what
changed in it; `references.json` what would have happened; `score.json` the scorecard. Together they are the drill to
the byte. Lines carry no sequence numbers: one entry more is one line more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from simulator.text import clock

GOLDEN = Path(__file__).parent / "golden"
SHORT = 160
"""Letters of a value that a message shows."""

Line = dict[str, Any]


# --- files -------------------------------------------------------------------------------------------------


def laid_out(lines: Sequence[str], card: str) -> dict[str, str]:
    """Return the text of each file of a recorded drill: of its journal's lines and its scorecard."""
    header, *rest = map(json.loads, lines)
    references = rest.pop()["references"] if rest and "references" in rest[-1] else None
    people, world = [header], []
    sampled: Line = {}
    for _, second in groupby(rest, key=lambda line: line["at"]):
        for place, line in enumerate(second):
            entry = {"at": line["at"], "by": line["by"], "body": line["body"]}
            if line["by"] != "world":
                people.append(entry)
                continue
            body = line["body"]
            if body["kind"] == "truth_sampled":
                if _shape(body) == _shape(sampled):
                    entry = {"at": line["at"], "changed": _changed(sampled, body)}
                sampled = body
            world.append(entry | ({"after": place} if place else {}))
    return {
        "people.jsonl": "".join(f"{_dumped(line)}\n" for line in people),
        "world.jsonl": "".join(f"{_dumped(line)}\n" for line in world),
        "references.json": f"{_spread(references, 3)}\n",
        "score.json": card,
    }


def journal_lines(files: Mapping[str, str]) -> list[str]:
    """Return the lines of the journal that `laid_out` took apart."""
    header, *people = map(json.loads, files["people.jsonl"].splitlines())
    world: dict[int, list[Line]] = {}
    sampled: Line = {}
    for line in map(json.loads, files["world.jsonl"].splitlines()):
        if "changed" in line:
            line["by"] = "world"
            line["body"] = {name: _over(part, line["changed"].get(name)) for name, part in sampled.items()}
            del line["changed"]
        if line["body"]["kind"] == "truth_sampled":
            sampled = line["body"]
        world.setdefault(line["at"], []).append(line)
    by_second = {at: list(lines) for at, lines in groupby(people, key=lambda line: line["at"])}
    entries = []
    for at in sorted({*by_second, *world}):
        second = by_second.get(at, [])
        for line in world.get(at, ()):
            second.insert(line.pop("after", 0), line)
        entries += second
    lines = [_dumped(header), *(_dumped({"seq": seq, **entry}) for seq, entry in enumerate(entries, 1))]
    references = json.loads(files["references.json"])
    return lines if references is None else [*lines, _dumped({"references": references})]


def read(name: str) -> dict[str, str]:
    """Return the files of a recorded drill."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((GOLDEN / name).iterdir())}


def compare(name: str, lines: Sequence[str], card: str) -> None:
    """Hold a drill against the recorded one of that name; under `make golden`, record it."""
    now, folder = laid_out(lines, card), GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in now.items():
            (folder / file).write_text(text, encoding="utf-8")
    assert folder.is_dir(), f"{folder} is missing; run `make golden` and review it"
    was = read(name)
    problem = first_difference(journal_lines(was), list(lines)) or difference_of_cards(was["score.json"], card)
    assert problem is None, f"{name}: {problem}; if that is meant, run `make golden` and review it"
    assert was == now, f"{name} is laid out in another way; run `make golden`"


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _spread(value: Any, depth: int, indent: str = "") -> str:
    """Return JSON with what lies `depth` levels deep on one line each."""
    if not depth or not value or not isinstance(value, dict | list):
        return _dumped(value)
    inner = indent + " "
    if isinstance(value, list):
        parts = [_spread(one, depth - 1, inner) for one in value]
    else:
        parts = [f"{_dumped(key)}: {_spread(one, depth - 1, inner)}" for key, one in value.items()]
    opening, closing = "[]" if isinstance(value, list) else "{}"
    return f"{opening}\n{inner}" + f",\n{inner}".join(parts) + f"\n{indent}{closing}"


def _shape(body: Line) -> list[tuple[str, list[str] | None]]:
    return [(name, list(part) if isinstance(part, dict) else None) for name, part in body.items()]


def _changed(was: Line, now: Line) -> Line:
    """Return of a sample what is different from the one before; both have the same keys in the same order."""
    found: Line = {}
    for name, part in now.items():
        if isinstance(part, dict):
            inner = {key: value for key, value in part.items() if not _same(value, was[name][key])}
            found |= {name: inner} if inner else {}
        elif not _same(part, was[name]):
            found[name] = part
    return found


def _same(one: Any, other: Any) -> bool:
    """Say whether two values are written alike: 0, 0.0 and false are not."""
    return _dumped(one) == _dumped(other)


def _over(part: Any, changed: Any) -> Any:
    if changed is None:
        return part
    return {**part, **changed} if isinstance(part, dict) else changed


# --- differences in words ----------------------------------------------------------------------------------


def first_difference(was: Sequence[str], now: Sequence[str]) -> str | None:
    """Return in words where two journals part; None where they are equal."""
    for old, new in _pairs(was, now):
        if old == new:
            continue
        one, other = (json.loads(line) if line else None for line in (old, new))
        if one is None or other is None:
            return f"{_named(one or other)} is {'new' if one is None else 'gone'}"
        if "seq" not in one or "seq" not in other:
            return _in_words("references" if "references" in one else "header", one, other)
        if _named(one) != _named(other):
            return f"was {_named(one)}, is {_named(other)}"
        return _in_words(_named(one), one["body"], other["body"])
    return None


def difference_of_cards(was: str, now: str) -> str | None:
    """Return in words where two scorecards part; None where they are equal."""
    return None if was == now else _in_words("score", json.loads(was), json.loads(now))


def _pairs(was: Sequence[str], now: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    for at in range(max(len(was), len(now))):
        yield (was[at] if at < len(was) else None), (now[at] if at < len(now) else None)


def _named(line: Line | None) -> str:
    if line is None or "seq" not in line:
        return "references" if line and "references" in line else "header"
    return f"entry {line['seq']} at {clock(line['at'])}, {line['body']['kind']} by {line['by']}"


def _in_words(what: str, was: Any, now: Any) -> str:
    path, old, new = next(_differences(was, now), ("", "the same values", "another order"))
    shown = [value if isinstance(value, str) else _dumped(value) for value in (old, new)]
    return f"{what}: {path or 'all'} was {shown[0][:SHORT]}, is {shown[1][:SHORT]}"


def _differences(was: Any, now: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield (path, was, is) of what is different, in order; parts of a list go by their id where they have one."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*was, *now)):
            yield from _differences(was.get(key, "absent"), now.get(key, "absent"), f"{path}.{key}".lstrip("."))
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for at, (one, other) in enumerate(zip(was, now, strict=True)):
            ident = one.get("id", at) if isinstance(one, dict) else at
            yield from _differences(one, other, f"{path}.{ident}")
    elif not _same(was, now):
        yield path, was, now
