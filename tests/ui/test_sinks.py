"""Hold pages to how text gets onto them: one function escapes it, one wrapper takes what callbacks raise."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests import modules
from tests.modules import MODULES, broken

PAGES = [name for name in MODULES if name.startswith("ui/")]
ESCAPING = "ui/parts/text.py"
CALLBACKS = {"on_click", "on_change", "on_submit", "on_select", "on_dismiss"}
WORDS = (None, "ignore", "rerun")
TAG = re.compile(r"</?[a-z]")
DIGITS = {"escape", "plain", "sentence", "len", "round", "int", "abs", "clock", "stamp"}
"""What gives digits or a clock's letters, and what escapes."""
MADE_OF_US = {"html", "label", "inside", "control", "more"}
"""What a parameter is called that is markup or Markdown of ours already."""


def called(node: ast.expr) -> str:
    """Return the last name of what is called."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def nodes(name: str) -> Iterator[ast.AST]:
    return ast.walk(modules.tree(name))


def around(name: str) -> dict[int, ast.FunctionDef]:
    """Return for each node of a module the innermost function it is in."""
    made = (node for node in nodes(name) if isinstance(node, ast.FunctionDef))
    return {id(inner): node for node in made for inner in ast.walk(node)}


def calls(name: str) -> Iterator[ast.Call]:
    return (node for node in nodes(name) if isinstance(node, ast.Call))


def let_through(name: str) -> Iterator[str]:
    """Yield what a module lets through as markup or script."""
    words = (word for node in calls(name) for word in node.keywords if (word.arg or "").startswith("unsafe_"))
    yield from (ast.unparse(word) for word in words if ast.unparse(word.value) != "False")


def test_no_page_lets_markup_or_script_through_unsafely() -> None:
    assert broken(let_through, PAGES) == {}


def escapers(name: str) -> set[str]:
    """Return what a module imports that escapes."""
    imported = {alias.name for node in nodes(name) if isinstance(node, ast.Import) for alias in node.names}
    from_them = {str(node.module) for node in nodes(name) if isinstance(node, ast.ImportFrom)}
    return {"html", "markupsafe", "xml.sax.saxutils", "cgi"} & (imported | from_them)


def test_only_one_function_escapes() -> None:
    assert broken(escapers, PAGES).keys() <= {ESCAPING}


def made_up(name: str) -> Iterator[str]:
    """Yield what a module makes a component of that is no constant."""
    for node in calls(name):
        if called(node.func) == "component":
            yield f"{node.lineno}: its script is to be a file of this server, which `packaged` finds"
        elif called(node.func) == "packaged":
            for text in (*node.args, *(word.value for word in node.keywords)):
                ours = isinstance(text, ast.Name) and text.id.isupper()
                if not (ours or isinstance(text, ast.Constant) or ast.unparse(text) == "styles()"):
                    yield f"{text.lineno}: {ast.unparse(text)}"


def test_a_component_is_made_of_constants() -> None:
    assert broken(made_up, [name for name in PAGES if name != "ui/parts/assets.py"]) == {}


@cache
def functions() -> frozenset[str]:
    """Return the names of all functions of the pages: what they return as markup is held to the same rule there."""
    return frozenset(node.name for name in PAGES for node in nodes(name) if isinstance(node, ast.FunctionDef))


class Scope:
    """What the names of one function hold."""

    def __init__(self, function: ast.FunctionDef | ast.Module) -> None:
        self.given: dict[str, list[ast.expr | None]] = {}
        if isinstance(function, ast.FunctionDef):
            for one in (*function.args.args, *function.args.kwonlyargs):
                if one.annotation is not None and "str" in ast.unparse(one.annotation) and one.arg not in MADE_OF_US:
                    self.given[one.arg] = [None]
        for node in ast.walk(function):
            match node:
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        self._give(target, value)
                case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
                    self._give(target, value)
                case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                    self._give(target, value)

    def _give(self, target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self.given.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple):
            parts = value.elts if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts) else None
            for place, one in enumerate(target.elts):
                self._give(one, parts[place] if parts else None if value is None else value)

    def raw(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
        """Tell whether an expression is data as it came: not escaped, no number, no markup made by a function."""
        match node:
            case ast.Constant() | ast.BinOp() | ast.Compare() | ast.UnaryOp() | ast.JoinedStr() | ast.Lambda():
                return False  # a text of ours, a number, or another text with markup, which is looked at by itself
            case ast.Call(func=ast.Attribute(attr="join"), args=[ast.GeneratorExp(elt=one) | ast.ListComp(elt=one)]):
                return self.raw(one, seen)
            case ast.Call(func=ast.Attribute(attr="join"), args=[one]):
                return self.raw(one, seen)
            case ast.Call(func=function):
                return called(function) not in functions() | DIGITS
            case ast.IfExp(body=one, orelse=other):
                return self.raw(one, seen) or self.raw(other, seen)
            case ast.BoolOp(values=values):
                return any(self.raw(value, seen) for value in values)
            case ast.List(elts=many) | ast.Tuple(elts=many):
                return any(self.raw(one, seen) for one in many)
            case ast.Starred(value=one):
                return self.raw(one, seen)
            case ast.ListComp(elt=one) | ast.GeneratorExp(elt=one):
                return self.raw(one, seen)
            case ast.Name(id=name):
                if name in seen or name not in self.given:
                    return False
                return any(value is None or self.raw(value, seen | {name}) for value in self.given[name])
        return True


def markup(name: str) -> Iterator[tuple[Scope, ast.JoinedStr]]:
    """Yield every text of a module that has tags in it, with the function it is in."""
    within = around(name)
    for node in nodes(name):
        if isinstance(node, ast.JoinedStr):
            fixed = "".join(str(one.value) for one in node.values if isinstance(one, ast.Constant))
            if TAG.search(fixed):
                yield Scope(within.get(id(node), modules.tree(name))), node


def unescaped(name: str) -> Iterator[str]:
    """Yield what a module puts into markup as it came."""
    for scope, text in markup(name):
        for piece in text.values:
            if isinstance(piece, ast.FormattedValue):
                numeric = piece.format_spec is not None and ast.unparse(piece.format_spec)[-2] in "dgf%"
                if not numeric and scope.raw(piece.value):
                    yield f"{piece.lineno}: {ast.unparse(piece.value)}"


MARKDOWN = {"markdown", "caption", "error", "warning", "info", "success", "toast", "subheader", "popover", "expander",
            "button"}  # fmt: skip
"""What reads its text, or its label, as Markdown."""


def unplain(name: str) -> Iterator[str]:
    """Yield what a module puts into Markdown as it came."""
    within = around(name)
    for call in calls(name):
        if isinstance(call.func, ast.Attribute) and call.func.attr in MARKDOWN and call.args:
            scope, text = Scope(within.get(id(call), modules.tree(name))), call.args[0]
            pieces = [one.value for one in text.values if isinstance(one, ast.FormattedValue) and not one.format_spec] \
                if isinstance(text, ast.JoinedStr) else [text]
            yield from (f"{piece.lineno}: {ast.unparse(piece)}" for piece in pieces if scope.raw(piece))


def test_what_is_put_into_markup_is_escaped() -> None:
    assert broken(unescaped, PAGES) == {}


def test_what_is_put_into_markdown_means_only_its_words() -> None:
    assert broken(unplain, PAGES) == {}


def sample(body: str) -> str:
    """Return a page with these lines in a function."""
    lines = "\n    ".join(body.split("; "))
    return f"def draw(said, name: str, html: str, many: list[str], card):\n    {lines}"


@pytest.mark.parametrize(("body", "found"), [
    ("st.html(f'<b>{said.text}</b>')", ["said.text"]),
    ("st.html(f'<b>{name}</b>')", ["name"]),
    ("st.html(f'<b>{card[0]}</b>')", ["card[0]"]),
    ("st.html(f'<b>{name.upper()}</b>')", ["name.upper()"]),
    ("words = said.text; st.html(f'<b>{words}</b>')", ["words"]),
    ("one, two = 1, said.text; st.html(f'<b>{two}</b>')", ["two"]),
    ("st.html(''.join(f'<i>{one}</i>' for one in many))", ["one"]),
    ("st.html(f\"<b>{', '.join(many)}</b>\")", ["', '.join(many)"]),
    ("words = name; words = escape(name); st.html(f'<b>{words}</b>')", ["words"]),
    ("st.html(f'<b>{name if card else 1}</b>')", ["name if card else 1"]),
    ("st.html(f'<b>{escape(said.text)}</b>')", []),
    ("st.html(f'<b>{html}</b>{card[0]:d}{len(many)}')", []),
    ("words = escape(name); st.html(f'<b>{words}</b>')", []),
    ("st.html(''.join(f'<i>{escape(one)}</i>' for one in many))", []),
    ("st.markdown(f'**{said.text}**')", ["said.text"]),
    ("st.error(name)", ["name"]),
    ("st.error(str(card))", ["str(card)"]),
    ("box.caption(said.text)", ["said.text"]),
    ("st.markdown(f'**{plain(said.text)}**'); st.error(sentence(name)); st.caption('fixed')", []),
])  # fmt: skip
def test_what_comes_as_it_is_is_found(body: str, found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    page = ast.parse(sample(body))
    monkeypatch.setattr(modules, "tree", lambda name: page)
    lines = [line.partition(": ")[2] for line in (*unescaped("sample"), *unplain("sample"))]
    assert lines == found


@cache
def wrapped() -> frozenset[str]:
    """Return the functions that are made callbacks."""
    return frozenset(
        node.name for name in PAGES for node in nodes(name) if isinstance(node, ast.FunctionDef)
        if any(isinstance(one, ast.Call) and called(one.func) == "callback" for one in node.decorator_list)
    )  # fmt: skip


def passes(node: ast.expr) -> bool:
    """Tell whether what a widget calls back went through the wrapper."""
    match node:
        case ast.Constant(value=value):
            return value in WORDS
        case ast.IfExp(body=one, orelse=other):
            return passes(one) and passes(other)
    return called(node) in wrapped()


def unwrapped(name: str) -> Iterator[str]:
    """Yield what widgets of a module call back that did not go through the wrapper."""
    given = [(word.arg, word.value) for node in calls(name) for word in node.keywords]
    for node in nodes(name):
        if isinstance(node, ast.Dict):
            keys = [one.value if isinstance(one, ast.Constant) else "" for one in node.keys]
            given += zip(map(str, keys), node.values, strict=True)
    yield from (ast.unparse(value) for word, value in given if word in CALLBACKS and not passes(value))


def test_every_callback_goes_through_the_one_wrapper() -> None:
    assert broken(unwrapped, PAGES) == {}


def test_a_callback_that_is_not_wrapped_is_found() -> None:
    assert "give" in wrapped()
    assert not passes(ast.parse("room.begin", mode="eval").body)
    assert not passes(ast.parse("lambda: None", mode="eval").body)
    assert not passes(ast.parse("None if x else begin", mode="eval").body)
