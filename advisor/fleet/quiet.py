"""What keeps Ray to itself: environment variables, some of which it reads while it is imported."""

from __future__ import annotations

VARIABLES = {
    # Nothing is told to its makers.
    "RAY_USAGE_STATS_ENABLED": "0",
    # No cluster is started that was not asked for.
    "RAY_ENABLE_AUTO_CONNECT": "0",
    # What is started here has the address that only this machine can reach: so it is by default, except on Linux.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    # The project that this is called from is not sent to the nodes.
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    # What asks for no device does not lose sight of them.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
