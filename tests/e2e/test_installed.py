"""What is installed from a wheel is whole: scripts, styles, scenarios and pages, away from this tree."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e import test_practise
from tests.e2e.server import ROOT, Server

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]


def ran(*command: str | Path, **env: str) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, env={**os.environ, **env})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start the app as it is installed from a wheel; what it depends on is this environment's, nothing is fetched."""
    folder = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip")
    ran(*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    # A folder on this path is not searched for editable installs, so that this tree stays out of it.
    env = {"PYTHONPATH": sysconfig.get_paths()["purelib"]}
    ran(python, "-m", "pip", "install", "--quiet", "--no-deps", "--ignore-installed", wheel, **env)
    show = "import ui, app, scenarios; print(ui.__file__, app.__file__, scenarios.__file__)"
    where = ran(python, "-P", "-c", show, **env)
    assert all(Path(one).is_relative_to(folder) for one in where.split()), where
    running = Server(folder, python=python, env={**os.environ, **env})
    running.start()
    yield running
    running.stop()


def test_a_person_takes_an_incident_to_its_score(installed: Server, open_page: Callable[..., Page]) -> None:
    test_practise.test_a_person_alone_takes_the_incident_from_page_to_score(installed, open_page)
