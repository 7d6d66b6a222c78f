"""Hold the code to its layout: who imports whom, where time and chance may come from, how long a module is."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.modules import MODULES, PACKAGES, ROOT, broken, text, tree

ENGINE = [name for name in MODULES if name.startswith("simulator/") and not name.startswith("simulator/room/")]
LONGEST = 450

MAY_IMPORT = {
    "simulator": {"simulator"},
    "scenarios": {"scenarios", "simulator.scenario", "simulator.loaded", "simulator.acts", "simulator.values",
                  "simulator.errors", "simulator.files", "simulator.record.facts", "simulator.policy", "simulator.text",
                  "simulator.levels", "simulator.described", "analytics.playbook"},
    "analytics": {"analytics", "simulator.scenario", "simulator.loaded", "simulator.acts", "simulator.values",
                  "simulator.events", "simulator.record", "simulator.errors", "simulator.files",
                  "simulator.need_to_know", "simulator.levels", "simulator.changes",
                  "simulator.responses"},
    "ui": {"ui", "analytics", "scenarios", "simulator"},
}  # fmt: skip
"""Package -> the project's packages and modules it may import. Of the simulator: its data, never its engine."""
DRIVES_THE_ENGINE = "analytics/runs/"
"""What runs drills beside the simulator and the user interface."""
LAYERS = (
    "simulator.errors simulator.values simulator.templates simulator.text simulator.streams simulator.described",
    "simulator.files",
    "simulator.levels",
    "simulator.scenario",
    "simulator.names simulator.need_to_know simulator.msel",
    "simulator.record",
    "simulator.answers simulator.options simulator.known",
    "simulator.events",
    "simulator.changes",
    "simulator.actions simulator.closure simulator.monitoring simulator.catalogue",
    "simulator.drill",
    "simulator.monitoring.verification simulator.truth simulator.briefing simulator.probes",
    "simulator.finding",
    "simulator.people.work simulator.people.slips simulator.people.teammates",
    "simulator.staffed",
    "simulator.acts",
    "simulator.record.journal simulator.record.result simulator.rules simulator.responses",
    "simulator.policy simulator.loaded",
    "simulator.monitoring.onset simulator.people",
    "simulator.engine",
    "simulator.record.replay simulator.orders simulator.play",
    "simulator.room",
    "analytics.judged",
    "analytics.runs.library",
    "analytics.scorecard analytics.record analytics.severity analytics.stages",
    "analytics.playbook analytics.overrides",
    "analytics.timeline",
    "analytics.amended analytics.doers analytics.recovery analytics.grounds analytics.sampled",
    "analytics.view",
    "analytics.levels",
    "analytics.facts",
    "analytics.about",
    "analytics.criteria",
    "analytics.score",
    "analytics.report",
    "analytics.follow_through",
    "analytics.runs",
    "ui.pages",
    "ui.parts.live",
    "ui.session",
    "ui.parts",
    "ui.documents",
    "ui.reports",
    "ui.cli",
    "ui.live",
    "ui.follow_up_parts",
    "ui.debrief_parts",
    "ui.trend_parts ui.library_parts",
    "ui.app_pages ui.api ui.checking ui.guard ui.main",
)
"""From the ground up: a module imports what is named before it or in another package, and its own kind."""
LINT, JUDGES = "scenarios/lint/", {"analytics.criteria", "analytics.follow_through.score"}
"""What checks a playbook asks what there is to judge by it."""
PLAYERS = "scenarios/players/"
RESPONDERS = {"simulator.briefing", "simulator.catalogue", "simulator.events"}
"""What scripted responders may see besides: a role's briefing."""
ONLY_UI = {"streamlit", "starlette", "uvicorn", "typer", "click"}
WALL_CLOCK = {"time.time", "time.time_ns", "time.monotonic", "datetime.now", "datetime.datetime.now", "datetime.today",
              "datetime.utcnow", "date.today", "datetime.date.today", "uuid.uuid4", "uuid4", "uuid.uuid1", "os.urandom",
              "time.sleep"}  # fmt: skip
ORDERED = ("list", "tuple", "enumerate")
NOT_OURS = {"build", "dist", "__pycache__"}


@cache
def imports(name: str) -> tuple[str, ...]:
    """Return every imported module; `from a import b` is `a.b` where that is a module of ours, else `a`."""
    return tuple(_imports(name))


def _imports(name: str) -> Iterator[str]:
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            # A package is there before its modules; one of them that imports it asks for its path.
            yield from (alias.name for alias in node.names if alias.name != name.partition("/")[0])
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                below = ROOT / (node.module.replace(".", "/") + f"/{alias.name}")
                ours = below.with_suffix(".py").exists() or (below / "__init__.py").exists()
                yield f"{node.module}.{alias.name}" if ours else node.module


def module_of(name: str) -> str:
    """Return the dotted name of a file's module."""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def graph() -> Mapping[str, frozenset[str]]:
    """Return module -> the modules of ours it imports, inside functions and for types alone included."""
    names = {module_of(name): name for name in MODULES}
    return {module: frozenset(names.keys() & set(imports(name)) - {module}) for module, name in names.items()}


def allowed(module: str, by: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in by)


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` for a name or attribute chain, else an empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (left := dotted(node.value)):
        return f"{left}.{node.attr}"
    return ""


def imported_across(name: str) -> Iterator[str]:
    """Yield what a module imports of ours that its package may not."""
    package = name.partition("/")[0]
    by = MAY_IMPORT[package]
    if name.startswith(DRIVES_THE_ENGINE):
        by = by | {"simulator"}
    if package == "scenarios" and name.startswith(PLAYERS):
        by = by | RESPONDERS
    if name.startswith(LINT):
        by = by | JUDGES
    ours = [module for module in imports(name) if module.split(".")[0] in (*PACKAGES, "app")]
    yield from (module for module in ours if not allowed(module, by))


def test_a_module_imports_only_what_its_package_may() -> None:
    assert broken(imported_across) == {}


def test_only_the_user_interface_imports_its_libraries() -> None:
    others = [name for name in MODULES if not name.startswith("ui/")]
    assert broken(lambda name: (module for module in imports(name) if allowed(module, ONLY_UI)), others) == {}


def circles(edges: Mapping[str, frozenset[str]]) -> list[str]:
    """Return the circles, written out: the shortest through each module that is in one."""
    found: dict[frozenset[str], str] = {}
    for start in sorted(edges):
        ways, before = deque([start]), {start: ""}
        while ways:
            here = ways.popleft()
            if start in edges[here]:
                way = [here]
                while before[way[0]]:
                    way.insert(0, before[way[0]])
                found.setdefault(frozenset(way), " -> ".join([*way, start]))
                break
            for there in sorted(edges[here] - before.keys()):
                before[there] = here
                ways.append(there)
    return sorted(found.values(), key=len)


def test_a_circle_is_found_and_written_out() -> None:
    edges = {"a": "b", "b": "cd", "c": "", "d": "ab", "e": "a"}
    assert circles({here: frozenset(there) for here, there in edges.items()}) == ["b -> d -> b", "a -> b -> d -> a"]


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert circles(graph()) == []


def layer(module: str) -> int:
    """Return how high a module stands: as high as the longest name in the table that it begins with."""
    names = ((name, height) for height, line in enumerate(LAYERS) for name in line.split())
    return max(((len(name), height) for name, height in names if allowed(module, {name})), default=(0, -1))[1]


LAYERED = [module for module in map(module_of, MODULES) if "." in module and not module.startswith("scenarios.")]


def imported_upwards(module: str) -> Iterator[str]:
    """Yield what a module imports of its package that stands above it."""
    if layer(module) < 0:
        yield "stands nowhere in LAYERS"
    package = module.split(".", maxsplit=1)[0]
    inside = (to for to in sorted(graph()[module]) if to.startswith(f"{package}."))
    yield from (to for to in inside if layer(to) > layer(module))


def test_a_module_imports_only_what_stands_below_it() -> None:
    assert broken(imported_upwards, LAYERED) == {}


ASKED_FOR_BY_NAME = re.compile(r"ui\.main|ui\.app_pages\..*|ui\.cli\.__main__|scenarios\.\w+(\.(world|responders))?")
"""What is run, or found by its file's name."""


def test_no_module_is_left_out() -> None:
    used = {to for there in graph().values() for to in there} | set(imports("app.py"))
    packages = {module_of(name) for name in MODULES if name.endswith("/__init__.py")}
    orphans = graph().keys() - used - packages
    assert {one for one in orphans if not ASKED_FOR_BY_NAME.fullmatch(one)} == set()


def test_a_scenario_imports_no_other() -> None:
    folders = {path.parent.name for path in (ROOT / "scenarios").glob("*/scenario.yaml")}
    homes = {f"scenarios.{name}" for name in folders}
    for home in homes:
        used = {to for by in graph() if allowed(by, {home}) for to in graph()[by]}
        assert not {to for to in used if allowed(to, homes - {home})}


def test_the_command_line_imports_what_is_heavy_only_where_it_is_needed() -> None:
    for name in MODULES:
        if name.startswith("ui/cli/"):
            top = [node for node in tree(name).body if isinstance(node, ast.Import | ast.ImportFrom)]
            heads = {getattr(node, "module", None) or node.names[0].name for node in top}
            light = {head for head in heads if allowed(head, {"ui.cli", "simulator.errors", "typer", "rich"})}
            assert {head for head in heads - light if head.split(".")[0] not in sys.stdlib_module_names} == set(), name


YAML_READ = """
import importlib, sys
read = []
sys.addaudithook(lambda event, given: read.append(str(given[0])) if event == "open" else None)
for module in sys.argv[1:]:
    importlib.import_module(module)
print([path for path in read if path.endswith((".yaml", ".jsonl", ".db"))])
"""


def fresh(code: str, *arguments: str) -> str:
    """Return what a new interpreter prints."""
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.slow
def test_importing_reads_no_scenario_and_no_playbook() -> None:
    scripts = ("ui.main", "ui.app_pages.", "ui.cli.__main__")
    modules = [module for module in map(module_of, MODULES) if not module.startswith(scripts)]
    assert fresh(YAML_READ, *modules, "app") == "[]"


def test_a_file_that_is_read_is_seen() -> None:
    code = f"{YAML_READ}\nimport analytics.playbook; analytics.playbook.load(); print(len(read) > 0)"
    assert fresh(code).endswith("True")


def test_playing_and_scoring_need_no_user_interface() -> None:
    heavy = "{'streamlit', 'pandas', 'plotly', 'sqlalchemy'}"
    needs = "import sys, simulator.engine, analytics.score, scenarios.loader"
    assert fresh(f"{needs}; print(sorted({heavy} & set(sys.modules)))") == "[]"


READS_WHAT_PEOPLE_NAME = ("ui/cli/", "scenarios/lint/", "scenarios/loader.py", "scenarios/sources.py",
                          "simulator/record/", "simulator/orders.py")  # fmt: skip
READS_NOTHING_OF_THEIRS = {"scenarios/lint/apart.py", "ui/cli/streams.py"}
"""The one writes its answer into a folder made for it, the other sends to nowhere what nobody reads."""


def opened_by(module: ast.Module) -> list[str]:
    """Return how a module opens files by itself, as `line: what`."""
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call)]
    names = ((node.lineno, getattr(node.func, "attr", getattr(node.func, "id", ""))) for node in calls)
    return [f"{line}: {name}" for line, name in names if name in ("open", "read_text", "read_bytes", "fdopen")]


def test_files_that_people_name_are_read_in_one_place() -> None:
    assert opened_by(ast.parse("Path(a).read_text()\nopen(a)\nos.open(a, 0)\nio.open_code(a)")) == [
        "1: read_text", "2: open", "3: open",
    ]  # fmt: skip
    names = {name for name in MODULES if name.startswith(READS_WHAT_PEOPLE_NAME)} - READS_NOTHING_OF_THEIRS
    assert {name: found for name in names if (found := opened_by(tree(name)))} == {}


def test_a_class_name_is_used_once() -> None:
    classes = ((node.name, name) for name in MODULES for node in tree(name).body if isinstance(node, ast.ClassDef))
    used = Counter(ident for ident, _ in classes if not ident.startswith("_"))
    assert [ident for ident, times in used.items() if times > 1] == []


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


def test_the_engine_takes_neither_time_nor_chance_from_the_machine() -> None:
    assert broken(forbidden, ENGINE) == {}


def test_the_engine_never_sleeps() -> None:
    assert [name for name in MODULES if "simpy.rt" in imports(name)] == []


def test_a_module_fits_in_the_head() -> None:
    lines = {name: len(text(name).splitlines()) for name in MODULES}
    assert {name: length for name, length in lines.items() if length > LONGEST} == {}


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
