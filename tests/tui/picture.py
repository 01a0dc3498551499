"""Draws the questionnaire after a few answers, and while it measures, for the README.

    python tests/tui/picture.py

writes `questionnaire.svg` and `probing.svg` beside this file. What is measured there is made up.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1])]

from golden.made_up_run import MEASURED  # noqa: E402

from advisor.inquiry.interview import Interview  # noqa: E402  (found by the line above)
from tui.bench import Bench  # noqa: E402
from tui.probing import SHOWN, at, opened, until  # noqa: E402
from tui.stories import Told, tell  # noqa: E402

SIZE = (100, 30)
BEGUN = Interview({"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "train_os": "linux"})
_FONTS = re.compile(r"@font-face \{.*?\}", re.DOTALL)
"""What would be fetched from elsewhere to draw it."""
_MONOSPACE = "ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono"


def main() -> None:
    """Draw both."""

    async def answered(told: Told) -> None:
        told.app.go_to("deploy_target")
        await told.choose("raspberry_pi")
        await told.pilot.pause()
        _draw(told, "questionnaire.svg")

    async def measuring(told: Told) -> None:
        bench = await opened(told)
        await told.press("enter")
        await at(told, "measuring")
        bench.steps.release(SHOWN)
        await until(told, lambda: told.said("#state").startswith("Measuring 3 of"))
        _draw(told, "probing.svg")
        bench.go_on()
        await at(told, "over")

    tell(answered, size=SIZE, begun=BEGUN)
    tell(measuring, size=SIZE, begun=BEGUN, probing=lambda furnish: Bench(furnish, run=MEASURED))


def _draw(told: Told, name: str) -> None:
    drawn = told.app.export_screenshot(title="advisor")
    file = HERE / name
    file.write_text(_FONTS.sub("", drawn).replace("Fira Code", _MONOSPACE), encoding="utf-8")
    print(file)


if __name__ == "__main__":
    main()
