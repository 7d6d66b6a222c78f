"""Play a drill without a browser."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Literal

import typer

from ui.cli import shared
from ui.cli.shared import Level, Variant, put, say, write

LONGEST = 86_400
"""Seconds of the longest drill there can be."""
FARTHEST = 10**12 - 1
"""Seeds are numbers that people can pass on and any program can hold."""


def minute(given: float | None) -> float | None:
    """Return a drill minute as given; what is none is refused."""
    if given is not None and not 0 <= given <= LONGEST / 60:
        raise typer.BadParameter(f"{given:g} is no minute of a drill, from 0 to {LONGEST // 60}")
    return given


def play(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, such as auth_token.")],
    variant: Variant = "base",
    difficulty: Level = "standard",
    policy: Annotated[str, typer.Option(help="The scripted responder who holds every seat.")] = "by_the_book",
    seed: Annotated[
        int | None, typer.Option(min=-FARTHEST, max=FARTHEST, help="Chance; the same seed gives the same drill.")
    ] = None,
    until: Annotated[
        float | None, typer.Option(metavar="MIN", help="People stop at this drill minute.", callback=minute)
    ] = None,
    step: Annotated[
        int | None, typer.Option(metavar="SECONDS", min=1, max=LONGEST, help="Paces the engine; changes nothing.")
    ] = None,
    commands: Annotated[
        Path | None, typer.Option(metavar="FILE", help='Play these {"at", "by", "body"} lines instead of a policy.')
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the journal here.")] = None,
    playbook: Annotated[
        str | None, typer.Option(help="The playbook it is played with; without one what the commands came with.")
    ] = None,
    mode: Annotated[Literal["training", "assessment"], typer.Option(help="With hints, or without.")] = "assessment",
) -> None:
    """Play a whole drill without a browser and print its outcome."""
    from analytics.playbook import DEFAULT
    from analytics.playbook import load as load_playbook
    from scenarios.roots import found, place_at
    from simulator import files, orders
    from simulator import play as player

    loaded = shared.find(scenario, variant, difficulty)
    stop = None if until is None else round(60 * until)
    if commands is not None:
        text = files.text_of(commands, "give a file of commands, or a journal")
        given = list(orders.read(text, str(commands)))
        book = orders.played_with(text) if playbook is None else load_playbook(playbook).played()
        with loaded.guard():
            engine = player.play_orders(loaded, given, seed or 0, mode=mode, until=stop, step=step, book=book)
        for line in orders.refusals(engine.journal):
            say(f"refused: {line}")
    else:
        book = load_playbook(playbook or DEFAULT).played()
        with loaded.guard():
            engine = player.play(loaded, policy, seed or 0, mode=mode, until=stop, step=step, book=book)
    if out is not None:
        write(out, engine.journal)
        if Path(scenario).exists() and (place := place_at(scenario)) not in found()[0].values():
            way = shlex.join(["drill", "--scenarios", str(place.folder.parent), "score", str(out)])
            say(f"its drill lies in no folder of yours: go on with `{way}`")
    put(player.outcome(engine))
    if commands is not None and orders.nothing_taken(engine.journal):
        say("every command was refused")
        raise typer.Exit(1)
