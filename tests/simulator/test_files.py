"""Files that people name: read whole, as text, and never for ever; written whole or not at all."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import files
from simulator.errors import DrillError
from simulator.files import UnreadableFile, known, text_of, write

OTHERWISE = "give a journal"


def told(path: Path, largest: int = files.LARGEST) -> str:
    with pytest.raises(UnreadableFile) as caught:
        text_of(path, OTHERWISE, largest)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(("raw", "text"), [
    (b"a\nb\n", "a\nb\n"),
    (b"\xef\xbb\xbfa: \xc3\xa9\r\n", "a: é\n"),
    (b"a\rb\r\nc", "a\nb\nc"),
    ("\u2028\u202e𐐀".encode(), "\u2028\u202e𐐀"),
    (b"", ""),
])  # fmt: skip
def test_text_is_read_with_any_line_end_and_with_or_without_a_mark(tmp_path: Path, raw: bytes, text: str) -> None:
    (tmp_path / "a").write_bytes(raw)
    assert text_of(tmp_path / "a", OTHERWISE) == text


@pytest.mark.parametrize(("raw", "says"), [
    ("a\nb".encode("utf-16"), ": is UTF-16; save it as UTF-8"),
    (b"\xfe\xff\x00a", ": is UTF-16; save it as UTF-8"),
    ("a\nb".encode("utf-16-le"), ":1: holds a NUL, so it is no text; save it as UTF-8"),
    (b"a\nb\n\x00", ":3: holds a NUL, so it is no text; save it as UTF-8"),
    (b"a\nb\ncaf\xe9\n", ":3: is not UTF-8 (byte 0xe9); save it as UTF-8"),
    (b"\xed\xa0\x80", ":1: is not UTF-8 (byte 0xed); save it as UTF-8"),
])  # fmt: skip
def test_what_is_no_text_says_which_line_and_what_to_do(tmp_path: Path, raw: bytes, says: str) -> None:
    (tmp_path / "a").write_bytes(raw)
    assert told(tmp_path / "a") == f"{tmp_path}/a{says}"


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/full", "/dev/tty"])
def test_a_device_is_not_read(path: str) -> None:
    if Path(path).exists():
        assert told(Path(path)) == f"{path}: is a device; give a journal"


def test_pipes_sockets_and_folders_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        assert told(Path("socket")) == "socket: is a socket; give a journal"
    assert told(Path("pipe")) == "pipe: is a pipe, which cannot be read twice; write it to a file first"
    assert told(tmp_path) == f"{tmp_path}: is a folder; give a journal"
    Path("link").symlink_to("pipe")
    assert told(Path("link")).startswith("link: is a pipe")


def test_what_becomes_a_pipe_only_when_it_is_opened_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe, file = tmp_path / "pipe", tmp_path / "file"
    os.mkfifo(pipe)
    file.write_text("a", encoding="utf-8")
    regular = file.stat()
    monkeypatch.setattr(Path, "stat", lambda self, **_: regular)
    assert told(pipe).startswith(f"{pipe}: is a pipe")


def test_no_more_is_read_than_may_be(tmp_path: Path) -> None:
    file = tmp_path / "a"
    with file.open("wb") as sparse:
        sparse.truncate(10**12)
    assert told(file, 1000) == f"{file}: more than 1,000 bytes; give a smaller file"
    file.write_bytes(b"x" * 1000)
    assert len(text_of(file, OTHERWISE, 1000)) == 1000


@pytest.mark.parametrize(("name", "says"), [
    ("mondy.jsonl", "no such file; did you mean '{folder}/monday.jsonl'?"),
    ("x", "no such file; give a journal"),
    ("monday.jsonl/x", "cannot be read (Not a directory); give a journal"),
    ("x" * 300, "cannot be read (File name too long); give a journal"),
    ("loop", "cannot be read (Too many levels of symbolic links); give a journal"),
])  # fmt: skip
def test_a_name_that_leads_nowhere_says_what_would(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "monday.jsonl").write_text("x", encoding="utf-8")
    (tmp_path / "loop").symlink_to("loop")
    expected = f"{tmp_path}/{name}: {says.format(folder=tmp_path)}"
    assert told(tmp_path / name) == expected
    with pytest.raises(UnreadableFile) as caught:
        known(tmp_path / name, OTHERWISE)
    assert str(caught.value) == expected


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.characters(), max_size=12))
def test_no_name_ends_in_a_traceback(tmp_path: Path, name: str) -> None:
    for use in (text_of, known, write):
        told = "; "
        try:
            use(tmp_path / "none" / name, OTHERWISE)
        except DrillError as error:
            told = str(error)
        assert "; " in told


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=40))
def test_no_bytes_end_in_a_traceback(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "a"
    file.write_bytes(raw)
    try:
        text = text_of(file, OTHERWISE)
    except UnreadableFile:
        text = ""
    assert "\0" not in text


def test_what_cannot_be_written_whole_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a"
    write(file, "first\n")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DrillError, match=r"a: cannot be written \(No space left on device\); name another file"):
        write(file, "second\n")
    with pytest.raises(DrillError, match="cannot be written"):
        write(file, "half \ud800")
    assert {one.name: one.read_text(encoding="utf-8") for one in tmp_path.iterdir()} == {"a": "first\n"}


def test_a_file_keeps_its_rights_and_its_link_and_a_device_is_written_as_it_is(tmp_path: Path) -> None:
    file, link = tmp_path / "a", tmp_path / "link"
    write(file, "first\n")
    file.chmod(0o640)
    link.symlink_to(file)
    write(link, "second\n")
    assert link.is_symlink()
    assert (file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777) == ("second\n", 0o640)
    write(Path("/dev/null"), "x")
    with pytest.raises(DrillError, match=r"^/dev/full: cannot be written \(No space left on device\)"):
        write(Path("/dev/full"), "x" * 100_000)
    for folder in (tmp_path, tmp_path / "none" / "a"):
        with pytest.raises(DrillError, match="cannot be written"):
            write(folder, "x")
