"""Pages that draw themselves anew: nothing that somebody presses or has open is lost to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from tests import modules
from tests.modules import MODULES, broken
from tests.ui.test_sinks import called, calls, nodes

PAGES = [name for name in MODULES if name.startswith("ui/")]
ALONE = {"st.fragment", "st.dialog", "shell.part"}
"""What draws a part of a page by itself."""


def ticking(name: str) -> Iterator[ast.FunctionDef]:
    """Yield the functions of a module that are drawn again and again."""
    for node in nodes(name):
        if isinstance(node, ast.FunctionDef):
            said = (word.arg for one in node.decorator_list if isinstance(one, ast.Call) for word in one.keywords)
            if "run_every" in said:
                yield node


def unasked(name: str) -> Iterator[str]:
    """Yield where a part that ticks has the whole page drawn anew although nobody pressed a button."""
    for function in ticking(name):
        asked = (one for one in ast.walk(function) if isinstance(one, ast.If) and "button(" in ast.unparse(one.test))
        pressed = {id(inner) for branch in asked for inner in ast.walk(branch)}
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.rerun" and id(node) not in pressed:
                yield f"{function.name}: line {node.lineno}"


def test_what_ticks_draws_the_whole_page_anew_by_one_way_alone() -> None:
    assert broken(unasked, PAGES) == {}
    by_itself = [name for name in PAGES for node in calls(name) if called(node.func) == "anew"]
    assert by_itself == ["ui/app_pages/debrief.py", "ui/library_parts/own.py"]


def apart(name: str) -> Iterator[str]:
    """Yield what a module draws by itself although the page is still to draw itself anew."""
    settled = {
        id(inner) for node in nodes(name) if isinstance(node, ast.IfExp) and "settled" in ast.unparse(node.test)
        for inner in ast.walk(node.body)
    }  # fmt: skip
    for node in nodes(name):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ALONE and id(node) not in settled:
            yield f"line {node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.ImportFrom) and node.module in ("streamlit", "ui.parts.shell"):
            yield from (f"imports {one.name}" for one in node.names if one.name in ("fragment", "dialog", "part"))


def test_a_page_that_draws_itself_anew_has_no_parts_of_its_own_until_it_is_settled() -> None:
    assert broken(apart, [name for name in PAGES if name.startswith("ui/debrief_parts/")]) == {}


def page() -> None:
    """Draw a page whose score has come, beside a drawer that is open or not."""
    import streamlit as st

    from ui.parts import shell

    st.session_state.runs = st.session_state.get("runs", 0) + 1
    opened = st.session_state.pop("opened", False)
    shell.drawer("Moment", (lambda: None) if opened else None, settled=False)
    if st.session_state.runs < 5:
        shell.anew()


@pytest.mark.parametrize(("opened", "runs"), [(True, 1), (False, 5)])
def test_a_page_is_drawn_anew_by_itself_once_no_drawer_is_open(opened: bool, runs: int) -> None:
    app = AppTest.from_function(page)
    app.session_state.opened = opened
    app.run()
    assert not app.exception
    assert app.session_state.runs == runs
    app.run()
    assert app.session_state.runs >= 5, "whoever closed it sees what came"


def test_the_rules_have_something_to_look_at() -> None:
    assert [one.name for name in PAGES for one in ticking(name)] == ["_scoring", "_news", "_checking", "_scoring"]
    assert "fragment" in modules.text("ui/debrief_parts/happened.py")
