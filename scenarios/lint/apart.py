"""Check a scenario whose Python is somebody else's: in a process of its own, which may end as it likes.

What the world does to that process (ends it, never comes back) is a finding with file and line like any other.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from scenarios.problem import Problem
from simulator.errors import DrillError
from simulator.files import text_of

PATIENCE = 30
"""Seconds after which a world that has not answered is not waited for: those that ship take less than one."""
MARGIN = 60
"""Seconds more that the process has to start and to end."""
FOUND, STUCK = "found.json", "stuck.txt"
_PROBLEMS = TypeAdapter(list[Problem])
_FRAME = re.compile(r'^  File "(.*)", line (\d+)', re.MULTILINE)
_CHILD = "import sys; from scenarios.lint import apart, files; apart.answer(files.check_here, *sys.argv[1:])"


def checked_apart(file: Path, world: Path, patience: float | None = None) -> list[Problem]:
    """Return the problems of a scenario's file, the world beside it run in another process."""
    patience = PATIENCE if patience is None else patience
    with tempfile.TemporaryDirectory() as folder:
        code = _run([sys.executable, "-P", "-c", _CHILD, str(file), folder, str(patience)], patience + MARGIN)
        shown = str(file.with_name(world.name))
        try:
            return _PROBLEMS.validate_json(text_of(Path(folder) / FOUND, ""))
        except (DrillError, ValidationError):
            stuck = Path(folder) / STUCK
            frames = _FRAME.findall(text_of(stuck, "")) if stuck.is_file() else []
    if frames:
        line = next((int(at) for name, at in frames if Path(os.path.realpath(name)) == world), 1)
        what = f"still runs after {patience:g} seconds, so it was stopped"
        return [Problem(shown, line, what, "let it come to an end")]
    how = f"by signal {-code}" if code < 0 else f"with exit {code}"
    return [Problem(shown, 1, f"ends the whole process ({how})", "let it raise an exception instead")]


def _run(command: list[str], seconds: float) -> int:
    """Run a command that may say what it likes, and end it and all that it began at the latest after `seconds`."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, env=env, start_new_session=True)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return -signal.SIGKILL
    finally:
        with contextlib.suppress(OSError, AttributeError):  # nothing is left of it, or this is no Unix
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()


def answer(check: Callable[[Path], list[Problem]], file: str, folder: str, patience: str) -> None:
    """Write the problems of a scenario's file into a folder: what the other process does."""
    with (Path(folder) / STUCK).open("w") as stuck:
        faulthandler.dump_traceback_later(float(patience), exit=True, file=stuck)
        problems = check(Path(file))
        faulthandler.cancel_dump_traceback_later()
    text = json.dumps([asdict(problem) for problem in problems])
    (Path(folder) / FOUND).write_text(text, encoding="utf-8")
    os._exit(0)  # whatever the world has left running
