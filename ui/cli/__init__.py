"""The command line: play, score, replay and check drills, print schemas, serve the app.

JSON goes to stdout and nothing else does (what is asked for as a table apart); messages and progress go to
stderr. A mistake is one line and exit 2; a finding or a divergence is exit 1.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import typer
from typer.exceptions import TyperException

from simulator.errors import DrillError
from ui.cli import calibrate, check, play, score, serve, store
from ui.cli.shared import err

COMMANDS: dict[str, Callable[..., None]] = {
    "play": play.play,
    "score": score.score,
    "replay": score.replay,
    "calibrate": calibrate.calibrate,
    "finalists": calibrate.finalists,
    "check": check.check,
    "playbook": check.playbook,
    "schema": check.schema,
    "serve": serve.serve,
    "list": store.drills,
    "export": store.export,
    "import": store.take_in,
    "verify": store.verify,
    "backup": store.backup,
    "restore": store.restore,
    "delete": store.delete,
}
"""Every subcommand by its name, in the order in which `drill --help` lists them."""

app = typer.Typer(
    name="drill",
    help="Incident Drill: rehearse incidents, see what the world was really doing, get a score that explains itself.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for name, command in COMMANDS.items():
    app.command(name)(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        code = app(list(arguments) if arguments is not None else None, prog_name="drill", standalone_mode=False)
    except typer.Exit as done:
        return done.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except TyperException as error:
        message = " ".join(error.format_message().split()).removesuffix(".")
        err.print(f"drill: {message}; see `drill --help`", markup=False)
        return 2
    except DrillError as error:
        err.print(f"drill: {error}", markup=False)
        return 2
    except BrokenPipeError:
        # Whoever read our output has read enough.
        sys.stderr.close()
        return 0
    return code if isinstance(code, int) else 0
