"""The same rules and facts give the same trace in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.inference import durable

PROGRAM = """
import random, sys
from advisor.inference import {engine}
from inference_making import *
leaves = [is_("os", "linux"), known("chip"), has("tasks", "vision"), order("memory", "lt", 9), has("need", "a")]
rules = [
    rule(f"R{{n}}", any_(leaves[n % 5], all_(not_(has("risk", "x")), leaves[n % 4])), {{"need": "abc"[n % 3]}}, n % 3)
    for n in range(40)
]
random.Random(int(sys.argv[1])).shuffle(rules)
trace = {engine}.compile_rules(tuple(rules), KINDS).consult(
    {{"os": "linux", "chip": "m1", "tasks": frozenset({{"vision", "text"}}), "memory": 8}}
)
print(trace.firings, [(name, sorted(words)) for name, words in trace.derived.items()])
"""


@pytest.mark.parametrize("engine", ["plain", "durable"])
def test_neither_hash_seed_nor_order_of_rules_changes_a_trace(engine: str) -> None:
    if engine == "durable" and not durable.available():
        pytest.skip("durable-rules does not load here")
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM.format(engine=engine), seed],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1
    assert next(iter(outputs)).count("Firing(") > 60
