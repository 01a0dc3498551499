"""How many answers a second a batch gives, in how much memory, and what ten times the rules or options cost.

Run it by hand, with as little else going on as can be had:

    python tests/benchmarks/batch.py [LINES]

The lines are the answers of the program's own gold cases with some left out and some given anew, so that hardly two are
the same; each is answered at `--depth core`. Of a batch of LINES (20,000 unless told otherwise), of a tenth of it, and
of the whole shared out among all cores it prints answers a second by the clock, start included, processor time for an
answer, and the most memory that one process held. Then batches of a hundredth are answered by turns with the program's
own knowledge and with ten times the rules, and ten times the options, from overlays: of each the processor time for an
answer, without that for the start, and the median over the turns of the ratio within each. The bars: 60 answers a
second on one core, memory that does not grow with the batch, and ten times as much for at most twelve times the time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, NamedTuple

import enlarging
import yaml
from enlarging import CHECKOUT

sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "tests" / "unit" / "consult")]

from consulting import some_answers  # noqa: E402  (found by the line above)

LINES = 20_000
TURNS = 3
TIMES = 10
CORES = len(os.sched_getaffinity(0))


class Took(NamedTuple):
    """What a batch took."""

    seconds: float
    """By the clock."""
    processor: float
    """Seconds, of all processes."""
    megabytes: float
    """The most that one process held."""


def write_lines(path: Path, number: int) -> Path:
    """So many lines of answers."""
    gold = yaml.safe_load((CHECKOUT / "knowledge" / "cases" / "gold.yaml").read_text(encoding="utf-8"))
    cases = [case["facts"] for case in gold["cases"]]
    random = Random(0)
    with path.open("w", encoding="utf-8") as file:
        for i in range(number):
            case = random.choice(cases)
            kept: dict[str, Any] = {key: value for key, value in case.items() if random.random() > 0.1}
            anew = some_answers(random)
            kept |= {key: anew[key] for key in random.sample(sorted(anew), min(2, len(anew)))}
            file.write(json.dumps({"id": i, "answers": kept}) + "\n")
    return path


def answer(lines: Path, home: Path, *options: str) -> Took:
    """Run a batch."""
    environment = {**os.environ, "ADVISOR_HOME": str(home), "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "advisor", "recommend", "--batch", str(lines), "--json", "--no-detect", *options]
    began = time.perf_counter()
    process = subprocess.Popen([*command, "--output", os.devnull], env=environment)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the batch ended with status {status}")
    return Took(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def per_answer(few: Path, more: Path, difference: int, home: Path, *options: str) -> float:
    """Milliseconds of processor time for an answer: what the lines cost that one file has and the other has not."""
    return (answer(more, home, *options).processor - answer(few, home, *options).processor) / difference * 1000


def main(number: int) -> None:
    """Measure, and print what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        sizes = {size: write_lines(root / f"{size}.jsonl", size) for size in (number, number // 10)}
        home = root / "home"
        answer(write_lines(root / "warm.jsonl", 1), home)
        for size, jobs in ((number // 10, 1), (number, 1), (number, CORES)):
            took = answer(sizes[size], home, "--jobs", str(jobs))
            print(
                f"{size:6} lines, {jobs} jobs: {size / took.seconds:6.1f} answers a second, "
                f"{took.processor / size * 1000:5.2f} ms of processor time each, {took.megabytes:4.0f} MB at most"
            )
        enlarging.rules(root / "larger", TIMES)
        enlarging.frameworks(root / "larger", TIMES)
        larger = {
            "rules": ("--rules", str(root / "larger" / "rules")),
            "options": ("--knowledge", str(root / "larger" / "knowledge")),
        }
        few, more = (write_lines(root / f"few-{n}.jsonl", n) for n in (10, 10 + number // 100))
        for name, options in larger.items():
            answer(few, home, *options)
            turns = [
                [per_answer(few, more, number // 100, home, *given) for given in ((), options)] for _ in range(TURNS)
            ]
            ratio = median(larger / own for own, larger in turns)
            own, ten = (median(column) for column in zip(*turns, strict=True))
            print(f"{TIMES} times the {name}: {own:.1f} ms become {ten:.1f} ms an answer, {ratio:.1f} times as long")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LINES)
