"""Read a YAML file once: plain data and the line of each part, safely.

The words are those of YAML 1.2's core schema, so `on`, `no` and a date stay words. Tags, a key given twice, numbers
beyond bounds, deep nesting, and files that become more than they are through aliases are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NoReturn

import yaml

from simulator.errors import ScenarioError

LARGEST = 1_000_000
"""Characters beyond which a file is not read, eight times the largest scenario that ships."""
MOST_PARTS = 50_000
"""What a file may become, with what stands behind each alias counted as often as it is used: ten times the largest
scenario that ships, and what can be checked in seconds. A text counts as one part for each hundred characters."""
MOST_ENTRIES = 1_000
"""Entries of one list or mapping; the longest that ship have sixty. Names are compared each with each."""
FARTHEST = 2**63
"""Beyond which a whole number is none: nothing of a drill is counted so far, and databases end there."""
DEEPEST = 100
"""Levels of nesting. The C parser's own composer has no such limit and ends the process instead."""
Steps = tuple[str | int, ...]

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml, some twenty times as fast; without it PyYAML's own parser reads the same."""
_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INT = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORD_TAGS = (None, "!", "tag:yaml.org,2002:str")
_HALVES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
"""What YAML has no place for."""


@dataclass(frozen=True)
class Document:
    """What a YAML file holds. Shared by all who read the same text: never change its data."""

    file: str
    data: dict[str, Any]
    lines: Mapping[Steps, int] = field(repr=False)
    """Path -> line (from 1) of each key and list item; what stands behind an alias has the alias's line."""

    def line(self, path: Steps) -> int:
        """Return the line where `path` stands, or the nearest part above it."""
        for length in range(len(path), 0, -1):
            if found := self.lines.get(path[:length]):
                return found
        return 1


@lru_cache(maxsize=64)
def read(text: str, file: str) -> Document:
    """Return what `text` holds; `file` is what messages call it. Raises ScenarioError with line and remedy."""
    if len(text) > LARGEST:
        raise ScenarioError(f"{file}:1: file: {len(text):,} characters; keep it below {LARGEST:,}")
    if odd := _HALVES.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        raise ScenarioError(f"{file}:{line}: yaml: half a character; save the file as UTF-8")
    if odd := _CONTROLS.search(text):
        line, code = text.count("\n", 0, odd.start()) + 1, ord(odd[0])
        raise ScenarioError(f"{file}:{line}: yaml: a character that cannot be seen (U+{code:04X}); take it out")
    reader = _Reader(text, file)
    try:
        data = reader.whole()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = " ".join(str(getattr(error, "problem", None) or error).split())
        line = min(mark.line, text.count("\n")) if mark else 0  # libyaml counts a line more at the end
        if mark and text.split("\n")[line][: mark.column + 1].endswith("\t"):
            reader.refuse(line, "yaml: a tab stands in the indentation", "indent with spaces")
        reader.refuse(line, f"yaml: {what}", "mend the indentation, brackets or quotes there")
    if not isinstance(data, dict):
        reader.refuse(0, "file: holds no mapping", "write a line `name: value` for each of its parts")
    return Document(file, data, reader.lines)


def inside(nodes: Any, step: str | int) -> Any:
    """Return what stands a step further in; None where nothing does."""
    try:
        return nodes[step]
    except (KeyError, IndexError, TypeError):
        return None


def label(nodes: Any, path: Sequence[str | int]) -> str:
    """Return a path as people say it, with ids in the place of numbers: `queries.git_log.takes`."""
    words = []
    for step in path:
        nodes = inside(nodes, step)
        ident = nodes.get("id") if isinstance(step, int) and isinstance(nodes, Mapping) else None
        words.append(str(ident if ident is not None else step))
    return ".".join(words) or "file"


class _Reader:
    """Builds data out of the parser's events, and notes the line of each part on the way."""

    def __init__(self, text: str, file: str) -> None:
        self.lines: dict[Steps, int] = {}
        self._text, self._file = text, file
        self._event: Callable[[], Any]
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        """Anchor -> what it names, how many parts that is, and how deep it goes."""
        self._parts = 0
        self._bottom = 0
        """Deepest level of what is being built."""

    def refuse(self, line: int, what: str, remedy: str) -> NoReturn:
        """Raise ScenarioError for what stands in `line` (from 0)."""
        raise ScenarioError(f"{self._file}:{line + 1}: {what}; {remedy}") from None

    def whole(self) -> Any:
        """Return the data of the one document there is, None without one."""
        self._event = _PARSER(self._text).get_event
        self._event()
        if isinstance(self._event(), yaml.StreamEndEvent):
            return None
        data = self._value(self._event(), ())
        self._event()
        after = self._event()
        if not isinstance(after, yaml.StreamEndEvent):
            self.refuse(after.start_mark.line, "yaml: a second document", "take out the `---`")
        return data

    def _value(self, event: Any, path: Steps) -> Any:
        if isinstance(event, yaml.AliasEvent):
            return self._again(event, path)
        if isinstance(event, yaml.ScalarEvent) and event.anchor is None:  # nearly all that there is
            self._grow(event, 1, len(path))
            return self._scalar(event)
        above, before = self._bottom, self._parts
        self._bottom = 0
        self._grow(event, 1, len(path))
        if isinstance(event, yaml.ScalarEvent):
            data = self._scalar(event)
        else:
            if event.tag is not None:
                self._no_tag(event)
            data = self._mapping(path) if isinstance(event, yaml.MappingStartEvent) else self._list(path)
        if event.anchor is not None:
            self._anchors[event.anchor] = data, self._parts - before, self._bottom - len(path)
        self._bottom = max(above, self._bottom)
        return data

    def _grow(self, event: Any, parts: int, bottom: int) -> None:
        """Count what is built, before it is."""
        self._parts += parts
        self._bottom = max(self._bottom, bottom)
        if bottom > DEEPEST:
            self.refuse(event.start_mark.line, "file: nested too deeply", "flatten it")
        if self._parts > MOST_PARTS:
            remedy = "make it smaller; what stands behind an alias counts each time"
            self.refuse(event.start_mark.line, f"file: becomes more than {MOST_PARTS:,} parts here", remedy)

    def _mapping(self, path: Steps) -> dict[Any, Any]:
        data: dict[Any, Any] = {}
        while not isinstance(event := self._event(), yaml.MappingEndEvent):
            line = event.start_mark.line
            if not isinstance(event, yaml.ScalarEvent):
                self.refuse(line, "yaml: a key that is no word", "write the key out")
            key = self._scalar(event)
            if isinstance(key, bool):
                key = str(key).lower()  # a field may be called `true`
            if key in data:
                self.refuse(line, f'yaml: found duplicate key "{key}"', "keep one of the two")
            if len(data) >= MOST_ENTRIES:
                self._full(event)
            inner = (*path, key)
            self.lines[inner] = line + 1
            data[key] = self._value(self._event(), inner)
        return data

    def _list(self, path: Steps) -> list[Any]:
        data: list[Any] = []
        while not isinstance(event := self._event(), yaml.SequenceEndEvent):
            if len(data) >= MOST_ENTRIES:
                self._full(event)
            inner = (*path, len(data))
            self.lines[inner] = event.start_mark.line + 1
            data.append(self._value(event, inner))
        return data

    def _full(self, event: Any) -> NoReturn:
        self.refuse(event.start_mark.line, f"file: more than {MOST_ENTRIES:,} entries in one place", "shorten it")

    def _again(self, event: Any, path: Steps) -> Any:
        if event.anchor not in self._anchors:
            self.refuse(event.start_mark.line, f"yaml: nothing before it is called &{event.anchor}", "name it there")
        data, parts, deep = self._anchors[event.anchor]
        self._grow(event, parts, len(path) + deep)
        return data

    def _scalar(self, event: Any) -> Any:
        if event.tag not in _WORD_TAGS:
            self._no_tag(event)
        self._parts += len(event.value) // 100
        data = _meant(event.value) if event.tag is None and event.implicit[0] else event.value
        if isinstance(data, int | float) and not abs(data) < FARTHEST:  # what is no number is not below it either
            remedy = "write a smaller one, or in quotes what is a word"
            self.refuse(event.start_mark.line, "yaml: a number beyond all bounds", remedy)
        return data

    def _no_tag(self, event: Any) -> NoReturn:
        what = f"yaml: could not determine a constructor for the tag {event.tag!r}"
        self.refuse(event.start_mark.line, what, "take the tag out")


def _meant(value: str) -> Any:
    """Return what a plain scalar means in YAML 1.2's core schema."""
    if value in _WORDS:
        return _WORDS[value]
    if value[0] not in "+-.0123456789":
        return value
    if _INT.fullmatch(value):
        return int(value) if len(value) < 400 else float(value)
    if _BASED.fullmatch(value):
        return int(value, 0)
    if _FLOAT.fullmatch(value):
        return float(value)
    if _NO_NUMBER.fullmatch(value):
        return float(value.replace(".", "", 1))
    return value
