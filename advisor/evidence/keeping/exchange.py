"""Measurements of others: read as what they are, data from a stranger."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator
from typing import Any

from advisor.errors import InputError, Problem
from advisor.evidence.portable import identified
from advisor.loading.problems import Problems, printable, shown
from advisor.loading.structure import plain
from advisor.loading.validate import adapter
from advisor.model.measurement import SCHEMA, Measurements

MAX_BYTES = 32 * 1024 * 1024
"""Several times what the samples of a full suite of ten frameworks take."""
MAX_DEPTH = 12
"""Twice how deep a run nests."""
MAX_TEXT = 4096
MAX_NUMBER = 1e300
MAX_ENTRIES = {"frameworks": 200, "results": 10_000, "classes": 2_000, "capabilities": 10_000}
MAX_SAMPLES = 100_000
"""Of one result."""
LEAST, MOST = 1e-15, 1e18
"""Of a figure: beyond what anything takes, and what is worked out of such figures does not overflow."""

_FIGURES = {"results": ("value", "at_least_s", "first_at_least_s"), "classes": ("relative_time", "utilisation")}
"""What is divided by, or has its logarithm taken."""
_OR_NOTHING = {"results": ("cpu_value", "first_s", "flops"), "classes": ("first_step_s",)}
"""What can be 0 besides."""
_AHEAD_S = 86_400
"""So far ahead the clock of another machine may be."""
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_SHOWN = 20
_WHEN = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z")
_HEX = re.compile(r"[0-9a-f]{1,64}")
_NAME = re.compile(r"[A-Za-z0-9_.+-]{1,64}")
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NO_BRACES = bytes(set(range(256)) - set(b"[]{}"))
_RANGE = f"is not between {LEAST:g} and {MOST:g}."
_HINT = "Export it again with `advisor measurements export`."


def read_foreign(content: bytes, place: str) -> Measurements:
    """The run that a document holds; raises InputError with everything that is wrong with it.

    Nothing of it is trusted: neither its size, its form, its figures nor its id, which is that of its content.
    """
    problems = Problems()
    if len(content) > MAX_BYTES:
        raise InputError(Problem(message=f"it is larger than {MAX_BYTES // 2**20} MiB.", place=place, hint=_HINT))
    if _deep(content):
        raise InputError(Problem(message=f"it nests deeper than {MAX_DEPTH} levels.", place=place, hint=_HINT))
    found = _validated(content, place)
    if found.schema != SCHEMA:
        raise _of_another_form(found.schema, place)
    for path, message in oddities(found):
        problems.add(message, f"{place}: {path}")
    problems.settle()
    own = identified(found).id
    if found.id != own:
        message = f"its id is {shown(found.id)}, and that of its content {own}: it was changed after it was measured."
        problems.add(message, place, _HINT)
    problems.settle()
    return found


def _deep(content: bytes) -> bool:
    """Whether it nests deeper than any run does: told before anything is built of it."""
    depth = 0
    for sign in _STRINGS.sub(b"", content).translate(None, _NO_BRACES):
        depth += 1 if sign in b"[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _validated(content: bytes, place: str) -> Measurements:
    from pydantic import ValidationError  # noqa: PLC0415

    try:
        return adapter(Measurements).validate_json(content)
    except ValidationError as error:
        form = _form(content)
        if form is not None and form != SCHEMA:
            raise _of_another_form(form, place) from None
        details = error.errors(include_url=False, include_input=False, include_context=False)
        problems = [
            Problem(message=f"{one['msg']}.", place=_within(place, one["loc"]), hint="" if one["loc"] else _HINT)
            for one in details[:_SHOWN]
        ]
        if len(details) > _SHOWN:
            problems.append(Problem(message=f"there are {len(details) - _SHOWN} more.", place=f"{place}; further on"))
        raise InputError(*problems) from None


def _form(content: bytes) -> object:
    """The format that a document says it is of; None where it says nothing."""
    try:
        data = json.loads(content)
    except ValueError:
        return None
    return data.get("schema") if isinstance(data, dict) else None


def _of_another_form(form: object, place: str) -> InputError:
    message = f"it is of the format {shown(form)}; expected {SCHEMA}."
    hint = "`advisor measurements export` of the same release writes that."
    return InputError(Problem(message=message, place=place, hint=hint))


def _within(place: str, path: Iterable[str | int]) -> str:
    within = ".".join(printable(str(part))[:40] for part in path)
    return f"{place}: {within}" if within else place


def oddities(found: Measurements) -> Iterator[tuple[str, str]]:
    """What a form cannot tell, each with the path to it."""
    if not _WHEN.fullmatch(found.measured):
        yield "measured", f"{shown(found.measured)} is no time in UTC, as in 2026-11-22T10:00:00Z."
    elif found.measured > time.strftime(_TIME, time.gmtime(time.time() + _AHEAD_S)):
        yield "measured", f"{shown(found.measured)} is still to come."
    if not _HEX.fullmatch(found.machine.fingerprint):
        yield "machine.fingerprint", f"{shown(found.machine.fingerprint)} is no hash."
    for name, most in MAX_ENTRIES.items():
        if len(getattr(found, name)) > most:
            yield name, f"there are {len(getattr(found, name))} entries; at most {most} are read."
            return
    for number, result in enumerate(found.results):
        if any(len(values) > MAX_SAMPLES for values in plain(result.raw).values()):
            yield f"results.{number}.raw", f"there are more than {MAX_SAMPLES} samples."
    yield from _nameless(found)
    yield from _beyond(found)
    yield from _leaves(plain(found), "")


def _nameless(found: Measurements) -> Iterator[tuple[str, str]]:
    for name in MAX_ENTRIES:
        for number, entry in enumerate(getattr(found, name)):
            for part in ("framework", "variant"):
                text = getattr(entry, part)
                if not _NAME.fullmatch(text):
                    yield f"{name}.{number}.{part}", f"{shown(text)} is no name."


def _beyond(found: Measurements) -> Iterator[tuple[str, str]]:
    """Figures that cannot be; those that are not finite are told apart."""
    if found.canary_rate is not None and _impossible(found.canary_rate):
        yield "canary_rate", f"{found.canary_rate:g} {_RANGE}"
    for name, parts in _FIGURES.items():
        for number, entry in enumerate(getattr(found, name)):
            for part in (*parts, *_OR_NOTHING[name]):
                figure = getattr(entry, part)
                if figure is not None and _impossible(figure) and not (figure == 0 and part in _OR_NOTHING[name]):
                    yield f"{name}.{number}.{part}", f"{figure:g} {_RANGE}"
            low, high = entry.interval or (1.0, 1.0)
            if low > high:
                yield f"{name}.{number}.interval", f"{low:g} is above {high:g}."
            elif _impossible(low) or _impossible(high):
                yield f"{name}.{number}.interval", f"{low:g} to {high:g} {_RANGE}"


def _impossible(figure: float) -> bool:
    return abs(figure) <= MAX_NUMBER and not LEAST <= figure <= MOST


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(key, path)
            yield from _leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(item, f"{path}.{number}")
    elif isinstance(value, str) and len(value) > MAX_TEXT:
        yield path, f"a text is longer than {MAX_TEXT} characters."
    elif isinstance(value, (int, float)) and not abs(value) <= MAX_NUMBER:
        yield path, "a number is not finite, or beyond all measure."
