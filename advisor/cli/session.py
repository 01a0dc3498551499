"""What the commands share: knowledge, answers as given, engines, and one recommendation from them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.consult.adviser import Adviser, Consultation
from advisor.consult.assemble import assemble
from advisor.errors import InputError, Problem
from advisor.frozen import dataclass, field
from advisor.inference import choice, plain
from advisor.inquiry.inquire import inquire
from advisor.intake.situation import clashes, complete
from advisor.loading.answers import check_answers, merge, read_answers, read_setting
from advisor.loading.documents import MAX_BYTES
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems, nearest, shown
from advisor.loading.structure import plain as plain_values
from advisor.model.answers import Answers
from advisor.model.knowledge import KnowledgeBase
from advisor.model.recommendation import Recommendation

if TYPE_CHECKING:
    from advisor.loading.answers import Place
    from advisor.model.measurement import Machine, Measurements


@dataclass(frozen=True, slots=True)
class Session:
    """A knowledge base, an engine over its rules, and what is known of the machine."""

    base: KnowledgeBase
    adviser: Adviser
    machine: Machine | None = None
    measurements: Measurements | None = None
    only: tuple[str, ...] = ()
    as_of: str = ""
    """The day that expiry is judged by; empty for that of the knowledge base."""
    thinker: list[Adviser] = field(default_factory=list)

    def recommend(self, answers: Answers, *, full: bool, identity: str | int | None = None) -> Recommendation:
        """The recommendation for checked answers."""
        consultation = self.consult(answers)
        inquiries = inquire(self._thinker(), consultation) if full else None
        return assemble(self.adviser, consultation, inquiries=inquiries, identity=identity, as_of=self.as_of)

    def consult(self, answers: Answers) -> Consultation:
        """The consultation over checked answers."""
        return self.adviser.consult(
            complete(answers, self.base.vocabulary, self.machine),
            measurements=self.measurements,
            only=self.only,
            clashes=clashes(answers, self.base.vocabulary, self.machine),
        )

    def _thinker(self) -> Adviser:
        """An adviser over the engine in plain Python, which is the faster one for many short consultations."""
        if not self.thinker:
            self.thinker.append(self.adviser.with_engine(plain.compile_rules))
        return self.thinker[0]


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
