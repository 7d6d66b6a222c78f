"""A scenario that travels: the same bytes for the same drill, back as it was, and nothing else out of any file."""

from __future__ import annotations

import contextlib
import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.pack import FORMAT, LARGEST_PACK, Pack, added, opened, packed
from scenarios.roots import FOLDERS, TRUST
from simulator.errors import DrillError
from tests.scenarios.drills import EXAMPLES, text
from tests.shipped import text as spelled_out
from ui import cli

pytestmark = pytest.mark.usefixtures("nothing_set")
Entries = list[tuple[zipfile.ZipInfo, bytes]]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return packed(str(EXAMPLES / "queue_twice"))[0]


def entries(content: bytes) -> Entries:
    """Return what a zip holds, to be changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        return [(info, held.read(info)) for info in held.infolist()]


def zipped(found: Entries, how: int = zipfile.ZIP_STORED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", how) as out:
        for info, content in found:
            out.writestr(info, content, how)
    return held.getvalue()


def with_manifest(content: bytes, **fields: object) -> bytes:
    """Return a pack whose manifest says something else."""
    (info, manifest), *rest = entries(content)
    return zipped([(info, json.dumps({**json.loads(manifest), **fields}).encode()), *rest])


def with_file(content: bytes, name: str, inner: bytes = b"x", mode: int = stat.S_IFREG) -> bytes:
    """Return a pack with one more file in it."""
    info = zipfile.ZipInfo(name)
    info.external_attr = (mode | 0o644) << 16
    return zipped([*entries(content), (info, inner)])


def test_what_is_packed_is_put_back_as_it_was_and_packed_again_to_the_same_bytes(pack: Pack, tmp_path: Path) -> None:
    content = pack.content()
    again = opened(content, "q.zip")
    assert again == pack
    folder = added(again, tmp_path, "q.zip")
    assert (folder / "drill.yaml").read_text(encoding="utf-8") == text()
    assert [one.name for one in folder.parent.iterdir()] == ["queue_twice"]
    (folder / "drill.yaml").touch()  # when it was saved says nothing
    assert packed(str(folder))[0].content() == content
    assert opened(zipped(entries(content), zipfile.ZIP_DEFLATED), "q.zip") == pack  # somebody zipped it anew


def test_only_what_a_scenario_is_written_in_travels(tmp_path: Path) -> None:
    folder = tmp_path / "queue_twice"
    (folder / "notes").mkdir(parents=True)
    for name, inner in (("drill.yaml", text()), ("README.md", "Ours."), (".env", "TOKEN=1"), ("drill.yaml~", "")):
        (folder / name).write_text(inner, encoding="utf-8")
    found, left = packed(str(folder))
    assert set(found.files) == {"README.md", "drill.yaml"}
    assert set(left) == {".env", "drill.yaml~", "notes/"}
    (folder / "LICENSE").symlink_to("/etc/hostname")
    with pytest.raises(DrillError, match="leads out of"):
        packed(str(folder))


REFUSED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "no zip": (lambda raw: b"PK" + raw[200:], "is no pack"),
    "nothing": (lambda raw: b"", "is no pack"),
    "cut off": (lambda raw: raw[:-100], "is no pack"),
    "too long": (lambda raw: raw + bytes(LARGEST_PACK), "more than 4,000,000 bytes"),
    "from later": (lambda raw: with_manifest(raw, pack=FORMAT + 1, new=True), "bring the program up to date"),
    "from never": (lambda raw: with_manifest(raw, pack=0), "there is no format 0"),
    "another field": (lambda raw: with_manifest(raw, extra=1), "extra: Extra inputs are not permitted; pack it again"),
    "a name that leads out": (lambda raw: with_manifest(raw, name="../x"), "pack.json: name"),
    "another name": (lambda raw: with_manifest(raw, name="mine"), "is 'queue_twice' in a pack of 'mine'"),
    "another version": (lambda raw: with_manifest(raw, version="9"), "says 9 'Behind, and twice' and holds 1-"),
    "another title": (lambda raw: with_manifest(raw, title="Fine"), "says 1-"),
    "no manifest": (lambda raw: zipped(entries(raw)[1:]), "holds no pack.json"),
    "manifest alone": (lambda raw: zipped(entries(raw)[:1]), "drill.yaml is not in it"),
    "deep manifest": (lambda raw: zipped([(entries(raw)[0][0], b"[" * 100_000)]), "is no JSON"),
    "not in the manifest": (lambda raw: with_file(raw, "README.md"), "README.md is not in its manifest"),
    "changed": (lambda raw: zipped([entries(raw)[0], (entries(raw)[1][0], b"drill: x")]), "was changed after"),
    "up": (lambda raw: with_file(raw, "../drill.yaml"), "'../drill.yaml' is no file of a scenario"),
    "from the root": (lambda raw: with_file(raw, "/etc/cron.d/x"), "is no file of a scenario"),
    "of Windows": (lambda raw: with_file(raw, "..\\x.yaml"), "is no file of a scenario"),
    "up from inside": (lambda raw: with_file(raw, "variants/../../x.yaml"), "is no file of a scenario"),
    "a folder": (lambda raw: with_file(raw, "variants/", b""), "is no file of a scenario"),
    "hidden": (lambda raw: with_file(raw, ".bashrc"), "is no file of a scenario"),
    "a link": (lambda raw: with_file(raw, "README.md", b"/etc/passwd", stat.S_IFLNK), "is no plain file"),
    "two of them": (lambda raw: zipped([*entries(raw), entries(raw)[1]]), "holds 'drill.yaml' twice"),
    "a bomb": (
        lambda raw: zipped([*entries(raw), (zipfile.ZipInfo("README.md"), bytes(900_000))], zipfile.ZIP_DEFLATED),
        "becomes too large",
    ),
    "of bzip2": (lambda raw: zipped(entries(raw), zipfile.ZIP_BZIP2), "packed in a way that is not read"),
    "of LZMA": (lambda raw: zipped(entries(raw), zipfile.ZIP_LZMA), "packed in a way that is not read"),
    "many": (lambda raw: zipped([*entries(raw), *[(zipfile.ZipInfo(f"a{n}.py"), b"") for n in range(70)]]), "64 files"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_no_pack_has_is_refused_in_one_line(pack: Pack) -> None:
    content = pack.content()
    for what, (change, said) in REFUSED.items():
        with pytest.raises(DrillError) as raised:
            opened(change(content), "q.zip")
        assert said in str(raised.value), (what, str(raised.value))
        assert str(raised.value).startswith("q.zip: ") or what == "another name", what
        assert len(str(raised.value).splitlines()) == 1, what


@settings(deadline=None)
@given(st.data())
def test_a_byte_that_is_another_is_told_or_means_nothing(pack: Pack, data: st.DataObject) -> None:
    content = bytearray(pack.content())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DrillError):
        assert opened(bytes(content), "q.zip") == pack


def test_one_that_is_there_stays_until_somebody_says_so(pack: Pack, tmp_path: Path) -> None:
    folder = added(pack, tmp_path, "q.zip")
    (folder / ".git").mkdir()
    for one, inner in (("notes.txt", "mine"), (".git/HEAD", "main"), ("README.md", "of the old one")):
        (folder / one).write_text(inner)
    with pytest.raises(DrillError, match=r"is there already \(version 1-\w+, the same\); say --replace"):
        added(pack, tmp_path, "q.zip")
    added(pack, tmp_path, "q.zip", replace=True)
    assert {one.name for one in folder.iterdir()} == {"drill.yaml", "notes.txt", ".git"}  # what is no part of it stays
    assert (folder / ".git" / "HEAD").read_text() == "main"
    assert [one.name for one in tmp_path.iterdir()] == ["queue_twice"]
    other = tmp_path / "other"
    (other / "queue_twice").mkdir(parents=True)
    with pytest.raises(DrillError, match="is no scenario, so nothing replaces it"):
        added(pack, other, "q.zip", replace=True)


def test_one_that_cannot_be_put_there_leaves_what_was(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = added(pack, tmp_path, "q.zip")
    (folder / "README.md").write_text("the old one")
    rename = Path.rename

    def refused(self: Path, target: Path) -> Path:
        if self.parent.name == "new":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(DrillError, match=r"cannot be written \(Input/output error\)"):
        added(pack, tmp_path, "q.zip", replace=True)
    assert (folder / "README.md").read_text() == "the old one"
    assert [one.name for one in tmp_path.iterdir()] == ["queue_twice"]


def test_the_company_of_those_who_take_it_in_makes_no_other_drill_of_it(pack: Pack, tmp_path: Path) -> None:
    name = next(line for line in text().split("\n") if line.startswith("company: ")).removeprefix("company: ")
    (tmp_path / "company.yaml").write_text("name: Another\nneed: Something else\n")
    added(pack, tmp_path, "q.zip")  # the drill is of another company
    for company, said in (
        (f"name: {name}\nneed: Something else\n", r"company.yaml would make version 1-\w+ of version 1-\w+; name"),
        (f"name: {name}\nneeds: Something else\n", "does not load beside .*company.yaml"),
        (f"name: {name}\nneed: [\n", "does not load beside .*company.yaml"),
    ):
        (tmp_path / "company.yaml").write_text(company)
        with pytest.raises(DrillError, match=said) as raised:
            added(pack, tmp_path, "q.zip", replace=True)
        assert len(str(raised.value).splitlines()) == 1
    assert {one.name for one in tmp_path.iterdir()} == {"company.yaml", "queue_twice"}


def test_what_has_a_mistake_neither_leaves_nor_arrives(pack: Pack, tmp_path: Path) -> None:
    wrong = text().replace("check: purge_dry, ", "")
    folder = tmp_path / "queue_twice"
    folder.mkdir()
    (folder / "drill.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(DrillError, match=r"drill.yaml:\d+: moves.purge: is a trap that nothing shows; .*travels"):
        packed(str(folder))
    made_by_hand = Pack(pack.manifest, {"drill.yaml": wrong.encode()})
    with pytest.raises(DrillError, match=r"q.zip: drill.yaml:\d+: moves.purge"):
        added(made_by_hand, tmp_path / "own", "q.zip")
    assert list((tmp_path / "own").iterdir()) == []


@pytest.mark.slow
def test_python_travels_and_is_taken_in_by_those_who_trust_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "scenario.yaml").write_text(spelled_out("auth_token").replace("id: auth_token", "id: mine", 1), "utf-8")
    (folder / "world.py").write_text("WORLD = 1 / 0\n")
    found, _ = packed(str(folder))
    assert found.python == ("world.py",)
    own = tmp_path / "own"
    with pytest.raises(DrillError, match=r"m.zip: holds Python \(world.py\)"):
        added(found, own, "m.zip")
    assert not own.exists()
    monkeypatch.setenv(TRUST, "1")
    with pytest.raises(DrillError, match="division by zero"):
        added(found, own, "m.zip")
    assert list(own.iterdir()) == []


@pytest.mark.slow
def test_the_commands_say_in_a_line_what_they_did_and_what_is_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "own"

    def said(code: int, *words: str) -> str:
        assert cli.main(list(words)) == code
        printed = capsys.readouterr()
        assert printed.out == ""
        return printed.err

    assert "wrote queue_twice.drill.zip, 'Behind, and twice' version 1-" in said(0, "pack", f"{EXAMPLES}/queue_twice")
    assert "comes with the program" in said(2, "pack", "auth_token")
    assert "no scenario at" in said(2, "pack", str(own / "none"))
    assert "it is listed once DRILL_SCENARIOS=" in said(0, "add", "queue_twice.drill.zip", "--in", str(own))
    assert "say --replace" in said(2, "add", "queue_twice.drill.zip", "--in", str(own))
    again = said(0, "--scenarios", str(own), "add", "queue_twice.drill.zip", "--replace")
    assert len(again.splitlines()) == 1
    assert "in " + str(own) in said(2, "add", "queue_twice.drill.zip", "--in", "elsewhere")
    monkeypatch.setenv(FOLDERS, "")
    (tmp_path / "junk.zip").write_bytes(b"\0" * 50)
    assert "junk.zip: is no pack" in said(2, "add", "junk.zip")
    assert "no such file" in said(2, "add", "nothing.zip")
    assert "own: is a folder" in said(2, "add", str(own))
