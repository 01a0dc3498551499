"""`advisor recommend`: one recommendation, one for each line of a batch, or one for many kinds of machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.cli import kinds, options
from advisor.cli.exits import Exit
from advisor.cli.output import write, write_lines
from advisor.cli.session import answers_from, changed_answers, open_session, session_day, with_project
from advisor.loading.answers import MAX_TEXT
from advisor.loading.problems import Problems
from advisor.model.rule import PLACES
from advisor.render import rendering
from advisor.session import Session

if TYPE_CHECKING:
    import argparse

    from advisor.cli.locking import Lock
    from advisor.model.answers import Answers
    from advisor.model.recommendation import Recommendation

_INSTALLING = ("requirements", "uv")
"""Formats that say what installs the stack; they have no room for what a full inquiry finds."""

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
    _check_usage(arguments)
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
    recommendation = session.recommend(answers, full=arguments.depth != "core" and _form(arguments) not in _INSTALLING)
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
    form = _form(arguments)
    if form not in _INSTALLING:
        return rendering(form, session.measurements)(recommendation)
    from advisor.cli.handing import handed_on  # noqa: PLC0415  (other formats need none of it)

    return handed_on(form, recommendation, session.base, arguments)


def _answered(arguments: argparse.Namespace) -> bool:
    """Whether there are answers from anywhere."""
    sources = (arguments.batch, arguments.answers, arguments.project)
    given = any(source is not None for source in sources) or bool(arguments.set) or bool(arguments.hardware)
    return given or _renews(arguments)


def _form(arguments: argparse.Namespace) -> str:
    """The format that is asked for, by its name or for short."""
    return arguments.format or ("json" if arguments.json else "detail" if arguments.detail else "text")


def _check_usage(arguments: argparse.Namespace) -> None:
    problems = Problems()
    if arguments.format not in (None, "json") and arguments.json:
        problems.add("--json is short for --format json.", f"--format {arguments.format}", "Leave out one of them.")
    own = (arguments.answers, arguments.project) != (None, None) or arguments.set or arguments.hardware
    if arguments.batch is not None and own:
        hint = "Leave out --answers, --set, --project and --hardware."
        problems.add("a batch has its own answers.", "--batch", hint)
    if arguments.batch is not None and _form(arguments) != "json":
        problems.add("a batch is written as JSON Lines.", "--batch", "Add --json.")
    if arguments.place is not None and _form(arguments) not in _INSTALLING:
        problems.add("a place is chosen for what installs the stack.", "--place", "Add --format requirements or uv.")
    _check_shared(arguments, problems)
    if not _answered(arguments):
        hint = "Use --answers FILE, --set KEY=VALUE, --project PATH or --batch FILE."
        problems.add("no answers were given.", "recommend", hint)
    if arguments.no_detect and arguments.probe in ("auto", "run"):
        place = f"--probe {arguments.probe}"
        problems.add("--no-detect reads nothing from this machine.", place, "Leave out one of them.")
    if arguments.no_detect and arguments.machine:
        problems.add("with --no-detect there is no machine to speak of.", "--machine", "Leave out one of them.")
    if arguments.fleet is not None or arguments.nodes:
        from advisor.cli.fleets import check_recommending  # noqa: PLC0415  (most answers are for one machine)

        check_recommending(arguments, problems)
    _check_lock(arguments, problems)
    _check_record(arguments, problems)
    problems.settle()


def _check_shared(arguments: argparse.Namespace, problems: Problems) -> None:
    named = {"--jobs": arguments.jobs, "--ray": arguments.ray}
    given = [name for name, value in named.items() if value is not None]
    if arguments.batch is None:
        for name in given:
            problems.add("one recommendation is not shared out.", name, "Add --batch FILE, or leave it out.")
    elif len(given) > 1:
        problems.add("a batch is shared out one way or the other.", " and ".join(given), "Leave out one of them.")


def _renews(arguments: argparse.Namespace) -> bool:
    """Whether there is a decision that has the answers."""
    return arguments.lock is not None and arguments.renew and Path(arguments.lock).exists()


def _check_lock(arguments: argparse.Namespace, problems: Problems) -> None:
    if arguments.lock is None:
        if arguments.renew or arguments.threshold:
            problems.add("there is no decision file to speak of.", "--renew and --threshold", "Add --lock.")
        return
    if arguments.batch is not None:
        problems.add("a batch is not a decision.", "--lock", "Leave out one of them.")
    if arguments.answers is None and _renews(arguments):
        named = {"--project": arguments.project, "--part": arguments.part}
        for name in (name for name, value in named.items() if value):
            message = "without --answers, a decision is made anew from what it holds, and no project is read."
            problems.add(message, name, "Add --answers FILE, or leave it out.")


def _check_record(arguments: argparse.Namespace, problems: Problems) -> None:
    if arguments.batch is not None and arguments.adr_dir is not None:
        problems.add("a record is of one recommendation.", "--adr-dir", "Leave out --batch, or --adr-dir.")
    if arguments.title and arguments.adr_dir is None:
        problems.add("it names what a record is about.", "--title", "Add --adr-dir DIR, or leave it out.")
    if len(arguments.title) > MAX_TEXT or not arguments.title.isprintable():
        problems.add(f"a name of up to {MAX_TEXT} printable characters was expected.", "--title", "Shorten it.")


def _exit_of(recommendation: Recommendation) -> Exit:
    verdict = recommendation.recommendation
    answered = verdict.primary != "needs_more_info" and (verdict.primary != "none_of_these" or bool(verdict.stack))
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
    write(rendering_of_many(_form(arguments))(found), arguments.output)
    if found.overall.primary == "needs_more_info":
        return Exit.NO_ANSWER
    # Outside of all options a tool does the job, or nothing is known of one.
    statuses = {_exit_of(kind.recommendation) for kind in found.kinds}
    if found.overall.primary == "none_of_these" and Exit.NO_ANSWER in statuses:
        return Exit.NO_ANSWER
    return Exit.POLICY if Exit.POLICY in statuses else Exit.ANSWER
