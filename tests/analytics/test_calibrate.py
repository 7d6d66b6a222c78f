"""Calibration: the same rows in one process, in several and on a cluster; an interrupt keeps what is finished."""

from __future__ import annotations

import json
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest

from analytics.runs import calibrate
from scenarios.loader import load
from simulator.errors import DrillError, UnknownName
from ui.cli import main

pytestmark = pytest.mark.slow


class Here(Executor):
    """Runs each job at once, where it is; a fake for a pool."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def rows_of(pool: Executor, policies: list[str], seeds: int) -> list[calibrate.Row]:
    rows: list[calibrate.Row] = []
    jobs = calibrate.jobs_for(load, "auth_token", "base", policies, seeds, "recovery")
    assert not calibrate.run(jobs, pool, rows.append)
    return sorted(rows, key=lambda row: (row.policy, row.seed))


def test_processes_give_what_one_gives() -> None:
    alone = rows_of(Here(), ["null", "impatient"], 2)
    with calibrate.executor(2, None) as pool:
        assert rows_of(pool, ["null", "impatient"], 2) == alone
    assert [row.policy for row in alone] == ["impatient", "impatient", "null", "null"]


@pytest.mark.filterwarnings("ignore")
def test_a_dask_cluster_gives_what_one_process_gives() -> None:
    import distributed  # only here: what it warns of while it loads is not ours

    alone = rows_of(Here(), ["null"], 2)
    cluster = distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp://", host="127.0.0.1"
    )
    try:
        with calibrate.executor(1, cluster.scheduler_address) as pool:
            assert rows_of(pool, ["null"], 2) == alone
    finally:
        cluster.close()


def test_an_interrupt_keeps_what_is_finished() -> None:
    rows: list[calibrate.Row] = []

    def one(row: calibrate.Row) -> None:
        rows.append(row)
        if len(rows) == 2:
            raise KeyboardInterrupt

    jobs = calibrate.jobs_for(load, "auth_token", "base", ["null"], 4, "recovery")
    assert calibrate.run(jobs, Here(), one) == calibrate.INTERRUPTED
    data = calibrate.as_data(rows, len(jobs))
    assert (data["drills"], data["of"]) == (2, 4)
    assert data["policies"][0]["total"] == {"low": 0, "median": 0, "high": 0}


class Fails(Here):
    """A pool whose second job ends like this."""

    def __init__(self, error: Exception) -> None:
        self.error, self.given = error, 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.given += 1
        if self.given != 2:
            return super().submit(fn, *args, **kwargs)
        future: Future[Any] = Future()
        future.set_exception(self.error)
        return future


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (BrokenProcessPool("gone"), "a worker process died"),
        (ModuleNotFoundError("No module named 'ui'"), "install the same incident-drill there"),
    ],
)
def test_a_worker_that_fails_is_one_line_and_what_is_finished_stands(
    error: Exception, told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrate, "executor", lambda workers, scheduler: nullcontext(Fails(error)))
    assert main(["calibrate", "auth_token", "--policies", "null", "--seeds", "2", "--format", "json"]) == 2
    out, err = capsys.readouterr()
    assert told in err
    assert "Traceback" not in err
    assert json.loads(out)["of"] == 2


def test_a_worker_with_another_version_is_found_out() -> None:
    (job,) = calibrate.jobs_for(load, "auth_token", "base", ["null"], 1, "recovery")
    with pytest.raises(DrillError, match="another version of auth_token"):
        calibrate.measure(replace(job, versions=("1", "0")))


def test_the_command_prints_json_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "auth_token", "--policies", "null", "--seeds", "1", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [row["seed"] for row in data["rows"]] == [1]
    assert data["policies"][0]["policy"] == "null"


def test_an_unknown_policy_or_scheduler_is_one_line() -> None:
    with pytest.raises(UnknownName, match="did you mean 'hero'"):
        calibrate.jobs_for(load, "auth_token", "base", ["heroo"], 1, "recovery")


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrate, "ANSWER_SECONDS", 1)
    with pytest.raises(DrillError, match="no Dask scheduler answers"), calibrate.executor(1, "tcp://127.0.0.1:9"):
        pass


def test_several_playbooks_stand_beside_each_other() -> None:
    rows: list[calibrate.Row] = []
    jobs = [
        job for book in ("recovery", "ops")
        for job in calibrate.jobs_for(load, "auth_token", "base", ["null", "impatient"], 1, book)
    ]  # fmt: skip
    assert not calibrate.run(jobs, Here(), rows.append)
    assert [(line["playbook"], line["policy"]) for line in calibrate.summary(rows)] == [
        ("ops", "impatient"), ("ops", "null"), ("recovery", "impatient"), ("recovery", "null"),
    ]  # fmt: skip
    assert {one["playbook"] for one in calibrate.as_data(rows, 4)["rows"]} == {"ops", "recovery"}
