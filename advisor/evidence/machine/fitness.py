"""Holds what frameworks were built for against what the machine has, and says what to do where they do not fit."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterable, Iterator, Sequence

from advisor.evidence.machine.framework_builds import UNTOLD, Build, Packages
from advisor.frozen import dataclass
from advisor.model.hardware import ACCELERATORS
from advisor.model.measurement import Accelerator, FrameworkRun, Machine

DRIVERS = {
    11: {"linux": (450, 80), "windows": (452, 39)},
    12: {"linux": (525, 60), "windows": (528, 33)},
    13: {"linux": (580, 0), "windows": (580, 0)},
}
"""Major release of CUDA to the least driver on which everything that was built for it runs. CUDA Compatibility, table
of minor version compatibility, and the release notes of the CUDA Toolkit: docs.nvidia.com/deploy/cuda-compatibility."""
CAPABILITIES = {12: 5.0, 13: 7.5}
"""Major release of CUDA to the least compute capability that it compiles for. Release notes of CUDA 13.0: Maxwell,
Pascal and Volta are no longer supported; of CUDA 12.0: Kepler is not."""
DEVICES = {**ACCELERATORS, "neuron": "aws_trainium", "hpu": "intel_gaudi", "npu": "huawei_ascend"}
"""What a framework calls a device, to its vendor: those that can be measured on, and others that can be seen."""
NAMES = {
    "pytorch": "PyTorch",
    "jax": "JAX",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "mlx": "MLX",
    "mxnet": "MXNet",
    "onnxruntime": "ONNX Runtime",
}
LEAST_MEMORY_GB = 6.0
"""Of a card that somebody would want to train on; less is a display's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Something that is wrong or better done otherwise."""

    about: str
    """A framework, or `machine`."""
    message: str
    commands: tuple[str, ...] = ()
    """What mends it, one after the other."""


def advice(machine: Machine, builds: Sequence[Build], environments: Sequence[Packages]) -> tuple[Advice, ...]:
    """Everything that does not fit, the machine first."""
    return (
        *_of_machine(machine),
        *_unserved(machine, builds),
        *_old_drivers(machine, builds),
        *_incapable(machine, builds),
        *_without_libraries(machine, environments),
        *(found for there in environments for found in _clashing(there, machine)),
    )


def _of_machine(machine: Machine) -> Iterator[Advice]:
    for trouble in machine.troubles:
        yield Advice(about="machine", message=trouble)
    if machine.translated:
        message = "This Python is translated by Rosetta and sees no Apple GPU: install one built for arm64."
        yield Advice(about="machine", message=message)
    if machine.virtual == "wsl1":
        message = "WSL 1 has no access to a GPU: convert the distribution to version 2 with `wsl --set-version`."
        yield Advice(about="machine", message=message)
    if machine.power == "battery":
        message = "It runs on battery, which slows it down: plug it in before measuring."
        yield Advice(about="machine", message=message)
    if machine.governor == "powersave" and machine.cpu_vendor not in ("intel", "amd"):
        message = "The governor `powersave` keeps the clock low: choose `performance` or `schedutil` before measuring."
        yield Advice(about="machine", message=message)
    for reason in machine.throttled:
        yield Advice(about="machine", message=f"Clocks are held back: {reason}. What is measured now may be too slow.")
    limit = machine.memory_limit_gb
    if limit is not None and machine.memory_gb and limit < machine.memory_gb / 2:
        message = f"The container may use {limit:g} GB of {machine.memory_gb:g} GB of memory; beyond that it is killed."
        yield Advice(about="machine", message=message)


def _unserved(machine: Machine, builds: Sequence[Build]) -> Iterator[Advice]:
    """Builds that cannot drive a card that is there; of one that runs on others, its back ends speak."""
    cards = {card.vendor: card for card in reversed(machine.accelerators) if _counts(card)}
    served = {(build.framework, build.interpreter) for build in builds if build.serves & set(cards)}
    for build in builds:
        told = not build.backends and UNTOLD not in build.kinds
        if not cards or not told or (build.framework, build.interpreter) in served:
            continue
        card = next(iter(cards.values()))
        mending = _mending(build, card, machine)
        if mending is not None:
            name, made = NAMES.get(build.framework, build.framework), " and ".join(build.built_for)
            made = "the CPU only" if made == "cpu" else made
            message = f"{name} {build.version} is built for {made}, and will not use the {card.name}. {mending[0]}"
            yield Advice(about=build.framework, message=message.strip(), commands=mending[1])


def _counts(card: Accelerator) -> bool:
    """Whether somebody would train on it: what shares the processor's package and draws a screen is left alone."""
    if card.vendor == "intel_gpu":
        return "PCI" not in card.name and not re.search(r"UHD|Iris|HD Graphics", card.name)
    return card.vendor != "amd_gpu" or (card.memory_gb or 0.0) >= LEAST_MEMORY_GB


@dataclass(frozen=True, slots=True)
class _Pip:
    """Commands for the interpreter that has a build, as its shell reads them."""

    interpreter: str
    windows: bool

    def install(self, *words: str) -> str:
        return self._line("install", *words)

    def remove(self, *packages: str) -> str:
        return self._line("uninstall", "--yes", *packages)

    def _line(self, *words: str) -> str:
        line = [self.interpreter, "-m", "pip", *words]
        return subprocess.list2cmdline(line) if self.windows else shlex.join(line)


def _pip(interpreter: str, machine: Machine) -> _Pip:
    return _Pip(interpreter, machine.os == "windows_native")


Mending = tuple[str, tuple[str, ...]] | None
"""What to say and the commands, or None where the framework has nothing for that card."""


def _mending(build: Build, card: Accelerator, machine: Machine) -> Mending:
    mending = _MENDINGS.get(build.framework)
    return mending(build, card, machine, _pip(build.interpreter, machine)) if mending else None


def _mend_pytorch(_: Build, card: Accelerator, machine: Machine, pip: _Pip) -> Mending:
    windows = machine.os == "windows_native"
    if card.vendor == "google_tpu":
        return "It drives TPUs with torch-xla:", (pip.install("torch", "torch_xla[tpu]"),)
    if card.vendor == "nvidia_gpu" and not windows:
        return "Install the build with CUDA:", (pip.install("--force-reinstall", "torch"),)
    kind = {"nvidia_gpu": "CUDA", "amd_gpu": "ROCm", "intel_gpu": "XPU"}.get(card.vendor)
    if kind is None or machine.os.startswith("macos") or (windows and kind == "ROCm"):
        return None
    told = f"Its site names, under Get Started, the INDEX that has the build with {kind}:"
    return told, (pip.install("--force-reinstall", "torch", "--index-url", "INDEX"),)


def _mend_jax(_: Build, card: Accelerator, machine: Machine, pip: _Pip) -> Mending:
    if card.vendor == "nvidia_gpu" and machine.os == "windows_native":
        return "It has no GPU build for Windows; under WSL 2 it has one.", ()
    extra = {"nvidia_gpu": _cuda(card), "google_tpu": "tpu"}.get(card.vendor)
    return ("Add its plug-in:", (pip.install("--upgrade", f"jax[{extra}]"),)) if extra else None


def _mend_tensorflow(build: Build, card: Accelerator, machine: Machine, pip: _Pip) -> Mending:
    if card.vendor != "nvidia_gpu":
        return None
    if machine.os == "windows_native":
        return "It has had no GPU build for Windows since 2.11; under WSL 2 it has one.", ()
    if build.package != "tensorflow":
        mending = pip.remove(build.package), pip.install("tensorflow[and-cuda]")
        return "Put the full package in its place:", mending
    return "Add CUDA to it:", (pip.install("--upgrade", "tensorflow[and-cuda]"),)


def _mend_mlx(_: Build, card: Accelerator, machine: Machine, pip: _Pip) -> Mending:
    if card.vendor == "nvidia_gpu" and machine.os in ("linux", "windows_wsl2"):
        return "Add its build for CUDA:", (pip.install("--upgrade", f"mlx[{_cuda(card)}]"),)
    return None


def _mend_onnxruntime(build: Build, card: Accelerator, _: Machine, pip: _Pip) -> Mending:
    if card.vendor == "nvidia_gpu":
        return "Put the build with CUDA in its place:", (pip.remove(build.package), pip.install("onnxruntime-gpu"))
    return None


_MENDINGS = {
    "pytorch": _mend_pytorch,
    "jax": _mend_jax,
    "tensorflow": _mend_tensorflow,
    "mlx": _mend_mlx,
    "onnxruntime": _mend_onnxruntime,
}


def _cuda(card: Accelerator) -> str:
    """The extra for the newest CUDA that the driver is known to serve."""
    return "cuda13" if _driver(card) >= DRIVERS[13]["linux"] else "cuda12"


def _without_libraries(machine: Machine, environments: Iterable[Packages]) -> Iterator[Advice]:
    """TensorFlow's package is built for CUDA and does not bring it."""
    card = next((card for card in machine.accelerators if card.vendor == "nvidia_gpu"), None)
    for there in environments:
        brought = any(name.startswith("nvidia-cudnn") for name in there.packages)
        if card and "tensorflow" in there.packages and there.platform == "linux" and not brought:
            message = (
                f"TensorFlow {there.packages['tensorflow']} is built for CUDA and finds it only where the system "
                f"has it. If it does not see the {card.name}, add CUDA to it:"
            )
            mending = _pip(there.interpreter, machine).install("--upgrade", "tensorflow[and-cuda]")
            yield Advice(about="tensorflow", message=message, commands=(mending,))


def _old_drivers(machine: Machine, builds: Iterable[Build]) -> Iterator[Advice]:
    """Builds for a CUDA that the driver is too old for."""
    system = "windows" if machine.os == "windows_native" else "linux"
    for build, card, major in _on_cuda(machine, builds):
        driver, least = _driver(card), DRIVERS.get(major, {}).get(system)
        # Under WSL2 the driver is that of Windows.
        least = DRIVERS[major]["windows"] if least and machine.os == "windows_wsl2" else least
        if driver != (0, 0) and least is not None and driver < least:
            name = NAMES.get(build.framework, build.framework)
            message = (
                f"{name} {build.version} is built for CUDA {major}, which needs the NVIDIA driver "
                f"{least[0]}{f'.{least[1]}' if least[1] else ''} or later; here is {card.driver}. "
                f"Update the driver, or install a build for an older CUDA."
            )
            yield Advice(about=build.framework, message=message)


def _incapable(machine: Machine, builds: Iterable[Build]) -> Iterator[Advice]:
    """Builds for a CUDA that has no kernels for cards of that age."""
    for build, card, major in _on_cuda(machine, builds):
        least, capability = CAPABILITIES.get(major), re.fullmatch(r"\d+\.\d+", card.architecture)
        if least is not None and capability and float(card.architecture) < least:
            name = NAMES.get(build.framework, build.framework)
            message = (
                f"{name} {build.version} is built for CUDA {major}, which serves compute capability {least:g} and "
                f"later; the {card.name} has {card.architecture}. Install a build for an older CUDA."
            )
            yield Advice(about=build.framework, message=message)


def _on_cuda(machine: Machine, builds: Iterable[Build]) -> Iterator[tuple[Build, Accelerator, int]]:
    card = next((card for card in machine.accelerators if card.vendor == "nvidia_gpu"), None)
    for build in builds:
        majors = [re.match(r"cuda (\d{1,3})", kind) for kind in build.built_for]
        for major in majors:
            if card is not None and major and not build.backends:
                yield build, card, int(major[1])


def _driver(card: Accelerator) -> tuple[int, int]:
    """Its first two numbers; zeros where it is unknown."""
    numbers = [int(number) for number in re.findall(r"\d{1,9}", card.driver)[:2]]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)


def _clashing(there: Packages, machine: Machine) -> Iterator[Advice]:
    """Packages of one interpreter that undo each other."""
    pip = _pip(there.interpreter, machine)
    runtimes = [name for name in there.packages if re.fullmatch(r"onnxruntime(-gpu|-directml|-openvino)?", name)]
    if len(runtimes) > 1:
        message = f"{' and '.join(sorted(runtimes))} overwrite each other's files: remove both, then install one."
        yield Advice(about="onnxruntime", message=message, commands=(pip.remove(*sorted(runtimes)),))
    if {"tensorflow", "tensorflow-cpu"} <= set(there.packages):
        message = "tensorflow and tensorflow-cpu overwrite each other's files: remove both, then install one."
        yield Advice(about="tensorflow", message=message, commands=(pip.remove("tensorflow", "tensorflow-cpu"),))
    jaxlib = there.packages.get("jaxlib")
    for name, version in there.packages.items():
        if jaxlib and re.fullmatch(r"jax-(cuda|rocm)\d+-plugin", name) and version != jaxlib:
            message = f"JAX passes over {name} {version} beside jaxlib {jaxlib}: they have to be of one version."
            yield Advice(about="jax", message=message, commands=(pip.install(f"{name}=={jaxlib}"),))


def mismatches(machine: Machine, runs: Iterable[FrameworkRun]) -> Iterator[Advice]:
    """Where a framework that was started sees something else than the operating system does."""
    there = {card.vendor: card for card in reversed(machine.accelerators) if _counts(card)}
    for run in runs:
        devices = run.devices
        if run.outcome != "ok" or not devices:
            continue
        name, told = f"{NAMES.get(run.framework, run.framework)} ({run.variant})", ", ".join(dict.fromkeys(devices))
        seen = {DEVICES.get(word) for word in devices}
        unseen = [card for vendor, card in there.items() if vendor not in seen]
        if there and len(unseen) == len(there):
            message = f"{name} sees {told}, and the operating system sees the {unseen[0].name}."
            yield Advice(about=run.framework, message=message)
        # Some call every accelerator by one name: only where there is none at all is it wrong for sure.
        for word in dict.fromkeys(devices):
            if word in DEVICES and not machine.accelerators:
                message = f"{name} sees {word}, and the operating system reports no such device."
                yield Advice(about=run.framework, message=message)
