"""What the commands share: a session and answers, as the command line gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.cli.standard_input import read_input
from advisor.consult.adviser import Adviser
from advisor.errors import InputError, Problem
from advisor.frozen import replace
from advisor.inference import choice
from advisor.loading.answers import check_answers, merge, read_answers, read_setting
from advisor.loading.documents import MAX_BYTES, content
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems, shown
from advisor.loading.structure import plain as plain_values
from advisor.model.answers import Answer, Answers
from advisor.model.knowledge import KnowledgeBase
from advisor.session import Session, day_of, options_of
from advisor.session import today as today  # noqa: PLC0414  (commands take it from here)

if TYPE_CHECKING:
    import argparse

    from advisor.loading.answers import Place
    from advisor.model.policy import Policy


def open_session(
    only: str = "",
    knowledge: Iterable[str] = (),
    rules: Iterable[str] = (),
    *,
    single: bool = False,
    policy: str | None = None,
) -> Session:
    """The session over the program's knowledge and the overlays on it, under the policy in a file.

    `only` names options, separated by commas.
    """
    base = load(overlays(knowledge), overlays(rules))
    adviser = Adviser(base, choice.best(), single)
    return Session(base, adviser, only=chosen_options(base, only), policy=policy_of(base, policy))


def policy_of(base: KnowledgeBase, path: str | None) -> Policy | None:
    """The policy in a file; raises `InputError` with everything that is wrong with it."""
    if path is None:
        return None
    from advisor.loading.policy import load_policy  # noqa: PLC0415  (most answers are under none)

    return load_policy(Path(path), base)


def session_day(session: Session, arguments: argparse.Namespace) -> Session:
    """The session on the day that expiry is judged by: as `--as-of` says, else today.

    Without detection the day of the knowledge base counts, so that the bytes are the same on every day.
    """
    if arguments.as_of:
        return replace(session, as_of=day(arguments.as_of))
    return session if arguments.no_detect else replace(session, as_of=today())


def day(text: str, place: str = "--as-of") -> str:
    """The day that the command line names; raises `InputError` where it names none."""
    return day_of(text, place)


def overlays(folders: Iterable[str]) -> tuple[Path, ...]:
    """The folders that the command line names."""
    return tuple(map(Path, folders))


def kept_answers(base: KnowledgeBase) -> list[Answers]:
    """The answers of the gold cases and examples that come with the program."""
    from advisor import resources  # noqa: PLC0415  (only what is asked of all of them needs it)
    from advisor.loading.cases import read_cases, read_examples  # noqa: PLC0415

    folder = resources.knowledge()
    cases = [case.answers for case in read_cases(sorted((folder / "cases").glob("*.yaml")), base)]
    return [*cases, *read_examples(sorted((folder / "examples").glob("*.yaml")), base)]


def chosen_options(base: KnowledgeBase, only: str) -> tuple[str, ...]:
    """The options named, separated by commas; raises `InputError` for what is none."""
    return options_of(base, (name for name in only.split(",") if name), "--options")


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


def answers_from(
    base: KnowledgeBase, path: str | None, settings: Iterable[str], hardware: Iterable[str] = ()
) -> Answers:
    """The checked answers of a file (`-` is standard input) with settings over them, and what follows from hardware."""
    return _from(base, path, settings, hardware)[1]


def said_from(
    base: KnowledgeBase, path: str | None, settings: Iterable[str], hardware: Iterable[str] = ()
) -> Mapping[str, Answer | None]:
    """The same in the order in which they are given, None where an answer is said to be unknown."""
    given, answers = _from(base, path, settings, hardware)
    return {key: answers.get(key) for key in (*given, *answers)}


def _from(
    base: KnowledgeBase, path: str | None, settings: Iterable[str], hardware: Iterable[str]
) -> tuple[Mapping[str, Any], Answers]:
    """What is given, as it is given, and the answers that it means."""
    problems = Problems()
    raw: dict[str, Any] = {}
    place: Place = _at_setting
    if path is not None:
        document = read_answers(_content(path), "standard input" if path == "-" else path, problems)
        raw, place = document.data, document.place
    given, answers = _with_settings(base, raw, place, settings, problems)
    return given, _on_hardware(base, answers, hardware)


def changed_answers(
    base: KnowledgeBase, answers: Answers, settings: Iterable[str], hardware: Iterable[str] = ()
) -> Answers:
    """Checked answers with settings over them, and what follows from hardware.

    A setting to `unknown` leaves an answer open.
    """
    _, changed = _with_settings(base, plain_values(answers), _at_setting, settings, Problems())
    return _on_hardware(base, changed, hardware)


def _on_hardware(base: KnowledgeBase, answers: Answers, hardware: Iterable[str]) -> Answers:
    names = tuple(hardware)
    if not names:
        return answers
    from advisor.cli.machines import with_hardware  # noqa: PLC0415  (most answers name none)

    return with_hardware(base, answers, names)


def _with_settings(
    base: KnowledgeBase, raw: dict[str, Any], place: Place, settings: Iterable[str], problems: Problems
) -> tuple[Mapping[str, Any], Answers]:
    changes = [read_setting(setting, base.vocabulary, problems) for setting in settings]
    changed = {key for key, _ in changes}
    merged = merge(raw, [change for change in changes if change[0]])

    def where(key_path: tuple[str | int, ...]) -> str:
        return _at_setting(key_path) if key_path and key_path[0] in changed else place(key_path)

    answers = check_answers(merged, base.vocabulary, [c.id for c in base.criteria], where, problems)
    problems.settle()
    return merged, answers


def _at_setting(path: tuple[str | int, ...]) -> str:
    key = ".".join(part for part in path if isinstance(part, str))
    return f"--set {shown(key)[1:-1]}" if key else "--set"


def _content(path: str) -> bytes:
    if path == "-":
        return read_input(MAX_BYTES + 1)
    return content(path, "the answers")
