"""Templates of documents: ours are filled here, somebody's own in a process apart with bounded time, memory and output.

Data is escaped as Markdown before it comes in, so that nothing anybody typed is read as markup.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from jinja2 import (
    BaseLoader,
    DictLoader,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.runtime import missing
from jinja2.sandbox import ImmutableSandboxedEnvironment

from simulator.errors import DrillError, nearest

LARGEST_TEMPLATE = 200_000
"""Characters of a template."""
LARGEST_OUTPUT = 2_000_000
"""Characters of a document."""
CPU_SECONDS, WALL_SECONDS = 5, 20
MEMORY = 1 << 30
NAME = "template"
"""What templates call themselves in a traceback, by which the line is found."""
SHORT = 200
AT_THE_TOP = ", at the top"
QUOTES = "'"


class BrokenReport(DrillError):
    """A template that cannot be filled: which file, which line, what is wrong."""

    def __init__(self, file: str, line: int, why: str) -> None:
        super().__init__(f"{file}{f':{line}' if line else ''}: {why}")
        self.line = line
        self.why = why


class _UnknownField(StrictUndefined):
    """A field that nothing has: says the nearest one that there is."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        fields: Mapping[Any, Any] = {}
        if isinstance(self._undefined_obj, Mapping):
            fields = self._undefined_obj
        top = AT_THE_TOP if self._undefined_obj is missing else ""
        return f"there is no field {self._undefined_name!r}{nearest(str(self._undefined_name), map(str, fields))}{top}"


class _Fields(ImmutableSandboxedEnvironment):
    """Templates over plain data. A field is looked up before a method, so that no name of Python's hides it."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


def _environment(loader: BaseLoader) -> _Fields:
    # Values are escaped as Markdown already; the page that is made of it escapes what is left as HTML.
    return _Fields(
        loader=loader, autoescape=False, undefined=_UnknownField, trim_blocks=True, lstrip_blocks=True,
        finalize=lambda value: "" if value is None else value,
    )  # fmt: skip


@cache
def _ours() -> _Fields:
    return _environment(FileSystemLoader(Path(__file__).parent / "templates"))


def fill_ours(name: str, data: Mapping[str, Any]) -> str:
    """Return one of our own templates, filled."""
    return _ours().get_template(f"{name}.md.j2").render(**data)


def fill_own(source: str, data: Mapping[str, Any], file: str) -> str:
    """Return somebody's own template, filled in a process apart. Raises BrokenReport with the line and the reason."""
    if not source.strip():
        raise BrokenReport(file, 0, "is empty; write text and {{ fields }} into it")
    if len(source) > LARGEST_TEMPLATE:
        raise BrokenReport(file, 0, f"a template has at most {LARGEST_TEMPLATE:,} characters; shorten it")
    given = json.dumps({"source": source, "data": data}, ensure_ascii=False)
    root = str(Path(__file__).resolve().parents[2])
    try:
        ran = subprocess.run(
            [sys.executable, "-c", "from ui.reports.fill import main; main()"], input=given.encode(), cwd=root,
            capture_output=True, timeout=WALL_SECONDS, env={**os.environ, "PYTHONPATH": root}, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise BrokenReport(file, 0, _endless(WALL_SECONDS)) from None
    try:
        found = json.loads(ran.stdout)
    except ValueError:
        raise BrokenReport(file, 0, _endless(CPU_SECONDS)) from None
    if "text" not in found:
        raise BrokenReport(file, found["line"], found["why"])
    return str(found["text"])


def _endless(seconds: int) -> str:
    return f"takes more than {seconds} seconds or too much memory to fill; take a loop out"


def fill(source: str, data: Mapping[str, Any]) -> str:
    """Return a template, filled here and now. Raises BrokenReport without a file."""
    globals_ = dict(data)
    try:
        template = _named(source, globals_)
        text, size = [], 0
        for piece in template.generate(**data):
            size += len(piece)
            if size > LARGEST_OUTPUT:
                raise BrokenReport("", 0, f"makes more than {LARGEST_OUTPUT:,} characters; take a loop out")
            text.append(piece)
        return "".join(text)
    except TemplateNotFound as error:
        why = f"there is no {error.name!r} to take in: a template stands by itself; paste that text into it"
        raise BrokenReport("", _line(error), why) from None
    except TemplateSyntaxError as error:
        raise BrokenReport("", error.lineno, _said(error)) from None
    except (BrokenReport, MemoryError):
        raise
    except Exception as error:  # whatever a filter makes of what it was given
        raise BrokenReport("", _line(error), _missing(error, data)) from None


def _named(source: str, globals_: Mapping[str, Any]) -> Template:
    env = _environment(DictLoader({}))
    code = env.compile(source, NAME, NAME)
    return Template.from_code(env, code, env.make_globals(dict(globals_)))


def _missing(error: Exception, data: Mapping[str, Any]) -> str:
    words = _said(error)
    if not words.endswith(AT_THE_TOP):
        return words
    whole = words.removesuffix(AT_THE_TOP)
    return f"{whole}{nearest(whole.rpartition(' ')[2].strip(QUOTES), data)}"


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:SHORT] or type(error).__name__


def _line(error: Exception) -> int:
    """Return the line of the template in which an error came up, 0 where none is known."""
    at, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == NAME:
            at = trace.tb_lineno
        trace = trace.tb_next
    return at


def main() -> NoReturn:
    """Fill the template that comes in, as JSON both ways, within bounded time and memory."""
    with suppress(ImportError, ValueError, OSError):  # where the system has no such limits, the wall clock is one
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    given = json.load(sys.stdin)
    try:
        made: dict[str, Any] = {"text": fill(given["source"], given["data"])}
    except BrokenReport as error:
        made = {"line": error.line, "why": error.why}
    except MemoryError:
        made = {"line": 0, "why": "needs too much memory; take a loop or a number out"}
    json.dump(made, sys.stdout)
    sys.exit(0)
