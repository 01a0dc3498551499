"""Which files say something, by their names, and what reads each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import translate

from advisor.frozen import dataclass
from advisor.intake.project import (
    conda,
    configuration,
    javascript,
    locks,
    notebooks,
    pyproject,
    python_source,
    requirements,
    setup_files,
)
from advisor.intake.project.seen import Seen

Parse = Callable[[str], Iterator[Seen]]

_MB = 1024 * 1024
_LONG = 4 * _MB
"""Of locks and notebooks, which are long without being wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """A kind of file."""

    named: str
    """Patterns of its name, apart by blanks; a pattern with `/` is of the folder too."""
    parse: Parse
    scanned: bool = False
    """Whether text in it gives something away besides."""
    at_begin: bool = False
    """Whether it gives something away only where a line begins with it: data may speak of anything."""
    most: int = _MB
    """Bytes that are read of it at most; a longer one is left out."""


CODE = FileKind(named="*.py *.pyw", parse=python_source.used)
"""Code in Python, of which there can be very much."""
_REQUIREMENTS = (
    "requirements*.txt requirements*.in requirements/*.txt requirements/*.in *-requirements.txt *_requirements.txt"
)
_DEVELOPMENT = re.compile(
    r"(?:^|[-_./])(?:dev|develop|development|tests?|testing|docs?|lint|ci|typing|optional|extras?)(?:[-_.]|$)"
)


def _nothing(_text: str) -> Iterator[Seen]:
    return iter(())


def _requirements(text: str) -> Iterator[Seen]:
    yield Seen("project", "", 1, "likely")
    yield from requirements.required(text)


_KINDS = (
    FileKind(named="constraints*.txt", parse=requirements.constrained),
    FileKind(named=_REQUIREMENTS, parse=_requirements, scanned=True),
    FileKind(named="pyproject.toml", parse=pyproject.declared, scanned=True),
    FileKind(named="setup.cfg", parse=setup_files.setup_cfg),
    FileKind(named="setup.py", parse=setup_files.setup_py),
    FileKind(named="Pipfile", parse=pyproject.pipfile, scanned=True),
    FileKind(named="pixi.toml", parse=pyproject.pixi),
    FileKind(
        named="environment*.yml environment*.yaml conda*.yml conda*.yaml env.yml env.yaml",
        parse=conda.environment,
        scanned=True,
    ),
    FileKind(named="package.json", parse=javascript.packages),
    FileKind(named="poetry.lock uv.lock pdm.lock pylock.toml", parse=locks.toml_lock, most=_LONG),
    FileKind(named="Pipfile.lock", parse=locks.pipfile_lock, most=_LONG),
    FileKind(named=".python-version runtime.txt .tool-versions", parse=configuration.runtime),
    CODE,
    FileKind(named="*.ipynb", parse=notebooks.cells, most=_LONG),
    FileKind(
        named="settings.gradle settings.gradle.kts Podfile Package.swift platformio.ini pubspec.yaml pom.xml "
        "*.csproj CMakeLists.txt",
        parse=lambda _: iter((Seen("project", "", 1, "hint"),)),
        scanned=True,
    ),
    FileKind(
        named="Dockerfile* *.dockerfile Containerfile* Procfile Makefile *.mk *.sh *.tf *.gradle *.kts "
        "*.versions.toml *.podspec *.cmake *.sbt *.fsproj manifest.json library.properties *.ino *.env "
        ".env fly.toml project.pbxproj",
        parse=_nothing,
        scanned=True,
    ),
    FileKind(named="*.yml *.yaml", parse=_nothing, scanned=True, at_begin=True),
)
_LANGUAGES: Mapping[str, str] = {
    ".py": "python",
    ".ipynb": "python",
    ".kt": "kotlin",
    ".java": "java",
    ".swift": "swift",
    ".cs": "csharp",
    ".scala": "scala",
    ".cc": "cpp",
    ".cpp": "cpp",
    ".cxx": "cpp",
    ".ino": "cpp",
    ".rs": "rust",
    ".r": "r",
    ".js": "javascript",
    ".jsx": "javascript",
    ".ts": "javascript",
    ".tsx": "javascript",
}


_BY_NAME = {name: kind for kind in _KINDS for name in kind.named.split() if not set(name) & set("*/")}
_BY_SUFFIX = {name[1:]: kind for kind in _KINDS for name in kind.named.split() if re.fullmatch(r"\*\.[^.]+", name)}
_PATTERNS = [
    (re.compile(translate(name)), "/" in name, kind)
    for kind in _KINDS
    for name in kind.named.split()
    if name not in _BY_NAME and name[1:] not in _BY_SUFFIX
]
_ANY = re.compile("|".join(pattern.pattern for pattern, _, _ in _PATTERNS))


def kind_of(folder: str, name: str) -> FileKind | None:
    """The kind of a file by its name and that of the folder it lies in; nothing of one that says nothing."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    within = f"{folder}/{name}"
    if _ANY.match(name) or _ANY.match(within):
        for pattern, deep, kind in _PATTERNS:
            if pattern.match(within if deep else name):
                return kind
    return _BY_SUFFIX.get(name[name.rfind(".") :])


def is_for_development(folder: str, name: str) -> bool:
    """Whether a file of packages is for those who work on the project alone: `requirements-dev.txt`, `docs.txt`."""
    within = f"{folder}/{name}" if folder == "requirements" else name
    return name.endswith((".txt", ".in", ".yml", ".yaml")) and _DEVELOPMENT.search(within.lower()) is not None


def language_of(name: str) -> str:
    """The programming language of a file, as the answers call it; empty where it is none of them."""
    dot = name.rfind(".")
    return _LANGUAGES.get(name[dot:].lower(), "") if dot >= 0 else ""
