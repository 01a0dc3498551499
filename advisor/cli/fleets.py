"""The kinds of machine that `--fleet` speaks of: runs that were exported, or those that are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from advisor import resources
from advisor.cli.exports import read_exports
from advisor.cli.output import notice
from advisor.errors import InputError, Problem, StoreError
from advisor.evidence.keeping import kinds, store
from advisor.evidence.keeping.reuse import other_terms
from advisor.evidence.machine.detection import identify
from advisor.loading.problems import Problems, shown
from advisor.machines import Fleet
from advisor.model.measurement import Measurements

if TYPE_CHECKING:
    import argparse

    from advisor.model.answers import Answers
    from advisor.model.measurement import Machine

Notice = Callable[[Problem], None]
PLACE = "--fleet"
_HINT = "Leave it out, or --fleet."


def fleet_of(arguments: argparse.Namespace, answers: Answers, say: Notice = notice) -> Fleet:
    """The kinds that the command line names, or that are stored; raises InputError where there is none.

    What is passed over, and what the machines are taken for, is said.
    """
    runs = _comparable(read_exports(arguments.fleet) if arguments.fleet else _usable(say), say)
    if not runs:
        hint = (
            "Name files that `advisor measurements export` wrote elsewhere, or measure this machine: `advisor probe`."
        )
        what = "none of these runs can be used" if arguments.fleet else "nothing is stored that could be used"
        raise InputError(Problem(message=f"{what}.", place=PLACE, hint=hint))
    fleet = gathered(runs, arguments.nodes)
    over = kinds.passed_over(runs, fleet.runs)
    for run in fleet.runs:
        if others := over.get(run.machine.fingerprint):
            said = (
                f"the run {run.id[:8]} counts; of the same kind, and passed over: {', '.join(o[:8] for o in others)}."
            )
            say(Problem(message=said, place=fleet.names[run.machine.fingerprint]))
    if len(fleet.runs) == 1:
        message = f"all of it is of one kind of machine, {fleet.names[fleet.runs[0].machine.fingerprint]}."
        say(Problem(message=message, place=PLACE, hint="This is the answer for that machine."))
    if "here" not in answers and "train_hw" not in answers:
        hint = "Add --set here=train if they are what trains."
        say(Problem(message="the machines are taken for those that you develop on.", place=PLACE, hint=hint))
    return fleet


def gathered(runs: Iterable[Measurements], nodes: Iterable[tuple[str, int]] = ()) -> Fleet:
    """The kinds of machine of these runs; raises InputError for nodes of a kind that is none of them."""
    counting = kinds.newest(runs)
    return Fleet(runs=counting, nodes=_counted(counting, nodes))


def stored_fleet() -> Fleet | None:
    """The kinds of machine of the runs that are stored, where they are of several; what is passed over is not said.

    Nothing raises: a store that cannot be read is as good as none.
    """
    if len(store.fingerprints(resources.home())) < 2:
        return None
    try:
        fleet = gathered(_comparable(_usable(_silent), _silent))
    except StoreError:
        return None
    return fleet if len(fleet.runs) > 1 else None


def _silent(_: Problem) -> None:
    """Say nothing."""


def _comparable(runs: Iterable[Measurements], say: Notice) -> tuple[Measurements, ...]:
    """Those that were measured under the terms of now; of the others it is said."""
    found = []
    for run in runs:
        if why := other_terms(run):
            hint = "Measure there again."
            say(Problem(message=f"{why}; left out.", place=f"measurement {run.id[:8]}", hint=hint))
        else:
            found.append(run)
    return tuple(found)


def _usable(say: Notice) -> tuple[Measurements, ...]:
    """The runs that are stored: of this kind of machine, what `recommend` goes by; of others, all."""
    here = identify()
    own = store.latest(here, resources.home(), say)
    others = [kept.run for kept in store.kept(resources.home(), say) if _counts(kept.run, here, own)]
    return (*([own] if own is not None else []), *others)


def _counts(run: Measurements, here: Machine, own: Measurements | None) -> bool:
    """Whether a run speaks for a kind of machine beside what holds of the own runs of this one."""
    return run.machine.fingerprint != here.fingerprint or (own is None and run.foreign)


def _counted(runs: Iterable[Measurements], nodes: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    """The nodes of each kind, by its fingerprint; a kind is named by its name or part of it, or of its fingerprint."""
    names = kinds.names(run.machine for run in runs)
    problems, found = Problems(), {}
    for said, count in nodes:
        exact = [kind for kind, name in names.items() if said.lower() == name.lower()]
        meant = exact or [kind for kind, name in names.items() if kind.startswith(said) or said.lower() in name.lower()]
        if len(meant) == 1:
            (kind,) = meant
            if kind in found:
                problems.add(
                    f"the nodes of {names[kind]} are counted twice.", "--nodes", "Give one count of each kind."
                )
            found[kind] = count
            continue
        message = f"{shown(said)} is part of the name of {'several kinds' if meant else 'no kind'} of machine."
        problems.add(message, "--nodes", f"They are: {'; '.join(map(shown, sorted(names.values())))}.")
    problems.settle()
    return found


def check(arguments: argparse.Namespace, problems: Problems) -> None:
    """Note what makes no sense together with `--fleet`, or without it."""
    if arguments.fleet is None:
        if arguments.nodes:
            problems.add("there are no kinds of machine to count.", "--nodes", "Add --fleet.")
        return
    for place, given in (("--no-detect", arguments.no_detect), ("--machine", bool(arguments.machine))):
        if given:
            problems.add("the machines are what was detected there.", place, _HINT)


def check_recommending(arguments: argparse.Namespace, problems: Problems) -> None:
    """The same of what a recommendation can be asked for beside it."""
    check(arguments, problems)
    if arguments.fleet is None:
        return
    measuring = bool(arguments.python or arguments.probes_from) or arguments.budget is not None
    against = {
        "--batch": (arguments.batch is not None, "a batch is answered for one machine."),
        f"--probe {arguments.probe}": (arguments.probe != "stored", "the machines were measured before."),
        "--python, --probes and --budget": (measuring, "nothing is measured now."),
        "--lock": (arguments.lock is not None, "a decision file is about one machine."),
        "--adr-dir": (
            arguments.adr_dir is not None,
            "a numbered record is about one machine; --format adr writes one.",
        ),
        f"--format {arguments.format}": (
            arguments.format in ("requirements", "uv"),
            "what is installed is for one machine.",
        ),
    }
    for place, (given, message) in against.items():
        if given:
            problems.add(message, place, _HINT)
