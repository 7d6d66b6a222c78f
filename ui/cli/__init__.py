"""The command line: play, score, replay and check drills, print schemas, serve the app.

JSON goes to stdout and nothing else does (what is asked for as a table apart); messages and progress go to
stderr. A mistake is one line and exit 2; a finding or a divergence is exit 1; 130 was stopped by its user, and
141 had its output cut off by whoever read it, as a shell calls these.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        # What takes time to import is imported where it may be interrupted.
        from ui.cli import program

        return program.run(arguments)
    except KeyboardInterrupt:
        return 130
