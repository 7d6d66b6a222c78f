"""Hold the code to what somebody uses: fields of acts that are read, definitions and parameters that are named."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from simulator.acts import ACTS, Act
from simulator.events import EVENTS
from tests.each import each

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("simulator", "scenarios", "analytics", "ui")
MODULES = [ROOT / "app.py", *sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))]
FORMS = [
    *(ROOT / "ui" / "parts" / f"{name}.py" for name in ("labels", "marks", "prefill", "shapes")),
    *(ROOT / "ui" / "live" / f"{name}.py" for name in ("forms", "fields")),
]
"""Modules that ask for fields and fill them in: that is no use of a field."""
FOR_OTHERS: set[str] = set()
"""What programs beside this one call: `Class.method`, or a module's function."""
READ_BY_LIBRARIES = {
    "__all__", "__slots__", "model_config", "_undefined_message", "model_schema", "concat", "call_binop",
    "intercepted_binops", "context_class", "visit_For", "visit_Concat", "visit_Const", "visit_Assign", "visit_Mul",
    "visit_Filter", "visit_Call",
}  # fmt: skip
OFTEN = 9
"""Times from which on a name is used, without a look at whether that is by itself."""
PLAIN = {
    "abstractmethod", "cache", "cached_property", "chart", "classmethod", "contextmanager", "dataclass", "lru_cache",
    "property", "runtime_checkable", "setter", "staticmethod", "wraps",
}  # fmt: skip
"""Decorators that call nothing by themselves; what has another one is registered somewhere."""

KINDS = {body.__name__ for body in (*ACTS.values(), *EVENTS.values())}
"""Acts and events: found by what they derive from."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def names_in(tree: ast.AST) -> Counter[str]:
    """Count how often each name is read: as a name, an attribute, a word in quotes or a pattern's keyword."""
    found: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found[node.id] += isinstance(node.ctx, ast.Load)
        elif isinstance(node, ast.Attribute):
            found[node.attr] += isinstance(node.ctx, ast.Load)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found[node.value] += 1
        elif isinstance(node, ast.MatchClass):
            found.update(node.kwd_attrs)
    return found


@cache
def product() -> Mapping[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8"), str(path)) for path in MODULES}


def together(trees: Iterable[ast.Module]) -> ast.Module:
    """Return modules as one."""
    return ast.Module([node for tree in trees for node in tree.body], [])


def unused(trees: Iterable[ast.Module]) -> Iterator[str]:
    """Yield every definition, class attribute and constant that is named nowhere outside itself."""
    trees = list(trees)
    everywhere = names_in(together(trees))
    for tree in trees:
        here = names_in(tree)
        for path, name, node in _definitions(tree.body, ""):
            # What begins with an underscore is its module's own; another may have one of that name.
            named = here[name] if name.startswith("_") and not path else everywhere[name]
            if name in READ_BY_LIBRARIES or named > OFTEN:
                continue
            if named <= (names_in(node)[name] if isinstance(node, Definition) else 0):
                yield f"{path}{name}"


def _definitions(body: Iterable[ast.stmt], path: str) -> Iterator[tuple[str, str, ast.stmt]]:
    for node in body:
        match node:
            case ast.ClassDef():
                if not _is_registered(node):
                    yield path, node.name, node
                if "Enum" not in _bases(node):
                    yield from _definitions(node.body, f"{node.name}.")
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                if not _is_registered(node) and not node.name.startswith("__"):
                    yield path, node.name, node
            case ast.Assign(targets=targets):
                yield from ((path, one.id, node) for one in targets if isinstance(one, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield path, name, node


def _is_registered(node: Definition) -> bool:
    """Tell whether a definition is found without being named: by its decorator, or as a kind of act or event."""
    decorators = (one.func if isinstance(one, ast.Call) else one for one in node.decorator_list)
    if {ast.unparse(one).rpartition(".")[2] for one in decorators} - PLAIN:
        return True
    return isinstance(node, ast.ClassDef) and node.name in KINDS


def _bases(node: ast.ClassDef) -> set[str]:
    return {ast.unparse(base).rpartition(".")[2] for base in node.bases}


def idle_parameters(trees: Iterable[ast.Module]) -> Iterator[str]:
    """Yield every parameter that its function never reads, unless others decide what the function is given.

    Others do where a method is defined by several classes, or where a function is handed on instead of called.
    """
    trees = list(trees)
    nodes = [node for tree in trees for node in ast.walk(tree)]
    methods = Counter(one.name for node in nodes if isinstance(node, ast.ClassDef) for one in node.body
                      if isinstance(one, ast.FunctionDef))  # fmt: skip
    called = Counter(ast.unparse(node.func).rpartition(".")[2] for node in nodes if isinstance(node, ast.Call))
    named = names_in(together(trees))
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            name = node.name
            given_by_others = methods[name] > 1 or named[name] > called[name] or name.startswith("__")
            if not given_by_others and not _is_registered(node) and not _is_stub(node):
                read = +names_in(ast.Module(node.body, []))
                yield from (f"{name}({one})" for one in _parameters(node.args) if one not in read)


def _parameters(arguments: ast.arguments) -> list[str]:
    several = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    rest = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    return [one.arg for one in (*several, *rest) if one.arg not in ("self", "cls") and not one.arg.startswith("_")]


def _is_stub(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a function only says what others are to do."""
    return all(isinstance(one, ast.Raise | ast.Expr) and not isinstance(getattr(one, "value", None), ast.Call)
               for one in node.body)  # fmt: skip


@cache
def read_elsewhere() -> Counter[str]:
    """Count what is read outside acts and forms."""
    trees = [tree for path, tree in product().items() if path not in FORMS and path.parent.name != "acts"]
    return names_in(together(trees))


def reads(act: type[Act]) -> set[str]:
    """Return what an act reads of itself: its sentence, what it does, what others fold of it."""
    texts = (inspect.getsource(one) for one in act.__mro__ if one.__module__.startswith("simulator.acts"))
    return set(+names_in(ast.parse("\n".join(texts))))


def test_everything_that_is_defined_is_used_here_or_by_others() -> None:
    assert set(unused(product().values())) == FOR_OTHERS


def test_every_parameter_is_read() -> None:
    assert list(idle_parameters(product().values())) == []


@each(ACTS)
def test_every_field_of_an_act_is_read_by_more_than_its_form(kind: str) -> None:
    own = reads(ACTS[kind])
    assert [name for name in ACTS[kind].model_fields if name not in own and not read_elsewhere()[name]] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def one(): pass", ["one"]),
        ("def one(): return one()", ["one"]),
        ("def one(): pass\none()", []),
        ("HERE = 1\nTHERE = HERE", ["THERE"]),
        ("class A:\n    def one(self): pass\n    two = 2\nA().one()", ["A.two"]),
        ("@judges('x')\ndef one(): pass", []),
        ("@property\ndef one(): pass", ["one"]),
        ("class PageTeam(Act): pass", []),
        ("class PageNobody(Act): pass", ["PageNobody"]),
        ("class A(Enum):\n    B = 1\nA", []),
        ("def one(): pass\ngetattr(x, 'one')", []),
    ],
)
def test_what_nobody_names_is_found(source: str, found: list[str]) -> None:
    assert list(unused([ast.parse(source)])) == found


def test_what_another_module_calls_alike_is_no_use_of_ones_own() -> None:
    used, forgotten = ast.parse("def _one(): pass\n_one()"), ast.parse("def _one(): pass")
    assert list(unused([used, forgotten])) == ["_one"]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def one(a, b): return a\none(1, 2)", ["one(b)"]),
        ("def one(a, *, b): return a + b\none(1, b=2)", []),
        ("def one(a): return 1\nTABLE = {'a': one}", []),
        ("def one(a): ...\none(1)", []),
        ("class A:\n    def f(self, a): return 1\nA().f(1)", ["f(a)"]),
        ("class A:\n    def f(self, a): return 1\nclass B:\n    def f(self, a): return a\nA().f(1)", []),
    ],
)
def test_a_parameter_that_is_never_read_is_found(source: str, found: list[str]) -> None:
    assert list(idle_parameters([ast.parse(source)])) == found
