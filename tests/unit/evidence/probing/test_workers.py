from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor.errors import StoreError
from advisor.evidence.probing.workers import Keeper, Worker, environment

ECHO = """
import json, sys
print("chatter before the channel is taken")
for line in sys.stdin:
    said = json.loads(line)
    if said["do"] == "die":
        print("last words", file=sys.stderr)
        sys.exit(3)
    if said["do"] == "hang":
        import time
        time.sleep(60)
    if said["do"] == "flood":
        while True:
            print("x" * 100_000)
    id = said["id"] - (said["do"] == "late")
    print(json.dumps({"id": id, "ok": True, "outcome": said.get("outcome", "ok"), "echo": said["do"]}), flush=True)
"""


@pytest.fixture
def keeping() -> Iterator[Keeper]:
    with Keeper() as keeper:
        yield keeper


@pytest.fixture
def worker(keeping: Keeper) -> Iterator[Worker]:
    worker = Worker([sys.executable, "-u", "-c", ECHO], os.environ, keeping, keeping.folder / "one")
    yield worker
    worker.close()


def test_an_answer_comes_back_past_the_chatter(worker: Worker) -> None:
    answer = worker.ask(10, do="hello")
    assert (answer.outcome, answer.values) == ("ok", {"echo": "hello"})
    assert worker.ask(10, do="x", outcome="failed").outcome == "failed"
    assert worker.alive


def test_a_worker_that_ends_says_how(worker: Worker) -> None:
    answer = worker.ask(10, do="die")
    assert answer.outcome == "failed"
    assert answer.reason.startswith("the process ended with exit status 3: ")
    assert "last words" in answer.reason
    assert not worker.alive
    assert worker.ask(10, do="hello") == answer


def test_a_worker_that_hangs_is_ended(worker: Worker) -> None:
    assert worker.ask(0.5, do="hang").outcome == "timed_out"
    assert not worker.alive


def test_an_answer_to_another_question_is_none(worker: Worker) -> None:
    answer = worker.ask(10, do="late")
    assert (answer.outcome, answer.values) == ("failed", {})
    assert "another question" in answer.reason
    assert not worker.alive


def test_a_worker_that_prints_without_end_is_ended(worker: Worker) -> None:
    answer = worker.ask(30, do="flood")
    assert answer.outcome == "failed"
    assert answer.reason == "it printed more than 50 MB and was ended"


def test_an_interpreter_that_does_not_exist_is_an_answer(keeping: Keeper, tmp_path: Path) -> None:
    worker = Worker([str(tmp_path / "none")], {}, keeping, keeping.folder / "none")
    assert worker.ask(1, do="hello").outcome == "failed"
    worker.close()


def test_a_keeper_removes_its_folder() -> None:
    with Keeper() as keeping:
        (keeping.folder / "deep").mkdir()
        (keeping.folder / "deep" / "file").write_text("x", encoding="utf-8")
    assert not keeping.folder.exists()


def test_without_a_place_for_temporary_files_there_is_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: str) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(StoreError, match=r"No space left on device.*TMPDIR"):
        Keeper()


def test_the_environment_is_an_allow_list(tmp_path: Path) -> None:
    inherited = {
        "PATH": "/bin",
        "HOME": "/home/me",
        "TPU_NAME": "t",
        "PYTHONPATH": "/evil",
        "XLA_FLAGS": "--fast",
        "JAX_COMPILATION_CACHE_DIR": "/warm",
        "OMP_NUM_THREADS": "64",
        "CUDA_VISIBLE_DEVICES": "0,1",
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "HSA_OVERRIDE_GFX_VERSION": "10.3.0",
        "SECRET": "s",
    }
    found = environment(inherited, threads=2, scratch=tmp_path, device="auto", extra={"KERAS_BACKEND": "jax"})
    assert found["PATH"] == "/bin"
    assert found["TPU_NAME"] == "t"
    assert found["CUDA_VISIBLE_DEVICES"] == "0,1"
    assert found["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID"
    assert found["HSA_OVERRIDE_GFX_VERSION"] == "10.3.0"
    assert found["OMP_NUM_THREADS"] == found["MKL_NUM_THREADS"] == "2"
    assert found["NVIDIA_TF32_OVERRIDE"] == found["PYTHONHASHSEED"] == "0"
    assert found["KERAS_BACKEND"] == "jax"
    assert found["TMPDIR"] == str(tmp_path)
    assert not {"PYTHONPATH", "XLA_FLAGS", "JAX_COMPILATION_CACHE_DIR", "SECRET"} & set(found)
    shipped = environment(inherited, threads=None, scratch=tmp_path, device="auto", extra={})
    assert not {"OMP_NUM_THREADS", "NVIDIA_TF32_OVERRIDE", "MALLOC_TRIM_THRESHOLD_"} & set(shipped)
    assert shipped["TORCHINDUCTOR_CACHE_DIR"] == found["TORCHINDUCTOR_CACHE_DIR"]
    hidden = environment(inherited, threads=2, scratch=tmp_path, device="cpu", extra={})
    assert hidden["CUDA_VISIBLE_DEVICES"] == "-1"
