"""The lobby and the library list what can be played, and start whatever an author has got wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from scenarios import names
from tests.scenarios.authored import Author, authoring, world

Open = Callable[..., AppTest]


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    root = tmp_path / "own"
    root.mkdir()
    with authoring(root) as write:
        yield write


@pytest.mark.parametrize("file", ["lobby.py", "library.py"])
def test_a_page_lists_what_can_be_played_and_starts_whatever_cannot(
    file: str, author: Author, open_app: Open
) -> None:
    shipped = names()
    author("aaa_broken", "import nothing_there\n" + world())
    author("aab_yaml", more="x: [\n")
    author("aac_draft", more="draft: true\n")
    app = open_app(file)
    assert not app.exception
    assert not app.error
    if file == "lobby.py":
        offered = [key for one in app.button if (key := str(one.key)).startswith(("practise-", "host-"))]
        assert sorted(offered) == sorted(f"{way}-{name}" for way in ("practise", "host") for name in shipped)
    else:
        assert len([link for link in app.get("page_link") if "Practise it" in str(link.proto)]) == len(shipped)


def test_a_lobby_without_any_scenario_starts(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenarios.__path__", [])
    app = open_app()
    assert not app.exception
    assert "No scenario can be played here" in app.info[0].value
