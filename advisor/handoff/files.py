"""A hand-off as requirements for pip, or as a project for uv: whatever it is made of stays a comment or data."""

from __future__ import annotations

import json
from collections.abc import Iterator

from advisor.handoff.parts import Handoff, Part
from advisor.loading.problems import printable
from advisor.model.recommendation import Recommendation
from advisor.render.lines import folded, text
from advisor.render.summary import summary

FORMS = ("requirements", "uv")
_PAGES = "Where the builds are that the package index does not have:"


def requirements(recommendation: Recommendation, handed: Handoff) -> str:
    """What `pip install -r` takes."""
    lines = [*_head(recommendation, handed, "python -m pip install -r FILE")]
    if handed.pages:
        lines += ["", *_comment(_PAGES), *(f"--find-links {page}" for page in handed.pages)]
    for part in _installed(handed):
        lines += ["", *_comment(f"{part.name}: {part.about}"), *part.requirements]
    return text([*lines, *_rest(handed)])


def uv(recommendation: Recommendation, handed: Handoff) -> str:
    """A `pyproject.toml` that `uv sync` takes."""
    minor = ".".join(handed.python.split(".")[:2])
    system, machine = handed.ground.platform.partition(" ")[::2]
    marker = f"sys_platform == '{system}' and platform_machine == '{machine}'"
    lines = [
        *_head(recommendation, handed, "uv sync, in the folder of this file, which is called pyproject.toml"),
        "",
        "[project]",
        f"name = {_quoted(f'stack-to-{handed.ground.place}')}",
        'version = "0"',
        f"requires-python = {_quoted(f'=={minor}.*' if minor else '>=3.11')}",
        "dependencies = [",
    ]
    for part in _installed(handed):
        lines += [f"  {line}" for line in _comment(f"{part.name}: {part.about}")]
        lines += [f"  {_quoted(requirement)}," for requirement in part.requirements]
    lines += ["]", "", "[tool.uv]", "package = false"]
    if handed.pages:
        lines += [*_comment(_PAGES), f"find-links = [{', '.join(map(_quoted, handed.pages))}]"]
    lines += ["# For other platforms other versions would have to be found."]
    lines += [f"environments = [{_quoted(marker)}]", *_rest(handed)]
    return text(lines)


def without(recommendation: Recommendation) -> str:
    """Why nothing can be installed yet, as comments."""
    lines = _comment("Nothing to install: no framework and no tool is recommended.")
    for entry in summary(recommendation):
        lines += _comment(f"{entry.label}: {entry.said}")
    return text(lines)


def _head(recommendation: Recommendation, handed: Handoff, how: str) -> list[str]:
    ground, given = handed.ground, recommendation.provenance
    where = f"{ground.platform}, {ground.accelerator}, Python {handed.python or 'of no version that fits'}"
    lines = _comment(f"What installs the recommended stack where it is to {ground.place}: {where}.")
    assumed = [*ground.assumed, *([] if ground.python or not handed.python else [f"Python {handed.python}"])]
    if assumed:
        lines += _comment(f"Assumed, since nothing says otherwise: {', '.join(assumed)}.")
    lines += _comment(f"advisor {given.advisor}, as of {given.as_of}, with knowledge {given.knowledge}.")
    return [*lines, *_comment(f"Use: {how}")]


def _installed(handed: Handoff) -> list[Part]:
    return [part for part in handed.parts if part.requirements]


def _rest(handed: Handoff) -> Iterator[str]:
    """What nothing was written down for, each with its reason."""
    rest = [part for part in handed.parts if not part.requirements]
    groups = {
        "Cannot be had here; look for another release, or another place:": [part for part in rest if part.lacks],
        "Not installed from here: part of what stands above, or something else than a Python package:": [
            part for part in rest if not part.lacks
        ],
    }
    for title, parts in groups.items():
        if parts:
            yield from ("", *_comment(title))
        for part in parts:
            yield from _comment(f"- {part.name}: {f'{part.lacks}.' if part.lacks else part.about}")


def _comment(said: str) -> list[str]:
    """The text as comments; at the end of a line nothing stands that a reader of requirements would go on after."""
    lines = folded(printable(" ".join(said.split())), "# ", "#   ")
    return [line.rstrip("\\") for line in lines]


def _quoted(said: str) -> str:
    """A basic string of TOML."""
    return json.dumps(printable(said))
