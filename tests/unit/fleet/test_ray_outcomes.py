"""What Ray says of a node that fails, or does not say, as an outcome."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from made_up_cluster import PLAN

from advisor.evidence.halt import Halt
from advisor.evidence.probing.plan import Progress
from advisor.fleet.driving import Errand
from advisor.fleet.planning import Node
from advisor.frozen import replace

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


@pytest.mark.parametrize("halted", [False, True])
def test_a_node_that_never_answers_is_told_to_stop_once_and_given_up(
    monkeypatch: pytest.MonkeyPatch,
    halted: bool,  # noqa: FBT001
) -> None:
    from ray.exceptions import GetTimeoutError  # noqa: PLC0415

    from advisor.fleet import cluster  # noqa: PLC0415

    def never(*_: object, **__: object) -> NoReturn:
        raise GetTimeoutError

    monkeypatch.setattr(cluster, "ray", SimpleNamespace(wait=lambda asked, **_: ([], asked), get=never))
    for limit in ("GRACE_S", "STOP_S"):
        monkeypatch.setattr(cluster, limit, 0.0)
    stopped: list[bool] = []
    runner = SimpleNamespace(
        probe=SimpleNamespace(remote=lambda _: "run"),
        news=SimpleNamespace(remote=lambda: "news"),
        stop=SimpleNamespace(remote=lambda: stopped.append(True)),
    )
    halt = Halt()
    if halted:
        halt.ask()
    ended = cluster._followed(runner, replace(PLAN, budget_s=0.0), lambda _: None, halt)
    assert (ended.fate, ended.content) == ("stopped" if halted else "hung", b"")
    assert ended.reason
    assert stopped == [True]


@pytest.mark.parametrize("halted", [False, True])
def test_an_environment_that_is_not_ready_in_time_is_told(
    monkeypatch: pytest.MonkeyPatch,
    halted: bool,  # noqa: FBT001
) -> None:
    from advisor.fleet import cluster  # noqa: PLC0415

    monkeypatch.setattr(cluster, "ENVIRONMENT_S", 0.0)
    holder = SimpleNamespace(interpreter=SimpleNamespace(remote=lambda: "never"))
    monkeypatch.setattr(cluster, "_actor", lambda *_, **__: holder)
    halt, told = Halt(), list[Progress]()
    if halted:
        halt.ask()
    errand = Errand(plan=PLAN, patience_s=0.0, installer="uv", environments={"jax": ("jax==1",)})
    assert cluster._environments(Node(id="1", address=""), errand, [], told.append, halt) == {}
    said = [(event.kind, event.framework, event.text) for event in told]
    assert said == [("failed", "jax", "its environment could not be made: it was not ready within 0 s")] * (not halted)
