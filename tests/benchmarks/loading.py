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
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

CHECKOUT = Path(__file__).resolve().parents[2]
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


def enlarge(own: Path, root: Path) -> tuple[str, str]:
    """The overlays that make a knowledge base so many times as large."""
    for path in sorted((own / "knowledge" / "frameworks").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        for n in range(1, TIMES):
            name = f"{path.stem}-{n}"
            write(root / "knowledge" / "frameworks" / f"{name}.yaml", re.sub(r"(?m)^id: .*$", f"id: {name}", text))
    for path in sorted((own / "knowledge" / "components").glob("*.yaml")):
        head, key, entries = path.read_text(encoding="utf-8").partition("\ncomponents:\n")
        copied = (re.sub(r"(?m)^  ([A-Za-z0-9][\w.-]*):", rf"  \1-{n}:", entries) for n in range(1, TIMES))
        write(root / "knowledge" / "components" / path.name, head + key + "\n".join(copied))
    for path in sorted((own / "rules").rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        for n in range(1, TIMES):
            within = path.relative_to(own).with_stem(f"{path.stem}-{n}")
            write(root / within, re.sub(r"(?m)^- id: (\S+)$", rf"- id: \1-{n}", text))
    return str(root / "knowledge"), str(root / "rules")


def write(path: Path, text: str) -> None:
    """Write the file, and the folders around it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


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
        bases = {"own": ("", ""), "larger": enlarge(CHECKOUT, root)}
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
