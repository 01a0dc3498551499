"""A decision that was kept, read again: what it answered is asked anew, and what it measured held against today."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor import resources
from advisor.decision.checking import check
from advisor.decision.reading import DecisionFile, read
from advisor.errors import AdvisorError, InputError, Problem
from advisor.evidence.keeping.exchange import oddities
from advisor.frozen import replace
from advisor.loading.answers import check_answers
from advisor.loading.documents import MAX_BYTES
from advisor.loading.problems import Problems, nearest, shown
from advisor.model.answers import ProjectSays
from advisor.model.check import Check
from advisor.model.decision import Decision
from advisor.session import Session

if TYPE_CHECKING:
    from advisor.model.answers import Answers
    from advisor.model.recommendation import Recommendation


def opened(path: str, *, sealed: bool = True) -> DecisionFile:
    """The decision in that file; raises InputError with everything that is wrong with it."""
    found = read(_content(path), path, sealed=sealed)
    problems = Problems()
    run = found.decision.measurements
    for where, message in oddities(run) if run is not None else ():
        problems.add(message, found.document.place(("measurements", *where.split("."))))
    problems.settle()
    return found


def _content(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        message = "there is no such decision."
        hint = f"`advisor recommend --answers FILE --lock {path}` writes it."
    except OSError as error:
        message, hint = f"the decision cannot be read: {error.strerror or error}.", "Check the path."
    raise InputError(Problem(message=message, place=shown(path)[1:-1], hint=hint))


def asked_again(session: Session, found: DecisionFile) -> tuple[Session, Answers]:
    """The session over what the decision was made from, whatever this machine is; and the answers that were given.

    Raises InputError where an answer or option has no meaning any more.
    """
    decision, document = found.decision, found.document
    problems = Problems()
    criteria = [criterion.id for criterion in session.base.criteria]
    told: dict[str, dict[str, Any]] = document.data["answers"]

    def checked(part: str, said: dict[str, Any]) -> Answers:
        def place(path: tuple[str | int, ...]) -> str:
            return document.place(("answers", part, *path))

        return check_answers(said, session.base.vocabulary, criteria, place, problems)

    answers = checked("given", told["given"])
    of_project = checked("understood", _read_from_project(found))
    for number, name in enumerate(decision.options):
        if name not in session.base.frameworks:
            hint = nearest(name, session.base.frameworks, limit=20)
            problems.add(f"{shown(name)} is not an option.", document.place(("options", number)), hint)
    if problems.found:
        why = f"It was known on {decision.basis.as_of}, when this was decided, and is not any more."
        overlays = f" It was decided with {', '.join(decision.basis.overlays)}." if decision.basis.overlays else ""
        raise InputError(
            *(replace(problem, message=f"{problem.message} {why}{overlays}") for problem in problems.found)
        )
    asked = replace(
        session,
        machine=decision.machine,
        measurements=decision.measurements,
        only=session.only or decision.options,
        project=ProjectSays(answers=of_project) if of_project else None,
    )
    return asked, answers


def _read_from_project(found: DecisionFile) -> dict[str, Any]:
    """The answers that came from the files of a project; raises InputError where one is named and not there."""
    told, problems = found.document.data["answers"], Problems()
    named = [key for key, origin in told["origins"].items() if origin == "project"]
    for key in named:
        if key not in told["understood"]:
            message = f"{shown(key)} was read from the project, and `understood` has no answer to it."
            hint = "Restore the decision from version control."
            problems.add(message, found.document.place(("answers", "origins", key)), hint)
    problems.settle()
    return {key: told["understood"][key] for key in named}


def checked(found: DecisionFile, session: Session, *, here: bool, changes: Mapping[str, Any] | None = None) -> Check:
    """Whether the decision still holds, by what the session knows and on its day.

    `here` looks whether what was measured on this machine is still installed; `changes` override what is detected.
    """
    session, answers = asked_again(session, found)
    now = without_paths(session.recommend(answers, full=False))
    aged = outdated(session, found.decision, dict(changes or {})) if here else ()
    return check(found.name, found.decision, now, session.base, aged)


def without_paths(recommendation: Recommendation) -> Recommendation:
    """The same with the names of overlays in the place of their paths, which tell whose machine it was."""
    names = tuple(Path(folder).name for folder in recommendation.provenance.overlays)
    return replace(recommendation, provenance=replace(recommendation.provenance, overlays=names))


def outdated(session: Session, decision: Decision, changes: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """What this machine has in another version than was measured, where it is the machine of the measurements."""
    from advisor.evidence.environments import standing  # noqa: PLC0415  (only what was measured needs them)
    from advisor.evidence.keeping.age import aged, packages  # noqa: PLC0415
    from advisor.evidence.machine.detection import identify  # noqa: PLC0415
    from advisor.evidence.machine.installed import look_into  # noqa: PLC0415

    run = decision.measurements
    if run is None or run.machine.fingerprint != (here := identify(changes=changes)).fingerprint:
        return ()
    names = packages(run, session.base.frameworks)
    wanted = [name for those in names.values() for name in those]
    found: dict[str, set[str]] = {}
    for interpreter in (sys.executable, *standing.interpreters(resources.home())):
        try:
            there = look_into(interpreter, wanted).packages
        except AdvisorError:
            continue  # What cannot be asked has nothing to tell.
        for framework, those in names.items():
            found.setdefault(framework, set()).update(there[name].version for name in those if name in there)
    return aged(run, here, found)
