"""Measures the most memory that the models of the truth set take at once: run by hand, where PyTorch is installed.

    python tests/benchmarks/memory.py

Each model is built and takes two steps in eager mode on the processor, while PyTorch's profiler writes down every
allocation of a tensor; the greatest sum is the peak. Batches are NumPy's and not counted. What is found goes into
`memory.json` with the machine and the day, and `tests/unit/intake/test_footprint.py` holds the formula against it.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
import yaml

TRUTH = Path(__file__).resolve().parents[1] / "truth"
RESULTS = Path(__file__).with_suffix(".json")
STEPS = 2

sys.path.insert(0, str(TRUTH))

import in_pytorch  # noqa: E402  (found by the line above)
import reference  # noqa: E402


def main() -> None:
    """Measure one model after the other, and keep what was found."""
    torch.set_num_threads(1)
    in_pytorch._here.update(device=torch.device("cpu"), variant="eager", compile=lambda function: function)
    found = {
        "measured": datetime.now(tz=UTC).date().isoformat(),
        "machine": {"cpu": _cpu(), "system": platform.system(), "python": platform.python_version()},
        "torch": torch.__version__,
        "models": dict(_measured()),
    }
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _measured() -> Iterator[tuple[str, dict[str, float]]]:
    models = yaml.safe_load((TRUTH / "models.yaml").read_text(encoding="utf-8"))["models"]
    for name, model in models.items():
        for size, sizes in model["sizes"].items():
            parameters, peak = _peak(name, sizes)
            print(f"{name} {size}: {parameters} parameters, {peak / 1e6:.1f} MB", flush=True)
            yield f"{name} {size}", {"parameters": parameters, "peak_bytes": peak}


def _peak(name: str, sizes: dict[str, int]) -> tuple[int, int]:
    """The parameters of a model, and the most bytes in tensors while it is built and takes its steps."""
    problem = getattr(reference, name)(sizes, 0)
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profiled:
        state, step, _ = getattr(in_pytorch, name)(problem.inputs, sizes)
        for _ in range(STEPS):
            state = step(state)
        parameters = sum(parameter.numel() for parameter in state.params)
    events: Any = profiled.profiler.kineto_results.events()
    changes = sorted((event.start_ns(), event.nbytes()) for event in events if event.name() == "[memory]")
    held = most = 0
    for _, change in changes:
        held += change
        most = max(most, held)
    return parameters, most


def _cpu() -> str:
    """The processor by its name, where the system tells it."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()


if __name__ == "__main__":
    main()
