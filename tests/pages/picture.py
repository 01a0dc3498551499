"""Takes a picture of the report of the first answer, for the README.

    python tests/pages/picture.py

writes `report.png` beside this file; a Chromium has to be there (see `tests/browser.py`).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1])]

from browser import chromium  # noqa: E402  (found by the line above)

from pages.samples import page  # noqa: E402

WIDTH, HEIGHT = 960, 700


def main() -> None:
    """Open the page, and keep what the first screen of it shows."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        file = Path(folder) / "report.html"
        file.write_text(page("document_understanding.html"), encoding="utf-8")
        shown = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        shown.goto(file.as_uri())
        shown.screenshot(path=HERE / "report.png")
    print(HERE / "report.png")


if __name__ == "__main__":
    main()
