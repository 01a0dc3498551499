"""The one module that knows Ray: a cluster that is there or starts by itself, and what is run on its nodes."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ray
from ray.exceptions import GetTimeoutError, OutOfMemoryError, RayError, RayTaskError, RuntimeEnvSetupError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

import advisor
from advisor.errors import AdvisorError, InputError, Problem
from advisor.evidence.halt import Halt
from advisor.evidence.probing.plan import Plan, Progress
from advisor.fleet.driving import Errand, Report
from advisor.fleet.node import Holder, Look, Runner, look
from advisor.fleet.planning import Node, Place, everything
from advisor.fleet.taking import Ended
from advisor.frozen import replace

Answer = Callable[[Any], str]
Opening = Callable[[], Answer]

LABEL = "advisor-kind"
"""The label of a node by which an operator names its kind."""
REACH_S, LOOK_S, ENVIRONMENT_S = 10.0, 120.0, 1800.0
"""For a cluster to be reached, a node to say what it is, and its environments to be installed."""
GRACE_S, STOP_S = 120.0, 30.0
"""What a run may take beyond its budget, and one that was told to stop to end."""
ASK_S, NEWS_S = 1.0, 10.0
"""A node is asked how it goes this often, and has so long to say."""
_OBJECTS = 100 * 2**20
"""Bytes of shared memory of a cluster that is started here: measurements are small."""
_TIDY = {"RAY_kill_child_processes_on_worker_exit": "false"}
"""A run of the probes has a process that ends the others and removes their files, which Ray would end first."""
_SILENT: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
_SAID = 300
"""Characters of what Ray says that are shown."""


@contextmanager
def joined(address: str) -> Iterator[RayCluster]:
    """The cluster at an address, for as long as the context; raises InputError where it cannot be used.

    `local` is one that is started on this machine and ends with the context. `auto` is the one that runs here or that
    RAY_ADDRESS names, and where there is none, like `local`.
    """
    # Ray takes a cluster that it cannot reach for none at all, where it looks for one by itself.
    address = (address == "auto" and os.environ.get("RAY_ADDRESS")) or address
    if "://" in address:
        message = "a node of the cluster was expected, and no client from elsewhere."
        raise InputError(Problem(message=message, place=address, hint="Call it on a node of the cluster."))
    with ExitStack() as stack:
        try:
            _connect(address, stack)
            # What Ray has to tell it would print between the lines of an answer.
            ray._private.worker._worker_logs_enabled = False  # noqa: SLF001  (as its own debugger does)
            yield RayCluster()
        finally:
            ray.shutdown()


def _connect(address: str, stack: ExitStack) -> None:
    """Join a cluster, or start one whose files end with the stack; raises InputError where that fails."""
    try:
        if address == "local" or not _found(address):
            ray.init(
                "local",
                include_dashboard=False,
                object_store_memory=_OBJECTS,
                # Only this machine can reach it; see `quiet` for what that takes besides.
                _node_ip_address="127.0.0.1",
                _temp_dir=stack.enter_context(_scratch()),
                **_SILENT,
            )
    except (OSError, RuntimeError, ValueError, RayError) as error:
        message = f"it cannot be joined: {_brief(error)}."
        hint = "Use the versions of Ray and Python that the cluster has, on one of its nodes; `local` starts one here."
        raise InputError(Problem(message=message, place=address, hint=hint)) from None


def _scratch() -> TemporaryDirectory[str]:
    """A folder for sockets, the paths of which must not be long."""
    short = "/tmp" if Path("/tmp").is_dir() else None  # noqa: S108  (a folder of its own is made there)
    return TemporaryDirectory(prefix="advisor-", dir=short, ignore_cleanup_errors=True)


def _found(address: str) -> bool:
    """Whether there is a cluster, which is joined; raises what Ray does, and lets only `auto` find none."""
    host, colon, port = address.rpartition(":")
    if colon and port.isdecimal():
        # Where nothing listens, Ray would wait for long.
        socket.create_connection((host.strip("[]"), int(port)), timeout=REACH_S).close()
    try:
        ray.init(address, **_SILENT)
    except ConnectionError:
        if address != "auto":
            raise
        return False
    return True


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
        # In a list it is not fetched anew for every line.
        held = [ray.put(opening)]

        def submit(line: Any) -> Future[str]:
            answer: Future[str] = Future()
            done = _answer.remote(held, advisor.__version__, line).future()
            done.add_done_callback(partial(_settle, answer))
            return answer

        return submit


_opened: dict[str, Answer] = {}
"""In a process that answers lines, what was opened for it."""


@ray.remote(num_cpus=1, max_retries=3)
def _answer(held: list[Any], program: str, line: Any) -> str | tuple[Problem, ...]:
    (reference,) = held
    try:
        if reference.hex() not in _opened:
            if program != advisor.__version__:
                message = _other_program(advisor.__version__, program)
                return (Problem(message=f"{message}.", place="--ray", hint="Install the same on every node."),)
            _opened[reference.hex()] = ray.get(reference)()
        return _opened[reference.hex()](line)
    except AdvisorError as error:
        return error.problems


def _settle(answer: Future[str], done: Future[Any]) -> None:
    """Hand on what became of a line, in words of this program."""
    error = done.exception()
    if error is not None:
        hint = "See the logs of the cluster; without --ray the same is answered here."
        message = f"the cluster could not answer: {_brief(error)}."
        answer.set_exception(InputError(Problem(message=message, place="--ray", hint=hint)))
    elif isinstance(said := done.result(), str):
        answer.set_result(said)
    else:
        answer.set_exception(InputError(*said))


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
        return Ended(fate="refused", reason=_other_program(found.program, advisor.__version__))
    return found


def _other_program(there: str, here: str) -> str:
    return f"it has advisor {there}, and this is {here}"


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
            why = _brief(error)
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
        return Ended(fate="refused", reason=_brief(error))
    if isinstance(error, OutOfMemoryError) or "OOM" in said or "out of memory" in said.lower():
        return Ended(fate="out_of_memory", reason=_brief(error))
    if getattr(error, "preempted", False):
        return Ended(fate="preempted", reason="its machine was taken away")
    if node is not None and node.id not in {each.id for each in _nodes()}:
        return Ended(fate="died", reason="the node is gone")
    return Ended(fate="died", reason=_brief(error))


def _brief(error: BaseException) -> str:
    """What an error says, on one line: the beginning of it, or where it holds tracebacks its last line."""
    cause = getattr(error, "cause", None)
    told = cause if isinstance(cause, BaseException) else error
    said = str(getattr(told, "strerror", None) or told).strip()
    if "Traceback (most recent call last)" in said:
        said = said.splitlines()[-1]
    said = " ".join(said.split()).rstrip(".") or type(told).__name__
    return said if len(said) <= _SAID else f"{said[:_SAID]} [...]"
