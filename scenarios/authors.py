"""What an author's Python raises, as the one line that its author can act on."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.errors import DrillError, ScenarioError


@contextmanager
def authored(folder: Path, shown: str) -> Iterator[None]:
    """Turn whatever the Python in a scenario's folder raises into a ScenarioError; `shown` is its name in messages.

    What was raised without any of it having been called is not the author's, and goes on as it is.
    """
    try:
        yield
    except DrillError:
        raise
    except (Exception, SystemExit) as error:
        found = _in_folder(error, folder.resolve())
        if found is None:
            raise
        file, line = found
        what = " ".join(f"{type(error).__name__}: {error}".split())
        raise ScenarioError(f"{shown}/{file}:{line}: {what}; mend it") from error


def _in_folder(error: BaseException, folder: Path) -> tuple[str, int] | None:
    """Return file and line of the last thing in `folder` that was called, or that does not compile."""
    places = [(frame.filename, frame.lineno or 1) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno or 1))
    for name, line in reversed(places):
        file = Path(name).resolve()
        if file.is_relative_to(folder):
            return file.relative_to(folder).as_posix(), line
    return None
