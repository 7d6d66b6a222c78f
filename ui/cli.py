"""The command line: play, score, replay and check drills, print schemas, serve the app.

JSON goes to stdout and nothing else does (a score table, asked for as such, apart); messages and progress go to
stderr. A mistake is one line and exit 2; a problem found or a divergence is exit 1.
"""

from __future__ import annotations

import difflib
import json
import random
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from typer.exceptions import TyperException

from simulator.errors import DrillError, ReplayDivergence
from simulator.record.journal import Journal, load
from ui import command_files, tables
from ui.choices import Difficulty, Form, Mode, Schema

if TYPE_CHECKING:
    from analytics.playbook import Playbook
    from analytics.record import References
    from scenarios.lint import Problem
    from simulator.loaded import LoadedScenario
    from simulator.room.store import Store

app = typer.Typer(
    name="drill",
    help="Incident Drill: rehearse incidents, see what the world was really doing, get a score that explains itself.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
err = Console(stderr=True, highlight=False, soft_wrap=True)


Variant = Annotated[str, typer.Option(help="Which variant of it; `drawn`: one of them, by chance.")]
Level = Annotated[Difficulty, typer.Option(help="How clearly the world is seen, and how much help there is.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A journal written by `drill play --out` or exported.")]
Data = Annotated[
    str | None, typer.Option(help="Database: a path or URL. Without it DRILL_DATABASE_URL, or one in your home.")
]


# --- playing ---------------------------------------------------------------------------------------------


@app.command()
def play(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, such as auth_token.")],
    variant: Variant = "base",
    difficulty: Level = Difficulty.standard,
    policy: Annotated[str, typer.Option(help="The scripted responder who holds every seat.")] = "by_the_book",
    seed: Annotated[int | None, typer.Option(help="Chance; the same seed gives the same drill.")] = None,
    until: Annotated[float | None, typer.Option(metavar="MIN", help="People stop at this drill minute.")] = None,
    step: Annotated[
        int | None, typer.Option(metavar="SECONDS", min=1, help="Paces the engine; changes nothing.")
    ] = None,
    commands: Annotated[
        Path | None, typer.Option(metavar="FILE", help='Play these {"at", "by", "body"} lines instead of a policy.')
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the journal here.")] = None,
    mode: Annotated[Mode, typer.Option(help="With hints, or without.")] = Mode.assessment,
) -> None:
    """Play a whole drill without a browser and print its outcome."""
    from simulator import play as player

    loaded = find(scenario, variant, difficulty.value)
    stop = None if until is None else round(60 * until)
    if commands is not None:
        given = list(command_files.read(text_of(known(commands, "give a file of commands")), commands))
        with authored(loaded):
            engine = player.play_orders(loaded, given, seed or 0, mode=mode.value, until=stop, step=step)
        for line in command_files.refusals(engine.journal):
            err.print(f"refused: {line}", markup=False)
    else:
        with authored(loaded):
            engine = player.play(loaded, policy, seed or 0, mode=mode.value, until=stop, step=step)
    if out is not None:
        write(out, engine.journal)
    put(player.outcome(engine))
    if commands is not None and command_files.nothing_taken(engine.journal):
        err.print("every command was refused", markup=False)
        raise typer.Exit(1)


# --- scoring and replaying ---------------------------------------------------------------------------------


@app.command()
def score(
    file: File,
    playbook: Annotated[str, typer.Option(help="A playbook's name or file.")] = "recovery",
    form: Annotated[Form, typer.Option("--format", help="For people, or for programs.")] = Form.table,
    seeds: Annotated[int, typer.Option(min=0, max=200, help="Other seeds that the spread is taken over.")] = 20,
    keep: Annotated[bool, typer.Option("--keep", help="Write the reference runs into the file.")] = False,
) -> None:
    """Score a journal; its reference runs are made first where the file lacks them."""
    from analytics.playbook import load as load_playbook
    from analytics.record import DrillRecord
    from analytics.score import score as judge

    journal = load(known(file, "give a journal written by `drill play --out`"))
    book = load_playbook(playbook)
    loaded = of_journal(journal)
    if journal.references is None:
        with authored(loaded):
            journal.references = references(loaded, journal, book, seeds).model_dump(mode="json")
        if keep:
            write(file, journal)
    card = judge(DrillRecord.of(journal, loaded.scenario), book)
    if form is Form.json:
        put(card.as_data())
    else:
        tables.score(card)


def references(loaded: LoadedScenario, journal: Journal, playbook: Playbook, seeds: int) -> References:
    """Make a drill's reference runs, with a progress bar on stderr."""
    from analytics.runs.counterfactual import make_references

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("reference runs", total=seeds + 1)

        def report(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        return make_references(loaded, journal, playbook, seeds=seeds, progress=report)


@app.command()
def replay(file: File) -> None:
    """Rebuild a recorded drill from its commands and compare it entry by entry."""
    from simulator.record.replay import replay as again

    journal = load(known(file, "give a journal written by `drill play --out`"))
    loaded = of_journal(journal)
    try:
        with authored(loaded):
            engine = again(loaded, journal)
    except ReplayDivergence as difference:
        err.print(f"{file}: {difference}", markup=False)
        put({"file": str(file), "identical": False, "difference": str(difference)})
        raise typer.Exit(1) from None
    put({"file": str(file), "identical": True, "entries": len(journal.entries), "at": engine.now})


# --- calibrating ---------------------------------------------------------------------------------------------


@app.command()
def calibrate(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, such as auth_token.")],
    variant: Variant = "base",
    difficulty: Level = Difficulty.standard,
    policies: Annotated[str, typer.Option(help="Responders, separated by commas; all of them if left out.")] = "",
    seeds: Annotated[int, typer.Option(min=1, max=100_000, help="Seeds 1 to this many.")] = 20,
    jobs: Annotated[int, typer.Option(min=1, max=256, help="Processes to use.")] = 1,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask scheduler to use instead.")] = None,
    playbook: Annotated[str, typer.Option(help="A playbook's name or file.")] = "recovery",
    form: Annotated[Form, typer.Option("--format", help="For people, or for programs.")] = Form.table,
) -> None:
    """Play many drills over policies and seeds: score, loss and harm, with their spread."""
    from ui import calibrate as many

    names = [name.strip() for name in policies.split(",") if name.strip()]
    wanted = many.jobs_for(scenario, chosen(scenario, variant), names, seeds, playbook, difficulty.value)
    drills = sum(len(job.policies) for job in wanted)
    rows: list[many.Row] = []
    columns = (TextColumn("{task.completed:.0f} of {task.total:.0f} drills"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("drills", total=drills)

        def one(row: many.Row) -> None:
            rows.append(row)
            bar.advance(task)

        with many.executor(jobs, scheduler) as pool:
            stopped = many.run(wanted, pool, one)
    if stopped:
        err.print(f"{stopped}; {len(rows)} of {drills} drills are finished and stand", markup=False)
    if form is Form.json:
        put(many.as_data(rows, drills))
    else:
        tables.calibration(many.summary(rows))
    if stopped:
        raise typer.Exit(130 if stopped == many.INTERRUPTED else 2)


# --- checking and schemas -----------------------------------------------------------------------------------


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="A scenario's folder or file, or a playbook's file.")],
    run: Annotated[bool, typer.Option("--run", help="Play the scenario too, with every responder.")] = False,
) -> None:
    """Say what is wrong with a scenario or playbook: file, line, what, and how to mend it."""
    from scenarios.lint import check_path

    problems = check_path(known(path, "give a scenario's folder or a YAML file"))
    if run and not any(problem.level == "error" for problem in problems):
        problems += rehearse(path)
    for problem in problems:
        err.print(str(problem), markup=False)
    if not problems:
        err.print(f"{path}: nothing to mend", markup=False)
    put({"path": str(path), "findings": [asdict(problem) for problem in problems]})
    if any(problem.level == "error" for problem in problems):
        raise typer.Exit(1)


def rehearse(path: Path) -> list[Problem]:
    """Play the scenario at `path` and return what only playing shows."""
    from scenarios.authors import authored
    from ui import rehearse as played

    folder = path if path.is_dir() else path.parent
    columns = (TextColumn("playing"), BarColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("drills", total=None)
        with authored(folder, str(folder)):
            return played.problems(path, lambda at, of: bar.update(task, completed=at, total=of))


@app.command()
def schema(what: Annotated[Schema, typer.Argument(help="scenario, playbook or command.")]) -> None:
    """Print a JSON Schema for editors and other tools."""
    if what is Schema.command:
        found = command_files.GIVEN.json_schema()
        for model in found["$defs"].values():
            # `kind` has a default in Python; in a file it is what tells one command from another.
            if "kind" in model["properties"]:
                model["required"] = ["kind", *model.get("required", ())]
        put(found)
    elif what is Schema.scenario:
        from simulator.scenario.model import Scenario

        put(Scenario.model_json_schema())
    else:
        from analytics.playbook import Playbook

        put(Playbook.model_json_schema())


# --- the app and its store ------------------------------------------------------------------------------------


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 lets others in.")] = "127.0.0.1",
    data: Data = None,
) -> None:
    """Start the app and print its address."""
    from scenarios.loader import catalogue
    from simulator.room.store import Store

    free(host, port)
    # A database that cannot be used is said here, in one line, rather than on everybody's page.
    Store(data).close()
    from app import greeting
    from app import main as run

    for line in catalogue().broken.values():
        err.print(f"not offered: {line}", markup=False)
    err.print(greeting(host, port), markup=False)
    with redirect_stdout(sys.stderr):
        run(port=port, host=host, data=data)


@app.command("list")
def list_(data: Data = None) -> None:
    """List the drills in the store."""
    with opened(data) as store:
        rows = store.drills()
    put([
        {"id": row.id, "code": row.code, "title": row.title, "scenario": row.header.scenario,
         "variant": row.header.variant, "difficulty": row.header.difficulty, "seed": row.header.seed,
         "mode": row.header.mode, "hosted": row.hosted,
         "created": row.created, "ended": row.ended}
        for row in rows
    ])  # fmt: skip


@app.command()
def export(
    drill: Annotated[str, typer.Argument(help="A drill's id, as `drill list` gives it.")], data: Data = None
) -> None:
    """Print a drill's record, or what people did so far, as JSON Lines."""
    from simulator.room.rooms import export as lines

    with opened(data) as store:
        for line in lines(store, drill):
            sys.stdout.write(f"{line}\n")


@contextmanager
def opened(data: str | None) -> Iterator[Store]:
    """Open the store, which must exist already."""
    from simulator.room.store import Store, locate

    url = locate(data)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        raise DrillError(f"no database at {url.database}; `drill serve` makes it, or name another with --data")
    with closing(Store(data)) as store:
        yield store


def free(host: str, port: int) -> None:
    """Raise DrillError where nothing can listen on this port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise DrillError(
                f"cannot listen on {host}:{port} ({error.strerror}); choose another port with --port"
            ) from None


# --- shared -------------------------------------------------------------------------------------------------


def find(scenario: str, variant: str, difficulty: str = "standard") -> LoadedScenario:
    """Return a scenario by name. Raises UnknownName with the nearest one."""
    from scenarios.loader import load as load_scenario

    return load_scenario(scenario, chosen(scenario, variant), difficulty)


def authored(loaded: LoadedScenario) -> AbstractContextManager[None]:
    """Return what turns a mistake in a scenario's own Python into the one line its author needs."""
    from scenarios.loader import by_author

    return by_author(loaded)


def of_journal(journal: Journal) -> LoadedScenario:
    """Return the scenario that a journal was recorded with. Raises UnknownName."""
    return find(journal.header.scenario, journal.header.variant, journal.header.difficulty)


def chosen(scenario: str, variant: str) -> str:
    """Return a variant by name, or for `drawn` one drawn by this machine's chance. Raises UnknownName."""
    from scenarios.loader import DRAWN, draw

    return draw(scenario, random.SystemRandom()) if variant == DRAWN else variant


def put(value: Any) -> None:
    """Print JSON on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write(path: Path, journal: Journal) -> None:
    """Write a journal and say so. Raises DrillError where that is not possible."""
    try:
        journal.save(path)
    except OSError as error:
        raise DrillError(f"{path}: cannot be written ({error.strerror}); name another file") from None
    err.print(f"wrote {path}", markup=False)


def known(path: Path, otherwise: str) -> Path:
    """Return a path that exists. Raises DrillError with the nearest name beside it, or what to do `otherwise`."""
    if path.exists():
        return path
    beside = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, beside, n=1)
    remedy = f"did you mean {str(path.parent / close[0])!r}?" if close else otherwise
    raise DrillError(f"{path}: no such file; {remedy}")


def text_of(path: Path) -> str:
    """Return a file's text. Raises DrillError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DrillError(f"{path}: cannot be read as UTF-8 text ({error})") from None


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
