from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from stored_runs import CARD, MACHINE, WITH_CARD, define, install, installed, run_of

from advisor import resources
from advisor.errors import InputError, Problem, StoreError
from advisor.evidence.keeping import database, store
from advisor.evidence.portable import identified
from advisor.model.measurement import TERMS, Measurements


@pytest.fixture
def probes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Definitions of which the test decides."""
    folder = tmp_path / "probes"
    define(folder, one=1, two=1)
    monkeypatch.setattr(resources, "probes", lambda: folder)
    return folder


@pytest.fixture
def home(tmp_path: Path, probes: Path) -> Path:  # noqa: ARG001  (asked for, for what it makes sure of)
    return tmp_path / "home"


def keep(home: Path, measured: Measurements) -> Measurements:
    """Save it with its frameworks installed beside the home."""
    names = [framework.framework for framework in measured.frameworks]
    return store.save(measured, home, installed(home.parent / "installed" / measured.measured[:10], *names))


def look(home: Path, fingerprint: str = "abc") -> tuple[Measurements | None, list[str]]:
    notices: list[Problem] = []
    found = store.latest(replace(MACHINE, fingerprint=fingerprint), home, notices.append)
    return found, list(map(str, notices))


def frameworks(found: Measurements | None) -> set[str]:
    return {result.framework for result in found.results} if found else set()


def test_what_is_saved_comes_back_whole(home: Path) -> None:
    saved = keep(home, run_of("jax", "pytorch"))
    assert store.find(saved.id, home) == saved == identified(run_of("jax", "pytorch"))
    assert [path.name for path in home.iterdir()] == ["measurements.sqlite3"]


def test_what_is_used_again_is_the_same_but_for_the_samples(home: Path) -> None:
    saved = keep(home, run_of("jax", "pytorch"))
    found, notices = look(home)
    assert found is not None
    assert replace(found, results=saved.results) == saved
    assert notices == []


def test_every_result_is_indexed_by_what_decides_whether_it_can_be_used_again(home: Path) -> None:
    keep(home, run_of("jax", machine=WITH_CARD))
    with closing(sqlite3.connect(resources.store(home))) as connection:
        query = (
            "SELECT fingerprint, driver, framework, variant, version, device, dtype, track, probe, probe_version "
            "FROM results ORDER BY number"
        )
        rows = connection.execute(query).fetchall()
    expected = ("abc", "550.1", "jax", "eager", "0.10.1", "cpu", "float32", "matched")
    assert rows == [(*expected, "one", 1), (*expected, "two", 1)]


def test_to_look_makes_nothing(home: Path) -> None:
    assert look(home) == (None, [])
    assert store.kept(home) == ()
    assert store.forget(None, home) == ()
    assert not home.exists()


def test_the_id_is_of_the_content_wherever_it_lies() -> None:
    one = identified(run_of("jax"))
    assert one.id
    assert identified(replace(one, foreign=True)).id == one.id
    assert identified(replace(one, elapsed_s=2.0)).id != one.id
    failed = [replace(one.frameworks[0], reason=f"see /home/{user}/python") for user in ("ada", "bob")]
    assert len({identified(replace(one, frameworks=(run,))).id for run in failed}) == 1


def test_saved_twice_it_is_there_once(home: Path) -> None:
    keep(home, run_of("jax"))
    store.save(run_of("jax"), home)
    assert len(store.kept(home)) == 1
    assert frameworks(look(home)[0]) == {"jax"}


def test_the_latest_wins(home: Path) -> None:
    for day in (3, 1, 2):
        keep(home, run_of("jax", "mlx", day=day))
    found, _ = look(home)
    assert found is not None
    assert found.measured == "2026-01-03T00:00:00Z"
    assert [kept.run.measured[8:10] for kept in store.kept(home)] == ["03", "02", "01"]


def test_another_machine_has_none(home: Path) -> None:
    keep(home, run_of("jax"))
    assert look(home, "ab") == look(home, "abcd") == (None, [])


def test_what_was_upgraded_since_is_left_out_and_the_rest_is_compared_anew(home: Path) -> None:
    keep(home, run_of("jax", "pytorch", "mlx"))
    (site,) = home.parent.glob("installed/*/jax/site-packages")
    install(site, "jax", "0.10.2")
    found, notices = look(home)
    assert found is not None
    assert frameworks(found) == {"pytorch", "mlx"}
    (notice,) = notices
    assert "jax was measured at 0.10.1 and is 0.10.2 now" in notice
    assert "`advisor probe`" in notice
    assert {run.framework: run.outcome for run in found.frameworks} == {"jax": "skipped", "pytorch": "ok", "mlx": "ok"}
    times = {entry.framework: entry.relative_time for entry in found.classes}
    assert times == {"pytorch": 1.0, "mlx": 1.5}, "relative to the fastest that is left"
    assert found.classes[1].interval == pytest.approx((0.45, 0.55))


@pytest.mark.parametrize("gone", ["package", "interpreter"])
def test_what_is_no_longer_there_is_of_unknown_version(home: Path, gone: str) -> None:
    keep(home, run_of("jax", "pytorch", "mlx"))
    (python,) = home.parent.glob("installed/*/jax/python")
    if gone == "interpreter":
        python.unlink()
    else:
        (metadata,) = python.parent.glob("site-packages/*/METADATA")
        metadata.unlink()
    found, notices = look(home)
    assert frameworks(found) == {"pytorch", "mlx"}
    assert ["gone" in notice or "no longer installed" in notice for notice in notices] == [True]


def test_where_nothing_is_left_there_is_nothing(home: Path) -> None:
    store.save(run_of("jax", "pytorch"), home)
    found, notices = look(home)
    assert found is None
    assert len(notices) == 2
    assert all("was not written down" in notice for notice in notices)


def test_an_older_run_with_rivals_is_better_than_a_newer_one_without(home: Path) -> None:
    older = keep(home, run_of("pytorch", "mlx", day=1))
    newer = keep(home, run_of("jax", "pytorch", day=2))
    (site,) = home.parent.glob("installed/2026-01-02/jax/site-packages")
    install(site, "jax", "0.10.2")
    found, _ = look(home)
    assert found is not None
    assert found.id == older.id
    store.forget([older.id], home)
    alone, _ = look(home)
    assert alone is not None
    assert (alone.id, frameworks(alone)) == (newer.id, {"pytorch"})


def test_runs_that_measured_nothing_hide_none_before_them(home: Path) -> None:
    kept = keep(home, run_of("jax", "mlx", day=1))
    for minute in range(21):
        store.save(replace(run_of(day=2), measured=f"2026-01-02T00:{minute:02}:00Z"), home)
    found, notices = look(home)
    assert found is not None
    assert (found.id, notices) == (kept.id, [])


def test_what_is_left_out_is_told_of_the_run_that_is_used(home: Path) -> None:
    older = keep(home, run_of("jax", "pytorch", "mlx", day=1))
    store.save(run_of("jax", "pytorch", day=2), home)  # where its frameworks were was not written down
    (site,) = home.parent.glob("installed/2026-01-01/jax/site-packages")
    install(site, "jax", "0.10.2")
    found, notices = look(home)
    assert found is not None
    assert found.id == older.id
    assert ["is 0.10.2 now" in notice for notice in notices] == [True]


def test_a_run_without_a_good_figure_gives_way_to_an_older_one_with_some(home: Path) -> None:
    restless = run_of("jax", "mlx", day=2)
    unstable = tuple(replace(result, outcome="unstable") for result in restless.results)
    newer = keep(home, replace(restless, results=unstable, classes=()))
    found, _ = look(home)
    assert found is not None
    assert found.id == newer.id
    older = keep(home, run_of("jax", "mlx", day=1))
    found, _ = look(home)
    assert found is not None
    assert found.id == older.id


def test_a_probe_of_another_version_is_left_out(home: Path, probes: Path) -> None:
    keep(home, run_of("jax", "mlx"))
    define(probes, one=1, two=2)
    found, (notice,) = look(home)
    assert found is not None
    assert {result.probe for result in found.results} == {"one"}
    assert "two was measured by version 1 of its definition, which is 2 now" in notice
    assert len(found.classes) == 2
    define(probes, two=1)
    found, (notice,) = look(home)
    assert found is not None
    assert "one is no longer defined" in notice
    assert found.classes == ()


def test_another_driver_makes_another_machine(home: Path) -> None:
    keep(home, run_of("jax", "mlx", machine=WITH_CARD))
    assert store.latest(WITH_CARD, home) is not None
    notices: list[Problem] = []
    updated = replace(WITH_CARD, accelerators=(replace(CARD, driver="560.2"),))
    assert store.latest(updated, home, notices.append) is None
    assert "measured with driver 550.1 and is 560.2 now" in notices[0].message


def test_what_was_measured_under_other_terms_is_told_and_kept_and_never_used(home: Path) -> None:
    whole = keep(home, replace(run_of("jax", "mlx", day=1), terms=TERMS - 1))
    found, (notice,) = look(home)
    assert found is None
    assert f"under version {TERMS - 1} of the terms of comparison, which is {TERMS} now; left out" in notice
    stopped = keep(home, replace(run_of("jax", "mlx", day=2), settings={"stopped": "yes"}))
    found, _ = look(home)
    assert found is not None
    assert found.id == stopped.id, "one that says less is taken before one that says something else"
    assert {kept.run.id for kept in store.kept(home)} == {whole.id, stopped.id}


def test_what_was_asked_of_the_processor_alone_says_nothing_of_a_machine_with_an_accelerator(home: Path) -> None:
    for machine in (MACHINE, WITH_CARD):
        run = replace(run_of("jax", "mlx", machine=machine), settings={"device": "cpu"})
        store.save(run, home, installed(home.parent / str(len(machine.accelerators)), "jax", "mlx"))
    assert store.latest(WITH_CARD, home) is None
    assert look(home)[0] is not None


def test_a_run_on_fewer_threads_than_there_are_cores_counts_where_there_is_no_other(home: Path) -> None:
    few = keep(home, replace(run_of("jax", "mlx", day=2), settings={"threads": "1"}))
    found, _ = look(home)
    assert found is not None
    assert found.id == few.id
    usual = keep(home, replace(run_of("jax", "mlx", day=1), settings={"threads": str(MACHINE.cores)}))
    found, _ = look(home)
    assert found is not None
    assert found.id == usual.id


def test_a_run_that_was_stopped_counts_where_there_is_no_whole_one(home: Path) -> None:
    stopped = keep(home, replace(run_of("jax", "mlx", day=2), settings={"stopped": "yes"}))
    found, _ = look(home)
    assert found is not None
    assert found.id == stopped.id
    whole = keep(home, run_of("jax", "mlx", day=1))
    found, _ = look(home)
    assert found is not None
    assert found.id == whole.id


def test_what_comes_from_elsewhere_is_kept_and_never_used(home: Path) -> None:
    assert store.add(run_of("jax", "mlx"), home)
    assert not store.add(run_of("jax", "mlx"), home)
    assert look(home) == (None, [])
    (kept,) = store.kept(home)
    assert kept.run.foreign
    assert kept.run.id == identified(run_of("jax", "mlx")).id


def test_ones_own_run_does_not_become_foreign(home: Path) -> None:
    keep(home, run_of("jax", "mlx"))
    assert not store.add(run_of("jax", "mlx"), home)
    assert look(home)[0] is not None


def test_an_id_may_be_cut_short_where_it_is_the_only_one(home: Path) -> None:
    ids = [store.save(run_of("jax", day=day), home).id for day in range(1, 20)]
    assert store.find(ids[0][:12], home).id == ids[0]
    shared = next(one for one in ids if sum(other[0] == one[0] for other in ids) > 1)[0]
    for wrong in (shared, "", "x", "%", "' OR 1"):
        with pytest.raises(InputError):
            store.find(wrong, home)


def test_what_is_forgotten_is_gone_with_everything_behind_it(home: Path) -> None:
    first, second = keep(home, run_of("jax", day=1)), keep(home, run_of("jax", day=2))
    with pytest.raises(InputError, match="no measurement has this id"):
        store.forget([first.id, "zz"], home)
    assert store.forget([first.id[:10], first.id], home) == (first.id,)
    assert [kept.run.id for kept in store.kept(home)] == [second.id]
    assert store.forget(None, home) == (second.id,)
    with closing(sqlite3.connect(resources.store(home))) as connection:
        rest = "SELECT (SELECT count(*) FROM runs) + (SELECT count(*) FROM results) + (SELECT count(*) FROM places)"
        assert connection.execute(rest).fetchone() == (0,)


def old_file(home: Path, measured: Measurements, name: str = "2026-01-01T000000Z-0123456789abcdef.json") -> Path:
    """A file as the version before kept it, with the fields of then."""
    document = asdict(measured)
    for key in ("settings", "foreign"):
        del document[key]
    for each in document["results"]:
        for key in ("raw", "track", "version", "generations", "stopped"):
            del each[key]
    place = home / "measurements" / measured.machine.fingerprint
    place.mkdir(parents=True, exist_ok=True)
    file = place / name
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_what_earlier_versions_kept_is_taken_over_once_and_left_where_it_is(home: Path) -> None:
    file = old_file(home, run_of("jax", "mlx"))
    (kept,) = store.kept(home)
    assert kept.run.classes == run_of("jax", "mlx").classes
    assert kept.origin == file.relative_to(home).as_posix()
    old_file(home, run_of("jax", day=2), "later.json")
    assert len(store.kept(home)) == 1
    assert file.exists()


def test_what_of_it_is_forgotten_does_not_stay_behind_in_its_file(home: Path) -> None:
    file = old_file(home, run_of("jax", "mlx"))
    assert len(store.forget(None, home)) == 1
    assert not file.exists()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"schema": "advisor/measurements/1"}', "\x00\xff", "[" * 100_000])
def test_of_what_earlier_versions_kept_damage_is_noticed_and_left_alone(home: Path, damage: str) -> None:
    sound, broken = old_file(home, run_of("jax")), old_file(home, run_of("mlx"), "broken.json")
    broken.write_text(damage, encoding="latin-1")
    notices: list[Problem] = []
    assert len(store.kept(home, notices.append)) == 1
    assert [notice.place for notice in notices] == [str(broken)]
    assert sound.exists()
    assert broken.exists()


def test_a_later_version_or_another_program_is_told_and_not_touched(home: Path) -> None:
    keep(home, run_of("jax"))
    file = resources.store(home)
    for pragma, said in (("user_version = 99", "a later version"), ("application_id = 7", "of another program")):
        file.unlink()
        keep(home, run_of("jax"))
        with closing(sqlite3.connect(file)) as connection:
            connection.execute(f"PRAGMA {pragma}")
        before = file.read_bytes()
        found, (notice,) = look(home)
        assert found is None
        assert said in notice
        with pytest.raises(StoreError, match=said):
            store.save(run_of("jax", day=2), home)
        assert file.read_bytes() == before


@pytest.mark.parametrize("damage", [b"x" * 5000, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_damaged_store_is_told_and_costs_no_answer(home: Path, damage: bytes) -> None:
    home.mkdir()
    resources.store(home).write_bytes(damage)
    found, (notice,) = look(home)
    assert found is None
    assert "Move it away" in notice
    for use in (lambda: store.save(run_of("jax"), home), lambda: store.kept(home), lambda: store.forget(None, home)):
        with pytest.raises(StoreError, match="damaged"):
            use()


def test_damage_in_one_run_costs_no_other(home: Path) -> None:
    keep(home, run_of("jax", "mlx", day=1))
    newer = keep(home, run_of("jax", "mlx", day=2))
    for document in ("{", '{"schema": 1}', '{"schema": "advisor/measurements/1"}', '{"schema": []}', "7"):
        with closing(sqlite3.connect(resources.store(home))) as connection:
            connection.execute("UPDATE runs SET document = ? WHERE id = ?", (document, newer.id))
            connection.commit()
        found, notices = look(home)
        assert found is not None
        assert found.measured == "2026-01-01T00:00:00Z"
        assert "cannot be read" in notices[0]
        assert len(store.kept(home)) == 1
        with pytest.raises(StoreError, match="forget"):
            store.find(newer.id, home)


@pytest.mark.parametrize("damage", ["{", "[]", '{"wall_s": 7}', "null"])
def test_damaged_samples_are_told_where_the_run_is_asked_for(home: Path, damage: str) -> None:
    run = keep(home, run_of("jax", "mlx", day=1))
    with closing(sqlite3.connect(resources.store(home))) as connection:
        connection.execute("UPDATE results SET samples = ? WHERE run = ?", (damage, run.id))
        connection.commit()
    with pytest.raises(StoreError, match="forget"):
        store.find(run.id, home)


def test_a_damaged_place_is_one_that_is_not_known(home: Path) -> None:
    run = keep(home, run_of("jax", "mlx", day=1))
    with closing(sqlite3.connect(resources.store(home))) as connection:
        connection.execute("INSERT OR REPLACE INTO places VALUES (?, 0, '{')", (run.id,))
        connection.commit()
    look(home)


def test_an_empty_file_is_a_store_that_was_not_finished(home: Path) -> None:
    home.mkdir()
    resources.store(home).touch()
    assert look(home) == (None, [])
    keep(home, run_of("jax", "mlx"))
    assert look(home)[0] is not None


def test_whoever_waits_in_vain_is_told_for_whom(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(home, run_of("jax", "mlx"))
    monkeypatch.setattr(database, "WAIT_S", 0.05)
    with closing(sqlite3.connect(resources.store(home), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process has kept it locked"):
            store.save(run_of("jax", day=2), home)
        # Who only reads need not wait until something is written.
        assert look(home)[0] is not None


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("SQLITE_IOERR_LOCK", "network file system"),
        ("SQLITE_PROTOCOL", "network file system"),
        ("SQLITE_CANTOPEN", "can be written to"),
        ("SQLITE_SOMETHING_NEW", "ADVISOR_HOME"),
    ],
)
def test_what_goes_wrong_on_other_disks_is_told_with_a_remedy(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, hint: str
) -> None:
    def fail(_: str) -> sqlite3.Connection:
        error = sqlite3.OperationalError("something happened")
        error.sqlite_errorname = name
        raise error

    keep(home, run_of("jax", "mlx"))
    monkeypatch.setattr(database, "_connect", fail)
    with pytest.raises(StoreError, match=hint):
        store.save(run_of("jax", day=2), home)
    found, (notice,) = look(home)
    assert found is None
    assert str(resources.store(home)) in notice


def test_a_home_that_is_a_file_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file", encoding="utf-8")
    with pytest.raises(StoreError, match="ADVISOR_HOME"):
        store.save(run_of("jax"), tmp_path / "home")


def test_what_json_cannot_hold_is_not_kept(home: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        store.save(replace(run_of("jax"), elapsed_s=float("inf")), home)
    assert store.kept(home) == ()


def _save_several(home: Path, first: int) -> None:
    for number in range(first, first + 5):
        store.save(replace(run_of("jax"), elapsed_s=float(number)), home)


def test_several_can_save_at_once_and_nothing_is_lost(home: Path) -> None:
    context = multiprocessing.get_context("spawn")
    savers = [context.Process(target=_save_several, args=(home, 10 * number)) for number in range(3)]
    for saver in savers:
        saver.start()
    for saver in savers:
        saver.join()
    assert [saver.exitcode for saver in savers] == [0, 0, 0]
    assert sorted(kept.run.elapsed_s for kept in store.kept(home)) == [
        float(10 * number + step) for number in range(3) for step in range(5)
    ]


@pytest.mark.parametrize("moment", range(2))
def test_a_store_that_another_makes_while_it_is_looked_at_is_ours(
    home: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    looking, left = database._number, [moment]

    def number(connection: sqlite3.Connection, pragma: str) -> int:
        found = looking(connection, pragma)
        left[0] -= 1
        if left[0] == -1:
            store.save(run_of("mlx"), home)
        return found

    monkeypatch.setattr(database, "_number", number)
    store.save(run_of("jax"), home)
    assert len(store.kept(home)) == 2


SAVING = """
import sys
sys.path.insert(0, sys.argv[2])
from dataclasses import replace
from pathlib import Path
from stored_runs import run_of
from advisor.evidence.keeping import database, store
for number in range(int(sys.argv[3]), 10**6):
    print(store.save(replace(run_of("jax", "mlx"), elapsed_s=float(number)), Path(sys.argv[1])).id, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a signal that cannot be caught")
def test_whoever_is_killed_in_the_middle_leaves_a_store_that_can_be_read_and_written(home: Path) -> None:
    said: list[str] = []
    for round_ in range(6):
        command = [sys.executable, "-c", SAVING, str(home), str(Path(__file__).parent), str(round_ * 10_000)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        said.append(process.stdout.readline().strip())
        time.sleep(0.013 * round_)
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read().split("\n")[:-1]
        process.stdout.close()
        process.wait()
        kept = {kept.run.id for kept in store.kept(home)}
        assert kept >= set(said)
        whole = store.find(said[-1], home)
        assert identified(whole).id == whole.id
    with closing(sqlite3.connect(resources.store(home))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """A file system of its own there; skips where that is not allowed."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root mounts")
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _save_until_full(home: Path, saved: list[str]) -> None:
    for number in range(10_000):
        run = replace(run_of("jax", "mlx"), elapsed_s=float(number))
        saved.append(store.save(run, home, installed(home.parent / str(number), "jax", "mlx")).id)


def test_a_full_disk_is_told_and_loses_nothing(home: Path) -> None:
    home.mkdir()
    with mounted(home, "-t", "tmpfs", "-o", "size=512k", "tmpfs"):
        saved: list[str] = []
        with pytest.raises(StoreError, match="the disk is full") as caught:
            _save_until_full(home, saved)
        assert "ADVISOR_HOME" in str(caught.value)
        assert {kept.run.id for kept in store.kept(home)} == set(saved)
        assert look(home)[0] is not None
        subprocess.run(["mount", "-o", "remount,size=2m", str(home)], check=True)
        store.save(run_of("jax", day=9), home)


def test_a_home_that_is_read_only_is_read_and_not_written_to(home: Path) -> None:
    saved = keep(home, run_of("jax", "mlx"))
    with mounted(home, "--bind", str(home)):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(home)], check=True)
        found, notices = look(home)
        assert found is not None
        assert (found.id, notices) == (saved.id, [])
        assert len(store.kept(home)) == 1
        for use in (lambda: store.save(run_of("jax", day=2), home), lambda: store.forget(None, home)):
            with pytest.raises(StoreError, match=r"read-only.*ADVISOR_HOME"):
                use()


def test_what_earlier_versions_kept_is_read_where_nothing_can_be_written(home: Path) -> None:
    old_file(home, run_of("jax", "mlx"))
    with mounted(home, "--bind", str(home)):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(home)], check=True)
        assert len(store.kept(home)) == 1
    assert not resources.store(home).exists()
