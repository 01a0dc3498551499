from __future__ import annotations

import json

import pytest

from advisor.evidence.machine.fitness import Advice
from advisor.evidence.machine.framework_builds import Build
from advisor.model.measurement import Accelerator, FrameworkRun, Machine
from advisor.render.diagnosis import Diagnosis, as_json, as_text
from advisor.render.measurements import machine_line

CARD = Accelerator(
    vendor="nvidia_gpu", name="NVIDIA L4", memory_gb=22.5, driver="550.54.14", architecture="8.9", units=58
)
MACHINE = Machine(
    fingerprint="f00d",
    os="linux",
    arch="x86_64",
    cpu="A processor with a long name that its maker is proud of @ 3.00GHz",
    cores=2,
    memory_gb=8.0,
    accelerators=(CARD, CARD),
    instructions=("avx2",),
    logical_cores=8,
    physical_cores=4,
    sockets=2,
    numa_nodes=2,
    last_cache_mb=24.0,
    memory_limit_gb=4.0,
    container="docker",
    virtual="kvm",
    libc="glibc 2.36",
    kernel="6.1",
    power="mains",
    governor="performance",
)


def diagnosis(**changes: object) -> Diagnosis:
    given: dict[str, object] = {
        "advisor": "1.0",
        "engine": "plain",
        "home": "/somewhere",
        "machine": MACHINE,
        "builds": (),
        "frameworks": (),
        "measured": "",
        "advice": (),
    }
    return Diagnosis(**{**given, **changes})  # type: ignore[arg-type]


def build(framework: str, interpreter: str = "/a/python", **changes: object) -> Build:
    given = {"version": "1.0", "package": framework, "python": "3.12.1", "built_for": ("cpu",)}
    return Build(framework=framework, interpreter=interpreter, **{**given, **changes})  # type: ignore[arg-type]


def ran(framework: str, **changes: object) -> FrameworkRun:
    given = {"variant": "v", "version": "1.0", "device": "", "python": "3.12.1", "outcome": "ok"}
    return FrameworkRun(framework=framework, **{**given, **changes})  # type: ignore[arg-type]


def text(**changes: object) -> str:
    """With single spaces, since lines are broken anywhere."""
    return " ".join(as_text(diagnosis(**changes)).split())


@pytest.mark.parametrize(
    "part",
    [
        "2 of 8 threads, 4 cores, 2 sockets, 2 NUMA nodes, 24 MB of last cache",
        "instructions avx2",
        "8 GB, of which 4 GB may be used",
        "linux on x86_64, kernel 6.1, glibc 2.36",
        "inside docker on kvm",
        "power mains, governor performance",
        "fingerprint f00d",
        "measured never",
        "stored in /somewhere",
        "2 x NVIDIA L4, 22.5 GB, compute capability 8.9, 58 units, driver 550.54.14",
        "Nothing is wrong.",
    ],
)
def test_it_says_what_the_machine_is(part: str) -> None:
    assert part in text()


def test_what_is_unknown_takes_no_line() -> None:
    bare = Machine(fingerprint="f", os="linux", arch="x86_64", cpu="A", cores=2, memory_gb=None)
    found = as_text(diagnosis(machine=bare, home=""))
    assert "none that the operating system reports" in found
    assert "memory        unknown" in found
    for name in ("instructions", "inside", "power", "measured", "stored in"):
        assert name not in found


def test_frameworks_are_told_by_interpreter_where_there_are_several() -> None:
    keras = build("keras", backends=("jax", "pytorch"))
    assert "Keras 1.0, no kernels of its own, running on JAX, PyTorch" in text(builds=(keras,))
    assert "in /a/python" not in text(builds=(keras,))
    assert "in /b/python (Python 3.12.1) JAX 1.0, built for cpu" in text(builds=(keras, build("jax", "/b/python")))
    assert "Keras 1.0, with no back end" in text(builds=(build("keras", built_for=()),))


def test_what_can_be_probed_and_what_it_sees() -> None:
    runs = (ran("jax", devices=("cuda", "cuda", "cpu")), ran("mlx", outcome="not_installed", reason="It is missing"))
    found = text(frameworks=runs)
    assert "can be probed jax/v" in found
    assert "sees jax/v: cuda, cpu" in found
    assert "cannot mlx/v: not installed. It is missing" in found


def test_commands_can_be_copied() -> None:
    command = "python -m pip install " + "a-package-with-a-name " * 6
    found = as_text(diagnosis(advice=(Advice(about="x", message="Mend it: " + "so " * 60, commands=(command,)),)))
    assert f"$ {command}\n" in found
    assert all(len(line) <= 80 for line in found.splitlines() if "$ " not in line)


def test_nothing_steers_the_terminal() -> None:
    found = as_text(diagnosis(advice=(Advice(about="x", message="\x1b[31m red", commands=("a\x07b",)),)))
    assert found.replace("\n", "").isprintable()


def test_the_json_has_it_all() -> None:
    found = json.loads(as_json(diagnosis(builds=(build("jax"),), advice=(Advice(about="x", message="m"),))))
    assert found["machine"]["accelerators"][0]["driver"] == "550.54.14"
    assert found["builds"][0]["built_for"] == ["cpu"]
    assert found["advice"] == [{"about": "x", "message": "m", "commands": []}]


def test_equal_cards_are_counted_on_one_line_too() -> None:
    assert "2 x NVIDIA L4, linux" in machine_line(MACHINE)
