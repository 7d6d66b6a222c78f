"""Check a drill that somebody sent: as `drill check` does, in a process of its own that may take so much and no more.

It is data, and what runs is ours. But data can ask for a lot: the process has its own memory and processor time, gives
way to drills under way, and sees neither the server's settings nor its database.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from scenarios import uploaded
from scenarios.declared.company import FILE as COMPANY
from scenarios.declared.made import FILE
from scenarios.lint.drill import check_drill
from scenarios.problem import Problem
from simulator.errors import DrillError
from ui.cli.check import rehearsed

PATIENCE = 1200
"""Seconds after which a check is given up, however busy the machine is."""
PROCESSOR_SECONDS, MEMORY_BYTES = 300, 1_500_000_000
"""What a check may take: those of the drills that ship take up to a tenth of it."""
LOAD_SECONDS, PLAY_SECONDS = 5.0, 15.0
"""Processor time in which a drill must be ready, and over where nobody does anything: a server has others to serve."""
MOST, LONGEST, LOGGED = 100, 600, 10_000
"""Findings that are kept, and characters of each of their texts; bytes that are logged of a check's own complaints."""
READ, REHEARSED = 0.1, 0.6
"""How far a check is once it has read a drill, and once it has rehearsed it."""
SEEN = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
"""What the other process sees of the server's environment: what Python needs to start, and nothing else."""
_CHILD = "from ui.checking import answer; answer()"
_DEAR = "have fewer groups, formulas or variants, or a coarser `step`"


def check(name: str, files: Mapping[str, str], report: Callable[[float], None]) -> Sequence[Mapping[str, Any]]:
    """Return what is wrong with a drill, given its files; `report` is told how far the check is, 0 … 1.

    Raises RuntimeError where the check itself goes wrong, or its process does not come to begin with it.
    """
    found: list[dict[str, Any]] | None = None
    begun = False
    for line in _lines(name, files):
        if "done" in line:
            report(float(line["done"]))
        elif "failed" in line:
            raise RuntimeError(line["failed"])
        elif "findings" in line:
            found = line["findings"]
        begun = True
    if not begun:
        raise RuntimeError("the process of the check came to its end before it had begun")
    if found is None:
        what = "its check came to no end: it takes too much time or memory"
        found = [asdict(Problem(FILE, 1, what, _DEAR))]
    return [
        {field: value[:LONGEST] if isinstance(value, str) else value for field, value in one.items()}
        for one in found[:MOST]
    ]


def _lines(name: str, files: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield what another process says of a drill, and end that process at the latest after a while.

    It is handed the drill as text: no file of it lies anywhere that somebody would have to tidy up.
    """
    env = {one: os.environ[one] for one in SEEN if one in os.environ}
    env["PYTHONPATH"] = os.pathsep.join(str(Path(one).resolve()) for one in sys.path if one)
    with tempfile.TemporaryFile() as complaints, subprocess.Popen(
        [sys.executable, "-P", "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=complaints, env=env, cwd=Path(sys.executable).anchor, start_new_session=True, text=True,
        encoding="utf-8",
    ) as process:  # fmt: skip
        watch = threading.Timer(PATIENCE, process.kill)
        watch.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            with contextlib.suppress(OSError):  # it came to its end before it had read all
                json.dump([name, dict(files)], process.stdin)
                process.stdin.close()
            for line in process.stdout:
                with contextlib.suppress(ValueError):
                    yield json.loads(line)
        finally:
            watch.cancel()
            process.kill()
            process.wait()
            _log(name, process.returncode, complaints)


def _log(name: str, ended: int, complaints: IO[bytes]) -> None:
    """Log the last of what the other process complained of, which is nothing where all is well."""
    complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - LOGGED))
    if said := complaints.read().decode(errors="replace").strip():
        logging.getLogger(__name__).warning("checking %s (ended with %d): %s", name, ended, said)


def answer() -> None:
    """Print what is wrong with the drill that is handed in, and before that how far the check is: the other process."""
    _limited()
    _say({"begun": True})  # what becomes of this process from here on is the drill's doing
    try:
        _answer(*json.load(sys.stdin))
    except MemoryError:
        raise  # to ask for too much is the drill's doing, what else comes here is ours
    except Exception as error:
        _say({"failed": f"{type(error).__name__}: {error}"})


def _answer(name: str, files: Mapping[str, str]) -> None:
    problems = list(_dear(name, files)) or check_drill(files[FILE], FILE, name, uploaded.companies(files.get(COMPANY)))
    _say({"done": READ})
    if not any(one.level == "error" for one in problems):
        ends = iter(((READ, REHEARSED), (REHEARSED, 1.0)))
        begun = [next(ends)]

        def report(done: int, of: int) -> None:
            low, high = begun[0]
            _say({"done": low + (high - low) * done / max(1, of)})
            if done >= of:
                begun[0] = next(ends, begun[0])

        problems += rehearsed(uploaded.variants(name, files), True, report)
    _say({"findings": [asdict(one) for one in problems]})


def _dear(name: str, files: Mapping[str, str]) -> Iterator[Problem]:
    """Yield that a drill takes too long to be made ready, or to be played; what is wrong otherwise is said later."""
    from analytics.playbook import load as load_playbook
    from simulator.play import play

    begun = time.process_time()
    try:
        loaded = uploaded.load(name, files)
        ready = time.process_time()
        if ready - begun > LOAD_SECONDS:
            what = f"takes {ready - begun:.0f} s of a processor to be made ready, {LOAD_SECONDS:.0f} is the most"
            yield Problem(FILE, 1, what, _DEAR)
            return
        if loaded.scenario.draft:
            yield Problem(FILE, 1, "draft: it is one, so nobody plays it", "take `draft: true` out when it is done")
            return
        play(loaded, "null", 1, book=load_playbook().played())
        if (took := time.process_time() - ready) > PLAY_SECONDS:
            what = f"takes {took:.0f} s of a processor to play, {PLAY_SECONDS:.0f} is the most"
            yield Problem(FILE, 1, what, _DEAR)
    except DrillError:
        return


def _limited() -> None:
    """Take no more than a check may, and give way to whatever else runs."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    with contextlib.suppress(ImportError, OSError, ValueError):  # no Unix, or less is allowed already
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # whoever asked is gone


def _say(what: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()
