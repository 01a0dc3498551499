"""Measurements as they are kept: whole runs, of which only what still holds is used again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from advisor import resources
from advisor.errors import InputError, Problem, StoreError
from advisor.evidence.portable import identified
from advisor.frozen import dataclass, replace
from advisor.loading.folders import is_folder, is_there
from advisor.loading.structure import plain, structure
from advisor.model.measurement import Machine, Measurements

if TYPE_CHECKING:
    import sqlite3

    from advisor.evidence.keeping.whereabouts import Place

Notice = Callable[[Problem], None]
"""Is told what was passed over."""

_LOOKED_AT = 20
"""Runs, the newest first, that are looked at for one that still holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A run that is kept, without its samples."""

    run: Measurements
    origin: str
    """The file of an earlier version that it came from, below the home; empty for all others."""


def _silent(_: Problem) -> None:
    """Say nothing."""


def save(
    measured: Measurements, folder: Path | None = None, places: Iterable[Place] = (), notice: Notice = _silent
) -> Measurements:
    """Keep one run with everything it has, and return it with its id; `places` say where its frameworks were found.

    It is kept whole or not at all, whoever else is writing. Raises StoreError.
    """
    return _put(identified(measured), folder or resources.home(), tuple(places), notice)[0]


def add(foreign: Measurements, folder: Path | None = None, notice: Notice = _silent) -> bool:
    """Keep a run of somebody else, marked as such; tell whether it was not there yet. Raises StoreError."""
    return _put(identified(replace(foreign, foreign=True)), folder or resources.home(), (), notice)[1]


def _put(named: Measurements, home: Path, places: Sequence[Place], notice: Notice) -> tuple[Measurements, bool]:
    from advisor.evidence.keeping import database  # noqa: PLC0415  (SQLite takes its time to load)

    with database.opened(home, notice, write=True) as connection:
        if connection is None:
            raise AssertionError("what is opened to be written to is there")
        digest, _ = _versions(connection)
        with database.transaction(connection):
            new = database.insert(connection, named, digest)
            for number, place in enumerate(places if new else ()):
                text = json.dumps(plain(place))
                database.insert_text(connection, "places", run=named.id, number=number, document=text)
    return named, new


def latest(machine: Machine, folder: Path | None = None, notice: Notice = _silent) -> Measurements | None:
    """Give what still holds of the newest own run on exactly this kind of machine, without its samples.

    What no longer holds is left out, and said: another driver, another version installed now, another definition of a
    probe, other terms of comparison. A run with which nothing can be compared any more, that had fewer threads than
    there are cores, or that was stopped before its end gives way to an older one that is better. Nothing raises: a
    store that cannot be read is noticed, and is as good as none.
    """
    home = folder or resources.home()
    # A start where nothing is kept pays for two looks at the disk.
    if not is_there(resources.store(home)) and not is_folder(home / "measurements"):
        return None
    from advisor.evidence.keeping import database  # noqa: PLC0415

    try:
        with database.opened(home, notice, write=False) as connection:
            return _newest(connection, machine, notice) if connection is not None else None
    except StoreError as error:
        for problem in error.problems:
            notice(problem)
        return None


def _newest(connection: sqlite3.Connection, machine: Machine, notice: Notice) -> Measurements | None:
    from advisor.evidence.keeping import database  # noqa: PLC0415
    from advisor.evidence.keeping.reuse import MOST, left  # noqa: PLC0415
    from advisor.evidence.keeping.whereabouts import changed  # noqa: PLC0415

    # Twenty runs that tried capabilities, or measured the processor alone, must not hide the one before them.
    own = (
        "SELECT id, driver FROM runs WHERE fingerprint = ? AND NOT is_foreign"
        " AND EXISTS (SELECT 1 FROM results WHERE run = runs.id) AND (device IN ('', 'auto') OR ?)"
        " ORDER BY measured DESC, id LIMIT ?"
    )
    rows = connection.execute(own, (machine.fingerprint, not machine.accelerators, _LOOKED_AT)).fetchall()
    if not rows:
        return None
    _, versions = _versions(connection)
    best: tuple[tuple[int, bool], Measurements, str] | None = None
    dropped: dict[str, Sequence[str]] = {}
    for identity, driver in rows:
        if driver != database.driver(machine):
            now = database.driver(machine)
            _say(identity, f"it was measured with driver {driver or 'unknown'} and is {now or 'unknown'} now", notice)
            continue
        (document,) = connection.execute("SELECT document FROM runs WHERE id = ?", (identity,)).fetchone()
        run = database.run_of(document)
        if run is None:
            _say(identity, "it cannot be read and is passed over", notice)
            continue
        states = {(place.framework, place.variant): changed(place) for place in _places(connection, identity)}
        found = left(run, states, versions)
        dropped[identity] = found.dropped
        usual = run.settings.get("threads") in (None, str(machine.cores)) and "stopped" not in run.settings
        worth = (found.worth, usual)
        if found.worth and (best is None or worth > best[0]):
            best = worth, found.run, identity
        if worth == (MOST, True):
            break
    for identity in [best[2]] if best else dropped:
        for why in dropped[identity]:
            _say(identity, f"{why}; left out", notice)
    return best[1] if best else None


def tried(machine: Machine, folder: Path | None = None, notice: Notice = _silent) -> Measurements | None:
    """Give the newest own run on this kind of machine that tried capabilities, as far as the same is still installed.

    Nothing raises: a store that cannot be read is noticed, and is as good as none.
    """
    from advisor.evidence.keeping import database  # noqa: PLC0415
    from advisor.evidence.keeping.whereabouts import changed  # noqa: PLC0415

    own = "SELECT id, document FROM runs WHERE fingerprint = ? AND NOT is_foreign ORDER BY measured DESC, id"
    try:
        with database.opened(folder or resources.home(), notice, write=False) as connection:
            rows = connection.execute(own, (machine.fingerprint,)).fetchall() if connection is not None else []
            for identity, document in rows:
                run = database.run_of(document)
                if connection is None or run is None or not run.capabilities:
                    continue
                there = _places(connection, identity)
                same = {(place.framework, place.variant) for place in there if not changed(place)}
                left = tuple(each for each in run.capabilities if (each.framework, each.variant) in same)
                return replace(run, capabilities=left)
    except StoreError as error:
        for problem in error.problems:
            notice(problem)
    return None


def _say(identity: str, why: str, notice: Notice) -> None:
    message = f"{why}."
    notice(Problem(message=message, place=f"measurement {identity[:8]}", hint="Measure again: `advisor probe`."))


def _places(connection: sqlite3.Connection, identity: str) -> Iterator[Place]:
    """Where the variants of a run were; one whose row is damaged was nowhere that is known."""
    from contextlib import suppress  # noqa: PLC0415

    from advisor.evidence.keeping.whereabouts import Place  # noqa: PLC0415

    for (text,) in connection.execute("SELECT document FROM places WHERE run = ?", (identity,)):
        with suppress(ValueError, TypeError, LookupError, AttributeError, RecursionError):
            yield structure(Place, json.loads(text))


def _versions(connection: sqlite3.Connection) -> tuple[str, Mapping[str, int]]:
    """The versions of all probes as they are now, with the digest of their files; from the store, if they are there."""
    folder, models = resources.probes() / "definitions", resources.probes() / "workloads" / "models.yaml"
    total = hashlib.sha256(b"versions")
    for path in (*sorted(folder.glob("*.yaml")), *([models] if models.is_file() else [])):
        content = path.read_bytes()
        total.update(f"{path.name} {len(content)} ".encode() + content)
    digest = total.hexdigest()
    row = connection.execute("SELECT document FROM definitions WHERE digest = ?", (digest,)).fetchone()
    if row:
        return digest, json.loads(row[0])
    import sqlite3  # noqa: PLC0415
    from contextlib import suppress  # noqa: PLC0415

    from advisor.evidence.keeping import database  # noqa: PLC0415
    from advisor.loading.probes import load_definitions, load_models  # noqa: PLC0415  (YAML takes its time)

    found = {definition.id: definition.version for definition in load_definitions(folder)}
    if models.is_file():
        found |= {name: model.version for name, model in load_models(models).models.items()}
    # Where it cannot be written down, it takes as long the next time.
    with suppress(sqlite3.Error):
        database.insert_text(connection, "definitions", digest=digest, document=json.dumps(found))
    return digest, found


def fingerprints(folder: Path | None = None) -> frozenset[str]:
    """The kinds of machine that runs are kept of; nothing raises: a store that cannot be read is as good as none."""
    home = folder or resources.home()
    if not is_there(resources.store(home)):
        return frozenset()
    from advisor.evidence.keeping import database  # noqa: PLC0415

    try:
        with database.opened(home, _silent, write=False) as connection:
            rows = connection.execute("SELECT DISTINCT fingerprint FROM runs") if connection is not None else ()
            return frozenset(kind for (kind,) in rows)
    except StoreError:
        return frozenset()


def kept(folder: Path | None = None, notice: Notice = _silent) -> tuple[Kept, ...]:
    """Every run that is kept, the newest first. Raises StoreError."""
    from advisor.evidence.keeping import database  # noqa: PLC0415

    with database.opened(folder or resources.home(), notice, write=False) as connection:
        if connection is None:
            return ()
        rows = connection.execute("SELECT id, origin, document FROM runs ORDER BY measured DESC, id").fetchall()
        found = []
        for identity, origin, document in rows:
            run = database.run_of(document)
            if run is None:
                _say(identity, "it cannot be read and is passed over", notice)
            else:
                found.append(Kept(run=run, origin=origin))
        return tuple(found)


def find(identity: str, folder: Path | None = None, notice: Notice = _silent) -> Measurements:
    """The run with that id, or with the only id that begins like that, whole.

    Raises InputError where there is none or more than one, StoreError where it cannot be read.
    """
    from advisor.evidence.keeping import database  # noqa: PLC0415

    home = folder or resources.home()
    with database.opened(home, notice, write=False) as connection:
        (full,) = _ids(connection, (identity,))
        if connection is None:
            raise AssertionError("without a store no id is known")
        document = connection.execute("SELECT document FROM runs WHERE id = ?", (full,)).fetchone()[0]
        run = database.run_of(document, database.samples_of(connection, full))
    if run is None:
        message = "this measurement cannot be read."
        hint = f"Remove it with `advisor measurements forget {full}`."
        raise StoreError(Problem(message=message, place=f"measurement {full}", hint=hint))
    return run


def forget(identities: Sequence[str] | None, folder: Path | None = None, notice: Notice = _silent) -> tuple[str, ...]:
    """Remove runs, or all, with the files of earlier versions that they came from; the ids of what was removed.

    Raises InputError where one is not known, and then removes none; StoreError.
    """
    from advisor.evidence.keeping import database  # noqa: PLC0415

    home = folder or resources.home()
    with database.opened(home, notice, write=False) as there:
        if there is None and identities is None:
            return ()
        _ids(there, identities or ())
    with database.opened(home, notice, write=True) as connection:
        if connection is None:
            raise AssertionError("what is opened to be written to is there")
        with database.transaction(connection):
            ids = _ids(connection, identities) if identities is not None else _all(connection)
            origins = [
                connection.execute("SELECT origin FROM runs WHERE id = ?", (full,)).fetchone()[0] for full in ids
            ]
            connection.executemany("DELETE FROM runs WHERE id = ?", [(full,) for full in ids])
        for origin in filter(None, origins):
            (home / origin).unlink(missing_ok=True)
    return ids


def _all(connection: sqlite3.Connection) -> tuple[str, ...]:
    return tuple(full for (full,) in connection.execute("SELECT id FROM runs ORDER BY measured, id"))


def _ids(connection: sqlite3.Connection | None, beginnings: Sequence[str]) -> tuple[str, ...]:
    """The ids that are meant, each once; raises for every beginning that means none or several."""
    known = _all(connection) if connection is not None else ()
    found: dict[str, None] = {}
    problems = []
    for beginning in beginnings:
        meant = [full for full in known if beginning and full.startswith(beginning)]
        if len(meant) == 1 or beginning in meant:
            found[beginning if beginning in meant else meant[0]] = None
        elif meant:
            hint = f"There are: {', '.join(meant[:5])}."
            problems.append(Problem(message="several ids begin like this.", place=_shown(beginning), hint=hint))
        else:
            hint = "See `advisor measurements list`."
            problems.append(Problem(message="no measurement has this id.", place=_shown(beginning), hint=hint))
    if problems:
        raise InputError(*problems)
    return tuple(found)


def _shown(beginning: str) -> str:
    from advisor.loading.problems import shown  # noqa: PLC0415

    return shown(beginning)
