"""How long it takes to load the knowledge base, and one that is twenty times as large.

Run it by hand, with as little else going on as can be had:

    python tests/benchmarks/loading.py [RUNS]

It lays nineteen copies of every framework, component and rule over the program's own, each under an id of its own, and
loads both, without a cache and with one, by turns and in processes of their own, so that whatever else the machine does
meets both alike. Only loading is timed, not the start of Python. Of each it prints the median, the least and the most
in milliseconds, and how many times as long the larger takes as the program's own: the median over the turns of the
ratio within each. The bars: below 1000 ms without a cache, below 60 ms with one, and twenty times as much knowledge
takes at most twenty times as long.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import enlarging
from enlarging import CHECKOUT

TIMES = 20
BARS = {"uncached": 1000.0, "cached": 60.0}
LOAD = """
import sys, time
from pathlib import Path
from advisor.loading.knowledge import load
knowledge, rules = ([Path(folder)] if folder else [] for folder in sys.argv[2:4])
began = time.perf_counter()
base = load(knowledge, rules, use_cache=sys.argv[1] == "cached")
print(time.perf_counter() - began, len(base.frameworks), len(base.components), len(base.rules))
"""


def load(kind: str, home: Path, overlays: tuple[str, str]) -> tuple[float, str]:
    """Milliseconds of one load, and how many frameworks, components and rules there were."""
    environment = {**os.environ, "ADVISOR_HOME": str(home), "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-c", LOAD, kind, *overlays]
    done = subprocess.run(command, capture_output=True, check=True, text=True, env=environment)
    seconds, _, loaded = done.stdout.strip().partition(" ")
    return float(seconds) * 1000, loaded


def main(runs: int) -> None:
    """Measure, and print what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        larger = root / "larger"
        for enlarge in (enlarging.frameworks, enlarging.components, enlarging.rules):
            enlarge(larger, TIMES)
        bases = {"own": ("", ""), "larger": (str(larger / "knowledge"), str(larger / "rules"))}
        for name, overlays in bases.items():
            _, loaded = load("cached", root / "home", overlays)
            print(f"{name}: {loaded} frameworks, components and rules")
        for kind, bar in BARS.items():
            taken = {
                name: [times[name] for times in turns]
                for turns in [[{n: load(kind, root / "home", o)[0] for n, o in bases.items()} for _ in range(runs)]]
                for name in bases
            }
            for name, times in taken.items():
                spread = f"{min(times):.1f} to {max(times):.1f}"
                print(f"{kind:9} {name:7} {median(times):8.1f} ms ({spread}, {runs} runs)")
            ratio = median(b / a for a, b in zip(taken["own"], taken["larger"], strict=True))
            met = "met" if median(taken["own"]) < bar else "missed"
            linear = "met" if ratio <= TIMES else "missed"
            print(f"{kind:9} bar of {bar:g} ms {met}; {TIMES} times as much takes {ratio:.1f} times as long: {linear}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
