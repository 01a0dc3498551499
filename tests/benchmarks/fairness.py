"""How far the figures of the probes can be believed, measured on this machine.

Run it by hand, with as little else going on as can be had:

    python tests/benchmarks/fairness.py PART [RUNS] [--framework NAME]

The parts, each printed with its spread:

    twins    one framework under two names, added with `--probes`: the truth is a ratio of 1. The root mean square of
             the logarithms of the ratios found, by processor and by wall time, over RUNS runs (20) with one thread,
             first on the machine as it is and then with a busy loop on each core. The bars: 1 % and 3 % by processor
             time
    again    the same run RUNS times (10), idle and loaded: the coefficient of variation of each variant's figures that
             count, by probe and by class. The bars: 3 % and 5 %
    timer    the harness and `torch.utils.benchmark` by turns on the same steps in the same process, with equal threads:
             the differences of their medians. The bar: 3 % in the median
    cost     what the harness adds to a block, and how much of a core idle workers take. The bars: 1e-4 and 0.5 %
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import fmean, median, quantiles, stdev
from typing import Any

import psutil

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "tests" / "probes")]

from hogs import hogs  # noqa: E402  (found by the line above)

from advisor.evidence.probing import contention, entrants  # noqa: E402  (found by the line above)
from advisor.evidence.probing.plan import Plan, offers, wanted  # noqa: E402
from advisor.evidence.probing.workers import Keeper  # noqa: E402

PROBES = CHECKOUT / "probes"
SHORT = "step_policy,gemm,stream,dispatch"
ALONE = ("--threads", "1", "--generations", "2")
"""Of several threads, processor time also counts how long they waited for each other."""
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main() -> None:
    """Run the part that is asked for."""
    parts: Mapping[str, Callable[[int, str], None]] = {"twins": twins, "again": again, "timer": timer, "cost": cost}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=parts)
    parser.add_argument("runs", nargs="?", type=int, default=0)
    parser.add_argument("--framework", default="jax")
    asked = parser.parse_args()
    parts[asked.part](asked.runs, asked.framework)


def twins(runs: int, framework: str) -> None:
    """One framework under two names."""
    with tempfile.TemporaryDirectory() as place:
        names = ("twin_one", "twin_two")
        for folder, kind in (("frameworks", "on"), ("workloads", "in")):
            (Path(place) / folder).mkdir()
            for name in names:
                shutil.copy(PROBES / folder / f"{kind}_{framework}.py", Path(place) / folder / f"{kind}_{name}.py")
        for state in states():
            ratios: dict[str, list[float]] = {"paired_cpu": [], "paired": []}
            what = ("--probes", place, "--frameworks", ",".join(names), "--probes-only", SHORT)
            for seen in repeated(runs or 20, *what, *ALONE):
                for results in by_probe(seen["results"]).values():
                    one, other = (next((r for r in results if r["framework"] == name), {}) for name in names)
                    for clock, found in ratios.items():
                        if one.get(clock) is not None and other.get(clock) is not None:
                            found.append(one[clock] - other[clock])
            for clock, found in ratios.items():
                rms, worst = math.sqrt(fmean(r * r for r in found)), max(map(abs, found))
                print(f"{framework} {state:6} {clock:10} {len(found)} ratios: RMS {rms:.2%}, worst {worst:.2%}")


def again(runs: int, framework: str) -> None:
    """The same run, several times."""
    frameworks = ",".join(dict.fromkeys([framework, "pytorch", "jax"]))
    probes = f"{SHORT},step_resnet,step_transformer"
    for state in states():
        by_name: dict[str, list[float]] = {}
        for seen in repeated(runs or 10, "--frameworks", frameworks, "--probes-only", probes):
            for result in seen["results"]:
                if result["paired"] is not None:
                    name = f"{result['probe']} {result['framework']}/{result['variant']}"
                    by_name.setdefault(name, []).append(math.exp(result["paired"]))
            for each in seen["classes"]:
                name = f"class {each['workload_class']} {each['framework']}/{each['variant']}"
                by_name.setdefault(name, []).append(each["relative_time"])
        varied = {name: stdev(values) / fmean(values) for name, values in by_name.items() if len(values) > 1}
        for name, coefficient in varied.items():
            print(f"{state:6} {name:45} {coefficient:7.2%} of {fmean(by_name[name]):.3f}, {len(by_name[name])} runs")
        for kind in ("class ", ""):
            mine = [value for name, value in varied.items() if name.startswith("class ") == bool(kind)]
            print(f"{state:6} {kind or 'probe '}: median {median(mine):.2%}, worst {max(mine):.2%}")


def timer(runs: int, _: str) -> None:
    """The harness and torch's own timer, by turns."""
    code = TIMER.format(probes=str(PROBES), rounds=runs or 15)
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    off = [abs(math.log(ours / theirs)) for _, ours, theirs in found]
    for probe, ours, theirs in found:
        print(f"{probe:20} harness {ours * 1e6:9.1f} us, timer {theirs * 1e6:9.1f} us, {ours / theirs - 1:+.2%}")
    print(f"median {median(off):.2%}, 95th percentile {quantiles(off, n=20)[-1]:.2%}, worst {max(off):.2%}")


TIMER = """
import importlib.util, itertools, json, statistics, sys
from pathlib import Path
import torch
from torch.utils.benchmark import Timer
probes = Path({probes!r})

def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

worker, reference = load(probes / "worker.py"), load(probes / "reference.py")
framework = load(probes / "frameworks" / "on_pytorch.py")
import os, yaml
threads = len(os.sched_getaffinity(0))
framework.start(threads, "cpu", "eager", True)
for file in sorted((probes / "definitions").glob("*.yaml")):
    probe = yaml.safe_load(file.read_text())
    if probe.get("devices") == "accelerator" or probe.get("bound") == "compile":
        continue
    sizes = probe["sizes"]["cpu"]
    problem = getattr(reference, probe["id"])(sizes, 0)
    bench = worker.Bench(framework, getattr(framework, probe["id"]), problem.inputs, sizes)
    bench.warm_up()
    step, state = bench._step, bench.state
    about = dict(step=step, first=state)
    clock = Timer("state = step(state)", setup="state = first", globals=about, num_threads=threads)
    number = bench.iterations
    ours, theirs = [], []
    for _ in range({rounds}):
        ours.append(bench.measure()["wall_s"] / number)
        theirs.append(clock.timeit(number).mean)
    print(json.dumps([probe["id"], statistics.median(ours), statistics.median(theirs)]), flush=True)
"""


def cost(runs: int, framework: str) -> None:
    """What the harness adds, in several processes: code lies elsewhere in each, which is worth as much."""
    found: dict[int, list[float]] = {}
    for _ in range(runs or 10):
        done = subprocess.run(
            [sys.executable, "-c", COST.format(probes=str(PROBES))], capture_output=True, text=True, check=True
        )
        for step_us, share in json.loads(done.stdout):
            found.setdefault(step_us, []).append(share)
    for step_us, shares in found.items():
        print(
            f"steps of {step_us:4} us: {median(shares):7.1e} of a block, "
            f"{min(shares):8.1e} to {max(shares):8.1e} in {len(shares)} processes"
        )
    idle(framework)


COST = """
import importlib.util, json, time, types
from pathlib import Path

spec = importlib.util.spec_from_file_location("worker", Path({probes!r}) / "worker.py")
worker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(worker)

def nothing(state):
    return state

def calls(number):
    steps = [" state = step(state)"] * number
    lines = ["def run(step, state, clock):", " begun = clock()", *steps, " return clock() - begun"]
    found = {{}}
    exec("\\n".join(lines), found)
    return lambda: found["run"](nothing, 0, time.perf_counter)

shares = []
for step_us in (10, 50, 200, 1000):
    bench = worker.Bench(types.SimpleNamespace(wait=nothing), lambda i, s: (0, nothing, list), None, None)
    number = round(worker.BLOCK_S / step_us * 1e6)
    bench.iterations = number + -number % worker.UNROLLED if number > worker.UNROLLED else number
    alone = calls(bench.iterations)
    ours, theirs = zip(*((bench.block(), alone()) for _ in range(4000)))
    shares.append([step_us, (min(ours) - min(theirs)) / worker.BLOCK_S])
print(json.dumps(shares))
"""


def idle(framework: str) -> None:
    """The processor time that workers take while they wait, and are not asked anything."""
    plan = Plan(probes=PROBES, definitions=(), frameworks=tuple(dict.fromkeys([framework, "pytorch", "tensorflow"])))
    offered = offers(PROBES)
    chosen, _ = entrants.choose(plan, wanted(plan, offered), offered)
    with Keeper() as keeping:
        setting = entrants.settle(None, CORES, contention.look())
        started = entrants.start(plan, chosen, setting, keeping, 60)
        processes = [
            p for p in psutil.process_iter(["cmdline"]) if str(PROBES / "worker.py") in (p.info["cmdline"] or [])
        ]
        before = [sum(process.cpu_times()[:2]) for process in processes]
        time.sleep(10)
        after = [sum(process.cpu_times()[:2]) for process in processes]
        for entrant in started:
            entrant.worker.close()
    share = (sum(after) - sum(before)) / 10
    print(f"{len(processes)} idle workers: {share:.3%} of a core over 10 s")


def states() -> Iterator[str]:
    """The machine as it is, and with a busy loop on each core."""
    yield "idle"
    with hogs():
        yield "loaded"


def repeated(runs: int, *arguments: str) -> Iterator[dict[str, Any]]:
    """The command, run after run."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "ADVISOR_HOME": home, "PYTHONPATH": str(CHECKOUT)}
        for number in range(runs):
            command = [sys.executable, "-m", "advisor", "probe", "--json", "--no-store", *arguments]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            print(f"run {number + 1} of {runs}", file=sys.stderr, flush=True)
            yield json.loads(done.stdout)


def by_probe(results: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Results by their probe."""
    found: dict[str, list[dict[str, Any]]] = {}
    for result in results:
        found.setdefault(result["probe"], []).append(result)
    return found


if __name__ == "__main__":
    main()
