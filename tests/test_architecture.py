"""Hold the code to its layout: who imports whom, where time and chance may come from, how long a module is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("simulator", "scenarios", "analytics", "ui")
MODULES = sorted(path.relative_to(ROOT).as_posix() for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
ENGINE = [name for name in MODULES if name.startswith("simulator/") and not name.startswith("simulator/room/")]
LONGEST = 450
CATALOGUES = {"simulator/scenario/parts.py": 480}
"""A list of data models, one after the other, that is easier to read in one file than in three."""

MAY_IMPORT = {
    "simulator": {"simulator"},
    "scenarios": {"scenarios", "simulator.scenario", "simulator.loaded", "simulator.acts", "simulator.values",
                  "simulator.errors", "simulator.record.facts", "simulator.policy", "simulator.text",
                  "analytics.playbook"},
    "analytics": {"analytics", "simulator.scenario", "simulator.loaded", "simulator.acts", "simulator.values",
                  "simulator.events", "simulator.record", "simulator.errors", "simulator.need_to_know"},
    "ui": {"ui", "analytics", "scenarios", "simulator", "app"},
}  # fmt: skip
"""Package -> the project's packages and modules it may import. Of the simulator: its data, never its engine."""
ENGINE_DRIVERS = {"analytics/runs/counterfactual.py", "analytics/runs/what_if.py"}
"""The modules beside the simulator and the user interface that run drills."""
SCRIPTS = ("/responders.py", "/by_the_book.py", "/words.py", "/plans.py", "/contain.py", "/recount.py")
RESPONDERS = {"simulator.briefing", "simulator.events"}
"""What scripted responders may see besides: a role's briefing."""
ONLY_UI = {"streamlit", "starlette", "uvicorn", "typer", "click"}
WALL_CLOCK = {"time.time", "time.time_ns", "time.monotonic", "datetime.now", "datetime.datetime.now", "datetime.today",
              "datetime.utcnow", "date.today", "datetime.date.today", "uuid.uuid4", "uuid4", "uuid.uuid1", "os.urandom",
              "time.sleep"}  # fmt: skip
ORDERED = ("list", "tuple", "enumerate")
NOT_OURS = {"build", "dist", "__pycache__"}


def tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"), name)


def imports(name: str) -> Iterator[str]:
    """Yield every imported module; `from a import b` yields `a.b` where that is a module of ours, else `a`."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                below = ROOT / (node.module.replace(".", "/") + f"/{alias.name}")
                ours = below.with_suffix(".py").exists() or (below / "__init__.py").exists()
                yield f"{node.module}.{alias.name}" if ours else node.module


def allowed(module: str, by: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in by)


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` for a name or attribute chain, else an empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (left := dotted(node.value)):
        return f"{left}.{node.attr}"
    return ""


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_what_its_package_may(name: str) -> None:
    package = name.partition("/")[0]
    by = MAY_IMPORT[package]
    if name in ENGINE_DRIVERS:
        by = by | {"simulator"}
    if package == "scenarios" and (name.endswith(SCRIPTS) or name.startswith("scenarios/players/")):
        by = by | RESPONDERS
    ours = [module for module in imports(name) if module.split(".")[0] in (*PACKAGES, "app")]
    assert [module for module in ours if not allowed(module, by)] == []


@pytest.mark.parametrize("name", [name for name in MODULES if not name.startswith("ui/")])
def test_only_the_user_interface_imports_its_libraries(name: str) -> None:
    assert [module for module in imports(name) if allowed(module, ONLY_UI)] == []


def test_the_command_line_imports_streamlit_only_to_serve() -> None:
    top = {alias.name for node in tree("ui/cli.py").body if isinstance(node, ast.Import) for alias in node.names}
    top |= {node.module or "" for node in tree("ui/cli.py").body if isinstance(node, ast.ImportFrom)}
    assert not {name for name in top if allowed(name, {"streamlit", "starlette", "app"})}


def forbidden(name: str) -> Iterator[str]:
    """Yield what makes a drill differ from one run to the next, as `line: what`."""
    module = tree(name)
    loops = [node.iter for node in ast.walk(module) if isinstance(node, ast.For | ast.comprehension)]
    for loop in loops:
        made = isinstance(loop, ast.Call) and dotted(loop.func) in ("set", "frozenset")
        if made or isinstance(loop, ast.Set | ast.SetComp):
            yield f"{loop.lineno}: iterates over a set; sort it"
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            called = dotted(node.func)
            if called in WALL_CLOCK:
                yield f"{node.lineno}: {called}"
            elif called.startswith(("random.", "np.random.", "numpy.random.")) and called != "random.Random":
                yield f"{node.lineno}: {called}; chance comes from simulator.streams"
            elif called == "hash":
                yield f"{node.lineno}: hash() of text differs between processes"
            elif called in ORDERED and node.args and isinstance(node.args[0], ast.Set | ast.SetComp):
                yield f"{node.lineno}: {called}() of a set; sort it"
        elif isinstance(node, ast.ImportFrom) and node.module == "random":
            yield f"{node.lineno}: from random import …; chance comes from simulator.streams"


@pytest.mark.parametrize("name", ENGINE)
def test_the_engine_takes_neither_time_nor_chance_from_the_machine(name: str) -> None:
    assert list(forbidden(name)) == []


def test_the_engine_never_sleeps() -> None:
    assert [name for name in MODULES if "simpy.rt" in imports(name)] == []


@pytest.mark.parametrize("name", MODULES)
def test_a_module_fits_in_the_head(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= CATALOGUES.get(name, LONGEST)


def hidden(part: str) -> bool:
    return part.endswith(".egg-info") or (part.startswith(".") and part not in (".ci", ".streamlit"))


def tracked() -> Iterator[Path]:
    """Yield the project's text files, generated and installed ones left out."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        text = path.suffix in (".py", ".md", ".yaml", ".toml", ".txt", ".css") or path.name in ("Makefile", "run")
        ours = not NOT_OURS.intersection(parts) and not any(hidden(part) for part in parts)
        if ours and text and path.is_file():
            yield path


def test_no_file_names_an_index_or_a_path_of_one_machine() -> None:
    # Each is written in two pieces, or this file would find itself.
    banned = re.compile(r"/w" r"ork/|/f" r"arm/|/opt/p" r"ypi|py" r"pi\.org|python" r"hosted|--index" r"-url")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if banned.search(line)
    ]
    assert found == []
