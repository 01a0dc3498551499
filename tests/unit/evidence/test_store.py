from __future__ import annotations

import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.errors import Problem, StoreError
from advisor.evidence import store
from advisor.model.measurement import Accelerator, ClassResult, FrameworkRun, Machine, Measurements, ProbeResult

MACHINE = Machine(
    fingerprint="abc",
    os="linux",
    arch="x86_64",
    cpu="A Processor",
    cores=2,
    memory_gb=8.0,
    accelerators=(Accelerator(vendor="nvidia_gpu", name="A Card", memory_gb=80.0, source="nvidia-smi"),),
    quiet=True,
    sources={"cpu": "/proc/cpuinfo"},
)
RESULT = ProbeResult(
    framework="pytorch",
    variant="eager",
    probe="gemm",
    device="cpu",
    dtype="float32",
    outcome="ok",
    value=0.001,
    interval=(0.0009, 0.0011),
    flags=("contended",),
    paired=-0.5,
)
MEASURED = Measurements(
    machine=MACHINE,
    frameworks=(
        FrameworkRun(framework="pytorch", variant="eager", version="2", device="cpu", python="3.11", outcome="ok"),
    ),
    results=(RESULT, replace(RESULT, probe="conv", outcome="failed", value=None, interval=None, reason="why")),
    classes=(
        ClassResult(
            name="default",
            workload_class="rl",
            framework="pytorch",
            variant="eager",
            relative_time=1.0,
            interval=(0.9, 1.1),
            first_step_s=1.0,
            utilisation=None,
        ),
    ),
    elapsed_s=1.0,
    measured="2026-01-01T00:00:00Z",
)


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    file = store.save(MEASURED, tmp_path)
    assert store.latest("abc", tmp_path) == store.identified(MEASURED)
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_the_id_is_of_the_content() -> None:
    one = store.identified(MEASURED)
    assert one.id
    assert store.identified(one) == one
    assert store.identified(replace(MEASURED, elapsed_s=2.0)).id != one.id


def test_the_latest_wins(tmp_path: Path) -> None:
    for day in ("03", "01", "02"):
        store.save(replace(MEASURED, measured=f"2026-01-{day}T00:00:00Z"), tmp_path)
    found = store.latest("abc", tmp_path)
    assert found is not None
    assert found.measured == "2026-01-03T00:00:00Z"


def test_another_machine_has_none(tmp_path: Path) -> None:
    store.save(MEASURED, tmp_path)
    assert store.latest("ab", tmp_path) is None
    assert store.latest("abcd", tmp_path) is None


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"schema": "advisor/measurements/1"}', "\x00\xff"])
def test_a_damaged_file_is_noticed_and_passed_over(tmp_path: Path, damage: str) -> None:
    older = store.save(MEASURED, tmp_path)
    newer = older.with_name("2027-01-01T000000Z-x.json")
    newer.write_text(damage, encoding="latin-1")
    notices: list[Problem] = []
    found = store.latest("abc", tmp_path, notices.append)
    assert found is not None
    assert found.measured == MEASURED.measured
    assert [notice.place for notice in notices] == [str(newer)]
    assert "advisor probe" in notices[0].hint


def test_another_format_is_passed_over(tmp_path: Path) -> None:
    store.save(replace(MEASURED, schema="advisor/measurements/9"), tmp_path)
    notices: list[Problem] = []
    assert store.latest("abc", tmp_path, notices.append) is None
    assert "advisor/measurements/9" in notices[0].message


def test_a_file_that_was_moved_to_another_machine_does_not_count(tmp_path: Path) -> None:
    file = store.save(MEASURED, tmp_path)
    other = file.parent.parent / "other"
    other.mkdir()
    file.rename(other / file.name)
    assert store.latest("other", tmp_path) is None


def _save(folder: Path, seconds: float) -> None:
    store.save(replace(MEASURED, elapsed_s=seconds), folder)


def test_several_can_save_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    savers = [context.Process(target=_save, args=(tmp_path, float(number))) for number in range(4)]
    for saver in savers:
        saver.start()
    for saver in savers:
        saver.join()
    notices: list[Problem] = []
    assert [saver.exitcode for saver in savers] == [0] * 4
    assert len(list((tmp_path / "measurements" / "abc").iterdir())) == 4
    assert store.latest("abc", tmp_path, notices.append) is not None
    assert notices == []


def test_a_folder_that_cannot_be_written_to_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "measurements").write_text("a file", encoding="utf-8")
    with pytest.raises(StoreError, match="ADVISOR_HOME"):
        store.save(MEASURED, tmp_path)


def test_what_json_cannot_hold_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        store.save(replace(MEASURED, elapsed_s=float("inf")), tmp_path)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []
