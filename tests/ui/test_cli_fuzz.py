"""The command line under anything: options, values, files and streams drawn at random, all in one process.

What holds of all: an exit code that means something, words in lines on stderr, JSON or nothing on stdout, no exception.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.errors import UnknownName
from simulator.loaded import LoadedScenario
from simulator.play import play
from tests.ui.commanded import played
from tests.ui.test_streams import Failing
from ui import cli
from ui.cli import shared

TABLES = ("score", "playbook")
"""Commands that may print something else than JSON."""
FILES = ("journal", "broken", "pipe", "folder", "empty", "deep.yaml", "book.yaml", "scenario.yaml", "none")
VALUES = st.one_of(
    st.sampled_from(["toy", "base", "null", "by_the_book", "table", "json", "7", "0", "1.5", "recovery", "training"]),
    st.sampled_from([
        "nan", "inf", "-inf", "-1", "1e999", "9" * 5000, "", " ", "-", "--", "://", "postgresql://h:abc/x", "sqlite://",
        "../../x", "/dev/zero", "/dev/full", "/dev/null", "a\nb", "\x1b[2J\u202e", "\ud800", "[/]", "%s{}", "\0",
        "~nobody/x",
    ]),
    st.sampled_from(FILES),
    st.text(max_size=6),
)  # fmt: skip
OPTIONS = ("--variant", "--difficulty", "--policy", "--seed", "--until", "--step", "--commands", "--out", "--playbook",
           "--mode", "--format", "--seeds", "--data", "--nonsense", "--help")  # fmt: skip
COMMANDS = ("play", "score", "replay", "check", "playbook", "schema", "list", "export", "plya")
JUNK = st.one_of(
    st.binary(max_size=60),
    st.text("ab:-{}[],&*!|>'\"#%@ \n\t~1.", max_size=60).map(str.encode),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["at", "by", "body"]), inner),
        max_leaves=5,
    ).map(lambda data: json.dumps(data).encode()),
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder of odd things, in which the command line runs on the toy scenario."""

    def find(scenario: str, variant: str, difficulty: str = "standard") -> LoadedScenario:
        if scenario != "toy":
            raise UnknownName("scenario", scenario, ["toy"])
        return loaded

    loaded, folder = played(), tmp_path_factory.mktemp("odd")
    before = Path.cwd()
    os.chdir(folder)
    os.mkfifo("pipe")
    Path("folder").mkdir()
    Path("empty").touch()
    Path("deep.yaml").write_text("a: " + "[" * 5000, encoding="utf-8")
    play(loaded, "by_the_book", 3, until=300).journal.save(Path("first"))
    try:
        of_record = mock.patch.object(shared, "played", lambda head: find(head.scenario, head.variant, head.difficulty))
        with mock.patch.object(shared, "find", find), of_record:
            # With its reference runs, or each score would make them.
            assert cli.main(["score", "first", "--seeds", "0", "--keep"]) == 0
            yield folder
    finally:
        os.chdir(before)


def stream(kind: str) -> io.StringIO | None:
    failures = {"full": errno.ENOSPC, "cut": errno.EPIPE}
    return Failing(failures[kind], late=True) if kind in failures else None if kind == "closed" else io.StringIO()


def tried(arguments: list[str], kinds: tuple[str, str] = ("", "")) -> None:
    """Run the command line on streams of these kinds and look at what comes of it."""
    out, err = map(stream, kinds)
    with mock.patch.object(sys, "stdout", out), mock.patch.object(sys, "stderr", err):
        code = cli.main(arguments)
    assert code in (0, 1, 2, 141), arguments
    if kinds[0]:
        assert code != 1 or arguments[0] in ("play", "check", "replay")
    told = err.getvalue() if err is not None and not kinds[1] else ""
    assert not {unicodedata.category(one) for one in told if one != "\n"} & {"Cc", "Cs", "Zl", "Zp"}, told
    assert "\u202e" not in told
    if code == 2 and not any(kinds):
        assert told.splitlines()[-1].startswith("drill: ")
        assert out is not None
        assert out.getvalue() == "", arguments
    if code < 2 and not kinds[0] and out is not None and "--help" not in arguments and arguments[0] not in TABLES:
        json.loads(out.getvalue() or "0")


KINDS = st.sampled_from(["", "", "", "full", "cut", "closed"])


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(COMMANDS), st.lists(VALUES, max_size=2),
    st.lists(st.tuples(st.sampled_from(OPTIONS), VALUES), max_size=3), JUNK, st.tuples(KINDS, KINDS),
)  # fmt: skip
def test_no_options_no_values_and_no_streams_end_in_a_traceback(
    place: Path, command: str, values: list[str], options: list[tuple[str, str]], junk: bytes, kinds: tuple[str, str]
) -> None:
    for name in ("broken", "book.yaml", "scenario.yaml"):
        (place / name).write_bytes(junk)
    (place / "journal").write_bytes((place / "first").read_bytes())
    with contextlib.suppress(OSError):
        (place / "none").unlink()
    tried([command, *values, *(word for option in options for word in option)], kinds)


FORGED = [None, True, -1, 0, 10**6, 10**18, 1e308, "", "x", "query:check#9", [], {}, ["x"], {"x": 1}]


def at_path(data: Any, path: tuple[str | int, ...]) -> Any:
    return at_path(data[path[0]], path[1:]) if path else data


def forgeries(value: object, lines: list[str]) -> list[Any]:
    """Return what may stand in the place of a value: mostly something of its kind, which no reader refuses."""
    if isinstance(value, bool):
        return [not value, *FORGED]
    if isinstance(value, int | float):
        return [-1, 0, 1, value + 1, 10**6, *FORGED[:3]]
    if isinstance(value, str):
        return [*sorted(set(re.findall(r'": "([^"\\\\]+)"', "\n".join(lines)))), *FORGED[-6:]]
    return FORGED


@pytest.fixture(scope="module")
def recorded(place: Path) -> list[str]:
    return (place / "first").read_text(encoding="utf-8").splitlines()


def leaves(data: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    yield path
    for step, value in inner:
        yield from leaves(value, (*path, step))


def changed(data: object, path: tuple[str | int, ...], value: object) -> object:
    if not path:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)  # type: ignore[call-overload]
    copy[path[0]] = changed(copy[path[0]], path[1:], value)
    return copy


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_forged_journal_ends_in_a_traceback(place: Path, recorded: list[str], data: st.DataObject) -> None:
    lines = list(recorded)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        line = json.loads(lines[at])
        path = data.draw(st.sampled_from(list(leaves(line))))
        lines[at] = json.dumps(changed(line, path, data.draw(st.sampled_from(forgeries(at_path(line, path), lines)))))
    (place / "forged").write_text("\n".join(lines), encoding="utf-8")
    for command in (["score", "forged", "--seeds", "0"], ["replay", "forged"], ["play", "toy", "--commands", "forged"]):
        tried(command)
