"""`advisor recommend`: one recommendation, one for each line of a batch, or one for many kinds of machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from advisor.cli import kinds, options
from advisor.cli.exits import Exit
from advisor.cli.output import write, write_lines
from advisor.cli.recommending import INSTALLING, check, form
from advisor.cli.session import answers_from, changed_answers, open_session, session_day, with_project
from advisor.model.recommendation import NEEDS_MORE_INFO, NONE_OF_THESE
from advisor.model.rule import PLACES
from advisor.render import rendering
from advisor.session import Session

if TYPE_CHECKING:
    import argparse

    from advisor.cli.locking import Lock
    from advisor.model.answers import Answers
    from advisor.model.recommendation import Recommendation

_JOBS = 60
"""So many processes can be waited for at once on every system."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    given = parser.add_argument_group("answers")
    options.answers(given)
    lines = 'JSON Lines of {"id": ..., "answers": {...}}; - reads standard input'
    given.add_argument("--batch", metavar="FILE", help=lines)
    jobs = "share a batch out among N processes, or as many as there are cores; the output is the same"
    given.add_argument("--jobs", metavar="N", nargs="?", const=_cores(), type=kinds.up_to(_JOBS), help=jobs)
    spread = "share a batch out among a cluster of Ray, as `advisor fleet probe --address` names it (default: auto)"
    given.add_argument("--ray", metavar="ADDRESS", nargs="?", const=options.CLUSTER, help=spread)
    options.measuring(parser.add_argument_group("measurements"))
    options.machine(given)
    options.fleet(parser.add_argument_group("many kinds of machine"))
    parser.add_argument(
        "--probe",
        choices=["off", "stored", "auto", "run"],
        default="stored",
        help="use what was measured here before (default), nothing, what can change the answer, or measure anew",
    )
    parser.add_argument("--depth", choices=["core", "full"], help="full adds questions, flips and revivals")
    parser.add_argument(
        "--format",
        choices=["text", "detail", "json", "markdown", "adr", "html", "requirements", "uv"],
        help="adr is a decision record after MADR 4; requirements (for pip) and uv (a pyproject.toml) install the "
        "stack; --json is short for json, --detail for detail",
    )
    place = "with --format requirements or uv: the place to install for (default: the one that is here, else train)"
    parser.add_argument("--place", choices=PLACES, help=place)
    options.output(parser)
    parser.add_argument("--detail", action="store_true", help="everything behind the summary")
    kept = parser.add_argument_group("decision")
    locked = f"keep the decision in a file too, for `advisor check` (default: {options.DECISION}); none is overwritten"
    kept.add_argument("--lock", metavar="PATH", nargs="?", const=options.DECISION, help=locked)
    renewed = (
        "take the place of that file, and keep what was chosen, how it went, and its verdict as history; without "
        "--answers, decide anew from all that it holds"
    )
    kept.add_argument("--renew", action="store_true", help=renewed)
    told = (
        "from which change on it no longer holds: p_best_fall=0.2 (default: 0.1), or false for one of primary, status, "
        "stack and expiry; repeatable"
    )
    kept.add_argument("--threshold", metavar="KEY=VALUE", action="append", default=[], help=told)
    recorded = "also write a decision record into the folder where the team keeps them, under the next number"
    parser.add_argument("--adr-dir", metavar="DIR", help=recorded)
    parser.add_argument("--title", metavar="NAME", default="", help="what the record is about, for its title")


def _cores() -> int:
    """The cores that this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return min(_JOBS, len(usable(0)) if usable else os.cpu_count() or 1)


def run(arguments: argparse.Namespace) -> int:
    """Recommend, and say by the exit status whether there is an answer."""
    check(arguments)
    session = open_session(
        arguments.options,
        arguments.knowledge,
        arguments.rules,
        single=arguments.batch is None and arguments.fleet is None,
        policy=arguments.policy,
    )
    session = session_day(session, arguments)
    if arguments.batch is not None:
        return _batch(session, arguments)
    if arguments.fleet is not None:
        return _fleet(session, arguments)
    lock = _lock(arguments)
    session, answers = _asked(session, arguments, lock)
    recommendation = session.recommend(answers, full=arguments.depth != "core" and form(arguments) not in INSTALLING)
    if lock is not None:
        from advisor.cli.locking import keep, tell_day  # noqa: PLC0415

        keep(lock, session, answers, recommendation)
        if arguments.no_detect and not arguments.as_of:
            tell_day(recommendation)
    write(_rendered(session, recommendation, arguments), arguments.output)
    status = _exit_of(recommendation)
    if arguments.adr_dir is not None:
        from advisor.cli.decision_log import record  # noqa: PLC0415

        record(recommendation, arguments.adr_dir, arguments.title, answered=status != Exit.NO_ANSWER)
    return status


def _lock(arguments: argparse.Namespace) -> Lock | None:
    if arguments.lock is None:
        return None
    from advisor.cli.locking import looked_at  # noqa: PLC0415  (most answers are not kept)

    return looked_at(arguments)


def _asked(session: Session, arguments: argparse.Namespace, lock: Lock | None) -> tuple[Session, Answers]:
    """The session with what it has to know of the machine, and the answers, or those of the old decision."""
    if lock is not None and lock.old is not None and arguments.answers is None:
        from advisor.revisit import asked_again  # noqa: PLC0415

        session, answers = asked_again(session, lock.old)
        answers = changed_answers(session.base, answers, arguments.set, arguments.hardware)
        return _measured_again(session, arguments, answers), answers
    answers = answers_from(session.base, arguments.answers, arguments.set, arguments.hardware)
    session = with_project(session, arguments, answers)
    if not arguments.no_detect:
        from advisor.cli.measuring import look_around  # noqa: PLC0415  (nothing of the machine is read otherwise)

        session = look_around(session, arguments, answers)
    return session, answers


def _measured_again(session: Session, arguments: argparse.Namespace, answers: Answers) -> Session:
    """The session of an old decision with what is measured here by now; as it is where that says nothing of it."""
    if arguments.no_detect or arguments.probe == "off":
        return session
    from advisor.cli.measuring import look_around, measured_here  # noqa: PLC0415  (most answers are to new questions)

    if arguments.probe == "stored" and not measured_here(session, arguments):
        return session
    looked = look_around(session, arguments, answers)
    # What was measured then still counts where nothing has taken its place.
    return session if looked.measurements is None else looked


def _rendered(session: Session, recommendation: Recommendation, arguments: argparse.Namespace) -> str:
    asked = form(arguments)
    if asked not in INSTALLING:
        return rendering(asked, session.measurements)(recommendation)
    from advisor.cli.handing import handed_on  # noqa: PLC0415  (other formats need none of it)

    return handed_on(asked, recommendation, session.base, arguments)


def _exit_of(recommendation: Recommendation) -> Exit:
    verdict = recommendation.recommendation
    answered = verdict.primary != NEEDS_MORE_INFO and (verdict.primary != NONE_OF_THESE or bool(verdict.stack))
    if not answered:
        return Exit.NO_ANSWER
    return Exit.POLICY if recommendation.policy is not None and recommendation.policy.violated else Exit.ANSWER


def _batch(session: Session, arguments: argparse.Namespace) -> int:
    """One object out for each line in, in the same order; a bad line yields its error and the rest goes on."""
    from advisor.cli.batch import answered  # noqa: PLC0415  (one recommendation has no use for it)

    if not arguments.no_detect:
        from advisor.cli.measuring import look_around  # noqa: PLC0415

        session = look_around(session, arguments, {})
    write_lines(answered(session, arguments), arguments.output)
    return Exit.ANSWER


def _fleet(session: Session, arguments: argparse.Namespace) -> int:
    """One framework for many kinds of machine, and the answer for each of them."""
    from advisor.cli.fleets import fleet_of  # noqa: PLC0415  (most answers are for one machine)
    from advisor.machines import decide  # noqa: PLC0415
    from advisor.render.fleet import rendering as rendering_of_many  # noqa: PLC0415

    answers = answers_from(session.base, arguments.answers, arguments.set, arguments.hardware)
    session = with_project(session, arguments, answers)
    found = decide(session, fleet_of(arguments, answers), answers, full=arguments.depth == "full")
    write(rendering_of_many(form(arguments))(found), arguments.output)
    if found.overall.primary == NEEDS_MORE_INFO:
        return Exit.NO_ANSWER
    # Outside of all options a tool does the job, or nothing is known of one.
    statuses = {_exit_of(kind.recommendation) for kind in found.kinds}
    if found.overall.primary == NONE_OF_THESE and Exit.NO_ANSWER in statuses:
        return Exit.NO_ANSWER
    violated = any(kind.policy is not None and kind.policy.violated for kind in found.kinds)
    return Exit.POLICY if violated else Exit.ANSWER
