"""Files that people name: read and written in one place, whatever a name turns out to be.

What is read is text in UTF-8, of a known length, out of a regular file: nothing that never ends, waits for somebody, or
is something else than it says.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import stat
import zipfile
from pathlib import Path
from typing import Final, NoReturn

from simulator.errors import DrillError

LARGEST: Final = 50_000_000
"""Bytes beyond which no file is read: some hundred times the journal of a long drill with many people."""
PACKINGS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How what is in a zip may be packed: of anything else Python unpacks whatever comes, however little is asked for."""
_KINDS = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISFIFO, "is a pipe, which cannot be read twice; write it to a file first"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISCHR, "is a device"),
    (stat.S_ISBLK, "is a device"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_AS_UTF8 = "save it as UTF-8"
_UNWAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
"""How a file is opened: what turns out to be a pipe only now keeps nobody waiting."""


class UnreadableFile(DrillError):
    """A file that cannot be read, and why; says what to do."""

    def __init__(self, path: Path, what: str, remedy: str, line: int = 0) -> None:
        super().__init__(f"{path}{f':{line}' if line else ''}: {what}; {remedy}")
        self.what = what
        self.remedy = remedy
        self.line = line or 1


def known(path: Path, otherwise: str) -> Path:
    """Return a path that exists. Raises UnreadableFile with the nearest name beside it, or what to do `otherwise`."""
    try:
        path.stat()
    except (OSError, ValueError) as error:
        raise _unread(path, error, otherwise) from None
    return path


def text_of(path: Path, otherwise: str, largest: int = LARGEST) -> str:
    """Return the text of a file, line ends as `\\n` and without a byte order mark.

    Reads no more than `largest` bytes. Raises UnreadableFile, with what to do `otherwise` where it is no such file.
    """
    return decoded(bytes_of(path, otherwise, largest), path)


def bytes_of(path: Path, otherwise: str, largest: int = LARGEST) -> bytes:
    """Return what is in a file, as `text_of` does its text."""
    try:
        _regular(path, path.stat().st_mode, otherwise)
        with open(os.open(path, os.O_RDONLY | _UNWAITING), "rb") as file:
            _regular(path, os.fstat(file.fileno()).st_mode, otherwise)
            raw = file.read(largest + 1) or b""
    except (OSError, ValueError) as error:
        raise _unread(path, error, otherwise) from None
    if len(raw) > largest:
        raise UnreadableFile(path, f"more than {largest:,} bytes", "give a smaller file")
    return raw


def decoded(raw: bytes, path: Path) -> str:
    """Return bytes as text, as `text_of` reads a file; `path` is what messages call it. Raises UnreadableFile."""
    if raw.startswith(_UTF16):
        raise UnreadableFile(path, "is UTF-16", _AS_UTF8)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(path, f"is not UTF-8 (byte {raw[error.start]:#04x})", _AS_UTF8, line) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableFile(path, "holds a NUL, so it is no text", _AS_UTF8, line)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unread(path: Path, error: OSError | ValueError, otherwise: str) -> UnreadableFile:
    if isinstance(error, FileNotFoundError):
        try:
            beside = sorted(one.name for one in path.parent.iterdir())
        except OSError:
            beside = []
        close = difflib.get_close_matches(path.name, beside, n=1)
        remedy = f"did you mean {str(path.parent / close[0])!r}?" if close else otherwise
        return UnreadableFile(path, "no such file", remedy)
    if isinstance(error, OSError):
        return UnreadableFile(path, f"cannot be read ({error.strerror})", otherwise)
    return UnreadableFile(Path(ascii(str(path))), "is no name of a file", otherwise)  # a NUL in it, or half a character


def _regular(path: Path, mode: int, otherwise: str) -> None:
    if not stat.S_ISREG(mode):
        what = next((what for kind, what in _KINDS if kind(mode)), "is no file")
        what, _, remedy = what.partition("; ")
        raise UnreadableFile(path, what, remedy or otherwise)


def write(path: Path, text: str | bytes) -> None:
    """Write a file, its text in UTF-8, whole or not at all: what stood there stays until the new one is on disk.

    Devices and pipes are written as they are. Raises DrillError.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(_encoded(text))
        else:
            _replace(path.resolve(), _encoded(text))
    except OSError as error:
        _unwritten(path, error.strerror or str(error))
    except ValueError as error:  # half a character, in the text or in the name
        _unwritten(path, str(error))


def _encoded(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8")


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_name(f".{os.getpid()}.{path.name[:80]}")
    try:
        with open(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            fresh.chmod(stat.S_IMODE(path.stat().st_mode))
        fresh.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise


def _unwritten(path: Path, why: str) -> NoReturn:
    raise DrillError(f"{path}: cannot be written ({why}); name another file") from None
