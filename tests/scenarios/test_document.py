"""Reading YAML: the words of YAML 1.2, lines for paths, and what is refused; the same with and without libyaml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import ScenarioError
from simulator.scenario import document
from simulator.scenario.document import DEEPEST, FARTHEST, LARGEST, MOST_ENTRIES, MOST_PARTS, read
from tests.shipped import text as shipped_text

FOLDER = Path(str(resources.files("scenarios")))


@pytest.fixture(autouse=True, params=["CSafeLoader", "SafeLoader"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(document, "_PARSER", getattr(yaml, request.param))
    read.cache_clear()
    yield
    read.cache_clear()


def test_libyaml_reads_where_it_is_there() -> None:
    assert yaml.__with_libyaml__


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("on", "on"), ("no", "no"), ("yes", "yes"), ("y", "y"), ("2026-03-12", "2026-03-12"), ("12:30:00", "12:30:00"),
        ("2026-03-12.3", "2026-03-12.3"), ("0b11", "0b11"), ("1_000", "1_000"), ("+", "+"), (".", "."),
        ("true", True), ("False", False), ("tRue", "tRue"), ("null", None), ("~", None), ("", None), ('""', ""),
        ("7", 7), ("-7", -7), ("007", 7), ("0o17", 15), ("0x1F", 31), ("'7'", "7"), ("!!str 7", "7"), ("! 7", "7"),
        ("1.", 1.0), (".5", 0.5), ("-1e3", -1000.0), ("1.5E-2", 0.015),
        ("<<", "<<"), ("[a, {b: 1}]", ["a", {"b": 1}]), ("'" + "9" * 500 + "'", "9" * 500),
        (str(FARTHEST - 1), FARTHEST - 1), (f"-{FARTHEST - 1}", 1 - FARTHEST),
    ],
)  # fmt: skip
def test_words_mean_what_yaml_1_2_says(written: str, meant: Any) -> None:
    found = read(f"x: {written}\n", "mine.yaml").data["x"]
    assert (type(found), found) == (type(meant), meant)


@pytest.mark.parametrize("number", [
    ".inf", "-.INF", ".nan", "1e999", str(FARTHEST), f"-{FARTHEST}", "9" * 500, "9" * 100_000, "0x" + "f" * 5000,
])  # fmt: skip
def test_a_number_beyond_bounds_is_refused_where_it_stands(number: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(f"a: 1\nx: [{number}]\n", "mine.yaml")
    told = "yaml: a number beyond all bounds; write a smaller one, or in quotes what is a word"
    assert str(caught.value) == f"mine.yaml:2: {told}"


def doubled(levels: int, by: int) -> str:
    """Return a file of a few lines each of which holds the one before it several times."""
    lines = (f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * by)}]\n" for at in range(1, levels))
    return "a0: &a0 [x]\n" + "".join(lines)


def parts(data: Any) -> int:
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return 1 + sum(map(parts, inner))


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 9))
def test_a_file_may_become_so_much_and_no_more_however_it_does(levels: int, by: int) -> None:
    text = doubled(levels, by)
    whole = sum(sum(by**power for power in range(level + 1)) + by**level for level in range(levels)) + 1
    if whole > MOST_PARTS:
        with pytest.raises(ScenarioError, match=rf"^mine\.yaml:\d+: file: becomes more than {MOST_PARTS:,} parts here"):
            read.__wrapped__(text, "mine.yaml")
    else:
        assert parts(read.__wrapped__(text, "mine.yaml").data) == whole


def test_many_aliases_that_become_little_are_taken() -> None:
    text = "a: &a [1]\nb: [" + ", ".join(["*a"] * MOST_ENTRIES) + "]\n"
    assert len(read(text, "mine.yaml").data["b"]) == MOST_ENTRIES


def test_a_long_text_counts_for_what_it_is() -> None:
    text = f"a: &a {'y' * 900_000}\nb: [{', '.join(['*a'] * 6)}]\n"
    with pytest.raises(ScenarioError, match=r"^mine\.yaml:2: file: becomes more than"):
        read(text, "mine.yaml")


def test_depth_is_counted_through_aliases() -> None:
    half = "[" * 60 + "{}" + "]" * 60
    text = f"a: &a {half.format('x')}\nb: {half.format('*a')}\n"
    with pytest.raises(ScenarioError, match=r"^mine\.yaml:2: file: nested too deeply"):
        read(text, "mine.yaml")


def test_a_field_may_be_called_true_and_a_part_may_be_used_again() -> None:
    assert read("true: 1\nx: &a {b: [1]}\ny: *a\n", "mine.yaml").data == {"true": 1, "x": {"b": [1]}, "y": {"b": [1]}}


def test_lines_are_found_for_paths() -> None:
    text = shipped_text()
    found = read(text, "mine.yaml")
    at = [query["id"] for query in found.data["queries"]].index("token_stats")
    line = text[: text.index("  - id: token_stats")].count("\n") + 1
    assert found.line(("queries", at)) == line
    assert found.line(("queries", at, "takes")) > line
    assert found.line(("queries", at, "takes", "deeper", 3)) == found.line(("queries", at, "takes"))
    assert found.line(("causes", 0, "true")) == text[: text.index("  - {id: zone_key")].count("\n") + 1
    assert found.line(("no", "such", "path")) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("format: [1", "1: yaml: "),
        ("- 1\n- 2\n", "1: file: holds no mapping; write a line `name: value` for each of its parts"),
        ("", "1: file: holds no mapping"),
        ("id: a\nid: b\n", '2: yaml: found duplicate key "id"; keep one of the two'),
        ("x: !!python/object/apply:os.system [ls]\n", "1: yaml: could not determine a constructor"),
        ("x: 1\ny: !mine 2\n", "2: yaml: could not determine a constructor for the tag '!mine'; take the tag out"),
        ("x: " + "a" * LARGEST, "1: file: 1,000,003 characters; keep it below 1,000,000"),
        ("x: 1\n---\ny: 2\n", "2: yaml: a second document"),
        ("x: 1\ny: *a\n", "2: yaml: "),
        ("x: &a [*a]\n", "1: yaml: "),
        ("x: 1\n? [a]\n: 2\n", "2: yaml: a key that is no word"),
        ("x: 1\ny: \x07\n", "2: yaml: a character that cannot be seen (U+0007); take it out"),
        ("x: 1\ny: \ud800\n", "2: yaml: half a character"),
        ("x: [" + "1, " * MOST_ENTRIES + "1]\n", f"1: file: more than {MOST_ENTRIES:,} entries in one place"),
        ("".join(f"k{at}: 1\n" for at in range(MOST_ENTRIES + 1)), f"{MOST_ENTRIES + 1}: file: more than"),
        ("x: " + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "1: file: nested too deeply"),
        ("x: " + "[" * 400_000, "1: file: nested too deeply"),
        ("x:\n" + "- " * 400_000, "2: file: nested too deeply"),
    ],
    ids=range(18),
)
def test_unsafe_or_broken_text_is_refused_in_one_line(text: str, expected: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(text, "mine.yaml")
    assert str(caught.value).startswith(f"mine.yaml:{expected}")
    assert "\n" not in str(caught.value)


def test_the_text_is_read_once() -> None:
    assert read(shipped_text(), "mine.yaml") is read(shipped_text(), "mine.yaml")


@given(st.text("ab:-{}[],&*!|>'\"#%@ \n\t~1.", max_size=40))
def test_no_text_ends_in_a_traceback(text: str) -> None:
    try:
        told = ""
        assert isinstance(read.__wrapped__(text, "mine.yaml").data, dict)
    except ScenarioError as error:
        told = str(error)
    assert told == "" or re.match(r"mine\.yaml:\d+: .*; .*$", told)
