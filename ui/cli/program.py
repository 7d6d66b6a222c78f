"""The program behind the command line: its subcommands, and the one place where what went wrong becomes a line."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from simulator.errors import DrillError
from ui.cli import author, calibrate, check, play, report, results, score, serve, store, streams
from ui.cli.shared import say

COMMANDS: dict[str, Callable[..., None]] = {
    "play": play.play,
    "score": score.score,
    "report": report.report,
    "replay": score.replay,
    "calibrate": calibrate.calibrate,
    "finalists": calibrate.finalists,
    "check": check.check,
    "new": author.new,
    "curves": author.curves,
    "dev": author.dev,
    "pack": author.pack,
    "add": author.add,
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
    "results": results.results,
    "msel": results.msel,
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


@app.callback()
def settings(
    folder: Annotated[
        Path | None, typer.Option("--scenarios", metavar="DIR", help="A folder of scenarios of your own.")
    ] = None,
    trust: Annotated[bool, typer.Option("--trust-python", help="Run the Python in folders of your own.")] = False,
) -> None:
    """Set where scenarios lie for whatever is run, and for the processes that it starts."""
    if folder is not None:
        if not folder.is_dir():
            raise DrillError(f"no folder {folder} of scenarios; make it, or name another")
        os.environ["DRILL_SCENARIOS"] = os.pathsep.join(filter(None, (str(folder), os.environ.get("DRILL_SCENARIOS"))))
    if trust:
        os.environ["DRILL_TRUST_PYTHON"] = "1"


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand on streams of any kind and return the exit code."""
    with streams.guarded() as out:
        try:
            code = _called(arguments)
            out.flush()
        except streams.Unwritten as error:
            out.give_up()
            if error.cut_off:
                return 141  # 128 and SIGPIPE: neither a finding nor well, since not all was said
            say(f"drill: the output cannot be written ({error}); make room, or send it somewhere else")
            return 2
    return code


def _called(arguments: Sequence[str] | None) -> int:
    try:
        code = app(list(arguments) if arguments is not None else None, prog_name="drill", standalone_mode=False)
    except typer.Exit as done:
        return done.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except TyperException as error:
        message = " ".join(error.format_message().split()).removesuffix(".")
        say(f"drill: {message}; see `drill --help`")
    except DrillError as error:
        say(f"drill: {error}")
    except MemoryError:
        say("drill: not enough memory; give it something smaller")
    except OSError as error:
        what = f"{error.filename}: " if error.filename else ""
        say(f"drill: {what}{error.strerror or error}; see whether there is room and who may read and write")
    else:
        return code if isinstance(code, int) else 0
    return 2
