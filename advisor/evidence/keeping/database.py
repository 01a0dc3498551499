"""The file that measurements are kept in: SQLite, with a rollback journal.

A rollback journal, rather than a log that is written ahead, also works in folders that cannot be written to and on
network file systems whose locks work; that it is slower does not matter where a run is written once in a while. Whoever
is killed while writing leaves a journal, by which whoever opens the file next undoes what was begun.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NoReturn

from advisor import resources
from advisor.errors import Problem, StoreError
from advisor.evidence.portable import identified
from advisor.frozen import replace
from advisor.loading.structure import plain, structure
from advisor.model.measurement import SCHEMA, Machine, Measurements, Samples

Notice = Callable[[Problem], None]
"""Is told what was passed over."""

APPLICATION = 0x41645673
"""What marks a file of SQLite as one of this program."""
WAIT_S = 10.0
"""For whoever else is writing."""

_TABLES = (
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, driver TEXT NOT NULL, device TEXT NOT NULL,
        measured TEXT NOT NULL, is_foreign INTEGER NOT NULL, definitions TEXT NOT NULL, origin TEXT NOT NULL,
        document TEXT NOT NULL
    )
    """,
    "CREATE INDEX runs_of_a_machine ON runs (fingerprint, is_foreign, measured)",
    """
    CREATE TABLE results (
        run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, number INTEGER NOT NULL,
        fingerprint TEXT NOT NULL, driver TEXT NOT NULL, framework TEXT NOT NULL, variant TEXT NOT NULL,
        version TEXT NOT NULL, device TEXT NOT NULL, dtype TEXT NOT NULL, threads INTEGER, track TEXT NOT NULL,
        probe TEXT NOT NULL, probe_version INTEGER NOT NULL, outcome TEXT NOT NULL, samples TEXT NOT NULL,
        PRIMARY KEY (run, number)
    )
    """,
    """
    CREATE INDEX results_by_key ON results (
        fingerprint, driver, framework, variant, version, device, dtype, threads, track, probe, probe_version
    )
    """,
    """
    CREATE TABLE places (
        run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, number INTEGER NOT NULL, document TEXT NOT NULL,
        PRIMARY KEY (run, number)
    )
    """,
    "CREATE TABLE definitions (digest TEXT PRIMARY KEY, document TEXT NOT NULL)",
)
"""`results` has the key that decides whether two figures can be compared, and the samples behind each; `places` what
never leaves the machine: where a framework was found; `definitions` those of the probes as JSON, which is read in a
hundredth of the time that YAML takes."""


@contextmanager
def opened(home: Path, notice: Notice, *, write: bool) -> Iterator[sqlite3.Connection | None]:
    """The file, made and filled from the files of earlier versions where there is none yet.

    To read, there is nothing where nothing is kept; and where it cannot be brought up to date because the folder cannot
    be written to, what is there is read all the same. Raises StoreError for whatever goes wrong, in the context too.
    """
    file = resources.store(home)
    try:
        connection = _connection(home, file, notice, write=write)
        if connection is None:
            yield None
            return
        with closing(connection):
            yield connection
    except (sqlite3.Error, OSError) as error:
        _explain(error, file)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of what is written in it, or nothing; others wait."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def insert(connection: sqlite3.Connection, measured: Measurements, definitions: str = "", origin: str = "") -> bool:
    """Put a run into the file, its samples apart; tell whether it was not there yet."""
    whole = plain(measured)
    blocks = [result.pop("raw") for result in whole["results"]]
    machine, drivers = measured.machine, driver(measured.machine)
    values = {
        "id": measured.id,
        "fingerprint": machine.fingerprint,
        "driver": drivers,
        "device": measured.settings.get("device", ""),
        "measured": measured.measured,
        "is_foreign": int(measured.foreign),
        "definitions": definitions,
        "origin": origin,
        "document": json.dumps(whole, allow_nan=False),
    }
    if not _insert(connection, "runs", values):
        return False
    runs = {(run.framework, run.variant, run.track): run for run in measured.frameworks}
    for number, (result, samples) in enumerate(zip(measured.results, blocks, strict=True)):
        run = runs.get((result.framework, result.variant, result.track))
        key = {
            "fingerprint": machine.fingerprint,
            "driver": drivers,
            "framework": result.framework,
            "variant": result.variant,
            "version": run.version if run else "",
            "device": result.device,
            "dtype": result.dtype,
            "threads": run.threads if run else None,
            "track": result.track,
            "probe": result.probe,
            "probe_version": result.version,
        }
        more = {"outcome": result.outcome, "samples": json.dumps(samples, allow_nan=False)}
        _insert(connection, "results", {"run": measured.id, "number": number, **key, **more})
    return True


def insert_text(connection: sqlite3.Connection, table: str, **values: Any) -> None:
    """Put a row into `places` or `definitions`."""
    _insert(connection, table, values)


def _insert(connection: sqlite3.Connection, table: str, values: Mapping[str, Any]) -> bool:
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    # Names of tables and columns stand in this file.
    return connection.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", values).rowcount > 0  # noqa: S608


def run_of(document: str, samples: Iterable[str] | None = None) -> Measurements | None:
    """The run that a row holds, with the samples of its results where their rows are given, in their order.

    Nothing where it, or one of them, is damaged or of another form.
    """
    try:
        data = json.loads(document)
        if data["schema"] != SCHEMA:
            return None
        found = structure(Measurements, data)
        if samples is None:
            return found
        both = zip(found.results, samples, strict=True)
        results = [replace(result, raw=structure(Samples, json.loads(text))) for result, text in both]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
    return replace(found, results=tuple(results))


def samples_of(connection: sqlite3.Connection, identity: str) -> list[str]:
    """The rows of samples of every result of a run, in the order of the results."""
    rows = connection.execute("SELECT samples FROM results WHERE run = ? ORDER BY number", (identity,))
    return [text for (text,) in rows]


def driver(machine: Machine) -> str:
    """The drivers of the accelerators, in their order; empty where none is told."""
    told = [card.driver for card in machine.accelerators]
    return ", ".join(text or "unknown" for text in told) if any(told) else ""


def old_files(home: Path) -> list[Path]:
    """The files, one for each run, that earlier versions kept."""
    return sorted(file for file in (home / "measurements").glob("*/*.json") if not file.name.startswith("."))


def _connection(home: Path, file: Path, notice: Notice, *, write: bool) -> sqlite3.Connection | None:
    there = file.exists()
    if not (there or write or old_files(home)):
        return None
    if not there:
        try:
            home.mkdir(parents=True, exist_ok=True)
            connection = _connect(f"{file.absolute().as_uri()}?mode=rwc")
        except (OSError, sqlite3.OperationalError):
            if write:
                raise
            return _in_memory(home, notice)
    else:
        # Where it may only be read, SQLite does no more than that.
        connection = _connect(f"{file.absolute().as_uri()}?mode=rw")
    try:
        return connection if _current(connection) else _brought_up(connection, home, notice, write=write)
    except BaseException:
        connection.close()
        raise


def _connect(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, timeout=WAIT_S, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _in_memory(home: Path, notice: Notice, kept: sqlite3.Connection | None = None) -> sqlite3.Connection:
    """What earlier versions kept, brought up to date where nothing can be written."""
    connection = _connect(":memory:")
    if kept is not None:
        kept.backup(connection)
        kept.close()
    _migrate(connection, home, notice)
    return connection


def _current(connection: sqlite3.Connection) -> bool:
    """Whether the file is of this version; raises where it is of a later one, or none of this program."""
    # Tables first: whoever makes them meanwhile sets the mark with them, and it must not be missed.
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    version, mark = _number(connection, "user_version"), _number(connection, "application_id")
    if version > len(_MIGRATIONS):
        raise StoreError(
            Problem(
                message="the measurements were stored by a later version of advisor, and this one cannot read them.",
                place=_name(connection),
                hint="Update advisor, or set ADVISOR_HOME to another folder.",
            )
        )
    if mark != APPLICATION and tables:
        raise StoreError(
            Problem(
                message="this is a database of another program.",
                place=_name(connection),
                hint="Move it away, or set ADVISOR_HOME to another folder.",
            )
        )
    return version == len(_MIGRATIONS)


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _name(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA database_list").fetchone()[2])


def _brought_up(connection: sqlite3.Connection, home: Path, notice: Notice, *, write: bool) -> sqlite3.Connection:
    try:
        _migrate(connection, home, notice)
    except sqlite3.OperationalError as error:
        if write or not _name_of(error).startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
            raise
        return _in_memory(home, notice, connection)
    return connection


def _migrate(connection: sqlite3.Connection, home: Path, notice: Notice) -> None:
    """Take the steps that are missing, all of them or none; another process may have been quicker."""
    connection.execute("PRAGMA auto_vacuum = FULL")
    with transaction(connection):
        for step in _MIGRATIONS[_number(connection, "user_version") :]:
            step(connection, home, notice)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(_MIGRATIONS)}")


def _begin(connection: sqlite3.Connection, home: Path, notice: Notice) -> None:
    """From a file for each run, which stays where it is, to one database."""
    for statement in _TABLES:
        connection.execute(statement)
    for file in old_files(home):
        found = _read_old(file, notice)
        if found is not None:
            insert(connection, identified(found), origin=file.relative_to(home).as_posix())


_MIGRATIONS: tuple[Callable[[sqlite3.Connection, Path, Notice], None], ...] = (_begin,)
"""From each version of the file to the next."""


def _read_old(file: Path, notice: Notice) -> Measurements | None:
    from pydantic import ValidationError  # noqa: PLC0415  (once in the life of a store)

    from advisor.loading.validate import adapter  # noqa: PLC0415

    try:
        found = adapter(Measurements).validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"{error.error_count()} values are not as expected"
        message = f"a measurement of an earlier version cannot be read, is left alone and passed over: {reason}."
        notice(Problem(message=message, place=str(file), hint="Run `advisor probe` again."))
        return None
    if found.schema != SCHEMA:
        message = f"a measurement of another format is passed over: {found.schema}, expected {SCHEMA}."
        notice(Problem(message=message, place=str(file), hint="Run `advisor probe` again."))
        return None
    return found


_ELSEWHERE = "Set ADVISOR_HOME to a folder that can be written to."
_REMEDIES = {
    "SQLITE_FULL": ("the disk is full", "Make room, or set ADVISOR_HOME to a folder on another disk."),
    "SQLITE_READONLY_ROLLBACK": ("whoever wrote last was interrupted, and the folder is read-only", _ELSEWHERE),
    "SQLITE_READONLY": ("the file or its folder is read-only", _ELSEWHERE),
    "SQLITE_CANTOPEN": ("the file cannot be opened or made", _ELSEWHERE),
    "SQLITE_PERM": ("it is not permitted", _ELSEWHERE),
    "SQLITE_BUSY": (f"another process has kept it locked for {WAIT_S:.0f} s", "Try again when that is done."),
    "SQLITE_CORRUPT": ("the file is damaged", "Move it away and run `advisor probe` again."),
    "SQLITE_NOTADB": ("the file is damaged", "Move it away and run `advisor probe` again."),
}
"""What SQLite calls an error, or the beginning of it, to what is said of it and what to do."""


def _name_of(error: sqlite3.Error) -> str:
    return str(getattr(error, "sqlite_errorname", ""))


def _explain(error: sqlite3.Error | OSError, file: Path) -> NoReturn:
    said, hint = str(error), _ELSEWHERE
    if isinstance(error, OSError):
        said = error.strerror or said
    else:
        if _name_of(error).startswith(("SQLITE_IOERR", "SQLITE_PROTOCOL", "SQLITE_NOLFS")):
            hint = "On a network file system without locks set ADVISOR_HOME to a folder on this machine."
        told = (text for name, text in _REMEDIES.items() if _name_of(error).startswith(name))
        said, hint = next(told, (said, hint))
    message = f"the stored measurements cannot be used: {said}."
    raise StoreError(Problem(message=message, place=str(file), hint=hint)) from error
