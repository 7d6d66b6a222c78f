"""What the command line writes to: streams that may be closed, full, cut off, or short of letters."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


class Unwritten(Exception):
    """Standard output takes no more. No OSError: libraries take a broken pipe for a reason to exit 1."""

    def __init__(self, error: OSError | ValueError) -> None:
        super().__init__(getattr(error, "strerror", None) or str(error))
        self.cut_off = isinstance(error, BrokenPipeError)
        """Whoever read it has read enough."""


class _Closed:
    """What stands in for a stream that was closed before the program began."""

    def write(self, _: str) -> int:
        raise OSError(errno.EBADF, "it is closed")

    def flush(self) -> None:
        """Have nothing to flush."""

    def isatty(self) -> bool:
        return False


class Output:
    """Standard output: what cannot be written is said as Unwritten."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write text. Raises Unwritten."""
        try:
            return int(self._stream.write(text))
        except (OSError, ValueError) as error:
            raise Unwritten(error) from None

    def write_bytes(self, content: bytes) -> None:
        """Write what is no text, after what was written before. Raises Unwritten."""
        self.flush()
        try:
            self._stream.buffer.write(content)
        except (OSError, ValueError) as error:
            raise Unwritten(error) from None

    def flush(self) -> None:
        """Hand on what was written. Raises Unwritten."""
        try:
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise Unwritten(error) from None

    def give_up(self) -> None:
        """Let what is left go nowhere, or the interpreter would try again as it ends."""
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


class _Messages(Output):
    """Standard error: where nobody listens, nobody is told, and that changes nothing else."""

    def write(self, text: str) -> int:
        with suppress(Unwritten):
            return super().write(text)
        self.give_up()
        return len(text)

    def flush(self) -> None:
        with suppress(Unwritten):
            super().flush()


@contextmanager
def guarded() -> Iterator[Output]:
    """Make standard output and standard error fit to write to, whatever they are; yield the former.

    A file or a pipe gets UTF-8, as our files are; on a terminal a letter that it lacks is written as an escape.
    """
    before = sys.stdout, sys.stderr
    for stream in filter(None, before):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    out, messages = Output(before[0] or _Closed()), _Messages(before[1] or _Closed())
    sys.stdout, sys.stderr = out, messages  # type: ignore[assignment]
    try:
        yield out
    finally:
        sys.stdout, sys.stderr = before
