"""A scenario as one file that travels: a zip of what it is written in, with a manifest of names, sizes and digests.

What comes from elsewhere is read within bounds, into memory, and by a list of the names that a scenario's files have:
a path that leads out, a link, or anything else that a zip can hold is refused before a byte of it is on disk.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scenarios.declared.company import FILE as COMPANY
from scenarios.declared.company import Companies, CompanyText, companies_at, company_of
from scenarios.declared.made import FILE, made
from scenarios.lint import check_path
from scenarios.loader import parse
from scenarios.roots import LONG, TRUST, place_at, trusted
from simulator.errors import DrillError
from simulator.files import PACKINGS, bytes_of, decoded
from simulator.scenario.document import LARGEST, read
from simulator.scenario.model import Scenario

FORMAT = 1
"""Format of the packs we write, and the latest that we read."""
SUFFIX = ".drill.zip"
MANIFEST = "pack.json"
LARGEST_PACK = 4_000_000
"""Bytes of a pack, and of all that is in it: thirty times the largest scenario that ships."""
MOST_FILES, MOST_TIMES = 64, 100
"""Files in a pack, and how many times as long as in the pack one may be."""
NAME = r"^[a-z][a-z0-9_]{1,39}$"
_TRAVELS = re.compile(
    r"(?:drill|scenario|book|library|company)\.yaml|variants/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,59}\.yaml"
    r"|[a-z]\w{0,39}\.py|README\.md|LICENSE"
)
"""The names that files of a scenario have."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""When every file in a pack is from, so that the same scenario gives the same bytes."""


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PackedFile(_Closed):
    """What the manifest says of a file."""

    size: int = Field(ge=0)
    sha256: str


class PackManifest(_Closed):
    """What a pack says of itself."""

    pack: int
    """Format of the pack."""
    name: str = Field(pattern=NAME)
    version: str
    """Of the scenario: its own, and of a drill in one file a digest of what it says."""
    title: str
    files: Mapping[str, PackedFile]


@dataclass(frozen=True)
class Pack:
    """A scenario that travels."""

    manifest: PackManifest
    files: Mapping[str, bytes]

    @property
    def python(self) -> tuple[str, ...]:
        """Return the files of it that are Python."""
        return tuple(name for name in self.files if name.endswith(".py"))

    def content(self) -> bytes:
        """Return the file it travels in: the same bytes for the same scenario, on any machine."""
        held = io.BytesIO()
        manifest = json.dumps(self.manifest.model_dump(), ensure_ascii=False, indent=1).encode()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as out:  # packed tight, it would be as zlib's version is
            for name, content in ((MANIFEST, manifest), *self.files.items()):
                info = zipfile.ZipInfo(name, _EPOCH)
                info.create_system, info.external_attr = 3, (stat.S_IFREG | 0o644) << 16
                out.writestr(info, content)
        return held.getvalue()


def packed(where: str) -> tuple[Pack, tuple[str, ...]]:
    """Return the pack of a scenario, by name or path, and the names of files beside it that do not travel.

    Raises DrillError where it is no scenario, or one in which something is wrong.
    """
    place = place_at(where)
    if place.ours:
        raise DrillError(f"{place.name} comes with the program, so whoever has that has it; pack one of your own")
    _named(place.name)
    _refuse(place.folder, str(place.folder), "mend that before it travels")
    files: dict[str, bytes] = {}
    for name, file in _inside(place.folder):
        if file.is_dir() or not _TRAVELS.fullmatch(name):
            continue
        if not file.resolve().is_relative_to(place.folder.resolve()):
            raise DrillError(f"{file}: leads out of {place.folder}; copy what it points to")
        files[name] = bytes_of(file, "make it readable", LARGEST)
    company = company_of(read(*_drill_of(files, place.name)).data, companies_at(place.folder, place.root))
    if company is not None:
        files[COMPANY] = company.text.encode()
    pack = pack_of(place.name, files)
    opened(pack.content(), f"{place.name}{SUFFIX}")  # what we write we read
    return pack, beside(place.folder)


def _inside(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted((*folder.glob("*"), *folder.glob("variants/*"))):
        yield file.relative_to(folder).as_posix(), file


def beside(folder: Path) -> tuple[str, ...]:
    """Return the names of what lies in a scenario's folder and is no part of it, so that it does not travel."""
    return tuple(
        f"{name}/" if file.is_dir() else name
        for name, file in _inside(folder)
        if (name not in ("variants", "__pycache__") if file.is_dir() else not _TRAVELS.fullmatch(name))
    )


def _drill_of(files: Mapping[str, bytes], name: str) -> tuple[str, str]:
    """Return the text of a scenario's own file, and what messages call it. Raises DrillError where there is none."""
    file = FILE if FILE in files else LONG
    if file not in files:
        raise DrillError(f"{name}: holds neither {FILE} nor {LONG}; pack a scenario's folder")
    return decoded(files[file], Path(name) / file), f"{name}/{file}"


def pack_of(name: str, files: Mapping[str, bytes]) -> Pack:
    """Return the pack of a scenario's files. Raises DrillError where they do not load."""
    ordered = dict(sorted(files.items()))
    return Pack(_manifest(name, ordered), ordered)


def _named(name: str) -> None:
    if not re.fullmatch(NAME, name):
        raise DrillError(f"{name!r} is no name to travel by; use small letters, digits and underscores")


def _manifest(name: str, files: Mapping[str, bytes]) -> PackManifest:
    version, title = _told(name, files)
    listed = {one: PackedFile(size=len(raw), sha256=sha256(raw).hexdigest()) for one, raw in files.items()}
    return PackManifest(pack=FORMAT, name=name, version=version, title=title, files=listed)


def _told(name: str, files: Mapping[str, bytes]) -> tuple[str, str]:
    """Return version and title of a scenario, as its own file has them over its company's. Raises DrillError."""
    found = _meant(name, files)
    return found.whole_version, found.title


def _meant(name: str, files: Mapping[str, bytes], beside: Companies = ()) -> Scenario:
    """Return the scenario that files make, over the company's that is among them, or else one `beside` them."""
    text, shown = _drill_of(files, name)
    own = decoded(files[COMPANY], Path(COMPANY)) if COMPANY in files else None
    companies = beside if own is None else (CompanyText(own, f"{name}/{COMPANY}"),)
    found = made(text, shown, companies=companies).scenario if FILE in files else parse(text, shown, None, companies)
    if found.id != name:
        raise DrillError(f"{shown}:1: is {found.id!r} in a pack of {name!r}; name both alike")
    return found


def opened(raw: bytes, file: str) -> Pack:
    """Return the pack that bytes from anywhere hold, the scenario in it read. Raises DrillError."""
    pack = unpacked(raw, file)
    manifest = pack.manifest
    found = _told(manifest.name, pack.files)
    if found != (manifest.version, manifest.title):
        what = f"says {manifest.version} {manifest.title!r} and holds {found[0]} {found[1]!r}"
        raise DrillError(f"{file}: {what}; pack it again")
    return pack


def unpacked(raw: bytes, file: str) -> Pack:
    """Return the pack that bytes from anywhere hold, nothing in it read but its manifest: that takes no time.

    `file` is what messages call it. Raises DrillError.
    """
    if len(raw) > LARGEST_PACK:
        raise DrillError(f"{file}: more than {LARGEST_PACK:,} bytes; give what `drill pack` wrote")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as held:
            files = dict(_files(held, file))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        what = " ".join(str(error).split()) or type(error).__name__
        raise DrillError(f"{file}: is no pack ({what}); give what `drill pack` wrote") from None
    manifest = _read_manifest(files.pop(MANIFEST, None), file)
    for name in sorted(files.keys() | manifest.files.keys()):
        content, said = files.get(name), manifest.files.get(name)
        if content is None or said is None:
            where = "not in it, though its manifest has it" if content is None else "not in its manifest"
            raise DrillError(f"{file}: {name} is {where}; pack it again")
        if (len(content), sha256(content).hexdigest()) != (said.size, said.sha256):
            raise DrillError(f"{file}: {name} was changed after it was packed; pack it again")
    return Pack(manifest, files)


def _files(held: zipfile.ZipFile, file: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file in a zip, within bounds. Raises DrillError for what no pack has."""
    seen: set[str] = set()
    room = LARGEST_PACK
    if len(held.infolist()) > MOST_FILES:
        raise DrillError(f"{file}: holds more than {MOST_FILES} files; give what `drill pack` wrote")
    for info in held.infolist():
        name, shown = info.filename, ascii(info.filename[:60])
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise DrillError(f"{file}: {shown} is no plain file; give what `drill pack` wrote")
        if name != MANIFEST and not _TRAVELS.fullmatch(name):
            raise DrillError(f"{file}: {shown} is no file of a scenario; give what `drill pack` wrote")
        if name in seen:
            raise DrillError(f"{file}: holds {shown} twice; pack it again")
        if info.flag_bits & 1:
            raise DrillError(f"{file}: {shown} is locked by a password; pack it again without")
        if info.compress_type not in PACKINGS:
            raise DrillError(f"{file}: {shown} is packed in a way that is not read; give what `drill pack` wrote")
        if info.file_size > min(room, LARGEST) or info.file_size > MOST_TIMES * max(1, info.compress_size):
            raise DrillError(f"{file}: {shown} becomes too large; give what `drill pack` wrote")
        seen.add(name)
        with held.open(info) as inner:
            content = inner.read(info.file_size + 1)
        room -= len(content)
        yield name, content


def _read_manifest(raw: bytes | None, file: str) -> PackManifest:
    if raw is None:
        raise DrillError(f"{file}: holds no {MANIFEST}; give what `drill pack` wrote")
    try:
        data = json.loads(raw)
        later = isinstance(data, dict) and isinstance(data.get("pack"), int) and data["pack"] > FORMAT
        if later:
            what = f"is of format {data['pack']}, this program reads up to {FORMAT}"
            raise DrillError(f"{file}: {what}; bring the program up to date")
        found = PackManifest.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])[:80]
        raise DrillError(f"{file}: {MANIFEST}: {where}: {first['msg']}; pack it again") from None
    except (ValueError, RecursionError):
        raise DrillError(f"{file}: {MANIFEST} is no JSON; pack it again") from None
    if found.pack != FORMAT:
        raise DrillError(f"{file}: {MANIFEST}: pack: there is no format {found.pack}; pack it again")
    return found


def added(pack: Pack, root: Path, file: str, replace: bool = False) -> Path:
    """Put a scenario that travelled into a folder of scenarios, whole or not at all, and return its own folder.

    Raises DrillError where something is wrong in it, where it is Python that nobody trusts, or where there is another
    of its name and it is not to `replace` that.
    """
    if pack.python and not trusted():
        what = f"{file}: holds Python ({', '.join(pack.python)}), which is not run unless you trust it"
        raise DrillError(f"{what}; read it, then say `drill --trust-python add`, or set {TRUST}=1")
    name = pack.manifest.name
    target = root / name
    if target.exists() or target.is_symlink():
        _see_what_is_there(pack, target, replace)
    _see_company(pack, root, file)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=root) as held:
            fresh = Path(held) / "new" / name  # two levels down, where nobody looks for scenarios
            for one, content in pack.files.items():
                (fresh / one).parent.mkdir(parents=True, exist_ok=True)
                (fresh / one).write_bytes(content)
            _refuse(fresh, file, "have its author mend it")
            for one in beside(target) if not target.is_symlink() else ():
                _copied(target / one, fresh / one)
            _put(fresh, target, Path(held) / "old")
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise DrillError(f"{target}: cannot be written ({why}); name another folder with --in") from None
    return target


def _copied(what: Path, there: Path) -> None:
    """Copy a file or folder with all that is in it, links as links."""
    there.parent.mkdir(exist_ok=True)
    if what.is_dir() and not what.is_symlink():
        shutil.copytree(what, there, symlinks=True)
    else:
        shutil.copy2(what, there, follow_symlinks=False)


def _put(fresh: Path, target: Path, old: Path) -> None:
    """Put a folder in the place of what is there, which lies at `old` afterwards, or is back where it cannot be."""
    there = target.exists() or target.is_symlink()
    if there:
        target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        if there:
            old.rename(target)
        raise


def _see_company(pack: Pack, root: Path, file: str) -> None:
    """Raise DrillError where the company's file of a folder would make another drill of one that came without."""
    beside_it = root / COMPANY
    if COMPANY in pack.files or not beside_it.is_file():
        return
    name, elsewhere = pack.manifest.name, "name another folder with --in"
    try:
        here = _meant(name, pack.files, companies_at(root, root))
    except DrillError as error:
        raise DrillError(f"{file}: does not load beside {beside_it} ({error}); mend that, or {elsewhere}") from None
    if here != _meant(name, pack.files):
        what = f"{beside_it} would make another scenario of it"
        if here.whole_version != pack.manifest.version:
            what = f"{beside_it} would make version {here.whole_version} of version {pack.manifest.version}"
        raise DrillError(f"{file}: {what}; {elsewhere}, or have it packed beside its own {COMPANY}")


def _see_what_is_there(pack: Pack, target: Path, replace: bool) -> None:
    """Raise DrillError where what stands in the way of a pack is not to go."""
    if replace:
        if target.exists() and not ((target / FILE).is_file() or (target / LONG).is_file()):
            raise DrillError(f"{target}: is no scenario, so nothing replaces it; name another folder with --in")
        return
    try:
        version = packed(str(target))[0].manifest.version
    except DrillError:
        version = "that does not load"
    same = f"version {version}" + (", the same" if version == pack.manifest.version else "")
    raise DrillError(f"{target}: is there already ({same}); say --replace to put version {pack.manifest.version} there")


def _refuse(folder: Path, shown: str, remedy: str) -> None:
    """Raise DrillError for the first error in a scenario's folder; `shown` is what messages call that."""
    errors = [one for one in check_path(folder, run=trusted()) if one.level == "error"]
    if errors:
        first = errors[0]
        here = first.file.replace(str(folder), "").lstrip("/")
        more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
        raise DrillError(f"{shown}: {here}:{first.line}: {first.what}; {first.remedy}{more}; {remedy}")
