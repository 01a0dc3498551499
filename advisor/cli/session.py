"""What the commands share: a session and answers, as the command line gives them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.consult.adviser import Adviser
from advisor.errors import InputError, Problem
from advisor.frozen import replace
from advisor.inference import choice
from advisor.loading.answers import check_answers, merge, read_answers, read_setting
from advisor.loading.documents import MAX_BYTES
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems, nearest, shown
from advisor.loading.structure import plain as plain_values
from advisor.model.answers import Answers
from advisor.model.knowledge import KnowledgeBase
from advisor.session import Session

if TYPE_CHECKING:
    import argparse

    from advisor.loading.answers import Place


def open_session(
    only: str = "", knowledge: Iterable[str] = (), rules: Iterable[str] = (), *, single: bool = False
) -> Session:
    """The session over the program's knowledge and the overlays on it; `only` names options, separated by commas."""
    base = load(overlays(knowledge), overlays(rules))
    return Session(base, Adviser(base, choice.best(), single), only=chosen_options(base, only))


def today() -> str:
    """The day by the clock of this machine."""
    from datetime import UTC, datetime  # noqa: PLC0415  (without detection there is no day to tell)

    return datetime.now(tz=UTC).date().isoformat()


def day(text: str) -> str:
    """The day that the command line names; raises `InputError` where it names none."""
    from datetime import date  # noqa: PLC0415

    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        hint = "Write it as in 2026-11-22."
        raise InputError(Problem(message=f"{shown(text)} is no day.", place="--as-of", hint=hint)) from None


def overlays(folders: Iterable[str]) -> tuple[Path, ...]:
    """The folders that the command line names."""
    return tuple(map(Path, folders))


def chosen_options(base: KnowledgeBase, only: str) -> tuple[str, ...]:
    """The options named, separated by commas; raises `InputError` for what is none."""
    names = tuple(name for name in only.split(",") if name)
    problems = Problems()
    for name in names:
        if name not in base.frameworks:
            problems.add(f"{shown(name)} is not an option.", "--options", nearest(name, base.frameworks, limit=20))
    problems.settle()
    return names


def with_project(session: Session, arguments: argparse.Namespace, answers: Answers) -> Session:
    """The session with what the files of a project answer, where the command line names one."""
    if arguments.project is None:
        if arguments.part:
            hint = "Add --project PATH."
            raise InputError(
                Problem(message="there is no project that it could be a part of.", place="--part", hint=hint)
            )
        return session
    from advisor.cli.project import read_project  # noqa: PLC0415  (most answers come without one)

    return replace(session, project=read_project(session.base, arguments.project, arguments.part, answers))


def answers_from(base: KnowledgeBase, path: str | None, settings: Iterable[str]) -> Answers:
    """The checked answers of a file (`-` is standard input) with settings over them."""
    problems = Problems()
    raw: dict[str, Any] = {}
    place: Place = _at_setting
    if path is not None:
        document = read_answers(_content(path), "standard input" if path == "-" else path, problems)
        raw, place = document.data, document.place
    return _with_settings(base, raw, place, settings, problems)


def changed_answers(base: KnowledgeBase, answers: Answers, settings: Iterable[str]) -> Answers:
    """Checked answers with settings over them; a setting to `unknown` leaves an answer open."""
    return _with_settings(base, plain_values(answers), _at_setting, settings, Problems())


def _with_settings(
    base: KnowledgeBase, raw: dict[str, Any], place: Place, settings: Iterable[str], problems: Problems
) -> Answers:
    changes = [read_setting(setting, base.vocabulary, problems) for setting in settings]
    changed = {key for key, _ in changes}
    merged = merge(raw, [change for change in changes if change[0]])

    def where(key_path: tuple[str | int, ...]) -> str:
        return _at_setting(key_path) if key_path and key_path[0] in changed else place(key_path)

    answers = check_answers(merged, base.vocabulary, [c.id for c in base.criteria], where, problems)
    problems.settle()
    return answers


def _at_setting(path: tuple[str | int, ...]) -> str:
    key = ".".join(part for part in path if isinstance(part, str))
    return f"--set {shown(key)[1:-1]}" if key else "--set"


def _content(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"the answers cannot be read: {error.strerror or error}."
        raise InputError(Problem(message=message, place=shown(path)[1:-1], hint="Check the path.")) from None
