"""A company's file: what its drills begin with, overridden by each, checked with file and line, and packed along."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics import playbook
from scenarios.declared.company import CompanyText, companies_at, company_of
from scenarios.declared.source import merged
from scenarios.lint import check_path
from scenarios.loader import catalogue, forget, load, parse
from scenarios.pack import added, packed
from scenarios.patch import lay_over, lay_under
from scenarios.roots import FOLDERS
from scenarios.templates import template
from simulator.catalogue import called
from simulator.errors import ScenarioError
from simulator.scenario.document import read
from simulator.scenario.model import Scenario
from tests.shipped import text as spelled_out
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
    for name, company in (("first", "Pellworm"), ("again", "Pellworm"), ("other", "Elsewhere")):
        folder = tmp_path / "drills" / name
        folder.mkdir(parents=True)
        written = template("queue").replace("drill: NAME", f"drill: {name}").replace("draft: true\n", "")
        (folder / "drill.yaml").write_text(written.replace("YOUR COMPANY", company), encoding="utf-8")
    monkeypatch.setenv(FOLDERS, str(tmp_path / "drills"))
    forget()
    yield tmp_path / "drills"
    forget()


def write(root: Path, written: str = COMPANY) -> Path:
    (root / "company.yaml").write_text(written, encoding="utf-8")
    forget()
    return root / "company.yaml"


def test_drills_of_it_begin_with_what_it_says_and_others_do_not(root: Path) -> None:
    before = {name: load(name).version for name in ("first", "other")}
    write(root)
    for name in ("first", "again"):
        scenario = load(name).scenario
        assert {service.id for service in scenario.services} >= {"search", "mailer", "worker"}
        assert scenario.find("roles", "search").joins_after.median == 180
        assert scenario.find("queries", "tls").title == "Days until certificates end"
    assert load("first").version != before["first"]  # what runs does not go on by another
    assert load("other").version == before["other"]
    assert load("other").scenario.find("roles", "search") is None


def test_a_drill_overrides_part_by_part_and_takes_out_what_it_gives_as_nothing(root: Path) -> None:
    write(root)
    file = root / "again" / "drill.yaml"
    written = file.read_text(encoding="utf-8")
    written = written.replace("looks:\n", "people:\n  search: {page: 9m}\nlooks:\n  tls:\n")
    file.write_text(written, encoding="utf-8")
    forget()
    found = load("again").scenario
    assert found.find("roles", "search").joins_after.median == 540
    assert found.find("roles", "search").handle == "@search-oncall"
    assert found.find("queries", "tls") is None
    assert load("first").scenario.find("queries", "tls") is not None


def test_mistakes_are_told_where_they_stand(root: Path) -> None:
    file = write(root, COMPANY.replace("page: 3m", "page: soon"))
    with pytest.raises(ScenarioError, match=r"company\.yaml:5: people.search.page: 'soon' is not a time"):
        load("first")
    assert set(catalogue().broken) == {"first", "again"}
    assert load("other")
    for wrong, line, said in (
        (COMPANY.replace("need:", "nede:"), 9, "nede: no such field; remove or rename it; did you mean 'need'?"),
        (COMPANY.replace("team: Search, ", "team: Serch, "), 4, "people.search: 'Serch' is owner of nothing"),
        (COMPANY.replace("mailer: Mail", "mailer: Post"), 2, "services.mailer: nobody of 'Post' is there"),
        (f"{COMPANY}name: twice\n", 10, 'found duplicate key "name"'),
    ):
        problems = check_path(write(root, wrong))
        assert any((one.file, one.line) == (str(file), line) and said in str(one) for one in problems), (said, problems)
    # What is right by itself and wrong in a drill is told in the company's file too.
    write(root, COMPANY.replace("about: schedule, ", "about: schedule, tells: [nothing_known], "))
    found = [one for one in check_path(root / "first") if one.level == "error"]
    assert [(one.file, one.line) for one in found] == [(str(file), 8)]
    assert "nothing_known" in found[0].what


def test_it_leads_out_of_no_folder_and_is_no_pipe(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(COMPANY)
    (root / "company.yaml").symlink_to(tmp_path / "secret.yaml")
    forget()
    with pytest.raises(ScenarioError, match=r"company\.yaml:1: leads out of"):
        load("first")


def test_it_travels_with_a_drill_that_is_of_it(root: Path, tmp_path: Path) -> None:
    write(root)
    pack, _ = packed("first")
    assert set(pack.files) == {"company.yaml", "drill.yaml"}
    assert pack.manifest.version == load("first").version
    folder = added(pack, tmp_path / "theirs", "q.zip")
    assert packed(str(folder))[0].content() == pack.content()
    assert set(packed("other")[0].files) == {"drill.yaml"}


def test_a_company_in_the_folder_of_its_drill_is_compared_with_it(root: Path) -> None:
    ours = root / "first" / "company.yaml"
    for name, found in (("Pellworm", 0), ("Pelworm", 1)):
        ours.write_text(f"name: {name}\nchannels: [incident]\n", encoding="utf-8")
        assert len(check_path(ours)) == found


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


# --- under a scenario spelled out --------------------------------------------------------------------------

LARKFIELD = """name: Larkfield
services: {support-desk: {title: Desk, team: Support, lanes: [comms]}, flag-svc: {title: Flags, team: Platform}}
people:
  platform: {title: Platform duty, handle: platform-duty, team: Platform, page: 6m}
  legal: {title: Counsel, handle: counsel, team: Support, page: 5m, knows: {notice: {about: impact, says: Wait.}}}
looks:
  certs: {title: Days until certificates end, cmd: tlsctl days, about: impact, kind: receipt, shows: "61"}
decoys: {risks: {tape: A tape is lost}}
levels: [{title: Everything stops, update_minutes: 10}, {title: Some of it stops}]
audiences: {public: Status page}
postures: {auth: Sign nothing}
"""


def lent(said: str = LARKFIELD, name: str = "auth_token") -> Scenario:
    """Return a scenario that ships, of a company that says this."""
    below = companies_at()
    return parse(spelled_out(name), "scenario.yaml", None, (CompanyText(merged_text(said), "company.yaml"), *below))


def merged_text(said: str) -> str:
    """Return a company's text over the one that ships, so that what the scenario leaves out is there."""
    shipped = read(*companies_at()[0]).data
    return json.dumps(merged(shipped, read(said, "company.yaml").data))  # JSON is YAML


def test_a_scenario_spelled_out_lies_over_its_company_as_a_drill_in_one_file_does() -> None:
    scenario = lent()
    assert scenario.find("services", "support-desk").title == "Desk"
    assert scenario.find("roles", "platform").joins_after.median == 360
    assert [cue.id for cue in scenario.find("roles", "platform").cues] == ["capacity_limit", "retry_headers"]
    assert scenario.find("roles", "platform").brief.startswith("You own the clusters")  # the scenario's own
    assert scenario.find("roles", "legal").cues[0].topics == ("impact",)
    assert scenario.find("queries", "certs").executors[:2] == ("triage", "verification")
    assert not scenario.find("blast", "tape").true
    shipped = parse(spelled_out("auth_token"), "scenario.yaml")
    ids = [role.id for role in shipped.roles]
    assert [role.id for role in scenario.roles] == [*ids, "legal"]  # in the order the scenario has them in
    gone = parse(spelled_out("permission_leak"), "scenario.yaml")
    assert gone.find("services", "flag-svc") is None
    assert shipped.find("services", "flag-svc").team == "Platform"


def test_its_words_of_severity_cadence_audience_and_posture_are_those_of_drill_and_score() -> None:
    scenario = lent()
    book = playbook.load("recovery")
    ours = book.in_words_of(scenario.conventions)
    titles = [(one.title, one.update_minutes) for one in ours.severity.levels]
    worst, *_, least = (one.update_minutes for one in book.severity.levels)
    assert worst != 10
    assert titles[0] == ("Everything stops", 10)
    assert titles[-1] == ("Some of it stops", least)  # its own two, as far down the scale
    assert ours.digest() == book.digest()
    assert next(one.posture for one in ours.dependencies if one.id == "auth") == "Sign nothing"
    played = scenario.conventions.played(book.played())
    assert [(one.title, one.update_minutes) for one in played.levels] == titles
    assert called(scenario).titles["audience"] == {"public": "Status page"}
    assert playbook.load("recovery").in_words_of(parse(spelled_out("auth_token"), "a").conventions) is book


def test_a_mistake_that_a_company_lends_is_told_in_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "scenario.yaml").write_text(spelled_out("auth_token"), encoding="utf-8")
    file = tmp_path / "company.yaml"
    shipped = companies_at()[0].text
    for old, new, line, said in (
        ("team: Support, page: 2m", "team: Support, page: soon", 18, "people.support.page: 'soon' is not a time"),
        ("lanes: [comms]", "lanes: [coms]", 6, "services.support-desk.lanes.0: 'coms' is not possible"),
        ("needs: {", "postures: {atuh: Wait}\nneeds: {", 36, "postures.atuh: no playbook has the class 'atuh'"),
        ("channels:", "looks: {certs: {title: Certificates, cmd: tls, about: tsl, shows: x}}\nchannels:", 21,
         "looks.certs.about: unknown name 'tsl'"),
    ):  # fmt: skip
        assert old in shipped
        file.write_text(shipped.replace(old, new, 1), encoding="utf-8")
        found = [one for one in check_path(folder) if one.level == "error"]
        assert any((one.file, one.line) == (str(file), line) and said in one.what for one in found), (said, found)
    file.write_text(shipped, encoding="utf-8")
    own = spelled_out("auth_token").replace("company: Larkfield", "company: Larkfield\nremove: {roles: [platfrom]}")
    (folder / "scenario.yaml").write_text(own, encoding="utf-8")
    (found,) = check_path(folder)
    assert "remove.roles.0: the company has no 'platfrom'; name one; did you mean 'platform'?" in str(found)


def test_what_no_scenario_takes_is_told(root: Path) -> None:
    (found,) = check_path(write(root, COMPANY.replace("Pellworm", "Pelworm").replace("mailer: Mail", "mailer: Search")))
    assert "name: no scenario beside it is of 'Pelworm'" in str(found)
    for name in ("first", "again"):
        file = root / name / "drill.yaml"
        file.write_text(file.read_text("utf-8").replace("looks:\n", "looks:\n  tls:\n"), encoding="utf-8")
    (found,) = check_path(write(root, COMPANY.replace("mailer: Mail", "mailer: Search")))
    assert (found.line, found.level) == (8, "warning")
    assert "looks.tls: every scenario of it takes it out" in found.what


def test_a_drill_of_the_company_that_ships_begins_with_it_and_takes_it_along(root: Path, tmp_path: Path) -> None:
    file = root / "other" / "drill.yaml"
    file.write_text(file.read_text("utf-8").replace("Elsewhere", "Larkfield"), encoding="utf-8")
    forget()
    assert load("other").scenario.find("roles", "platform").handle == "@platform-oncall"
    pack, _ = packed("other")
    assert pack.files["company.yaml"].decode() == companies_at()[0].text
    folder = added(pack, tmp_path / "theirs", "o.zip")
    assert packed(str(folder))[0].content() == pack.content()


@pytest.mark.parametrize("said", [5, ["a"], {"services": 5}, {"services": "flag-svc"}, {"services": [["a"]]}])
def test_what_takes_out_nothing_that_has_an_id_is_said_and_no_more(said: object) -> None:
    lent = {"services": [{"id": "flag-svc"}]}
    for laid in (lay_under(lent, {"remove": said}), lay_over(lent, {"remove": said})):
        assert laid.problems[0][0][0] == "remove"
        assert laid.data["services"] == lent["services"]
    assert lay_under(lent, {"services": [{"id": ["x"]}]}).data == {"services": [{"id": ["x"]}]}


def test_a_broken_file_of_another_company_is_nothing_to_a_scenario() -> None:
    broken = CompanyText("name: Other\nservices: [\n", "company.yaml")
    assert company_of({"company": "Pellworm"}, (broken,)) is None
    with pytest.raises(ScenarioError):
        company_of({"company": "Other"}, (broken,))
