"""Knowledge and rules as one file, to be handed on between releases: the same bytes every time, read with suspicion.

A bundle is a ZIP archive whose entries are stored and not compressed, so that it is never more than it seems. Its
manifest names every file with its digest; a signature, where there is one, is of the manifest.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from stat import S_IFMT, S_IFREG

from advisor.errors import InputError, Problem
from advisor.frozen import dataclass
from advisor.loading.documents import MAX_BYTES
from advisor.loading.folders import everything, looks_read
from advisor.loading.problems import Problems, shown

SCHEMA = "advisor/bundle/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
MOST_FILES = 2000
LARGEST = 64 * 1024 * 1024
"""Of a bundle, in bytes: thirty times what the program's own takes."""
BESIDE = ("examples", "cases", "spot_checks.yaml")
"""What lies beside the program's own knowledge, and no answer rests on."""

_NAME = re.compile(r"(?:knowledge|rules)(?:/[A-Za-z0-9][\w.-]*)+\.yaml", re.ASCII)
_DAY = (1980, 1, 1, 0, 0, 0)
_REGULAR = 0o100644 << 16
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a bundle says of itself."""

    schema: str = SCHEMA
    advisor: str
    """The versions of the program that it fits, as in `==0.1.*`."""
    day: str
    """The latest day on which something in it was observed."""
    files: Mapping[str, str]
    """SHA-256 by name."""

    @property
    def digest(self) -> str:
        """That of the whole."""
        listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(self.files.items()))
        return f"sha256:{hashlib.sha256(listed.encode()).hexdigest()}"

    @property
    def content(self) -> bytes:
        """As it stands in the bundle."""
        data = {"schema": self.schema, "advisor": self.advisor, "day": self.day, "digest": self.digest}
        return json.dumps({**data, "files": dict(sorted(self.files.items()))}, indent=1).encode() + b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle whose files are those that its manifest names."""

    manifest: Manifest
    files: Mapping[str, bytes]
    signed: bytes
    """The manifest, byte for byte as it was signed."""
    signature: bytes = b""


def gather(knowledge: Path, rules: Path) -> dict[str, bytes]:
    """The files that answers rest on, by their names in a bundle."""
    return {
        f"{part}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for part, folder in (("knowledge", knowledge), ("rules", rules))
        for path in everything(folder)
        if path.is_file() and looks_read(path) and path.relative_to(folder).parts[0] not in BESIDE
    }


def manifest_of(files: Mapping[str, bytes], advisor: str, day: str) -> Manifest:
    """The manifest of files."""
    return Manifest(
        advisor=advisor, day=day, files={name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    )


def pack(manifest: Manifest, files: Mapping[str, bytes], signature: bytes = b"") -> bytes:
    """The bundle: the same bytes for the same files, on every machine and day."""
    entries = {
        MANIFEST: manifest.content,
        **({SIGNATURE: signature} if signature else {}),
        **dict(sorted(files.items())),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name, _DAY)
            info.create_system, info.external_attr = 3, _REGULAR
            archive.writestr(info, content)
    return out.getvalue()


def unpack(content: bytes, place: str) -> Bundle:
    """The bundle in these bytes; raises InputError with every reason why it is none, or not a sound one."""
    problems = Problems()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            for reason in _tricks(entries, len(content)):
                problems.add(f"it is refused: {reason}.", place, "Take a bundle that `advisor knowledge export` wrote.")
            problems.settle()
            files = {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError) as error:
        message = f"it is no bundle, or a damaged one: {shown(str(error))}."
        raise InputError(Problem(message=message, place=place, hint="Fetch it again.")) from None
    signed, signature = files.pop(MANIFEST, b""), files.pop(SIGNATURE, b"")
    manifest = _manifest(signed, place)
    for reason in _differences(manifest, files):
        problems.add(f"it is refused: {reason}.", place, "Fetch it again; it is not what was exported.")
    problems.settle()
    return Bundle(manifest=manifest, files=files, signed=signed, signature=signature)


def _tricks(entries: list[zipfile.ZipInfo], size: int) -> Iterator[str]:
    """What in the list of entries no export writes."""
    if len(entries) > MOST_FILES:
        yield f"it has {len(entries)} entries, more than {MOST_FILES}"
        return
    if sum(entry.file_size for entry in entries) > size:
        yield "its entries are larger than it is itself"
    names = [entry.orig_filename for entry in entries]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{shown(name)} stands in it twice"
    for entry in entries:
        kind = S_IFMT(entry.external_attr >> 16)
        if entry.orig_filename not in (MANIFEST, SIGNATURE) and not _NAME.fullmatch(entry.orig_filename):
            yield f"{shown(entry.orig_filename)} is no name of a file of knowledge or rules"
        elif kind not in (0, S_IFREG):
            yield f"{shown(entry.orig_filename)} is no ordinary file"
        elif entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
            yield f"{shown(entry.orig_filename)} is compressed or encrypted"
        elif entry.file_size > MAX_BYTES:
            yield f"{shown(entry.orig_filename)} is larger than {MAX_BYTES} bytes"


def _manifest(content: bytes, place: str, hint: str = "Fetch it again.") -> Manifest:
    """What the manifest says, where it is sound."""
    try:
        data = json.loads(content)
        schema = data["schema"]
        found = Manifest(advisor=data["advisor"], day=data["day"], files=data["files"])
        texts = (found.advisor, found.day, *found.files, *found.files.values())
        sound = all(isinstance(text, str) for text in texts) and all(map(_HASH.fullmatch, found.files.values()))
        sound = sound and data["digest"] == found.digest
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise InputError(Problem(message="its manifest is missing or damaged.", place=place, hint=hint)) from None
    if schema != SCHEMA:
        message = f"its format is {shown(schema)}, and this program reads {SCHEMA}."
        raise InputError(Problem(message=message, place=place, hint="Take a bundle for this release."))
    if not sound:
        raise InputError(Problem(message="its manifest is damaged.", place=place, hint=hint))
    return found


def _differences(manifest: Manifest, files: Mapping[str, bytes]) -> Iterator[str]:
    for name in sorted({*manifest.files} ^ {*files}):
        yield f"{shown(name)} is {'not in its manifest' if name in files else 'missing'}"
    for name in sorted({*manifest.files} & {*files}):
        if hashlib.sha256(files[name]).hexdigest() != manifest.files[name]:
            yield f"{shown(name)} is not what its manifest says"


def kept_manifest(folder: Path) -> Manifest | None:
    """The manifest of the bundle that is in use, if one is."""
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError:
        return None
    return _manifest(content, str(folder / MANIFEST), "Move the folder away, and import the bundle again.")
