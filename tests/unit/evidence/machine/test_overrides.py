from __future__ import annotations

import json
from dataclasses import fields

import pytest

from advisor.errors import InputError
from advisor.evidence.machine.detection import detect, identify
from advisor.evidence.machine.overrides import READERS, SYSTEMS, VENDORS, overrides
from advisor.evidence.machine.sources import Recorded
from advisor.loading.knowledge import load
from advisor.model.measurement import Accelerator, Machine

HERE = Recorded(calls={"sys.platform": "linux", "platform.machine()": "x86_64", "os.cpu_count()": 8})
SAMPLES = {
    "os": "windows_wsl2",
    "instructions": "avx2,avx512f",
    "accelerators": "nvidia_gpu:NVIDIA H100:80:550.54.14:9.0,intel_gpu",
    "translated": "true",
    "power": "battery",
    "throttled": "heat",
    **dict.fromkeys(("cores", "logical_cores", "physical_cores", "sockets", "numa_nodes"), "4"),
    **dict.fromkeys(("last_cache_mb", "memory_gb", "memory_limit_gb"), "7.5"),
}


def test_every_field_that_is_detected_can_be_said() -> None:
    undetected = {"fingerprint", "quiet", "troubles", "sources"}
    assert set(READERS) == {field.name for field in fields(Machine)} - undetected


@pytest.mark.parametrize("key", READERS)
def test_what_is_said_counts(key: str) -> None:
    changes = overrides([f"{key}={SAMPLES.get(key, 'something')}"])
    for found in (identify(HERE, changes), detect(HERE, changes)):
        assert getattr(found, key) == changes[key]
        assert found.sources[key] == "--machine"


def test_accelerators_are_read() -> None:
    assert overrides([f"accelerators={SAMPLES['accelerators']}"])["accelerators"] == (
        Accelerator(
            vendor="nvidia_gpu",
            name="NVIDIA H100",
            memory_gb=80.0,
            source="--machine",
            driver="550.54.14",
            architecture="9.0",
        ),
        Accelerator(vendor="intel_gpu", name="intel_gpu", source="--machine"),
    )
    assert overrides(["accelerators=none"])["accelerators"] == ()


def test_unknown_leaves_open_what_may_be_open() -> None:
    assert overrides(["memory_gb=unknown", "translated=unknown"]) == {"memory_gb": None, "translated": None}
    json.dumps(overrides(["cpu=unknown"]))


def test_the_fingerprint_follows_what_is_said() -> None:
    one, other = identify(HERE), identify(HERE, overrides(["cores=3"]))
    assert one.fingerprint != other.fingerprint
    assert other.fingerprint == detect(HERE, overrides(["cores=3"])).fingerprint
    assert identify(HERE, overrides(["kernel=9"])).fingerprint == one.fingerprint


def test_everything_wrong_is_said_at_once() -> None:
    wrong = ["cores=0", "memory_gb=much", "os=beos", "accelerators=gpu", "power=sun", "x=1", "cores", "cpu=\x1b[1m"]
    with pytest.raises(InputError) as raised:
        overrides(wrong)
    said = [str(problem) for problem in raised.value.problems]
    assert len(said) == len(wrong)
    assert all(problem.startswith("--machine") for problem in said)
    assert any("accelerators" in problem and "'x=1'" in problem for problem in said)


def test_its_words_are_those_of_the_answers() -> None:
    vocabulary = load().vocabulary
    hardware, systems = vocabulary.answer("train_hw"), vocabulary.answer("train_os")
    assert hardware is not None
    assert systems is not None
    assert set(VENDORS) == set(hardware.words) - {"cpu", "mixed", "none"}
    assert set(SYSTEMS) == set(systems.words)
