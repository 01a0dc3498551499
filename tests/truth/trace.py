"""Traces what a step of every model consists of: `composition.yaml`.

    python tests/truth/trace.py > probes/workloads/composition.yaml

Run by hand with an interpreter that has PyTorch, NumPy and PyYAML, whenever a model changes. PyTorch's profiler tells,
of every model at its default sizes on one thread, how many operations a step starts (`launches`) and what share of
their time goes into which kind (`shares`), each kind named after the probe that times it alone.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import torch
import yaml

PROBES = Path(__file__).resolve().parents[2] / "probes"
MODELS = PROBES / "workloads"
STEPS = 20
KINDS = {
    "conv": ("convolution", "mkldnn_convolution", "thnn_conv"),
    "attention": ("scaled_dot_product",),
    "gemm": ("addmm", "::mm", "bmm", "baddbmm", "::linear"),
    "normalise": ("layer_norm", "rms_norm", "batch_norm", "softmax"),
    "optimiser": ("_fused_", "_foreach_"),
    "scatter": ("embedding_dense_backward", "index_put", "index_add", "scatter", "coalesce", "index_copy"),
    "gather": ("embedding", "index_select", "gather", "::index"),
    "stream": ("_pool",),
    "reduction": ("::sum", "::mean", "::argmax", "::max", "_norm"),
}
"""Kind to what the names of its operations hold; the first that fits. All else goes over whole arrays: `stream`."""
VIEWS = frozenset(
    (
        "view", "view_as", "reshape", "_reshape_alias", "_unsafe_view", "transpose", "permute", "t", "numpy_T",
        "slice", "select", "expand", "expand_as", "as_strided", "detach", "detach_", "alias", "unsqueeze",
        "squeeze", "flatten", "unflatten", "split", "split_with_sizes", "chunk", "narrow", "unbind", "empty",
        "empty_like", "empty_strided", "new_empty", "new_empty_strided", "resize_", "set_", "result_type",
        "item", "_local_scalar_dense", "resolve_conj", "resolve_neg", "lift_fresh", "is_nonzero",
    )
)  # fmt: skip
"""What moves nothing."""
LEAST = 0.02
"""Smaller shares are left out."""


def load(path: Path) -> Any:
    """Import a file by its path."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Print the composition of every model."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    reference, framework = load(MODELS / "reference.py"), load(PROBES / "frameworks" / "on_pytorch.py")
    models = load(MODELS / "in_pytorch.py")
    framework.start(1, "cpu", "eager", True)  # noqa: FBT003 - the contract's own signature
    models.use(framework)
    print(f"# Made by tests/truth/trace.py with PyTorch {torch.__version__}: not edited by hand.")
    for name, about in yaml.safe_load((MODELS / "models.yaml").read_text(encoding="utf-8"))["models"].items():
        sizes = about["sizes"]["cpu"]
        state, step, _ = getattr(models, name)(getattr(reference, name)(sizes, 0).inputs, sizes)
        for _ in range(3):
            state = step(state)
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
            for _ in range(STEPS):
                state = step(state)
        print(yaml.safe_dump({name: composition(profile)}, default_flow_style=None, sort_keys=False), end="")


def composition(profile: Any) -> dict[str, Any]:
    """Sum up the operations of a profile by their kinds."""
    spent: Counter[str] = Counter()
    launches = 0
    for event in profile.events():
        if _works(event):
            spent[kind(event.name)] += event.self_cpu_time_total
            # An operation that calls others is launched as these.
            launches += not any(map(_works, event.cpu_children))
    total = sum(spent.values())
    shares = {name: round(time / total, 2) for name, time in spent.most_common() if time / total >= LEAST}
    return {"launches": round(launches / STEPS), "shares": shares}


def _works(event: Any) -> bool:
    """Tell whether it is an operation on numbers."""
    space, _, name = event.name.partition("::")
    return space == "aten" and name not in VIEWS


def kind(operation: str) -> str:
    """Name the kind of an operation."""
    return next((name for name, words in KINDS.items() if any(word in operation for word in words)), "stream")


if __name__ == "__main__":
    main()
