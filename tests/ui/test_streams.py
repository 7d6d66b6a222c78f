"""What the command line writes to, and who interrupts it: one line, a code that means something, no traceback."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ui import cli
from ui.cli import program, shared, tables
from ui.cli.results import _give

ROOT = Path(__file__).resolve().parents[2]
MAIN = "import sys; from ui.cli import main; sys.exit(main())"
CLOSED = "drill: the output cannot be written (it is closed); make room, or send it somewhere else\n"
FULL = CLOSED.replace("it is closed", "No space left on device")


class Failing(io.StringIO):
    """A stream that takes nothing, either at once or when it hands on what it took."""

    def __init__(self, code: int, late: bool) -> None:
        super().__init__()
        self._error = OSError(code, os.strerror(code))
        self._late = late

    def write(self, text: str) -> int:
        if not self._late:
            raise self._error
        return super().write(text)

    def flush(self) -> None:
        if self.tell() or not self._late:
            raise self._error


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(("number", "code", "says"), [
    (errno.EPIPE, 141, ""), (errno.ENOSPC, 2, FULL),
    (errno.EIO, 2, "drill: the output cannot be written (Input/output"),
    (errno.EAGAIN, 2, "drill: the output cannot be written (Resource temporarily"),
])  # fmt: skip
@pytest.mark.parametrize("command", [["--help"], ["schema", "command"], ["playbook"]])
def test_output_that_cannot_be_written_is_one_line(
    command: list[str], number: int, code: int, says: str, late: bool,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(sys, "stdout", Failing(number, late))
    assert cli.main(command) == code
    told = capsys.readouterr().err
    assert told.startswith(says)
    assert told.count("\n") == bool(says)


def test_streams_that_were_closed_from_the_start_are_no_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name, code in (("stdout", 2), ("stderr", 0)):
        with monkeypatch.context() as patched:
            patched.setattr(sys, name, None)
            assert cli.main(["schema", "command"]) == code
            assert getattr(sys, name) is None
    assert capsys.readouterr().err == CLOSED
    monkeypatch.setattr(sys, "stderr", Failing(errno.EPIPE, False))
    assert cli.main(["replay", str(tmp_path / "none")]) == 2


def written(encoding: str, terminal: bool, write: Any, monkeypatch: pytest.MonkeyPatch) -> bytes:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="strict")
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(program, "app", lambda *_, **__: write())
    assert cli.main([]) == 0
    return raw.getvalue()


def test_what_is_no_text_goes_to_a_file_or_pipe_and_to_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"PAR1\xff\n\x00"
    assert written("ascii", False, lambda: _give(content, None, False), monkeypatch) == content
    with pytest.raises(AssertionError):
        written("ascii", True, lambda: _give(content, None, False), monkeypatch)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-16", "utf-8"])
def test_a_file_or_a_pipe_gets_utf8_whatever_the_locale(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"Zoë": "≥ 5 min 😀", "half": "\udcff"}
    found = written(encoding, False, lambda: shared.put(given), monkeypatch)
    assert "≥ 5 min 😀".encode() in found
    assert json.loads(found) == given


def test_a_terminal_of_few_letters_gets_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert b"T\\u2212 ok" in written("ascii", True, lambda: tables.text("T− ok\n"), monkeypatch)


HOSTILE = "\x1b[2J\x07 \u202egnp\u202c \u200b\x9b31m [red]x[/red] [/] :smile: \ud800"
SHOWN = r"\u001b[2J\u0007 \u202egnp\u202c \u200b\u009b31m [red]x[/red] [/] :smile: \ud800"


def test_what_somebody_wrote_moves_nothing_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    shared.say(HOSTILE)
    shared.put({"x": HOSTILE})
    tables.text(HOSTILE)
    finding = SimpleNamespace(id="O1", status="met", points=1.0, out_of=1.0, why=HOSTILE)
    part = SimpleNamespace(id="[/]", points=1.0, out_of=1.0, criteria=[finding])
    cap = SimpleNamespace(id="[/]", limit=1, why=HOSTILE)
    tables.score(SimpleNamespace(  # type: ignore[arg-type]
        total=1, band="x", uncapped=1, spread=None, caps=[cap], anti_patterns=[cap], remarks=[HOSTILE], parts=[part],
        about=None,
    ))  # fmt: skip
    found = capsys.readouterr()
    assert found.err == f"{SHOWN}\n"
    assert found.out.count(SHOWN) == 6
    assert not set(HOSTILE) & {*"\x1b\x07\u202e\u200b\x9b"} & set(found.out)


def test_a_line_has_an_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["play", "x" * 100_000]) == 2
    assert len(capsys.readouterr().err) < 2_100


# --- as a program ------------------------------------------------------------------------------------------


def shell(line: str, **more: Any) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHON": sys.executable, "MAIN": MAIN, **more.pop("env", {})}
    return subprocess.run(
        ["bash", "-c", line], env=env, capture_output=True, encoding="utf-8", timeout=300, check=False, **more
    )


@pytest.mark.slow
@pytest.mark.parametrize(("streams", "code", "says"), [
    (">&-", 2, CLOSED), (">/dev/full", 2, FULL), (">&- 2>&-", 2, ""), (">/dev/full 2>/dev/full", 2, ""),
    ("2>&-", 0, ""), (">/dev/null 2>/dev/full", 0, ""), ("<&- >/dev/null", 0, ""),
])  # fmt: skip
def test_a_shell_may_close_or_fill_every_stream(streams: str, code: int, says: str) -> None:
    found = shell(f'"$PYTHON" -c "$MAIN" --help {streams}')
    assert (found.returncode, found.stderr) == (code, says)


@pytest.mark.slow
def test_a_reader_who_has_read_enough_is_no_finding() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        found = subprocess.run([sys.executable, "-c", MAIN, "--help"], stdout=stream, stderr=subprocess.PIPE, cwd=ROOT)
    assert (found.returncode, found.stderr) == (141, b"")


@pytest.mark.slow
def test_a_locale_without_letters_is_no_end() -> None:
    poor = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    found = shell('"$PYTHON" -c "$MAIN" playbook', env=poor)
    assert (found.returncode, found.stderr) == (0, "")
    assert "≥" in found.stdout or "–" in found.stdout or "’" in found.stdout


INTERRUPTED = """
import os, signal, sys
at = sys.argv.pop(1)
signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell runs in the background ignores it
sys.addaudithook(lambda event, given: event == "import" and given[0] == at and os.kill(os.getpid(), signal.SIGINT))
from ui.cli import main
sys.exit(main())
"""


@pytest.mark.slow
@pytest.mark.parametrize("at", ["ui.cli.program", "typer", "rich.console", "ui.cli.play", "pydantic", "simpy"])
def test_ctrl_c_while_it_starts_is_quiet(at: str) -> None:
    command = [sys.executable, "-c", INTERRUPTED, at, "play", "auth_token", "--policy", "null"]
    found = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert (found.returncode, found.stdout, found.stderr) == (130, "", "")
