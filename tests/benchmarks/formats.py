"""How long each format takes on top of the answer.

Run it by hand:

    python tests/benchmarks/formats.py [RUNS]

Every format is rendered in a process of its own, once, as a command does it: what it has to import is part of it. Of
an answer in full depth over all options, with a run of measurements, it prints the median, least and most of the
processor time in milliseconds, and the size. The bars: 150 ms, and 400 kB for a page.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median

TESTS = Path(__file__).resolve().parents[1]
BAR, LARGEST = 150.0, 400_000
FORMATS = ("text", "detail", "json", "markdown", "adr", "html")
RENDER = """
import sys, time
sys.path[:0] = sys.argv[2:4]
from pages.samples import answered, run
from advisor.render import rendering
measured = run()
answer = answered("llm", measured)
assert 'jinja2' not in sys.modules
began = time.process_time()
text = rendering(sys.argv[1], measured)(answer)
print(time.process_time() - began, len(text.encode()))
"""


def main(runs: int) -> int:
    """Measure, print what came of it, and say by the status whether all keep to the bars."""
    kept = True
    for form in FORMATS:
        command = [sys.executable, "-c", RENDER, form, str(TESTS), str(TESTS.parent)]
        told = [subprocess.run(command, capture_output=True, check=True, text=True).stdout.split() for _ in range(runs)]
        times, size = [float(seconds) * 1000 for seconds, _ in told], int(told[0][1])
        kept &= median(times) <= BAR and (form != "html" or size <= LARGEST)
        print(f"{form:9}{median(times):6.1f} ms ({min(times):.1f} to {max(times):.1f}){size / 1000:8.1f} kB")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
