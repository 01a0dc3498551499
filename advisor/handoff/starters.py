"""A first program in a framework: one training step on data of the right shape, from the files beside the probes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from advisor.errors import InputError, Problem
from advisor.frozen import dataclass
from advisor.loading.problems import Problems, nearest, shown
from advisor.loading.validate import validate
from advisor.loading.yaml_reader import read_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Starters:
    """What there is: which shape a domain has, and why some frameworks have no starter."""

    domains: Mapping[str, tuple[str, ...]]
    """Shape of data to the domains that have it."""
    otherwise: str
    """The shape of every other domain."""
    without: Mapping[str, str]
    """Framework to the reason why it has none."""

    @property
    def shapes(self) -> tuple[str, ...]:
        """Every shape."""
        return (self.otherwise, *self.domains)

    def shape_of(self, domain: object) -> str:
        """The shape of the data of a domain, or of none."""
        return next((shape for shape, domains in self.domains.items() if domain in domains), self.otherwise)


def read_starters(folder: Path) -> Starters:
    """What `starters.yaml` in the folder says."""
    problems = Problems()
    document = read_file(folder / "starters.yaml", problems, name="probes/starters/starters.yaml")
    found = validate(Starters, document, problems) if document else None
    problems.settle()
    if found is None:
        raise AssertionError("a file that could not be read is a problem")
    return found


def starter(folder: Path, framework: str, shape: str, frameworks: Iterable[str]) -> str:
    """The program for a framework and a shape of data; raises InputError where there is none, with the reason."""
    known = read_starters(folder)
    if shape not in known.shapes:
        problem = Problem(message=f"{shown(shape)} is not a shape.", place="--shape", hint=nearest(shape, known.shapes))
        raise InputError(problem)
    written = {path.name for path in folder.iterdir() if path.is_dir()}
    if framework in written:
        return (folder / framework / f"{shape}.py").read_text(encoding="utf-8")
    if framework not in frameworks:
        hint = nearest(framework, {*written, *frameworks}, limit=20)
        raise InputError(Problem(message=f"{shown(framework)} is not a framework.", place="starter", hint=hint))
    why = known.without.get(framework, "It came with an overlay.")
    hint = f"There are starters for {', '.join(sorted(written))}."
    raise InputError(Problem(message=f"there is no starter for {framework}. {why}", place="starter", hint=hint))
