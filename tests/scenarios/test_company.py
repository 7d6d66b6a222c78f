"""A company's file: what its drills begin with, overridden by each, checked with file and line, and packed along."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.lint import check_path
from scenarios.loader import catalogue, forget, load
from scenarios.pack import added, packed
from scenarios.roots import FOLDERS
from simulator.errors import ScenarioError
from tests.scenarios.drills import text
from ui import cli

COMPANY = """name: Pellworm
services: {search: Search, mailer: Mail}
people:
  search:
    {title: Search on-call, handle: search-oncall, team: Search, page: 3m,
      knows: {index: {about: release, says: The index was rebuilt an hour before.}}}
looks:
  tls: {title: Days until certificates end, cmd: tlsctl days, about: schedule, kind: receipt, shows: "61"}
need: Releases stopped until Friday
"""


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a team's folder with two drills of one company, and one of another."""
    for name, company in (("queue_twice", "Pellworm"), ("again", "Pellworm"), ("other", "Elsewhere")):
        folder = tmp_path / "drills" / name
        folder.mkdir(parents=True)
        written = text().replace("drill: queue_twice", f"drill: {name}").replace(", mailer: Mail, search: Search}", "}")
        written = written.replace("company: Pellworm", f"company: {company}")
        (folder / "drill.yaml").write_text(written.replace("service: search,", "service: broker,"), encoding="utf-8")
    monkeypatch.setenv(FOLDERS, str(tmp_path / "drills"))
    forget()
    yield tmp_path / "drills"
    forget()


def write(root: Path, written: str = COMPANY) -> Path:
    (root / "company.yaml").write_text(written, encoding="utf-8")
    forget()
    return root / "company.yaml"


def test_drills_of_it_begin_with_what_it_says_and_others_do_not(root: Path) -> None:
    before = {name: load(name).version for name in ("queue_twice", "other")}
    write(root)
    for name in ("queue_twice", "again"):
        scenario = load(name).scenario
        assert {service.id for service in scenario.services} >= {"search", "mailer", "consumer"}
        assert scenario.find("roles", "search").joins_after.median == 180
        assert scenario.find("queries", "tls").title == "Days until certificates end"
    assert load("queue_twice").version != before["queue_twice"]  # what runs does not go on by another
    assert load("other").version == before["other"]
    assert load("other").scenario.find("roles", "search") is None


def test_a_drill_overrides_part_by_part_and_takes_out_what_it_gives_as_nothing(root: Path) -> None:
    write(root)
    file = root / "again" / "drill.yaml"
    written = file.read_text(encoding="utf-8")
    written = written.replace("people:\n", "people:\n  search: {page: 9m}\n").replace("looks:\n", "looks:\n  tls:\n")
    file.write_text(written, encoding="utf-8")
    forget()
    found = load("again").scenario
    assert found.find("roles", "search").joins_after.median == 540
    assert found.find("roles", "search").handle == "@search-oncall"
    assert found.find("queries", "tls") is None
    assert load("queue_twice").scenario.find("queries", "tls") is not None


def test_mistakes_are_told_where_they_stand(root: Path) -> None:
    file = write(root, COMPANY.replace("page: 3m", "page: soon"))
    with pytest.raises(ScenarioError, match=r"company\.yaml:5: people.search.page: 'soon' is not a time"):
        load("queue_twice")
    assert set(catalogue().broken) == {"queue_twice", "again"}
    assert load("other")
    for wrong, line, said in (
        (COMPANY.replace("need:", "needs:"), 9, "needs: no such field; remove or rename it; did you mean 'need'?"),
        (COMPANY.replace("team: Search, ", "team: Serch, "), 4, "people.search: 'Serch' is owner of nothing"),
        (COMPANY.replace("mailer: Mail", "mailer: Post"), 2, "services.mailer: nobody of 'Post' is there"),
        (f"{COMPANY}name: twice\n", 10, 'found duplicate key "name"'),
    ):
        problems = check_path(write(root, wrong))
        assert any((one.file, one.line) == (str(file), line) and said in str(one) for one in problems), (said, problems)
    # What is right by itself and wrong in a drill is told in the company's file too.
    write(root, COMPANY.replace("about: schedule, ", "about: schedule, tells: [nothing_known], "))
    found = [one for one in check_path(root / "queue_twice") if one.level == "error"]
    assert [(one.file, one.line) for one in found] == [(str(file), 8)]
    assert "nothing_known" in found[0].what


def test_it_leads_out_of_no_folder_and_is_no_pipe(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(COMPANY)
    (root / "company.yaml").symlink_to(tmp_path / "secret.yaml")
    forget()
    with pytest.raises(ScenarioError, match=r"company\.yaml:1: leads out of"):
        load("queue_twice")


def test_it_travels_with_a_drill_that_is_of_it(root: Path, tmp_path: Path) -> None:
    write(root)
    pack, _ = packed("queue_twice")
    assert set(pack.files) == {"company.yaml", "drill.yaml"}
    assert pack.manifest.version == load("queue_twice").version
    folder = added(pack, tmp_path / "theirs", "q.zip")
    assert packed(str(folder))[0].content() == pack.content()
    assert set(packed("other")[0].files) == {"drill.yaml"}


def test_a_company_of_specialists_leaves_the_usual_seats(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, COMPANY.replace("Pellworm", "YOUR COMPANY"))
    assert cli.main(["new", "mine", "--in", str(root)]) == 0
    forget()
    roles = [role.id for role in load("mine").scenario.roles]
    assert roles == ["commander", "deputy", "triage", "mitigation", "verification", "comms", "search"]
    capsys.readouterr()
    assert cli.main(["check", str(root / "company.yaml")]) == 0
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [one["what"] for one in found] == ["services.mailer: nobody of 'Mail' is there or can be paged"]
