"""Draws the questionnaire as it stands after a few answers, for the README.

    python tests/tui/picture.py

writes `questionnaire.svg` beside this file.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1])]

from advisor.inquiry.interview import Interview  # noqa: E402  (found by the line above)
from tui.stories import Told, tell  # noqa: E402

SIZE = (100, 30)
BEGUN = Interview({"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "train_os": "linux"})
_FONTS = re.compile(r"@font-face \{.*?\}", re.DOTALL)
"""What would be fetched from elsewhere to draw it."""
_MONOSPACE = "ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono"


def main() -> None:
    """Answer one question, and draw what is seen then."""
    drawn: list[str] = []

    async def story(told: Told) -> None:
        told.app.go_to("deploy_target")
        await told.choose("raspberry_pi")
        await told.pilot.pause()
        drawn.append(told.app.export_screenshot(title="advisor"))

    tell(story, size=SIZE, begun=BEGUN)
    file = HERE / "questionnaire.svg"
    file.write_text(_FONTS.sub("", drawn[0]).replace("Fira Code", _MONOSPACE), encoding="utf-8")
    print(file)


if __name__ == "__main__":
    main()
