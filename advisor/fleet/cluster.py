"""A cluster of Ray that was joined: its nodes, what they are, and how one is probed while it is held."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import ray
from ray.exceptions import GetTimeoutError, OutOfMemoryError, RayError, RayTaskError, RuntimeEnvSetupError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

import advisor
from advisor.evidence.halt import Halt
from advisor.evidence.probing.plan import Plan, Progress
from advisor.fleet.answering import Opening, answering
from advisor.fleet.driving import Errand, Report
from advisor.fleet.node import Holder, Look, Runner, look
from advisor.fleet.planning import Node, Place, everything
from advisor.fleet.taking import Ended
from advisor.fleet.wording import brief, other_program
from advisor.frozen import replace

LABEL = "advisor-kind"
"""The label of a node by which an operator names its kind."""
LOOK_S, ENVIRONMENT_S = 120.0, 1800.0
"""For a node to say what it is, and its environments to be installed."""
GRACE_S, STOP_S = 120.0, 30.0
"""What a run may take beyond its budget, and one that was told to stop to end."""
ASK_S, NEWS_S = 1.0, 10.0
"""A node is asked how it goes this often, and has so long to say."""
_TIDY = {"RAY_kill_child_processes_on_worker_exit": "false"}
"""A run of the probes has a process that ends the others and removes their files, which Ray would end first."""


class RayCluster:
    """A cluster that was joined."""

    @property
    def version(self) -> str:
        """That of Ray, which is the same on all nodes."""
        return str(ray.__version__)

    @property
    def cores(self) -> int:
        """How many processors work is given to."""
        return max(1, int(_asked(ray.cluster_resources).get("CPU", 1)))

    def look(self, halt: Halt) -> Iterator[tuple[Node, Look | Ended]]:
        """Every node that work is given to, with what it says of itself, or why it says nothing; as they answer."""
        asking = ray.remote(num_cpus=0, max_retries=0)(look)
        waiting = {asking.options(scheduling_strategy=_on(node)).remote(): node for node in _nodes()}
        until = time.monotonic() + LOOK_S
        while waiting and not halt.asked and time.monotonic() < until:
            answered, _ = ray.wait(list(waiting), num_returns=len(waiting), timeout=1)
            for reference in answered:
                yield waiting.pop(reference), _looked(reference)
        for node in () if halt.asked else waiting.values():
            yield node, Ended(fate="hung", reason=f"it did not say what it is within {LOOK_S:.0f} s")

    def probe(self, place: Place, errand: Errand, report: Report, halt: Halt) -> Ended:
        """Probe a node while nothing else is given to it; halted, it ends soon. What goes wrong is how it ends."""
        actors: list[Any] = []
        try:
            pythons = _environments(place.node, errand, actors, report, halt)
            plan = replace(errand.plan, interpreters={**errand.plan.interpreters, **pythons})
            held = {**everything(place.node), "runtime_env": {"env_vars": _TIDY}}
            runner = _actor(Runner, place.node, actors, max_concurrency=4, **held)
            if not _answer_within(runner.ready.remote(), errand.patience_s, halt):
                if halt.asked:
                    return Ended(fate="stopped", reason="before it began")
                return Ended(fate="busy", reason=f"not all of it was free and ready within {errand.patience_s:.0f} s")
            return _followed(runner, plan, report, halt)
        except RayError as error:
            return _ended(error, place.node)
        finally:
            for actor in actors:
                with suppress(RayError):
                    ray.kill(actor, no_restart=True)

    def answering(self, opening: Opening) -> Callable[[Any], Future[str]]:
        """What has a line answered wherever there is room: lines of a node that is lost are answered by others.

        `opening` makes what answers, once in each process. What goes wrong is an `InputError`.
        """
        return answering(opening)


def _asked(question: Callable[..., Any]) -> Any:
    """What Ray answers; it does not say of what type that is."""
    return question()


def _nodes() -> Iterator[Node]:
    """The nodes that are there and take work."""
    for node in _asked(ray.nodes):
        if node["Alive"] and node["Resources"].get("CPU", 0) >= 1:
            yield Node(
                id=node["NodeID"],
                address=node["NodeManagerAddress"],
                label=str((node.get("Labels") or {}).get(LABEL, "")),
                resources=dict(node["Resources"]),
            )


def _on(node: Node) -> NodeAffinitySchedulingStrategy:
    return NodeAffinitySchedulingStrategy(node.id, soft=False)


def _actor(kind: type, node: Node, actors: list[Any], **options: Any) -> Any:
    """A process of its own on a node, which is noted before anything else can happen."""
    remote: Any = ray.remote(kind)
    actor = remote.options(scheduling_strategy=_on(node), max_restarts=0, **options).remote()
    actors.append(actor)
    return actor


def _looked(reference: Any) -> Look | Ended:
    try:
        found: Look = ray.get(reference)
    except RayError as error:
        return _ended(error, None)
    if found.program != advisor.__version__:
        return Ended(fate="refused", reason=other_program(found.program, advisor.__version__))
    return found


def _environments(node: Node, errand: Errand, actors: list[Any], report: Report, halt: Halt) -> dict[str, str]:
    """Framework to the interpreter of an environment that Ray makes for it, which stays as long as its actor."""
    asked = {}
    for framework, requirements in errand.environments.items():
        holder = _actor(Holder, node, actors, num_cpus=0, runtime_env={errand.installer: list(requirements)})
        asked[framework] = holder.interpreter.remote()
    found = {}
    for framework, reference in asked.items():
        why = f"it was not ready within {ENVIRONMENT_S:.0f} s"
        try:
            if _answer_within(reference, ENVIRONMENT_S, halt):
                found[framework] = str(ray.get(reference))
        except RuntimeEnvSetupError as error:
            why = brief(error)
        if framework not in found and not halt.asked:
            # The others are measured all the same, and this one if the node has it.
            report(
                Progress(
                    kind="failed",
                    seconds_left=0.0,
                    framework=framework,
                    variant=errand.installer,
                    outcome="failed",
                    text=f"its environment could not be made: {why}",
                )
            )
    return found


def _answer_within(reference: Any, seconds: float, halt: Halt) -> bool:
    """Whether there is an answer within that time; where it was halted, it is not waited for."""
    until = time.monotonic() + seconds
    while not halt.asked and time.monotonic() < until:
        if ray.wait([reference], timeout=0.5)[0]:
            ray.get(reference)
            return True
    return False


def _followed(runner: Any, plan: Plan, report: Report, halt: Halt) -> Ended:
    """Follow a run to its end: it is told to stop where it was halted or takes too long, and is not waited for long."""
    found = runner.probe.remote(plan)
    until, told, late = time.monotonic() + plan.budget_s + GRACE_S, False, ""
    while True:
        if ray.wait([found], timeout=ASK_S)[0]:
            return Ended(fate="hung" if late else "measured", reason=late, content=ray.get(found))
        if told and time.monotonic() > until:
            return Ended(fate="hung" if late else "stopped", reason=late or "it did not end when it was stopped")
        if not told and (halt.asked or time.monotonic() > until):
            late = "" if halt.asked else f"it took {GRACE_S:.0f} s more than its budget"
            runner.stop.remote()
            until, told = time.monotonic() + STOP_S, True
        with suppress(GetTimeoutError):
            for event in ray.get(runner.news.remote(), timeout=NEWS_S):
                report(event)


def _ended(error: RayError, node: Node | None) -> Ended:
    """What an error of Ray means for the node that it is about."""
    said = str(error)
    if isinstance(error, RayTaskError):
        return Ended(fate="refused", reason=brief(error))
    if isinstance(error, OutOfMemoryError) or "OOM" in said or "out of memory" in said.lower():
        return Ended(fate="out_of_memory", reason=brief(error))
    if getattr(error, "preempted", False):
        return Ended(fate="preempted", reason="its machine was taken away")
    if node is not None and node.id not in {each.id for each in _nodes()}:
        return Ended(fate="died", reason="the node is gone")
    return Ended(fate="died", reason=brief(error))
