"""Measurements on disk: a JSON file for each run, in a folder for each kind of machine."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from advisor import resources
from advisor.errors import Problem, StoreError
from advisor.frozen import replace
from advisor.model.measurement import SCHEMA, Measurements

Notice = Callable[[Problem], None]
"""Is told what was passed over."""


def identified(measurements: Measurements) -> Measurements:
    """Give it the hash of its content as its id."""
    content = json.dumps(asdict(replace(measurements, id="")), sort_keys=True)
    return replace(measurements, id=hashlib.sha256(content.encode()).hexdigest()[:16])


def save(measurements: Measurements, folder: Path | None = None) -> Path:
    """Write one run and return its file; a reader sees the whole file or none. Raises StoreError."""
    named = identified(measurements)
    place = (folder or resources.home()) / "measurements" / named.machine.fingerprint
    file = place / f"{named.measured.replace(':', '')}-{named.id}.json"
    try:
        place.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=place, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                json.dump(asdict(named), out, indent=1, allow_nan=False)
            Path(temporary).replace(file)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        hint = "Set ADVISOR_HOME to a folder that can be written to."
        message = f"measurements cannot be stored: {error.strerror or error}."
        raise StoreError(Problem(message=message, place=str(place), hint=hint)) from error
    return file


def latest(fingerprint: str, folder: Path | None = None, notice: Notice = lambda _: None) -> Measurements | None:
    """Give the newest run on exactly this kind of machine; a damaged file is noticed and passed over."""
    place = (folder or resources.home()) / "measurements" / fingerprint
    try:
        files = sorted((file for file in place.glob("*.json") if not file.name.startswith(".")), reverse=True)
    except OSError:
        return None
    for file in files:
        found = _load(file, notice)
        if found is not None and found.machine.fingerprint == fingerprint:
            return found
    return None


def _load(file: Path, notice: Notice) -> Measurements | None:
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - a start that reads none should not pay for it

    try:
        found = TypeAdapter(Measurements).validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"{error.error_count()} values are not as expected"
        message = f"a stored measurement cannot be read and is passed over: {reason}"
        notice(Problem(message=message, place=str(file), hint="Delete it, or run `advisor probe` again."))
        return None
    if found.schema != SCHEMA:
        message = f"a stored measurement of another format is passed over: {found.schema}, expected {SCHEMA}"
        notice(Problem(message=message, place=str(file), hint="Run `advisor probe` again."))
        return None
    return found
