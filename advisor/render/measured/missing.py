"""What has no figure, and why: the same reason is told once, with everything that it holds of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from advisor.frozen import dataclass
from advisor.model.measurement import Measurements, Outcome
from advisor.render.lines import listed
from advisor.render.measured.panels import SHIPPED, name_of

WORDS: Mapping[Outcome, str] = {
    "failed": "Failed",
    "timed_out": "Too slow",
    "unstable": "Unstable",
    "not_installed": "Not installed",
    "skipped": "Left out",
    "not_applicable": "Does not apply",
}
"""In the order of how much they matter."""
_REASONS = {
    "full suite": "`advisor probe --suite full` measures every variant",
    "budget": "there was no time left; --budget gives more",
    "stopped": "the run was stopped before its end",
}
"""What stands for a sentence in a stored run."""
_INSTALL = "install with: "
"""What the reason of a framework that is not installed ends with, before a command."""
_WITHIN = re.compile(r"(?:its worker was lost in|in) [^\s:]+: ", re.ASCII)
"""What is put before a reason that is told again elsewhere."""
_MANY = 6
"""So many names are more than anybody reads in a row, where fewer words say the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One reason, with what it holds of."""

    outcome: Outcome
    who: str
    """Variants, and probes where it is not all of them."""
    reason: str
    command: str = ""
    """What to run to have it."""


def gaps(measured: Measurements) -> tuple[Gap, ...]:
    """Everything without a figure that counts, what failed first."""
    found: dict[tuple[Outcome, str], dict[str, list[str]]] = {}
    for result in measured.results:
        counts = result.outcome == "ok" or (result.value is not None and result.flags)
        if not counts and result.track == "matched":
            name = name_of(result)
            mine = found.setdefault((result.outcome, _bare(result.reason)), {}).setdefault(name, [])
            mine.extend([result.probe] if result.probe not in mine else [])
    told = {(name, *key) for key, who in found.items() for name in who}
    for run in measured.frameworks:
        # What a variant could not do on equal terms either is told already.
        name, key = f"{run.framework}/{run.variant}", (run.outcome, _bare(run.reason))
        if run.outcome not in ("ok", "unstable") and (name, *key) not in told:
            told.add((name, *key))
            shown = name if run.track == "matched" else f"{name} {SHIPPED}"
            found.setdefault(key, {}).setdefault(shown, [])
    of_all = len({result.probe for result in measured.results})
    kinds = list(WORDS)
    told_once = (_gap(*key, "; ".join(_who(who, of_all)), foreign=measured.foreign) for key, who in found.items())
    return tuple(sorted(told_once, key=lambda gap: kinds.index(gap.outcome)))


def _bare(reason: str) -> str:
    """The reason without what was put before it: of a worker that was lost, every later probe tells that again."""
    while found := _WITHIN.match(reason):
        reason = reason[found.end() :]
    return reason


def _gap(outcome: Outcome, reason: str, who: str, *, foreign: bool) -> Gap:
    said, command = command_in(reason) if outcome == "not_installed" else (reason, "")
    return Gap(
        outcome=outcome,
        who=who,
        reason=_REASONS.get(said, said).rstrip("."),
        # What a stranger's file says is no command to be copied.
        command="" if foreign else command,
    )


def command_in(reason: str) -> tuple[str, str]:
    """The reason of a framework that is not installed, and the command that installs it; empty where none is named."""
    said, before, command = reason.partition(_INSTALL)
    return said.rstrip(" ;") if before else said, command


def _who(who: Mapping[str, Sequence[str]], of_all: int) -> Iterator[str]:
    """Variants with the probes they lack; those that lack the same ones together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, probes in who.items():
        alike.setdefault(tuple(probes), []).append(name)
    for probes, names in alike.items():
        where = f" in {_some(probes)}" if probes and len(probes) < of_all else ""
        yield f"{_some(names)}{where}"


def _some(names: Iterable[str]) -> str:
    every = list(names)
    if len(every) <= _MANY:
        return listed(every)
    return f"{', '.join(every[: _MANY - 1])} and {len(every) - _MANY + 1} more"
