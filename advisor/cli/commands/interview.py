"""`advisor interview`, and `advisor` alone on a terminal: the questionnaire."""

from __future__ import annotations

import sys
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from advisor import resources
from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.cli.session import answers_from, chosen_options, overlays, policy_of, session_day, with_project
from advisor.consult.adviser import Adviser
from advisor.errors import AdvisorError, InputError, Problem
from advisor.frozen import replace
from advisor.inference import choice, plain
from advisor.inquiry import transcript
from advisor.inquiry.interview import Interview, answers
from advisor.loading.documents import MAX_BYTES
from advisor.loading.knowledge import load
from advisor.session import Session

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from advisor.model.knowledge import KnowledgeBase
    from advisor.tui.desk import Desk


def run(arguments: argparse.Namespace) -> int:
    """Ask, until whoever answers leaves; every answer is kept, and an unfinished interview goes on where it was."""
    if not on_terminal():
        hint = "Use `advisor recommend --answers FILE` or `--set KEY=VALUE`."
        raise InputError(Problem(message="there is no terminal to ask on.", place="interview", hint=hint))
    if arguments.no_detect and arguments.machine:
        message = "with --no-detect there is no machine to speak of."
        raise InputError(Problem(message=message, place="--machine", hint="Leave out one of them."))
    base = load(overlays(arguments.knowledge), overlays(arguments.rules))
    interview, goes_on = _begun(base, arguments)
    adviser, only = Adviser(base, choice.best()), chosen_options(base, arguments.options)
    session = session_day(Session(base, adviser, only=only, policy=policy_of(base, arguments.policy)), arguments)
    session = with_project(session, arguments, answers(interview, base.vocabulary))
    if not arguments.no_detect:
        from advisor.cli.measuring import look_around  # noqa: PLC0415  (nothing of the machine is read otherwise)
        from advisor.cli.planning import plan  # noqa: PLC0415

        session = look_around(session, arguments, {})
        if arguments.python or arguments.probes_from or arguments.budget is not None:
            plan(arguments)  # what is wrong with it is said while there is no screen before it
    from advisor.tui.app import Questionnaire  # noqa: PLC0415  (no other command waits for Textual)

    app = Questionnaire(_furnished(session, arguments, _Keeper(resources.interview(), goes_on)), interview)
    app.run()
    return Exit.BUG if app.return_code else Exit.ANSWER


def _furnished(session: Session, arguments: argparse.Namespace, keep: _Keeper) -> Desk:
    """The desk over a session; with detection there is something to measure, too."""
    from advisor.cli.bench import Bench  # noqa: PLC0415
    from advisor.tui.desk import Desk  # noqa: PLC0415

    # The engine in plain Python is the faster one for many short consultations, and can say why a rule did not fire.
    thinking = replace(session, adviser=session.adviser.with_engine(plain.compile_rules))

    def furnish(after: Session) -> Desk:
        return _furnished(replace(after, adviser=session.adviser), arguments, keep)

    return Desk(
        adviser=thinking.adviser,
        consult=thinking.consult,
        recommend=partial(session.recommend, full=True),
        write=write,
        keep=keep,
        probing=None if arguments.no_detect else Bench(arguments, thinking, furnish),
        as_of=session.as_of,
    )


def on_terminal() -> bool:
    """Whether there is somebody to ask."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def _begun(base: KnowledgeBase, arguments: argparse.Namespace) -> tuple[Interview, bool]:
    """An interview with the answers that the command line gives; without any, the one that was kept, which goes on."""
    if arguments.answers is not None or arguments.set or arguments.hardware:
        return Interview(dict(answers_from(base, arguments.answers, arguments.set, arguments.hardware))), False
    try:
        with resources.interview().open("rb") as file:
            return transcript.read(file.read(MAX_BYTES + 1), str(resources.interview()), base), True
    except (OSError, AdvisorError):
        # None was kept, or in words that are not known any more: then it begins anew.
        return Interview(), False


class _Keeper:
    """Keeps an interview after each answer; another one that was kept before is put aside, and not lost."""

    def __init__(self, path: Path, goes_on: bool) -> None:  # noqa: FBT001
        self._path, self._goes_on = path, goes_on

    def __call__(self, interview: Interview) -> str:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if not self._goes_on and self._path.exists():
                self._path.rename(_free(self._path))
            self._goes_on = True
            write(transcript.written(interview), str(self._path))
        except (OSError, AdvisorError) as error:
            return f"The answers cannot be kept: {error}"
        return ""


def _free(path: Path) -> Path:
    """The first name of its kind that nothing has: `interview.1.yaml`, `interview.2.yaml`, ..."""
    names = (path.with_name(f"{path.stem}.{number}{path.suffix}") for number in count(1))
    return next(name for name in names if not name.exists())
