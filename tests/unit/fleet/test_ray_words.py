"""What Ray says of a node that fails, as an outcome."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(autouse=True)
def _there() -> None:
    pytest.importorskip("ray")


def test_each_way_to_fail_has_its_own_outcome() -> None:
    from ray import exceptions  # noqa: PLC0415

    from advisor.fleet.cluster import _ended  # noqa: PLC0415

    ray: Any = exceptions
    missing = ModuleNotFoundError("No module named 'advisor'")
    fates: dict[str, list[Any]] = {
        "out_of_memory": [ray.OutOfMemoryError("The node is low on memory."), ray.RayActorError(error_msg="by OOM")],
        "preempted": [ray.RayActorError(preempted=True)],
        "refused": [ray.RayTaskError("look", "Traceback", missing)],
        "died": [ray.WorkerCrashedError(), ray.NodeDiedError("gone"), ray.RayActorError()],
    }
    for fate, errors in fates.items():
        for error in errors:
            ended = _ended(error, None)
            assert ended.fate == fate, error
            assert ended.reason
            assert "\n" not in ended.reason
    assert _ended(ray.RayTaskError("look", "Traceback", missing), None).reason == "No module named 'advisor'"
    assert len(_ended(ray.RayActorError(error_msg="word " * 500), None).reason) < 400
    trace = "Failed.\nTraceback (most recent call last):\n  File x\nRuntimeError: Please install virtualenv."
    assert _ended(ray.RayActorError(error_msg=trace), None).reason == "RuntimeError: Please install virtualenv"
