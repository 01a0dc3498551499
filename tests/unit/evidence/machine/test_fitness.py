from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from advisor.errors import AdvisorError
from advisor.evidence.machine.fitness import Advice, advice, mismatches
from advisor.evidence.machine.framework_builds import Build, Packages, builds, packages_from, packages_of
from advisor.model.measurement import Accelerator, FrameworkRun, Machine

H100 = Accelerator(vendor="nvidia_gpu", name="NVIDIA H100", memory_gb=80.0, driver="580.65.06", architecture="9.0")
MACHINE = Machine(fingerprint="", os="linux", arch="x86_64", cpu="A", cores=2, memory_gb=64.0, accelerators=(H100,))


def there(platform: str = "linux", built: dict[str, Any] | None = None, **packages: str) -> Packages:
    named = {name.replace("_", "-"): version for name, version in packages.items()}
    said = {"python": "3.12.1", "platform": platform, "packages": named, "built": built or {}}
    return packages_from("/opt/my python", said)


def made(packages: Packages) -> dict[str, tuple[str, ...]]:
    return {build.framework: build.built_for for build in builds(packages)}


def said(machine: Machine, packages: Packages) -> tuple[Advice, ...]:
    return advice(machine, builds(packages), [packages])


@pytest.mark.parametrize(
    ("packages", "framework", "kinds"),
    [
        (there(torch="2.9.1+cpu"), "pytorch", ("cpu",)),
        (there(torch="2.9.1+cu126"), "pytorch", ("cuda 12.6",)),
        (there(torch="2.9.1", built={"torch": {"cuda": "12.8"}}), "pytorch", ("cuda 12.8",)),
        (there(torch="2.9.1+rocm6.4", built={"torch": {"hip": "6.4.43", "rocm": "6.4.0"}}), "pytorch", ("rocm 6.4",)),
        (there(torch="2.9.1+xpu", built={"torch": {"xpu": "20250200"}}), "pytorch", ("xpu",)),
        (there("darwin", torch="2.9.1", built={"torch": {"debug": False}}), "pytorch", ("metal",)),
        (there(torch="2.9.1"), "pytorch", ("unknown",)),
        (there(jax="0.8.1", jaxlib="0.8.1"), "jax", ("cpu",)),
        (there(jax="0.8.1", jax_cuda13_plugin="0.8.1"), "jax", ("cuda 13",)),
        (there(jax="0.8.1", jax_rocm60_plugin="0.8.1"), "jax", ("rocm 6",)),
        (there(jax="0.8.1", libtpu="0.0.31"), "jax", ("tpu",)),
        (there(jax="0.4.20", jaxlib="0.4.20+cuda12.cudnn89"), "jax", ("cuda 12",)),
        (there("darwin", jax="0.8.1", jax_metal="0.1.1"), "jax", ("metal",)),
        (there(tensorflow_cpu="2.20.0"), "tensorflow", ("cpu",)),
        (there(tensorflow="2.20.0"), "tensorflow", ("unknown",)),
        (
            there(tensorflow="2.20.0", built={"tensorflow": {"is_cuda_build": True, "cuda_version": "12.5.1"}}),
            "tensorflow",
            ("cuda 12.5",),
        ),
        (there("darwin", tensorflow="2.18.0", tensorflow_metal="1.2.0"), "tensorflow", ("metal",)),
        (there(mlx="0.30.0", mlx_cpu="0.30.0"), "mlx", ("cpu",)),
        (there(mlx="0.30.0", mlx_cuda_12="0.30.0"), "mlx", ("cuda 12",)),
        (there("darwin", mlx="0.30.0", mlx_metal="0.30.0"), "mlx", ("metal",)),
        (there(mxnet="1.9.1"), "mxnet", ("cpu",)),
        (there(mxnet_cu112="1.9.1"), "mxnet", ("cuda 11.2",)),
        (there(onnxruntime_gpu="1.23.2"), "onnxruntime", ("cuda",)),
        (there(onnxruntime_directml="1.23.2"), "onnxruntime", ("directml",)),
        (there(keras="3.12.0", jax="0.8.1", torch="2.9.1+cu126"), "keras", ("cuda 12.6", "cpu")),
        (there(keras="3.12.0"), "keras", ()),
    ],
)
def test_a_build_is_known_by_its_packages(packages: Packages, framework: str, kinds: tuple[str, ...]) -> None:
    assert made(packages)[framework] == kinds


def test_nobody_is_told_what_else_is_installed() -> None:
    assert there(torch="2", our_model="1").packages == {"torch": "2"}


def test_an_interpreter_is_asked_without_importing_anything(tmp_path: Path) -> None:
    """The packages lie there as pip leaves them, and raise when they are imported."""
    for package in ("torch", "tensorflow", "tensorflow/python/platform"):
        (tmp_path / package).mkdir(parents=True, exist_ok=True)
        (tmp_path / package / "__init__.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")
    version = "from typing import Optional\n__version__ = '2.9.1+cu126'\ncuda: Optional[str] = '12.6'\nhip = None\n"
    (tmp_path / "torch/version.py").write_text(version, encoding="utf-8")
    info = "import collections as c\nbuild_info = c.OrderedDict([('is_cuda_build', True), ('cuda_version', '12.5')])\n"
    (tmp_path / "tensorflow/python/platform/build_info.py").write_text(info, encoding="utf-8")
    for name in ("torch-2.9.1+cu126", "tensorflow-2.20.0", "Jax_CUDA12.plugin-0.8.1", "jax-0.8.1"):
        (tmp_path / f"{name}.dist-info").mkdir()
    (tmp_path / "mxnet-1.9.1-py3.11.egg-info").mkdir()
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    (site,) = environment.glob("lib/python*/site-packages") or environment.glob("Lib/site-packages")
    (site / "added.pth").write_text(str(tmp_path), encoding="utf-8")
    (python,) = [*environment.glob("bin/python"), *environment.glob("Scripts/python.exe")]
    found = made(packages_of(str(python)))
    assert found == {
        "pytorch": ("cuda 12.6",),
        "jax": ("cuda 12",),
        "tensorflow": ("cuda 12.5",),
        "mxnet": ("cpu",),
    }


def test_what_is_no_python_is_said() -> None:
    with pytest.raises(AdvisorError, match="could not be asked"):
        packages_of("/no/such/python")


def test_a_build_for_the_processor_beside_a_card_is_mended() -> None:
    (found,) = said(MACHINE, there(torch="2.9.1+cpu"))
    assert found.about == "pytorch"
    assert "built for the CPU only, and will not use the NVIDIA H100" in found.message
    assert found.commands == ("'/opt/my python' -m pip install --force-reinstall torch",)


def test_it_is_mended_for_the_driver_that_is_there() -> None:
    old = replace(MACHINE, accelerators=(replace(H100, driver="550.54.14"),))
    packages = there(jax="0.8.1", jaxlib="0.8.1")
    assert "jax[cuda13]" in said(MACHINE, packages)[0].commands[0]
    assert "jax[cuda12]" in said(old, packages)[0].commands[0]


def test_windows_quotes_otherwise() -> None:
    windows = replace(MACHINE, os="windows_native")
    (found,) = said(windows, there("win32", torch="2.9.1+cpu"))
    assert found.commands[0].startswith('"/opt/my python" -m pip')


@pytest.mark.parametrize(
    ("card", "quiet"),
    [
        (Accelerator(vendor="intel_gpu", name="Intel UHD Graphics 770"), True),
        (Accelerator(vendor="intel_gpu", name="Intel PCI 8086:a780"), True),
        (Accelerator(vendor="intel_gpu", name="Intel Arc B580", memory_gb=12.0), False),
        (Accelerator(vendor="amd_gpu", name="AMD Radeon 780M", memory_gb=0.5), True),
        (Accelerator(vendor="amd_gpu", name="AMD Instinct MI300X", memory_gb=192.0), False),
        (Accelerator(vendor="google_tpu", name="TPU v5e"), False),
        (Accelerator(vendor="huawei_ascend", name="Ascend 910"), True),
    ],
)
def test_what_draws_a_screen_is_left_alone(card: Accelerator, quiet: bool) -> None:  # noqa: FBT001
    machine = replace(MACHINE, accelerators=(card,))
    assert (said(machine, there(torch="2.9.1+cpu")) == ()) is quiet


def test_a_build_of_which_nothing_is_known_is_left_alone() -> None:
    assert said(MACHINE, there(torch="2.9.1")) == ()


@pytest.mark.parametrize(
    ("os", "driver", "release", "told"),
    [
        ("linux", "525.60.13", "12.8", False),
        ("linux", "515.65.01", "12.8", True),
        ("linux", "570.86.15", "13.0", True),
        ("linux", "580.65.06", "13.0", False),
        ("windows_wsl2", "527.41", "12.8", True),
        ("windows_wsl2", "528.33", "12.8", False),
        ("linux", "", "13.0", False),
    ],
)
def test_a_driver_too_old_is_said(os: str, driver: str, release: str, told: bool) -> None:  # noqa: FBT001
    machine = replace(MACHINE, os=os, accelerators=(replace(H100, driver=driver),))
    found = said(machine, there(torch="2.9.1", built={"torch": {"cuda": release}}))
    assert any("needs the NVIDIA driver" in one.message for one in found) is told


def test_a_card_too_old_is_said() -> None:
    volta = replace(MACHINE, accelerators=(replace(H100, name="Tesla V100", architecture="7.0"),))
    packages = there(torch="2.11.0", built={"torch": {"cuda": "13.0"}})
    assert "the Tesla V100 has 7.0" in said(volta, packages)[0].message
    assert said(MACHINE, packages) == ()


def test_a_plug_in_of_another_version_is_said() -> None:
    (found,) = said(MACHINE, there(jax="0.8.1", jaxlib="0.8.1", jax_cuda12_plugin="0.8.0"))
    assert "of one version" in found.message
    assert found.commands == ("'/opt/my python' -m pip install jax-cuda12-plugin==0.8.1",)


def test_packages_with_the_same_files_are_said() -> None:
    found = said(replace(MACHINE, accelerators=()), there(tensorflow="2.20.0", tensorflow_cpu="2.20.0"))
    assert "overwrite each other" in found[0].message


def test_a_machine_in_its_way_is_said() -> None:
    hindered = replace(
        MACHINE,
        translated=True,
        power="battery",
        virtual="wsl1",
        memory_limit_gb=4.0,
        throttled=("accelerator 0: heat",),
        troubles=("a trouble",),
    )
    assert [one.about for one in advice(hindered, (), ())] == ["machine"] * 6


def ran(*devices: str, outcome: Any = "ok") -> FrameworkRun:
    return FrameworkRun(
        framework="pytorch", variant="eager", version="2", device="", python="3", outcome=outcome, devices=devices
    )


def test_what_a_framework_sees_is_held_against_what_is_there() -> None:
    bare = replace(MACHINE, accelerators=())
    (unseen,), (unreported,) = mismatches(MACHINE, [ran("cpu")]), mismatches(bare, [ran("cuda", "cpu")])
    assert "sees cpu, and the operating system sees the NVIDIA H100" in unseen.message
    assert "sees cuda, and the operating system reports no such device" in unreported.message
    for machine, run in (
        (MACHINE, ran("cuda", "cuda", "cpu")),
        (bare, ran("cpu")),
        (MACHINE, ran()),
        (MACHINE, ran("cpu", outcome="failed")),
    ):
        assert [*mismatches(machine, [run])] == []


def test_a_build_serves_what_it_was_built_for() -> None:
    build = Build(framework="x", version="1", package="x", interpreter="p", python="3", built_for=("cuda 12.6", "tpu"))
    assert build.serves == {"nvidia_gpu", "google_tpu"}
