"""How long `advisor intake` takes over a hundred thousand files.

By hand: `python tests/benchmarks/project_intake.py [FILES]`.

A tenth of the files has code that imports a framework, six tenths have other code, the rest is data.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from advisor import resources
from advisor.intake.project.survey import survey
from advisor.loading.knowledge import load
from advisor.loading.signs import load_signs

FRAMEWORK = "import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    pass\n\n\n" + "x = [1, 2, 3]\n" * 60
PLAIN = "import os\nimport sys\n\n\ndef main():\n    return os.name\n" + "y = sys.argv\n" * 60
PER_FOLDER = 100


def build(root: Path, files: int) -> None:
    """A project with so many files."""
    (root / "requirements.txt").write_text("torch==2.4.1\n", encoding="utf-8")
    for number in range(files):
        folder = root / f"package_{number // (PER_FOLDER * 10)}" / f"module_{number // PER_FOLDER}"
        if number % PER_FOLDER == 0:
            folder.mkdir(parents=True)
        kind = number % 10
        name = f"file_{number}.py" if kind < 7 else f"data_{number}.csv"
        (folder / name).write_text(FRAMEWORK if kind == 0 else PLAIN, encoding="utf-8")


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    base = load()
    signs = load_signs(resources.knowledge(), base.vocabulary)
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), files)
        began, processor = time.perf_counter(), time.process_time()
        found = survey(Path(folder), signs, base.vocabulary)
        print(
            f"{found.files} files, {found.read} read: {time.perf_counter() - began:.1f} s, "
            f"of which {time.process_time() - processor:.1f} s of processor"
        )
        print("\n".join(found.left_out))


if __name__ == "__main__":
    main()
