from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.evidence.machine import limits, nvidia, surroundings
from advisor.evidence.machine.accelerators import CHIPS, apple_gpu, pci_accelerators, windows_cards
from advisor.evidence.machine.detection import detect, fingerprint, identify, os_word
from advisor.evidence.machine.fitness import advice
from advisor.evidence.machine.framework_builds import builds, packages_from
from advisor.evidence.machine.processor import cpu_name
from advisor.evidence.machine.recording import read_recording
from advisor.evidence.machine.sources import CALLS, Live, Ran, Recorded
from advisor.evidence.machine.windows import caches
from advisor.model.measurement import Accelerator, Machine

MACHINES = sorted((Path(__file__).parents[3] / "machines").glob("*/recording.json"))
MACHINE = Machine(fingerprint="", os="linux", arch="x86_64", cpu="A", cores=2, memory_gb=7.8)


def linux(files: dict[str, str] | None = None, **commands: Ran) -> Recorded:
    calls = {"sys.platform": "linux", "platform.machine()": "x86_64", "os.cpu_count()": 8}
    named = {"query": nvidia.QUERY, "plain": nvidia.PLAIN, "list": nvidia.LIST, "clocks": nvidia.CLOCKS}
    return Recorded(files=files, commands={named[name]: ran for name, ran in commands.items()}, calls=calls)


def printed(text: str) -> Ran:
    return Ran(output=text, status=0)


def test_this_machine_is_detected() -> None:
    found = detect()
    assert found.os in {"linux", "macos_arm64", "macos_x86", "windows_native", "windows_wsl2"}
    assert found.cores >= 1
    assert found.memory_gb is not None
    assert found.memory_gb > 0
    assert found.fingerprint == identify().fingerprint


def lscpu() -> dict[str, str]:
    done = subprocess.run(
        ["lscpu", "--json"], capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"}
    )
    told: dict[str, str] = {}

    def take(entries: list[dict[str, Any]]) -> None:
        for entry in entries:
            told[entry["field"].rstrip(":")] = entry["data"] or ""
            take(entry.get("children", []))

    take(json.loads(done.stdout)["lscpu"])
    return told


@pytest.mark.skipif(shutil.which("lscpu") is None, reason="there is no lscpu here")
def test_it_agrees_with_lscpu() -> None:
    told, found = lscpu(), detect()
    assert found.arch == told["Architecture"]
    assert found.logical_cores == len([n for part in told["On-line CPU(s) list"].split(",") for n in span(part)])
    assert found.numa_nodes == int(told.get("NUMA node(s)", 1))
    if "Model name" in told and "x86" in found.arch:
        assert found.cpu == told["Model name"]
        assert set(found.instructions) <= set(told["Flags"].split())
        assert ("avx2" in found.instructions) == ("avx2" in told["Flags"].split())
        assert found.physical_cores == int(told["Core(s) per socket"]) * int(told["Socket(s)"])
        assert found.sockets == int(told["Socket(s)"])
    if "MiB" in told.get("L3", told.get("L3 cache", "")):
        assert found.last_cache_mb == float(told.get("L3", told.get("L3 cache", "")).split()[0])


def span(part: str) -> range:
    first, _, last = part.partition("-")
    return range(int(first), int(last or first) + 1)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc here")
def test_it_agrees_with_proc() -> None:
    found = detect()
    total = int(Path("/proc/meminfo").read_text(encoding="utf-8").split()[1])
    assert found.memory_gb == round(total / 2**20, 1)
    assert found.cores <= len(os.sched_getaffinity(0))


def test_nothing_imports_a_framework() -> None:
    program = "import sys; from advisor.evidence.machine.detection import detect; detect(); print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"torch", "jax", "tensorflow", "keras", "mlx", "mxnet", "numpy"}


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
    calls = {"sys.platform": system, "platform.machine()": arch, "platform.release()": release}
    assert os_word(Recorded(calls=calls)) == word


def test_a_processor_has_its_brand_or_its_design() -> None:
    assert cpu_name("processor\t: 0\nmodel name\t: AMD EPYC 7763\n\nprocessor\t: 1\n") == "AMD EPYC 7763"
    big, little = (f"CPU implementer\t: 0x41\nCPU part\t: {part}\n" for part in ("0xd40", "0xd03"))
    assert cpu_name(big) == "Arm Neoverse-V1"
    assert cpu_name(f"{little}\n{little}\n{big}") == "Arm Cortex-A53 + Arm Neoverse-V1"
    assert cpu_name("CPU implementer\t: 0x41\nCPU part\t: 0xfff\n") == "Arm 0x41 0xfff"
    assert cpu_name("Hardware\t: BCM2835\n") == "BCM2835"
    assert not cpu_name("")


@pytest.mark.parametrize(
    ("text", "cores"),
    [
        *(("max 100000\n", None), ("150000 100000\n", 1.5), ("50000 100000", 0.5), ("", None), ("x y", None)),
        *(("1 0", None), ("-1 100000", None)),
    ],
)
def test_a_quota_is_read(text: str, cores: float | None) -> None:
    assert limits.parse_cpu_max(text) == cores


def test_the_tightest_quota_of_a_group_and_its_parents_counts() -> None:
    files = {"/proc/self/cgroup": "3:cpu,cpuacct:/old\n0::/a/b\n"}

    def cores(**more: str) -> float | None:
        found = limits.cpu_limit(linux({**files, **{f"/sys/fs/cgroup/{path}": text for path, text in more.items()}}))
        return found.amount if found else None

    assert cores() is None
    assert cores(**{"a/cpu.max": "200000 100000", "a/b/cpu.max": "max 100000"}) == 2.0
    assert cores(**{"a/cpu.max": "200000 100000", "cpu.max": "100000 100000"}) == 1.0
    assert cores(**{"cpu/old/cpu.cfs_quota_us": "300000", "cpu/old/cpu.cfs_period_us": "100000"}) == 3.0
    assert cores(**{"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}) is None


def test_a_group_cannot_lead_elsewhere() -> None:
    source = linux({"/proc/self/cgroup": "0::/../../etc\n", "/sys/fs/etc/cpu.max": "1 100000"})
    assert limits.cpu_limit(source) is None


def test_a_quota_below_one_core_is_one_core() -> None:
    found = identify(linux({"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "50000 100000"}))
    assert found.cores == 1
    assert "cpu.max" in found.sources["cores"]


def test_nvidia_smi_is_read() -> None:
    text = "NVIDIA H100 80GB HBM3, 81559, 570.86.15, 9.0, Disabled\nSpecial, Edition, [N/A], 570.86.15, [N/A], [N/A]\n"
    assert nvidia.nvidia_cards(linux(query=printed(text))) == (
        Accelerator(
            vendor="nvidia_gpu",
            name="NVIDIA H100 80GB HBM3",
            memory_gb=79.6,
            source="nvidia-smi",
            driver="570.86.15",
            architecture="9.0",
        ),
        Accelerator(vendor="nvidia_gpu", name="Special,Edition", source="nvidia-smi", driver="570.86.15"),
    )
    assert nvidia.nvidia_cards(linux()) == ()


def test_an_older_driver_is_asked_for_less() -> None:
    refused = Ran(output='Field "compute_cap" is not a valid field to query.\n', status=2)
    (card,) = nvidia.nvidia_cards(linux(query=refused, plain=printed("Tesla K80, 11441, 470.256.02\n")))
    assert (card.name, card.memory_gb, card.driver, card.architecture) == ("Tesla K80", 11.2, "470.256.02", "")


def test_a_card_cut_up_without_slices_has_nothing_to_run_on() -> None:
    cut = printed("NVIDIA A100, 40960, 570.86.15, 8.0, Enabled\n")
    assert nvidia.nvidia_cards(linux(query=cut, list=printed("GPU 0: NVIDIA A100 (UUID: GPU-0)\n"))) == ()


def test_the_nvidia_driver_is_read_where_its_command_is_missing() -> None:
    files = {
        "/proc/driver/nvidia/gpus/0000:01:00.0/information": "Model: \t\t NVIDIA A100\nIRQ: 1\n",
        "/proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.10  Release\n",
    }
    (card,) = nvidia.nvidia_cards(linux(files))
    assert (card.name, card.driver) == ("NVIDIA A100", "570.86.10")


def test_reasons_for_low_clocks_are_told_and_idling_is_none() -> None:
    clocks = printed("0x0000000000000001\n0x0000000000000060\n[N/A]\n0x0000000000000080\n")
    assert list(nvidia.throttled(linux(clocks=clocks))) == ["accelerator 1: heat", "accelerator 3: power brake"]


def bus(vendor: str, device: str, kind: str, **more: str) -> dict[str, str]:
    told = {"vendor": vendor, "device": device, "class": kind, **more}
    return {f"/sys/bus/pci/devices/0000:01:00.0/{name}": f"{text}\n" for name, text in told.items()}


@pytest.mark.parametrize(
    ("vendor", "device", "kind", "word"),
    [
        ("0x10de", "0x2330", "0x030200", "nvidia_gpu"),
        ("0x1002", "0x740f", "0x038000", "amd_gpu"),
        ("0x1002", "0x74a1", "0x120000", "amd_gpu"),
        ("0x8086", "0x0bd5", "0x038000", "intel_gpu"),
        ("0x8086", "0x0bd5", "0x088000", None),
        ("0x1ae0", "0x0063", "0x120000", "google_tpu"),
        ("0x1d0f", "0x7364", "0x088000", "aws_trainium"),
        ("0x1da3", "0x1020", "0x120000", "intel_gaudi"),
        ("0x19e5", "0xd802", "0x120000", "huawei_ascend"),
        ("0x1ae0", "0x0042", "0x020000", None),
        ("0x1af4", "0x1050", "0x030000", None),
    ],
)
def test_the_bus_is_read(vendor: str, device: str, kind: str, word: str | None) -> None:
    found = pci_accelerators(linux(bus(vendor, device, kind, mem_info_vram_total="34359738368")))
    assert [card.vendor for card in found] == ([word] if word else [])
    assert all(card.memory_gb == 32.0 for card in found)


def test_chips_have_one_name_each() -> None:
    assert all(chip.name and chip.vendor for chip in CHIPS.values())
    assert all(vendor.startswith("0x") and len(vendor) == len(device) == 6 for vendor, device in CHIPS)


def test_a_card_is_listed_once() -> None:
    source = linux(bus("0x10de", "0x2330", "0x030200"), query=printed("NVIDIA H100, 81559, 570.1.1, 9.0, Disabled"))
    assert [card.source for card in identify(source).accelerators] == ["nvidia-smi"]


def test_a_card_without_a_driver_is_a_trouble() -> None:
    found = detect(linux(bus("0x10de", "0x2330", "0x030200")))
    assert [card.name for card in found.accelerators] == ["NVIDIA PCI 10de:2330"]
    assert "no NVIDIA driver answers" in found.troubles[0]


def test_a_driver_that_fails_says_why() -> None:
    found = detect(linux(query=Ran(output="NVIDIA-SMI has failed because\nit could not ...\n", status=9)))
    assert found.troubles == ("nvidia-smi fails: NVIDIA-SMI has failed because it could not ...",)


def test_an_apple_chip_shares_its_memory() -> None:
    told = {"sppci_model": "Apple M3 Max", "spdisplays_vendor": "sppci_vendor_Apple", "sppci_cores": "40"}
    expected = Accelerator(vendor="apple_gpu", name="Apple M3 Max", memory_gb=64.0, source="system_profiler", units=40)
    assert apple_gpu(json.dumps({"SPDisplaysDataType": [told]}), "Apple M3 Max", 64.0) == (expected,)
    assert apple_gpu("", "Apple M3 Max", 64.0)[0].source == "sysctl"
    assert apple_gpu("", "Intel(R) Core(TM) i9", 64.0) == ()


def test_a_card_of_an_intel_mac_has_its_own_memory() -> None:
    told = {"sppci_model": "AMD Radeon Pro 5500M", "spdisplays_vendor": "sppci_vendor_amd", "spdisplays_vram": "8 GB"}
    (card,) = apple_gpu(json.dumps({"SPDisplaysDataType": [told]}), "Intel(R) Core(TM) i9", 64.0)
    assert (card.vendor, card.memory_gb) == ("amd_gpu", 8.0)


def test_an_adapter_of_windows_is_listed_once() -> None:
    entry = {"name": "AMD Radeon RX 7900 XTX", "driver": "32.0.1", "device": "PCI\\VEN_1002&DEV_744C", "memory": 2**34}
    calls = {"windows registry: display adapters": [entry, entry, {"name": "Basic Display"}, 7]}
    (card,) = windows_cards(Recorded(calls=calls))
    assert (card.vendor, card.memory_gb, card.driver) == ("amd_gpu", 16.0, "32.0.1")


def test_caches_of_windows_are_added_up() -> None:
    third = bytes([2, 0, 0, 0, 80, 0, 0, 0, 3, 16, 64, 0]) + (32 << 20).to_bytes(4, "little") + bytes(64)
    second = bytes([2, 0, 0, 0, 80, 0, 0, 0, 2, 8, 64, 0]) + (1 << 20).to_bytes(4, "little") + bytes(64)
    assert caches(third + second + third) == 64 << 20
    assert caches(bytes(16)) == 0


@pytest.mark.parametrize(
    ("files", "variables", "word"),
    [
        ({"/.dockerenv": ""}, {}, "docker"),
        ({"/run/.containerenv": "engine=podman\n", "/.dockerenv": ""}, {}, "podman"),
        ({"/.dockerenv": ""}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "kubernetes"),
        ({"/proc/self/cgroup": "4:cpu:/kubepods/besteffort/pod1/2\n"}, {}, "kubernetes"),
        ({"/proc/self/cgroup": "0::/machine.slice/libpod-12.scope\n"}, {}, "podman"),
        ({"/proc/self/cgroup": "0::/user.slice/docker-like\n"}, {}, "docker"),
        ({"/proc/self/cgroup": "0::/user.slice/mydocker\n"}, {}, ""),
        ({}, {"container": "lxc"}, "lxc"),
        ({}, {"APPTAINER_CONTAINER": "/images/a.sif"}, "apptainer"),
        ({}, {}, ""),
    ],
)
def test_a_container_is_known_by_what_it_leaves(files: dict[str, str], variables: dict[str, str], word: str) -> None:
    assert surroundings.container(Recorded(files=files, variables=variables))[0] == word


@pytest.mark.parametrize(
    ("flags", "vendor", "product", "word"),
    [
        ("flags : fpu hypervisor", "QEMU", "Standard PC", "kvm"),
        ("flags : fpu hypervisor", "Microsoft Corporation", "Virtual Machine", "hyper-v"),
        ("flags : fpu hypervisor", "VMware, Inc.", "VMware7,1", "vmware"),
        ("flags : fpu hypervisor", "", "", "unknown hypervisor"),
        ("flags : fpu", "Microsoft Corporation", "Surface Laptop 5", ""),
        ("Features : asimd", "Amazon EC2", "c7g.metal", ""),
        ("Features : asimd", "Amazon EC2", "c7g.large", "kvm"),
        ("Features : asimd", "", "", ""),
    ],
)
def test_a_hypervisor_is_known_by_what_it_calls_itself(flags: str, vendor: str, product: str, word: str) -> None:
    files = {"/proc/cpuinfo": flags, "/sys/class/dmi/id/sys_vendor": vendor, "/sys/class/dmi/id/product_name": product}
    assert surroundings.hypervisor(linux(files))[0] == word


def test_the_fingerprint_is_of_the_kind_and_of_nothing_else() -> None:
    one, card = fingerprint(MACHINE), Accelerator(vendor="nvidia_gpu", name="N", memory_gb=24.0)
    same = replace(MACHINE, memory_gb=8.1, quiet=True, kernel="6", power="battery", governor="powersave", container="x")
    assert fingerprint(same) == one
    for other in (
        replace(MACHINE, cores=4),
        replace(MACHINE, cpu="B"),
        replace(MACHINE, memory_gb=16.0),
        replace(MACHINE, instructions=("avx512f",)),
        replace(MACHINE, translated=True),
        replace(MACHINE, accelerators=(card,)),
    ):
        assert fingerprint(other) != one
    drivers = [replace(MACHINE, accelerators=(replace(card, driver=driver),)) for driver in ("550", "580")]
    assert fingerprint(drivers[0]) == fingerprint(drivers[1])


def test_a_command_that_fails_is_told_from_one_that_is_missing() -> None:
    live = Live(limit_s=20)
    assert live.run("no-such-command") == Ran()
    assert live.run(sys.executable, "-c", "import sys; print('no'); sys.exit(3)") == Ran(output="no\n", status=3)
    assert live.run(sys.executable, "-c", "import sys; print('why', file=sys.stderr)").output == "why\n"
    assert live.run(sys.executable, "-c", "print(7)").text == "7\n"
    assert live.run(sys.executable, "-c", "import sys; print(7); sys.exit(1)").text == ""


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_command_that_hangs_is_cut_with_what_it_started(tmp_path: Path) -> None:
    script, alive = tmp_path / "hangs", tmp_path / "alive"
    script.write_text(f"#!/bin/sh\n(sleep 2; touch {alive}) &\nsleep 60\n", encoding="utf-8")
    script.chmod(0o755)
    live = Live(limit_s=0.3)
    live.expect((str(script),))
    assert live.run(str(script)) == Ran(late=True)
    subprocess.run(["sleep", "2.5"], check=True)
    assert not alive.exists()


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_driver_that_hangs_is_a_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "nvidia-smi"
    script.write_text("#!/bin/sh\nsleep 60\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert detect(Live(limit_s=0.5)).troubles[0].startswith("nvidia-smi did not answer")


def test_commands_run_at_the_same_time(tmp_path: Path) -> None:
    """Each waits for a file that the other one writes."""
    program = (
        "import pathlib, sys, time\npathlib.Path(sys.argv[1]).touch()\n"
        "while not pathlib.Path(sys.argv[2]).exists(): time.sleep(0.01)\nprint('met')"
    )
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    commands = [(sys.executable, "-c", program, *places) for places in ((one, two), (two, one))]
    live = Live(limit_s=30)
    live.expect(*commands)
    assert [live.run(*words).text for words in commands] == ["met\n", "met\n"]


def test_an_unknown_call_is_unknown() -> None:
    assert Live().call("windows registry: processor") is None or sys.platform == "win32"
    assert Recorded().call("os.cpu_count()") is None


class Garbage:
    """A source that answers everything with the same nonsense."""

    def __init__(self, text: str, status: int | None, value: Any, system: Any) -> None:
        self.text, self.status, self.value, self.system = text, status, value, system

    def read(self, path: str) -> str:
        return f"{self.text}{path[:0]}"

    def glob(self, pattern: str) -> tuple[str, ...]:
        return (pattern, self.text)

    def expect(self, *commands: tuple[str, ...]) -> None:
        assert all(commands)

    def run(self, *words: str) -> Ran:
        assert words
        return Ran(output=self.text, status=self.status, late=self.status is None)

    def call(self, name: str) -> Any:
        assert name in CALLS
        return self.system if name == "sys.platform" else self.value

    def variable(self, name: str) -> str:
        assert name
        return self.text


PIECES = st.sampled_from(
    [
        *("\n", "\n\n", ":", ",", " ", "\t", "0", "-1", "4098", "99999999999999999999999", "0-", "0-3", "1e400", "nan"),
        *(
            "processor\t: 0",
            "flags\t: avx2",
            "CPU part\t: 0xd40",
            "CPU implementer\t: 0x41",
            "MemTotal: x kB",
            "K",
            "9" * 30,
        ),
        *(
            "0::/",
            "0::/..",
            "4:cpu:/a",
            "max",
            "gfx_target_version 90402",
            "location_id 5",
            "simd_per_cu 0",
            "simd_count 1",
        ),
        *("{", "}", "[", "]", '{"SPDisplaysDataType": [1, {"sppci_cores": []}]}', '[{"nc_count": {}}]', "[" * 2000),
        *(
            "NVIDIA A, 1, 2, 3, Enabled",
            "GPU 0:",
            "  MIG 1g.5gb Device 0:",
            "hw.memsize: 1",
            "sysctl.proc_translated: 1",
        ),
        *("0x10de", "0x030000", "²", "\x00", "\ud7ff", "Battery", "1", "Version 1", "not a valid field"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map("\n".join))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.sampled_from(["name", "device", "memory"]), inner)),
    max_leaves=8,
)


@given(
    text=TEXTS,
    status=st.sampled_from([None, 0, 0, 0, 2]),
    value=VALUES,
    system=st.one_of(st.sampled_from(["linux", "darwin", "win32", "cygwin"]), VALUES),
)
def test_nonsense_in_every_source_is_survived(text: str, status: int | None, value: Any, system: Any) -> None:
    found = detect(Garbage(text, status, value, system))
    assert found.cores >= 1
    assert found.fingerprint == identify(Garbage(text, status, value, system)).fingerprint
    json.dumps([found.cpu, found.sources, found.memory_gb], allow_nan=False)


@given(said=VALUES, packages=st.dictionaries(st.sampled_from(["torch", "jax", "jaxlib", "tensorflow", "mlx"]), VALUES))
def test_nonsense_about_packages_is_survived(said: Any, packages: dict[str, Any]) -> None:
    for there in (
        packages_from("python", said),
        packages_from("python", {"packages": packages, "built": {"torch": said}}),
    ):
        advice(MACHINE, builds(there), [there])


@st.composite
def damaged(draw: st.DrawFn) -> Recorded:
    """A recorded machine with one answer that makes no sense."""
    source = read_recording(str(draw(st.sampled_from(MACHINES)))).source
    files, commands, calls = dict(source.files), dict(source.commands), dict(source.calls)
    at: Any = draw(st.sampled_from([*files, *commands, *calls]))
    if at in commands:
        commands[at] = Ran(output=draw(TEXTS), status=0)
    elif at in calls:
        calls[at] = draw(VALUES)
    else:
        files[at] = draw(TEXTS)
    return Recorded(files, commands, calls, source.variables)


@given(source=damaged())
def test_one_answer_that_makes_no_sense_is_survived(source: Recorded) -> None:
    found = detect(source)
    assert found.cores >= 1
    assert found.fingerprint == identify(source).fingerprint
