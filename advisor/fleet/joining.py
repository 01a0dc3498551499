"""A cluster of Ray that is there, or that starts on this machine."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ray
from ray.exceptions import RayError

from advisor.errors import InputError, Problem
from advisor.fleet.cluster import RayCluster
from advisor.fleet.wording import brief

_REACH_S = 10.0
"""For a cluster to be reached."""
_OBJECTS = 100 * 2**20
"""Bytes of shared memory of a cluster that is started here: measurements are small."""
_SILENT: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}


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
        message = f"it cannot be joined: {brief(error)}."
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
        socket.create_connection((host.strip("[]"), int(port)), timeout=_REACH_S).close()
    try:
        ray.init(address, **_SILENT)
    except ConnectionError:
        if address != "auto":
            raise
        return False
    return True
