from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.evidence import detection
from advisor.evidence.accelerators import apple_gpu, nvidia_from_proc, nvidia_from_smi, pci_accelerators
from advisor.model.measurement import Accelerator, Machine

MACHINE = Machine(fingerprint="", os="linux", arch="x86_64", cpu="A", cores=2, memory_gb=7.8)


def write(root: Path, name: str, text: str) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_this_machine_is_detected() -> None:
    found = detection.detect()
    assert found.os in {"linux", "macos_arm64", "macos_x86", "windows_native", "windows_wsl2"}
    assert found.cores >= 1
    assert found.memory_gb is not None
    assert found.memory_gb > 0
    assert set(found.sources) == {"os", "arch", "cpu", "cores", "memory_gb"}
    assert found.fingerprint == detection.detect().fingerprint


@pytest.mark.parametrize(
    ("system", "arch", "release", "word"),
    [
        ("linux", "x86_64", "6.8.0-generic", "linux"),
        ("linux", "x86_64", "5.15.153.1-microsoft-standard-WSL2", "windows_wsl2"),
        ("darwin", "arm64", "24.1.0", "macos_arm64"),
        ("darwin", "x86_64", "22.6.0", "macos_x86"),
        ("win32", "AMD64", "10", "windows_native"),
    ],
)
def test_the_system_has_a_word(system: str, arch: str, release: str, word: str) -> None:
    assert detection.os_word(system, arch, release) == word


def test_a_processor_has_its_brand_or_its_part() -> None:
    assert detection.cpu_name("processor\t: 0\nmodel name\t: AMD EPYC 7763\n\nprocessor\t: 1\n") == "AMD EPYC 7763"
    assert detection.cpu_name("CPU implementer\t: 0x41\nCPU part\t: 0xd40\n") == "ARM 0x41 0xd40"
    assert detection.cpu_name("Hardware\t: BCM2835\n") == "BCM2835"
    assert detection.cpu_name("") == ""


@pytest.mark.parametrize(
    ("text", "cores"),
    [("max 100000\n", None), ("150000 100000\n", 1.5), ("50000 100000", 0.5), ("", None), ("x y", None), ("1 0", None)],
)
def test_a_quota_is_read(text: str, cores: float | None) -> None:
    assert detection.parse_cpu_max(text) == cores


def test_the_tightest_quota_of_a_group_and_its_parents_counts(tmp_path: Path) -> None:
    write(tmp_path, "proc/self/cgroup", "3:cpu:/old\n0::/a/b\n")
    write(tmp_path, "sys/fs/cgroup/a/cpu.max", "200000 100000")
    write(tmp_path, "sys/fs/cgroup/a/b/cpu.max", "max 100000")
    assert detection.cgroup_quota(tmp_path) == 2.0
    write(tmp_path, "sys/fs/cgroup/cpu.max", "100000 100000")
    assert detection.cgroup_quota(tmp_path) == 1.0
    assert detection.cgroup_quota(tmp_path / "elsewhere") is None


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no affinity mask here")
def test_a_quota_below_one_core_is_one_core(tmp_path: Path) -> None:
    write(tmp_path, "proc/self/cgroup", "0::/\n")
    write(tmp_path, "sys/fs/cgroup/cpu.max", "50000 100000")
    found = detection.detect(tmp_path)
    assert found.cores == 1
    assert "cpu.max" in found.sources["cores"]


def test_nvidia_smi_is_read() -> None:
    text = "NVIDIA H100 80GB HBM3, 81559\nNVIDIA Graphics, Special Edition, [N/A]\n"
    assert nvidia_from_smi(text) == (
        Accelerator(vendor="nvidia_gpu", name="NVIDIA H100 80GB HBM3", memory_gb=79.6, source="nvidia-smi"),
        Accelerator(vendor="nvidia_gpu", name="NVIDIA Graphics, Special Edition", source="nvidia-smi"),
    )
    assert nvidia_from_smi("") == ()


def test_the_nvidia_driver_is_read_where_its_command_is_missing(tmp_path: Path) -> None:
    write(tmp_path, "proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA A100\nIRQ: 1\n")
    assert [card.name for card in nvidia_from_proc(tmp_path)] == ["NVIDIA A100"]


@pytest.mark.parametrize(
    ("vendor", "device", "kind", "word"),
    [
        ("0x10de", "0x2330", "0x030200", "nvidia_gpu"),
        ("0x1002", "0x740f", "0x038000", "amd_gpu"),
        ("0x8086", "0x0bd5", "0x038000", "intel_gpu"),
        ("0x1ae0", "0x0063", "0x120000", "google_tpu"),
        ("0x1d0f", "0x7364", "0x088000", "aws_trainium"),
        ("0x1da3", "0x1020", "0x120000", "intel_gaudi"),
        ("0x19e5", "0xd802", "0x120000", "huawei_ascend"),
        ("0x1ae0", "0x0042", "0x020000", None),
        ("0x1af4", "0x1050", "0x030000", None),
    ],
)
def test_the_bus_is_read(tmp_path: Path, vendor: str, device: str, kind: str, word: str | None) -> None:
    for name, text in (("vendor", vendor), ("device", device), ("class", kind), ("mem_info_vram_total", "34342961152")):
        write(tmp_path, f"sys/bus/pci/devices/0000:01:00.0/{name}", f"{text}\n")
    found = pci_accelerators(tmp_path)
    assert [card.vendor for card in found] == ([word] if word else [])
    assert all(card.memory_gb == 32.0 for card in found)


def test_a_card_is_listed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("vendor", "0x10de"), ("device", "0x2330"), ("class", "0x030200")):
        write(tmp_path, f"sys/bus/pci/devices/0000:01:00.0/{name}", text)
    monkeypatch.setattr(detection, "command", lambda *words: "NVIDIA H100, 81559" if words[0] == "nvidia-smi" else "")
    assert [card.source for card in detection.accelerators(tmp_path, "linux", "A", 8.0)] == ["nvidia-smi"]


def test_an_apple_chip_shares_its_memory() -> None:
    profile = {"SPDisplaysDataType": [{"sppci_model": "Apple M3 Max", "spdisplays_vendor": "sppci_vendor_Apple"}]}
    expected = Accelerator(vendor="apple_gpu", name="Apple M3 Max", memory_gb=64.0, source="system_profiler")
    assert apple_gpu(json.dumps(profile), "Apple M3 Max", 64.0) == (expected,)
    assert apple_gpu("", "Apple M3 Max", 64.0)[0].source == "sysctl"
    assert apple_gpu("", "Intel(R) Core(TM) i9", 64.0) == ()


def test_the_fingerprint_is_of_the_kind_and_of_nothing_else() -> None:
    one = detection.fingerprint(MACHINE)
    assert detection.fingerprint(replace(MACHINE, memory_gb=8.1, quiet=True)) == one
    for other in (replace(MACHINE, cores=4), replace(MACHINE, cpu="B"), replace(MACHINE, memory_gb=16.0)):
        assert detection.fingerprint(other) != one


def test_a_command_that_fails_or_hangs_says_nothing() -> None:
    assert detection.command("no-such-command") == ""
    assert detection.command(sys.executable, "-c", "raise SystemExit(1)") == ""
    assert detection.command(sys.executable, "-c", "import time; time.sleep(9)", limit_s=0.5) == ""
    assert detection.command(sys.executable, "-c", "print(7)", limit_s=9).strip() == "7"
