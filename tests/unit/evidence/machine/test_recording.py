from __future__ import annotations

import getpass
import json
import platform
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import InputError
from advisor.evidence.machine import recording as recordings
from advisor.evidence.machine.accelerators import NEURON, PROFILER
from advisor.evidence.machine.detection import detect
from advisor.evidence.machine.framework_builds import builds, packages_from
from advisor.evidence.machine.sources import Live, Ran

SERIAL = "C02XK1ABJGH5"
UUID = "8d6a4f2e-12ab-34cd-56ef-0123456789ab"
GROUP = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def remade(source: Live) -> Any:
    """As it comes out of a file."""
    return json.loads(json.dumps(recordings.document(source, [])))


def told(files: dict[str, str], commands: dict[tuple[str, ...], Ran] | None = None) -> Live:
    """A live source that was answered so."""
    source = Live()
    source.files, source.commands = files, commands or {}
    return source


def test_a_machine_is_the_same_from_its_recording() -> None:
    source = Live()
    here = detect(source)
    again = detect(recordings.recording(remade(source)).source)
    assert again == here


def test_it_does_not_say_whose_machine_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/hildegard"))
    monkeypatch.setattr(getpass, "getuser", lambda: "hildegard")
    monkeypatch.setattr(platform, "node", lambda: "bingen-17.example.org")
    listed = f"GPU 0: NVIDIA H100 (UUID: GPU-{UUID})\n  MIG 1g.10gb Device 0: (UUID: MIG-{UUID})\n"
    neuron = [{"neuron_device": 0, "nc_count": 2, "memory_size": 1, "neuron_processes": [{"command": "secret.py"}]}]
    display = {"_name": "Apple M1", "spdisplays_ndrvs": [{"_name": "Hildegard's iPad"}], "sppci_cores": "8"}
    source = told(
        {
            "/proc/cpuinfo": f"processor\t: 0\nmodel name\t: CPU of Hildegard\nSerial\t\t: {SERIAL}\n",
            "/proc/self/cgroup": f"0::/docker/{GROUP}\n",
            f"/sys/fs/cgroup/docker/{GROUP}/cpu.max": "max 100000\n",
            "/sys/bus/pci/devices/a1b2:3c:00.0/vendor": "0x10de\n",
            "/sys/class/kfd/kfd/topology/nodes/1/properties": "simd_count 4\nunique_id 9895604649984\nlocation_id 3\n",
            "/sys/class/dmi/id/product_name": "bingen-17 of /home/hildegard/x at 52:54:00:12:34:56",
        },
        {
            ("nvidia-smi", "-L"): Ran(output=listed, status=0),
            NEURON: Ran(output=json.dumps(neuron), status=0),
            PROFILER: Ran(output=json.dumps({"SPDisplaysDataType": [display]}), status=0),
            ("x",): Ran(output=f'{{"gpu_serial_number": "{SERIAL}", "b": 1}}', status=0),
        },
    )
    source.variables = {"KUBERNETES_SERVICE_HOST": "10.1.2.3", "TPU_ACCELERATOR_TYPE": "v5litepod-4", "empty": ""}
    found = remade(source)
    text = json.dumps(found).lower()
    for secret in (SERIAL, UUID, GROUP, "hildegard", "bingen", "52:54:00", "a1b2:3c", "9895604649984", "secret.py"):
        assert secret.lower() not in text
    assert "10.1.2.3" not in text
    assert found["variables"] == {"KUBERNETES_SERVICE_HOST": "set", "TPU_ACCELERATOR_TYPE": "v5litepod-4"}
    # What is renamed is renamed everywhere, so that it is found again.
    assert found["files"]["/proc/self/cgroup"] == ["0::/docker/id1", ""]
    assert "/sys/fs/cgroup/docker/id1/cpu.max" in found["files"]
    assert json.loads("\n".join(found["commands"][1]["output"]))[0]["nc_count"] == 2


def test_a_recording_of_this_machine_names_neither_user_nor_host() -> None:
    source = Live()
    detect(source)
    text = json.dumps(remade(source))
    for name in {getpass.getuser(), platform.node()} - {"root", "user", "runner", "localhost"}:
        assert f"/{name}" not in text
        assert f'"{name}"' not in text


def test_processors_that_are_alike_are_told_once() -> None:
    block = "processor\t: {}\nmodel name\t: A\nflags\t: avx2 sse\nphysical id\t: 0\ncore id\t: {}\n"
    text = "\n".join(block.format(number, number // 2) for number in range(4))
    found = remade(told({"/proc/cpuinfo": text}))["files"]["/proc/cpuinfo"]
    assert sum("flags" in line for line in found) == 1
    assert sum("core id" in line for line in found) == 4


def test_places_that_were_found_are_kept_even_if_empty(tmp_path: Path) -> None:
    (tmp_path / "accel0").touch()
    (tmp_path / "pci").mkdir()
    (tmp_path / "pci" / "vendor").write_text("0x1", encoding="utf-8")
    source = Live()
    found = source.glob(f"{tmp_path}/*")
    source.read(f"{tmp_path}/pci/vendor")
    again = recordings.recording(remade(source)).source
    assert [Path(path).name for path in again.glob(f"{recordings._Cleaning()(str(tmp_path))}/*")] == ["accel0", "pci"]
    assert len(found) == 2


def test_packages_go_with_it() -> None:
    there = packages_from("/home/hildegard/python", {"python": "3.12.1", "packages": {"torch": "2.9", "mine": "1"}})
    again = recordings.recording(json.loads(json.dumps(recordings.document(Live(), [there]))))
    assert again.environments[0].packages == {"torch": "2.9"}
    assert again.environments[0].interpreter == "PYTHON"


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "7", '{"schema": "advisor/recording/9"}', '{"schema": "advisor/recording/1", "files": 3}']
)
def test_what_is_no_recording_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="no recording of a machine"):
        recordings.read_recording(str(file))


PARTS = ["schema", "calls", "variables", "files", "commands", "command", "status", "output", "environments", "packages"]
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=9), st.just(recordings.SCHEMA)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(PARTS), inner)),
)


@given(said=ANYTHING, parts=st.dictionaries(st.sampled_from(PARTS), ANYTHING))
def test_a_file_that_somebody_sent_is_read_or_refused(said: Any, parts: dict[str, Any]) -> None:
    for told in (said, {**parts, "schema": recordings.SCHEMA}):
        try:
            found = recordings.recording(told)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
        assert detect(found.source).cores >= 1
        for there in found.environments:
            assert all(build.framework for build in builds(there))


def test_a_recording_that_is_not_there_is_said() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        recordings.read_recording("/no/such/file")
