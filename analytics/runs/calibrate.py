"""Many drills over policies and seeds, on one machine or a cluster: harm, score and their spread."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Any

from analytics.playbook import Playbook
from analytics.playbook import load as load_playbook
from analytics.record import DrillRecord
from analytics.runs.counterfactual import make_references
from analytics.score import score
from simulator.acts import TakeAction
from simulator.engine import VERSION, Engine
from simulator.errors import DrillError, UnknownName
from simulator.events import ClosureRefused, CommandRefused, IncidentClosed
from simulator.loaded import Load, LoadedScenario
from simulator.play import outcome, play_each
from simulator.text import clock

ANSWER_SECONDS = 10
"""How long a scheduler may take to answer."""


@dataclass(frozen=True)
class Job:
    """The drills of one seed to play and score: together, because responders derive from one another."""

    load: Load
    """A function of a module, since a worker gets it by its name."""
    scenario: str
    variant: str
    policies: tuple[str, ...]
    seed: int
    playbook: str
    difficulty: str
    versions: tuple[str, str]
    """Of scenario and engine as they are meant: whoever plays it must have the same."""


@dataclass(frozen=True)
class Row:
    """What came of one drill."""

    policy: str
    seed: int
    total: int
    """0 where there is none: a drill that its facilitator stopped."""
    uncapped: int
    band: str
    caps: tuple[str, ...]
    loss: float
    """Scalar loss at the horizon."""
    harm: dict[str, float]
    ended: str
    playbook: str
    """What it was played with and scored by."""
    refused: tuple[str, ...]
    """What was wanted and never came about, in words: actions that were not to be had, a closure; when and why."""


def measure(job: Job) -> list[Row]:
    """Play and score the drills of a seed. Runs in a worker: takes and returns plain data. Raises DrillError."""
    loaded, book = job.load(job.scenario, job.variant, job.difficulty), load_playbook(job.playbook)
    if job.versions != (loaded.version, VERSION):
        raise DrillError(f"a worker has another version of {job.scenario}; install the same incident-drill there")
    return rows(loaded, job.policies, job.seed, book)


def rows(loaded: LoadedScenario, policies: Sequence[str], seed: int, book: Playbook) -> list[Row]:
    """Return what comes of a scenario in the hands of these responders on one seed. Raises DrillError."""
    with loaded.guard():
        played = play_each(loaded, policies, seed, book.played())
        return [_row(loaded, name, engine, book) for name, engine in played]


def _row(loaded: LoadedScenario, policy: str, engine: Engine, book: Playbook) -> Row:
    references = make_references(loaded, engine.journal, book, seeds=0)
    card = score(DrillRecord(engine.journal, loaded.scenario, references), book)
    result = outcome(engine)
    harm = dict(result["harm"])
    return Row(
        policy=policy, seed=engine.header.seed,
        # No total counts as none here: a policy that does nothing has to come out last.
        total=card.total or 0, uncapped=card.uncapped, band=card.band or "",
        caps=tuple(cap.id for cap in card.caps), loss=harm.pop("total"), harm=harm, ended=str(result["ended"]),
        playbook=book.id, refused=tuple(_refused(engine)),
    )  # fmt: skip


def _refused(engine: Engine) -> Iterator[str]:
    entries = engine.journal.entries
    why = {x.body.command: x.body.reason for x in entries if isinstance(x.body, CommandRefused)}
    last = {x.body.action: x for x in entries if isinstance(x.body, TakeAction)}
    for action, order in last.items():
        if order.seq in why:
            yield f"{action} refused at {clock(order.at)}: {why[order.seq]}"
    gate = next((x for x in reversed(entries) if isinstance(x.body, ClosureRefused | IncidentClosed)), None)
    if gate is not None and isinstance(gate.body, ClosureRefused):
        yield f"closure refused at {clock(gate.at)}: {'; '.join(gate.body.missing)}"


def jobs_for(
    load: Load,
    scenario: str,
    variant: str,
    policies: Sequence[str],
    seeds: int,
    playbook: str,
    difficulty: str = "standard",
) -> list[Job]:
    """Return the drills to play, every policy on seeds 1 … `seeds`, a job a seed. Raises UnknownName for a policy."""
    loaded = load(scenario, variant, difficulty)
    versions = loaded.version, VERSION
    for policy in policies:
        if policy not in loaded.responders:
            raise UnknownName("policy", policy, loaded.responders)
    named = tuple(policies) or tuple(loaded.responders)
    return [Job(load, scenario, variant, named, seed, playbook, difficulty, versions) for seed in range(1, seeds + 1)]


@contextmanager
def executor(workers: int, scheduler: str | None) -> Iterator[Executor]:
    """Open where the drills run: processes here, or a Dask cluster at `scheduler`."""
    if scheduler is None:
        # Spawned, not forked: a fork would copy whatever threads the caller has in whatever state they are.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield pool
        return
    try:
        from distributed import Client
    except ImportError:
        raise DrillError("--scheduler needs the package `distributed`; install incident-drill[cluster]") from None
    try:
        client = Client(scheduler, timeout=ANSWER_SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        raise DrillError(f"no Dask scheduler answers at {scheduler} ({error}); start one or leave it out") from None
    try:
        yield client.get_executor()
    finally:
        client.close()


INTERRUPTED = "interrupted"


def run(jobs: Sequence[Job], pool: Executor, done: Callable[[Row], None]) -> str:
    """Play every job and hand each row to `done` as it comes; return why it stopped early, or nothing."""
    futures: list[Future[list[Row]]] = [pool.submit(measure, job) for job in jobs]
    try:
        for future in as_completed(futures):
            for row in future.result():
                done(row)
    except KeyboardInterrupt:
        why = INTERRUPTED
    except BrokenExecutor:
        why = "a worker process died, perhaps for want of memory (fewer --jobs help)"
    except DrillError as error:
        why = str(error)
    except ImportError as error:
        why = f"a worker cannot start ({error}); install the same incident-drill there"
    else:
        return ""
    for future in futures:
        future.cancel()
    return why


def summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return one line a playbook and policy, best first: scores, losses and caps over its seeds."""
    lines = []
    for playbook, policy in sorted({(row.playbook, row.policy) for row in rows}):
        mine = [row for row in rows if (row.playbook, row.policy) == (playbook, policy)]
        caps = Counter(cap for row in mine for cap in row.caps)
        lines.append({
            "playbook": playbook, "policy": policy, "drills": len(mine), "total": _spread([row.total for row in mine]),
            "uncapped": _spread([row.uncapped for row in mine]), "loss": _spread([row.loss for row in mine]),
            "harm": {key: round(statistics.median(row.harm[key] for row in mine), 1) for key in mine[0].harm},
            "caps": dict(sorted(caps.items())),
        })  # fmt: skip
    return sorted(lines, key=lambda line: (line["playbook"], -line["total"]["median"], line["policy"]))


def _spread(values: Sequence[float]) -> dict[str, float]:
    ends = {"low": min(values), "median": statistics.median(values), "high": max(values)}
    return {name: round(value, 4) for name, value in ends.items()}


def as_data(rows: Sequence[Row], wanted: int) -> dict[str, Any]:
    """Return everything as plain data: how many of how many, the summary, and each drill."""
    ordered = [asdict(row) for row in sorted(rows, key=lambda row: (row.playbook, row.policy, row.seed))]
    return {"drills": len(rows), "of": wanted, "policies": summary(rows) if rows else [], "rows": ordered}
